"""What of a request is counted: few words, in which nobody is recognised."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from ..count import LONGEST_VALUE, OTHER
from ..routes import route_of

_MOST = 512
"""Characters of a field that are looked at."""
_BOT = re.compile(
    r"(?<!\bcu)bot(?:\b|_)|crawl|spider|slurp|mediapartners|facebookexternalhit|preview|archiver|scan|monitor|lighthouse|headless"
    r"|^(?:curl|wget|python|java|go-http|okhttp|libwww|httpx|axios|node|ruby|perl|php|postman|apache-http)|^$",
    re.IGNORECASE,
)
_TABLET = re.compile(r"\biPad\b|\bTablet\b|\bKindle\b|\bSilk/|\bPlayBook\b|Android(?!.*\bMobile\b)")
_PHONE = re.compile(r"\bMobile\b|\bMobi\b|\biPhone\b|\biPod\b|\bAndroid\b|Opera Mini|\bIEMobile\b")
_DESKTOP = re.compile(r"\bWindows\b|\bMacintosh\b|\bX11\b|\bCrOS\b|\bLinux\b")
_LANGUAGE = re.compile(r"\s*([a-z]{2,3})(?![a-z0-9])", re.IGNORECASE)
_COUNTRY = re.compile(r"[A-Z]{2}")
_NUMBERED = re.compile(r"(?:[0-9.]+|\[.*\])(?::[0-9]+)?")
_ID = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[a-f]*[0-9])[0-9a-f]{12,}|(?<![:0-9])[0-9]{5,}",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"https?://(?:[^/?#@]*@)?((?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?)(/[^?#]*)?(?:[?#]|$)",
    re.IGNORECASE,
)


def device_of(agent: str) -> str:
    """The class of a device, of a field ``User-Agent``: who says nothing is a bot."""
    return _device_of(agent[:_MOST])


def language_of(accepted: str) -> str:
    """The first language of a field ``Accept-Language``, without where it is spoken; ``unknown``."""
    return _language_of(accepted[:_MOST])


@lru_cache(1024)
def _device_of(said: str) -> str:
    if _BOT.search(said):
        return "bot"
    if _TABLET.search(said):
        return "tablet"
    if _PHONE.search(said):
        return "phone"
    return "desktop" if _DESKTOP.search(said) else "unknown"


@lru_cache(256)
def _language_of(said: str) -> str:
    found = _LANGUAGE.match(said)
    return found[1].lower() if found else "unknown"


def country_of(said: str) -> str:
    """An ISO 3166-1 code; ``unknown`` for ``XX`` and ``T1``, as some say it, and for anything else."""
    country = said.strip().upper()
    return country if _COUNTRY.fullmatch(country) and country != "XX" else "unknown"


def parts_of(referer: str) -> tuple[str, str]:
    """Host, perhaps with a port, and path of a field ``Referer``; both empty where it names none."""
    found = _ADDRESS.match(referer[: 8 * _MOST])
    return (found[1].lower(), found[2] or "/") if found else ("", "")


def site_of(host: str) -> str:
    """A host, perhaps with a port, as it is counted. One that is named by its number may be one person's: ``other``."""
    return OTHER if _NUMBERED.fullmatch(host) else name_of(host)


def name_of(name: str) -> str:
    """The name of a cookie, a host or a field as it is counted: ``*`` stands for what may be an id in it.

    That is a UUID, twelve hexadecimal digits, or five decimal ones, but for a port.
    """
    return value_of(_ID.sub("*", name[:_MOST]))


def value_of(text: str) -> str:
    """A value as it is counted: short, of what can be printed, with no blank at its ends."""
    if text.isascii() and text.isprintable() and len(text) <= LONGEST_VALUE:
        return text.strip(" ") or OTHER
    printable = "".join(each if each.isprintable() else "?" for each in text[:LONGEST_VALUE])
    return printable.strip() or OTHER


def page_of(path: str, params: Sequence[str]) -> str:
    """What the paths of one page have in common: ``*`` stands for its parameters, and for what may be an id.

    A parameter may be several parts of a path, one, or some of one, of which nothing is left then.
    """
    if params:
        parts = path.split("/")
        pieces = [each for each in params if each and params.count(each) > parts.count(each)]
        path = "/".join(
            "*" if part and (part in params or any(each in part for each in pieces)) else part
            for part in parts
        )
        for each in params:
            if "/" in each and (several := each.strip("/")):
                path = path.replace(several, "*")
    return value_of(route_of(path))


MOST_PAGES: Final = 512


class Pages:
    """The pages that the framework has told of: a path that is met without it, in a ``Referer``, is one of those."""

    def __init__(self) -> None:
        self._known: dict[str, list[str]] = {}

    def learn(self, page: str) -> None:
        if page not in self._known and len(self._known) < MOST_PAGES:
            self._known[page] = page.split("/")

    def page_of(self, path: str) -> str:
        """Where the framework has told of any page, and this is none of those, it is ``other``."""
        page = page_of(path, ())
        if not self._known or page in self._known:
            return page
        parts = page.split("/")
        for known, wanted in self._known.items():
            if len(wanted) == len(parts) and all(
                want in ("*", part) for want, part in zip(wanted, parts, strict=True)
            ):
                return known
        return OTHER
