"""What is the same for every visitor: what is refused at once, and which cookies go where."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, cast

import pytest

from cookiesafe import CookieSafe
from cookiesafe.adapters import asgi, wsgi
from cookiesafe.errors import SettingError, WeakKey
from cookiesafe.keys import KeyRing
from cookiesafe.policy import Policy, Purpose, Site, Vendor
from cookiesafe.ports import Request
from cookiesafe.settings import Settings

KEY = "k" * 32
POLICY = Policy(
    site=Site(name="Site", hosts=("static.example",)),
    purposes=[Purpose(id="ads", title="Ads")],
    vendors=[
        Vendor(id="gull", name="G", hosts=("gull.example",), purposes=("ads",)),
        Vendor(id="pay", name="P", hosts=("pay.example",), purposes=("necessary",), why="cards"),
    ],
)
SECURE, PLAIN = "__Host-cookiesafe", "cookiesafe"


@dataclass(frozen=True)
class Connection:
    """What counts of a request here."""

    scheme: str
    host: str


def a_request(scheme: str, host: str | None) -> Request:
    return cast("Request", Connection(scheme, host or ""))


def the_settings(**given: Any) -> Settings:
    fixed = {"clock": lambda: 0.0, "entropy": bytes}
    keys = KeyRing(given.pop("secret_key", KEY), given.pop("fallback_keys", ()))
    return Settings(POLICY, keys=keys, **{**fixed, **given})


def consent_cookie(settings: Settings, scheme: str, host: str | None) -> str:
    return settings.jar(a_request(scheme, host)).consent_name


# --- what cannot work --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        pytest.param({"mode": "observ"}, 'Did you mean "observe"', id="a mode nobody knows"),
        pytest.param({"mode": ""}, "enforce, observe", id="an empty mode"),
        pytest.param({"secure": "yes"}, "auto", id="secure is a word"),
        pytest.param({"secure": None}, "auto", id="secure is nothing"),
        pytest.param({"path": ""}, "/cookiesafe", id="no path"),
        pytest.param({"path": "/"}, "/cookiesafe", id="the root"),
        pytest.param({"path": "cookiesafe"}, "/cookiesafe", id="a path without its slash"),
        pytest.param({"path": "/cookiesafe/"}, "/cookiesafe", id="a path with one behind"),
        pytest.param({"path": "/a?b"}, "/cookiesafe", id="a path with a query"),
        pytest.param({"path": "/a#b"}, "/cookiesafe", id="a path with a fragment"),
        pytest.param({"path": "/a b"}, "/cookiesafe", id="a path with a space"),
        pytest.param({"path": "/a%20b"}, "/cookiesafe", id="a path with an escape"),
        pytest.param({"path": "\\a"}, "/cookiesafe", id="a path with a backslash"),
        pytest.param({"path": "//a"}, "/cookiesafe", id="a path that browsers read as a host"),
        pytest.param({"origin": ""}, "scheme", id="no origin"),
        pytest.param({"origin": "www.example"}, "scheme", id="an origin without a scheme"),
        pytest.param({"origin": "ftp://www.example"}, "scheme", id="another scheme"),
        pytest.param({"origin": "https://"}, "scheme", id="an origin without a host"),
        pytest.param({"origin": "https://www.example/"}, "scheme", id="an origin with a path"),
        pytest.param({"origin": "https://www.example?a"}, "scheme", id="an origin with a query"),
        pytest.param(
            {"origin": "https://www.example\n"}, "scheme", id="an origin and a line break"
        ),
        pytest.param({"origin": "null"}, "scheme", id="the origin null"),
        pytest.param({"origin": "https://me@www.example"}, "scheme", id="an origin with a user"),
        pytest.param({"origin": "https://www example"}, "scheme", id="an origin with a space"),
        pytest.param({"origin": "https://[::1"}, "scheme", id="an origin with half an address"),
        pytest.param({"origin": "https://www.example:99999"}, "scheme", id="a port beyond 65535"),
        pytest.param({"origin": "https://www.example:"}, "scheme", id="a port left out"),
        pytest.param({"origin": "https://bücher.example"}, "scheme", id="an origin beyond ASCII"),
        pytest.param({"trusted_origins": ["https://*.example"]}, "scheme", id="a wildcard"),
        pytest.param({"trusted_origins": ["www.example"]}, "scheme", id="a host alone"),
        pytest.param({"trusted_origins": "https://www.example"}, "scheme", id="no list of origins"),
        pytest.param({"secret_key": "short"}, "token_urlsafe", id="a short key"),
        pytest.param({"fallback_keys": [KEY, "short"]}, "token_urlsafe", id="a short fallback"),
        pytest.param({"fallback_keys": KEY}, "list", id="no list of fallbacks"),
    ],
)
def test_what_cannot_work_is_refused_with_a_remedy(given: dict[str, Any], remedy: str) -> None:
    with pytest.raises(SettingError) as caught:
        the_settings(**given)

    assert remedy in caught.value.fix


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        pytest.param({"policy": "cookiesafe.toml"}, "Policy.from_file", id="a policy's path"),
        pytest.param({"policy": {"site": {}}}, "Policy.from_file", id="a policy as a dict"),
        pytest.param({"path": None}, "/cookiesafe", id="a path that is none"),
        pytest.param({"session": 3600}, "SessionTerms(…)", id="how long a session is kept"),
        pytest.param({"remember": True}, "RememberTerms(…)", id="that browsers are remembered"),
        pytest.param({"carry": 60}, "CarryTerms(…)", id="how long a form is carried"),
        pytest.param({"ledger": "site"}, "LedgerTerms(…)", id="the name of the log"),
        pytest.param({"theme": "bottom"}, "Theme(…)", id="a layout"),
        pytest.param({"clock": 0}, "time.time", id="a time"),
        pytest.param({"entropy": b"0"}, "os.urandom", id="bytes"),
        pytest.param({"trusted_origins": "https://a.example"}, '["https://a.example"]', id="one"),
    ],
)
def test_what_is_no_such_thing_is_refused_where_the_site_starts(
    given: dict[str, Any], remedy: str
) -> None:
    """And not by the first request that comes to it."""
    (name,) = given

    with pytest.raises(SettingError, match=name) as caught:
        CookieSafe(**{"policy": POLICY, "secret_key": KEY, **given})

    assert remedy in caught.value.fix


@pytest.mark.parametrize("edge", [asgi.CookieSafeMiddleware, wsgi.CookieSafeMiddleware])
@pytest.mark.parametrize("safe", [POLICY, CookieSafe, None], ids=["policy", "class", "nothing"])
def test_an_edge_is_given_the_app_first_and_then_a_cookie_safe(edge: Any, safe: Any) -> None:
    with pytest.raises(SettingError, match="no CookieSafe") as caught:
        edge(lambda *_: None, safe)

    assert "CookieSafeMiddleware(app, CookieSafe(…))" in caught.value.fix


def test_a_short_key_is_a_setting_error_of_its_own() -> None:
    with pytest.raises(WeakKey):
        the_settings(secret_key="short")


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://www.example", "https://www.example"),
        ("https://WWW.Example", "https://www.example"),
        ("https://www.example:443", "https://www.example"),
        ("https://www.example:8443", "https://www.example:8443"),
        ("http://www.example:80", "http://www.example"),
        ("http://www.example:443", "http://www.example:443"),
        ("http://localhost:8801", "http://localhost:8801"),
        ("http://127.0.0.1:8801", "http://127.0.0.1:8801"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ],
)
def test_an_origin_is_kept_as_browsers_write_it(text: str, origin: str) -> None:
    settings = the_settings(origin=text, trusted_origins=[text])

    assert settings.origin == origin
    assert settings.trusted_origins == {origin}


# --- where the visitor is ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "scheme", "host", "seen"),
    [
        (None, "https", "www.example", "https://www.example"),
        (None, "https", "WWW.example:443", "https://www.example"),
        (None, "https", "www.example:8443", "https://www.example:8443"),
        (None, "http", "www.example:80", "http://www.example"),
        (None, "https", "www.example:80", "https://www.example:80"),
        (None, "https", None, "https://"),
        ("https://www.example", "http", "10.0.0.7:8000", "https://www.example"),
        ("https://www.example", "http", None, "https://www.example"),
    ],
)
def test_the_origin_is_the_one_the_visitor_sees(
    origin: str | None, scheme: str, host: str | None, seen: str
) -> None:
    assert the_settings(origin=origin).origin_of(a_request(scheme, host)) == seen


# --- which cookies -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("secure", "origin", "scheme", "host", "name"),
    [
        pytest.param("auto", None, "https", "www.example", SECURE, id="https"),
        pytest.param("auto", None, "wss", "www.example", SECURE, id="a secure socket"),
        pytest.param("auto", None, "https", "localhost", SECURE, id="https on this machine"),
        pytest.param("auto", None, "http", "localhost:8801", PLAIN, id="http on this machine"),
        pytest.param("auto", None, "ws", "localhost:8801", PLAIN, id="a socket on this machine"),
        pytest.param("auto", None, "http", "www.example", SECURE, id="http elsewhere"),
        pytest.param("auto", None, "http", None, SECURE, id="http without a host"),
        pytest.param(
            "auto", "https://www.example", "http", "10.0.0.7", SECURE, id="https before a proxy"
        ),
        pytest.param(
            "auto", "https://www.example", "http", "localhost", SECURE, id="a proxy on this machine"
        ),
        pytest.param(
            "auto", "http://localhost:8801", "http", "x", PLAIN, id="this machine by its origin"
        ),
        pytest.param(
            "auto", "http://www.example", "http", "localhost", SECURE, id="http by origin"
        ),
        pytest.param(True, None, "http", "localhost", SECURE, id="told to be secure"),
        pytest.param(False, None, "https", "www.example", PLAIN, id="told not to be"),
        pytest.param(False, "https://www.example", "https", "x", PLAIN, id="told not to be, https"),
    ],
)
def test_the_prefix_goes_with_a_secure_connection(
    secure: bool | str, origin: str | None, scheme: str, host: str | None, name: str
) -> None:
    assert consent_cookie(the_settings(secure=secure, origin=origin), scheme, host) == name


def test_plain_http_elsewhere_is_told_to_the_operator_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = the_settings()

    with caplog.at_level(logging.DEBUG, "cookiesafe"):
        for host in ("www.example", "other.example", "localhost"):
            consent_cookie(settings, "http", host)

    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "www.example is served over plain http" in record.getMessage()
    assert "CS502" in record.getMessage()


# --- the rest ----------------------------------------------------------------------------------


def test_what_is_the_same_for_everybody_allows_what_is_necessary_and_nobody_else() -> None:
    (name, value), raw = the_settings().constant

    assert name == "Content-Security-Policy"
    assert value.endswith("mediastream: static.example pay.example")
    assert raw == (b"content-security-policy", value.encode())


def test_in_observe_the_policy_only_reports() -> None:
    settings = the_settings(mode="observe")

    assert not settings.enforce
    assert settings.constant[0][0] == "Content-Security-Policy-Report-Only"


def test_a_fault_of_our_own_is_logged_once_for_each_place(caplog: pytest.LogCaptureFixture) -> None:
    settings = the_settings()

    for place in ("open", "open", "depart"):
        try:
            raise RuntimeError("boom")
        except RuntimeError:
            settings.telling.report_fault(place)

    assert [record.exc_info is not None for record in caplog.records] == [True, True]
    assert "CS900" in caplog.records[0].getMessage()


def test_no_setting_shows_the_key() -> None:
    settings = the_settings(fallback_keys=["f" * 40])

    shown = f"{settings!r} {settings.jar(a_request('https', 'x'))!r} {vars(settings)}"
    assert KEY not in shown
    assert "f" * 40 not in shown
