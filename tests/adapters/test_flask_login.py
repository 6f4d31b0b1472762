"""Flask-Login with our manager: a remembered browser is a series, whose copies show and whose end is the end."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import flask
import flask_login
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cookiesafe.adapters.flask import SessionInterface
from cookiesafe.adapters.flask.login import LoginManager, login_remembered, login_stolen
from cookiesafe.adapters.flask.remembering import Remembering
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.cookies import SetCookie, parse_set_cookie
from cookiesafe.errors import SettingError, StoreError
from cookiesafe.keys import KeyRing
from cookiesafe.migration import FlaskLoginRemember
from cookiesafe.remember import Series, Terms
from cookiesafe.remember.series import CAP
from tests.support.written import KEY, by_flask, by_flask_login
from tests.test_docs import ROOT, run

pytestmark = pytest.mark.filterwarnings("ignore:.*utcnow:DeprecationWarning:flask_login")

DAY = 86_400
START = int(time.time())
"""Flask-Login has no clock but the real one."""
UNTIL = date.today() + timedelta(days=90)
REMEMBER = "remember_token"


class User(flask_login.UserMixin):  # type: ignore[misc]
    def __init__(self, id: str) -> None:
        self.id = id


class Store(MemoryStore):
    """Counts what it is asked, and can be down."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.down = False

    def load_series(self, key: str) -> tuple[Series, int] | None:
        self.asked += 1
        if self.down:
            raise StoreError("the store is down")
        return super().load_series(key)

    def add_series(self, row: Series) -> bool:
        if self.down:
            raise StoreError("the store is down")
        return super().add_series(row)

    def refuses(self, row: Series) -> bool:
        raise StoreError("the disk is full")

    def of(self, user: str) -> list[Series]:
        return self.list_series(user)


class Site:
    """A Flask app with users that are known by any id but ``nobody``, in which pages tell who is signed in."""

    def __init__(self, *reads: FlaskLoginRemember, **config: Any) -> None:
        self.now = START
        self.store = Store()
        self.app = flask.Flask("site")
        self.app.secret_key = KEY
        self.app.config.update(COOKIESAFE_STORE=self.store, **config)
        self.app.session_interface = SessionInterface(clock=lambda: self.now)
        self.manager = LoginManager(self.app, migrate=reads, clock=lambda: self.now)
        self.manager.user_loader(lambda id: None if id == "nobody" else User(id))
        self.app.add_url_rule("/", "who", self._who)
        self.app.add_url_rule("/login/<id>", "login", self._login)
        self.app.add_url_rule("/logout", "logout", self._logout)
        self.app.add_url_rule("/plain", "plain", lambda: "plain")

    def _who(self) -> str:
        user = flask_login.current_user
        if not user.is_authenticated:
            return "nobody"
        how = "fresh" if flask_login.login_fresh() else "remembered"
        return f"{user.get_id()} {how}{' here' if login_remembered() else ''}"

    def _login(self, id: str) -> str:
        seconds = flask.request.args.get("seconds", type=int)
        flask_login.login_user(
            User(id),
            remember="remember" in flask.request.args,
            duration=None if seconds is None else timedelta(seconds=seconds),
        )
        return "in"

    def _logout(self) -> str:
        flask_login.logout_user()
        return "out"


class Browser:
    """Keeps its cookies by itself, so that they can be copied, lost and put back."""

    def __init__(self, site: Site, **cookies: str) -> None:
        self.site = site
        self.cookies = cookies
        self._client = FlaskClient(site.app, site.app.response_class, use_cookies=False)

    def ask(self, path: str = "/", *, keep: bool = True) -> TestResponse:
        header = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self._client.get(path, headers={"Cookie": header} if header else {})
        assert answer.status_code == 200
        for each in lines(answer) if keep else []:
            if each.is_deletion(self.site.now):
                self.cookies.pop(each.name, None)
            else:
                self.cookies[each.name] = each.value
        return answer

    @property
    def who(self) -> str:
        return self.ask().text

    def restart(self) -> Browser:
        """Close it and open it again: only what is kept for longer is left."""
        self.cookies.pop("session", None)
        return self

    def copy(self) -> Browser:
        return Browser(self.site, **self.cookies)

    def without_session(self) -> Browser:
        return self.copy().restart()


