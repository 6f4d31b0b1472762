"""Keys from the environment, from a file and from what is called: when they are others, and when they are none."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cookiesafe import SettingError, keys_from, keys_from_env, keys_from_file
from cookiesafe.adapters.key_sources import LARGEST, source_of

OLD, NEW = "o" * 40, "n" * 40
VARIABLE = "COOKIESAFE_TEST_KEYS"


def replace(path: Path, text: str) -> None:
    """As whoever takes care does it: wholly or not at all."""
    other = path.with_name("other")
    other.write_text(text, encoding="utf-8")
    other.replace(path)


# --- the environment -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", [f"{NEW},{OLD}", f"{NEW} {OLD}", f" {NEW}\n\t{OLD},", f"{NEW}, ,{OLD}"]
)
def test_keys_in_the_environment_stand_between_commas_or_spaces(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv(VARIABLE, text)
    source = keys_from_env(VARIABLE)

    assert source() == (NEW, OLD)
    assert source() is source()


def test_what_changes_in_the_environment_is_seen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, OLD)
    source = keys_from_env(VARIABLE)
    source()
    monkeypatch.setenv(VARIABLE, f"{NEW},{OLD}")

    assert source() == (NEW, OLD)


def test_a_variable_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(SettingError, match=VARIABLE):
        keys_from_env(VARIABLE)()


# --- a file --------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "keys"
    path.write_text(f"# the newest first\n\n{OLD}  \r\n", encoding="utf-8")
    return path


def test_a_file_has_one_key_a_line_and_comments(path: Path) -> None:
    source = keys_from_file(path)

    assert source() == (OLD,)
    assert source() is source()


@pytest.mark.parametrize("first", ["# the newest first, one a line; ask who keeps them", NEW])
def test_a_mark_of_byte_order_makes_no_key_of_a_comment_and_no_other_of_a_key(
    path: Path, first: str
) -> None:
    path.write_text(f"{first}\n{OLD}\n", encoding="utf-8-sig")

    assert list(keys_from_file(path)()) == [each for each in (first, OLD) if each[0] != "#"]


def test_the_first_file_need_not_end_with_a_line_break(path: Path) -> None:
    path.write_text(f"{NEW}\n{OLD}")

    assert keys_from_file(str(path))() == (NEW, OLD)


def test_a_file_that_another_is_renamed_over_is_seen_at_once(path: Path) -> None:
    source = keys_from_file(path)
    source()
    for keys in ([NEW, OLD], [NEW], [OLD], [NEW]):
        replace(path, "\n".join(keys))
        assert list(source()) == keys


def test_a_link_that_leads_elsewhere_is_seen_at_once(tmp_path: Path) -> None:
    """As Kubernetes does it: the file is a link into ``..data``, which is a link that is renamed over."""
    for name, text in (("one", OLD), ("two", f"{NEW}\n{OLD}")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "keys").write_text(text)
    (tmp_path / "..data").symlink_to("one")
    (tmp_path / "keys").symlink_to("..data/keys")
    source = keys_from_file(tmp_path / "keys")
    assert source() == (OLD,)

    (tmp_path / "..next").symlink_to("two")
    (tmp_path / "..next").replace(tmp_path / "..data")

    assert source() == (NEW, OLD)


def test_a_file_is_not_read_again_while_it_is_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = keys_from_file(path)
    keys = source()
    monkeypatch.setattr(Path, "open", None)

    assert source() is keys


def test_what_was_written_anew_needs_a_line_break_at_its_end(path: Path) -> None:
    source = keys_from_file(path)
    source()
    path.write_text(f"{NEW}\n{OLD[:35]}")
    with pytest.raises(SettingError, match="no line break"):
        source()
    path.write_text(f"{NEW}\n{OLD}\n")

    assert source() == (NEW, OLD)


def test_other_keys_are_seen_though_the_file_says_it_was_written_when_the_one_before_was(
    path: Path,
) -> None:
    """As whoever copies a file with its times does it."""
    path.write_text(f"{OLD}\n")
    source, times = keys_from_file(path), path.stat()
    source()
    path.write_text(f"{NEW}\n")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert source() == (NEW,)


def test_a_file_that_was_touched_has_the_keys_that_it_had(path: Path) -> None:
    path.write_text(OLD)
    source = keys_from_file(path)
    source()
    path.chmod(0o600)
    os.utime(path, ns=(1, 1))

    assert source() == (OLD,)


def _remove(path: Path) -> None:
    path.unlink()


def _directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": _remove,
    "a directory": _directory,
    "a pipe": _pipe,
    "too large": lambda path: path.write_bytes(b"k" * (LARGEST + 1)),
    "no text": lambda path: path.write_bytes(b"\xff" * 40 + b"\n"),
    "a link to itself": _loop,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_file_that_cannot_be_read_is_said_so_and_read_when_it_can_be(
    path: Path, damage: Callable[[Path], object]
) -> None:
    source = keys_from_file(path)
    source()
    damage(path)

    for _ in range(2):
        with pytest.raises(SettingError) as caught:
            source()
        assert str(path) in str(caught.value)
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    path.unlink(missing_ok=True)
    path.write_text(f"{NEW}\n")
    assert source() == (NEW,)


def test_a_file_that_is_not_there_at_the_start_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="nothing-there"):
        keys_from_file(tmp_path / "nothing-there")()


# --- what is called ------------------------------------------------------------------------------


class Vault:
    """Gives ``keys`` or raises them, and counts how often it was asked. Tells when it has answered a thread."""

    def __init__(self, *keys: str) -> None:
        self.keys: Any = list(keys)
        self.asked = 0
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __call__(self) -> Sequence[str]:
        self.asked += 1
        assert self.may_answer.wait(20)
        if isinstance(self.keys, Exception):
            raise self.keys
        return list(self.keys)


def asked_again(source: Any) -> Any:
    """When it has asked once more, and was answered."""
    with suppress(SettingError):
        source()
    source._thread.join(20)
    source._due = math.inf
    return source


def test_it_is_asked_no_more_often_than_said() -> None:
    vault = Vault(OLD)
    source = keys_from(vault, every=3600)
    vault_again = source()
    vault.keys = [NEW]

    assert source() is vault_again
    assert vault.asked == 1


def test_who_asks_does_not_wait_and_gets_the_new_keys_when_they_are_there() -> None:
    vault = Vault(OLD)
    source: Any = keys_from(vault, every=0)
    source()
    vault.keys = [NEW, OLD]
    vault.may_answer.clear()

    assert source() == (OLD,)
    assert source() == (OLD,)
    assert vault.asked == 2
    vault.may_answer.set()
    source._thread.join(20)
    keys = source()
    assert keys == (NEW, OLD)
    assert asked_again(source)() is keys


def test_what_does_not_return_is_told_of_and_not_called_beside_itself() -> None:
    vault = Vault(OLD)
    source: Any = keys_from(vault, every=0)
    source()
    vault.keys = [NEW]
    vault.may_answer.clear()
    source()
    source._due -= 3600
    for _ in range(2):
        with pytest.raises(SettingError, match="does not answer"):
            source()
    assert vault.asked == 2
    vault.may_answer.set()
    source._thread.join(20)

    assert asked_again(source)() == (NEW,)


def test_what_it_raises_is_told_without_its_words_and_keys_come_again() -> None:
    vault = Vault(OLD)
    source: Any = keys_from(vault, every=0)
    source()
    vault.keys = OSError("https://user:secret@vault.example")
    for _ in range(2):
        with pytest.raises(SettingError, match="raised OSError") as caught:
            asked_again(source)()
        assert "secret" not in str(caught.value)
        source._due = 0
    vault.keys = [NEW]

    assert asked_again(source)() == (NEW,)


def test_what_it_raises_at_the_start_is_raised() -> None:
    vault = Vault()
    vault.keys = OSError("no network")
    with pytest.raises(OSError, match="no network"):
        keys_from(vault)()


def test_the_time_between_is_none_before_now() -> None:
    with pytest.raises(SettingError, match="every=-1"):
        keys_from(Vault(OLD), every=-1)


def test_what_would_have_to_be_awaited_is_refused() -> None:
    async def fetch() -> Sequence[str]:
        return [OLD]

    with pytest.raises(SettingError, match="async"):
        source_of(fetch)


def test_a_function_is_a_source_and_a_key_is_none() -> None:
    source = source_of(lambda: [OLD])

    assert source is not None
    assert source() == (OLD,)
    assert source_of(source) is source
    assert source_of(OLD) is source_of(OLD.encode()) is source_of(None) is None


def test_no_key_is_shown_of_a_source(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, NEW)
    sources = [keys_from_env(VARIABLE), keys_from_file(path), keys_from(Vault(NEW))]
    for source in sources:
        source()

    assert [repr(each) for each in sources] == [
        f"keys_from_env({VARIABLE!r})",
        f"keys_from_file({str(path)!r})",
        "<keys from Vault every 60 s>",
    ]
