"""A shared cache (RFC 9111) in front of an app: what a CDN, Varnish or nginx may do with its responses.

It is honest, and takes what it may: it stores all that no rule forbids, ``Set-Cookie`` included, guesses a lifetime
where none is given, asks the app again on its own behalf, and answers conditional requests itself. ``ignores`` are the
fields it leaves out of ``Vary``, as caches do that were told so; ``EVERYTHING`` is all of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from email.utils import formatdate, parsedate_to_datetime
from typing import Any

from tests.support.edges import Client, Header, Outcome, Response, Sent

EVERYTHING = frozenset({"*"})
TARGETED = ("cdn-cache-control", "surrogate-control", "x-accel-expires")
"""Fields that speak to such a cache alone, and override the rest for it (RFC 9213, section 2.2; nginx)."""

_HEURISTIC = frozenset({200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501})
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_VALIDATORS = ("etag", "last-modified", "content-length")
_OF_THE_BODY = frozenset({"content-length", "content-encoding", "content-range", "content-type"})
_DIRECTIVE = re.compile(r'([^\s=,;"]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?')

Directives = dict[str, str | None]


def directives(values: Iterable[str]) -> Directives:
    """The directives of all fields of a name; of one that came twice the first counts (section 4.2.1)."""
    found: Directives = {}
    for value in values:
        for name, quoted, token in _DIRECTIVE.findall(value):
            found.setdefault(name.lower(), quoted or token or None)
    return found


def values_of(headers: Iterable[Header], name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name]


def first_of(headers: Iterable[Header], name: str) -> str | None:
    return next(iter(values_of(headers, name)), None)


def members(values: Iterable[str]) -> list[str]:
    return [part for value in values for each in value.split(",") if (part := each.strip())]


@dataclass(eq=False)
class Stored:
    """One stored response: what it was, when it came, and the request's fields that it varies by."""

    response: Response
    at: float
    age: float
    varied: dict[str, str]
    rules: Directives
    targeted: bool
    default_lifetime: float

    @property
    def headers(self) -> list[Header]:
        return self.response.headers

    @property
    def etag(self) -> str | None:
        return first_of(self.headers, "etag")

    @property
    def last_modified(self) -> str | None:
        return first_of(self.headers, "last-modified")

    @property
    def lifetime(self) -> float:
        """How long it is fresh, in seconds (section 4.2.1)."""
        for name in ("s-maxage", "max-age"):
            if name in self.rules:
                return _seconds(self.rules[name])
        sent = _time(first_of(self.headers, "date")) or self.at
        if not self.targeted and (expires := first_of(self.headers, "expires")) is not None:
            return (_time(expires) or sent) - sent
        if self.response.status not in _HEURISTIC and "public" not in self.rules:
            return 0
        modified = _time(self.last_modified)
        return self.default_lifetime if modified is None else max(0, sent - modified) / 10

    def age_at(self, now: float) -> float:
        return self.age + now - self.at

    def is_fresh(self, now: float) -> bool:
        always_asks = "no-cache" in self.rules and self.rules["no-cache"] is None
        return not always_asks and self.age_at(now) < self.lifetime

    def may_be_stale(self, now: float) -> bool:
        """Whether ``stale-while-revalidate`` (RFC 5861) lets it go out once more."""
        if {"must-revalidate", "proxy-revalidate", "s-maxage", "no-cache"} & self.rules.keys():
            return False
        return self.age_at(now) < self.lifetime + _seconds(self.rules.get("stale-while-revalidate"))


