"""The public names: which there are, and what importing them costs."""

from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import cookiesafe

PUBLIC = [
    "BadCarry",
    "Carried",
    "CarryTerms",
    "CarryTooLarge",
    "CookieSafe",
    "CookieSafeError",
    "LedgerTerms",
    "NotFresh",
    "NotStorable",
    "Policy",
    "PolicyError",
    "Regime",
    "RememberTerms",
    "SessionTerms",
    "SessionTooLarge",
    "SettingError",
    "StoreError",
    "TooLate",
    "UnknownName",
    "UsageError",
    "Visit",
    "WeakKey",
    "current_visit",
]
HEAVY = [
    "asyncio",
    "concurrent.futures",
    "cryptography",
    "flask",
    "jinja2",
    "multiprocessing",
    "socket",
    "sqlalchemy",
    "sqlite3",
    "ssl",
    "starlette",
    "werkzeug",
]
ROOT = Path(__file__).parents[1]


def loaded_by(statement: str) -> set[str]:
    """The modules that are loaded after a statement, in a new process."""
    code = f"import json, sys; {statement}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    names: list[str] = json.loads(done.stdout)
    return set(names)


def test_the_public_names_are_these() -> None:
    assert cookiesafe.__all__ == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_can_be_imported(name: str) -> None:
    assert getattr(importlib.import_module("cookiesafe"), name) is not None


def test_the_root_binds_no_names_but_the_public_ones() -> None:
    tree = ast.parse((ROOT / "cookiesafe" / "__init__.py").read_text("utf-8"))
    bound = [
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom | ast.Import)
        for alias in node.names
    ]

    assert sorted(bound) == sorted(PUBLIC)


def test_a_star_import_gives_the_public_names() -> None:
    into: dict[str, object] = {}
    exec("from cookiesafe import *", into)  # noqa: S102

    assert sorted(into.keys() - {"__builtins__"}) == sorted(PUBLIC)


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "cookiesafe" / "py.typed").is_file()


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = loaded_by("import cookiesafe")

    assert "cookiesafe.safe" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def test_putting_it_together_loads_no_template_and_no_driver() -> None:
    key = "k" * 32
    loaded = loaded_by(
        "import logging; logging.disable(); from cookiesafe import CookieSafe, Policy; "
        f"""CookieSafe(Policy.from_toml('[site]\\nname = "S"\\n'), secret_key={key!r})"""
    )

    assert [name for name in HEAVY if name in loaded] == []
