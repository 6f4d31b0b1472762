"""How a process ends that has a site."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SITE = """
import logging
from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGI
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGI

logging.disable()
safe = CookieSafe(Policy.from_toml('site.name = "S"'), secret_key="k" * 32, store={store!r}, traffic=True)
apps = ASGI(None, safe), WSGI(None, safe)
"""


@pytest.mark.parametrize("store", [None, "sqlite://"], ids=["memory", "SQLite"])
def test_python_ends_without_a_complaint(store: str | None) -> None:
    """Its classes end there with their objects, in whatever order."""
    code = SITE.format(store=store)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
