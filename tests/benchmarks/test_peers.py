"""What is told of other notices beside ours: the words of a cell, the table, and the page it is written into."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers import readings
from benchmarks.peers.pages import HERE, PEERS, POLICIES, page, pressed, site
from benchmarks.peers.readings import Reading
from benchmarks.peers.table import BEGIN, END, ROWS, Column, best, table, written
from cookiesafe.testing.wsgi import WSGIClient

ROOT = Path(__file__).parents[2]


def button(**other: Any) -> dict[str, Any]:
    looks = {
        "color": "rgb(0, 0, 0)",
        "background-color": "rgb(255, 255, 255)",
        "font-weight": "400",
    }
    return {"width": 100.0, "height": 44.0, "text": 60.0, "looks": looks, **other}


def columns(first: Reading, second: Reading) -> list[Column]:
    """Of which only the first row differs."""
    same = {name: Reading("yes", 0) for name in ROWS}
    name = next(iter(ROWS))
    return [Column("one", {**same, name: first}), Column("two", {**same, name: second})]


# --- what is read ------------------------------------------------------------------------------


def test_two_buttons_alike_are_equally_prominent() -> None:
    assert readings.prominence(button(), button()) == Reading("yes", 0)


def test_a_longer_word_makes_no_button_more_prominent_but_more_room_does() -> None:
    longer = button(width=120.0, text=80.0)
    wider = button(width=120.0)

    assert readings.prominence(button(), longer).text == "yes, but for the length of the words"
    assert readings.prominence(button(), wider) == Reading("no, other width", 1)


def test_what_differs_between_two_buttons_is_named_once() -> None:
    looks = {"color": "red", "background-color": "green", "font-weight": "700"}
    other = button(height=50.0, looks=looks)

    assert readings.prominence(button(), other).text == "no, other colour, ground, height, weight"


def test_of_several_times_the_median_is_told_with_how_far_they_lie_apart() -> None:
    assert readings.milliseconds([300.4, 100.0, 204.0]) == Reading("204 ms (100–300)", 200)


def test_times_that_differ_by_less_than_can_be_measured_rank_alike() -> None:
    assert readings.milliseconds([201.0]).rank == readings.milliseconds([199.0]).rank


def test_findings_are_counted_by_rule() -> None:
    assert readings.findings({}) == Reading("0", 0)
    found = readings.findings({"region": 2, "aria-dialog-name": 1})
    assert found == Reading("aria-dialog-name, region ×2", 3)


@pytest.mark.parametrize(
    ("light", "dark", "text"),
    [
        ([255, 255, 255], [20, 20, 20], "yes"),
        ([255, 255, 255], [250, 250, 250], "no, light on both"),
        ([51, 51, 51], [51, 51, 51], "no, dark on both"),
        ([120, 120, 120], [130, 130, 130], "no, the same on both"),
        ([20, 20, 20], [255, 255, 255], "no, the same on both"),
    ],
)
def test_a_notice_follows_that_is_light_on_light_and_dark_on_dark(
    light: list[float], dark: list[float], text: str
) -> None:
    assert readings.follows(light, dark).text == text


def test_a_notice_that_shows_without_its_styles_is_no_whole_one() -> None:
    assert readings.rendered(True, True, []) == Reading("yes", 0)
    assert readings.rendered(True, True, ["style-src"]).text == "yes, 1 refused"
    assert readings.rendered(True, False, ["style-src"]) == Reading("unstyled", 1)
    assert readings.rendered(False, False, []) == Reading("no", 1)


def test_buttons_in_a_row_change_places_from_right_to_left() -> None:
    row = [{"x": 0.0, "y": 0.0}, {"x": 100.0, "y": 0.0}]
    column = [{"x": 0.0, "y": 0.0}, {"x": 0.0, "y": 50.0}]
    both = ["ltr", "rtl"]

    assert readings.mirrored(both, [row, row[::-1]], "قبول").text == "yes, in Arabic"
    assert readings.mirrored(both, [row, row], "OK").text == "no, and says “OK”"
    assert readings.mirrored(both, [column, column], "OK").text == "yes, and says “OK”"
    assert readings.mirrored(["ltr", "ltr"], [column, column], "OK").text == "no, and says “OK”"


def test_a_trap_says_whether_the_page_below_can_be_used() -> None:
    assert readings.trapped(False, True) == Reading("no", 0)
    assert readings.trapped(True, True).text == "yes, the page looks and is usable"
    assert readings.trapped(True, False).text == "yes, the page is blocked for a mouse too"


def test_what_cannot_be_reached_is_counted() -> None:
    assert readings.reached(4, 0, 0) == Reading("yes", 0)
    assert readings.reached(4, 1, 1) == Reading("1 of 4 controls not, 1 text cut off", 2)
    assert readings.stops(None, 40) == Reading("more than 40", 41)
    assert readings.stops(0, 40) == Reading("0", 0)


def test_a_way_back_that_is_half_off_the_screen_is_told_as_such() -> None:
    way = {"label": "Cookies", "width": 44.0, "height": 44.0, "seen": 0.2}

    assert readings.revisited([]) == Reading("none", 1)
    assert readings.revisited([way]).text == "“Cookies” 44×44, 20% of it seen"


# --- the table ---------------------------------------------------------------------------------


def test_the_best_of_a_row_is_bold_whoever_it_is() -> None:
    lines = table(columns(Reading("3 KB", 3), Reading("2 KB", 2))).splitlines()

    assert lines[:2] == ["| | one | two |", "|---|---|---|"]
    assert lines[2].endswith("| 3 KB | **2 KB** |")
    assert lines[3].endswith("| yes | yes |")
    assert len(lines) == 2 + len(ROWS)


def test_all_that_share_the_best_are_bold_and_none_where_all_do() -> None:
    assert best([Reading("a", 1), Reading("b", 1), Reading("c", 2)]) == 1
    assert best([Reading("a", 1), Reading("b", 1)]) is None
    assert best([Reading("a", 1), Reading("b")]) is None


def test_words_of_a_notice_break_no_table() -> None:
    lines = table(columns(Reading("“a|b\n c”", 1), Reading("x", 0))).splitlines()

    assert "| “a\\|b c” | **x** |" in lines[2]


def test_a_reading_that_is_missing_is_no_empty_cell() -> None:
    with pytest.raises(KeyError):
        table([Column("one", {})])


def test_the_table_takes_the_place_of_the_one_before() -> None:
    text = f"# Peers\n\n{BEGIN}old\n{END}\nMore.\n"
    once = written(text, "new\n")

    assert once == f"# Peers\n\n{BEGIN}new\n{END}\nMore.\n"
    assert written(once, "new\n") == once


@pytest.mark.parametrize("text", ["", BEGIN, END + BEGIN, BEGIN + END + BEGIN + END])
def test_a_page_without_its_marks_is_not_written(text: str) -> None:
    with pytest.raises(ValueError, match="once each"):
        written(text, "new")


def test_the_page_has_a_row_for_all_that_is_measured_and_a_column_for_each_notice() -> None:
    text = (ROOT / "docs" / "peers.md").read_text("utf-8")
    lines = text.partition(BEGIN)[2].partition(END)[0].splitlines()[2:]
    locked = json.loads((HERE / "package-lock.json").read_text("utf-8"))["packages"]
    versions = [locked.get(f"node_modules/{each.package}", {}).get("version", "") for each in PEERS]

    assert [line.split(" | ")[0].removeprefix("| ") for line in lines[2:]] == list(ROWS.values())
    assert [each.strip() for each in lines[0].strip("|").split("|")[1:]] == [
        f"{each.name} {version}".strip() for each, version in zip(PEERS, versions, strict=True)
    ]


# --- the page they stand on --------------------------------------------------------------------


def test_all_versions_are_exact() -> None:
    wanted = json.loads((HERE / "package.json").read_text("utf-8"))["dependencies"]
    locked = json.loads((HERE / "package-lock.json").read_text("utf-8"))["packages"]

    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_each_notice_is_put_into_the_same_page() -> None:
    bare = page()

    for peer in PEERS:
        if peer.ours:
            continue
        setup = (HERE / "setups" / peer.setup).read_text("utf-8")
        whole = page(setup)
        for part in setup.split("<!-- end of body -->\n"):
            assert part in whole
            whole = whole.replace(part, "", 1)
        assert whole.replace("<!-- head -->\n", "") == bare


def test_a_nonce_is_on_all_that_a_setup_loads() -> None:
    for peer in PEERS[:-1]:
        setup = (HERE / "setups" / peer.setup).read_text("utf-8")
        whole = page(setup, nonce="abc")
        assert whole.count("<script") == whole.count('<script nonce="abc"')
        assert whole.count("<script") == setup.count("<script") > 0


def test_ours_is_put_into_the_page_by_the_middleware(tmp_path: Path) -> None:
    answer = WSGIClient(site(PEERS[-1], tmp_path)).get("/?csp=strict")

    assert answer.text.count('data-cookiesafe="accept"') == 1
    assert answer.text.count('type="checkbox"') == 4
    assert POLICIES["strict"] in answer.headers_of("Content-Security-Policy")


def test_what_is_measured_is_as_small_as_gzip_makes_it() -> None:
    assert len(pressed(b"a" * 1000)) < 40
