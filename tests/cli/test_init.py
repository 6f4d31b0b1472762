"""``cookiesafe init``: a policy file from a few answers, and what is added to one."""

from __future__ import annotations

from pathlib import Path

import pytest

from cookiesafe import Policy
from tests.inspection.quay import FILES, KEY, write

from .conftest import Cli, command


def policy() -> Policy:
    return Policy.from_file("cookiesafe.toml")


def test_without_questions_it_is_the_least_policy_there_is(cli: Cli, tmp_path: Path) -> None:
    done = cli("init", "--yes")

    assert done.code == 0
    assert policy().optional == ()
    assert policy().site.name


def test_five_questions_make_a_policy(tmp_path: Path) -> None:
    answers = (
        "Quay & Söhne\nprivacy@quay.example\nde\nstatistics, media\nfilms.example maps.example\n"
    )

    done = command("init", folder=tmp_path, given=answers)

    made = Policy.from_file(tmp_path / "cookiesafe.toml")
    assert done.code == 0
    assert done.err.count("?") == 5
    assert (made.site.name, made.site.contact) == ("Quay & Söhne", "privacy@quay.example")
    assert made.site.language == "de"
    assert [each.id for each in made.optional] == ["statistics", "media", "unsorted"]
    assert [each.hosts for each in made.vendors.values()] == [("films.example",), ("maps.example",)]


def test_a_question_without_an_answer_writes_nothing(tmp_path: Path) -> None:
    done = command("init", folder=tmp_path, given="Quay\n")

    assert done.code == 2
    assert "--yes" in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_never_replaced_unless_that_is_asked_for(cli: Cli) -> None:
    Path("cookiesafe.toml").write_text('[site]\nname = "Mine"\n')

    refused = cli("init", "--yes")
    mine = policy().site.name
    forced = cli("init", "--yes", "--force", "--name", "Theirs", "--purpose", "advertising")

    assert (refused.code, mine, forced.code) == (2, "Mine", 0)
    assert policy().site.name == "Theirs"
    assert policy().purpose("advertising").signal == "gpc"


@pytest.mark.parametrize("name", ['Quay "the" \\ Quay', "Quay\x7f", "Quay\nQuay", "港"])
def test_any_name_of_a_site_can_be_written(cli: Cli, name: str) -> None:
    assert cli("init", "--yes", "--name", name).code == 0
    assert policy().site.name == " ".join(name.split())


def test_cookies_and_hosts_are_added_and_what_was_there_stays(cli: Cli) -> None:
    before = '# mine\n[site]\nname = "Quay"   # so\n'
    Path("cookiesafe.toml").write_text(before)

    done = cli("init", "--add", "_tern", "--add", "cdn.tern.example")

    assert done.code == 0
    assert Path("cookiesafe.toml").read_text().startswith(before)
    assert policy().cookie_for("_tern") is not None
    assert [each.hosts for each in policy().vendors.values()] == [("cdn.tern.example",)]


def test_what_is_declared_already_is_not_added(cli: Cli) -> None:
    cli("init", "--yes")
    cli("init", "--add", "_tern")
    before = Path("cookiesafe.toml").read_bytes()

    done = cli("init", "--add", "_tern")

    assert (done.code, Path("cookiesafe.toml").read_bytes()) == (0, before)
    assert "declared already" in done.out


def test_what_is_added_may_have_its_purpose(cli: Cli) -> None:
    cli("init", "--yes", "--purpose", "statistics")

    cli("init", "--add", "_tern", "--purpose", "statistics")
    cli("init", "--add", "cart", "--purpose", "necessary", "--why", "holds your order")

    for name, purpose in {"_tern": "statistics", "cart": "necessary"}.items():
        cookie = policy().cookie_for(name)
        assert cookie is not None
        assert cookie.purpose == purpose


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--add", "a b"], "cookie name", id="no name of a cookie"),
        pytest.param(["--add", ""], "cookie name", id="an empty one"),
        pytest.param(["--host", "https://x/y"], "host", id="no host"),
        pytest.param(["--add", "x", "--purpose", "statitics"], "no purpose", id="no purpose"),
        pytest.param(["--add", "x", "--purpose", "necessary"], "--why", id="necessary, and no why"),
        pytest.param(["--add", "_ga", "--purpose", "necessary", "--why", "x"], "CS110", id="a tracker"),
        pytest.param(["--log", "gone.log"], "cannot be read", id="no log"),
        pytest.param(["--log", "."], "cannot be read", id="a folder"),
        pytest.param(["--from", "gone:app"], "CS512", id="no app"),
    ],
)  # fmt: skip
def test_what_cannot_be_added_changes_nothing(cli: Cli, arguments: list[str], said: str) -> None:
    cli("init", "--yes")
    before = Path("cookiesafe.toml").read_bytes()

    done = cli("init", *arguments)

    assert done.code == 2
    assert said in done.err
    assert Path("cookiesafe.toml").read_bytes() == before


def test_a_draft_of_a_purpose_that_there_is_not_is_told(cli: Cli) -> None:
    done = cli("init", "--yes", "--purpose", "advertsing")

    assert (done.code, "Did you mean" in done.err) == (2, True)
    assert not Path("cookiesafe.toml").exists()


def test_what_a_log_has_met_is_added(cli: Cli) -> None:
    cli("init", "--yes")
    Path("quay.log").write_bytes(
        b"12:00 WARNING '/bill' set cookie '_tern', which nobody declared: it would be held back. "
        b'Declare it in the policy, under [cookies]: "_tern" = {} [CS201]\n'
        b"{\"message\": \"'/' named 'cdn.tern.example', which nobody declared: it was held back. [CS205]\"}\n"
        b"\xff\xfe another line [CS201]\n"
        b"'/x' set cookie 'known', which the visitor has not agreed to [CS202]\n"
    )

    done = cli("init", "--log", "quay.log")

    assert done.code == 0
    assert [each.name for each in policy().cookies] == ["_tern"]
    assert [each.hosts for each in policy().vendors.values()] == [("cdn.tern.example",)]


def test_what_an_app_sets_and_calls_is_added(tmp_path: Path) -> None:
    app = (
        FILES["quay.py"]
        .replace("<h1>Quay", "<img src=https://pix.tern.example/>")
        .replace('"basket"', '"bag"')
    )
    write(tmp_path, {**FILES, "quay.py": app})

    done = command("init", "--from", "quay:app", folder=tmp_path, environ={"QUAY_KEY": KEY})

    made = Policy.from_file(tmp_path / "cookiesafe.toml")
    assert (done.code, done.err) == (0, "")
    assert made.cookie_for("bag") is not None
    assert ("pix.tern.example",) in [each.hosts for each in made.vendors.values()]
