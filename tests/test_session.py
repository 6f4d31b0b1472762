"""The session: a mapping like any other, read when touched, written when changed."""

from __future__ import annotations

import copy
import json
import math
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from cookiesafe.cookies import MOST_FOUND, write_set_cookie
from cookiesafe.errors import NotStorable, SessionTooLarge, TooLate
from cookiesafe.keys import KeyRing
from cookiesafe.session import (
    LEEWAY,
    MAX_COOKIE_BYTES,
    Identity,
    Reference,
    Session,
    SessionCookie,
    SessionTerms,
    Stored,
    the_one,
)
from cookiesafe.session.cookie import pack, unpack
from cookiesafe.session.mapping import merged
from cookiesafe.session.text import EMPTY, read, write

NAME = "__Host-cookiesafe-session"
NOW = 1_795_305_600
KEYS = KeyRing("k" * 32)
TERMS = SessionTerms()
LIFETIME = TERMS.idle
A_CYCLE: list[Any] = []
A_CYCLE.append(A_CYCLE)

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**60), 10**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(), max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.text(max_size=6), JSON, max_size=5)
KEY = st.sampled_from(["a", "b", "cart", "é", ""])


def a_cookie(name: str = NAME) -> SessionCookie:
    return SessionCookie(name, KEYS.signer("session", name))


@dataclass
class Arrival:
    """What has come with a request. Counts how often it is read."""

    cookies: str = ""
    now: int = NOW
    reads: int = 0

    def text(self) -> str:
        self.reads += 1
        found = the_one(a_cookie().read(self.cookies), TERMS, self.now)
        return found.text if isinstance(found, Stored) else EMPTY


class InACookie(Session):
    """A session that is kept in a cookie, as nobody's in particular."""

    def __init__(self, arrival: Arrival) -> None:
        super().__init__(arrival.text)
        self.arrival = arrival

    def token(self) -> str | None:
        text = self.rewritten()
        if text is None:
            return None
        now = self.arrival.now
        return "" if text == EMPTY else a_cookie().write(Stored(text, now, now))


def a_session(cookies: str = "", now: int = NOW) -> InACookie:
    return InACookie(Arrival(cookies, now))


def sent(data: object, now: int = NOW, name: str = NAME) -> str:
    """The pair a browser sends that has been given ``data``."""
    text = json.dumps(data, separators=(",", ":"))
    return f"{name}={a_cookie(name).write(Stored(text, now, now))}"


def next_one(session: InACookie, now: int = NOW) -> InACookie:
    """The session of the browser's next request."""
    token = session.token()
    assert token is not None
    return a_session(f"{NAME}={token}", now)


# --- a mapping like any other ------------------------------------------------------------------


class AsADict(RuleBasedStateMachine):
    """Whatever is done to a session over many requests, it holds what a dict would."""

    def __init__(self) -> None:
        super().__init__()
        self.cookies = ""
        self.model: dict[str, Any] = {}
        self.arrived = "{}"
        self.session = a_session()

    @rule(key=KEY, value=JSON)
    def put(self, key: str, value: Any) -> None:
        self.session[key] = copy.deepcopy(value)
        self.model[key] = value

    @rule(key=KEY)
    def get(self, key: str) -> None:
        assert self.session.get(key, "none") == self.model.get(key, "none")
        assert (key in self.session) == (key in self.model)

    @rule(key=KEY)
    def pop(self, key: str) -> None:
        assert self.session.pop(key, "none") == self.model.pop(key, "none")

    @rule(key=KEY)
    def delete(self, key: str) -> None:
        if key in self.model:
            del self.session[key], self.model[key]
        else:
            with pytest.raises(KeyError):
                del self.session[key]

    @rule(key=KEY, value=JSON)
    def set_default(self, key: str, value: Any) -> None:
        ours = self.session.setdefault(key, copy.deepcopy(value))
        assert ours == self.model.setdefault(key, value)

    @rule(data=st.dictionaries(KEY, JSON, max_size=2))
    def update(self, data: dict[str, Any]) -> None:
        self.session.update(copy.deepcopy(data))
        self.model.update(data)

    @rule(data=st.dictionaries(KEY, JSON, max_size=2))
    def update_in_place(self, data: dict[str, Any]) -> None:
        assert self.session | data == self.model | data
        self.session |= copy.deepcopy(data)
        self.model |= data

    @rule(key=KEY, value=JSON)
    def change_inside(self, key: str, value: Any) -> None:
        for mapping in (self.session, self.model):
            inside = mapping.get(key)
            if isinstance(inside, list):
                inside.append(copy.deepcopy(value))
            elif isinstance(inside, dict):
                inside["in"] = copy.deepcopy(value)

    @rule()
    def clear(self) -> None:
        self.session.clear()
        self.model.clear()

    @rule()
    def look(self) -> None:
        assert self.session == self.model
        assert list(self.session) == list(self.model)
        assert list(self.session.items()) == list(self.model.items())
        assert len(self.session) == len(self.model)
        assert bool(self.session) == bool(self.model)

    @precondition(lambda self: len(json.dumps(self.model)) < 2000)
    @rule()
    def go_to_the_next_request(self) -> None:
        now = json.dumps(self.model, separators=(",", ":"))
        token = self.session.token()
        if now == self.arrived:
            assert token is None
        elif not self.model:
            assert token == ""
            self.cookies = ""
        else:
            assert token
            self.cookies = f"{NAME}={token}"
        self.arrived = now
        self.session = a_session(self.cookies)


