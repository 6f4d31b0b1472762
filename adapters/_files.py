"""Writes files wholly or not at all: another process sees the old one or the new one, whatever happens meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from cookiesafe.errors import SettingError

OWN = 0o600
SHARED = 0o644


@contextmanager
def replacing(path: Path, *, anew: bool = False, mode: int = SHARED) -> Iterator[IO[str]]:
    """A file to write, in UTF-8, which takes the place of ``path`` at the end, and is gone where something is raised.

    Nobody else replaces it meanwhile. Of a file that is there, whose it is and who may read it stays so; ``mode`` is of
    one that is not. With ``anew`` there must be none. A symbolic link leads to what is replaced. Raises ``SettingError``.
    """
    path = path.resolve() if path.is_symlink() else path
    beside = path.with_name(f".{path.name}.new")
    with _told(path, beside):
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            with _told(path, beside):
                os.fsync(file.fileno())
                _settle(beside, path, anew=anew)
    finally:
        with suppress(OSError):
            beside.unlink()


def write_whole(
    path: Path, lines: Iterable[str], *, anew: bool = False, mode: int = SHARED
) -> None:
    """Write lines, each with its end, in the manner of ``replacing``; into a pipe or a device, as they come."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        with path.open("w", encoding="utf-8", newline="") as stream:
            stream.writelines(lines)
        return
    with replacing(path, anew=anew, mode=mode) as file:
        file.writelines(lines)


def _settle(beside: Path, path: Path, *, anew: bool) -> None:
    if anew:
        try:
            # Fails where there is one, even if that has come just now.
            os.link(beside, path)
        except FileExistsError:
            raise
        except OSError:
            # Some file systems have no links.
            os.close(os.open(path, os.O_CREAT | os.O_EXCL))
            os.replace(beside, path)
        return
    with suppress(FileNotFoundError):
        found = path.stat()
        os.chmod(beside, found.st_mode & 0o7777)
        if hasattr(os, "chown") and (found.st_uid, found.st_gid) != (os.geteuid(), os.getegid()):
            os.chown(beside, found.st_uid, found.st_gid)
    os.replace(beside, path)


@contextmanager
def _told(path: Path, beside: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        if Path(error.filename2 or error.filename) == beside:
            raise SettingError(
                f"{str(path)!r} is being written by another process",
                fix=f"Wait for that; if there is none, remove {str(beside)!r}.",
            ) from None
        raise SettingError(
            f"{str(path)!r} is there already", fix="Give another name, or --force."
        ) from None
    except OSError as error:
        raise SettingError(
            f"{str(path)!r} cannot be written: {error.strerror}",
            fix="Give another place, or make its folder.",
        ) from None
