"""Carry: what comes back of what was sealed, that nothing else does, and which steps there are."""

from __future__ import annotations

import json
import math
import re
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe import (
    BadCarry,
    Carried,
    CarryTerms,
    CarryTooLarge,
    NotStorable,
    SettingError,
    TooLate,
    UsageError,
)
from cookiesafe.carry import LEEWAY, Carries, Carry
from cookiesafe.errors import Why
from cookiesafe.keys import KeyRing
from cookiesafe.sealing import Sealer

OLDEST, OLD, NEW = "o" * 32, "m" * 32, "n" * 32
SITE = "https://www.example"
NOW = 1_795_305_600
LIFETIME = CarryTerms().lifetime
DATA: dict[str, Any] = {"name": "Ada Lovelace", "street": "12 St James's Square", "since": [1815]}
A_CYCLE: dict[str, Any] = {}
A_CYCLE["itself"] = A_CYCLE

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**60), 10**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=12)
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(UTC)),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=6), JSON, max_size=5)


def the_carries(*keys: str, **terms: int) -> Carries:
    newest, *older = keys or (NEW,)
    return Carries(KeyRing(newest, older), CarryTerms(**terms), secrets.token_bytes)


CARRIES = the_carries()


def a_visit(
    carries: Carries = CARRIES, *, site: str = SITE, now: int = NOW, closed: bool = False
) -> Carry:
    return Carry(carries, site, now, closed=closed)


TOKEN = a_visit().seal("order", DATA, 1)


def why_not(token: object, visit: Carry | None = None, form: str = "order", **more: Any) -> Why:
    """Why it does not open."""
    with pytest.raises(BadCarry) as refused:
        (visit or a_visit()).open(form, token, **more)
    assert refused.value.__cause__ is None
    return refused.value.why


# --- what comes back -----------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(OBJECTS, st.integers(0, 99), st.integers(0, 20_261_126))
def test_whatever_a_session_may_hold_comes_back(
    data: dict[str, Any], step: int, version: int
) -> None:
    token = a_visit().seal("order", data, step, version)

    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    came = a_visit().open("order", token, version, step=step)
    assert (came.data, came.step) == (data, step)


def test_dates_come_back_as_such() -> None:
    data = {"day": date(2026, 11, 26), "at": datetime(2026, 11, 26, 8, tzinfo=UTC)}

    came = a_visit().open("order", a_visit().seal("order", data))

    assert came.data == data


def test_what_is_carried_cannot_be_read_and_is_another_each_time() -> None:
    tokens = {a_visit().seal("order", DATA) for _ in range(20)}

    assert len(tokens) == 20
    assert len({token[:5] for token in tokens}) == 1
    assert len({token[6:22] for token in tokens}) == 20


def test_the_form_of_what_is_sealed_stays_as_pages_have_it() -> None:
    text = KeyRing(NEW).sealer("carry", "form").open(TOKEN, "order", SITE).decode()

    version, step, sealed, flow, data = text.split(" ", 4)
    assert (version, step, sealed) == ("1", "1", str(NOW))
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", flow)
    assert json.loads(data) == DATA


# --- what is not ours ----------------------------------------------------------------------------


def test_a_token_with_any_one_byte_changed_is_not_readable() -> None:
    changed = (
        TOKEN[:at] + other + TOKEN[at + 1 :]
        for at in range(len(TOKEN))
        for other in "Aa0-_=+. \n\x00é€"
        if other != TOKEN[at]
    )

    assert {why_not(each) for each in changed} == {"unreadable"}


def test_a_token_cut_short_anywhere_is_not_readable() -> None:
    ends = {why_not(TOKEN[:cut]) for cut in range(1, len(TOKEN))}
    beginnings = {why_not(TOKEN[cut:]) for cut in range(1, len(TOKEN))}

    assert ends == beginnings == {"unreadable"}


@pytest.mark.parametrize("token", [None, ""])
def test_nothing_is_told_from_what_cannot_be_read(token: str | None) -> None:
    assert why_not(token) == "absent"


