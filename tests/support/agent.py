"""A browser's cookie jar by the draft: what it keeps of Set-Cookie lines, and what it sends back.

Storing and sending are RFC 6265bis, sections 5.7 and 5.8, with the prefixes of layered-cookies; reading the lines is
left to ``parse_set_cookie``. Every top-level domain is a public suffix, and no other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from cookiesafe.cookies import SetCookie, parse_set_cookie


@dataclass(frozen=True)
class Kept:
    """One cookie as it is kept; ``domain`` is None for the host alone."""

    cookie: SetCookie
    host: str
    domain: str | None
    path: str


class Agent:
    """It is always ``now``, and every request is of the same site."""

    def __init__(self, now: int) -> None:
        self._now = now
        self._jar: dict[tuple[str, str, str | None, str, bool], Kept] = {}

    @property
    def kept(self) -> list[Kept]:
        return [*self._jar.values()]

    def receive(self, url: str, line: str) -> None:
        cookie = parse_set_cookie(line)
        site = urlsplit(url)
        host = site.hostname or ""
        secure = is_trustworthy(url)
        if cookie is None or not _is_allowed(cookie, secure):
            return
        domain = cookie.domain
        if domain is not None and ("." not in domain or _is_address(host)):
            if domain != host:
                return
            domain = None
        if domain is not None and not _domain_matches(host, domain):
            return
        path = cookie.path or site.path[: site.path.rindex("/")] or "/"
        key = (cookie.name, domain or host, domain, path, cookie.partitioned)
        if self._is_over(cookie):
            self._jar.pop(key, None)
        else:
            self._jar[key] = Kept(cookie, host, domain, path)

    def _is_over(self, cookie: SetCookie) -> bool:
        if cookie.max_age is not None:
            return cookie.max_age <= 0
        return cookie.expires is not None and cookie.expires <= self._now

    def send(self, url: str) -> str:
        """The Cookie header; empty for none."""
        site = urlsplit(url)
        host = site.hostname or ""
        found = [
            kept
            for kept in self._jar.values()
            if (host == kept.host if kept.domain is None else _domain_matches(host, kept.domain))
            and path_matches(site.path, kept.path)
            and (is_trustworthy(url) or not kept.cookie.secure)
        ]
        found.sort(key=lambda kept: -len(kept.path))
        pairs = [(kept.cookie.name, kept.cookie.value) for kept in found]
        return "; ".join(f"{name}={value}" if name else value for name, value in pairs)


def is_trustworthy(url: str) -> bool:
    """Whether Secure cookies are kept: over https, and on this very machine."""
    site = urlsplit(url)
    host = site.hostname or ""
    return site.scheme == "https" or host.endswith("localhost") or host.startswith("127.")


def path_matches(path: str, cookie_path: str) -> bool:
    """Section 5.1.4."""
    return path == cookie_path or (
        path.startswith(cookie_path)
        and (cookie_path.endswith("/") or path[len(cookie_path)] == "/")
    )


def _is_allowed(cookie: SetCookie, secure: bool) -> bool:
    """Flags and prefixes; a nameless cookie may not look like one with a prefix."""
    if cookie.secure and not secure:
        return False
    if (cookie.same_site == "None" or cookie.partitioned) and not cookie.secure:
        return False
    name = cookie.name.lower()
    prefixed = re.match(r"__(host-http|host|http|secure)-", name or cookie.value.lower())
    if prefixed is None:
        return True
    if not name or not cookie.secure:
        return False
    if "host" in prefixed[1] and (cookie.path != "/" or cookie.domain is not None):
        return False
    return "http" not in prefixed[1] or cookie.http_only


def _domain_matches(host: str, domain: str) -> bool:
    """Section 5.1.3."""
    return host == domain or (host.endswith(f".{domain}") and not _is_address(host))


def _is_address(host: str) -> bool:
    return re.fullmatch(r"[0-9.]+|.*:.*", host) is not None
