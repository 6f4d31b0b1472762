"""What a purpose begins with, by the place a visitor is in."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.errors import PolicyError
from cookiesafe.policy import REGIMES, REGIMES_AS_OF, Policy, Purpose, Regime, Site
from cookiesafe.policy.places import COUNTRIES, check_place

SITE = Site(name="Site")
DAY = 86_400
STATISTICS = Purpose(id="visits", title="Visits", category="statistics")
PREFERENCES = Purpose(id="looks", title="Looks", category="preferences")
ADVERTISING = Purpose(id="ads", title="Ads", category="advertising", signal="gpc")
UNSORTED = Purpose(id="chat", title="Chat", signal="gpc")
NEWS = Purpose(id="news", title="News", category="advertising", channel="email")
PURPOSES = [STATISTICS, PREFERENCES, ADVERTISING, UNSORTED, NEWS]
POLICY = Policy(site=SITE, purposes=PURPOSES)


def with_regimes(*regimes: Regime) -> Policy:
    return Policy(site=SITE, purposes=PURPOSES, regimes=regimes)


@pytest.mark.parametrize(
    ("place", "id"),
    [
        ("DE", "europe"),
        ("de", "europe"),
        ("DE-BY", "europe"),
        ("NO", "europe"),
        ("CH", "europe"),
        ("GB", "britain"),
        ("gb-sct", "britain"),
        ("US-CA", "california"),
        ("us-ca", "california"),
        ("US-TX", "signal_states"),
        ("US-WA", "strictest"),
        ("US", "strictest"),
        ("CA-QC", "quebec"),
        ("CA", "strictest"),
        ("BR", "brazil"),
        ("JP", "strictest"),
        ("ZZ", "strictest"),
        ("UK", "strictest"),
        ("", "strictest"),
        ("-", "strictest"),
        ("GB-", "strictest"),
        ("GB-\0", "strictest"),
        ("u\u017f-ca", "strictest"),
        ("US-CA\n", "strictest"),
        (" DE", "strictest"),
        ("DE-BAYERN", "strictest"),
        ("US-CA" * 100_000, "strictest"),
        ("\0", "strictest"),
    ],
)
def test_a_place_has_the_regime_of_its_region_or_country_or_the_strictest(
    place: str, id: str
) -> None:
    assert POLICY.regime(place).id == id


@given(st.text())
def test_any_text_has_a_regime(place: str) -> None:
    assert POLICY.regime(place) in POLICY.regimes.values()


@pytest.mark.law("N-UK1", "N-QC1", "N-BR1")
@pytest.mark.parametrize(
    ("place", "modes"),
    [
        ("", ["opt-in", "opt-in", "opt-in", "opt-in", "opt-in"]),
        ("FR", ["opt-in", "opt-in", "opt-in", "opt-in", "opt-in"]),
        ("GB", ["notice", "notice", "opt-in", "opt-in", "opt-in"]),
        ("US-CA", ["opt-in", "opt-in", "opt-out", "opt-in", "opt-in"]),
        ("CA-QC", ["opt-in", "opt-in", "opt-in", "opt-in", "opt-in"]),
        ("BR", ["opt-in", "opt-in", "opt-in", "opt-in", "opt-in"]),
    ],
)
def test_what_a_purpose_begins_with(place: str, modes: list[str]) -> None:
    assert [POLICY.regime(place).mode(purpose) for purpose in PURPOSES] == modes


@pytest.mark.law("N-US1")
def test_a_purpose_is_opt_out_only_with_a_signal() -> None:
    california = POLICY.regime("US-CA")

    assert california.mode(STATISTICS) == "opt-in"
    assert california.mode(replace(STATISTICS, signal="gpc")) == "opt-out"


@pytest.mark.law("N-US1")
@pytest.mark.parametrize(
    "state", ["CA", "CO", "CT", "DE", "MD", "MN", "MT", "NE", "NH", "NJ", "OR", "TX"]
)
def test_in_states_with_a_law_on_signals_people_opt_out_by_one(state: str) -> None:
    regime = POLICY.regime(f"US-{state}")

    assert regime.mode(ADVERTISING) == "opt-out"
    assert regime.mode(replace(ADVERTISING, signal=None)) == "opt-in"
    assert POLICY.regime("US-WY").mode(ADVERTISING) == "opt-in"


def test_necessary_is_in_no_regime() -> None:
    for regime in REGIMES.values():
        assert regime.mode(POLICY.purpose("necessary")) == "opt-in"


def test_an_id_that_is_called_like_a_category_is_not_taken_for_it() -> None:
    named = Purpose(id="advertising", title="Ads", signal="gpc")
    contact = replace(named, category="advertising", signal=None, channel="email")

    assert POLICY.regime("US-CA").mode(named) == "opt-in"
    assert POLICY.regime("US-CA").mode(contact) == "opt-in"


def test_a_way_to_be_contacted_goes_by_its_id() -> None:
    policy = with_regimes(Regime(id="japan", places=("JP",), opt_out=("advertising", "news")))

    assert policy.regime("JP").mode(NEWS) == "opt-out"
    assert policy.regime("US-CA").mode(NEWS) == "opt-in"


def test_the_package_s_regimes_keep_to_the_rules_and_have_a_day() -> None:
    own = [replace(regime) for regime in REGIMES.values()]
    purposes = [replace(each, signal="gpc") for each in (STATISTICS, PREFERENCES, ADVERTISING)]

    assert Policy(site=SITE, purposes=purposes, regimes=own).regimes == REGIMES
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", REGIMES_AS_OF)


@pytest.mark.law("L-07", "N-FR1", "N-IT1", "N-CA4")
def test_a_choice_holds_six_months_and_california_is_not_asked_for_a_year() -> None:
    assert {regime.lifetime for regime in REGIMES.values()} == {183 * DAY}
    assert POLICY.regime("US-CA").ask_again == POLICY.regime("US-TX").ask_again == 365 * DAY
    assert POLICY.regime("IT").ask_again == POLICY.regime("").ask_again == 183 * DAY


def test_europe_is_27_countries_of_the_union_three_more_and_switzerland() -> None:
    assert len(REGIMES["europe"].places) == 31


@pytest.mark.law("N-US1")
def test_a_regime_of_the_policy_replaces_the_package_s_of_its_id() -> None:
    policy = with_regimes(Regime(id="california", places=("US-CA",), lifetime=DAY, ask_again=DAY))

    assert policy.regime("US-CA").mode(ADVERTISING) == "opt-in"
    assert policy.regime("US-CA").lifetime == DAY
    assert list(policy.regimes) == list(REGIMES)


def test_a_regime_of_the_policy_takes_over_its_places() -> None:
    policy = with_regimes(Regime(id="mine", places=("us-ca", "FR", "US"), notice=("chat",)))

    assert [policy.regime(place).id for place in ("US-CA", "FR", "US-WA", "US-TX", "DE")] == [
        "mine",
        "mine",
        "mine",
        "signal_states",
        "europe",
    ]


def test_the_times_of_the_strictest_can_be_changed() -> None:
    policy = with_regimes(Regime(id="strictest", places=(), ask_again=400 * DAY))

    assert policy.regime("").ask_again == 400 * DAY


def test_a_regime_of_a_file_reads_its_times() -> None:
    text = (
        '[site]\nname = "X"\n[regimes.x]\nplaces = ["JP"]\nlifetime = "1 day"\nask_again = "1 year"'
    )

    assert Policy.from_toml(text).regime("JP") == Regime(
        id="x", places=("JP",), lifetime=DAY, ask_again=365 * DAY
    )


JP = ("JP",)


@pytest.mark.parametrize(
    ("regimes", "code", "path", "what", "fix"),
    [
        (
            [Regime(id="x", places=("UK",))],
            "CS115",
            "x.places.0",
            'place "UK" is in no country',
            'Did you mean "GB"?',
        ),
        (
            [Regime(id="x", places=("JP", "EU"))],
            "CS115",
            "x.places.1",
            'place "EU" is in no country',
            "Name its countries one by one.",
        ),
        *(
            (
                [Regime(id="x", places=(place,))],
                "CS115",
                "x.places.0",
                f'place "{place}" is no code of a country or region',
                "Write it as ISO 3166 does, such as DE or US-CA.",
            )
            for place in ("", "Japan", "US_CA", "US-", "US-CALI", "Ü1")
        ),
        (
            [Regime(id="x", places=("JP", "jp"))],
            "CS115",
            "x.places.1",
            'place "jp" is in regime "x" already',
            "Keep one of the two.",
        ),
        (
            [Regime(id="x", places=JP), Regime(id="y", places=JP)],
            "CS115",
            "y.places.0",
            'place "JP" is in regime "x" already',
            "Keep one of the two.",
        ),
        (
            [Regime(id="x", places=())],
            "CS115",
            "x.places",
            'regime "x" has no place',
            'Name one, such as ["US-CA"].',
        ),
        (
            [Regime(id="strictest", places=JP)],
            "CS115",
            "strictest.places",
            "regime strictest is for everybody of whom nothing is known, and has places",
            "Write places = []; only its times can be changed.",
        ),
        (
            [Regime(id="strictest", places=(), notice=("statistics",))],
            "CS115",
            "strictest.notice",
            "regime strictest is for everybody of whom nothing is known, and has notice",
            "Write notice = []; only its times can be changed.",
        ),
        (
            [Regime(id="x", places=JP, notice=("statistcs",))],
            "CS104",
            "x.notice.0",
            'no category or purpose "statistcs" is declared',
            'Did you mean "statistics"?',
        ),
        (
            [Regime(id="x", places=JP, opt_out=("necessary",))],
            "CS104",
            "x.opt_out.0",
            'no category or purpose "necessary" is declared',
            "Known: ads, advertising, chat, looks, news, preferences, statistics, visits.",
        ),
        (
            [Regime(id="x", places=JP, opt_out=("ads",), notice=("advertising",))],
            "CS115",
            "x.opt_out",
            'purpose "ads" is under both opt_out and notice',
            "Keep one of the two.",
        ),
        (
            [Regime(id="x", places=JP, opt_out=("statistics",))],
            "CS115",
            "x.opt_out",
            'purpose "visits" is opt-out, and no signal turns it off',
            'Add signal = "gpc" to the purpose: where the law has opt-out, it has the signal.',
        ),
        (
            [Regime(id="x", places=JP, lifetime=365 * DAY)],
            "CS115",
            "x.ask_again",
            'regime "x" keeps a no for less time than a yes',
            "Write ask_again as long as lifetime, or longer.",
        ),
        (
            [Regime(id="x", places=JP, ask_again=401 * DAY)],
            "CS111",
            "x.ask_again",
            "lifetime is over 400 days, which browsers cut (RFC 6265bis, section 5.5)",
            'Write "400 days" or less.',
        ),
        (
            [Regime(id="x", places=JP, lifetime=0)],
            "CS111",
            "x.lifetime",
            "a choice is kept for no time at all",
            'Write "183 days" or so.',
        ),
        (
            [Regime(id="X", places=JP)],
            "CS108",
            "X",
            'id "X" is not 1 to 64 of a-z, 0-9 and _, with a letter first',
            'Write "x".',
        ),
        (
            [Regime(id="x", places=JP)] * 2,
            "CS113",
            "x",
            '"x" is declared twice',
            "Keep one of the two.",
        ),
    ],
)
def test_a_problem_of_a_regime_is_told_with_its_mend(
    regimes: list[Regime], code: str, path: str, what: str, fix: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        with_regimes(*regimes)

    told = [(each.code, ".".join(each.path), each.what, each.fix) for each in caught.value.problems]
    assert (code, f"regimes.{path}", what, fix) in told


def test_a_category_that_no_purpose_has_is_told() -> None:
    with pytest.raises(PolicyError) as caught:
        Policy(site=SITE, regimes=[Regime(id="x", places=JP, notice=("statistics",))])

    [problem] = caught.value.problems
    assert (problem.code, problem.what, problem.fix) == (
        "CS104",
        'no purpose has the category "statistics"',
        'Add category = "statistics" to a purpose, or remove it here.',
    )


A_TEXT: Any = "183 days"


@pytest.mark.parametrize("changes", [{"places": "JP"}, {"lifetime": A_TEXT}, {"lifetime": True}])
def test_a_regime_of_the_wrong_types_is_told(changes: dict[str, Any]) -> None:
    with pytest.raises(PolicyError, match="CS103"):
        with_regimes(Regime(**{"id": "x", "places": JP, **changes}))


@pytest.mark.parametrize(
    ("line", "code", "number"),
    [
        ('places = ["JP",\n"XX"]', "CS115", 5),
        ('places = ["JP"]\nlifetime = 183', "CS103", 5),
        ('places = ["JP"]\nlifetime = "2 years"', "CS111", 5),
        ('places = ["JP"]\nask_again = "session"', "CS111", 5),
        ('places = ["JP"]\nopt_in = ["ads"]', "CS102", 5),
        ('notice = ["statistics"]', "CS103", 3),
    ],
)
def test_a_problem_of_a_regime_in_a_file_has_its_line(line: str, code: str, number: int) -> None:
    with pytest.raises(PolicyError) as caught:
        Policy.from_toml(f'[site]\nname = "X"\n[regimes.x]\n{line}\n')

    assert (code, number) in [(each.code, each.line) for each in caught.value.problems]


def test_the_countries_are_those_of_iso_3166() -> None:
    assert len(COUNTRIES) == 249
    assert {"DE", "GB", "US", "XK"} - COUNTRIES == {"XK"}
    for regime in REGIMES.values():
        for place in regime.places:
            check_place(place)


def test_the_table_names_a_source_for_each_regime() -> None:
    table = Path(__file__).parents[2] / "cookiesafe" / "policy" / "regimes.toml"
    for id in REGIMES:
        assert re.search(rf"^#.*\n\[regimes\.{id}\]", table.read_text("utf-8"), re.MULTILINE)
