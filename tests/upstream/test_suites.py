"""What the upstream suites are run with: pins that agree, and a plugin that puts in what it is told."""

from __future__ import annotations

import hashlib
import io
import sys
import tarfile
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.upstream import __main__ as upstream
from tests.upstream.put_in import DEFECTS, put_in
from tests.upstream.suites import SUITES

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))


@pytest.fixture
def theirs() -> Iterator[ModuleType]:
    """A module with a class ``Theirs`` in it, and ``Ours``, and ``holder.value``."""
    module = ModuleType("a_module_of_theirs")
    vars(module).update(
        Theirs=type("Theirs", (), {}),
        Ours=type("Ours", (), {"save_session": lambda self: "saved"}),
        holder=SimpleNamespace(value="theirs"),
    )
    sys.modules[module.__name__] = module
    yield module
    del sys.modules[module.__name__]


def test_the_installed_versions_are_those_whose_tests_are_run() -> None:
    pinned = [each for each in PROJECT["dependency-groups"]["upstream"] if "==" in each]

    assert {f"{suite.project}=={suite.version}" for suite in SUITES.values()} <= set(pinned)


def test_every_defect_is_planted_somewhere() -> None:
    assert {place.defect for suite in SUITES.values() for place in suite.places} == DEFECTS.keys()


def test_ours_stands_in_the_place_of_theirs(theirs: ModuleType) -> None:
    put_in("a_module_of_theirs:Theirs", "a_module_of_theirs:Ours", None)
    put_in("a_module_of_theirs:holder.value", "a_module_of_theirs:Ours()", None)

    assert theirs.Theirs is theirs.Ours
    assert type(theirs.holder.value) is theirs.Ours


@pytest.mark.parametrize("ours", ["a_module_of_theirs:Ours()", None])
def test_a_defect_is_planted_in_what_stands_there(theirs: ModuleType, ours: str | None) -> None:
    theirs.holder.value = theirs.Ours()
    put_in("a_module_of_theirs:holder.value", ours, "saves no session")

    assert isinstance(theirs.holder.value, theirs.Ours)
    assert theirs.holder.value.save_session() is None


def test_each_defect_has_a_run_of_its_own() -> None:
    runs = [
        placed for _, placed in upstream.placings(SUITES["flask-login"], ours=True, defect=True)
    ]

    assert [[defect for *_, defect in placed if defect] for placed in runs] == [
        ["saves no session"],
        ["remembers nobody"],
        ["always false"],
    ]
    assert all(ours for placed in runs for _, ours, _ in placed)


def an_archive(folder: Path) -> Path:
    kept = folder / "flask-3.1.3.tar.gz"
    with tarfile.open(kept, "w:gz") as tar:
        for name in ("tests/test_it.py", "pyproject.toml", "src/flask.py"):
            tar.addfile(tarfile.TarInfo(f"flask-3.1.3/{name}"), io.BytesIO())
    return kept


def test_of_an_archive_that_is_what_was_pinned_the_tests_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "ARCHIVES", tmp_path)
    digest = hashlib.sha256(an_archive(tmp_path).read_bytes()).hexdigest()
    top = upstream.unpack(replace(SUITES["flask"], sha256=digest), tmp_path / "source")

    assert {path.name for path in top.rglob("*.*")} == {"test_it.py", "pyproject.toml"}


def test_an_archive_that_is_another_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "ARCHIVES", tmp_path)
    an_archive(tmp_path)

    with pytest.raises(ValueError, match="not what is pinned"):
        upstream.unpack(SUITES["flask"], tmp_path / "source")
