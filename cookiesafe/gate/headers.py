"""The gate for response fields that make a browser call somebody, or take part in advertising.

A Content-Security-Policy covers none of them: a report endpoint, an early connection, speculation rules. Entries for
held hosts go, everything else stays byte for byte. What a browser might read differently from us goes as a whole.
``SourceMap`` (asked for by developer tools alone) and ``Alt-Svc`` (the site's own other address) are left alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from ..consent import Allowed
from ..fields import Header, fixed
from ..policy import NECESSARY_ID, Policy
from .hosts import HeldHost, PageHosts

_LINK = re.compile(r'(?:<[^>]*+(?:>|\Z)|"(?:[^"\\]|\\(?:.|\Z))*+(?:"|\Z)|[^,<"])++', re.DOTALL)
_PLAIN_LINK = re.compile(
    r"[ \t]*<[^<>]*>(?:[ \t]*;[ \t]*[^\s=;,\"'<>]+(?:=(?:\"[^\"\\<>]*\"|[^\s;,\"'<>]*))?)*[ \t]*"
)
_TARGET = re.compile(r"<([^<>]*)")
_SOURCES = re.compile(r'imagesrcset\s*=\s*(?:"([^"]*)|([^;]*))', re.IGNORECASE)
_CALLS = re.compile(
    r"(?<![\w-])(?:preload|modulepreload|preconnect|dns-prefetch|prefetch|prerender|next|stylesheet|icon|manifest|search"
    r"|compression-dictionary)(?![\w-])",
    re.IGNORECASE,
)
_ITEM = re.compile(r'(?:"(?:[^"\\]|\\(?:.|\Z))*+(?:"|\Z)|[^,"])++', re.DOTALL)
_TEXT = re.compile(r'"((?:[^"\\]|\\.)*+)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_BLANKS = re.compile(r"[ \t\n\r]+")
_BLANKS_OR_COMMAS = re.compile(r"[\s,]+")
_DECODER = json.JSONDecoder()
_REFRESH = re.compile(
    r"""[ \t\n\f\r]*[0-9.]+[ \t\n\f\r]*[;,]?[ \t\n\f\r]*
    (?:url[ \t\n\f\r]*=[ \t\n\f\r]*)?
    (?: (?P<quote>["'])(?P<quoted>.*?)(?:(?P=quote)|\Z) | (?P<url>.*) )""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class HeldField:
    """A field that is held as a whole until the visitor agrees to all that vendors are declared for."""

    name: str
    purpose: None = None
    rule: Literal["not granted"] = "not granted"
    remedy: str = "It passes once the visitor agrees to all that vendors are declared for."
    code: str = "CS207"
    reason: str = "which takes part in advertising"


_UNSEEN = HeldField("speculation-rules", reason="which leads to rules that were not looked at")


def agrees_to_advertising(policy: Policy, allowed: Allowed) -> bool:
    """Whether a visitor agrees to all that vendors are declared for, and there is such a thing."""
    purposes = {each for vendor in policy.vendors.values() for each in vendor.purposes}
    optional = purposes - {NECESSARY_ID}
    return bool(optional) and optional <= allowed.purposes


def refresh_url(content: str) -> str | None:
    """Where a ``Refresh`` leads after a while, in a field or in ``<meta>`` (HTML Standard, section 4.2.5.3)."""
    found = _REFRESH.match(content)
    return None if found is None else found["url"] or found["quoted"] or None


def without_reports(value: str) -> str:
    """A Content-Security-Policy without its ``report-uri``, wherever that leads."""
    return ",".join(
        ";".join(each for each in policy.split(";") if each.split()[:1] != ["report-uri"])
        for policy in value.split(",")
    )


class HeaderGate:
    """Gates the fields of one response; with ``advertising``, those that take part in it stay.

    ``Speculation-Rules`` leads to a file that may name any host: it stays with ``complete`` alone, where nothing that
    was declared is held.
    ``held`` is what was held, with the name of the field it was in.
    """

    def __init__(self, page: PageHosts, *, advertising: bool, complete: bool = False) -> None:
        self._page = page
        self._advertising = advertising
        self._complete = complete
        self._taken_back: set[str] = set()
        self.held: dict[HeldHost | HeldField, str] = {}

    def outgoing(self, fields: Iterable[Header]) -> list[Header]:
        """The fields that leave."""
        kept: list[Header] = []
        for name, value in fields:
            left = self._left(name, value)
            if left is not None:
                kept.append((name, left))
        if self._taken_back:
            kept = [(n, self._nel(v) if n.lower() == "nel" else v) for n, v in kept]
        return kept

    def _left(self, name: str, value: str) -> str | None:
        """What is left of a field."""
        lower = name.lower()
        if lower in ADVERTISING and not self._advertising:
            self.held[HeldField(lower)] = name
            return None
        rule = _RULES.get(lower)
        self._field = name
        return value if rule is None else rule(self, value)

    def _holds(self, *urls: str) -> bool:
        """Whether one of them leads to a held host. All are looked at, so that all are told."""
        found = [held for url in urls if (held := self._page.held(url)) is not None]
        for held in found:
            self.held.setdefault(held, self._field)
        return bool(found)

    def link(self, value: str) -> str | None:
        """``Link`` (RFC 8288, section 3). One that calls somebody goes, whatever its ``anchor``."""
        links = _LINK.findall(value)
        if all(map(_PLAIN_LINK.fullmatch, links)):
            held = [self._calls(link, _TARGET.sub("", link)) for link in links]
        else:
            links, held = [value], [self._calls(value, value)]
        return _left_of(value, links, held)

    def _calls(self, link: str, parameters: str) -> bool:
        if not _CALLS.search(parameters):
            return False
        sources = (part for found in _SOURCES.findall(link) for part in found)
        return self._holds(*_TARGET.findall(link), *_BLANKS_OR_COMMAS.split(" ".join(sources)))

    def addresses(self, value: str) -> str | None:
        """A dictionary or list of texts, each of which is a URL (RFC 9651, section 3)."""
        items = _ITEM.findall(value)
        texts = ([_ESCAPED.sub(r"\1", text) for text in _TEXT.findall(item)] for item in items)
        return _left_of(value, items, [self._holds(*each) for each in texts])

    def rules(self, value: str) -> str | None:
        """``Speculation-Rules``: where rules are that make a browser load pages ahead."""
        if self._complete:
            return self.addresses(value)
        self.held[_UNSEEN] = self._field
        return None

    def groups(self, value: str) -> str | None:
        """``Report-To``: JSON objects, which browsers keep. A held one is taken back, in case it was kept before."""
        try:
            groups = list(_json_list(value))
            back = [self._taken(group) for _, group in groups]
        except (ValueError, RecursionError):
            return None
        if not any(back):
            return value
        return ",".join(taken or text for (text, _), taken in zip(groups, back, strict=True))

    def _taken(self, group: Any) -> str | None:
        """What takes a group back, if one of its addresses is held."""
        if not isinstance(group, dict) or not isinstance(group.get("endpoints"), list):
            return None
        urls = [each.get("url") for each in group["endpoints"] if isinstance(each, dict)]
        if not self._holds(*(url for url in urls if isinstance(url, str))):
            return None
        name = str(group.get("group", "default"))
        self._taken_back.add(name)
        return json.dumps({"group": name, "max_age": 0, "endpoints": []})

    def _nel(self, value: str) -> str:
        """``NEL`` (Network Error Logging, section 4): browsers keep it, and it goes with its group."""
        try:
            policy = json.loads(value)
        except (ValueError, RecursionError):
            return value
        name = policy.get("report_to") if isinstance(policy, dict) else None
        if not isinstance(name, str) or name not in self._taken_back:
            return value
        return json.dumps({"report_to": name, "max_age": 0})

    def report_uri(self, value: str) -> str | None:
        """The addresses of ``report-uri`` in each policy of a CSP (CSP3, section 6.5.1); the rest of it stays."""
        if "report-uri" not in value.lower():
            return value
        policies = [
            ";".join(
                left for each in policy.split(";") if (left := self._reports(each)) is not None
            )
            for policy in value.split(",")
        ]
        return ",".join(policy for policy in policies if policy) or None

    def _reports(self, directive: str) -> str | None:
        name, *addresses = directive.split() or [""]
        if name.lower() != "report-uri":
            return directive
        passing = [each for each in addresses if not self._holds(each)]
        if len(passing) == len(addresses):
            return directive
        return " ".join([f" {name}", *passing]) if passing else None

    def refresh(self, value: str) -> str | None:
        """``Refresh``: a way to somewhere else that the visitor does not take by themselves."""
        url = refresh_url(value)
        return None if url is not None and self._holds(url) else value


def _left_of(value: str, members: list[str], held: list[bool]) -> str | None:
    """The members of a list that are not held, joined as they were."""
    if not any(held):
        return value
    kept = [member for member, out in zip(members, held, strict=True) if not out]
    return ",".join(kept).lstrip(" \t") or None


def _json_list(text: str) -> Iterator[tuple[str, Any]]:
    """The values of a JSON list that has lost its brackets, and how each is written. Raises ValueError."""
    at = 0
    while True:
        at = _space_after(text, at)
        value, end = _DECODER.raw_decode(text, at)
        yield text[at:end], value
        at = _space_after(text, end)
        if at == len(text):
            return
        if text[at] != ",":
            raise ValueError
        at += 1


def _space_after(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


NO_ADVERTISING: Final = fixed(
    "Permissions-Policy",
    "browsing-topics=(), interest-cohort=(), private-state-token-issuance=(), private-state-token-redemption=()",
)
"""Denies what browsers of today offer to advertisers, and none that they would complain not to know.

Sent after the app's own: of a feature that is named twice the last word counts (RFC 9651, section 3.2), and this one
only denies.
"""
REFERRER: Final = fixed("Referrer-Policy", "strict-origin-when-cross-origin")
"""For where the app says nothing: other sites get no path (Referrer Policy, section 3.7)."""

ADVERTISING: Final = frozenset(
    {
        "ad-auction-additional-bid", "ad-auction-allowed", "ad-auction-result", "ad-auction-signals",
        "attribution-reporting-info", "attribution-reporting-register-os-source",
        "attribution-reporting-register-os-trigger", "attribution-reporting-register-source",
        "attribution-reporting-register-trigger", "observe-browsing-topics", "sec-private-state-token",
        "shared-storage-write", "x-allow-fledge",
    }
)  # fmt: skip
"""Fields with which a response takes part in a browser's advertising."""

_RULES: Final[dict[str, Callable[[HeaderGate, str], str | None]]] = {
    "link": HeaderGate.link,
    "reporting-endpoints": HeaderGate.addresses,
    "report-to": HeaderGate.groups,
    "speculation-rules": HeaderGate.rules,
    "content-security-policy": HeaderGate.report_uri,
    "content-security-policy-report-only": HeaderGate.report_uri,
    "refresh": HeaderGate.refresh,
}
ACTIVE: Final = ADVERTISING | _RULES.keys()
"""The names of all fields this gate looks at, in lower case."""
POLICIES: Final = frozenset({"content-security-policy", "content-security-policy-report-only"})