@pytest.mark.parametrize(
    "token",
    [
        " ",
        "é" * 60,
        "€" * 60,
        "\ud800" * 60,
        "\x00" * 60,
        "A" * 1_000_000,
        TOKEN + "A" * 1_000_000,
        f"{TOKEN}{TOKEN}",
        KeyRing(NEW).signer("carry", "form").sign("1 1 1795305600 flow {}"),
        KeyRing(NEW).sealer("session", "form").seal(b"1 1 1795305600 f {}", bytes(12)),
        KeyRing(NEW).sealer("carry", "form").seal(b"1 1 1795305600 f {}", bytes(12)),
        TOKEN.encode(),
        [TOKEN],
        SimpleNamespace(filename="a file"),
    ],
    ids=[
        "a blank", "Latin letters", "letters beyond Latin-1", "lone surrogates",
        "control characters", "a very long one", "a very long tail", "twice", "signed",
        "sealed for another use", "bound to nothing", "bytes", "a list", "an upload",
    ],
)  # fmt: skip
def test_what_is_no_token_of_ours_is_unreadable(token: object) -> None:
    assert why_not(token) == "unreadable"


@settings(deadline=None, max_examples=100)
@given(
    st.text(max_size=120) | st.text("AZaz09-_", min_size=38, max_size=90).map(TOKEN[:6].__add__),
    st.none() | st.integers(0, 3),
)
def test_whatever_is_sent_raises_nothing_else(token: str, step: int | None) -> None:
    assert why_not(token, step=step) == ("unreadable" if token else "absent")


def test_one_that_is_too_large_is_not_decrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    def decrypt(*_: object) -> bytes:
        raise AssertionError("it was decrypted")

    token = a_visit(the_carries(max_bytes=10**6)).seal("order", {"a": "x" * 20_000})
    monkeypatch.setattr(Sealer, "open", decrypt)

    assert why_not(token) == "unreadable"


def test_another_site_and_another_form_do_not_open_it() -> None:
    for site in ("https://shop.example", "http://www.example", f"{SITE}:8443", ""):
        assert why_not(TOKEN, a_visit(site=site)) == "unreadable"
    for form in ("Order", "order2", "orde", "order:19"):
        assert why_not(TOKEN, form=form) == "unreadable"


# --- keys ----------------------------------------------------------------------------------------


def test_every_key_of_the_ring_opens_and_the_newest_seals() -> None:
    old, rotated = the_carries(OLD), the_carries(NEW, OLD, OLDEST)

    came = a_visit(rotated).open("order", a_visit(old).seal("order", DATA))
    anew = a_visit(rotated).seal("order", DATA)

    assert came.data == DATA
    assert a_visit(the_carries(NEW)).open("order", anew).data == DATA
    assert why_not(anew, a_visit(old)) == "unreadable"


def test_a_key_that_left_the_ring_opens_no_more() -> None:
    token = a_visit(the_carries(OLDEST)).seal("order", DATA)

    assert why_not(token, a_visit(the_carries(NEW, OLD))) == "unreadable"


# --- time and version ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("later", "opens"),
    [
        (0, True),
        (LIFETIME - 1, True),
        (LIFETIME, False),
        (10**9, False),
        (-LEEWAY, True),
        (-LEEWAY - 1, False),
    ],
)
def test_how_long_it_can_be_gone_on_with(later: int, opens: bool) -> None:
    visit = a_visit(now=NOW + later)

    if opens:
        assert visit.open("order", TOKEN).data == DATA
    else:
        assert why_not(TOKEN, visit) == "expired"


def test_each_step_has_the_whole_time() -> None:
    token = a_visit().seal("order", DATA)
    for step in range(1, 6):
        visit = a_visit(now=NOW + step * (LIFETIME - 1))
        visit.open("order", token)
        token = visit.seal("order", DATA, step)

    assert step == 5


def test_a_shorter_time_holds_at_once_for_all() -> None:
    short = the_carries(lifetime=60)

    assert a_visit(short, now=NOW + 59).open("order", TOKEN).data == DATA
    assert why_not(TOKEN, a_visit(short, now=NOW + 60)) == "expired"


@pytest.mark.parametrize("version", [0, 2, 20_261_126])
def test_another_version_does_not_open_it(version: int) -> None:
    assert why_not(TOKEN, version=version) == "version"
    assert why_not(a_visit().seal("order", DATA, 1, version)) == "version"


# --- steps and flows -----------------------------------------------------------------------------


