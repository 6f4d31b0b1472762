"""The fields of Django's responses: one value for each name, and cookies beside them."""

from __future__ import annotations

from collections.abc import Container, Iterable
from http.cookies import Morsel
from typing import Any

from django.http import HttpResponse

from cookiesafe.fields import Header

_SET_COOKIE = "set-cookie"


class Line(Morsel[str]):
    """A ``Set-Cookie`` line, which leaves as it is, and can be asked as Django's cookies can."""

    def __init__(self, line: str) -> None:
        super().__init__()
        pair, *attributes = line.split(";")
        name, _, value = pair.partition("=")
        # What is no name to Python is one to browsers.
        said = {"key": name.strip(), "value": value.strip(), "coded_value": value.strip()}
        self.__setstate__(said)  # type: ignore[attr-defined]
        for each in attributes:
            attribute, given, text = each.strip().partition("=")
            if self.isReservedKey(attribute):
                self[attribute] = text if given else True
        self._line = line

    def OutputString(self, attrs: Container[str] | None = None) -> str:  # noqa: N802
        return self._line


def plain_fields_of(response: HttpResponse) -> Iterable[Header]:
    """All but those of its cookies."""
    return _kept(response).values()


def fields_of(response: HttpResponse) -> list[Header]:
    """All of them, as Django's handlers send them."""
    fields = list(plain_fields_of(response))
    for cookie in response.cookies.values():
        fields.append(("Set-Cookie", cookie.OutputString()))
    return fields


def put(response: HttpResponse, fields: Iterable[Header]) -> None:
    """Have the response leave with these fields and no others."""
    said: dict[str, Header] = {}
    lines: list[str] = []
    for name, value in fields:
        key = name.lower()
        # Django sends cookies in ASCII alone.
        if key == _SET_COOKIE and value.isascii():
            lines.append(value)
        else:
            _say(said, key, name, value)
    kept = _kept(response)
    kept.clear()
    kept.update(said)
    if lines or response.cookies:
        _put_cookies(response, lines)


def add(response: HttpResponse, fields: Iterable[Header]) -> None:
    """Have it leave with these as well."""
    kept = _kept(response)
    for name, value in fields:
        _say(kept, name.lower(), name, value)


def _kept(response: HttpResponse) -> dict[str, Header]:
    """Names and values by lower-case name, as Django has them. To go through its mapping of them takes longer than all else
    that we do to most responses.
    """
    kept: dict[str, Header] = response.headers._store
    return kept


def _say(said: dict[str, Header], key: str, name: str, value: str) -> None:
    said[key] = (name, _joined(said[key][1], value)) if key in said else (name, value)


def _joined(first: str, second: str) -> str:
    """Two fields of one name in one line, which says the same (RFC 9110, section 5.3): a CSP is a list, too."""
    return f"{first}, {second}"


def _put_cookies(response: HttpResponse, lines: Iterable[str]) -> None:
    """Those of the app's that leave as they came stay what they are."""
    cookies: Any = response.cookies
    came = {cookie.OutputString(): cookie for cookie in cookies.values()}
    cookies.clear()
    for at, line in enumerate(lines):
        cookie = came.get(line) or Line(line)
        # One of that name may be there, of another path or domain.
        cookies[f"{cookie.key} {at}" if cookie.key in cookies else cookie.key] = cookie
