"""The system checks: each with what brings it about, and a site that is in order."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.django_settings import configure

configure()

from django.contrib.sessions.middleware import SessionMiddleware
from django.core.checks import CheckMessage, run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import override_settings

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.django import CookieSafeMiddleware, checks
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.testing.site import KEY, POLICY

OURS = "cookiesafe.adapters.django.CookieSafeMiddleware"
SECURITY = "django.middleware.security.SecurityMiddleware"
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
MESSAGES = "django.contrib.messages.middleware.MessageMiddleware"
CONDITIONAL = "django.middleware.http.ConditionalGetMiddleware"
GZIP = "django.middleware.gzip.GZipMiddleware"
UPDATE = "django.middleware.cache.UpdateCacheMiddleware"
FETCH = "django.middleware.cache.FetchFromCacheMiddleware"
LOCALE = "django.middleware.locale.LocaleMiddleware"
ALL = [SECURITY, OURS, UPDATE, SESSIONS, LOCALE, CSRF, MESSAGES, CONDITIONAL, GZIP, FETCH]
DECLARED = f"""{POLICY}
[cookies.crew]
purpose = "necessary"
why = "keeps your visit together"
[cookies.tongue]
purpose = "statistics"
"""


class MyOwn(CookieSafeMiddleware):
    """A site may derive from it."""


class OtherSessions(SessionMiddleware):  # type: ignore[misc]
    """And from Django's."""


MINE, OTHERS = f"{__name__}.MyOwn", f"{__name__}.OtherSessions"


def found(*, deploy: bool = False, **settings: Any) -> list[CheckMessage]:
    given = {"POLICY": DECLARED, "STORE": MemoryStore(), **settings.pop("COOKIESAFE", {})}
    sites = {"MIDDLEWARE": ALL, "COOKIESAFE": given, "DEBUG": False, **settings}
    with override_settings(INSTALLED_APPS=["cookiesafe.adapters.django"], **sites):
        return [
            each
            for each in run_checks(tags=["cookiesafe"], include_deployment_checks=deploy)
            if (each.id or "").startswith("cookiesafe.")
        ]


def ids(messages: list[CheckMessage]) -> list[str]:
    return [(each.id or "").removeprefix("cookiesafe.") for each in messages]


IN_ORDER: list[dict[str, Any]] = [
    {},
    {"MIDDLEWARE": [OURS, SESSIONS]},
    {"MIDDLEWARE": [MINE, SESSIONS]},
    {"SESSION_COOKIE_NAME": "crew"},
    {"LANGUAGE_COOKIE_NAME": "tongue"},
    {"SESSION_COOKIE_NAME": "nobody", "MIDDLEWARE": [OURS]},
    {"CSRF_COOKIE_NAME": "nobody", "CSRF_USE_SESSIONS": True},
    {"CSRF_TRUSTED_ORIGINS": ["https://other.example"]},
    {"CSRF_TRUSTED_ORIGINS": ["https://*.example"], "COOKIESAFE": {"TRUSTED_ORIGINS": []}},
    {"MIDDLEWARE": [OURS, "nowhere.Middleware"]},
]


@pytest.mark.parametrize("settings", IN_ORDER)
def test_of_a_site_in_order_nothing_is_said(settings: dict[str, Any]) -> None:
    given = {"STORE": "sqlite:///x.db", **settings.get("COOKIESAFE", {})}

    assert found(deploy=True, **{**settings, "COOKIESAFE": given}) == []


@pytest.mark.parametrize(
    "settings",
    [
        {"COOKIESAFE": {"STORE": MemoryStore()}, "MIDDLEWARE": [SESSIONS]},
        {"COOKIESAFE": None, "MIDDLEWARE": []},
        {"COOKIESAFE": {}, "MIDDLEWARE": [SESSIONS]},
    ],
)
def test_of_who_uses_the_sessions_or_the_tags_alone_nothing_is_asked(settings: Any) -> None:
    with override_settings(INSTALLED_APPS=["cookiesafe.adapters.django"], **settings):
        assert run_checks(tags=["cookiesafe"], include_deployment_checks=True) == []


