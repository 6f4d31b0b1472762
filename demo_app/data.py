"""The folder the demo keeps its things in: two SQLite files and the secret key."""

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
    """Made at the first start and kept, so that a restart signs nobody out."""
    path = folder / "secret.key"
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
    return path.read_text(encoding="ascii")


def database_url(folder: Path, name: str) -> str:
    return f"sqlite:///{folder / name}.db"
