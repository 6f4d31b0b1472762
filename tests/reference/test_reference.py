"""The reference says what the code has, all of it and nothing else."""

from __future__ import annotations

import ast
import configparser
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

import pytest

from cookiesafe.adapters.templates import HELPERS
from cookiesafe.desk import desk
from tests.reference import api, codes
from tests.reference.__main__ import DOCS, PAGES
from tests.reference.options import subcommands
from tests.support.django_settings import configure

ROOT = DOCS.parent
ALL = [*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md"))]
THE_SUITES_SITE = "cookiesafe.testing.site"
"""Whose names are told where the suite is."""
_BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


def blocks(language: str) -> Iterator[tuple[str, str]]:
    for page in ALL:
        for named, text in _BLOCK.findall(page.read_text("utf-8")):
            if named == language:
                yield page.name, text


def chapter(page: Path, heading: str) -> str:
    _, found, rest = page.read_text("utf-8").partition(f"\n## {heading}\n")
    assert found, f"{page.name} has no chapter {heading}"
    return rest.partition("\n## ")[0]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_the_code_has_it(name: str) -> None:
    """If not: ``python -m tests.reference``."""
    assert (DOCS / name).read_text("utf-8") == PAGES[name]()


def test_every_page_is_in_the_list_of_pages() -> None:
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", (DOCS / "README.md").read_text("utf-8")))

    assert listed == {each.name for each in DOCS.glob("*.md")} - {"README.md"}


def test_what_pages_import_is_in_the_reference() -> None:
    """Under the module they name, or under the root, which has the same; modules themselves, as Django's ``auth``."""
    public = api.public()
    for page, text in blocks("python"):
        for node in ast.walk(ast.parse(text)):
            place = getattr(node, "module", None) or ""
            if isinstance(node, ast.ImportFrom) and place.split(".")[0] == "cookiesafe":
                for name in {alias.name for alias in node.names}:
                    assert (
                        name in [*public.get(place, []), *public["cookiesafe"]]
                        or f"{place}.{name}" in public
                        or place == THE_SUITES_SITE
                    ), (page, place, name)


def test_every_code_is_in_the_table_of_codes_and_has_its_page() -> None:
    listed = re.findall(
        r"^\| \[(CS\d{3})\]", chapter(DOCS / "errors.md", "All codes"), re.MULTILINE
    )

    assert listed == sorted(codes.used())


def test_the_readme_has_every_address_that_is_answered_and_no_other() -> None:
    rows = re.findall(
        r"^\| (`(?:GET|POST) .+?`) \|", chapter(ROOT / "README.md", "What it serves"), re.MULTILINE
    )
    said = {
        (method, path)
        for row in rows
        for method, path in re.findall(r"`(\w+) /cookiesafe/([\w./-]+)", row)
    }
    answered = {(method, page) for page, methods in desk._PAGES.items() for method in methods}

    assert said == answered


def test_every_variable_that_is_read_is_explained_and_no_other() -> None:
    sources = [each for top in ("cookiesafe", "adapters") for each in (ROOT / top).rglob("*.py")]
    read = {
        name
        for source in sources
        for name in re.findall(r'"(COOKIESAFE_[A-Z_]*[A-Z])"', source.read_text("utf-8"))
    }
    text = "".join(each.read_text("utf-8") for each in DOCS.glob("*.md"))

    assert {name for name in read if f"`{name}`" not in text and name not in text} == set()


def test_what_templates_may_call_is_listed_and_nothing_else() -> None:
    listed = set(
        re.findall(
            r"^\| `\{[{%] (?:if )?(\w+)\(",
            chapter(DOCS / "features.md", "In templates"),
            re.MULTILINE,
        )
    )

    assert listed == set(HELPERS)


def commands(beginning: str) -> list[str]:
    """What follows such a beginning on the lines of consoles."""
    shell = "\n".join(text for _, text in blocks("console"))
    return re.findall(rf"^\$ (?:.*\| )?{beginning} (.+)$", shell, re.MULTILINE)


@pytest.mark.parametrize("line", commands("cookiesafe"))
def test_a_command_on_a_page_is_one_there_is(line: str) -> None:
    words = shlex.split(line)
    known = subcommands()
    name = next(each for each in (" ".join(words[:2]), words[0]) if each in known)
    spelled = {each for one in known[name].params for each in (*one.opts, *one.secondary_opts)}

    assert {word for word in words if word.startswith("-") and word != "-"} <= spelled


def test_djangos_commands_on_its_page_are_those_there_are() -> None:
    configure()
    from cookiesafe.adapters.django.management.commands.cookiesafe import Command

    parser = ArgumentParser()
    Command().add_arguments(parser)
    [does] = [each for each in parser._actions if each.dest == "what"]
    parsed = {
        parser.parse_args(shlex.split(line)).what
        for line in commands("python manage.py cookiesafe")
    }
    listed = re.findall(r"^\| `(\w+)` \|", chapter(DOCS / "django.md", "Commands"), re.MULTILINE)

    assert parsed == set(listed) == set(does.choices or ())


def test_an_extra_on_a_page_is_one_there_is_and_each_is_named() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    texts = "".join(page.read_text("utf-8") for page in ALL)
    named = {
        extra.strip()
        for extras in re.findall(r"\bcookiesafe\[([\w, -]+)\]", texts)
        for extra in extras.split(",")
    }

    assert named == set(project["optional-dependencies"])


def test_a_module_on_a_page_is_one_there_is() -> None:
    texts = "".join(page.read_text("utf-8") for page in ALL)
    modules = set(re.findall(r"python -m ((?:tests|benchmarks|demo_app|cookiesafe)[\w.]*)", texts))
    paths = [ROOT / module.replace(".", "/") for module in modules]

    assert [
        path
        for path in paths
        if not (path.with_suffix(".py").exists() or (path / "__main__.py").exists())
    ] == []


def test_a_target_of_make_on_a_page_is_one_there_is() -> None:
    made = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    called = {
        each for page in ALL for each in re.findall(r"`make ([\w-]+)`", page.read_text("utf-8"))
    }

    assert called <= made


@pytest.mark.parametrize("text", [text for _, text in blocks("json")])
def test_json_on_a_page_is_json(text: str) -> None:
    assert json.loads(text)


@pytest.mark.parametrize("text", [text for _, text in blocks("ini")])
def test_an_ini_file_on_a_page_is_one(text: str) -> None:
    found = configparser.ConfigParser()
    found.read_string(text)

    assert found.sections()


@pytest.mark.parametrize("text", [text for _, text in blocks("js")])
def test_a_script_on_a_page_is_one(text: str, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node.js, which reads scripts")
    (tmp_path / "shown.js").write_text(text)

    subprocess.run([node, "--check", tmp_path / "shown.js"], check=True)
