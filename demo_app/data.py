"""The folder the demo keeps its things in, and in it one for each play: two SQLite files, two keys, and how far it went."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

STORY = "story.json"
OURS = ("portal.db*", "cookiesafe.db*", "*.key", STORY)


def open_folder(folder: Path) -> Path:
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def plays(folder: Path) -> list[Path]:
    """The folders of the plays there were, the last at the end."""
    found = [path for path in folder.glob("play-*") if _number(path)]
    return sorted(found, key=_number)


def last(folder: Path) -> Path:
    """Where the last play is kept, or the first, if there was none."""
    there = plays(folder)
    return there[-1] if there else another(folder)


def another(folder: Path) -> Path:
    there = plays(folder)
    new = folder / f"play-{_number(there[-1]) + 1 if there else 1}"
    new.mkdir()
    return new


def remove(play: Path) -> None:
    """What the demo has put there, and nothing else."""
    for pattern in OURS:
        for path in play.glob(pattern):
            path.unlink(missing_ok=True)
    with suppress(OSError):  # there is something of somebody else
        play.rmdir()


def secret_key(folder: Path) -> str:
    """Kept, so that a restart signs nobody out."""
    return _kept(folder / "secret.key")


def ledger_key(folder: Path) -> str:
    """Kept, so that the ledger goes on as one log."""
    return _kept(folder / "ledger.key")


def _kept(path: Path) -> str:
    """A key of 32 bytes that is made at the first start."""
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text(encoding="ascii")


def database_url(folder: Path, name: str) -> str:
    return f"sqlite:///{folder / name}.db"


def _number(play: Path) -> int:
    """0 for what is no play of ours."""
    number = play.name.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0