def lines(answer: TestResponse, name: str | None = None) -> list[SetCookie]:
    found = [parse_set_cookie(line) for line in answer.headers.getlist("Set-Cookie")]
    return [each for each in found if each is not None and name in (None, each.name)]


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def browser(site: Site) -> Browser:
    """One in which Ada has ticked the box."""
    browser = Browser(site)
    browser.ask("/login/ada?remember")
    return browser


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.INFO, "cookiesafe"):
        yield caplog


def codes(logged: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage().rpartition(" ")[2] for record in logged.records]


# --- who ticked the box, and who did not ----------------------------------------------------------


def test_who_ticked_the_box_is_signed_in_after_a_restart_and_not_fresh(browser: Browser) -> None:
    assert browser.who == "ada fresh here"
    assert browser.restart().who == "ada remembered here"


def test_who_did_not_is_not(site: Site) -> None:
    browser = Browser(site)
    answer = browser.ask("/login/ada")

    assert [each.name for each in lines(answer)] == ["session"]
    assert browser.who == "ada fresh"
    assert browser.restart().who == "nobody"
    assert site.store.of("ada") == []


def test_the_tick_and_its_end_are_on_record(site: Site, browser: Browser) -> None:
    browser.ask("/logout")

    assert [(each.event, each.choices) for each in site.store.records()] == [
        ("remember", {"stay_signed_in": True}),
        ("forget", {"stay_signed_in": False}),
    ]


def test_the_row_says_which_browser_it_is_and_no_more(site: Site) -> None:
    with site.app.test_client() as client:
        client.get(
            "/login/ada?remember",
            headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"},
        )
    (row,) = site.store.of("ada")

    assert row.label == "Firefox, Linux"
    assert (row.user, row.auth_time, row.record) == ("ada", START, next(site.store.records()).id)


def test_an_id_of_any_letters_is_remembered(site: Site) -> None:
    browser = Browser(site)
    browser.ask("/login/佐藤|ü?remember")

    assert browser.restart().who == "佐藤|ü remembered here"


def test_refreshing_each_request_remembers_nobody_who_did_not_ask() -> None:
    browser = Browser(Site(REMEMBER_COOKIE_REFRESH_EACH_REQUEST=True))
    browser.ask("/login/ada")

    assert lines(browser.ask()) == []


# --- rotation, parallel requests, lost answers, theft ---------------------------------------------


def test_a_browser_that_comes_back_gets_another_token(site: Site, browser: Browser) -> None:
    before = browser.cookies[REMEMBER]
    site.now += DAY
    answer = browser.restart().ask()
    (line,) = lines(answer, REMEMBER)

    assert line.value != before
    assert answer.headers["Cache-Control"] == "private"
    assert "Cookie" in answer.headers["Vary"]


def test_requests_that_come_together_are_all_let_in_and_get_one_successor(
    site: Site, browser: Browser
) -> None:
    site.now += DAY
    tabs = [browser.without_session() for _ in range(6)]

    assert {tab.who for tab in tabs} == {"ada remembered here"}
    assert len({tab.cookies[REMEMBER] for tab in tabs}) == 1


def test_an_answer_that_was_lost_locks_nobody_out(site: Site, browser: Browser) -> None:
    for _ in range(5):
        site.now += DAY
        assert browser.without_session().ask(keep=False).text.startswith("ada")
    assert browser.restart().who == "ada remembered here"


def test_a_token_that_took_too_long_does_not_leave(site: Site, browser: Browser) -> None:
    def slow() -> str:
        assert flask_login.current_user.is_authenticated
        site.now += 31
        return "slow"

    site.app.view_functions["plain"] = slow
    site.now += DAY

    assert lines(browser.restart().ask("/plain"), REMEMBER) == []