POLICIES = (
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "csp.middleware.CSPMiddleware",
)
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("E001", {"COOKIESAFE": {"POLICY": 7}}, "POLICY=7"),
    ("E001", {"COOKIESAFE": {"STORE": "nowhere"}}, "store"),
    ("E001", {"COOKIESAFE": {"PATH": "no/slash"}}, "path="),
    ("E002", {"COOKIESAFE": {"STOER": "x"}}, 'no key "STOER"'),
    ("E003", {"COOKIESAFE": {"POLICY": f"{DECLARED}nom = 1\n"}}, r'COOKIESAFE\["POLICY"\]:\d+: '),
    ("E003", {"COOKIESAFE": {"POLICY": "nowhere.toml"}}, "nowhere.toml"),
    ("E004", {"SECRET_KEY": "short"}, "5 bytes"),
    ("E004", {"COOKIESAFE": {"FALLBACK_KEYS": ["short"]}}, "5 bytes"),
    *(("E005", {"MIDDLEWARE": [each, OURS]}, each) for each in (SESSIONS, CSRF, OTHERS)),
    *(("E005", {"MIDDLEWARE": [SECURITY, each, MINE]}, each) for each in (MESSAGES, UPDATE)),
    *(("E005", {"MIDDLEWARE": [each, OURS]}, each) for each in (CONDITIONAL, FETCH)),
    *(("E005", {"MIDDLEWARE": [SECURITY, each, OURS]}, "the site's own") for each in POLICIES),
    ("E006", {"MIDDLEWARE": [OURS, SESSIONS, MINE]}, "more than once"),
    ("W001", {"MIDDLEWARE": [SESSIONS]}, "nothing is gated"),
    ("W002", {"MIDDLEWARE": [GZIP, OURS]}, GZIP),
    ("W002", {"MIDDLEWARE": ["nowhere.Middleware", OURS]}, "nowhere"),
    ("W003", {"SESSION_COOKIE_NAME": "nobody"}, "nobody declared it"),
    ("W003", {"SESSION_COOKIE_NAME": "tongue"}, "declared for statistics"),
    ("W003", {"CSRF_COOKIE_NAME": "nobody"}, "CSRF_COOKIE_NAME"),
    ("W003", {"LANGUAGE_COOKIE_NAME": "nobody"}, "LANGUAGE_COOKIE_NAME"),
    ("W004", {"CSRF_TRUSTED_ORIGINS": ["https://*.example"]}, "more than one origin"),
]


@pytest.mark.parametrize(("id", "settings", "says"), WRONG)
def test_what_is_wrong_is_said_once_and_how_to_mend_it(
    id: str, settings: dict[str, Any], says: str
) -> None:
    messages = found(**settings)

    assert ids(messages) == [id]
    assert re.search(says, messages[0].msg)
    assert messages[0].hint


def test_no_setting_at_all_is_wrong_where_the_middleware_is() -> None:
    with override_settings(
        INSTALLED_APPS=["cookiesafe.adapters.django"], MIDDLEWARE=[OURS], COOKIESAFE=None
    ):
        [message] = run_checks(tags=["cookiesafe"])

    assert message.id == "cookiesafe.E001"
    assert "no policy is set" in message.msg


def test_every_problem_of_a_policy_is_said_with_its_line() -> None:
    policy = '[site]\nnom = 1\n[purposes.x]\ntitel = "X"\n'
    messages = found(COOKIESAFE={"POLICY": policy})

    assert len(messages) > 1
    assert set(ids(messages)) == {"E003"}
    assert {":2:", ":4:"} <= {line for each in messages for line in re.findall(r":\d+:", each.msg)}


@pytest.mark.parametrize(
    ("id", "given"),
    [
        ("W005", {"STORE": MemoryStore()}),
        ("W006", {"SECURE": False}),
        ("W007", {"MODE": "observe"}),
    ],
)
def test_what_is_no_matter_before_is_said_at_deployment(id: str, given: dict[str, Any]) -> None:
    given = {"STORE": "sqlite:///x.db", **given}

    assert found(COOKIESAFE=given) == []
    assert ids(found(COOKIESAFE=given, deploy=True)) == [id]


def test_a_cookiesafe_of_the_sites_own_is_checked_too() -> None:
    own = CookieSafe(Policy.from_toml(POLICY), secret_key=KEY, store=MemoryStore())
    with override_settings(
        INSTALLED_APPS=["cookiesafe.adapters.django"],
        MIDDLEWARE=[OURS, SESSIONS],
        COOKIESAFE={"SAFE": own},
        SESSION_COOKIE_NAME="nobody",
    ):
        messages = run_checks(tags=["cookiesafe"], include_deployment_checks=True)

    assert ids(messages) == ["W003", "W005"]


def test_manage_py_check_stops_at_an_error() -> None:
    wrong = {
        "MIDDLEWARE": [SESSIONS, OURS],
        "COOKIESAFE": {"POLICY": POLICY, "STORE": MemoryStore()},
    }
    with (
        override_settings(INSTALLED_APPS=["cookiesafe.adapters.django"], **wrong),
        pytest.raises(SystemCheckError, match=r"cookiesafe\.E005"),
    ):
        call_command("check", tags=["cookiesafe"])


def test_the_page_about_django_lists_every_id_and_no_other() -> None:
    page = (Path(__file__).parents[3] / "docs" / "django.md").read_text("utf-8")
    code = Path(checks.__file__).read_text("utf-8")
    in_code = set(re.findall(r'"(?:cookiesafe\.)?([EW]\d{3})"', code))

    assert set(re.findall(r"^\| `cookiesafe\.([EW]\d{3})`", page, re.MULTILINE)) == in_code