@pytest.mark.parametrize("step", [0, 2, 3])
def test_at_another_step_than_asked_for_it_does_not_open(step: int) -> None:
    assert a_visit().open("order", TOKEN, step=1).step == 1
    assert why_not(TOKEN, step=step) == "step"


def gone_on(token: str, step: int, data: dict[str, Any] = DATA) -> str:
    """The token of the next page, made in a visit of its own."""
    visit = a_visit()
    visit.open("order", token)
    return visit.seal("order", data, step)


def flow_of(token: str) -> str:
    return a_visit().open("order", token).flow


def test_one_flow_goes_through_all_steps_back_and_forth() -> None:
    first = a_visit().seal("order", {})
    second = gone_on(first, 1)
    third = gone_on(second, 2)
    back = gone_on(third, 0)
    again = gone_on(gone_on(back, 1, {"name": "Grace"}), 2, {"name": "Grace"})

    assert {flow_of(each) for each in (first, second, third, back, again)} == {flow_of(first)}
    assert a_visit().open("order", again).data == {"name": "Grace"}


def test_an_old_page_may_be_sent_again_and_leads_to_the_same_flow() -> None:
    first = a_visit().seal("order", {})
    tabs = [gone_on(first, 1, {"tab": tab}) for tab in range(2)]

    came = [a_visit().open("order", tab) for tab in tabs * 2]

    assert [each.data["tab"] for each in came] == [0, 1, 0, 1]
    assert {each.flow for each in came} == {flow_of(first)}


@pytest.mark.parametrize(("at", "to"), [(0, 2), (1, 3), (1, 99)])
def test_no_step_can_be_left_out(at: int, to: int) -> None:
    visit = a_visit()
    visit.open("order", a_visit().seal("order", DATA, at))

    with pytest.raises(UsageError, match=f"came from step {at}"):
        visit.seal("order", DATA, to)

    assert a_visit().open("order", visit.seal("order", DATA, at + 1)).step == at + 1


def test_where_nothing_was_opened_a_flow_begins_with_each_seal() -> None:
    visit = a_visit()
    tokens = [visit.seal("order", DATA, step) for step in (0, 0, 4)]

    assert len({flow_of(token) for token in tokens}) == 3


def test_what_could_not_be_opened_is_not_gone_on_with() -> None:
    refused: list[tuple[str, dict[str, Any]]] = [
        (TOKEN, {"version": 2}),
        (TOKEN, {"step": 2}),
        (TOKEN[:-1], {}),
    ]
    for token, more in refused:
        visit = a_visit()
        why_not(token, visit, **more)
        assert flow_of(visit.seal("order", DATA)) != flow_of(TOKEN)


def test_two_forms_of_one_visit_do_not_mix() -> None:
    visit = a_visit()
    order = visit.open("order", TOKEN)

    other = a_visit().open("other", visit.seal("other", DATA, 7))

    assert other.step == 7
    assert other.flow != order.flow


def test_a_flow_has_128_random_bits() -> None:
    drawn: list[int] = []

    def entropy(size: int) -> bytes:
        drawn.append(size)
        return secrets.token_bytes(size)

    Carry(Carries(KeyRing(NEW), CarryTerms(), entropy), SITE, NOW, closed=False).seal("order", {})

    assert sorted(drawn) == [12, 16]


# --- what the app does wrong ---------------------------------------------------------------------

