"""Finds the machine's Chromium, and starts it."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Error, Playwright

from ..errors import NoBrowser

NAMES: Final = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
_ARGUMENTS: Final = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_CLOSING_SECONDS: Final = 5
_INSTALL: Final = "Install one: playwright install chromium. Or name one: --browser PATH."


@asynccontextmanager
async def launched(playwright: Playwright, path: str) -> AsyncIterator[Browser]:
    """A browser without a window, the one at ``path`` if that is not empty. Raises ``NoBrowser``."""
    executable = found(path, playwright.chromium.executable_path)
    # Chromium has no sandbox for root.
    sandbox = not hasattr(os, "geteuid") or os.geteuid() != 0
    try:
        browser = await playwright.chromium.launch(
            executable_path=executable,
            args=list(_ARGUMENTS),
            chromium_sandbox=sandbox,
            # What interrupts us ends it by us, when all is done that is to be done.
            handle_sigint=False,
        )
    except Error as error:
        reason = str(error.message).strip().splitlines()[0]
        raise NoBrowser(
            f"{executable!r} does not start: {reason.rstrip('.')}", fix=_INSTALL
        ) from None
    try:
        yield browser
    finally:
        with suppress(Error, TimeoutError):
            await asyncio.wait_for(browser.close(), _CLOSING_SECONDS)


def found(path: str, own: str) -> str:
    """Where the browser is: at ``path``, on the way programs are looked for, or where Playwright has put its ``own``."""
    if path:
        executable = shutil.which(path)
        if executable is None:
            raise NoBrowser(f"{path!r} is no program", fix=_INSTALL)
        return executable
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None and not Path(own).exists():
        raise NoBrowser("there is no Chromium on this machine", fix=_INSTALL)
    return executable or own
