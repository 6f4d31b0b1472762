"""Each rule on who may import whom, broken on purpose in a copy of the tree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINT = Path(sys.executable).with_name("lint-imports")
RULES = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
NAMES: dict[str, str] = {each["id"]: each["name"] for each in RULES["contracts"]}

needs_linter = pytest.mark.skipif(
    not LINT.exists(), reason="import-linter is of the dev group, which is not installed"
)

OUTSIDE = (
    "__init__",
    "__main__",
    "adapters",
    "browsing",
    "cli",
    "inspection",
    "public",
    "safe",
    "succession",
    "testing",
)
"""What is no core."""

BREAKS = [
    ("layers", "cookiesafe/errors.py", "from . import consent", "a lower layer knows a higher"),
    ("layers", "cookiesafe/newcomer.py", "", "a module that is in no layer"),
    ("pure-core", "cookiesafe/gate/page/judge.py", "import time", "the core asks the clock"),
    ("edges-apart", "adapters/wsgi.py", "from cookiesafe.adapters import asgi", "edges meet"),
    ("edges-apart", "adapters/_asgi.py", "from cookiesafe.adapters import _wsgi", "requests meet"),
    (
        "stores-know-no-edge",
        "adapters/stores/memory.py",
        "import cookiesafe.adapters._drive",
        "a store knows an edge",
    ),
    ("nothing-imports-the-root", "cookiesafe/keys.py", "import cookiesafe", "by the core"),
    ("nothing-imports-the-root", "adapters/asgi.py", "from cookiesafe import Policy", "by an edge"),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The tree as the linter reads it: the modules, and the link to the adapters."""
    only_modules = shutil.ignore_patterns("__pycache__", "static", "templates", "*.css", "*.toml")
    for name in ("cookiesafe", "adapters", "demo_app"):
        shutil.copytree(ROOT / name, tmp_path / name, symlinks=True, ignore=only_modules)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def broken_in(tree: Path) -> set[str]:
    """The names of the rules that ``tree`` breaks."""
    done = subprocess.run(
        [LINT, "--no-cache"],
        cwd=tree,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
        check=False,
        capture_output=True,
        text=True,
    )
    kept, broken = (
        set(re.findall(rf"^(.+?) {verdict}\b", done.stdout, re.MULTILINE))
        for verdict in ("KEPT", "BROKEN")
    )
    assert kept | broken == set(NAMES.values()), done.stdout + done.stderr
    assert (done.returncode != 0) == bool(broken)
    return broken


@needs_linter
def test_the_tree_breaks_no_rule(copy: Path) -> None:
    assert broken_in(copy) == set()


@needs_linter
@pytest.mark.parametrize(
    ("rule", "file", "line"),
    [pytest.param(*each[:3], id=f"{each[0]}: {each[3]}") for each in BREAKS],
)
def test_one_forbidden_line_breaks_its_rule(copy: Path, rule: str, file: str, line: str) -> None:
    with (copy / file).open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")

    assert NAMES[rule] in broken_in(copy)


def test_every_rule_is_broken_here() -> None:
    assert {each[0] for each in BREAKS} == NAMES.keys()


def test_every_module_of_the_core_is_named_as_such() -> None:
    (rule,) = [each for each in RULES["contracts"] if each["id"] == "pure-core"]
    modules = {
        f"cookiesafe.{path.stem}"
        for path in (ROOT / "cookiesafe").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }

    outside = {f"cookiesafe.{name}" for name in OUTSIDE}
    assert set(rule["source_modules"]) == modules - outside