@dataclass(eq=False)
class SharedCache:
    """Answers from what it has stored, and asks ``forward`` for the rest. ``hits`` and ``misses`` are by path.

    What the app was not asked about says ``X-Cache: hit``.
    """

    forward: Callable[[Sent], Response]
    clock: Callable[[], float]
    ignores: Collection[str] = ()
    targets: tuple[str, ...] = TARGETED
    default_lifetime: float = 120
    hits: Counter[str] = field(default_factory=Counter)
    misses: Counter[str] = field(default_factory=Counter)
    revalidated: Counter[str] = field(default_factory=Counter)
    stored: dict[str, list[Stored]] = field(default_factory=dict)

    def __call__(self, sent: Sent) -> Response:
        asked = directives(values_of(sent.headers, "cache-control"))
        if sent.method not in ("GET", "HEAD"):
            return self._through(sent)
        found = self._select(sent)
        if found is None or "no-store" in asked:
            return self._ask(sent, found)
        now = self.clock()
        asks_again = "no-cache" in asked or _seconds(asked.get("max-age", "1")) == 0
        if not asks_again and found.is_fresh(now):
            return self._hit(sent, found)
        if not asks_again and found.may_be_stale(now):
            response = self._hit(sent, found)
            self._ask(replace(sent, method="GET"), found)
            return response
        return self._ask(sent, found)

    # --- asking the app --------------------------------------------------------------------------

    def _through(self, sent: Sent) -> Response:
        """A method that changes something ends what is stored for what it changes (section 4.4)."""
        response = self.forward(sent)
        if sent.method in _UNSAFE and response.status < 400:
            self.stored.pop(_key(sent), None)
            for name in ("location", "content-location"):
                self.stored.pop(first_of(response.headers, name) or "", None)
        return response

    def _ask(self, sent: Sent, found: Stored | None) -> Response:
        self.misses[sent.path] += 1
        response = self.forward(replace(sent, headers=list(self._conditions(sent, found))))
        if response.status == 304 and (renewed := self._renew(sent, response)) is not None:
            self.revalidated[sent.path] += 1
            return self._answer(sent, renewed)
        if sent.method == "HEAD":
            self._freshen(sent, response, found)
        elif response.status != 304:
            self._store(sent, response)
        return response

    def _conditions(self, sent: Sent, found: Stored | None) -> Iterator[Header]:
        """The request, with the validators of all that is stored for it (section 4.3.1)."""
        if sent.method == "HEAD" or first_of(sent.headers, "range"):
            yield from sent.headers
            return
        tags = [each.etag for each in self.stored.get(_key(sent), []) if each.etag]
        for name, value in sent.headers:
            if name != "if-none-match" or not tags:
                yield name, value
        if tags:
            asked = members(values_of(sent.headers, "if-none-match"))
            yield "if-none-match", ", ".join(dict.fromkeys([*asked, *tags]))
        elif found and found.last_modified and not first_of(sent.headers, "if-modified-since"):
            yield "if-modified-since", found.last_modified

    def _renew(self, sent: Sent, response: Response) -> Stored | None:
        """Update what a 304 is about (section 4.3.4). What may not be kept any longer answers this request only."""
        kept = self.stored.get(_key(sent), [])
        tag = first_of(response.headers, "etag")
        about = [each for each in kept if tag and _same(each.etag, tag)]
        if tag is None and (found := self._select(sent)) is not None:
            about = [found]
        if not about:
            return None
        for old in about:
            kept.remove(old)
        whole = max(about, key=lambda each: each.at).response
        updated = replace(whole, headers=_updated(whole.headers, response.headers))
        # The rest are variants with the same bytes: they stay only under the fields of this 304.
        return self._store(sent, updated) or self._made(sent, updated)

    def _freshen(self, sent: Sent, response: Response, found: Stored | None) -> None:
        """What a HEAD says of a stored GET (section 4.3.5)."""
        if found is None or response.status != 200:
            return
        self.stored[_key(sent)].remove(found)
        told = [(name, first_of(response.headers, name)) for name in _VALIDATORS]
        if all(value in (None, first_of(found.headers, name)) for name, value in told):
            headers = _updated(found.headers, response.headers)
            self._store(replace(sent, method="GET"), replace(found.response, headers=headers))

    # --- storing ---------------------------------------------------------------------------------

    def _store(self, sent: Sent, response: Response) -> Stored | None:
        if sent.method != "GET" or "no-store" in directives(
            values_of(sent.headers, "cache-control")
        ):
            return None
        made = self._made(sent, response)
        authorised = first_of(sent.headers, "authorization") is not None
        if not _may_store(made.rules, response, authorised=authorised):
            return None
        for names in (made.rules.get("private"), made.rules.get("no-cache")):
            left_out = set(members([(names or "").lower()]))
            kept = [each for each in made.headers if each[0].lower() not in left_out]
            made.response = replace(made.response, headers=kept)
        variants = self.stored.setdefault(_key(sent), [])
        variants[:] = [each for each in variants if each.varied != made.varied]
        variants.append(made)
        return made

    def _made(self, sent: Sent, response: Response) -> Stored:
        headers = list(response.headers)
        if first_of(headers, "date") is None:
            headers.append(("Date", formatdate(self.clock(), usegmt=True)))
        rules, targeted = self._rules(headers)
        varied = {name: _sent_value(sent, name) for name in self._vary(headers)}
        age = float(first_of(headers, "age") or 0)
        kept = replace(response, headers=headers)
        return Stored(kept, self.clock(), age, varied, rules, targeted, self.default_lifetime)

    def _rules(self, headers: list[Header]) -> tuple[Directives, bool]:
        for name in self.targets:
            said = values_of(headers, name)
            if name == "x-accel-expires":
                said = [f"max-age={value}" for value in said]
            if rules := directives(said):
                return rules, True
        return directives(values_of(headers, "cache-control")), False

    def _vary(self, headers: list[Header]) -> list[str]:
        names = [name.lower() for name in members(values_of(headers, "vary"))]
        return [] if "*" in self.ignores else [n for n in names if n not in self.ignores]

    # --- answering -------------------------------------------------------------------------------

    def _select(self, sent: Sent) -> Stored | None:
        """What is stored for such a request (section 4.1); of several the latest."""
        matching = [
            each
            for each in self.stored.get(_key(sent), [])
            if "*" not in each.varied
            and all(_sent_value(sent, name) == value for name, value in each.varied.items())
        ]
        return max(matching, key=lambda each: each.at, default=None)

    def _hit(self, sent: Sent, found: Stored) -> Response:
        self.hits[sent.path] += 1
        response = self._answer(sent, found)
        response.headers.append(("X-Cache", "hit"))
        return response

    def _answer(self, sent: Sent, found: Stored) -> Response:
        age = str(int(found.age_at(self.clock())))
        headers = [field for field in found.headers if field[0].lower() != "age"] + [("Age", age)]
        wanted = members(values_of(sent.headers, "if-none-match"))
        if wanted and any(_same(found.etag, each) for each in wanted):
            headers = [each for each in headers if each[0].lower() not in _OF_THE_BODY]
            return Response(304, headers, [])
        chunks = [] if sent.method == "HEAD" else list(found.response.chunks)
        return Response(found.response.status, headers, chunks)