def test_two_who_use_one_login_are_both_signed_out_with_their_sessions(
    site: Site, browser: Browser, logged: pytest.LogCaptureFixture
) -> None:
    thief = browser.without_session()
    site.now += DAY
    assert thief.who == "ada remembered here"
    site.now += DAY
    assert thief.restart().who == "ada remembered here"
    victim = browser.without_session()
    told: list[str] = []
    with login_stolen.connected_to(lambda _, user_id: told.append(user_id), site.app):
        answer = victim.ask()

    assert answer.text == "nobody"
    assert told == ["ada"]
    assert [each.is_deletion(site.now) for each in lines(answer, REMEMBER)] == [True]
    assert thief.who == "nobody"
    assert browser.who == "nobody"
    assert site.store.of("ada")[0].revoked_why == "theft"
    assert codes(logged) == ["[CS601]"]


def test_a_theft_ends_no_other_browser(site: Site, browser: Browser) -> None:
    other = Browser(site)
    other.ask("/login/ada?remember")
    thief = browser.without_session()
    for each in (thief, thief, browser.without_session()):
        site.now += DAY
        each.restart().ask()

    assert other.restart().who == "ada remembered here"


# --- the end --------------------------------------------------------------------------------------


def test_signing_out_ends_this_browser_and_a_copy_of_its_cookies(
    site: Site, browser: Browser
) -> None:
    copy, other = browser.copy(), Browser(site)
    other.ask("/login/ada?remember")
    browser.ask("/logout")

    assert browser.cookies == {}
    assert copy.who == "nobody"
    assert copy.restart().who == "nobody"
    assert other.restart().who == "ada remembered here"


def test_a_login_that_was_ended_elsewhere_is_over_with_the_next_request(
    site: Site, browser: Browser
) -> None:
    (row,) = site.store.of("ada")
    site.store.revoke_device("ada", row.device, "device", site.now)

    assert browser.who == "nobody"
    assert browser.cookies == {}


def test_everywhere_ends_all_remembered_logins(site: Site, browser: Browser) -> None:
    with site.app.app_context():
        site.manager.store.advance_epoch("ada")

    assert browser.who == "nobody"
    browser.ask("/login/ada?remember")
    assert browser.restart().who == "ada remembered here"


def test_signing_out_where_the_cookie_is_not_sent_ends_the_series_all_the_same() -> None:
    site = Site(REMEMBER_COOKIE_PATH="/elsewhere")
    browser = Browser(site)
    browser.ask("/login/ada?remember")
    copy = browser.copy()
    del browser.cookies[REMEMBER]
    (line,) = lines(browser.ask("/logout"), REMEMBER)

    assert line.is_deletion(site.now)
    assert copy.restart().who == "nobody"


def test_who_signs_in_over_another_is_not_remembered_as_that_one(
    site: Site, browser: Browser
) -> None:
    browser.restart().ask("/login/bob")

    assert browser.who == "bob fresh"
    assert browser.restart().who == "nobody"
    assert site.store.of("ada")[0].revoked_at == site.now


def test_who_signs_in_over_another_in_one_session_is_not_either(browser: Browser) -> None:
    browser.ask("/login/bob")

    assert browser.who == "bob fresh"
    assert browser.restart().who == "nobody"


def test_ticking_the_box_again_puts_one_series_in_the_place_of_the_other(
    site: Site, browser: Browser
) -> None:
    browser.ask("/login/ada?remember")

    assert [row.revoked_why for row in site.store.of("ada")].count(None) == 1
    assert browser.restart().who == "ada remembered here"


def test_a_user_who_is_no_more_is_not_let_in(site: Site) -> None:
    browser = Browser(site)
    browser.ask("/login/nobody?remember")

    assert browser.restart().who == "nobody"


# --- how long -------------------------------------------------------------------------------------


@pytest.mark.parametrize("duration", [timedelta(days=10), 10 * DAY])
def test_it_lasts_for_the_duration_that_is_set(duration: timedelta | int) -> None:
    site = Site(REMEMBER_COOKIE_DURATION=duration)
    browser = Browser(site)
    browser.ask("/login/ada?remember")
    (row,) = site.store.of("ada")
    site.now = row.created_at + 9 * DAY
    assert browser.restart().who.startswith("ada")
    site.now = row.idle_until

    assert browser.restart().who == "nobody"


