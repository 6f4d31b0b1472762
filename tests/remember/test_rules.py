"""What becomes of a remembered login, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.errors import SettingError
from cookiesafe.remember import RULES, TOMBSTONE, Presented, Series, Terms, Verdict, parse, present
from cookiesafe.remember.rules import DELIVERY, Token
from cookiesafe.remember.series import CAP, State
from cookiesafe.remember.token import token
from tests.support.logins import DAY, NOW, a_login, shown

STRICT = Terms(recovery=False)


class Login:
    """A row in a store of its own, and the payload that a browser has."""

    def __init__(self, terms: Terms | None = None) -> None:
        self.terms = terms or Terms()
        self.row, self.payload = a_login(terms=self.terms)

    def comes(self, now: int, payload: str | None = None, *, epoch: int = 0) -> Verdict:
        """Present what the browser has, or something else, and write what is to be written."""
        presented = shown(payload or self.payload)
        verdict = present(presented, self.row, epoch, now, self.terms)
        if verdict.replace is not None:
            assert verdict.expected == self.row.gen
            self.row = verdict.replace
        return verdict

    def returns(self, now: int) -> Verdict:
        """Present it, and take what comes."""
        verdict = self.comes(now)
        self.payload = verdict.payload or self.payload
        return verdict


def told(verdict: Verdict) -> tuple[str, str]:
    return verdict.rule.name, verdict.outcome


# --- who goes on -------------------------------------------------------------------------------


def test_within_a_minute_the_token_stays() -> None:
    login = Login()

    verdict = login.comes(NOW + 59)

    assert told(verdict) == ("current", "accepted")
    assert (verdict.replace, verdict.payload) == (None, None)


def test_after_a_minute_the_token_is_replaced() -> None:
    login = Login()
    begun = login.row

    verdict = login.comes(NOW + 60)

    assert told(verdict) == ("rotate", "accepted")
    assert login.row == replace(
        begun,
        gen=1,
        seen_gen=0,
        rotated_at=NOW + 60,
        used_at=NOW + 60,
        idle_until=NOW + 60 + 30 * DAY,
    )
    assert shown(verdict.payload).gen == 1
    assert verdict.send_until == NOW + 60 + DELIVERY


def test_the_new_token_is_accepted_and_replaced_in_its_turn() -> None:
    login = Login()

    generations = [login.returns(NOW + 100 * day * DAY // 10) for day in range(1, 10)]

    assert {told(each) for each in generations} == {("rotate", "accepted")}
    assert login.row.gen == 9


def test_a_parallel_request_is_sent_the_same_successor() -> None:
    login = Login()
    first = login.comes(NOW + 100)
    rotated = login.row

    second = login.comes(NOW + 100 + DELIVERY)

    assert told(second) == ("parallel", "accepted")
    assert second.payload == first.payload
    assert second.send_until == first.send_until == NOW + 100 + DELIVERY
    assert login.row == rotated


def test_a_parallel_request_that_comes_late_is_let_in_and_sent_nothing() -> None:
    login = Login()
    login.comes(NOW + 100)

    verdict = login.comes(NOW + 100 + DELIVERY + 1)

    assert told(verdict) == ("parallel", "accepted")
    assert verdict.payload is None


def test_who_loses_the_race_is_sent_the_winners_token() -> None:
    presented = shown(Login().payload)
    row = Login().row
    one, other = (present(presented, row, 0, NOW + 100) for _ in range(2))

    assert one.replace == other.replace
    again = present(presented, one.replace, 0, NOW + 100)

    assert told(again) == ("parallel", "accepted")
    assert again.payload == one.payload


def test_a_lost_answer_is_made_up_for_and_what_was_lost_is_skipped() -> None:
    login = Login()
    login.comes(NOW + 100)

    verdict = login.comes(NOW + 160)

    assert told(verdict) == ("recover", "accepted")
    assert (login.row.gen, login.row.seen_gen) == (2, 0)
    assert shown(verdict.payload).gen == 2


def test_five_lost_answers_in_a_row_are_made_up_for() -> None:
    login = Login()
    login.returns(NOW + DAY)

    verdicts = [login.comes(NOW + day * DAY) for day in range(2, 7)]

    assert [told(each)[1] for each in verdicts] == ["accepted"] * 5
    login.payload = verdicts[-1].payload or ""
    assert told(login.returns(NOW + 8 * DAY)) == ("rotate", "accepted")


def test_clocks_of_other_servers_that_are_ahead_do_no_harm() -> None:
    login = Login()
    login.row = replace(login.row, gen=1, rotated_at=NOW + 300)

    assert told(login.comes(NOW + 100)) == ("parallel", "accepted")


# --- who does not ------------------------------------------------------------------------------


def test_a_token_of_before_is_a_theft() -> None:
    login = Login()
    stolen = login.payload
    login.returns(NOW + 100)
    login.returns(NOW + 200)

    verdict = login.comes(NOW + 210, stolen)

    assert told(verdict) == ("theft", "stolen")
    assert verdict.event == "remember_theft"
    assert (verdict.replace, verdict.payload, verdict.everywhere) == (None, None, False)
    assert verdict.series == login.row


def test_a_skipped_token_is_a_theft() -> None:
    login = Login()
    skipped = login.comes(NOW + 100).payload
    login.returns(NOW + 200)

    assert told(login.comes(NOW + 260, skipped)) == ("theft", "stolen")


def test_while_it_was_just_skipped_it_may_be_parallel() -> None:
    login = Login()
    skipped = login.comes(NOW + 100).payload
    current = login.returns(NOW + 200).payload

    verdict = login.comes(NOW + 210, skipped)

    assert told(verdict) == ("parallel", "accepted")
    assert verdict.payload == current


def test_without_recovery_a_lost_answer_counts_as_theft() -> None:
    login = Login(STRICT)
    login.comes(NOW + 100)

    assert told(login.comes(NOW + 159)) == ("parallel", "accepted")
    assert told(login.comes(NOW + 160)) == ("theft", "stolen")


def test_a_theft_ends_all_logins_of_the_user_where_that_is_asked_for() -> None:
    login = Login(Terms(everywhere=True))
    stolen = login.payload
    login.returns(NOW + 100)
    assert not login.returns(NOW + 200).everywhere

    assert login.comes(NOW + 300, stolen).everywhere


ORDERS = {
    "the thief first": "tvt",
    "the victim first": "vtv",
    "in turns": "vvt",
    "the thief stays": "ttv",
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
def test_a_theft_is_noticed_in_whatever_order_they_come(order: str) -> None:
    login = Login()
    has = dict.fromkeys("tv", login.payload)

    verdicts = []
    for number, who in enumerate(order, 1):
        verdict = login.comes(NOW + number * DAY, has[who])
        has[who] = verdict.payload or has[who]
        verdicts.append(verdict.outcome)

    assert verdicts == ["accepted", "accepted", "stolen"]


@given(
    st.lists(st.tuples(st.sampled_from("tv"), st.integers(60, 3 * DAY)), max_size=12).filter(
        lambda visits: {who for who, _ in visits} == {"t", "v"}
    )
)
def test_a_theft_is_noticed_at_the_second_change_of_hands_at_the_latest(
    visits: list[tuple[str, int]],
) -> None:
    login = Login()
    has, now, hands = dict.fromkeys("tv", login.payload), NOW, ""

    for who, gap in visits:
        now += gap
        hands += who if hands[-1:] != who else ""
        verdict = login.comes(now, has[who])
        if verdict.outcome == "stolen":
            return
        has[who] = verdict.payload or has[who]
        assert len(hands) < 3

    assert len(hands) == 2


def test_a_jar_of_an_earlier_day_ends_that_login_and_no_other() -> None:
    """As a virtual machine has it that is set back."""
    login, elsewhere = Login(), Login()
    old = login.payload
    for day in range(1, 4):
        login.returns(NOW + day * DAY)

    assert login.comes(NOW + 4 * DAY, old).outcome == "stolen"
    assert told(elsewhere.returns(NOW + 4 * DAY)) == ("rotate", "accepted")


@given(st.binary(min_size=16, max_size=16), st.integers(0, 9), st.integers(0, 9 * DAY))
def test_without_a_true_token_nobody_ends_a_login(tok: bytes, gen: int, later: int) -> None:
    login = Login()
    login.returns(NOW + 100)
    login.returns(NOW + 200)
    forged = Presented(shown(login.payload).series, gen, tok)

    verdict = present(forged, login.row, 0, NOW + 200 + later)

    assert told(verdict) == ("forged", "refused")
    assert verdict.replace is None


def test_a_token_that_the_store_does_not_know_yet_is_refused_without_an_alarm() -> None:
    login = Login()
    backup = login.row
    login.returns(NOW + 100)
    login.row = backup

    verdict = login.comes(NOW + 200)

    assert told(verdict) == ("ahead", "refused")
    assert verdict.event == "remember_ahead"


def test_of_no_series_nothing_is_told() -> None:
    presented = shown(Login().payload)

    verdict = present(presented, None, 0, NOW)

    assert told(verdict) == ("nothing", "refused")
    assert (verdict.series, verdict.replace, verdict.payload) == (None, None, None)
    assert verdict.event == ""


DEAD: dict[str, dict[str, object]] = {
    "revoked": {"revoked_at": NOW + 1, "revoked_why": "theft"},
    "outdated": {"epoch": 1},
    "expired": {"idle_until": NOW + 50},
}


@pytest.mark.parametrize("gen", [0, 1, 2])
@pytest.mark.parametrize("state", DEAD)
def test_what_has_ended_is_refused_with_whatever_token(state: str, gen: int) -> None:
    login = Login()
    login.row = replace(login.row, gen=gen, **DEAD[state])  # type: ignore[arg-type]

    assert login.row.state(0, NOW + 100) == state
    assert told(login.comes(NOW + 100)) == ("nothing", "refused")


# --- how long it lasts -------------------------------------------------------------------------


def test_it_ends_after_thirty_days_without_a_return() -> None:
    kept, ended = Login(), Login()

    assert kept.comes(NOW + 30 * DAY - 1).outcome == "accepted"
    assert ended.comes(NOW + 30 * DAY).outcome == "refused"


def test_it_ends_after_half_a_year_whatever_happens() -> None:
    login = Login()
    for day in range(20, 180, 20):
        assert login.returns(NOW + day * DAY).outcome == "accepted"

    assert login.row.idle_until == login.row.until == NOW + 180 * DAY
    assert login.returns(NOW + 180 * DAY).outcome == "refused"


@pytest.mark.parametrize(("idle", "absolute"), [(0, 1), (2, 1), (1, CAP + 1), (-1, 5)])
def test_lifetimes_that_cannot_be_are_told(idle: int, absolute: int) -> None:
    with pytest.raises(SettingError, match="400 days"):
        Terms(idle=idle, absolute=absolute)


def test_the_longest_is_four_hundred_days() -> None:
    assert Terms(idle=CAP, absolute=CAP).absolute == 400 * DAY


def test_what_has_ended_is_kept_for_thirty_days() -> None:
    row, _ = a_login()
    revoked = replace(row, revoked_at=NOW + 5, revoked_why="logout")

    assert not revoked.is_forgotten(NOW + 4 + TOMBSTONE)
    assert revoked.is_forgotten(NOW + 5 + TOMBSTONE)
    assert not row.is_forgotten(row.idle_until - 1 + TOMBSTONE)
    assert row.is_forgotten(row.idle_until + TOMBSTONE)


def test_a_login_lives_until_it_ends() -> None:
    row, _ = a_login()

    assert row.lives(0, NOW)
    assert row.lives(0, NOW + DAY)
    assert not row.lives(1, NOW)
    assert not row.lives(0, NOW + 30 * DAY)


# --- the table ---------------------------------------------------------------------------------


def test_every_state_knows_every_token() -> None:
    states, tokens = get_args(State), set(get_args(Token))
    known: dict[State, set[Token]] = {state: set() for state in states}
    for state, kind in RULES:
        known[state].add(kind)

    assert all(each in ({"any"}, tokens - {"any"}) for each in known.values())


@given(
    st.builds(Presented, st.binary(min_size=16, max_size=16), st.integers(0, 5), st.binary()),
    st.integers(-DAY, 500 * DAY),
    st.integers(0, 2),
    st.integers(0, 5),
    st.integers(0, 5),
    st.booleans(),
)
def test_any_token_meets_a_rule(
    presented: Presented, later: int, epoch: int, gen: int, seen: int, ours: bool
) -> None:
    row: Series = replace(a_login()[0], gen=gen, seen_gen=min(gen, seen))
    if ours:
        presented = replace(presented, tok=token(row.mac_key, presented.series, presented.gen))

    verdict = present(presented, row, epoch, NOW + later)

    assert verdict.rule in RULES.values()
    if verdict.payload is not None:
        again = parse(verdict.payload)
        assert again is not None
        assert again.is_from(row.mac_key)
        assert verdict.outcome == "accepted"
