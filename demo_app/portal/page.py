"""What a page is asked and what it answers, whichever server runs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import urlencode


class Carried(Protocol):
    """What a page brought back: its step, what was typed so far, and what all copies of the form have in common."""

    @property
    def data(self) -> Mapping[str, Any]: ...

    @property
    def step(self) -> int: ...

    @property
    def flow(self) -> str: ...


class Carry(Protocol):
    """Has a page carry what was typed on those before it."""

    def seal(self, form: str, data: Mapping[str, Any], step: int, version: int, /) -> str: ...

    def open(self, form: str, token: str | None, version: int, /) -> Carried:
        """Raises ``BadCarry``."""


class Visit(Protocol):
    """What the pages ask about whoever visits, and say of who is signed in."""

    @property
    def carry(self) -> Carry: ...

    @property
    def user_id(self) -> str | None: ...

    @property
    def stolen(self) -> bool: ...

    @property
    def policy(self) -> str:
        """The fingerprint of the policy that the visit is under."""

    @property
    def child(self) -> bool:
        """Whether a child visits, for whom everything optional is off."""

    def allows(self, purpose: str, /) -> bool: ...

    def can(self, feature: str, /) -> bool: ...

    def limited_notice(self, feature: str, /) -> str:
        """What is lost without a purpose, with buttons to turn it on or keep it off; empty where nothing is."""

    def take_answer(self, form: Mapping[str, str], /) -> bool:
        """Whether one of these buttons was pressed: then the form is shown again."""

    def login(self, user_id: int, /, *, remember: bool = False) -> None: ...

    def logout(self, *, everywhere: bool = False, clear: bool = False) -> None:
        """With ``clear``, the browser is to delete what this site has stored in it."""

    def require_fresh(self, max_age: int, /) -> None:
        """Raises ``NotFresh`` if the password was given more than so many seconds ago."""


class Contacts(Protocol):
    """Where it is kept what customers may be written to about."""

    def choose_contact(self, customer: int, choices: Mapping[str, bool], /) -> None:
        """Take what was ticked in a form. Where that cannot be kept, a yes does not count."""

    def receipt(self, visit: Visit, /) -> str | None:
        """The receipt of who visits, as it can be downloaded; ``None`` for who has none."""

    def may_contact(self, customer: int, purpose: str, /) -> bool:
        """Whether they may be written to for it now."""


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
    path: str
    visit: Visit
    contacts: Contacts
    method: str = "GET"
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)


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