def test_it_lasts_as_long_as_the_login_says() -> None:
    site = Site()
    browser = Browser(site)
    (line,) = lines(browser.ask("/login/ada?remember&seconds=3600"), REMEMBER)
    (row,) = site.store.of("ada")

    assert line.expires is not None
    assert row.idle_until - row.created_at == 3600
    assert abs(line.expires - time.time() - 3600) < 600


@pytest.mark.parametrize("refreshes", [False, True])
@pytest.mark.parametrize("days", [7, 90])
def test_it_lasts_as_long_as_the_login_says_after_a_return_too(days: int, refreshes: bool) -> None:
    site = Site(REMEMBER_COOKIE_REFRESH_EACH_REQUEST=refreshes, REMEMBER_COOKIE_DURATION=30 * DAY)
    browser = Browser(site)
    browser.ask(f"/login/ada?remember&seconds={days * DAY}")
    (begun,) = site.store.of("ada")
    site.now += DAY
    (line,) = lines(browser.restart().ask(), REMEMBER)
    (row,) = site.store.of("ada")

    assert row.gen == 1
    assert row.idle_until == line.expires == (row.used_at if refreshes else START) + days * DAY
    assert row.until == begun.until


def test_refreshing_after_a_return_lets_it_last_as_long_as_the_login_says() -> None:
    site = Site(REMEMBER_COOKIE_REFRESH_EACH_REQUEST=True)
    browser = Browser(site)
    browser.ask(f"/login/ada?remember&seconds={90 * DAY}")
    site.now += DAY
    browser.restart().ask()
    site.now += DAY
    (line,) = lines(browser.ask(), REMEMBER)

    assert site.store.of("ada")[0].idle_until == site.now + 90 * DAY
    assert line.expires is not None
    assert abs(line.expires - time.time() - 90 * DAY) < 600


def test_beyond_400_days_it_lasts_as_long_as_browsers_let_it() -> None:
    site = Site(REMEMBER_COOKIE_DURATION=timedelta(days=4000))
    browser = Browser(site)
    browser.ask("/login/ada?remember")
    (row,) = site.store.of("ada")

    assert row.until - row.created_at == CAP


def test_refreshing_each_request_lets_it_last_from_the_last_one() -> None:
    site = Site(REMEMBER_COOKIE_DURATION=100 * DAY, REMEMBER_COOKIE_REFRESH_EACH_REQUEST=True)
    browser = Browser(site)
    browser.ask("/login/ada?remember")
    (before,) = site.store.of("ada")
    site.now += DAY
    (line,) = lines(browser.ask(), REMEMBER)
    (after,) = site.store.of("ada")

    assert line.value == browser.cookies[REMEMBER]
    assert after.gen == before.gen
    assert after.idle_until > before.idle_until
    assert browser.restart().who == "ada remembered here"


def test_refreshing_sends_nothing_to_a_browser_that_has_yet_to_come_back_for_a_newer_token() -> (
    None
):
    site = Site(REMEMBER_COOKIE_REFRESH_EACH_REQUEST=True)
    browser = Browser(site)
    browser.ask("/login/ada?remember")
    site.now += DAY
    browser.without_session().ask()

    assert lines(browser.ask(), REMEMBER) == []


def test_refreshing_does_not_bring_back_what_has_run_out() -> None:
    site = Site(REMEMBER_COOKIE_REFRESH_EACH_REQUEST=True, REMEMBER_COOKIE_DURATION=DAY)
    browser = Browser(site)
    browser.ask("/login/ada?remember")
    before = site.store.of("ada")
    site.now += DAY

    assert lines(browser.ask(), REMEMBER) == []
    assert site.store.of("ada") == before


def test_a_session_outlives_a_series_that_only_ran_out() -> None:
    site = Site(REMEMBER_COOKIE_DURATION=DAY)
    browser = Browser(site)
    browser.ask("/login/ada?remember")
    site.now += 2 * DAY

    assert browser.who.startswith("ada fresh")


