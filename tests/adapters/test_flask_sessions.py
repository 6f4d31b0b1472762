"""Flask's sessions in our interface: nothing that Flask's own keep is lost, and what theirs lose is kept."""

from __future__ import annotations

import json
import logging
import random
import string
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import flask
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from werkzeug.test import TestResponse

from cookiesafe.adapters.flask import SessionInterface
from cookiesafe.cookies import SetCookie, parse_set_cookie
from cookiesafe.errors import NotStorable, SessionTooLarge, WeakKey
from cookiesafe.keys import KeyRing
from cookiesafe.migration import FlaskSession, SessionReader, TaggedFlaskSession
from tests.support.written import KEY, NOW, by_flask

UNTIL = date(2027, 3, 31)
DAY = 86_400
View = Callable[[Any], Any]


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


class Site:
    """A Flask app whose one page does what it is told, and a browser."""

    def __init__(self, *reads: SessionReader, key: str = KEY, **config: Any) -> None:
        self.clock = Clock()
        self.app = flask.Flask("site")
        self.app.secret_key = key
        self.app.testing = True
        self.app.config.update(config)
        self.app.session_interface = SessionInterface(migrate=reads, clock=self.clock)
        self.app.add_url_rule("/", "page", lambda: self._page() or "page")
        self._page: Callable[[], Any] = lambda: None
        self.browser = self.app.test_client()

    def ask(self, view: View = lambda _: None, cookie: str | None = None) -> TestResponse:
        """Have the page do something to its session; ``cookie`` is the header, if it is not the browser's own."""
        self._page = lambda: view(flask.session)
        if cookie is None:
            return self.browser.get("/")
        browser = FlaskClient(self.app, self.app.response_class, use_cookies=False)
        return browser.get("/", headers={"Cookie": cookie})

    def holds(self, cookie: str | None = None) -> dict[str, Any]:
        """What the session holds in the next request."""
        found: dict[str, Any] = {}
        self.ask(lambda session: found.update(session), cookie)
        return found

    @property
    def token(self) -> str:
        cookie = self.browser.get_cookie("session")
        assert cookie is not None
        return cookie.value


def lines(answer: TestResponse) -> list[SetCookie]:
    found = [parse_set_cookie(line) for line in answer.headers.getlist("Set-Cookie")]
    return [each for each in found if each is not None]


def put(**values: Any) -> View:
    return lambda session: session.update(values)


def look(session: Any) -> None:
    session.get("user")


# --- what it holds --------------------------------------------------------------------------------


def test_what_was_put_in_is_there_in_the_next_request() -> None:
    values = {
        "tuple": (1, [2, (3,)]),
        "bytes": b"\x00\xff",
        "markup": Markup("<b>bold</b>"),
        "uuid": UUID(int=7),
        "time": datetime(2027, 1, 15, 8, tzinfo=UTC),
        "looks like a tag": {" t": [1]},
        "text": "ü€𝄞",
    }
    site = Site()
    site.ask(lambda session: session.update(values))

    found = site.holds()

    assert found == values
    assert type(found["tuple"]) is tuple
    assert type(found["markup"]) is Markup


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda each: (
        st.lists(each, max_size=4) | st.dictionaries(st.text(), each, max_size=4) | st.tuples(each)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(min_size=1).filter(lambda key: key != "_permanent"), json_values))
def test_whatever_json_and_tags_hold_comes_back_equal(values: dict[str, Any]) -> None:
    site = Site()
    site.ask(lambda session: session.update(values))

    assert site.holds() == values


def test_flashed_messages_are_shown_once() -> None:
    site = Site()
    site.ask(lambda _: flask.flash("Saved."))

    assert site.ask(lambda _: flask.get_flashed_messages()[0]).text == "Saved."
    assert site.ask(lambda _: str(flask.get_flashed_messages())).text == "[]"


def test_a_type_of_the_apps_own_is_kept_by_its_tag() -> None:
    from flask.json.tag import JSONTag, TaggedJSONSerializer

    class Tag(JSONTag):
        key = "ö"

        def check(self, value: Any) -> bool:
            return isinstance(value, complex)

        def to_json(self, value: Any) -> Any:
            return [value.real, value.imag]

        def to_python(self, value: Any) -> Any:
            return complex(*value)

    site = Site()
    interface = site.app.session_interface
    assert isinstance(interface, SessionInterface)
    interface.serializer = TaggedJSONSerializer()
    site.ask(look)
    interface.serializer.register(Tag)
    site.ask(put(number=1 + 2j))

    assert site.holds() == {"number": 1 + 2j}


