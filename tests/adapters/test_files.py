"""Files that are written wholly or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from cookiesafe.adapters._files import OWN, write_whole
from cookiesafe.errors import SettingError


def failing() -> Iterator[str]:
    yield "half\n"
    raise ZeroDivisionError


def test_a_file_that_is_not_finished_leaves_the_one_before(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("before\n")

    with pytest.raises(ZeroDivisionError):
        write_whole(file, failing())

    assert file.read_text() == "before\n"
    assert os.listdir(tmp_path) == ["file"]


def test_a_new_file_has_the_mode_that_was_asked_for(tmp_path: Path) -> None:
    write_whole(tmp_path / "file", ["x\n"], mode=OWN)

    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == OWN


def test_one_that_came_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "file"

    def lines() -> Iterator[str]:
        file.write_text("theirs\n")
        yield "ours\n"

    with pytest.raises(SettingError, match="there already"):
        write_whole(file, lines(), anew=True)

    assert file.read_text() == "theirs\n"
    assert os.listdir(tmp_path) == ["file"]


def test_a_file_system_without_links_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)

    write_whole(tmp_path / "file", ["x\n"], anew=True)
    with pytest.raises(SettingError, match="there already"):
        write_whole(tmp_path / "file", ["y\n"], anew=True)

    assert (tmp_path / "file").read_text() == "x\n"
    assert os.listdir(tmp_path) == ["file"]


def test_a_device_is_written_into_and_stays_one() -> None:
    write_whole(Path(os.devnull), ["x\n"])

    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


@pytest.mark.parametrize("name", ["", "no/file"])
def test_where_no_file_can_be_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingError, match="cannot be written"):
        write_whole(tmp_path / name, ["x\n"])
