"""A folder with the project in it, from which it is checked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cookiesafe.inspection import Asking, Report, check

from . import quay

Check = Callable[..., Report]


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Check]:
    """Writes files into a folder of its own, and checks the app in them."""
    before = set(sys.modules)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("QUAY_KEY", quay.KEY)

    def run(files: dict[str, str], app: str = "quay:app", asking: Asking | None = None) -> Report:
        quay.write(tmp_path, files)
        return check(app, tmp_path, asking)

    yield run
    for name in set(sys.modules) - before:
        module = sys.modules[name]
        if str(getattr(module, "__file__", None)).startswith(str(tmp_path)):
            del sys.modules[name]
