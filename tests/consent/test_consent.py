"""One visitor's choices: what they come to, and how they travel."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.consent import (
    DAY,
    MOST_SWEEPS,
    UNDECIDED,
    UNKNOWN,
    Allowed,
    Circumstances,
    Consent,
    State,
    choose,
    lapse,
    read_sweeps,
    with_vendor,
    write,
    write_sweeps,
)
from cookiesafe.consent import allowed as allowed_in
from cookiesafe.consent import question as question_in
from cookiesafe.consent import read as read_by
from cookiesafe.errors import BadToken, UnknownName
from cookiesafe.jar import Jar
from cookiesafe.keys import KeyRing
from cookiesafe.policy import Cookie, History, Policy, Purpose, Regime, Site, Vendor

TODAY = 20_779
FIRST_DAY = (date(2020, 1, 1) - date(1970, 1, 1)).days
RECEIPT = "Q2hvcCBzdWV5ISAgIDEyMw"
GPC = frozenset({"gpc"})

LIFETIME_DAYS = 183

ADS = Purpose(id="ads", title="Adverts", text="Shows adverts.", signal="gpc")
STATS = Purpose(id="stats", title="Statistics", text="Counts visits.")
TIPS = Purpose(id="tips", title="Tips", text="Gives tips.")
GULL = Vendor(id="gull", name="Gull", hosts=("gull.example",), purposes=("ads",))
BOTH = Vendor(id="both", name="Both", hosts=("both.example",), purposes=("ads", "stats"))
TERN = Vendor(id="tern", name="Tern", hosts=("tern.example",), purposes=("stats",))
PAY = Vendor(
    id="pay", name="Pay", hosts=("pay.example",), purposes=("necessary",), why="takes cards"
)
DECLARED = {
    "purposes": (ADS, STATS, TIPS),
    "vendors": (GULL, BOTH, TERN, PAY),
    "cookies": (
        Cookie(name="ad", purpose="ads", vendor="gull", lifetime=90 * DAY),
        Cookie(name="count", purpose="stats"),
    ),
}


def a_policy(**changed: object) -> Policy:
    return Policy(site=Site(name="Site"), **{**DECLARED, **changed})  # type: ignore[arg-type]


POLICY = a_policy()
OPTIONAL = ("ads", "stats", "tips")
VENDORS = ("gull", "both", "tern", "pay")

SOME_PURPOSES = st.sets(st.sampled_from(OPTIONAL))
CHOICES = st.dictionaries(
    st.sampled_from([*OPTIONAL, *(f"@{vendor}" for vendor in VENDORS)]), st.booleans()
)


RULES = POLICY.regime("")
PLAIN = Circumstances(frozenset(), RULES)


def allowed(policy: Policy, consent: Consent, signals: frozenset[str] = frozenset()) -> Allowed:
    """Under the strictest rules."""
    return allowed_in(policy, consent, Circumstances(signals, policy.regime("")))


def to_ask(policy: Policy, consent: Consent) -> tuple[str, ...]:
    """Under the strictest rules, of a site that knows no earlier policy."""
    question = question_in(policy, History(policy), consent, PLAIN)
    return () if question is None else question.purposes


def read(payload: str, policy: Policy) -> Consent:
    return read_by(payload, policy, History(policy))


def decided(yes: object = (), vendors: object = (), policy: Policy = POLICY) -> Consent:
    """A choice of today, with a receipt where something was granted, as the desk makes it."""
    consent = choose(policy, yes, vendors)  # type: ignore[arg-type]
    return replace(consent, day=TODAY, receipt=RECEIPT if consent.grants else None)


# --- three states ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choices", "purpose", "state"),
    [
        pytest.param({}, "ads", "undecided", id="no choice at all"),
        pytest.param({"stats": True}, "ads", "undecided", id="a choice about another"),
        pytest.param({"ads": True}, "ads", "granted", id="a yes"),
        pytest.param({"ads": False}, "ads", "refused", id="a no"),
        pytest.param({"@gull": True}, "ads", "undecided", id="a yes to its vendor"),
        pytest.param({"@gull": False}, "ads", "undecided", id="a no to its vendor"),
        pytest.param({}, "necessary", "granted", id="what is necessary"),
        pytest.param({"necessary": False}, "necessary", "granted", id="a no to what is necessary"),
        pytest.param({"ads": True}, "unheard_of", "undecided", id="what nobody declared"),
    ],
)
def test_a_purpose_is_granted_refused_or_undecided(
    choices: dict[str, bool], purpose: str, state: State
) -> None:
    assert Consent(choices=choices, day=TODAY).state(purpose) == state


def test_who_has_not_chosen_has_decided_nothing() -> None:
    assert not UNDECIDED.decided
    assert UNDECIDED.grants == frozenset()
    assert {UNDECIDED.state(purpose) for purpose in OPTIONAL} == {"undecided"}


def test_who_refuses_everything_has_decided() -> None:
    refusal = decided()

    assert refusal.decided
    assert refusal.grants == frozenset()
    assert {refusal.state(purpose) for purpose in OPTIONAL} == {"refused"}


def test_a_consent_cannot_be_changed() -> None:
    choices = {"ads": False}
    consent = Consent(choices=choices, day=TODAY)
    choices["ads"] = True

    assert consent.state("ads") == "refused"
    with pytest.raises(TypeError):
        consent.choices["ads"] = True  # type: ignore[index]
    with pytest.raises(TypeError):
        consent.grounds["ads"] = "0" * 12  # type: ignore[index]


# --- choosing ----------------------------------------------------------------------------------


@settings(deadline=None, max_examples=100)
@given(SOME_PURPOSES, st.sets(st.sampled_from(VENDORS)))
def test_a_choice_is_a_yes_to_what_was_named_and_a_no_to_every_other_purpose(
    yes: set[str], vendors: set[str]
) -> None:
    consent = choose(POLICY, yes, vendors)

    assert {name for name in OPTIONAL if consent.state(name) == "granted"} == yes
    assert {name for name in OPTIONAL if consent.state(name) == "refused"} == {*OPTIONAL} - yes
    assert consent.grants == yes | {f"@{vendor}" for vendor in vendors}
    assert consent.grounds == {name: POLICY.grounds[name] for name in consent.grants}


@pytest.mark.law("L-10")
def test_what_is_necessary_is_no_choice() -> None:
    assert choose(POLICY, ["necessary"]) == choose(POLICY, [])
    assert choose(POLICY, ["necessary", "ads"]) == choose(POLICY, ["ads", "ads"])


@pytest.mark.parametrize(
    ("purposes", "vendors", "kind"),
    [
        (["ads", "adz"], [], "purpose"),
        ([""], [], "purpose"),
        (["@gull"], [], "purpose"),
        (["gull"], [], "purpose"),
        ([], ["gul"], "vendor"),
        ([], ["@gull"], "vendor"),
        ([], ["ads"], "vendor"),
    ],
)
def test_a_choice_about_what_is_not_declared_raises(
    purposes: list[str], vendors: list[str], kind: str
) -> None:
    with pytest.raises(UnknownName) as caught:
        choose(POLICY, purposes, vendors)

    assert caught.value.kind == kind


# --- what may pass -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choices", "signals", "purposes", "vendors"),
    [
        pytest.param({}, (), [], ["pay"], id="undecided"),
        pytest.param({"ads": False, "stats": False}, (), [], ["pay"], id="refused"),
        pytest.param({"ads": True}, (), ["ads"], ["gull", "pay"], id="one of two purposes"),
        pytest.param(
            {"ads": True, "stats": True},
            (),
            ["ads", "stats"],
            ["both", "gull", "pay", "tern"],
            id="both purposes",
        ),
        pytest.param({"@both": True}, (), [], ["both", "pay"], id="a vendor's own yes"),
        pytest.param(
            {"ads": False, "stats": False, "@both": True},
            (),
            [],
            ["both", "pay"],
            id="a vendor's own yes beside a no to its purposes",
        ),
        pytest.param({"ads": True, "@gull": False}, (), ["ads"], ["pay"], id="a vendor's own no"),
        pytest.param({"@pay": False}, (), [], [], id="a no to a necessary vendor"),
        pytest.param(
            {"ads": True, "stats": True},
            ("gpc",),
            ["stats"],
            ["pay", "tern"],
            id="a signal turns off its purpose and every vendor of it",
        ),
        pytest.param(
            {"@gull": True, "@both": True},
            ("gpc",),
            [],
            ["pay"],
            id="a signal beats a vendor's yes",
        ),
        pytest.param({}, ("gpc",), [], ["pay"], id="a signal alone"),
        pytest.param(
            {"ads": True}, ("other",), ["ads"], ["gull", "pay"], id="a signal of no purpose"
        ),
        pytest.param({"ads": True}, ("dnt",), [], ["pay"], id="DNT, where the site counts it"),
    ],
)
def test_what_may_pass(
    choices: dict[str, bool], signals: tuple[str, ...], purposes: list[str], vendors: list[str]
) -> None:
    may = allowed(POLICY, Consent(choices=choices, day=TODAY), frozenset(signals))

    assert sorted(may.purposes - {"necessary"}) == purposes
    assert sorted(may.vendors) == vendors
    assert "necessary" in may.purposes


@pytest.mark.parametrize(
    ("choices", "purpose", "vendor", "covered"),
    [
        pytest.param({"ads": True}, "ads", None, True, id="the site's own"),
        pytest.param({"ads": True}, "stats", None, False, id="of another purpose"),
        pytest.param({"ads": True}, "ads", "gull", True, id="a vendor's"),
        pytest.param({"ads": True, "@gull": False}, "ads", "gull", False, id="a refused vendor's"),
        pytest.param({"ads": True, "@gull": False}, "ads", "both", True, id="another vendor's"),
        pytest.param(
            {"ads": True, "@gull": False}, "ads", None, True, id="beside a refused vendor"
        ),
        pytest.param({"@gull": True}, "ads", "gull", True, id="of a vendor agreed to by name"),
        pytest.param({"@gull": True}, "ads", None, False, id="the site's own beside that vendor"),
        pytest.param({}, "necessary", None, True, id="necessary"),
        pytest.param(
            {"@pay": False}, "necessary", "pay", False, id="of a refused necessary vendor"
        ),
        pytest.param({}, "unheard_of", None, False, id="of a purpose nobody declared"),
        pytest.param({}, "unheard_of", "unheard_of", False, id="of a vendor nobody declared"),
    ],
)
def test_whether_a_cookie_is_covered(
    choices: dict[str, bool], purpose: str, vendor: str | None, covered: bool
) -> None:
    may = allowed(POLICY, Consent(choices=choices, day=TODAY))

    assert may.covers(purpose, vendor) is covered


def test_nothing_but_what_is_necessary_is_allowed_to_begin_with() -> None:
    assert Allowed().purposes == {"necessary"}
    assert not Allowed().covers("ads", None)


def _vendor_may_pass(vendor: Vendor, choices: Mapping[str, bool], signals: frozenset[str]) -> bool:
    if "gpc" in signals and "ads" in vendor.purposes:
        return False
    own = choices.get(f"@{vendor.id}")
    if own is not None:
        return own
    return all(choices.get(purpose, purpose == "necessary") for purpose in vendor.purposes)


@pytest.mark.law("W-03")
@settings(deadline=None, max_examples=200)
@given(CHOICES, st.sampled_from([frozenset(), GPC]))
def test_a_vendor_needs_all_its_purposes_or_a_yes_of_its_own(
    choices: dict[str, bool], signals: frozenset[str]
) -> None:
    may = allowed(POLICY, Consent(choices=choices, day=TODAY), signals)

    assert may.vendors == {
        vendor.id
        for vendor in (GULL, BOTH, TERN, PAY)
        if _vendor_may_pass(vendor, choices, signals)
    }
    assert may.refused.isdisjoint(may.vendors)


@pytest.mark.law("G-05")
@settings(deadline=None, max_examples=200)
@given(CHOICES, st.sets(st.sampled_from(["gpc", "other", ""])), st.sets(st.just("gpc")))
def test_a_signal_only_ever_turns_off(
    choices: dict[str, bool], fewer: set[str], more: set[str]
) -> None:
    consent = Consent(choices=choices, day=TODAY)
    before = allowed(POLICY, consent, frozenset(fewer))
    after = allowed(POLICY, consent, frozenset(fewer | more))

    assert after.purposes <= before.purposes
    assert after.vendors <= before.vendors
    assert after.refused >= before.refused
    for purpose in POLICY.purposes:
        for vendor in (None, *VENDORS):
            assert before.covers(purpose, vendor) or not after.covers(purpose, vendor)


# --- nothing without a yes ---------------------------------------------------------------------

POLICIES = [
    POLICY,
    a_policy(purposes=(replace(ADS, text="Shows more adverts."), STATS, TIPS)),
    a_policy(purposes=(ADS, STATS), vendors=(GULL, PAY)),
    a_policy(vendors=(replace(GULL, hosts=("gull.example", "*.gull.example")), PAY)),
    a_policy(purposes=(ADS, STATS, TIPS, Purpose(id="new", title="New"))),
    Policy(site=Site(name="Site")),
]
STEPS = st.lists(
    st.tuples(st.sampled_from(POLICIES), SOME_PURPOSES, st.sets(st.sampled_from(VENDORS))),
    min_size=1,
    max_size=6,
)


@settings(deadline=None, max_examples=200)
@given(STEPS, st.sampled_from(POLICIES))
def test_whatever_was_chosen_before_nothing_passes_without_the_last_yes(
    steps: list[tuple[Policy, set[str], set[str]]], today: Policy
) -> None:
    payload, yes, yes_to = "", set[str](), set[str]()
    for policy, purposes, vendors in steps:
        if payload:
            read(payload, policy)
        yes, yes_to = purposes & policy.purposes.keys(), vendors & policy.vendors.keys()
        payload = write(decided(yes, yes_to, policy))

    last = steps[-1][0]
    may = allowed(today, read(payload, today))

    assert may.purposes - {"necessary"} <= yes
    for name in may.purposes - {"necessary"}:
        assert today.grounds[name] == last.grounds[name]
    for vendor in may.vendors - yes_to:
        assert may.purposes.issuperset(today.vendors[vendor].purposes)


# --- the cookie's form -------------------------------------------------------------------------


def test_the_form_of_a_grant_can_be_read_by_eye() -> None:
    ground, vendor = POLICY.grounds["ads"], POLICY.grounds["@tern"]

    assert write(decided(["ads"], ["tern"])) == (
        f"1.2517.+ads:{ground}-stats-tips+@tern:{vendor}.{RECEIPT}"
    )


@pytest.mark.law("W-05")
def test_a_refusal_has_the_day_and_the_choices_and_nothing_else() -> None:
    assert write(decided()) == "1.2517.-ads-stats-tips"


@settings(deadline=None, max_examples=100)
@given(SOME_PURPOSES, st.sets(st.sampled_from(VENDORS)), st.integers(0, 9_999_999))
def test_a_choice_comes_back_as_it_was_written(yes: set[str], vendors: set[str], day: int) -> None:
    consent = replace(decided(yes, vendors), day=FIRST_DAY + day)

    assert read(write(consent), POLICY) == consent


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_a_choice_about_forty_purposes_comes_back_as_it_was_written(data: st.DataObject) -> None:
    ids = [f"p{number}_{'x' * (number % 20)}" for number in range(40)]
    policy = Policy(
        site=Site(name="Site"), purposes=[Purpose(id=name, title=name.title()) for name in ids]
    )
    yes = data.draw(st.sets(st.sampled_from(ids)))
    consent = decided(yes, policy=policy)

    again = read(write(consent), policy)

    assert again == consent
    assert again.grants == yes
    assert list(again.choices) == ids


def test_a_yes_to_forty_purposes_fits_into_a_cookie() -> None:
    ids = [f"purpose_number_{number}" for number in range(40)]
    policy = Policy(site=Site(name="Site"), purposes=[Purpose(id=n, title=n) for n in ids])
    jar = Jar(policy, KeyRing("k" * 32), secure=True, enforce=True)

    pair = jar.write_consent(decided(ids, policy=policy), RULES).partition(";")[0]

    arrival = jar.read(pair, PLAIN, now=TODAY * DAY)
    assert arrival.standing.allowed.purposes == {*ids, "necessary"}


@pytest.mark.parametrize("secure", [True, False], ids=["secure", "plain"])
def test_the_cookie_of_a_refusal_has_no_receipt_and_100_bytes_at_most(secure: bool) -> None:
    # As a site names them; the bytes are those a browser counts (RFC 6265bis, 5.6).
    ids = ("remember", "statistics", "advertising")
    policy = Policy(site=Site(name="Site"), purposes=[Purpose(id=n, title=n) for n in ids])
    refusal = replace(choose(policy, []), day=TODAY)
    jar = Jar(policy, KeyRing("k" * 32), secure=secure, enforce=True)

    name, _, value = jar.write_consent(refusal, RULES).partition(";")[0].partition("=")

    assert value.count(".") == 3
    assert len(name) + len(value) <= 100


@pytest.mark.parametrize("sweeps", range(MOST_SWEEPS + 1))
def test_the_sweeps_are_counted_by_the_day_of_the_choice(sweeps: int) -> None:
    consent = decided(["ads"])
    written = write_sweeps(consent, sweeps)

    assert write(consent).startswith(f"1.{written[:-2]}.")
    assert written[-2:] == f".{sweeps}"
    assert read_sweeps(["x", written], consent) == sweeps
    assert read_sweeps([written], replace(consent, day=TODAY + 1)) == 0


@pytest.mark.parametrize(
    ("age", "days"), [(0, 183), (1, 182), (182, 1), (183, 1), (184, 1)], ids=str
)
def test_a_choice_that_is_written_again_is_kept_no_longer(age: int, days: int) -> None:
    line = Jar(POLICY, KeyRing("k" * 32), secure=True, enforce=True).write_consent(
        decided(), RULES, age
    )

    assert f"; Max-Age={days * DAY};" in line


@pytest.mark.parametrize(
    ("yes", "sweeps", "to_sweep"),
    [
        pytest.param((), 0, ("ad", "count"), id="everything refused"),
        pytest.param(("stats",), 1, ("ad",), id="one purpose agreed to"),
        pytest.param(("ads", "stats"), 1, (), id="both agreed to"),
        pytest.param((), MOST_SWEEPS - 1, ("ad", "count"), id="for the last time"),
        pytest.param((), MOST_SWEEPS, (), id="often enough"),
    ],
)
def test_what_is_still_sent_after_a_no_is_to_be_swept(
    yes: tuple[str, ...], sweeps: int, to_sweep: tuple[str, ...]
) -> None:
    jar = Jar(POLICY, KeyRing("k" * 32), secure=True, enforce=True)
    own = jar.write_consent(decided(yes), RULES).partition(";")[0]
    count = jar.write_swept(decided(yes), sweeps).partition(";")[0]

    arrival = jar.read(f"ad=1; {own}; {count}; nobody=1; count=1; ad=2", PLAIN, now=TODAY * DAY)

    assert arrival.to_sweep == to_sweep
    assert arrival.sweeps == sweeps


@pytest.mark.parametrize("header", ["", "cart=1", "nobody=1"])
def test_who_has_chosen_and_sends_nothing_of_it_has_nothing_to_sweep(header: str) -> None:
    jar = Jar(POLICY, KeyRing("k" * 32), secure=True, enforce=True)
    own = jar.write_consent(decided(), RULES).partition(";")[0]

    assert jar.read(f"{own}; {header}", PLAIN, now=TODAY * DAY).to_sweep == ()


def test_two_visitors_who_refuse_on_one_day_have_the_same_cookie() -> None:
    jar = Jar(POLICY, KeyRing("k" * 32), secure=True, enforce=True)

    assert jar.write_consent(decided(), RULES) == jar.write_consent(decided(()), RULES)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param("", id="nothing"),
        pytest.param("1", id="a version alone"),
        pytest.param("1.2517", id="no choices"),
        pytest.param("2.20779.-ads", id="another version"),
        pytest.param("01.2517.-ads", id="another spelling of the version"),
        pytest.param(".20779.-ads", id="no version"),
        pytest.param("1..-ads", id="no day"),
        pytest.param("1.None.-ads", id="no number for a day"),
        pytest.param("1.-5.-ads", id="a day before the first"),
        pytest.param("1.25170000.-ads", id="a day of eight digits"),
        pytest.param("1.2517a.-ads", id="a letter and a dot"),
        pytest.param("1.2517j-ads", id="a letter for the dot"),
        pytest.param("1.2517-ads", id="no dot"),
        pytest.param("1.2517.ads", id="a choice without its sign"),
        pytest.param("1.2517.*ads", id="another sign"),
        pytest.param("1.2517.-Ads", id="capitals"),
        pytest.param("1.2517.-ads ", id="a space behind"),
        pytest.param("1.2517.-ads\n", id="a line break behind"),
        pytest.param(" 1.2517.-ads", id="a space in front"),
        pytest.param("1.2517.- ads", id="a space in between"),
        pytest.param("1.2517.-9ads", id="a digit first"),
        pytest.param("1.2517.-@@gull", id="two at signs"),
        pytest.param("1.2517.-@", id="an at sign alone"),
        pytest.param("1.2517.+", id="a sign alone"),
        pytest.param("1.2517.+ads:123", id="a short ground"),
        pytest.param("1.2517.+ads:0123456789ABCDEF", id="a ground in capitals"),
        pytest.param("1.2517.+ads:0123456789abc", id="a long ground"),
        pytest.param("1.2517.+ads:", id="a colon alone"),
        pytest.param("1.2517.-ads.", id="an empty receipt"),
        pytest.param(f"1.2517.-ads.{RECEIPT}x", id="a long receipt"),
        pytest.param(f"1.2517.-ads.{RECEIPT[:-1]}", id="a short receipt"),
        pytest.param(f"1.2517.-ads.{RECEIPT}.", id="something behind the receipt"),
        pytest.param('{"ads": true}', id="JSON"),
        pytest.param("1.2517." + "-ads" * 20_000 + "?", id="a long one with a flaw at its end"),
    ],
)
def test_what_is_not_of_our_form_is_no_consent(payload: str) -> None:
    with pytest.raises(BadToken):
        read(payload, POLICY)


@settings(deadline=None, max_examples=200)
@given(st.text("1.+-@:adsx09fQ \n", max_size=60).map("1.2517.".__add__) | st.text())
def test_any_text_is_a_consent_or_a_bad_token(payload: str) -> None:
    try:
        consent = read(payload, POLICY)
    except BadToken:
        return

    assert consent.day is not None
    assert {*consent.grounds} == consent.grants
    assert all(POLICY.grounds[name] == ground for name, ground in consent.grounds.items())


@pytest.mark.parametrize(
    "choice", ["+ads", "+ads:000000000000", "+@gull", "+@gull:000000000000", "+necessary"]
)
def test_a_yes_without_its_own_ground_is_no_yes(choice: str) -> None:
    consent = read(f"1.2517.{choice}", POLICY)

    assert consent.grants == frozenset()
    assert allowed(POLICY, consent) == allowed(POLICY, UNDECIDED)


# --- another policy ----------------------------------------------------------------------------

WIDER = {
    "other words": a_policy(purposes=(replace(ADS, text="Shows other adverts."), STATS, TIPS)),
    "another title": a_policy(purposes=(replace(ADS, title="Advertising"), STATS, TIPS)),
    "one vendor more": a_policy(
        vendors=(GULL, BOTH, TERN, PAY, replace(GULL, id="skua", name="Skua"))
    ),
    "one host more": a_policy(
        vendors=(replace(GULL, hosts=("gull.example", "cdn.example")), BOTH, TERN, PAY)
    ),
    "one cookie more": a_policy(cookies=(*DECLARED["cookies"], Cookie(name="ad2", purpose="ads"))),
    "a longer life": a_policy(
        cookies=(
            Cookie(name="ad", purpose="ads", vendor="gull", lifetime=390 * DAY),
            Cookie(name="count", purpose="stats"),
        )
    ),
}


@pytest.mark.parametrize("change", WIDER)
def test_a_purpose_that_has_become_another_is_asked_about_again_and_it_alone(change: str) -> None:
    today = WIDER[change]
    consent = read(write(decided(["ads", "stats"])), today)

    assert consent.state("ads") == "undecided"
    assert consent.state("stats") == "granted"
    assert consent.state("tips") == "refused"
    assert to_ask(today, consent) == ("ads",)
    assert "ads" not in allowed(today, consent).purposes


@pytest.mark.parametrize("change", WIDER)
def test_a_no_to_a_purpose_that_has_become_another_stays_a_no(change: str) -> None:
    consent = read(write(decided(["stats"])), WIDER[change])

    assert consent.state("ads") == "refused"
    assert to_ask(WIDER[change], consent) == ()


def test_a_vendor_that_has_become_another_has_no_yes_of_its_own_any_more() -> None:
    today = WIDER["one host more"]

    assert "gull" in allowed(POLICY, read(write(decided([], ["gull"])), POLICY)).vendors
    assert "gull" not in allowed(today, read(write(decided([], ["gull"])), today)).vendors


def test_another_order_of_the_policy_asks_nobody_again() -> None:
    turned = a_policy(
        purposes=(TIPS, STATS, ADS),
        vendors=(PAY, TERN, BOTH, GULL),
        cookies=tuple(reversed(POLICY.cookies)),
    )
    consent = decided(["ads", "tips"], ["tern"])

    assert read(write(consent), turned) == consent


def test_a_choice_about_what_is_no_longer_declared_is_left_out() -> None:
    narrower = a_policy(purposes=(STATS,), vendors=(TERN,), cookies=())
    whole = a_policy(vendors=(TERN,), cookies=())
    consent = read(write(decided(["ads", "stats"], ["tern"], whole)), narrower)

    assert consent.choices == {"stats": True, "@tern": True}
    assert consent.grounds.keys() == {"stats", "@tern"}
    assert to_ask(narrower, consent) == ()
    assert (consent.day, consent.receipt) == (TODAY, RECEIPT)


# --- what to ask -------------------------------------------------------------------------------

NEWER = a_policy(purposes=(Purpose(id="new", title="New"), ADS, STATS, TIPS))


@pytest.mark.parametrize(
    ("consent", "policy", "asked"),
    [
        pytest.param(UNDECIDED, POLICY, OPTIONAL, id="who has not chosen"),
        pytest.param(UNDECIDED, Policy(site=Site(name="S")), (), id="where nothing is optional"),
        pytest.param(decided(), POLICY, (), id="who refused"),
        pytest.param(decided(), NEWER, (), id="who refused, of a policy with more in it"),
        pytest.param(decided(["ads"]), POLICY, (), id="who granted one"),
        pytest.param(
            decided(["ads"]), NEWER, ("new",), id="who granted one, and there is a new one"
        ),
        pytest.param(decided([], ["gull"]), NEWER, ("new",), id="who granted a vendor alone"),
    ],
)
def test_who_is_asked_about_what(consent: Consent, policy: Policy, asked: tuple[str, ...]) -> None:
    assert to_ask(policy, consent) == asked


# --- how long it holds -------------------------------------------------------------------------


@pytest.mark.law("L-07")
@pytest.mark.parametrize(
    ("day", "current"),
    [
        pytest.param(TODAY, True, id="today"),
        pytest.param(TODAY + 1, True, id="tomorrow, by another clock"),
        pytest.param(TODAY + 2, False, id="the day after tomorrow"),
        pytest.param(TODAY - LIFETIME_DAYS, True, id="the last day"),
        pytest.param(TODAY - LIFETIME_DAYS - 1, False, id="the day after the last"),
        pytest.param(FIRST_DAY, False, id="long ago"),
        pytest.param(0, False, id="before the first day there is"),
        pytest.param(FIRST_DAY + 9_999_999, False, id="far ahead"),
    ],
)
@pytest.mark.parametrize("second", [0, DAY - 1], ids=["first second", "last second"])
@pytest.mark.parametrize("chosen", [["ads"], []], ids=["grant", "refusal"])
def test_a_choice_holds_for_six_months(
    day: int, current: bool, second: int, chosen: list[str]
) -> None:
    jar = Jar(POLICY, KeyRing("k" * 32), secure=True, enforce=True)
    cookie = jar.write_consent(replace(decided(chosen), day=day), RULES).partition(";")[0]

    for _ in range(2):  # what was worked out before must not outlive its day
        standing = jar.read(cookie, PLAIN, now=TODAY * DAY + second).standing
        assert standing.consent.decided is current
        assert ("ads" in standing.allowed.purposes) is (current and bool(chosen))


def test_a_choice_that_was_read_while_it_held_runs_out() -> None:
    jar = Jar(POLICY, KeyRing("k" * 32), secure=True, enforce=True)
    cookie = jar.write_consent(decided(["ads"]), RULES).partition(";")[0]
    end = (TODAY + LIFETIME_DAYS + 1) * DAY

    read_at = [jar.read(cookie, PLAIN, now).standing.consent.decided for now in (end - 1, end)]

    assert read_at == [True, False]
    assert jar.read(cookie, PLAIN, end - 1).standing.consent.decided


REGIMES = st.sampled_from(
    [
        RULES,
        Regime(id="out", places=(), opt_out=("ads",)),
        Regime(id="told", places=(), notice=OPTIONAL, lifetime=30 * DAY, ask_again=365 * DAY),
    ]
)
GROWN = a_policy(purposes=(*DECLARED["purposes"], Purpose(id="new", title="New")))


@given(
    st.dictionaries(st.sampled_from([*OPTIONAL, "@gull"]), st.booleans()),
    st.dictionaries(st.sampled_from(OPTIONAL), st.integers(1, 400)),
    st.integers(-500, 1000),
    REGIMES,
    st.booleans(),
)
def test_whatever_the_clock_says_it_turns_nothing_on(
    choices: dict[str, bool], days: dict[str, int], passed: int, regime: Regime, wider: bool
) -> None:
    policy = GROWN if wider else POLICY
    consent = Consent(
        choices=choices,
        grounds={name: policy.grounds[name] for name, yes in choices.items() if yes},
        day=TODAY,
        days={name: TODAY + later for name, later in days.items() if name in choices},
        receipt=RECEIPT if any(choices.values()) else None,
    )
    there = Circumstances(frozenset(), regime)

    left = lapse(consent, (TODAY + passed) * DAY, regime)

    before, after = (allowed_in(policy, each, there) for each in (consent, left))
    assert not after.exceeds(before)
    assert before.refused <= after.refused
    if left.decided:
        again = lapse(read(write(left), policy), (TODAY + passed) * DAY, regime)
        assert allowed_in(policy, again, there) == after


@pytest.mark.parametrize("before", [UNKNOWN, decided()], ids=["that cannot be read", "of nothing"])
def test_a_yes_to_one_company_leaves_off_what_was_off_by_a_consent(before: Consent) -> None:
    everywhere = Circumstances(frozenset(), Regime(id="told", places=(), notice=("new", *OPTIONAL)))
    consent = replace(with_vendor(GROWN, before, "gull", TODAY), receipt=RECEIPT)

    for each in (consent, read(write(consent), GROWN)):
        left = lapse(each, TODAY * DAY, everywhere.regime)
        may = allowed_in(GROWN, left, everywhere)
        assert (set(may.purposes), set(may.vendors)) == ({"necessary"}, {"gull", "pay"})


def test_six_months_are_183_days() -> None:
    assert LIFETIME_DAYS == 183


def test_what_few_visitors_agree_to_is_worked_out_anew() -> None:
    ids = [f"p{number}" for number in range(8)]
    policy = Policy(site=Site(name="Site"), purposes=[Purpose(id=n, title=n) for n in ids])
    jar = Jar(policy, KeyRing("k" * 32), secure=True, enforce=True)
    gates = [
        weakref.ref(jar.stand(decided(some, policy=policy), PLAIN).gate)
        for size in range(9)
        for some in combinations(ids, size)
    ]
    gc.collect()

    assert len(gates) == 256
    assert sum(gate() is not None for gate in gates) <= 70