def test_a_session_behaves_as_a_dict_over_many_requests() -> None:
    run_state_machine_as_test(
        AsADict, settings=settings(deadline=None, max_examples=60, stateful_step_count=25)
    )


@pytest.mark.parametrize("key", [1, None, b"a", ("a",), 1.5], ids=repr)
def test_a_key_that_is_no_text_is_refused_where_it_is_set(key: Any) -> None:
    session = a_session()

    with pytest.raises(NotStorable, match="key"):
        session[key] = 1
    assert session == {}
    assert session.token() is None


def test_a_missing_key_raises_as_in_a_dict() -> None:
    session = a_session(sent({"a": 1}))

    with pytest.raises(KeyError):
        session["b"]
    with pytest.raises(KeyError):
        del session["b"]
    with pytest.raises(KeyError):
        session.pop("b")
    assert session.token() is None


# --- read when touched -------------------------------------------------------------------------

TOUCHES: dict[str, Callable[[Session], object]] = {
    "get": lambda session: session.get("a"),
    "in": lambda session: "a" in session,
    "len": len,
    "bool": bool,
    "iterate": list,
    "items": lambda session: list(session.items()),
    "compare": lambda session: session == {},
    "set": lambda session: session.__setitem__("a", 1),
    "pop": lambda session: session.pop("a", None),
    "clear": lambda session: session.clear(),
    "or": lambda session: session | {},
}


def test_a_session_nobody_touches_is_never_read() -> None:
    arrival = Arrival(sent({"a": 1}))
    session = InACookie(arrival)

    assert session.token() is None
    assert not session.modified
    assert repr(session) == "<Session>"
    session.closed = True
    assert (arrival.reads, session.accessed) == (0, False)


@pytest.mark.parametrize("touch", TOUCHES)
def test_a_session_is_read_once_when_it_is_touched(touch: str) -> None:
    arrival = Arrival(sent({"b": 1}))
    session = InACookie(arrival)

    TOUCHES[touch](session)
    TOUCHES[touch](session)

    assert (arrival.reads, session.accessed) == (1, True)


def test_it_can_be_said_that_a_response_depends_on_the_session() -> None:
    arrival = Arrival()
    session = InACookie(arrival)
    session.mark_accessed()

    assert session.accessed
    assert arrival.reads == 0


# --- dates -----------------------------------------------------------------------------------

DATED: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.integers()
    | st.text(st.characters() | st.just("~"), max_size=6)
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(UTC) | st.just(timezone(timedelta(hours=-3)))),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=6) | st.just("~"), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=6) | st.just("~"), DATED, max_size=5))
def test_dates_come_back_at_any_depth(data: dict[str, Any]) -> None:
    session = a_session()
    session.update(data)
    session["at"] = datetime(2026, 11, 25, 8, 30, 0, 1)

    assert next_one(session) == {**data, "at": datetime(2026, 11, 25, 8, 30, 0, 1)}


def test_a_date_takes_no_more_room_where_there_is_none() -> None:
    assert write({"~": ["d", "2026-11-25"]}) == '{"~":["d","2026-11-25"]}'
    assert read(write({"~": ["d", "2026-11-25"]})) == {"~": ["d", "2026-11-25"]}


def test_a_changed_date_is_noticed() -> None:
    session = a_session(sent_by(day=[date(2026, 11, 25)]))
    session["day"][0] = date(2026, 11, 26)

    assert next_one(session) == {"day": [date(2026, 11, 26)]}
    assert a_session(sent_by(day=date(2026, 11, 25))).token() is None


