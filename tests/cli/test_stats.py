"""``cookiesafe stats``: the figures of what was counted, the signs of fairness, and what it exits with."""

from __future__ import annotations

import csv
import io
import json
import time
from contextlib import closing
from pathlib import Path

import pytest

from cookiesafe import Policy
from cookiesafe.adapters._perform import follow
from cookiesafe.adapters.stores import MemoryStore, open_store
from cookiesafe.count import Count
from cookiesafe.dashboard import Period, tables
from cookiesafe.traffic import Traffic, read, report
from demo_app import history
from tests.cli.conftest import Cli

POLICY = """
[site]
name = "Quay"
[purposes.statistics]
title = "Statistics"
text = "Lets us count visits."
"""
APP = '''
from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.wsgi import CookieSafeMiddleware

print("the app says something")
safe = CookieSafe(
    Policy.from_toml("""{policy}"""),
    secret_key="a key of this page, which has 32 bytes",
    store="sqlite:///counted.db",
    {more}
)
app = CookieSafeMiddleware(lambda environ, start: [], safe)
'''
TODAY = int(time.time()) // 86_400
FINGERPRINT = Policy.from_toml(POLICY).fingerprint


def site(folder: Path, *counts: Count, more: str = "traffic=True,") -> str:
    (folder / "quay.py").write_text(APP.format(policy=POLICY, more=more), "utf-8")
    with closing(open_store(f"sqlite:///{folder / 'counted.db'}")) as store:
        store.add_counts(list(counts))  # type: ignore[attr-defined]
    return "quay:app"


def made_up() -> list[Count]:
    return list(history.counts(TODAY, FINGERPRINT))


def expected(days: int) -> Traffic:
    store = MemoryStore()
    store.add_counts(made_up())
    period = Period.up_to(TODAY, days)
    return report(*period, follow(read(TODAY - days + 1, TODAY), store))


def test_it_says_the_figures_and_that_all_is_fair(cli: Cli, tmp_path: Path) -> None:
    done = cli("stats", site(tmp_path, *made_up()))

    assert done.code == 0
    assert f"{expected(30).total('accepted')}" in done.out
    assert "choices" in done.out
    assert "banners shown" in done.out
    assert "ok: Both buttons are equal" in done.out
    assert "the app says" not in done.out + done.err


def test_something_unfair_is_found(cli: Cli, tmp_path: Path) -> None:
    done = cli("stats", site(tmp_path, *made_up(), more='traffic=True, mode="observe",'))

    assert done.code == 1
    assert "put right: A no is kept to" in done.out
    assert 'set mode="enforce"' in done.out


def test_as_json_and_csv_it_is_the_same(cli: Cli, tmp_path: Path) -> None:
    app = site(tmp_path, *made_up())

    said = json.loads(cli("stats", app, "--format", "json").out)
    rows = list(csv.DictReader(io.StringIO(cli("stats", app, "--format", "csv").out)))

    accepted = [each for each in said if each["figure"] == "All accepted"]
    assert [each["of"] for each in accepted] == ["choices", "banners shown"]
    assert {each["count"] for each in accepted} == {expected(30).total("accepted")}
    assert [each["figure"] for each in rows] == [each["figure"] for each in said]
    assert [each["figure"] for each in said if each["figure"].startswith("fairness")] != []


def test_few_are_said_to_be_few(cli: Cli, tmp_path: Path) -> None:
    app = site(tmp_path, Count(TODAY, "choices", "", "", 7))

    (row,) = [
        r for r in json.loads(cli("stats", app, "--format", "json").out) if r["figure"] == "Choices"
    ]
    assert row["count"] is None
    assert "<10" in cli("stats", app).out


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_each_table_of_the_dashboard_can_be_had(cli: Cli, tmp_path: Path, form: str) -> None:
    app = site(tmp_path, *made_up())

    for name in ("held", "days", "answers"):
        done = cli("stats", app, "--days", 90, "--table", name, "--format", form)
        assert done.code == 0
        wanted = tables(expected(90), FINGERPRINT)[name]
        assert all(str(row[0]) in done.out for row in wanted.rows)


def test_all_of_it_can_be_had(cli: Cli, tmp_path: Path) -> None:
    app = site(tmp_path, *made_up())

    as_csv = cli("stats", app, "--table", "all", "--format", "csv").out
    as_json = cli("stats", app, "--table", "all", "--format", "json").out

    assert as_csv.splitlines() == "".join(expected(30).to_csv()).splitlines()
    assert json.loads(as_json) == json.loads(expected(30).to_json())


def test_days_can_be_named(cli: Cli, tmp_path: Path) -> None:
    day = Period.up_to(TODAY - 3, 2)
    app = site(tmp_path, *made_up())

    out = cli(
        "stats",
        app,
        "--since",
        day.since,
        "--until",
        day.until,
        "--table",
        "days",
        "--format",
        "csv",
    ).out

    assert [row[0] for row in csv.reader(io.StringIO(out))][1:] == [str(day.since), str(day.until)]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--table", "hold"],
        ["--since", "2027-02-01", "--until", "2027-01-01"],
        ["--since", "yesterday"],
        ["--days", "0"],
        ["--format", "xml"],
    ],
)
def test_what_cannot_be_meant_is_a_misuse(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    done = cli("stats", site(tmp_path), *arguments)

    assert done.code == 2
    assert done.out == ""
    assert done.err


def test_where_nothing_is_counted_it_says_what_to_do(cli: Cli, tmp_path: Path) -> None:
    done = cli("stats", site(tmp_path, more=""))

    assert done.code == 2
    assert "traffic=True" in done.err


def test_a_table_that_is_misspelt_is_guessed(cli: Cli, tmp_path: Path) -> None:
    assert "held" in cli("stats", site(tmp_path), "--table", "heldd").err
