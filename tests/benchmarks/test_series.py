"""The simulator of remembered logins, with fewer browsers than its tables have."""

from __future__ import annotations

import pytest

from benchmarks.series import (
    SCENARIOS,
    Life,
    Scenario,
    false_alarms,
    lives,
    noticed,
    table,
)

BROWSERS = 100
EACH = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.title)
QUICK = SCENARIOS[-1]


@EACH
def test_no_honest_browser_is_taken_for_a_thief(scenario: Scenario) -> None:
    found = lives("ours", scenario, thief=False, browsers=BROWSERS)

    assert [life for life in found if life.false_alarm] == []


@EACH
def test_every_thief_is_noticed(scenario: Scenario) -> None:
    found = lives("ours", scenario, thief=True, browsers=BROWSERS)

    assert [life for life in found if not life.noticed] == []


@pytest.mark.parametrize(
    ("rules", "scenario"),
    [
        pytest.param("Spring", SCENARIOS[0], id="Spring, parallel requests"),
        pytest.param("Symfony", SCENARIOS[1], id="Symfony, lost answers"),
        pytest.param("ours, recovery off", SCENARIOS[3], id="ours without recovery, lost answers"),
        pytest.param("ours, sent late too", QUICK, id="ours with late answers, quick visits"),
    ],
)
def test_the_simulator_is_hard_on_rules_that_lack_something(rules: str, scenario: Scenario) -> None:
    found = lives(rules, scenario, thief=False, browsers=BROWSERS)

    assert sum(life.false_alarm for life in found) > BROWSERS / 3


def test_the_same_seed_gives_the_same_figures() -> None:
    once, again = (lives("Symfony", QUICK, thief=True, browsers=5) for _ in range(2))

    assert once == again
    assert len({(life.visits, life.noticed) for life in once}) > 1


def test_shares_are_told_as_they_are() -> None:
    alarm, honest = Life(false_alarm=True), Life()
    caught = [Life(noticed=True, visits=visits, thief_logins=1) for visits in (2, 3, 9)]

    assert false_alarms([alarm, honest, honest]) == "33.3 %"
    assert false_alarms([honest]) == "0 %"
    assert false_alarms([*[alarm] * 1999, honest]) == "99.9 %"
    assert noticed([alarm]) == "–"
    assert noticed([honest]) == "0 %"
    assert noticed([alarm, *caught]) == "100 % of 3; 3 (≤ 9); 1 (≤ 1)"


def test_a_table_has_a_row_for_each_scenario() -> None:
    lines = list(table("x", false_alarms, thief=False, browsers=1))

    assert [line.count("|") for line in lines] == [lines[0].count("|")] * (len(SCENARIOS) + 2)