# --- the cookie -----------------------------------------------------------------------------------


def test_it_has_the_attributes_that_are_set_and_is_removed_with_them() -> None:
    site = Site(
        REMEMBER_COOKIE_NAME="__Secure-stay",
        REMEMBER_COOKIE_DOMAIN="site.example",
        REMEMBER_COOKIE_PATH="/app",
        REMEMBER_COOKIE_SECURE=True,
        REMEMBER_COOKIE_SAMESITE="Strict",
    )
    browser = Browser(site)
    (kept,) = lines(browser.ask("/login/ada?remember"), "__Secure-stay")
    (removed,) = lines(browser.ask("/logout"), "__Secure-stay")

    assert (kept.domain, kept.path, kept.secure, kept.same_site) == (
        "site.example",
        "/app",
        True,
        "Strict",
    )
    for name in ("domain", "path", "secure", "http_only", "same_site"):
        assert getattr(removed, name) == getattr(kept, name)


@pytest.mark.parametrize(
    "value", ["", "junk", "42|" + "0" * 128, "a" * 5000, '"\xff', "AAAA.0.AAAA.x"]
)
def test_junk_is_nobody_asks_nothing_of_the_store_and_is_left_alone(site: Site, value: str) -> None:
    browser = Browser(site, **{REMEMBER: value})
    answer = browser.ask()

    assert answer.text == "nobody"
    assert lines(answer) == []
    assert site.store.asked == 0


def test_any_letter_changed_makes_it_junk(site: Site, browser: Browser) -> None:
    token = browser.cookies[REMEMBER]
    for at in range(len(token)):
        other = "A" if token[at] != "A" else "B"
        changed = f"{token[:at]}{other}{token[at + 1 :]}"
        assert Browser(site, **{REMEMBER: changed}).who == "nobody"
    assert site.store.asked == 0


def test_two_that_differ_are_nobody(site: Site, browser: Browser) -> None:
    other = Browser(site)
    other.ask("/login/bob?remember")
    both = Browser(
        site, **{REMEMBER: f"{browser.cookies[REMEMBER]}; {REMEMBER}={other.cookies[REMEMBER]}"}
    )

    assert both.who == "nobody"


def test_the_session_s_cookie_is_no_remember_cookie(site: Site, browser: Browser) -> None:
    assert Browser(site, **{REMEMBER: browser.cookies["session"]}).who == "nobody"
    assert Browser(site, session=browser.cookies[REMEMBER]).who == "nobody"


# --- the store ------------------------------------------------------------------------------------


def test_while_the_store_is_down_nobody_is_signed_in_and_nothing_is_lost(
    site: Site, browser: Browser, logged: pytest.LogCaptureFixture
) -> None:
    returning = browser.without_session()
    site.store.down = True

    assert browser.who == "nobody"
    assert browser.who == "nobody"
    assert returning.who == "nobody"
    assert returning.who == "nobody"
    site.store.down = False
    assert browser.who == "ada fresh here"
    assert returning.who == "ada remembered here"
    assert codes(logged) == ["[CS602]", "[CS602]"]


def test_who_cannot_be_remembered_is_signed_in_all_the_same(site: Site) -> None:
    site.store.down = True
    browser = Browser(site)
    answer = browser.ask("/login/ada?remember")

    assert lines(answer, REMEMBER) == []
    assert browser.who == "ada fresh"


@pytest.mark.parametrize("seen", [True, False])
def test_who_signs_in_over_another_and_cannot_be_remembered_is_not_that_one_later(
    site: Site, browser: Browser, monkeypatch: pytest.MonkeyPatch, seen: bool
) -> None:
    if not seen:
        browser.restart()
    with monkeypatch.context() as patch:
        patch.setattr(site.store, "add_series", site.store.refuses)
        browser.ask("/login/bob?remember")

    assert browser.who == "bob fresh"
    assert browser.restart().who == "nobody"
    assert site.store.of("ada")[0].revoked_why == "logout"


