"""``cookiesafe policy`` and ``translations``: what differs, what is announced, what is not translated."""

from __future__ import annotations

import csv
import json
from contextlib import closing
from pathlib import Path

import pytest

from cookiesafe.adapters.stores import open_store
from cookiesafe.languages import catalogues
from tests.inspection.quay import KEY, POLICY

from .conftest import Cli, command

WIDER = POLICY.replace('["ads.gullwing.example"]', '["ads.gullwing.example", "b.example"]')
NEW = POLICY.replace("[vendors.gull", '[purposes.films]\ntitle = "Films"\n\n[vendors.gull', 1)


def write(name: str, text: str) -> None:
    Path(name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("after", "said"),
    [
        pytest.param(WIDER, "asked again: advertising", id="wider"),
        pytest.param(NEW, "asked about these: films", id="new"),
        pytest.param(
            POLICY.replace('"90 days"', '"30 days"'), "Nobody is asked again", id="narrower"
        ),
    ],
)
def test_who_is_asked_again_is_told(cli: Cli, after: str, said: str) -> None:
    write("a.toml", POLICY)
    write("b.toml", after)

    done = cli("policy", "diff", "a.toml", "b.toml")

    assert done.code == 1
    assert said in done.out


def test_policies_that_are_the_same_have_no_difference(cli: Cli) -> None:
    write("a.toml", POLICY)

    assert cli("policy", "diff", "a.toml", "a.toml") == (0, "No difference.\n", "")
    assert cli("policy", "diff", "a.toml", "a.toml", "--format", "json").out == "[]\n"


def test_differences_are_given_to_programs(cli: Cli) -> None:
    write("a.toml", POLICY)
    write("b.toml", WIDER)

    [row] = json.loads(cli("policy", "diff", "a.toml", "b.toml", "--format", "json").out)
    [line] = csv.DictReader(
        cli("policy", "diff", "a.toml", "b.toml", "--format", "csv").out.splitlines()
    )

    assert row == line
    assert (row["kind"], row["id"], row["key"]) == ("changed", "gullwing", "hosts")


@pytest.mark.parametrize("content", [b"\x00\xff", b"x" * 1_000_001, b"[site", b""])
def test_what_is_no_policy_is_told(cli: Cli, content: bytes) -> None:
    write("a.toml", POLICY)
    Path("b.toml").write_bytes(content)
    Path("c.toml").mkdir()

    for name in ("b.toml", "c.toml", "gone.toml"):
        done = cli("policy", "diff", "a.toml", name)
        assert (done.code, "[CS1" in done.err) == (2, True)


def test_a_policy_is_announced_in_the_ledger(cli: Cli) -> None:
    write("cookiesafe.toml", POLICY)
    write("next.toml", WIDER)
    write(
        "announcing.py",
        f"""
from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
safe = CookieSafe(Policy.from_file("cookiesafe.toml"), secret_key="{KEY}", store="sqlite:///quay.db")
app = CookieSafeMiddleware(lambda *_: [], safe)
""",
    )
    begin = ("policy", "publish", "announcing:app", "next.toml", "--in-force")

    done = cli(*begin, "2030-01-31", "--summary", "One more host.", "--yes")

    assert done.code == 0
    assert "in_force=date(2030, 1, 31)" in done.out
    store = open_store("sqlite:///quay.db")
    try:
        assert [each.event for each in store.records()] == ["policy", "policy", "announcement"]
    finally:
        store.close()
    assert cli(*begin, "31.1.2030", "--summary", "x", "--yes").code == 2
    assert cli(*begin, "2030-01-31", "--summary", " ", "--yes").code == 2
    # Nobody has answered whether it is to be.
    assert cli(*begin, "2030-02-28", "--summary", "x").code != 0


def test_an_announcement_is_sealed_before_the_command_ends(tmp_path: Path) -> None:
    (tmp_path / "cookiesafe.toml").write_text(POLICY)
    (tmp_path / "next.toml").write_text(WIDER)
    (tmp_path / "announcing.py").write_text(
        f"""
from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
policy, key = Policy.from_file("cookiesafe.toml"), "bm90IGEgc2VjcmV0OiBpdCBpcyBvbiB0aGlzIHBhZ2U"
safe = CookieSafe(policy, secret_key="{KEY}", ledger_key=key, store="sqlite:///quay.db")
app = CookieSafeMiddleware(lambda *_: [], safe)
"""
    )
    line = ("policy", "publish", "announcing:app", "next.toml", "--in-force", "2030-01-31", "--yes")

    done = command(*line, "--summary", "One more host.", folder=tmp_path)

    assert (done.code, "CS602" in done.err) == (0, False)
    with closing(open_store(f"sqlite:///{tmp_path / 'quay.db'}")) as store:
        assert not list(store.pending(1))


def test_every_language_of_ours_is_complete(cli: Cli) -> None:
    rows = json.loads(cli("translations", "--format", "json").out)

    assert {each["language"] for each in rows} == catalogues()
    assert {each["ours"] for each in rows} == {"complete"}


def test_texts_that_are_not_translated_are_listed(cli: Cli) -> None:
    write("whole.toml", POLICY)
    write("lacks.toml", POLICY.replace('title = "Werbung"\n', ""))

    whole = cli("translations", "whole.toml", "--format", "json")
    lacks = cli("translations", "lacks.toml", "--format", "json")

    assert (whole.code, lacks.code) == (0, 1)
    assert [each["language"] for each in json.loads(whole.out)] == ["en", "de"]
    assert json.loads(lacks.out)[1]["missing"] == ["purposes.advertising.title"]
    assert json.loads(lacks.out)[1]["yours"] == "6 of 7"


def test_a_language_of_which_nothing_is_translated_lacks_all(cli: Cli) -> None:
    write("fr.toml", POLICY.replace("[site]\n", '[site]\nlanguages = ["fr", "de"]\n'))

    rows = {
        each["language"]: each
        for each in json.loads(cli("translations", "fr.toml", "--format", "json").out)
    }

    assert rows["fr"]["yours"] == "0 of 7"
    assert rows["de"]["missing"] == []