def sent_by(**values: Any) -> str:
    """The pair a browser sends that was given what JSON alone does not hold."""
    return f"{NAME}={a_cookie().write(Stored(write(values), NOW, NOW))}"


# --- written when changed ----------------------------------------------------------------------


@settings(deadline=None, max_examples=150)
@given(OBJECTS)
def test_whatever_json_holds_comes_back(data: dict[str, Any]) -> None:
    assume(data and len(json.dumps(data)) < 2500)
    session = a_session()
    session.update(copy.deepcopy(data))

    again = next_one(session)

    assert dict(again) == data
    assert json.dumps(dict(again)) == json.dumps(data)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="an empty text"),
        pytest.param("žluťoučký 🐎 \x00\u2028", id="letters of all kinds"),
        pytest.param("\ud800", id="a lone surrogate"),
        pytest.param('"\\</script>', id="quotes and markup"),
        pytest.param(2**53 + 1, id="more than a float holds"),
        pytest.param(-(10**300), id="a number of 301 digits"),
        pytest.param(1e308, id="a very large float"),
        pytest.param(5e-324, id="a very small float"),
        pytest.param(0.1 + 0.2, id="a float that is not round"),
        pytest.param([], id="an empty list"),
        pytest.param({}, id="an empty dict"),
        pytest.param([[[[{}]]]], id="lists in lists"),
        pytest.param(None, id="none"),
    ],
)
def test_a_value_comes_back(value: Any) -> None:
    session = a_session()
    session["value"] = value

    again = next_one(session)["value"]

    assert again == value
    assert type(again) is type(value)


def test_minus_zero_stays_minus_zero() -> None:
    session = a_session()
    session["value"] = -0.0

    assert math.copysign(1, next_one(session)["value"]) == -1


def test_a_tuple_comes_back_as_a_list() -> None:
    session = a_session()
    session["value"] = (1, (2,))

    assert next_one(session)["value"] == [1, [2]]


@settings(deadline=None, max_examples=100)
@given(OBJECTS)
def test_a_session_that_is_only_looked_at_is_not_written(data: dict[str, Any]) -> None:
    session = a_session(sent(data))

    assert dict(session) == data
    assert list(session.values()) == list(data.values())
    assert not session.modified
    assert session.token() is None


