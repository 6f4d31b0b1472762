"""The folder the demo keeps its things in: two SQLite files and two keys."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path


def open_folder(folder: Path) -> Path:
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


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
