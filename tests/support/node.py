"""Packages of ``tests/node``: what is laid over our pages, or looks at them."""

from __future__ import annotations

from pathlib import Path

import pytest

_MODULES = Path(__file__).parents[1] / "node" / "node_modules"


def package(name: str) -> Path:
    """The folder of a package. Skips where it is not there, and says why."""
    found = _MODULES / name
    if not found.is_dir():
        pytest.skip(f"npm's {name} is not here: scripts/node tests/node brings it, where npm is")
    return found
