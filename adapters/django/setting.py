"""The setting ``COOKIESAFE``: every keyword of ``CookieSafe`` in upper case, or one that the site makes itself.

    COOKIESAFE = {"POLICY": "cookiesafe.toml", "STORE": "postgresql://…"}
    COOKIESAFE = {"SAFE": "harbour.cookies.safe"}

``SECRET_KEY``, ``FALLBACK_KEYS`` and ``TRUSTED_ORIGINS`` are Django's own where nothing else is said. ``AUTH`` has Django's
users be the visit's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache, partial
from inspect import signature
from pathlib import Path
from threading import Lock
from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.db import close_old_connections
from django.utils.module_loading import import_string

from cookiesafe.adapters._drive import Pool
from cookiesafe.adapters._inspect import exchanges
from cookiesafe.adapters.django.exchange import DjangoExchange
from cookiesafe.adapters.stores import logins_of
from cookiesafe.errors import SettingError, did_you_mean
from cookiesafe.events import is_async
from cookiesafe.policy import Policy
from cookiesafe.ports import Logins, Store
from cookiesafe.safe import CookieSafe
from cookiesafe.visit import Visit

NAME = "COOKIESAFE"
KEYS = frozenset(keyword.upper() for keyword in signature(CookieSafe).parameters) | {"SAFE", "AUTH"}
_READ = frozenset({NAME, "SECRET_KEY", "SECRET_KEY_FALLBACKS", "CSRF_TRUSTED_ORIGINS", "BASE_DIR"})
_WHERE = f"the setting {NAME}"
_EXAMPLE = 'Say by which policy: COOKIESAFE = {"POLICY": BASE_DIR / "cookiesafe.toml"}.'


class Site:
    """What the setting comes to."""

    def __init__(self, safe: CookieSafe, *, auth: bool, opened: bool) -> None:
        self.safe = safe
        self.auth = auth
        self.exchange = exchanges(DjangoExchange, safe)
        self._opened = opened

    @cached_property
    def pool(self) -> Pool:
        """For views that are awaited."""
        return Pool(self.safe.store)

    def close(self) -> None:
        """Give back what was opened for it, and nothing that the site has opened itself."""
        if self._opened:
            self.safe.close()


_site: Site | None = None
_making = Lock()


def site() -> Site:
    """Made once, when it is first asked for. Raises ``SettingError``."""
    return _site or _make()


def is_given() -> bool:
    """Whether there is to be a site, and not the sessions alone."""
    given = getattr(settings, NAME, None)
    return isinstance(given, Mapping) and bool({"POLICY", "SAFE"} & given.keys())


def is_auth() -> bool:
    """Whether Django's users are the visit's: asked where nobody may have anything to do with us."""
    given = getattr(settings, NAME, None)
    return isinstance(given, Mapping) and bool(given.get("AUTH"))


def store() -> Logins:
    """Where the site keeps things. ``STORE`` alone is enough for who uses nothing but the sessions."""
    given = given_keys()
    if is_given():
        return site().safe.store
    if given.get("STORE") is None:
        raise SettingError(
            "no store for sessions is set",
            where="Django's settings",
            fix='Say where they are kept: COOKIESAFE = {"STORE": "sqlite:///sessions.db"}.',
        )
    return _opened(given["STORE"])


def given_keys() -> Mapping[str, Any]:
    """What the setting says. Raises ``SettingError`` for what is no dict, and for a key that there is not."""
    given = getattr(settings, NAME, None) or {}
    if not isinstance(given, Mapping):
        raise SettingError(f"a {type(given).__name__}, not a dict", where=_WHERE, fix=_EXAMPLE)
    for key in given:
        if key not in KEYS:
            fix = did_you_mean(str(key).upper(), KEYS)
            raise SettingError(f'there is no key "{key}"', where=_WHERE, fix=fix)
    return given


def policy_of(given: object) -> Policy:
    """A policy, or the one in a file, whose path may begin at ``BASE_DIR``, or in a text of more than one line."""
    if isinstance(given, Policy):
        return given
    if isinstance(given, str) and "\n" in given:
        return Policy.from_toml(given, f'{NAME}["POLICY"]')
    if isinstance(given, (str, Path)):
        return Policy.from_file(Path(getattr(settings, "BASE_DIR", "")) / given)
    raise SettingError(f"POLICY={given!r}", where=_WHERE, fix=_EXAMPLE)


def _make() -> Site:
    global _site
    with _making:
        if _site is None:
            _site = _made()
        return _site


def _made() -> Site:
    given = dict(given_keys())
    auth = bool(given.pop("AUTH", False))
    site = _own_site(given, auth=auth) if "SAFE" in given else _new_site(given, auth=auth)
    if auth and not site.safe.settings.revocable:
        fix = "Give a STORE: without one, another password ends no remembered login."
        raise SettingError("AUTH without a store", where=_WHERE, fix=fix)
    return site


def _new_site(given: dict[str, Any], *, auth: bool) -> Site:
    if "POLICY" not in given:
        raise SettingError("no policy is set", where=_WHERE, fix=_EXAMPLE)
    policy = policy_of(given.pop("POLICY"))
    keywords = {key.lower(): value for key, value in given.items()}
    if "secret_key" not in keywords:
        own = {"secret_key": settings.SECRET_KEY, "fallback_keys": settings.SECRET_KEY_FALLBACKS}
        keywords = {**own, **keywords}
    if isinstance(keywords.get("dashboard"), str):
        keywords["dashboard"] = _imported("DASHBOARD", keywords["dashboard"])
    if callable(keywords.get("dashboard")) and not is_async(keywords["dashboard"]):
        keywords["dashboard"] = partial(_with_fresh_connections, keywords["dashboard"])
    keywords.setdefault("trusted_origins", plain_origins())
    opened = not isinstance(given.get("STORE"), Store)
    return Site(CookieSafe(policy, **keywords), auth=auth, opened=opened)


def _own_site(given: Mapping[str, Any], *, auth: bool) -> Site:
    safe = given["SAFE"]
    others = sorted(given.keys() - {"SAFE"})
    if others:
        what = f"SAFE beside {', '.join(others)}"
        raise SettingError(what, where=_WHERE, fix="Give them to that CookieSafe(…) instead.")
    if isinstance(safe, str):
        safe = _imported("SAFE", safe)
    if not isinstance(safe, CookieSafe):
        fix = "Give a CookieSafe(…), or its dotted path."
        raise SettingError(f"SAFE is {safe!r}", where=_WHERE, fix=fix)
    return Site(safe, auth=auth, opened=False)


def _with_fresh_connections(check: Callable[[Visit], bool], visit: Visit) -> bool:
    """In a thread that no request of Django's has begun in, a connection that was lost would stay so."""
    close_old_connections()
    try:
        return check(visit)
    finally:
        close_old_connections()


def _imported(key: str, path: str) -> Any:
    """What a key names by its dotted path."""
    try:
        return import_string(path)
    except ImportError as error:
        fix = 'Give its dotted path, such as "harbour.cookies.safe".'
        raise SettingError(f"{key}: {error}", where=_WHERE, fix=fix) from error


def plain_origins() -> list[str]:
    """Those of ``CSRF_TRUSTED_ORIGINS`` that name one origin each."""
    return [each for each in settings.CSRF_TRUSTED_ORIGINS if "*" not in each]


_opened = lru_cache(logins_of)


def _forget(*, setting: str, **_: Any) -> None:
    """What tests override is read anew."""
    global _site
    if setting in _READ:
        with _making:
            before, _site = _site, None
        if before is not None:
            before.close()


setting_changed.connect(_forget)
