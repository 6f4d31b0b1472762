"""Databases as earlier versions have left them, dumped when those had written them, and what ``cookiesafe db`` makes of them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from secrets import token_hex

import pytest
from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.stores import open_store
from cookiesafe.adapters.stores.sql.tables import SCHEMA
from cookiesafe.cli.app import run
from cookiesafe.contact import Answer
from cookiesafe.count import Count
from cookiesafe.errors import StoreError
from cookiesafe.ports import Counts, Store
from cookiesafe.remember import Series
from cookiesafe.testing.stores.samples import a_record, a_series
from tests.support.harbour import KEY
from tests.support.servers import ROOT
from tests.support.stores import SERVERS, from_outside, new_url_fixture  # noqa: F401

DUMPS = Path(__file__).parent / "databases"
VERSIONS = pytest.mark.parametrize("version", [1, 2, 3])
THEN = 1_795_000_000
Row = tuple[str, str | None, str, str]
ROWS: list[Row] = [
    ("grant", "receipt-1", "en", "banner"),
    ("refusal", None, "en", "banner"),
    ("grant", "Zq3-ünïcode_receipt", "de", "banner"),
    ("withdrawal", "receipt-1", "en", "banner"),
    ("change", "receipt-5", "en", "choices 'n' \\ \"quotes\"; --"),
]


def body(number: int, row: Row) -> str:
    """As they wrote it."""
    event, receipt, language, notice = row
    plain = {
        "id": f"{number:032x}",
        "time": THEN * 1000 + number,
        "event": event,
        "policy": "0123456789ab",
        "notice": notice,
        "language": language,
        "choices": {"advertising": event == "grant", "@gullwing": event == "grant"},
        "grounds": {"advertising": "f00dfeed0123"} if event == "grant" else {},
        "receipt": receipt,
    }
    return json.dumps(plain, sort_keys=True, separators=(",", ":"))


BODIES = [body(number, row) for number, row in enumerate(ROWS, 1)]


def a_browser(name: str, user: str, **fields: object) -> Series:
    plain: dict[str, object] = {
        "key": name * 64,
        "device": name * 22,
        "user": user,
        "mac_key": bytes(range(32)),
        "gen": 3,
        "seen_gen": 2,
        "rotated_at": THEN,
        "created_at": THEN - 1_000_000,
        "used_at": THEN,
        "idle_until": THEN + 2_592_000,
        "until": THEN + 14_552_000,
        "auth_time": THEN - 1_000_000,
        "epoch": 2,
        "record": f"{9:032x}",
        "label": "Firefox, Linux",
    }
    return Series(**{**plain, **fields})  # type: ignore[arg-type]


BROWSERS = {
    "ann": [a_browser("a", "ann"), a_browser("b", "ann", epoch=1)],
    "Ann ": [a_browser("c", "Ann ")],
    "änn": [a_browser("d", "änn", revoked_at=THEN + 7, revoked_why="theft")],
}
EPOCHS = {"ann": 2, "Ann ": 1, "änn": 0}


def kind_of(url: str) -> str:
    return make_url(url).get_backend_name()


def restore(url: str, version: int) -> None:
    dump = DUMPS / f"version-{version}.{kind_of(url)}.sql"
    with from_outside(url) as connection:
        for statement in dump.read_text(encoding="utf-8").split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)


def command(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        run(arguments)
    code = ended.value.code
    return code if isinstance(code, int) else 0


def assert_all_is_there(store: Store, version: int) -> None:
    assert [entry.body for entry in store.pending(99)] == BODIES
    assert [entry.time for entry in store.entries_of("receipt-1")] == [
        THEN * 1000 + 1,
        THEN * 1000 + 4,
    ]
    for user, browsers in BROWSERS.items() if version >= 2 else ():
        assert list(store.list_series(user)) == browsers
        assert store.load_series(browsers[0].key) == (browsers[0], EPOCHS[user])
        assert store.epoch(user) == EPOCHS[user]
    if version >= 2:
        assert store.load_session("e" * 64, THEN) == (bytes(range(256)), 1)
        assert store.load_session("f" * 64, THEN) == (b"changed", 2)
    if version == 3:
        contact = store.load_contact("ann")
        assert contact is not None
        assert contact.answers == {"letters": Answer(yes=True, ground="0123456789ab")}


@VERSIONS
def test_all_that_an_earlier_version_kept_is_there_after_the_upgrade_and_is_sealed(
    new_url: str, version: int, capsys: pytest.CaptureFixture[str]
) -> None:
    restore(new_url, version)

    assert command("db", "version", new_url) == 1
    assert command("db", "upgrade", new_url) == 0
    assert command("db", "upgrade", new_url) == 0
    assert command("db", "version", new_url) == 0

    told = [line.rpartition(": ")[2] for line in capsys.readouterr().out.splitlines()]
    assert told == [
        'run "cookiesafe db upgrade"',
        f"upgraded the tables from version {version} to {SCHEMA}",
        f"nothing to do, the tables are of version {SCHEMA}",
        f"version {SCHEMA}, as it should be",
    ]
    policy = Policy.from_toml('site.name = "Harbour Lights"')
    safe = CookieSafe(
        policy, secret_key=KEY, ledger_key=b"l" * 32, store=new_url, clock=lambda: THEN
    )
    with closing(safe):
        assert_all_is_there(safe.store, version)
        assert safe.seal() > len(ROWS)
        sealed = safe.store.entries(0, 99)
        assert [entry.body for entry in sealed if entry.event != "key"] == BODIES
        verdict = safe.verify()
        assert verdict.holds, verdict.findings
        assert_it_goes_on(safe.store)


def assert_it_goes_on(store: Store) -> None:
    """Whatever a new database takes."""
    store.append([a_record(99)])
    assert store.entries_of("r99")[0].record == a_record(99)
    assert store.add_series(a_series())
    assert store.create_session("new", "ann", b"", THEN + 9)
    assert store.advance_epoch("ann") == store.epoch("ann")
    assert isinstance(store, Counts)
    store.add_counts([Count(1, "pages", "page", "/", 2)] * 2)
    assert list(store.counts(1, 1)) == [Count(1, "pages", "page", "/", 4)]


@pytest.mark.parametrize("version", [None, 1])
def test_four_may_upgrade_at_once(new_url: str, version: int | None) -> None:
    if version is not None:
        restore(new_url, version)
    upgrade = [sys.executable, "-m", "cookiesafe", "db", "upgrade", new_url]

    processes = [
        subprocess.Popen(upgrade, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(4)
    ]
    said = [process.communicate(timeout=120)[0] for process in processes]

    assert [process.returncode for process in processes] == [0] * 4, said
    with closing(open_store(new_url)) as store:
        if version is not None:
            assert_all_is_there(store, version)
        assert_it_goes_on(store)
    with from_outside(new_url) as other:
        found = other.exec_driver_sql("SELECT version FROM cookiesafe_schema").scalars().all()
    assert sorted(found) == [*([] if version is None else [version]), SCHEMA]


DIES = {
    "before the old ones are changed": "schema._complete_records = lambda c: os._exit(9)",
    "before the version is said": (
        "do = schema._complete_records; schema._complete_records = lambda c: (do(c), os._exit(9))"
    ),
}


@pytest.mark.parametrize("moment", DIES)
def test_an_upgrade_that_was_interrupted_is_finished_by_the_next(new_url: str, moment: str) -> None:
    restore(new_url, 1)
    dying = (
        "import os, sys; from cookiesafe.adapters.stores.sql import schema; from cookiesafe.cli.app import run; "
        f"{DIES[moment]}; run(sys.argv[1:])"
    )

    died = subprocess.run(
        [sys.executable, "-c", dying, "db", "upgrade", new_url], cwd=ROOT, check=False
    )

    assert died.returncode == 9
    assert command("db", "version", new_url) == 1
    assert command("db", "upgrade", new_url) == 0
    with closing(open_store(new_url)) as store:
        assert_all_is_there(store, 1)
        assert_it_goes_on(store)


def test_a_later_version_is_refused_and_nothing_of_it_is_changed(
    new_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    restore(new_url, 1)
    with from_outside(new_url) as other:
        other.exec_driver_sql("UPDATE cookiesafe_schema SET version = 99")
    before = everything(new_url)

    assert command("db", "upgrade", new_url) == 1
    assert command("db", "version", new_url) == 1

    told = capsys.readouterr()
    assert f"version 99, this CookieSafe knows {SCHEMA}" in told.err
    assert told.err.endswith("[CS404]\n")
    assert "upgrade cookiesafe" in told.out
    assert everything(new_url) == before


def everything(url: str) -> object:
    with from_outside(url) as other:
        names = sorted(inspect(other).get_table_names())
        columns = [[each["name"] for each in inspect(other).get_columns(name)] for name in names]
        rows = [other.exec_driver_sql(f"SELECT * FROM {name}").all() for name in names]  # noqa: S608
    return names, columns, rows


# --- a user who may change rows and nothing else ---------------------------------------------------

STORES = (Path(__file__).parents[2] / "docs" / "stores.md").read_text("utf-8")
[FOR_POSTGRESQL] = re.findall(r"^```sql\n(.*?)^```$", STORES, re.DOTALL | re.MULTILINE)
[FOR_MARIADB] = re.findall(r"`(GRANT .+? ON database.+?)`", STORES)
"""As the page has it, of a database ``database`` and its user ``app``."""
MAY_READ_AND_WRITE = {
    "postgresql": ["CREATE ROLE app LOGIN PASSWORD 'pw'", *FOR_POSTGRESQL.split(";\n")[:-1]],
    "mariadb": ["CREATE USER app@'%' IDENTIFIED BY 'pw'", FOR_MARIADB],
}
LEAVES = {
    "postgresql": ["DROP OWNED BY app", "DROP ROLE app"],
    "mariadb": ["DROP USER app@'%'"],
}


@contextmanager
def restricted(url: str) -> Iterator[str]:
    """The URL of a user who may change the rows of the tables that there are."""
    given = make_url(url)
    name = f"app_{token_hex(6)}"

    def say(statements: list[str]) -> None:
        for each in statements:
            said = re.sub(r"\bapp\b", name, each).replace("database.", f"{given.database}.")
            owner.exec_driver_sql(said.replace("%", "%%"))

    with from_outside(url) as owner:
        say(MAY_READ_AND_WRITE[kind_of(url)])
        try:
            user = given.set(username=name, password="pw")
            yield user.render_as_string(hide_password=False)
        finally:
            say(LEAVES[kind_of(url)])


@pytest.mark.parametrize("new_url", list(SERVERS), indirect=True)
def test_who_may_only_change_rows_uses_tables_that_the_command_has_made(new_url: str) -> None:
    assert command("db", "upgrade", new_url) == 0

    with restricted(new_url) as url, closing(open_store(url)) as store:
        assert_it_goes_on(store)
        assert store.purge(2**40) >= 1
        assert command("db", "version", url) == 0
        assert command("db", "upgrade", url) == 0


@pytest.mark.parametrize("new_url", ["postgresql"], indirect=True)
def test_so_may_they_with_tables_that_come_later(new_url: str) -> None:
    with restricted(new_url) as url:
        assert command("db", "upgrade", new_url) == 0

        with closing(open_store(url)) as store:
            assert_it_goes_on(store)


@pytest.mark.parametrize("new_url", list(SERVERS), indirect=True)
def test_who_may_not_make_tables_is_told_what_to_run(
    new_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    restore(new_url, 2)

    with restricted(new_url) as url, closing(open_store(url)) as store:
        with pytest.raises(StoreError, match="cookiesafe db upgrade") as caught:
            store.epoch("ann")
        assert caught.value.__cause__ is not None
        assert command("db", "upgrade", url) == 1
        assert "may not make the tables" in capsys.readouterr().err

        assert command("db", "upgrade", new_url) == 0
    with closing(open_store(new_url)) as store:
        assert_all_is_there(store, 2)


def test_to_ask_for_the_version_makes_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("db", "version", f"sqlite:///{tmp_path / 'misspelt.db'}") == 1

    assert "no tables yet" in capsys.readouterr().out
    assert os.listdir(tmp_path) == []


def test_the_url_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COOKIESAFE_STORE", f"sqlite:///{tmp_path / 'store.db'}")

    assert command("db", "upgrade") == 0

    assert f"made the tables, of version {SCHEMA}" in capsys.readouterr().out
    assert os.listdir(tmp_path) == ["store.db"]
