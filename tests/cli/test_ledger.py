"""``cookiesafe ledger`` and ``receipts``: what was recorded is verified, sealed, exported and proved."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from cookiesafe import CookieSafe, LedgerTerms, Policy
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from cookiesafe.testing import WSGIClient
from tests.inspection.quay import KEY, POLICY

from .conftest import Cli, command

APP = f"""
from cookiesafe import CookieSafe, LedgerTerms, Policy
from cookiesafe.adapters.wsgi import CookieSafeMiddleware

print("printed as it is loaded")
safe = CookieSafe(
    Policy.from_file("cookiesafe.toml"),
    secret_key="{KEY}",
    ledger_key="{KEY}",
    store="sqlite:///quay.db",
    ledger=LedgerTerms(seal_after=0),
)
app = CookieSafeMiddleware(lambda environ, start_response: [], safe)
"""
STORE = "sqlite:///quay.db"


def page(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"<!doctype html><p>Quay"]


@pytest.fixture
def receipt(cli: Cli) -> str:
    """The number of the receipt of a visitor who has agreed; nothing is sealed yet."""
    Path("cookiesafe.toml").write_text(POLICY, encoding="utf-8")
    Path("app.py").write_text(APP)
    terms = LedgerTerms(seal_after=0)
    safe = CookieSafe(
        Policy.from_toml(POLICY), secret_key=KEY, ledger_key=KEY, store=STORE, ledger=terms
    )
    browser = WSGIClient(CookieSafeMiddleware(page, safe))
    browser.get("/")
    browser.choose("accept")
    [record] = [each for each in safe.store.records() if each.receipt]
    safe.store.close()
    assert record.receipt is not None
    return record.receipt


def test_a_ledger_is_sealed_verified_and_proved_by_its_app(cli: Cli, receipt: str) -> None:
    sealed = cli("ledger", "seal", "app:app")
    verified = cli("ledger", "verify", "app:app")
    proved = cli("ledger", "prove", receipt, "app:app", "-o", "receipt.json")
    checked = cli("receipts", "verify", "receipt.json", "--format", "json")

    assert sealed == (0, "3 sealed\n", "")
    assert verified.code == 0
    assert "cookiesafe/quay: 3 records, 0 of them erased, 0 not sealed yet" in verified.out
    assert (proved.code, proved.out) == (0, "")
    [row] = json.loads(checked.out)
    assert (checked.code, row["holds"], row["trusted"], row["sealed"]) == (0, True, False, 1)


def test_a_receipt_is_trusted_by_the_key_that_was_published(cli: Cli, receipt: str) -> None:
    cli("ledger", "seal", "app:app")
    key = cli("ledger", "verify", "app:app").out.split("key: ")[1].split()[0]
    cli("ledger", "prove", receipt, "app:app", "-o", "receipt.json")

    [right] = json.loads(
        cli("receipts", "verify", "receipt.json", "--key", key, "--format", "json").out
    )

    assert right["trusted"]
    assert cli("receipts", "verify", "receipt.json", "--key", "nonsense").code == 1


def test_without_an_app_the_store_is_named(cli: Cli, receipt: str) -> None:
    Path("ledger.keys").write_text(f"{KEY}\n")
    nameless = cli("ledger", "seal", "--store", STORE, "--key-file", "ledger.keys")
    keyless = cli("ledger", "seal", "--store", STORE, "--name", "quay.example/consents")
    sealed = cli(
        "ledger", "seal", "--store", STORE, "--key-file", "ledger.keys", "--name", "quay.example/c"
    )
    verified = cli("ledger", "verify", "--store", STORE)
    proved = cli("ledger", "prove", receipt, "--store", STORE)

    assert (nameless.code, keyless.code) == (2, 2)
    assert sealed.out == "3 sealed\n"
    assert "quay.example/c: 3 records" in verified.out
    assert json.loads(proved.out)["receipt"] == receipt


def test_what_was_changed_is_found(cli: Cli, receipt: str) -> None:
    cli("ledger", "seal", "app:app")
    with sqlite3.connect("quay.db") as database:
        [(table,)] = database.execute(
            "select name from sqlite_master where type = 'table' and name like '%record%'"
        )
        database.execute(f"update {table} set body = replace(body, 'true', 'false')")  # noqa: S608
    database.close()

    table_form = cli("ledger", "verify", "--store", STORE)
    rows = cli("ledger", "verify", "--store", STORE, "--format", "csv")

    assert (table_form.code, rows.code) == (1, 1)
    assert "not as it was sealed" in table_form.out
    assert {each["kind"] for each in csv.DictReader(rows.out.splitlines())} == {"changed"}


@pytest.mark.parametrize("of", [["app:app"], ["--store", STORE]], ids=["app", "store"])
def test_what_a_visitor_wants_forgotten_is_erased_and_the_log_holds(
    cli: Cli, receipt: str, of: list[str]
) -> None:
    cli("ledger", "seal", "app:app")
    asked = command("ledger", "forget", receipt, *of, folder=Path(), given="n\n")
    kept = cli("ledger", "prove", receipt, *of)

    done = cli("ledger", "forget", receipt, *of, "--yes")

    assert (asked.code, kept.code) == (1, 0)
    assert (done.code, done.out.splitlines()[-1]) == (0, "1 erased")
    assert receipt.encode() not in Path("quay.db").read_bytes()
    assert cli("ledger", "forget", receipt, *of, "--yes").code == 2
    cli("ledger", "seal", "app:app")
    assert cli("ledger", "verify", "app:app").code == 0


@pytest.mark.parametrize("form", ["jsonl", "csv", "27560"])
def test_records_are_exported_by_an_app_or_a_store(cli: Cli, receipt: str, form: str) -> None:
    by_app = cli("ledger", "export", "app:app", "--form", form)
    by_store = cli("ledger", "export", "--store", STORE, "--form", form)
    one = cli("ledger", "export", "app:app", "--form", form, "--receipt", receipt, "-o", "one")

    assert by_app.code == by_store.code == one.code == 0
    assert receipt in by_app.out
    assert receipt in by_store.out
    assert receipt in Path("one").read_text()
    assert Path("one").stat().st_mode & 0o077 == 0


def test_what_is_printed_by_an_app_is_not_in_an_export(cli: Cli, receipt: str) -> None:
    lines = cli("ledger", "export", "app:app").out.splitlines()

    assert all(json.loads(each) for each in lines)


def test_what_is_over_is_removed(cli: Cli, receipt: str) -> None:
    assert cli("ledger", "purge", "app:app") == (0, "0 removed\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["ledger", "verify"], id="nothing named"),
        pytest.param(["ledger", "verify", "--store", "sqlite:///gone.db"], id="no database"),
        pytest.param(["ledger", "verify", "--store", "redis://localhost"], id="a Redis"),
        pytest.param(["ledger", "verify", "--store", "gone.db"], id="no URL"),
        pytest.param(["ledger", "export", "--store", STORE, "--form", "xml"], id="no such form"),
        pytest.param(["ledger", "prove", "nobody", "--store", STORE], id="no such receipt"),
        pytest.param(["ledger", "purge"], id="an app that is missing"),
    ],
)
def test_what_is_called_in_a_wrong_way_exits_with_2(
    cli: Cli, receipt: str, arguments: list[str]
) -> None:
    done = cli(*arguments)

    assert done.code == 2
    assert done.err
    assert not Path("gone.db").exists()


def test_a_database_of_a_later_version_is_left_alone(cli: Cli, receipt: str) -> None:
    with sqlite3.connect("quay.db") as database:
        database.execute("update cookiesafe_schema set version = 99")
    database.close()

    done = cli("ledger", "verify", "--store", STORE)

    assert (done.code, "[CS404]" in done.err) == (1, True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "no JSON", id="nothing"),
        pytest.param(b"\x00\xff", "no JSON", id="binary"),
        pytest.param(b"[" * 100_000, "no JSON", id="deep"),
        pytest.param(b'{"cookiesafe": "receipt/9"}', "does not say", id="another version"),
        pytest.param(b" " * 1_000_001, "more than 1000000", id="too large"),
        pytest.param(None, "cannot be read", id="a folder"),
    ],
)
def test_what_is_no_receipt_is_told(cli: Cli, content: bytes | None, said: str) -> None:
    file = Path("receipt.json")
    file.mkdir() if content is None else file.write_bytes(content)

    done = cli("receipts", "verify", "receipt.json", "gone.json")

    assert done.code == 1
    assert said in done.out
    assert "gone.json" in done.out


def test_a_receipt_is_read_from_the_standard_input(tmp_path: Path) -> None:
    done = command("receipts", "verify", "-", folder=tmp_path, given="{}")

    assert (done.code, done.err) == (1, "")
    assert "does not say" in done.out