WRONG: dict[str, Callable[[Carry], object]] = {
    "no name": lambda visit: visit.seal("", DATA),
    "a name with a line break": lambda visit: visit.open("order\n", TOKEN),
    "a long name": lambda visit: visit.open("o" * 65, TOKEN),
    "a name that is no text": lambda visit: visit.open(7, TOKEN),  # type: ignore[arg-type]
    "a negative step": lambda visit: visit.seal("order", DATA, -1),
    "a step that is text": lambda visit: visit.seal("order", DATA, "1"),  # type: ignore[arg-type]
    "a step that is true": lambda visit: visit.seal("order", DATA, True),
    "a step that is half one": lambda visit: visit.open("order", TOKEN, step=0.5),  # type: ignore[arg-type]
    "a huge step": lambda visit: visit.seal("order", DATA, 10**9),
    "a negative version": lambda visit: visit.open("order", TOKEN, -1),
    "a version that is text": lambda visit: visit.open("order", TOKEN, "1"),  # type: ignore[arg-type]
    "a version that is nothing": lambda visit: visit.seal("order", DATA, 0, None),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_no_name_step_or_version_is_told(wrong: str) -> None:
    with pytest.raises(UsageError, match="CS300"):
        WRONG[wrong](a_visit())


@pytest.mark.parametrize(
    "data",
    [
        {"a": {1, 2}},
        {"a": b"bytes"},
        {"a": object()},
        {"a": math.nan},
        A_CYCLE,
        {1: "a"},
        {("a", "b"): 1},
        [],
        ["a"],
        "text",
        None,
    ],
    ids=[
        "a set", "bytes", "an object", "no number", "itself", "a key that is a number",
        "a key that is a tuple", "no dict", "a list", "text", "nothing",
    ],
)  # fmt: skip
def test_what_json_does_not_hold_is_told(data: Any) -> None:
    with pytest.raises(NotStorable, match="CS303"):
        a_visit().seal("order", data)


def test_a_form_may_fill_the_field_and_not_more() -> None:
    token = a_visit().seal("order", {"a": "x" * 900})
    carries = the_carries(max_bytes=len(token))

    assert a_visit(carries).seal("order", {"a": "x" * 900})
    assert a_visit(carries).open("order", token).data == {"a": "x" * 900}
    with pytest.raises(CarryTooLarge, match=rf"{len(token)} are allowed.*CS307"):
        a_visit(carries).seal("order", {"a": "x" * 903})


def test_by_default_that_is_16_kb_and_a_megabyte_is_refused() -> None:
    assert len(a_visit().seal("order", {"a": "x" * 12_100})) <= 16 * 1024

    for size in (12_300, 1_000_000):
        with pytest.raises(CarryTooLarge):
            a_visit().seal("order", {"a": "x" * size})


@pytest.mark.parametrize("wrong", [{"lifetime": 0}, {"lifetime": -1}, {"max_bytes": 0}])
def test_terms_that_cannot_be_are_told(wrong: dict[str, int]) -> None:
    with pytest.raises(SettingError, match="carried"):
        CarryTerms(**wrong)


def test_when_the_headers_have_left_a_form_opens_and_none_is_sealed() -> None:
    visit = a_visit(closed=True)

    assert visit.open("order", TOKEN).data == DATA
    with pytest.raises(TooLate):
        visit.seal("order", DATA)


# --- what is said --------------------------------------------------------------------------------


def every_refusal() -> dict[Why, BadCarry]:
    found: dict[Why, BadCarry] = {}
    late = a_visit(now=NOW + LIFETIME)
    for visit, token, more in (
        (a_visit(), None, {}),
        (a_visit(), "x", {}),
        (late, TOKEN, {}),
        (a_visit(), TOKEN, {"version": 2}),
        (a_visit(), TOKEN, {"step": 0}),
    ):
        with pytest.raises(BadCarry) as refused:
            visit.open("order", token, **more)
        found[refused.value.why] = refused.value
    return found


def test_each_reason_has_a_plain_sentence_for_the_visitor() -> None:
    refusals = every_refusal()

    assert refusals.keys() == set(get_args(Why))
    for refused in refusals.values():
        assert re.fullmatch(r"[A-Z][A-Za-z ,]+ begin \w+\.", refused.friendly)
        assert "CS606" in str(refused)
    assert len({refused.friendly for refused in refusals.values()}) == len(refusals)


def test_nothing_of_a_form_is_shown() -> None:
    visit = a_visit()
    came = visit.open("order", TOKEN)
    with pytest.raises(CarryTooLarge) as too_large:
        visit.seal("order", {"a": "Lovelace" * 9999})

    refusals = every_refusal().values()
    shown = " ".join(map(repr, [visit, came, CARRIES, too_large.value, *refusals]))
    assert repr(came) == "<Carried step=1>"
    for secret in (NEW, TOKEN[:12], came.flow, "Lovelace"):
        assert secret not in shown


def test_it_unpacks_into_data_step_and_flow() -> None:
    data, step, flow = came = a_visit().open("order", TOKEN)

    assert isinstance(came, Carried)
    assert (data, step, flow) == (came.data, came.step, came.flow)
