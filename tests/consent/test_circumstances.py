"""What holds for a visitor whatever they choose: signals, the rules of a place, and childhood."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.consent import (
    DAY,
    UNDECIDED,
    Circumstances,
    Consent,
    allowed,
    choose,
    holds,
    lapse,
    question,
    read,
    with_vendor,
    write,
)
from cookiesafe.policy import History, Policy, Purpose, Regime, Site, Vendor

TODAY = 20_779
RECEIPT = "Q2hvcCBzdWV5ISAgIDEyMw"
POLICY = Policy(
    site=Site(name="Site"),
    purposes=[
        Purpose(id="ads", title="Adverts", signal="gpc", category="advertising"),
        Purpose(id="stats", title="Statistics", category="statistics"),
        Purpose(id="tips", title="Tips"),
    ],
    vendors=[
        Vendor(id="gull", name="Gull", hosts=("gull.example",), purposes=("ads",)),
        Vendor(id="tern", name="Tern", hosts=("tern.example",), purposes=("stats",)),
    ],
    regimes=[
        Regime(
            id="here",
            places=("AU",),
            notice=("statistics",),
            lifetime=100 * DAY,
            ask_again=300 * DAY,
        )
    ],
)
HISTORY = History(POLICY)
PLACES = ["", "DE", "GB", "US-CA", "US-TX", "BR", "AU"]
OPT_IN = ["", "DE", "BR", "ZZ", "US", "US-FL", "nonsense"]


def at(place: str, *signals: str, child: bool = False) -> Circumstances:
    return Circumstances(frozenset(signals), POLICY.regime(place), child)


def decided(*yes: str, day: int = TODAY) -> Consent:
    consent = choose(POLICY, yes, day=day)
    return replace(consent, receipt=RECEIPT if consent.grants else None)


def optional(consent: Consent, circumstances: Circumstances) -> list[str]:
    return sorted(allowed(POLICY, consent, circumstances).purposes - {"necessary"})


def asked(consent: Consent, circumstances: Circumstances) -> tuple[str, ...]:
    found = question(POLICY, HISTORY, consent, circumstances)
    return () if found is None else found.purposes


# --- regimes --------------------------------------------------------------------------------------


@pytest.mark.law("N-QC1", "N-BR1")
@pytest.mark.parametrize("place", OPT_IN)
def test_before_a_choice_nothing_optional_is_on_where_people_are_asked_first(place: str) -> None:
    assert optional(UNDECIDED, at(place)) == []
    assert asked(UNDECIDED, at(place)) == ("ads", "stats", "tips")


@pytest.mark.law("N-UK1")
def test_where_notice_is_enough_a_purpose_is_on_and_the_visitor_is_told() -> None:
    assert optional(UNDECIDED, at("GB")) == ["stats"]
    assert asked(UNDECIDED, at("GB")) == ("ads", "stats", "tips")
    assert "tern" in allowed(POLICY, UNDECIDED, at("GB")).vendors


def test_where_people_opt_out_a_purpose_is_on_and_nobody_is_asked_about_it() -> None:
    assert optional(UNDECIDED, at("US-CA")) == ["ads"]
    assert asked(UNDECIDED, at("US-CA")) == ("stats", "tips"), "what no signal turns off is opt-in"


@pytest.mark.law("L-07")
@pytest.mark.parametrize("place", PLACES)
def test_a_no_is_a_no_everywhere(place: str) -> None:
    assert optional(decided(), at(place)) == []
    assert asked(decided(), at(place)) == ()


@pytest.mark.parametrize("place", PLACES)
def test_who_refused_everything_is_not_given_what_is_added_later(place: str) -> None:
    refusal = Consent(choices={"tips": False}, day=TODAY)

    assert optional(refusal, at(place)) == []
    assert asked(refusal, at(place)) == ()


@pytest.mark.law("N-CA1", "G-05")
@pytest.mark.parametrize("place", PLACES)
def test_a_signal_turns_off_what_is_on_by_default_too(place: str) -> None:
    assert "ads" not in optional(UNDECIDED, at(place, "gpc"))
    assert "gull" not in allowed(POLICY, UNDECIDED, at(place, "gpc")).vendors


@pytest.mark.law("G-05", "N-US2")
@given(
    st.sampled_from(PLACES),
    st.sets(st.sampled_from(["ads", "stats", "tips"])),
    st.booleans(),
    st.booleans(),
)
def test_a_signal_and_childhood_only_ever_take_away(
    place: str, yes: set[str], chosen: bool, child: bool
) -> None:
    consent = decided(*yes) if chosen else UNDECIDED
    before = allowed(POLICY, consent, at(place))
    after = allowed(POLICY, consent, at(place, "gpc", child=child))

    assert after.purposes <= before.purposes
    assert after.vendors <= before.vendors


# --- children -------------------------------------------------------------------------------------


@pytest.mark.law("N-US2")
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "consent",
    [
        pytest.param(UNDECIDED, id="undecided"),
        pytest.param(decided("ads", "stats", "tips"), id="all granted"),
        pytest.param(with_vendor(POLICY, decided(), "gull", TODAY), id="one vendor granted"),
        pytest.param(decided(), id="all refused"),
    ],
)
def test_a_child_has_nothing_optional_and_is_asked_nothing(place: str, consent: Consent) -> None:
    may = allowed(POLICY, consent, at(place, child=True))

    assert may.purposes == {"necessary"}
    assert may.vendors == set()
    assert asked(consent, at(place, child=True)) == ()


def test_a_childs_circumstances_are_made_once() -> None:
    grown = at("DE", "gpc")

    assert grown.of_a_child is grown.of_a_child
    assert grown.of_a_child.of_a_child is grown.of_a_child
    assert (grown.of_a_child.signals, grown.of_a_child.regime) == (grown.signals, grown.regime)


# --- for how long ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "ads", "stats"),
    [
        pytest.param(0, "granted", "refused", id="at once"),
        pytest.param(100, "granted", "refused", id="the last day of a yes"),
        pytest.param(101, "undecided", "refused", id="the day after"),
        pytest.param(300, "undecided", "refused", id="the last day of a no"),
        pytest.param(301, "undecided", "undecided", id="when both are over"),
        pytest.param(-1, "granted", "refused", id="by a clock a day behind"),
        pytest.param(-2, "undecided", "undecided", id="from the future"),
    ],
)
def test_a_yes_and_a_no_hold_for_as_long_as_the_regime_says(
    days: int, ads: str, stats: str
) -> None:
    left = lapse(decided("ads"), (TODAY + days) * DAY, POLICY.regime("AU"))

    assert (left.state("ads"), left.state("stats")) == (ads, stats)


@pytest.mark.parametrize(("days", "decided_still"), [(183, True), (184, False)])
def test_a_choice_about_what_is_all_gone_runs_out_too(days: int, decided_still: bool) -> None:
    refusal = read("1.2517.-maps", POLICY, HISTORY)
    now = (18_262 + 2517 + days) * DAY
    since, until = holds(refusal, POLICY.regime(""))

    assert dict(refusal.choices) == {}
    assert lapse(refusal, now, POLICY.regime("")).decided is decided_still
    assert (since <= now <= until) is decided_still


def test_who_is_asked_once_a_yes_is_over_is_asked_about_that_alone() -> None:
    left = lapse(decided("ads"), (TODAY + 200) * DAY, POLICY.regime("AU"))

    found = question(POLICY, HISTORY, left, at("AU"))

    assert found is not None
    assert (found.purposes, found.again, found.changed) == (("ads",), True, ())
    assert optional(left, at("AU")) == []


@given(
    st.sets(st.sampled_from(["ads", "stats", "tips"])),
    st.sets(st.sampled_from(["ads", "stats", "tips"])),
    st.integers(-3, 400),
    st.integers(0, 400),
    st.sampled_from(PLACES),
)
def test_all_of_a_consent_holds_just_as_long_as_it_says(
    yes: set[str], later: set[str], days: int, gap: int, place: str
) -> None:
    first = decided(*yes)
    consent = choose(POLICY, later, day=TODAY + gap, about=["tips"], before=first)
    consent = replace(consent, receipt=RECEIPT)
    regime = POLICY.regime(place)
    now = (TODAY + gap + days) * DAY
    since, until = holds(consent, regime)

    assert (lapse(consent, now, regime) == consent) is (since <= now <= until)


# --- a choice about a part -------------------------------------------------------------------------


def test_a_choice_about_one_purpose_leaves_the_others_and_their_day() -> None:
    before = decided("stats")
    after = choose(POLICY, ["ads"], day=TODAY + 50, about=["ads"], before=before)

    assert dict(after.choices) == {"ads": True, "stats": True, "tips": False}
    assert (after.day, dict(after.days)) == (TODAY, {"ads": TODAY + 50})
    assert after.changed == TODAY + 50


def test_a_no_to_what_is_asked_again_is_left_alone_for_its_own_time() -> None:
    before = decided("ads", "stats")
    after = choose(POLICY, [], day=TODAY + 180, about=["ads"], before=before)
    later = lapse(replace(after, receipt=RECEIPT), (TODAY + 300) * DAY, POLICY.regime(""))

    assert later.state("ads") == "refused"
    assert later.state("stats") == "undecided"


def test_a_whole_choice_begins_anew() -> None:
    before = choose(POLICY, ["ads"], day=TODAY + 5, about=["ads"], before=decided("stats"))
    after = choose(POLICY, ["tips"], day=TODAY + 9, before=before)

    assert dict(after.choices) == {"ads": False, "stats": False, "tips": True}
    assert (after.day, dict(after.days)) == (TODAY + 9, {})


# --- what has become wider -------------------------------------------------------------------------


WIDER = Policy(
    site=Site(name="Site"),
    purposes=POLICY.optional,
    vendors=[
        *POLICY.vendors.values(),
        Vendor(id="crow", name="Crow Adverts", hosts=("crow.example",), purposes=("ads",)),
    ],
)


@pytest.mark.law("L-08")
def test_who_had_agreed_is_asked_about_what_is_wider_and_told_what_is_new() -> None:
    history = History(WIDER, [POLICY])
    consent = read(write(decided("ads", "stats")), WIDER, history)
    found = question(WIDER, history, consent, at(""))

    assert found is not None
    assert (found.purposes, found.again, found.changed) == (("ads",), True, ("ads",))
    ((purpose, news),) = found.news
    assert purpose == "ads"
    assert any("Crow Adverts" in each for each in news)
    assert allowed(WIDER, consent, at("")).purposes == {"necessary", "stats"}


@pytest.mark.parametrize("yes", [(), ("stats",), ("stats", "tips")])
def test_who_had_not_agreed_is_not_asked_about_what_is_wider(yes: tuple[str, ...]) -> None:
    history = History(WIDER, [POLICY])
    consent = read(write(decided(*yes)), WIDER, history)

    assert question(WIDER, history, consent, at("")) is None


def test_without_the_words_of_before_it_is_asked_without_saying_what_is_new() -> None:
    consent = read(write(decided("ads")), WIDER, History(WIDER))
    found = question(WIDER, History(WIDER), consent, at(""))

    assert found is not None
    assert (found.purposes, found.news) == (("ads",), ())


@pytest.mark.law("L-08")
def test_what_is_narrower_goes_on() -> None:
    history = History(POLICY, [WIDER])
    granted = choose(WIDER, ["ads"], day=TODAY)
    consent = read(write(replace(granted, receipt=RECEIPT)), POLICY, history)

    assert question(POLICY, history, consent, at("")) is None
    assert "ads" in allowed(POLICY, consent, at("")).purposes


def test_another_choice_in_between_keeps_what_is_to_be_asked_again() -> None:
    """A vendor that is loaded always is no answer to the question that waits."""
    history = History(WIDER, [POLICY])
    consent = read(write(decided("ads")), WIDER, history)
    loaded = with_vendor(WIDER, consent, "tern", TODAY + 3)
    again = read(write(loaded), WIDER, history)
    found = question(WIDER, history, again, at(""))

    assert found is not None
    assert found.purposes == ("ads",)
    assert [name for name, _ in found.news] == ["ads"]


def test_who_has_only_chosen_a_company_is_asked_as_for_the_first_time_and_keeps_it() -> None:
    loaded = with_vendor(POLICY, UNDECIDED, "gull", TODAY)
    found = question(POLICY, HISTORY, replace(loaded, receipt=RECEIPT), at(""))

    assert found is not None
    assert (found.keeps, found.again, found.changed) == (True, False, ())


# --- the cookie ------------------------------------------------------------------------------------


NAMES = ["ads", "stats", "tips", "@gull", "@tern"]


@given(
    st.dictionaries(st.sampled_from(NAMES), st.booleans()),
    st.dictionaries(st.sampled_from(NAMES), st.integers(TODAY, TODAY + 500)),
    st.booleans(),
    st.sampled_from(["", "77d04a1be0c2"]),
    st.sampled_from([None, RECEIPT]),
)
def test_all_of_a_consent_is_read_back(
    choices: dict[str, bool],
    days: dict[str, int],
    signalled: bool,
    told: str,
    receipt: str | None,
) -> None:
    grounds = {name: POLICY.grounds[name] for name, yes in choices.items() if yes}
    consent = Consent(
        choices=choices,
        grounds=grounds,
        day=TODAY,
        days={name: day for name, day in days.items() if name in choices},
        signalled=signalled,
        told=told,
        receipt=receipt,
    )

    assert read(write(consent), POLICY, HISTORY) == consent