class CachedClient(Client):
    """A browser whose site is reached through a cache: its ``app`` is the ``SharedCache``."""

    def _attempt(self, sent: Sent) -> Outcome:
        return Outcome(self.app(sent))


def behind(cache: SharedCache, **options: Any) -> CachedClient:
    return CachedClient(cache, **options)


def _key(sent: Sent) -> str:
    return f"{sent.path}?{sent.query}" if sent.query else sent.path


def _may_store(rules: Directives, response: Response, *, authorised: bool) -> bool:
    """Section 3, for a shared cache."""
    if response.status < 200 or response.status in (206, 304) or "no-store" in rules:
        return False
    if "private" in rules and rules["private"] is None:
        return False
    if authorised and not {"public", "s-maxage", "must-revalidate"} & rules.keys():
        return False
    said = {"public", "max-age", "s-maxage"} & rules.keys()
    return bool(said or first_of(response.headers, "expires") or response.status in _HEURISTIC)


def _updated(old: list[Header], new: list[Header]) -> list[Header]:
    """Section 3.2: what the new one says replaces what the old one said, except about the body."""
    said = {name.lower() for name, _ in new} - _OF_THE_BODY
    kept = [each for each in old if each[0].lower() not in said | {"date", "age"}]
    return kept + [each for each in new if each[0].lower() in said]


def _same(tag: str | None, other: str) -> bool:
    """Weak comparison (RFC 9110, section 8.8.3.2)."""
    return tag is not None and (other == "*" or tag.removeprefix("W/") == other.removeprefix("W/"))


def _sent_value(sent: Sent, name: str) -> str:
    return ", ".join(values_of(sent.headers, name))


def _seconds(value: str | None) -> float:
    return float(value) if value and value.isdecimal() else 0


def _time(value: str | None) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp() if value else None
    except ValueError:
        return None
