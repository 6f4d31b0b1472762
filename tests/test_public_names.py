"""The public names: which there are, and what importing them costs."""

from __future__ import annotations

import ast
import importlib
import json
import pickle
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
    "Event",
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
    "Theme",
    "ThemeError",
    "TooLate",
    "TrafficTerms",
    "UnknownName",
    "UsageError",
    "Visit",
    "WeakKey",
    "current_visit",
    "keys_from",
    "keys_from_env",
    "keys_from_file",
]
HEAVY = [
    "asyncio",
    "concurrent.futures",
    "flask",
    "multiprocessing",
    "socket",
    "sqlalchemy",
    "sqlite3",
    "ssl",
    "starlette",
    "werkzeug",
]
"""What is imported where it is used, and by nobody else."""
AT_START = ["cookiesafe.exchange", "cookiesafe.safe", "cryptography", "jinja2"]
"""What is imported before a request can come, and by no edge alone."""
MOST_OF_AN_EDGE = 60
"""Modules, beside those that Python itself starts with: 41 on 3.11."""
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


def test_they_are_told_to_type_checkers_too() -> None:
    tree = ast.parse((ROOT / "cookiesafe" / "public.py").read_text("utf-8"))
    given_on = [
        alias.asname
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname
    ]
    named = [
        name.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for name in node.targets
        if isinstance(name, ast.Name)
    ]

    assert sorted(given_on + named) == sorted(PUBLIC)


def test_they_are_listed_before_they_are_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import cookiesafe; print(*dir(cookiesafe))"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )

    assert set(PUBLIC) <= set(done.stdout.split())


def test_another_name_is_none_of_the_package() -> None:
    with pytest.raises(AttributeError, match="'cookiesafe' has no attribute 'Cookies'"):
        _ = cookiesafe.Cookies  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", [name for name in PUBLIC if name[0].isupper()])
def test_a_public_class_is_found_by_what_unpickles_it(name: str) -> None:
    of = getattr(cookiesafe, name)

    assert pickle.loads(pickle.dumps(of)) is of  # noqa: S301


def test_a_star_import_gives_the_public_names() -> None:
    into: dict[str, object] = {}
    exec("from cookiesafe import *", into)  # noqa: S102

    assert sorted(into.keys() - {"__builtins__"}) == sorted(PUBLIC)


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "cookiesafe" / "py.typed").is_file()


def test_importing_the_package_loads_nothing_of_it() -> None:
    loaded = loaded_by("import cookiesafe")

    assert [name for name in loaded if name.startswith("cookiesafe.")] == []


@pytest.mark.parametrize("edge", ["asgi", "wsgi"])
def test_importing_an_edge_loads_nothing_heavy_and_little_at_all(edge: str) -> None:
    imports = f"from cookiesafe.adapters.{edge} import CookieSafeMiddleware"
    loaded = loaded_by(imports) - loaded_by("pass")

    assert [name for name in (*HEAVY, *AT_START) if name in loaded] == []
    assert len(loaded) <= MOST_OF_AN_EDGE, sorted(loaded)


def test_putting_it_together_loads_no_driver_and_no_event_loop() -> None:
    key = "k" * 32
    loaded = loaded_by(
        "import logging; logging.disable(); from cookiesafe import CookieSafe, Policy; "
        f"""CookieSafe(Policy.from_toml('[site]\\nname = "S"\\n'), secret_key={key!r})"""
    )

    assert [name for name in HEAVY if name in loaded] == []
    assert set(AT_START) <= loaded


@pytest.mark.parametrize("how", ["asgi", "wsgi", "asgi late", "wsgi late"])
def test_no_request_loads_or_compiles_anything(how: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.support.first_requests", *how.split()],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, list[str]] = json.loads(done.stdout)

    # Python looks up its own codec for what is not ASCII as it is first asked for it.
    assert {
        title: others
        for title, names in found.items()
        if (others := [name for name in names if name != "encodings.ascii"])
    } == {}