# --- when it is written ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session["basket"].append("water"),
        lambda session: session["nested"]["a"].update(b=2),
        lambda session: session["pair"][1].append(3),
        lambda session: session.get("basket").append("water"),
        lambda session: next(iter(session.values())).append("water"),
        lambda session: session.setdefault("basket", []).append("water"),
    ],
)
def test_a_change_inside_of_a_value_is_kept(change: View) -> None:
    site = Site()
    site.ask(put(basket=["gas"], nested={"a": {}}, pair=(1, [2])))
    before = site.holds()
    site.ask(change)

    assert site.holds() != before


def test_who_only_looks_is_sent_no_cookie() -> None:
    site = Site()
    site.ask(put(user=7, basket=["gas"]))

    assert lines(site.ask(lambda session: session["basket"][0])) == []


def test_a_page_that_does_not_touch_the_session_leaves_as_it_is() -> None:
    site = Site()
    site.ask(put(user=7))
    answer = site.ask()

    assert lines(answer) == []
    assert "Vary" not in answer.headers
    assert "Cache-Control" not in answer.headers


def test_nothing_is_sent_where_nothing_is_kept() -> None:
    site = Site()

    assert lines(site.ask(lambda session: session.clear())) == []
    assert lines(site.ask(lambda session: session.update(user=7) or session.clear())) == []


@pytest.mark.parametrize(
    "touch",
    [
        lambda session: "user" in session and None,
        lambda session: len(session) and None,
        lambda session: bool(session) and None,
        lambda session: list(session) and None,
        lambda session: session == {} and None,
        lambda session: session.copy() and None,
        look,
    ],
)
def test_any_look_at_the_session_tells_caches(touch: View) -> None:
    assert Site().ask(touch).headers["Vary"] == "Cookie"


def test_a_response_that_sets_a_cookie_is_no_shared_caches() -> None:
    site = Site()

    def page(session: Any) -> Any:
        session["user"] = 7
        said = {
            "Cache-Control": "public, max-age=60",
            "Vary": "Accept",
            "CDN-Cache-Control": "public",
        }
        return "page", said

    answer = site.ask(page)

    assert answer.headers["Cache-Control"] == "max-age=60, private"
    assert answer.headers["CDN-Cache-Control"] == "no-store"
    assert answer.headers.getlist("Vary") == ["Accept, Cookie"]
    assert site.ask(lambda session: session.clear()).headers["Cache-Control"] == "private"


def test_modified_says_what_has_happened_and_can_be_told() -> None:
    site = Site()
    site.ask(put(basket=["gas"]))
    said: list[bool] = []

    def page(session: Any) -> None:
        said.append(session.modified)
        session["basket"].append("water")
        said.append(session.modified)
        session.modified = False
        said.append(session.modified)

    assert lines(site.ask(page)) == []
    assert said == [False, True, False]
    assert len(lines(site.ask(lambda session: setattr(session, "modified", True)))) == 1


def test_a_change_after_the_headers_have_left_is_logged_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cookiesafe.adapters.flask import session as module
    from cookiesafe.events import Once

    monkeypatch.setattr(module, "_once", Once())
    site = Site()
    with site.app.test_request_context():
        opened = flask.session
        site.app.session_interface.save_session(site.app, opened, site.app.response_class())
        with caplog.at_level(logging.WARNING, "cookiesafe"):
            opened["user"] = 7
            opened["user"] = 8

    assert [record.message.rpartition(" ")[2] for record in caplog.records] == ["[CS302]"]


def test_what_json_does_not_hold_is_told_to_the_app() -> None:
    with pytest.raises(NotStorable, match="JSON does not"):
        Site().ask(lambda session: session.update(what=object()))


# --- how long it lasts ----------------------------------------------------------------------------


def test_a_session_lasts_for_its_lifetime_after_it_was_written() -> None:
    site = Site(PERMANENT_SESSION_LIFETIME=timedelta(seconds=100))
    site.ask(put(user=7))

    site.clock.now += 99
    assert site.holds() == {"user": 7}
    site.clock.now += 1
    assert site.holds() == {}


@pytest.mark.parametrize(("ahead", "held"), [(1, True), (30, True), (31, False)])
def test_the_clock_of_the_server_that_wrote_it_may_be_a_little_ahead(
    ahead: int, held: bool
) -> None:
    site = Site()
    site.ask(put(user=7))
    site.clock.now -= ahead

    assert bool(site.holds()) is held


def test_a_permanent_session_is_kept_by_the_browser_and_refreshed_by_every_page() -> None:
    site = Site(PERMANENT_SESSION_LIFETIME=timedelta(seconds=100))
    (first,) = lines(site.ask(put(user=7, _permanent=True)))
    site.clock.now += 60
    untouched = site.ask()
    (refreshed,) = lines(untouched)
    site.clock.now += 60

    assert first.expires is not None
    assert refreshed.value != first.value
    assert untouched.headers["Vary"] == "Cookie"
    assert untouched.headers["Cache-Control"] == "private"
    assert site.holds() == {"user": 7, "_permanent": True}


