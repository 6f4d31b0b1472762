"""What the dashboard shows of what was counted: the numbers are those of the traffic, and each share says of what it is."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import timedelta

from cookiesafe.count import OTHER, Count
from cookiesafe.dashboard import Period, Table, as_csv, as_json, metrics, tables
from cookiesafe.dashboard.figures import OF_CHOICES, OF_SHOWN, SHOWN
from cookiesafe.dashboard.table import Cell
from cookiesafe.traffic import EPOCH, FIGURES, Traffic, report
from demo_app import history

DAY = 20_000
POLICY = "76e8ee66d985"


def traffic(*counts: tuple[str, str, str, int], days: int = 7) -> Traffic:
    period = Period.up_to(DAY, days)
    return report(*period, [Count(DAY, *each) for each in counts])


def made_up(days: int = 90) -> Traffic:
    counts = [each for each in history.counts(DAY, POLICY) if each.day > DAY - days]
    return report(*Period.up_to(DAY, days), counts)


def rows(table: Table) -> Mapping[Cell, tuple[Cell, ...]]:
    return {row[0]: row[1:] for row in table.rows}


def test_each_figure_is_that_of_the_traffic_and_says_what_it_counts() -> None:
    counted = made_up()
    shown = {each.name: each for each in metrics(counted)}

    for name in shown.keys() & FIGURES.keys():
        assert shown[name].n == counted.total(name)
    assert shown.keys() & FIGURES.keys() == set(SHOWN)
    assert all(each.text.endswith(".") and "`" not in each.text for each in shown.values())


def test_each_outcome_has_both_denominators() -> None:
    counted = made_up()
    for each in metrics(counted):
        if each.name in ("accepted", "rejected", "saved"):
            assert each.shares == {
                OF_CHOICES: counted.notices.of_choices(each.name),
                OF_SHOWN: counted.notices.of_shown(each.name),
            }


def test_what_was_not_answered_is_the_rest() -> None:
    counted = traffic(
        ("shown", "", "", 100), ("choices", "", "", 40), ("choices", "where", "banner", 30)
    )
    shown = {each.name: each for each in metrics(counted)}

    assert shown["answered_on_banner"].n == 30
    assert shown["unanswered"].n == 70
    assert shown["unanswered"].shares == {OF_SHOWN: 0.7}


def test_where_more_answer_than_are_shown_one_nobody_knows_who_did_not() -> None:
    counted = traffic(
        ("shown", "", "", 20), ("choices", "", "", 30), ("choices", "where", "banner", 30)
    )

    assert {each.name: each.n for each in metrics(counted)}["unanswered"] is None


def test_a_difference_does_not_tell_what_a_number_may_not() -> None:
    counted = traffic(
        ("shown", "", "", 100), ("choices", "", "", 95), ("choices", "where", "banner", 95)
    )

    assert {each.name: each.n for each in metrics(counted)}["unanswered"] is None


def test_without_anything_counted_all_is_none_and_no_share_is_told() -> None:
    assert {each.n for each in metrics(traffic())} == {0}
    assert {share for each in metrics(traffic()) for share in each.shares.values()} == {None}
    assert tables(traffic(), POLICY)["held"].rows == ()


def test_the_tables_of_days_have_each_day_and_add_up() -> None:
    counted = made_up(30)
    days = tables(counted, POLICY)["days"]

    assert [row[0] for row in days.rows] == [
        (EPOCH + timedelta(DAY - ago)).isoformat() for ago in range(29, -1, -1)
    ]
    assert sum(row[1] for row in days.rows if isinstance(row[1], int)) == counted.total("accepted")
    # Each day has enough of it.
    assert None not in counted.by_day("accepted").values()


def test_purposes_have_their_yes_and_no() -> None:
    counted = traffic(
        ("answered", "", "", 100),
        ("answered", "purpose", "statistics yes", 60),
        ("answered", "purpose", "statistics no", 20),
        ("answered", "purpose", "@gullwing yes", 17),
        ("answered", "purpose", "@gullwing no", 3),
    )

    assert rows(tables(counted, POLICY)["purposes"]) == {
        "statistics": (60, 20, 0.75),
        "@gullwing": (17, None, None),
    }


def test_what_is_not_there_is_none_unless_it_may_be_under_other() -> None:
    counted = traffic(
        ("choices", "where", "banner", 50),
        ("accepted", "where", "banner", 30),
        ("rejected", "where", "banner", 20),
        ("choices", "where", "receipt", 3),
        ("saved", "where", "choices", 4),
    )

    # Nothing else was accepted; of what was saved, it is only known that it is little.
    assert rows(tables(counted, POLICY)["layers"]) == {
        "banner": (50, 30, 20, None, 0.6, 0.4),
        OTHER: (None, 0, 0, None, None, None),
    }


def test_held_cookies_are_told_by_the_page_that_sets_them() -> None:
    counted = traffic(
        ("held", "cookie", "/bills/* > hl_ad", 12),
        ("held", "cookie", "/a > b > hl_stats", 11),
        ("held", "cookie", OTHER, 20),
    )

    assert tables(counted, POLICY)["held"].rows == (
        ("/bills/*", "hl_ad", 12),
        ("/a > b", "hl_stats", 11),
        (OTHER, "", 20),
    )


def test_the_policy_in_force_is_marked() -> None:
    found = rows(tables(made_up(), POLICY)["policies"])

    assert list(found) == [f"{POLICY} (in force)", "5d41402abc4b"]


def test_a_day_has_24_hours_whatever_was_counted() -> None:
    hours = tables(traffic(("pages", "hour", "09", 40), ("pages", "hour", "10", 4)), POLICY)[
        "hours"
    ]

    assert len(hours.rows) == 24
    assert hours.rows[9] == ("09", 40)
    # Any of the others may be the one that is under ``other``.
    assert hours.rows[10] == ("10", None)
    assert hours.rows[11] == ("11", None)


def test_the_hours_of_the_week_are_those_of_its_days() -> None:
    thursday = EPOCH.toordinal()
    counted = report(
        *Period.up_to(DAY, 8),
        [
            Count(DAY, "pages", "hour", "09", 30),
            Count(DAY - 7, "pages", "hour", "09", 12),
            Count(DAY - 1, "pages", "hour", "09", 9),
            Count(DAY - 2, "pages", "hour", "23", 50),
        ],
    )
    week = tables(counted, POLICY)["week"]
    today = (thursday + DAY - 1) % 7

    assert [each.title for each in week.columns][1 + today].endswith("day (2)")
    assert sum(each.title.endswith("(1)") for each in week.columns) == 6
    assert rows(week)["09"][today] == 42
    assert rows(week)["09"][today - 1] is None
    assert rows(week)["23"][today - 2] == 50
    assert rows(week)["10"][today - 2] == 0


def test_every_figure_that_is_counted_by_visitors_has_a_table() -> None:
    """Where they come from, where they go, and how the notices are answered; what a page was answered is of the app."""
    shown = " ".join(each.text + each.title for each in tables(made_up(), POLICY).values())

    for title in (
        "Entry pages",
        "Referring sites",
        "Countries",
        "From page to page",
        "Returning visitors",
    ):
        assert title in shown
    assert FIGURES["moves"].text in shown
    assert FIGURES["pages"].text in shown


def test_a_table_as_csv_has_its_columns_and_says_what_is_few() -> None:
    counted = traffic(("pages", "page", "=cmd()", 40), ("pages", "page", OTHER, 4))
    lines = list(csv.reader(io.StringIO("".join(as_csv(tables(counted, POLICY)["pages"])))))

    assert lines == [["Page", "Page views"], ["'=cmd()", "40"], [OTHER, "<10"]]


def test_a_table_as_json_says_what_it_is() -> None:
    counted = traffic(("pages", "page", "/bills", 40), ("pages", "page", OTHER, 4))
    said = json.loads(as_json(tables(counted, POLICY)["pages"], counted))

    assert said["rows"] == [["/bills", 40], [OTHER, None]]
    assert said["columns"] == ["Page", "Page views"]
    assert (said["since"], said["until"], said["least"]) == ("2024-09-28", "2024-10-04", 10)


def test_every_table_has_a_count_and_names_that_an_address_can_have() -> None:
    for name, table in tables(made_up(), POLICY).items():
        assert table.name == name
        assert name.replace("-", "").isalpha()
        assert table.columns[table.drawn].kind == "count"
        assert table.text.endswith(".")
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_a_period_is_one_of_three_whatever_is_asked_for() -> None:
    asked = {
        each: Period.asked_for(each, DAY).days
        for each in ("7", "30", "90", "", "0", "-7", "9" * 5000, "7\x00")
    }

    assert asked == {"7": 7, "30": 30, "90": 90} | dict.fromkeys(
        ("", "0", "-7", "9" * 5000, "7\x00"), 30
    )
    assert Period.asked_for(None, DAY).days == 30
    assert Period.up_to(DAY).until == EPOCH + timedelta(DAY)
