"""``manage.py cookiesafe``: each of what it does, by ``call_command``, on a real database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.support.django_settings import configure

configure()

from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.management.base import CommandError
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from cookiesafe.testing import WSGIClient
from cookiesafe.testing.site import POLICY

LEDGER_KEY = b"0123456789abcdef0123456789abcdef"
PAGES = (path("", lambda request: HttpResponse("page")),)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    from cookiesafe import LedgerTerms

    given = {
        "POLICY": POLICY,
        "STORE": f"sqlite:///{tmp_path}/site.db",
        "LEDGER_KEY": LEDGER_KEY,
        "LEDGER": LedgerTerms(seal_after=0),
    }
    with override_settings(
        INSTALLED_APPS=["cookiesafe.adapters.django"],
        MIDDLEWARE=["cookiesafe.adapters.django.CookieSafeMiddleware"],
        COOKIESAFE=given,
        ROOT_URLCONF=PAGES,
    ):
        yield tmp_path / "site.db"


def run(*words: str) -> str:
    out = StringIO()
    call_command("cookiesafe", *words, stdout=out, stderr=out)
    return out.getvalue()


def agree() -> None:
    assert WSGIClient(WSGIHandler()).choose("accept").status == 303


def test_the_tables_are_made_before_anybody_visits(database: Path) -> None:
    assert not database.exists()
    assert "of this version" in run("upgrade")
    assert run("upgrade") == run("upgrade")

    with sqlite3.connect(database) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
    assert any("record" in name for name in tables)


def test_what_was_recorded_is_sealed_verified_and_exported(database: Path, tmp_path: Path) -> None:
    agree()
    assert int(run("seal").split()[0]) >= 2
    assert run("seal") == "0 sealed\n"
    said = run("verify")
    key = next(line.removeprefix("key: ") for line in said.splitlines() if line.startswith("key: "))
    assert "0 not sealed yet" in said
    assert run("verify", "--key", key) == said

    lines = [json.loads(line) for line in run("export").splitlines()]
    [grant] = [each for each in lines if "grant" in json.dumps(each)]
    assert run("export", "--output", str(tmp_path / "all.csv"), "--form", "csv") == ""
    table = (tmp_path / "all.csv").read_bytes().decode()
    assert table.count("\r\n") > len(lines)
    receipt = grant["record"]["receipt"]
    assert receipt in run("export", "--receipt", receipt)
    assert run("export", "--receipt", "nobodys") == ""
    assert run("export", "--user", "nobody") == ""


def test_a_ledger_that_was_tampered_with_fails(database: Path) -> None:
    agree()
    run("seal")
    with sqlite3.connect(database) as connection:
        changed = connection.execute(
            "UPDATE cookiesafe_records SET body = replace(body, '\"grant\"', '\"change\"')"
        )
        assert changed.rowcount
    with pytest.raises(CommandError, match="not as it was sealed"):
        run("verify")


def test_what_is_over_is_removed(database: Path) -> None:
    assert run("purge") == "0 removed\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "required"),
        (("wash",), "invalid choice"),
        (("export", "--form", "xml"), "invalid choice"),
        (("export", "--receipt", "a", "--user", "b"), "not allowed with"),
        (("export", "--output", "/nowhere/at/all"), "nowhere"),
        (("verify", "--key", "no key"), "CS605"),
    ],
)
def test_what_cannot_be_done_is_said(database: Path, words: Any, says: str) -> None:
    run("upgrade")
    with pytest.raises(CommandError, match=says):
        run(*words)


def test_without_a_key_nothing_is_sealed_and_a_wrong_setting_is_told(database: Path) -> None:
    unsealed = {"POLICY": POLICY, "STORE": f"sqlite:///{database}"}
    with (
        override_settings(COOKIESAFE=unsealed),
        pytest.raises(CommandError, match="no key to seal"),
    ):
        run("seal")
    with override_settings(COOKIESAFE={}), pytest.raises(CommandError, match="no policy"):
        run("purge")