def test_without_refreshing_a_permanent_session_is_sent_when_it_changes() -> None:
    site = Site(SESSION_REFRESH_EACH_REQUEST=False)
    site.ask(put(user=7, _permanent=True))

    assert lines(site.ask()) == []
    assert lines(site.ask(look)) == []


# --- the cookie -----------------------------------------------------------------------------------

ATTRIBUTES: dict[str, Any] = {
    "SESSION_COOKIE_NAME": "__Secure-sid",
    "SESSION_COOKIE_DOMAIN": "site.example",
    "SESSION_COOKIE_PATH": "/app",
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_SAMESITE": "None",
    "SESSION_COOKIE_PARTITIONED": True,
}


def test_it_is_removed_with_all_the_attributes_that_it_was_set_with() -> None:
    site = Site(**ATTRIBUTES)
    (kept,) = lines(site.ask(put(user=7)))
    (removed,) = lines(site.ask(lambda session: session.clear(), f"{kept.name}={kept.value}"))

    assert removed.is_deletion(NOW)
    for name in ("name", "domain", "path", "secure", "http_only", "same_site", "partitioned"):
        assert getattr(removed, name) == getattr(kept, name)
    assert (kept.name, kept.domain, kept.path, kept.partitioned) == (
        "__Secure-sid",
        "site.example",
        "/app",
        True,
    )


def noise(size: int) -> str:
    letters = random.Random(7).choices(string.ascii_letters + string.digits, k=size)  # noqa: S311
    return "".join(letters)


def test_one_that_is_too_large_is_told_to_the_app_and_never_dropped() -> None:
    site = Site()
    site.ask(put(user=7))
    site.app.testing = False
    site.app.config["PROPAGATE_EXCEPTIONS"] = False
    raised: list[BaseException] = []
    flask.got_request_exception.connect(
        lambda _, exception: raised.append(exception), site.app, weak=False
    )
    answer = site.ask(put(text=noise(5000)))

    assert answer.status_code == 500
    assert lines(answer) == []
    (error,) = raised
    assert isinstance(error, SessionTooLarge)
    assert "a cookie may have 4096" in str(error)
    assert "overflow" not in str(error)
    assert site.holds() == {"user": 7}


def test_up_to_4096_bytes_fit_and_werkzeug_does_not_warn() -> None:
    site = Site()
    for size in range(3900, 4200):
        try:
            (line,) = lines(site.ask(put(text=noise(size))))
        except SessionTooLarge:
            break
        assert len(line.name) + len(line.value) <= 4096
    assert len(line.name) + len(line.value) > 4090


def test_what_flask_could_hold_by_compressing_it_is_held() -> None:
    site = Site()
    text = "what visitors have in their basket " * 300
    (line,) = lines(site.ask(put(text=text)))

    assert len(line.value) < 1000
    assert site.holds() == {"text": text}


def test_its_content_is_the_visitors_to_read_and_nobodys_to_change() -> None:
    site = Site()
    site.ask(put(user=7))

    assert json.loads(b64decode(site.token.split(".")[1])) == {"user": 7}
    for at in range(len(site.token)):
        other = "A" if site.token[at] != "A" else "B"
        assert site.holds(f"session={site.token[:at]}{other}{site.token[at + 1 :]}") == {}


@pytest.mark.parametrize(
    "cookie",
    [
        "session=",
        "session=junk",
        "session=a.e30=.1800000000.0.",
        "session=" + "a." * 2000,
        'session=\x01\xff"',
        "session",
        "=session=1",
        "; ;=;",
        "session=" + by_flask({"user": 7}),
    ],
)
def test_junk_is_no_session_and_is_left_alone(cookie: str) -> None:
    site = Site()

    assert site.holds(cookie) == {}
    assert lines(site.ask(look, cookie)) == []


def test_of_two_that_differ_neither_is_taken() -> None:
    site, other = Site(), Site()
    site.ask(put(user=7))
    other.ask(put(user=8))

    assert site.holds(f"session={site.token}; session={other.token}") == {}
    assert site.holds(f"session={site.token}; session=junk; session={site.token}") == {"user": 7}


def test_the_cookie_of_another_name_or_use_is_not_taken() -> None:
    site = Site()
    site.ask(put(user=7))
    payload = f"a.eyJ1c2VyIjo3fQ==.{NOW}.0"

    assert Site(SESSION_COOKIE_NAME="sid").holds(f"sid={site.token}") == {}
    assert site.holds(f"session={KeyRing(KEY).signer('session', 'session').sign(payload)}") == {}
    assert site.holds(
        f"session={KeyRing(KEY).signer('flask-session', 'session').sign(payload)}"
    ) == {"user": 7}


