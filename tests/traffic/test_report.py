"""What is given away: sums that are true, and no number from 1 to 9."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from cookiesafe.count import OTHER, Count
from cookiesafe.traffic import CUTS, FIGURES, NOTICES, Traffic, day_of, report
from cookiesafe.traffic.report import rate
from tests.support.servers import ROOT

MONDAY = date(2026, 11, 23)
DAY = day_of(MONDAY)


def count(figure: str, n: int, cut: str = "", value: str = "", day: int = DAY) -> Count:
    return Count(day, figure, cut, value, n)


@pytest.fixture
def traffic() -> Traffic:
    counts = [
        count("pages", 100),
        count("pages", 4, day=DAY + 1),
        count("pages", 60, "page", "/"),
        count("pages", 25, "page", "=cmd|' /C calc'!A0"),
        count("pages", 15, "page", OTHER),
        count("pages", 4, "page", OTHER, day=DAY + 1),
        count("shown", 40),
        count("choices", 12),
        count("choices", 8, day=DAY + 1),
        count("choices", 12, "where", "banner"),
        count("choices", 8, "where", "choices", day=DAY + 1),
        count("accepted", 10),
        count("rejected", 4),
        count("rejected", 6, day=DAY + 1),
        count("a figure of another version", 99),
    ]
    return report(MONDAY, MONDAY + timedelta(2), counts)


def test_totals_add_up_over_days(traffic: Traffic) -> None:
    assert traffic.total("pages") == 104
    assert traffic.total("choices") == 20
    assert traffic.total("rejected") == 10
    assert traffic.total("withdrawn") == 0


def test_what_is_rare_is_fewer_than_ten(traffic: Traffic) -> None:
    assert list(traffic.by_day("pages").values()) == [100, None, 0]
    assert traffic.by("choices", "where") == {"banner": 12, OTHER: None}
    assert traffic.by("pages", "page", MONDAY + timedelta(1)) == {OTHER: None}


def test_values_are_told_the_most_frequent_first_and_other_last(traffic: Traffic) -> None:
    assert list(traffic.by("pages", "page").items()) == [
        ("/", 60),
        ("=cmd|' /C calc'!A0", 25),
        (OTHER, 19),
    ]


def test_both_denominators_are_there(traffic: Traffic) -> None:
    notices = traffic.notices

    assert (notices.shown, notices.choices, notices.accepted) == (40, 20, 10)
    assert notices.choice_rate == 12 / 40
    assert notices.no_choice_rate == 1 - 12 / 40
    assert notices.of_choices("accepted") == 10 / 20
    assert notices.of_shown("accepted") == 10 / 40
    assert notices.of_choices("saved") == 0


def test_a_rate_of_what_is_rare_is_not_told() -> None:
    assert rate(None, 40) is None
    assert rate(12, None) is None
    assert rate(12, 0) is None


def test_what_is_no_figure_or_no_cut_of_it_is_a_mistake(traffic: Traffic) -> None:
    with pytest.raises(KeyError):
        traffic.total("pagez")
    with pytest.raises(KeyError):
        traffic.by_day("pagez")
    with pytest.raises(KeyError):
        traffic.by("pages", "where")


def test_json_has_all_figures_with_what_they_count(traffic: Traffic) -> None:
    told = json.loads(traffic.to_json())

    assert (told["since"], told["until"], told["least"]) == ("2026-11-23", "2026-11-25", 10)
    assert told["figures"].keys() == FIGURES.keys()
    pages = told["figures"]["pages"]
    assert pages["total"] == 104
    assert pages["text"] == FIGURES["pages"].text
    assert pages["days"] == {"2026-11-23": 100, "2026-11-24": None, "2026-11-25": 0}
    assert pages["cuts"]["page"]["/"] == 60


def test_csv_has_a_line_for_each_cell_that_no_spreadsheet_runs(traffic: Traffic) -> None:
    rows = list(csv.DictReader(line.rstrip("\r\n") for line in traffic.to_csv()))

    assert rows[0].keys() == {"day", "figure", "cut", "value", "count"}
    assert {"day": "2026-11-24", "figure": "pages", "cut": "", "value": "", "count": "<10"} in rows
    assert {row["count"] for row in rows if row["value"] == "/"} == {"60"}
    assert [row["value"] for row in rows if "calc" in row["value"]] == ["'=cmd|' /C calc'!A0"]


def test_csv_of_many_days_takes_no_longer_for_each_of_them() -> None:
    class Watched(tuple[Count, ...]):
        looks = 0

        def __iter__(self) -> Iterator[Count]:
            self.looks += 1
            return super().__iter__()

    counts = Watched(count("pages", 10, day=DAY + n) for n in range(760))
    rows = list(Traffic(MONDAY, MONDAY + timedelta(759), counts).to_csv())

    assert len(rows) == 761
    assert counts.looks == 1


def test_no_export_has_a_number_from_1_to_9(traffic: Traffic) -> None:
    rows = list(csv.DictReader(line.rstrip("\r\n") for line in traffic.to_csv()))
    told = json.loads(traffic.to_json())["figures"].values()
    numbers = [int(row["count"]) for row in rows if row["count"].isdecimal()]
    for figure in told:
        cells = [n for cut in figure["cuts"].values() for n in cut.values()]
        numbers += [n for n in [figure["total"], *figure["days"].values(), *cells] if n is not None]

    assert numbers
    assert not set(range(1, 10)) & set(numbers)
    assert "_counts" not in repr(traffic)


def test_no_share_is_more_than_its_whole() -> None:
    """As of banners that come out of a cache, and are answered all the same."""
    counts = [count("shown", 20), count("choices", 30), count("choices", 30, "where", "banner")]
    notices = report(MONDAY, MONDAY, [*counts, count("accepted", 20)]).notices

    assert notices.choice_rate is None
    assert notices.no_choice_rate is None
    assert notices.of_shown("accepted") == 1
    assert notices.of_choices("accepted") == 20 / 30


def test_the_documentation_has_each_figure_and_each_cut() -> None:
    text = (ROOT / "docs" / "traffic.md").read_text(encoding="utf-8")

    for name, figure in FIGURES.items():
        cuts = ", ".join(f"`{cut}`" for cut in figure.cuts)
        assert f"| `{name}` | {figure.title} | {figure.text} | {cuts} |" in text
    for name, cut in CUTS.items():
        assert f"| `{name}` | {cut.text} | {'yes' if cut.open else ''} |" in text
    for name, stood in NOTICES.items():
        assert f"| `{name}` | {stood} |" in text


def test_each_figure_is_cut_by_what_there_is() -> None:
    cuts = {cut for figure in FIGURES.values() for cut in figure.cuts}

    assert cuts == CUTS.keys()
    assert all(figure.title and figure.text.endswith(".") for figure in FIGURES.values())
    assert NOTICES
