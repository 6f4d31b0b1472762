"""docs/law.md says what the tests show, and every requirement is shown or has its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.law import page
from tests.law.marks import Marked, marked, marked_in
from tests.law.requirements import REQUIREMENTS, SECTIONS


def read(tmp_path: Path, source: str, name: str = "test_it.py") -> list[Marked]:
    file = tmp_path / name
    file.write_text(source, encoding="utf-8")
    return marked_in(file, name)


def test_the_page_is_what_the_marks_make() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.made(), "python -m tests.law"


def test_every_requirement_is_shown_or_has_a_reason() -> None:
    shown = {id for test in marked() for id in test.ids}

    assert [
        each.id for each in REQUIREMENTS.values() if each.id not in shown and not each.reason
    ] == []


def test_every_requirement_is_in_one_section_and_says_what_and_where() -> None:
    assert sum(map(len, SECTIONS.values())) == len(REQUIREMENTS)
    for each in REQUIREMENTS.values():
        assert each.asks.endswith("."), each.id
        assert each.source, each.id
        assert not each.reason or each.reason.endswith("."), each.id
        assert "|" not in f"{each.asks}{each.source}{each.reason}", each.id


def test_every_mark_names_a_requirement_once() -> None:
    for test in marked():
        assert test.ids, test
        assert set(test.ids) <= REQUIREMENTS.keys(), test
        assert len(set(test.ids)) == len(test.ids), test


def test_every_marked_test_runs() -> None:
    assert [test for test in marked() if not test.runs] == []


def test_no_two_marked_tests_of_a_file_have_one_name() -> None:
    assert len({(test.path, test.name) for test in marked()}) == len(marked())


@pytest.mark.parametrize(
    ("decorators", "name", "file", "runs"),
    [
        pytest.param("", "test_a", "test_it.py", True, id="alone"),
        pytest.param("@pytest.mark.parametrize('a', [1])", "test_a", "test_it.py", True, id="more"),
        pytest.param("@pytest.mark.skip", "test_a", "test_it.py", False, id="skipped"),
        pytest.param("@pytest.mark.skipif(1)", "test_a", "test_it.py", False, id="skipped if"),
        pytest.param("@pytest.mark.xfail()", "test_a", "test_it.py", False, id="may fail"),
        pytest.param("", "a_test", "test_it.py", False, id="not collected"),
        pytest.param("", "test_a", "it.py", False, id="in a file that is not collected"),
    ],
)
def test_a_marked_test_is_known_to_run(
    tmp_path: Path, decorators: str, name: str, file: str, runs: bool
) -> None:
    source = f"@pytest.mark.law('L-01', 'G-01')\n{decorators}\ndef {name}():\n    pass\n"

    assert read(tmp_path, source, file) == [Marked(file, name, ("L-01", "G-01"), runs)]


def test_a_marked_test_that_skips_itself_does_not_run(tmp_path: Path) -> None:
    source = "class TestIt:\n    @pytest.mark.law('L-01')\n    def test_a(self):\n        pytest.skip('no')\n"

    assert [each.runs for each in read(tmp_path, source)] == [False]


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("pytestmark = pytest.mark.law('L-01')\n", id="of a module"),
        pytest.param("@pytest.mark.law('L-01')\nclass TestA: ...\n", id="of a class"),
        pytest.param("SHOWS = pytest.mark.law('L-01')\n", id="kept for later"),
        pytest.param("@pytest.mark.law\ndef test_a(): ...\n", id="without ids"),
        pytest.param("@pytest.mark.law(ID)\ndef test_a(): ...\n", id="ids by another name"),
        pytest.param(
            "@pytest.mark.law('L-01')\n@pytest.mark.law('L-02')\ndef test_a(): ...\n", id="twice"
        ),
    ],
)
def test_a_mark_that_would_be_overlooked_is_told(tmp_path: Path, source: str) -> None:
    with pytest.raises(ValueError, match="belongs on a test"):
        read(tmp_path, source)