@pytest.mark.parametrize("data", ["eJwLAAA", "!!", "", "e30="])
def test_a_compressed_one_that_is_cut_short_is_no_session(data: str) -> None:
    payload = f"z.a.{data}.{NOW}.0"
    token = KeyRing(KEY).signer("flask-session", "session").sign(payload)

    assert Site().holds(f"session={token}") == {}


# --- the key --------------------------------------------------------------------------------------


def test_without_a_key_the_session_can_be_looked_at_and_says_what_is_missing() -> None:
    site = Site(key="")

    assert site.ask(lambda session: str(session.get("user"))).text == "None"
    with pytest.raises(RuntimeError, match="secret"):
        site.ask(put(user=7))


def test_a_short_key_is_taken_and_logged_once_for_all_requests(
    caplog: pytest.LogCaptureFixture,
) -> None:
    site = Site(key="short-of-flask")
    with caplog.at_level(logging.WARNING, "cookiesafe"):
        site.ask(put(user=7))
        found = site.holds()

    assert found == {"user": 7}
    assert [record.message.rpartition(" ")[2] for record in caplog.records] == ["[CS505]"]
    assert "short-of-flask" not in caplog.text


def test_a_retired_key_verifies_and_the_new_one_signs() -> None:
    old, new = Site(), Site(key="n" * 32, SECRET_KEY_FALLBACKS=[KEY])
    old.ask(put(user=7))
    (line,) = lines(new.ask(put(more=8), f"session={old.token}"))

    assert Site(key="n" * 32).holds(f"session={line.value}") == {"user": 7, "more": 8}
    assert old.holds(f"session={line.value}") == {}


def test_a_string_in_the_place_of_the_list_of_retired_keys_is_refused() -> None:
    with pytest.raises(WeakKey, match="one string"):
        Site(SECRET_KEY_FALLBACKS=KEY).ask(look)


def test_the_key_may_change_while_the_app_runs() -> None:
    site = Site()
    site.ask(put(user=7))
    site.app.secret_key = "n" * 32

    assert site.holds() == {}


# --- what Flask itself has written ----------------------------------------------------------------

THEIRS = {"user": 7, "pair": (1, 2), "tag": {" t": [1]}}


@pytest.mark.parametrize("reader", [FlaskSession, TaggedFlaskSession])
def test_a_session_of_flasks_own_is_read_and_written_anew_with_the_first_look(
    reader: type[TaggedFlaskSession],
) -> None:
    site = Site(reader(secret_key=KEY, until=UNTIL))
    site.browser.set_cookie("session", by_flask(THEIRS))

    assert lines(site.ask()) == []
    (line,) = lines(site.ask(look))
    found = Site().holds(f"session={line.value}")

    assert found["user"] == 7
    assert found["tag"] == {" t": [1]}
    assert found["pair"] == ((1, 2) if reader is TaggedFlaskSession else [1, 2])
    assert lines(site.ask(look)) == []


def test_one_that_lies_elsewhere_is_removed_there() -> None:
    site = Site(FlaskSession(secret_key=KEY, until=UNTIL, cookie="old", path="/old"))
    found = lines(site.ask(look, f"old={by_flask(THEIRS)}"))

    assert [(each.name, each.path, each.is_deletion(NOW)) for each in found] == [
        ("session", "/", False),
        ("old", "/old", True),
    ]


def test_signing_out_removes_one_that_was_never_written_anew() -> None:
    site = Site(FlaskSession(secret_key=KEY, until=UNTIL))
    (line,) = lines(site.ask(lambda session: session.clear(), f"session={by_flask(THEIRS)}"))

    assert line.is_deletion(NOW)


def test_where_one_of_ours_came_theirs_is_not_looked_at() -> None:
    site = Site(
        FlaskSession(secret_key=KEY, until=UNTIL, cookie="old"), PERMANENT_SESSION_LIFETIME=100
    )
    site.ask(put(ours=1))
    theirs = by_flask(THEIRS)

    assert site.holds(f"old={theirs}; session={site.token}") == {"ours": 1}
    site.clock.now += 100
    assert site.holds(f"old={theirs}; session={site.token}") == {}


def test_two_of_theirs_that_differ_are_nobodys() -> None:
    site = Site(FlaskSession(secret_key=KEY, until=UNTIL))

    assert site.holds(f"session={by_flask({'user': 7})}; session={by_flask({'user': 8})}") == {}


def test_after_its_day_a_reader_reads_nothing() -> None:
    site = Site(FlaskSession(secret_key=KEY, until=UNTIL, max_age=None))
    site.clock.now += 365 * DAY

    assert site.holds(f"session={by_flask(THEIRS)}") == {}
