"""The cookie jars of test clients, told apart by what they have."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from cookiesafe.errors import UsageError

from .client import Client


def base_of(client: Any) -> str:
    """The scheme and host that a client asks, if nothing else is said."""
    if isinstance(client, Client):
        return client.base
    if hasattr(client, "base_url"):
        return _origin(str(client.base_url)) or "http://testserver"
    if _is_djangos(client):
        defaults: Mapping[str, Any] = client.defaults
        scheme = defaults.get("wsgi.url_scheme", "http")
        return f"{scheme}://{defaults.get('SERVER_NAME', 'testserver')}"
    config = getattr(getattr(client, "application", None), "config", None) or {}
    scheme, name = config.get("PREFERRED_URL_SCHEME"), config.get("SERVER_NAME")
    return f"{scheme or 'http'}://{name or 'localhost'}"


def keep_in(client: Any, base: str, cookies: Mapping[str, str | None]) -> None:
    """Put cookies into a client's jar for the site at ``base``; ``None`` removes one. Raises ``UsageError``."""
    host = urlsplit(base).hostname or ""
    jar = getattr(client, "cookies", None)
    for name, value in cookies.items():
        if isinstance(client, Client):
            _put(client.jar, name, value)
        elif _is_djangos(client):
            _put(client.cookies, name, value)
        elif hasattr(jar, "set"):
            _keep_in_cookiejar(jar, host, name, value)
        elif _is_werkzeugs(client):
            if value is None:
                client.delete_cookie(name, domain=host)
            else:
                client.set_cookie(name, value, domain=host)
        else:
            raise UsageError(
                f"the cookie jar of {type(client).__module__}.{type(client).__name__} is not known",
                fix="Put visitor.cookies(base) into it yourself: names and values.",
            )


def _put(jar: Any, name: str, value: str | None) -> None:
    if value is None:
        jar.pop(name, None)
    else:
        jar[name] = value


def _keep_in_cookiejar(jar: Any, host: str, name: str, value: str | None) -> None:
    """Where the standard library's ``cookiejar`` keeps what the site sets, so that it is replaced by what comes later."""
    domain = host if "." in host else f"{host}.local"
    if value is not None:
        jar.set(name, value, domain=domain, path="/")
        return
    cookiejar = getattr(jar, "jar", jar)
    with suppress(KeyError):
        cookiejar.clear(domain, "/", name)


def _is_djangos(client: Any) -> bool:
    return hasattr(client, "cookies") and hasattr(client, "defaults") and hasattr(client, "login")


def _is_werkzeugs(client: Any) -> bool:
    """Quart's has methods of the same names that take something else."""
    return any(each.__module__ == "werkzeug.test" for each in type(client).__mro__)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
