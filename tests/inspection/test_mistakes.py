"""Every mistake that is planted is found, where it is; and nothing in an app that has none."""

from __future__ import annotations

import pytest

from cookiesafe.inspection import Asking, Place

from .conftest import Check
from .quay import FILES, MISTAKES, Mistake, line_of


def test_an_app_without_mistakes_has_no_findings(checked: Check) -> None:
    report = checked(FILES)

    assert report.findings == []
    # The first page, the style sheet, the bill that is linked, and what is mounted; not who signs out.
    assert report.pages == 4


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: each.name)
def test_a_mistake_is_found_with_its_code_place_and_remedy(
    checked: Check, mistake: Mistake
) -> None:
    files = mistake.plant(FILES)

    findings = checked(files).findings

    [finding] = [each for each in findings if each.code == mistake.code]
    assert finding.place == Place(mistake.file, line_of(files[mistake.file], mistake.at))
    assert finding.about == mistake.about
    assert finding.fix
    assert str(finding).endswith(f"[{mistake.code}]")
    assert {each.code for each in findings} == {mistake.code} | mistake.follows


def test_all_mistakes_of_an_app_that_starts_are_found_at_once(checked: Check) -> None:
    planted, files = [], FILES
    for mistake in MISTAKES:
        if not mistake.alone and mistake.old in files[mistake.file]:
            planted.append(mistake)
            files = mistake.plant(files)

    found = {(each.code, each.about) for each in checked(files).findings}

    assert len({each.code for each in planted}) >= 20
    assert {(each.code, each.about) for each in planted} <= found


def test_over_plain_http_no_cookie_has_to_be_secure(checked: Check) -> None:
    [mistake] = [each for each in MISTAKES if each.code == "CS742"]

    report = checked(mistake.plant(FILES), "quay:app", Asking(base="http://localhost:8000"))

    assert "CS742" not in {each.code for each in report.findings}


def test_what_several_pages_have_in_common_is_told_once(checked: Check) -> None:
    everywhere = FILES["quay.py"].replace("<!doctype html><p>Bill", "<img src=//t.example><p>Bill")
    everywhere = everywhere.replace("<h1>Quay</h1>", "<img src=//t.example>")

    findings = checked({**FILES, "quay.py": everywhere}).findings

    assert [each.about for each in findings] == ["t.example"]
