"""System checks: what is wrong with the settings, before anybody visits. Their ids are in docs/django.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.utils.module_loading import import_string

from cookiesafe.adapters.django import setting
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.errors import PolicyError, SettingError, WeakKey, sentence
from cookiesafe.policy import NECESSARY_ID, Policy

_OURS = "cookiesafe.adapters.django.middleware.CookieSafeMiddleware"
_SECURITY = "django.middleware.security.SecurityMiddleware"
_SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
_CSRF = "django.middleware.csrf.CsrfViewMiddleware"
_LOCALE = "django.middleware.locale.LocaleMiddleware"
_BEHIND = {
    _SESSIONS: "its cookie passes no gate",
    _CSRF: "its cookie passes no gate, and it refuses our forms",
    "django.contrib.messages.middleware.MessageMiddleware": "its cookie passes no gate",
    "django.middleware.http.ConditionalGetMiddleware": "its 304 says nothing of the visitor's policy",
    "django.middleware.cache.UpdateCacheMiddleware": "it keeps one visitor's page for others",
    "django.middleware.cache.FetchFromCacheMiddleware": "what it answers passes no gate",
    **dict.fromkeys(
        ("django.middleware.csp.ContentSecurityPolicyMiddleware", "csp.middleware.CSPMiddleware"),
        "it finds ours, and leaves out the site's own Content-Security-Policy",
    ),
}
"""What opens the gate where it stands in front of ours, and how."""
_FIRST = "Put it first in MIDDLEWARE, or right behind SecurityMiddleware."


def check_setting(**_: Any) -> list[CheckMessage]:
    """E001 to E004: what ``COOKIESAFE`` says. Nothing is asked of who uses nothing but the sessions."""
    if not _wants_site():
        return []
    try:
        setting.given_keys()
    except SettingError as error:
        return [_error(error, "E002")]
    try:
        setting.site()
    except PolicyError as error:
        return [
            Error(
                f"{_place(problem.line, error.source)}{problem.what}.",
                problem.fix,
                id="cookiesafe.E003",
            )
            for problem in error.problems
        ]
    except WeakKey as error:
        return [_error(error, "E004")]
    except SettingError as error:
        return [_error(error, "E001")]
    return []


def check_middleware(**_: Any) -> list[CheckMessage]:
    """E005 and E006, W001 and W002: where ours stands."""
    lineages = _lineages()
    ours = [at for at, lineage in enumerate(lineages) if _OURS in lineage]
    if not ours:
        return list(_absent())
    found: list[CheckMessage] = []
    if len(ours) > 1:
        found.append(
            Error(
                "CookieSafeMiddleware stands in MIDDLEWARE more than once.",
                _FIRST,
                id="cookiesafe.E006",
            )
        )
    for path, lineage in zip(settings.MIDDLEWARE[: ours[0]], lineages, strict=False):
        opened = next((how for name, how in _BEHIND.items() if name in lineage), None)
        if opened is not None:
            what = f"{path} stands in front of CookieSafeMiddleware, so that {opened}."
            found.append(Error(what, _FIRST, id="cookiesafe.E005"))
        elif _SECURITY not in lineage:
            what = f"{path} stands in front of CookieSafeMiddleware: what it sets or answers passes no gate."
            found.append(Warning(what, _FIRST, id="cookiesafe.W002"))
    return found


def check_cookies(**_: Any) -> list[CheckMessage]:
    """W003: cookies that Django needs and the policy holds."""
    site = _site()
    return [] if site is None else list(_held(site.safe.policy))


def check_origins(**_: Any) -> list[CheckMessage]:
    """W004: origins that Django trusts, and we cannot."""
    patterns = [each for each in settings.CSRF_TRUSTED_ORIGINS if "*" in each]
    given = getattr(settings, setting.NAME, None) or {}
    if not patterns or _site() is None or {"TRUSTED_ORIGINS", "SAFE"} & given.keys():
        return []
    what = f"{', '.join(patterns)} in CSRF_TRUSTED_ORIGINS is more than one origin, and not taken over."
    hint = (
        'Name those that post to our pages: COOKIESAFE = {"TRUSTED_ORIGINS": [...]}, or none: [].'
    )
    return [Warning(what, hint, id="cookiesafe.W004")]


def check_deployment(**_: Any) -> list[CheckMessage]:
    """W005 to W007: what is well while somebody tries it out, and not for visitors."""
    site = _site()
    if site is None:
        return []
    safe = site.safe
    found: list[CheckMessage] = []
    if isinstance(safe.store, MemoryStore):
        what = "Choices and logins are kept in the memory of each process, and gone when it ends."
        hint = 'Say where: COOKIESAFE = {"STORE": "postgresql://…"}.'
        found.append(Warning(what, hint, id="cookiesafe.W005"))
    if safe.settings.plain_on_https:
        what = "Our cookies are set without Secure, and without the prefix that keeps others from setting them."
        hint = 'Leave out SECURE; behind a proxy that does https, say ORIGIN="https://…" or SECURE_PROXY_SSL_HEADER.'
        found.append(Warning(what, hint, id="cookiesafe.W006"))
    if not safe.settings.enforce:
        what = 'Nothing is held: MODE is "observe".'
        hint = "Leave out MODE when the log names nothing any more that visitors need."
        found.append(Warning(what, hint, id="cookiesafe.W007"))
    return found


CHECKS = (check_setting, check_middleware, check_cookies, check_origins)


def _wants_site() -> bool:
    return setting.is_given() or any(_OURS in each for each in _lineages())


def _site() -> setting.Site | None:
    """What the site has. Where it cannot be had, ``check_setting`` says why."""
    try:
        return setting.site() if _wants_site() else None
    except SettingError:
        return None


def _lineages() -> list[set[str]]:
    """Of each middleware, the dotted paths of its class and of those that it derives from."""
    return [_lineage(path) for path in settings.MIDDLEWARE]


def _lineage(path: str) -> set[str]:
    try:
        made = import_string(path)
    except ImportError:
        # Django itself says so.
        return {path}
    mro: Sequence[type] = made.__mro__ if isinstance(made, type) else ()
    return {path, *(f"{each.__module__}.{each.__qualname__}" for each in mro)}


def _absent() -> Iterator[CheckMessage]:
    if _wants_site():
        what = "COOKIESAFE is set, and CookieSafeMiddleware is not in MIDDLEWARE: nothing is gated."
        hint = f"{_FIRST} Where the whole app is wrapped in it elsewhere, silence this check."
        yield Warning(what, hint, id="cookiesafe.W001")


def _held(policy: Policy) -> Iterator[CheckMessage]:
    used = set().union(*_lineages()) if settings.MIDDLEWARE else set()
    names = {
        "SESSION_COOKIE_NAME": _SESSIONS in used,
        "CSRF_COOKIE_NAME": _CSRF in used and not settings.CSRF_USE_SESSIONS,
        "LANGUAGE_COOKIE_NAME": _LOCALE in used,
    }
    for name in [name for name, needed in names.items() if needed]:
        cookie = getattr(settings, name)
        declared = policy.cookie_for(cookie)
        # A language may be a preference: but somebody has to say so.
        if declared is None or (
            declared.purpose != NECESSARY_ID and name != "LANGUAGE_COOKIE_NAME"
        ):
            why = (
                "nobody declared it"
                if declared is None
                else f"it is declared for {declared.purpose}"
            )
            what = f'{name} is "{cookie}", which is held: {why}.'
            hint = f'In the policy, under [cookies]: "{cookie}" = {{ purpose = "{NECESSARY_ID}", why = "…" }}'
            yield Warning(what, hint, id="cookiesafe.W003")


def _place(line: int | None, source: str) -> str:
    return f"{source}:{line}: " if line else f"{source}: "


def _error(error: SettingError, number: str) -> CheckMessage:
    return Error(
        sentence(error.code, error.what, error.where), error.fix, id=f"cookiesafe.{number}"
    )