def _containers(value: Any) -> list[Any]:
    """All lists and dicts in ``value``, itself first."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    here = [value] if isinstance(value, dict | list) else []
    return here + [each for part in inner for each in _containers(part)]


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(KEY, JSON, min_size=1, max_size=3), st.data())
def test_a_change_at_any_depth_is_noticed(stored: dict[str, Any], data: st.DataObject) -> None:
    session = a_session(sent(stored))
    key = data.draw(st.sampled_from(sorted(stored)))
    inside = _containers(session[key])
    assume(inside)
    container = data.draw(st.sampled_from(inside))
    if isinstance(container, list):
        container.append(1)
    else:
        container["a new key"] = 1

    assert session.modified
    assert next_one(session) == dict(session) != stored


@pytest.mark.parametrize(
    "reach",
    [
        lambda session: session["a"],
        lambda session: session.get("a"),
        lambda session: next(iter(session.values())),
        lambda session: dict(session.items())["a"],
        lambda session: session.setdefault("a", []),
        lambda session: dict(session)["a"],
        lambda session: {**session}["a"],
        lambda session: (session | {})["a"],
    ],
    ids=["by key", "get", "values", "items", "setdefault", "dict()", "unpacked", "or"],
)
def test_a_list_is_watched_however_it_was_reached(reach: Callable[[Session], list[int]]) -> None:
    session = a_session(sent({"a": [1]}))

    reach(session).append(2)

    assert next_one(session) == {"a": [1, 2]}


def test_a_default_is_watched_after_it_was_set() -> None:
    session = a_session(sent({"b": 1}))

    session.setdefault("cart", []).append("lamp")

    assert next_one(session) == {"b": 1, "cart": ["lamp"]}


def test_a_change_that_is_taken_back_is_not_written() -> None:
    session = a_session(sent({"a": [1]}))
    session["a"].append(2)
    session["a"].pop()
    session["b"] = 1
    del session["b"]
    session["a"] = [1]

    assert session.token() is None


UNDONE: dict[str, Callable[[Session], object]] = {
    "the same value again": lambda session: session.__setitem__("a", 1),
    "set and deleted": lambda session: (session.update(b=1), session.pop("b")),
    "a popped key put back": lambda session: session.update(a=session.pop("a")),
    "an update with nothing new": lambda session: session.update(a=1),
}


@pytest.mark.parametrize("undo", UNDONE)
def test_a_session_is_not_modified_when_it_holds_what_it_came_with(undo: str) -> None:
    session = a_session(sent({"a": 1}))

    UNDONE[undo](session)

    assert session == {"a": 1}
    assert session.token() is None
    assert not session.modified


def test_an_emptied_session_expires_its_cookie() -> None:
    session = a_session(sent({"a": 1}))
    session.clear()

    assert session.modified
    assert session.token() == ""


def test_emptying_an_empty_session_sets_nothing() -> None:
    session = a_session()
    session.clear()

    assert session.token() is None
    assert not session.modified


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(math.nan, id="not a number"),
        pytest.param(math.inf, id="infinity"),
        pytest.param(-math.inf, id="minus infinity"),
        pytest.param({1, 2}, id="a set"),
        pytest.param(b"bytes", id="bytes"),
        pytest.param(object(), id="an object"),
        pytest.param(1j, id="a complex number"),
        pytest.param(A_CYCLE, id="a list in itself"),
        pytest.param({("a", "b"): 1}, id="a dict by tuples"),
        pytest.param({b"a": 1}, id="a dict by bytes"),
        pytest.param(10**5000, id="a number of 5,001 digits"),
    ],
)
@pytest.mark.parametrize("inside", [False, True], ids=["at the top", "inside"])
def test_what_json_does_not_hold_is_not_storable(value: Any, inside: bool) -> None:
    session = a_session(sent({"list": []}))
    if inside:
        session["list"].append(value)
    else:
        session["value"] = value

    with pytest.raises(NotStorable, match=r"\[CS303\]") as caught:
        session.token()
    assert isinstance(caught.value, TypeError)
    assert caught.value.fix


def test_what_is_nested_too_deeply_is_not_storable() -> None:
    session = a_session()
    session["value"] = []
    inner = session["value"]
    for _ in range(100_000):
        inner.append([])
        inner = inner[0]

    with pytest.raises(NotStorable):
        session.token()
    session.clear()
    while inner:
        inner = inner.pop()


# --- how large ---------------------------------------------------------------------------------


def _as_long_as_can_be(name: str) -> str:
    """A JSON object whose token fills the cookie as far as base64, four bytes at a time, can."""
    room = MAX_COOKIE_BYTES - len(name) - len(f"a..{NOW}.0.") - 43
    return json.dumps({"a": "x" * (room // 4 * 3 - len('{"a": ""}'))})


@pytest.mark.parametrize(
    ("name", "size"),
    [
        (NAME, 4096),
        (f"{NAME}x", 4093),
        (f"{NAME}xxx", 4095),
        ("cookiesafe-session", 4093),
    ],
)
def test_a_session_may_fill_a_cookie_and_not_more(name: str, size: int) -> None:
    cookie, text = a_cookie(name), _as_long_as_can_be(name)

    token = cookie.write(Stored(text, NOW, NOW))

    assert len(name) + len(token) == size
    assert cookie.read(f"{name}={token}") == (Stored(text, NOW, NOW),)
    assert write_set_cookie(name, token, secure=True)
    with pytest.raises(SessionTooLarge):
        cookie.write(Stored(f"{text} ", NOW, NOW))


def test_a_session_that_is_too_large_says_how_large_it_is_and_what_to_do() -> None:
    session = a_session()
    session["a"] = "x" * 4000

    with pytest.raises(SessionTooLarge, match=r"4[,]?096|5\d{3} bytes") as caught:
        session.token()
    assert "4008 as JSON" in caught.value.what
    assert "database" in caught.value.fix


# --- how long ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "valid"),
    [
        pytest.param(0, True, id="written now"),
        pytest.param(LIFETIME - 1, True, id="its last second"),
        pytest.param(LIFETIME, False, id="the second after"),
        pytest.param(LIFETIME * 100, False, id="long ago"),
        pytest.param(-LEEWAY, True, id="by a clock that is as far ahead as may be"),
        pytest.param(-LEEWAY - 1, False, id="by a clock too far ahead"),
        pytest.param(-LIFETIME, False, id="in the far future"),
    ],
)
def test_how_long_a_session_can_be_read(age: int, valid: bool) -> None:
    assert dict(a_session(sent({"a": 1}, NOW - age))) == ({"a": 1} if valid else {})


def test_a_session_has_a_new_life_when_it_is_written() -> None:
    late = NOW + LIFETIME - 1
    session = a_session(sent({"a": 1}), late)
    session["b"] = 2

    assert next_one(session, late + LIFETIME - 1) == {"a": 1, "b": 2}


# --- what is sent ------------------------------------------------------------------------------

OURS = sent({"a": 1})
VALUE = OURS.partition("=")[2]


def signed(payload: str) -> str:
    return f"{NAME}={KEYS.signer('session', NAME).sign(payload)}"


@pytest.mark.parametrize(
    ("cookies", "data"),
    [
        pytest.param("", {}, id="no cookies"),
        pytest.param("other=1", {}, id="other cookies"),
        pytest.param(OURS, {"a": 1}, id="ours"),
        pytest.param(f"x=1; {OURS}; y=2", {"a": 1}, id="ours among others"),
        pytest.param(f"{OURS}; {OURS}", {"a": 1}, id="the same one twice"),
        pytest.param(
            f"{OURS}; {sent({'a': 1}, NOW - 9)}", {"a": 1}, id="the same, written at another time"
        ),
        pytest.param(f"{OURS}; {sent({'a': 2})}", {}, id="two that differ: one was tossed in"),
        pytest.param(f"{sent({'a': 2})}; {OURS}", {}, id="two that differ, the other way round"),
        pytest.param(f"{OURS}; {sent({})}", {}, id="ours and an empty one"),
        pytest.param(f"{NAME}=junk; {OURS}", {"a": 1}, id="junk before ours"),
        pytest.param(f"{OURS}; {NAME}=", {"a": 1}, id="an empty one behind ours"),
        pytest.param(
            f"{OURS}; {sent({'a': 2}, NOW - LIFETIME)}", {"a": 1}, id="ours and an old one"
        ),
        pytest.param(f"{NAME}=junk; " * MOST_FOUND + OURS, {}, id="a flood of junk before ours"),
        pytest.param(f"{NAME.lower()}={VALUE}", {}, id="the name in another case"),
        pytest.param(f"x{NAME}={VALUE}", {}, id="a longer name"),
        pytest.param(f"cookiesafe-session={VALUE}", {}, id="the name without its prefix"),
        pytest.param(f'{NAME}="{VALUE}"', {}, id="in quotes"),
        pytest.param(OURS[:-1], {}, id="cut short"),
        pytest.param(f"{NAME}=é", {}, id="letters beyond ASCII"),
        pytest.param(sent({"a": 1}, name="other").replace("other", NAME), {}, id="of another name"),
        pytest.param(
            f"{NAME}={KEYS.signer('consent', NAME).sign(f'a.e30=.{NOW}.0')}",
            {},
            id="of another use",
        ),
    ],
)
def test_what_a_browser_sends_comes_to(cookies: str, data: dict[str, Any]) -> None:
    assert dict(a_session(cookies)) == data


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param("", id="nothing"),
        pytest.param("a", id="a letter"),
        pytest.param("a.e30=", id="no time"),
        pytest.param("a.e30=..", id="empty times"),
        pytest.param("a.e30=.soon.0", id="a time that is no number"),
        pytest.param(f"a.e30=.{NOW}", id="one time"),
        pytest.param(f"a.e30=.{NOW}.0.5", id="a time with a fraction"),
        pytest.param(f"e30=.{NOW}.0", id="no letter"),
        pytest.param(f"x.e30=.{NOW}.0", id="another letter"),
        pytest.param(f"a.e3.{NOW}.0", id="broken base64"),
        pytest.param(f"a.{urlsafe_b64encode(bytes([0xFF])).decode()}.{NOW}.0", id="no UTF-8"),
        pytest.param(f"a.e30=.{'9' * 5000}.0", id="a time of 5,000 digits"),
        pytest.param(f"u.e30=.{NOW}.0", id="a user without an identity"),
        pytest.param(f"u.e30=.e30=.{NOW}.0", id="an identity that is an object"),
        pytest.param(f"u.e30=.W10=.{NOW}.0", id="an identity of nothing"),
        pytest.param(f"u.e30=.NQ==.{NOW}.0", id="an identity that is a number"),
    ],
)
def test_a_signed_text_of_another_form_is_no_session(payload: str) -> None:
    assert dict(a_session(signed(payload))) == {}


def test_a_session_that_is_not_ours_is_left_alone_and_not_expired() -> None:
    session = a_session(f"{NAME}=somebody.elses.token")

    assert dict(session) == {}
    assert session.token() is None


def test_a_value_of_a_session_is_not_shown() -> None:
    session = a_session(sent({"secret": "tell-nobody"}))
    session["other"] = "tell-nobody"

    assert "tell-nobody" not in f"{session!r} {session}"


# --- too late ----------------------------------------------------------------------------------

CHANGES: dict[str, Callable[[Session], object]] = {
    "set": lambda session: session.__setitem__("b", 1),
    "delete": lambda session: session.__delitem__("a"),
    "pop": lambda session: session.pop("a"),
    "popitem": lambda session: session.popitem(),
    "clear": lambda session: session.clear(),
    "update": lambda session: session.update(b=1),
    "setdefault": lambda session: session.setdefault("b", 1),
    "or in place": lambda session: session.__ior__({"b": 1}),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("read", [False, True], ids=["unread", "read before"])
def test_a_change_after_the_headers_have_left_is_too_late(change: str, read: bool) -> None:
    session = a_session(sent({"a": 1}))
    if read:
        assert session["a"] == 1
    session.closed = True

    with pytest.raises(TooLate, match="before the response begins"):
        CHANGES[change](session)
    assert dict(session) == {"a": 1}


def test_reading_is_never_too_late() -> None:
    session = a_session(sent({"a": 1}))
    session.closed = True

    assert session["a"] == 1
    assert session.setdefault("a", 2) == 1
    assert session.pop("b", None) is None


# --- who is signed in in it --------------------------------------------------------------------

SOMEBODY = Identity("7", NOW, "s" * 22, 3, "k" * 64, remembered=True)


@settings(deadline=None)
@given(user=st.text(min_size=1), text=OBJECTS.map(json.dumps), age=st.integers(0, LIFETIME - 1))
def test_whoever_is_signed_in_is_so_at_the_next_request(user: str, text: str, age: int) -> None:
    stored = Stored(text, NOW - age, NOW, Identity(user, NOW, "s" * 22))
    token = a_cookie().write(Stored("{}", NOW - age, NOW, Identity(user, NOW, "s" * 22)))

    assert unpack(pack(stored)) == stored
    assert a_cookie().is_keyed(f"{NAME}={token}")


def test_the_store_is_asked_about_a_user_and_about_what_it_keeps_and_about_nothing_else() -> None:
    cookie = a_cookie()

    assert cookie.is_keyed(f"x=1; {NAME}={cookie.refer('i' * 22)}")
    assert cookie.is_keyed(f"{NAME}={cookie.write(Stored('{}', NOW, NOW, SOMEBODY))}")
    assert not cookie.is_keyed(sent({"a": 1}))
    assert not cookie.is_keyed(f"x{NAME}=u.x; {NAME}=; y=s.{NAME}")


def test_two_who_are_signed_in_at_once_are_nobody() -> None:
    one = Stored("{}", NOW, NOW, SOMEBODY)
    other = Stored("{}", NOW, NOW, Identity("8", NOW, "t" * 22))

    assert the_one([one, one], TERMS, NOW) == one
    assert the_one([one, other], TERMS, NOW) is None
    assert the_one([one, Reference("i")], TERMS, NOW) is None
    assert the_one([one, Stored("{}", NOW, NOW)], TERMS, NOW) is None


def test_however_often_it_is_renewed_a_session_ends() -> None:
    terms = SessionTerms(idle=10, absolute=30)

    assert [terms.holds(NOW, NOW + age, NOW + age) for age in (0, 29, 30)] == [True, True, False]
    assert the_one([Stored("{}", NOW - 30, NOW)], terms, NOW) is None


def test_an_id_is_not_what_the_store_knows_it_by() -> None:
    reference = Reference("i" * 22)

    assert reference.id not in reference.key
    assert reference.id not in repr(reference)


# --- two requests at once ------------------------------------------------------------------------


@settings(deadline=None)
@given(before=OBJECTS, ours=OBJECTS, theirs=OBJECTS)
def test_changes_are_merged_key_by_key(
    before: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    session = Session(lambda: json.dumps(before))
    for key in before.keys() - ours.keys():
        del session[key]
    session.update(ours)

    result = json.loads(merged(json.dumps(theirs), *session.changes()))

    same = {
        key: value for key, value in ours.items() if key in before and same_json(before[key], value)
    }
    new = {key: value for key, value in ours.items() if key not in same}
    gone = before.keys() - ours.keys()
    assert result == {**{k: v for k, v in theirs.items() if k not in gone}, **new}


def same_json(one: Any, other: Any) -> bool:
    return json.dumps(one) == json.dumps(other)
