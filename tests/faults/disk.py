"""A place for a store's data that can be left without room."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Disk:
    """A folder. If it is a disk of its own, ``can_be_full``, and ``fill`` leaves no room on it."""

    def __init__(self, path: Path, *, can_be_full: bool) -> None:
        self.path = path
        self.can_be_full = can_be_full
        self._ballast = path / "ballast"

    def fill(self) -> None:
        """To the last byte."""
        with self._ballast.open("ab", buffering=0) as file:
            for piece in (1024 * 1024, 4096):
                with suppress(OSError):
                    while file.write(bytes(piece)):
                        pass

    def empty(self) -> None:
        self._ballast.unlink(missing_ok=True)


@contextmanager
def disk(size: str) -> Iterator[Disk]:
    """A small disk in memory where one may be mounted, or a folder. Servers have users of their own, who may go into it."""
    folder = Path(tempfile.mkdtemp(prefix="cookiesafe-faults-"))
    folder.chmod(0o755)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", str(folder)]
    may = os.geteuid() == 0 and shutil.which("mount") is not None
    mounted = may and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        yield Disk(folder, can_be_full=mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        shutil.rmtree(folder, ignore_errors=True)
