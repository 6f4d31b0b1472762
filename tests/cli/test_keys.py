"""``cookiesafe keys``: files that only their owner reads, which are whole or not there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from cookiesafe import CookieSafe, Policy, keys_from_file
from cookiesafe.adapters import _files
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.keys import MOST_KEYS

from .conftest import Cli

POLICY = Policy.from_toml('[site]\nname = "Quay"\n')


def keys_in(file: Path) -> list[str]:
    return [str(each) for each in keys_from_file(file)()]


def test_a_new_key_is_taken_for_cookies_and_the_ledger_and_is_not_shown(
    cli: Cli, tmp_path: Path
) -> None:
    done = cli("keys", "new", "quay.keys")

    [key] = keys_in(tmp_path / "quay.keys")
    assert done.code == 0
    assert key not in done.out + done.err
    assert stat.S_IMODE(os.stat("quay.keys").st_mode) == 0o600
    source = keys_from_file("quay.keys")
    CookieSafe(POLICY, secret_key=source, ledger_key=source, store=MemoryStore()).close()


def test_a_key_is_shown_to_who_asks_for_it(cli: Cli, tmp_path: Path) -> None:
    done = cli("keys", "new", "quay.keys", "--show")

    assert keys_in(tmp_path / "quay.keys")[0] in done.out


def test_keys_that_are_there_are_not_written_over(cli: Cli, tmp_path: Path) -> None:
    cli("keys", "new", "quay.keys")
    before = keys_in(tmp_path / "quay.keys")

    refused = cli("keys", "new", "quay.keys")
    kept = keys_in(tmp_path / "quay.keys")
    forced = cli("keys", "new", "quay.keys", "--force")

    assert (refused.code, forced.code) == (2, 0)
    assert "is there already" in refused.err
    assert kept == before != keys_in(tmp_path / "quay.keys")


def test_another_key_comes_first_and_those_before_stay(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "quay.keys"
    cli("keys", "new", file)
    one = keys_in(file)
    cli("keys", "rotate", file)
    two = keys_in(file)
    done = cli("keys", "rotate", file, "--keep", "1")

    assert two[1:] == one
    assert keys_in(file)[1:] == two[:1]
    assert done.code == 0
    assert not any(each in done.out for each in keys_in(file))


def test_a_key_that_was_prepared_verifies_at_once_and_signs_once_it_is_rotated(
    cli: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "quay.keys"
    cli("keys", "new", file)
    cli("keys", "rotate", file)
    first, older = keys_in(file)

    done = cli("keys", "prepare", file)
    prepared = keys_in(file)
    cli("keys", "rotate", file)
    rotated = keys_in(file)
    cli("keys", "rotate", file)

    assert done.code == 0
    assert prepared == [first, prepared[1], older]
    assert rotated == [prepared[1], first, older]
    assert keys_in(file)[1:] == rotated
    assert not any(each in done.out for each in prepared)


@pytest.mark.parametrize("command", ["prepare", "rotate"])
@pytest.mark.parametrize("content", ["", "# nothing yet\n"], ids=["empty", "a comment"])
def test_a_file_without_keys_is_told(cli: Cli, tmp_path: Path, command: str, content: str) -> None:
    file = tmp_path / "quay.keys"
    file.write_text(content)

    done = cli("keys", command, file)

    assert done.code == 2
    assert "keys new" in done.err
    assert file.read_text() == content


def test_a_prepared_key_is_known_however_the_file_was_edited_since(
    cli: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "quay.keys"
    cli("keys", "new", file)
    cli("keys", "prepare", file)
    first, prepared = keys_in(file)
    marks = [line for line in file.read_text().splitlines() if line.startswith("#")]
    file.write_text("\n".join([*marks, "# a note of ours", first, "", prepared, ""]))

    cli("keys", "rotate", file)

    assert keys_in(file) == [prepared, first]


def test_where_the_prepared_key_was_taken_out_another_is_made(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "quay.keys"
    cli("keys", "new", file)
    cli("keys", "rotate", file)
    cli("keys", "prepare", file)
    first, prepared, older = keys_in(file)
    file.write_text(file.read_text().replace(f"{prepared}\n", ""))

    cli("keys", "rotate", file)

    assert keys_in(file)[1:] == [first, older]
    assert keys_in(file)[0] != prepared


def test_no_second_key_is_prepared_before_the_first_is_rotated(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "quay.keys"
    cli("keys", "new", file)
    cli("keys", "prepare", file)
    before = file.read_bytes()

    again = cli("keys", "prepare", file)

    assert again.code == 2
    assert "cookiesafe keys rotate" in again.err
    assert file.read_bytes() == before


def test_of_a_full_file_the_oldest_key_makes_room_for_one_that_is_prepared(
    cli: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "quay.keys"
    cli("keys", "new", file)
    for _ in range(MOST_KEYS):
        cli("keys", "rotate", file)
    before = keys_in(file)

    cli("keys", "prepare", file)

    assert len(before) == len(keys_in(file)) == MOST_KEYS
    assert keys_in(file)[2:] == before[1:-1]
    CookieSafe(POLICY, secret_key=keys_from_file(file), store=MemoryStore()).close()


def test_who_may_read_a_file_stays_so_and_a_link_stays_a_link(cli: Cli, tmp_path: Path) -> None:
    cli("keys", "new", "real.keys")
    os.chmod("real.keys", 0o640)
    Path("quay.keys").symlink_to("real.keys")

    done = cli("keys", "rotate", "quay.keys")

    assert done.code == 0
    assert Path("quay.keys").is_symlink()
    assert stat.S_IMODE(os.stat("real.keys").st_mode) == 0o640
    assert len(keys_in(tmp_path / "real.keys")) == 2


def test_a_file_that_others_may_read_is_warned_of(cli: Cli) -> None:
    cli("keys", "new", "quay.keys")
    os.chmod("quay.keys", 0o644)

    assert "chmod 600" in cli("keys", "rotate", "quay.keys").err


@pytest.mark.parametrize(
    "content", [b"\x00\xff\xfe", b"x" * 70_000, b""], ids=["binary", "too large", "empty"]
)
def test_what_is_no_file_of_keys_stays_as_it_is(cli: Cli, content: bytes) -> None:
    Path("quay.keys").write_bytes(content)

    done = cli("keys", "rotate", "quay.keys")

    assert done.code == 2 or content == b""
    assert Path("quay.keys").read_bytes() == content or content == b""
    assert os.listdir() == ["quay.keys"]


@pytest.mark.parametrize("name", ["gone.keys", ".", "no/folder.keys"])
def test_a_file_that_is_not_there_is_told(cli: Cli, name: str) -> None:
    assert cli("keys", "rotate", name).code == 2


def test_a_folder_that_is_not_there_is_told(cli: Cli) -> None:
    done = cli("keys", "new", "no/folder.keys")

    assert done.code == 2
    assert "cannot be written" in done.err


def test_two_at_once_do_not_lose_each_others_key(cli: Cli) -> None:
    cli("keys", "new", "quay.keys")

    with _files.replacing(Path("quay.keys")) as file:
        second = cli("keys", "rotate", "quay.keys")
        file.write("one\n")

    assert second.code == 2
    assert "another process" in second.err
    assert Path("quay.keys").read_text() == "one\n"


def test_what_is_interrupted_leaves_nothing_behind(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli("keys", "new", "quay.keys")
    before = Path("quay.keys").read_bytes()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)

    assert cli("keys", "rotate", "quay.keys").code == 130
    assert Path("quay.keys").read_bytes() == before
    assert os.listdir() == ["quay.keys"]