def test_who_is_remembered_stays_so_where_a_second_tick_cannot_be_kept(
    site: Site, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(site.store, "add_series", site.store.refuses)
        browser.ask("/login/ada?remember")

    assert browser.restart().who == "ada remembered here"


def test_a_page_that_does_not_ask_who_comes_does_not_ask_the_store(
    site: Site, browser: Browser
) -> None:
    browser.ask()
    asked = site.store.asked
    browser.ask("/plain")

    assert site.store.asked == asked


def test_without_a_store_that_is_set_it_is_this_process_and_logged(
    logged: pytest.LogCaptureFixture,
) -> None:
    LoginManager(flask.Flask("site"))

    assert codes(logged) == ["[CS503]"]


def test_a_store_that_cannot_be_is_refused_at_the_start() -> None:
    app = flask.Flask("site")
    app.config["COOKIESAFE_STORE"] = "nowhere"
    with pytest.raises(SettingError, match="no URL"):
        LoginManager(app)


# --- what Flask-Login itself has written ----------------------------------------------------------


def reader(**fields: Any) -> FlaskLoginRemember:
    return FlaskLoginRemember(secret_key=KEY, until=UNTIL, **fields)


def test_who_flask_login_remembers_gets_a_series_and_is_not_fresh() -> None:
    site = Site(reader())
    browser = Browser(site, **{REMEMBER: by_flask_login("ü42")})

    assert browser.who == "ü42 remembered"
    assert browser.cookies[REMEMBER] != by_flask_login("ü42")
    assert browser.restart().who == "ü42 remembered here"
    assert len(site.store.of("ü42")) == 1


def test_one_that_lies_elsewhere_is_removed_there() -> None:
    site = Site(reader(domain="site.example"))
    found = lines(Browser(site, **{REMEMBER: by_flask_login("42")}).ask(), REMEMBER)

    assert [(each.domain, each.is_deletion(START)) for each in found] == [
        (None, False),
        ("site.example", True),
    ]


def test_after_a_sign_out_everywhere_it_is_nobody() -> None:
    site = Site(reader())
    site.store.advance_epoch("42")

    assert Browser(site, **{REMEMBER: by_flask_login("42")}).who == "nobody"


@pytest.mark.parametrize(
    "value",
    [
        by_flask_login("42", key="o" * 32),
        by_flask_login("42")[:-1],
        f"{by_flask_login('42')}; {REMEMBER}={by_flask_login('43')}",
        "42|",
    ],
)
def test_what_is_not_flask_logins_is_nobody(value: str) -> None:
    assert Browser(Site(reader()), **{REMEMBER: value}).who == "nobody"


def test_without_a_reader_and_after_its_day_it_is_nobody() -> None:
    site = Site(reader())
    site.now += 365 * DAY

    assert Browser(site, **{REMEMBER: by_flask_login("42")}).who == "nobody"
    assert Browser(Site(), **{REMEMBER: by_flask_login("42")}).who == "nobody"


def test_the_example_on_the_page_signs_in_whom_flask_and_flask_login_have_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # The page's files are written there.
    page = run(ROOT / "docs" / "sessions.md")
    app = page["flask_app"]
    app.add_url_rule(
        "/",
        "who",
        lambda: f"{flask_login.current_user.is_authenticated} {flask.session.get('theme')}",
    )
    browser = app.test_client()
    browser.set_cookie("session", by_flask({"theme": "dark"}, key=app.secret_key, at=START))
    browser.set_cookie(REMEMBER, by_flask_login("42", key=app.secret_key))

    assert browser.get("/").text == "True dark"
    for name in ("session", REMEMBER):
        cookie = browser.get_cookie(name)
        assert cookie is not None
        assert (
            KeyRing(app.secret_key)
            .signer("flask-session" if name == "session" else "flask-remember", name)
            .verify(cookie.value)
        )
    page["safe"].close()


def test_what_was_begun_shows_no_token() -> None:
    begun = Remembering(Store(), [], lambda: START, os.urandom).begin("ada", Terms(), "")

    assert begun is not None
    assert begun.payload not in repr(begun)
    assert begun.id not in repr(begun)
