"""What a page is asked and what it answers, whichever server runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True, slots=True)
class Cookie:
    name: str
    value: str
    days: int
    http_only: bool = True

    @property
    def max_age(self) -> int:
        return self.days * 24 * 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """Header names are in lower case. ``allows`` asks for a purpose, ``can`` for a feature."""

    path: str
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    session: MutableMapping[str, Any] = field(default_factory=dict)
    allows: Callable[[str], bool] = lambda purpose: False
    can: Callable[[str], bool] = lambda feature: False

    @property
    def from_our_own_page(self) -> bool:
        """Whether a page of ours sent this: browsers say so in Sec-Fetch-Site, older ones in Origin."""
        said = self.headers.get("sec-fetch-site")
        if said is not None:
            return said in ("same-origin", "none")
        origin = self.headers.get("origin")
        return origin is None or urlsplit(origin).netloc == self.headers.get("host")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResponse:
    status: int = 200
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[Cookie, ...] = ()

    def with_cookies(self, *cookies: Cookie) -> PageResponse:
        return replace(self, cookies=(*self.cookies, *cookies))


def html(body: str, status: int = 200) -> PageResponse:
    return PageResponse(
        status=status, body=body, headers={"Content-Type": "text/html; charset=utf-8"}
    )


def go_to(path: str, **query: str) -> PageResponse:
    """Answers a form that was accepted, so that reloading the next page sends nothing twice."""
    there = f"{path}?{urlencode(query)}" if query else path
    return PageResponse(status=303, headers={"Location": there})
