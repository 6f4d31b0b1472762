"""The fairness light: what makes each sign, from when on it says something, and what is to be done."""

from __future__ import annotations

import pytest

from cookiesafe.count import Count
from cookiesafe.dashboard import Period, Sign, State, light, signs
from cookiesafe.traffic import Traffic, report
from demo_app import history

DAY = 20_000
POLICY, BEFORE = "76e8ee66d985", "5d41402abc4b"
Counted = tuple[str, str, str, int]


def traffic(*counts: Counted) -> Traffic:
    return report(*Period.up_to(DAY), [Count(DAY, *each) for each in counts])


def sign(name: str, *counts: Counted, enforce: bool = True) -> Sign:
    found = {each.name: each for each in signs(traffic(*counts), POLICY, enforce=enforce)}
    return found[name]


def placed(shown: int, missing: int) -> list[Counted]:
    return [("pages", "notice", "shown", shown), ("pages", "notice", "not placed", missing)]


def answered(name: str, banner: int, choices: int) -> list[Counted]:
    return [(name, "where", "banner", banner), (name, "where", "choices", choices)]


def under(policy: str, accepted: int, choices: int) -> list[Counted]:
    return [("accepted", "policy", policy, accepted), ("choices", "policy", policy, choices)]


def test_a_site_that_is_as_it_should_be_has_a_green_light() -> None:
    counted = report(*Period.up_to(DAY, 90), history.counts(DAY, POLICY))
    shown = signs(counted, POLICY, enforce=True)

    assert {each.state for each in shown} == {"ok"}
    assert light(shown) == "ok"
    assert not any(each.do for each in shown)


def test_with_nothing_counted_nothing_can_be_told() -> None:
    shown = signs(traffic(), POLICY, enforce=True)

    assert {each.name: each.state for each in shown if each.state != "ok"} == dict.fromkeys(
        ("placed", "way", "no", "back", "moved"), "few"
    )
    assert not any(each.do for each in shown)
    assert light(shown) == "few"


def test_where_nothing_is_held_the_light_is_red() -> None:
    shown = signs(traffic(), POLICY, enforce=False)

    assert sign("kept", enforce=False).state == "act"
    assert "enforce" in sign("kept", enforce=False).do
    assert light(shown) == "act"


@pytest.mark.parametrize(
    ("shown", "missing", "state"),
    [(99, 0, "few"), (980, 11, "ok"), (900, 100, "look"), (100, 300, "act"), (0, 300, "act")],
)
def test_a_banner_that_cannot_be_placed(shown: int, missing: int, state: State) -> None:
    assert sign("placed", *placed(shown, missing)).state == state


@pytest.mark.parametrize(
    ("yes", "no", "state"),
    [
        ((500, 20), (480, 20), "ok"),
        ((500, 20), (400, 100), "look"),
        ((500, 20), (100, 400), "act"),
        ((400, 100), (500, 20), "ok"),
        ((500, 20), (40, 20), "few"),
    ],
)
def test_who_rejects_goes_no_further_than_who_accepts(
    yes: tuple[int, int], no: tuple[int, int], state: State
) -> None:
    assert sign("way", *answered("accepted", *yes), *answered("rejected", *no)).state == state


def test_who_withdraws_has_no_banner_and_counts_for_nothing_there() -> None:
    counts = [*answered("accepted", 500, 20), *answered("rejected", 400, 200)]

    assert sign("way", *counts).state == "look"
    assert sign("way", *counts, ("withdrawn", "press", "choices reject", 180)).state == "ok"


def test_who_withdraws_by_what_is_ticked_is_none_of_those_who_reject() -> None:
    counts = [*answered("accepted", 500, 20), *answered("rejected", 400, 200)]
    withdrawn = [
        ("withdrawn", "where", "choices", 180),
        ("withdrawn", "press", "choices save", 180),
    ]

    assert sign("way", *counts, *withdrawn).state == "look"


@pytest.mark.parametrize(
    ("accepted", "choices", "state"), [(95, 100, "ok"), (96, 100, "look"), (60, 61, "few")]
)
def test_that_hardly_anybody_rejects_is_to_be_looked_at(
    accepted: int, choices: int, state: State
) -> None:
    assert sign("no", ("accepted", "", "", accepted), ("choices", "", "", choices)).state == state


@pytest.mark.parametrize(
    ("accepted", "withdrawn", "state"),
    [(99, 0, "few"), (100, 0, "look"), (100, 3, "ok"), (100, 30, "ok")],
)
def test_a_yes_that_nobody_takes_back(accepted: int, withdrawn: int, state: State) -> None:
    assert (
        sign("back", ("accepted", "", "", accepted), ("withdrawn", "", "", withdrawn)).state
        == state
    )


@pytest.mark.parametrize(
    ("now", "before", "state"),
    [
        ((55, 100), (50, 100), "ok"),
        ((70, 100), (50, 100), "look"),
        ((30, 100), (50, 100), "look"),
        ((50, 60), (50, 100), "few"),
    ],
)
def test_other_words_that_move_who_accepts(
    now: tuple[int, int], before: tuple[int, int], state: State
) -> None:
    found = sign("moved", *under(POLICY, *now), *under(BEFORE, *before))

    assert found.state == state
    assert ("points" in found.do) == (state == "look")


@pytest.mark.parametrize(("lost", "state"), [(9, "ok"), (10, "look")])
def test_a_withdrawal_that_was_not_recorded_is_to_be_looked_at(lost: int, state: State) -> None:
    counts = [("accepted", "", "", 100), ("withdrawn", "", "", 50)]

    assert sign("back", *counts, ("unrecorded", "event", "withdrawal", lost)).state == state


@pytest.mark.parametrize(("choices", "state"), [(0, "few"), (5, "few"), (99, "few"), (100, "ok")])
def test_one_policy_moves_nobody_once_enough_have_answered(choices: int, state: State) -> None:
    counted = [("choices", "policy", POLICY, choices)] if choices else []

    assert sign("moved", *counted).state == state


def test_the_light_is_the_worst_of_what_can_be_told() -> None:
    def of(*states: State) -> State:
        return light([Sign(f"s{at}", each, "", "") for at, each in enumerate(states)])

    assert of("ok", "few") == "ok"
    assert of("ok", "look", "few") == "look"
    assert of("look", "act") == "act"
    assert of("few", "few") == "few"
    # The buttons are what they are, and that alone says nothing of a site.
    assert light([Sign("buttons", "ok", "", ""), Sign("no", "few", "", "")]) == "few"
