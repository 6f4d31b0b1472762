"""What torture has in common on both edges: a site, its visitors, what is ours in an outcome, and what must not be left.

An app that breaks the rules of its protocol is run without CookieSafe and behind it, by one server, for each of the
``VISITORS``; ``differences`` are what is not the same. All that leaves is a ``Left``: a start with its fields, a
stretch of body, or anything else that was said.
"""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import pytest

from cookiesafe import CookieSafe, Policy, UsageError, current_visit
from cookiesafe.adapters.stores import MemoryStore
from tests.support.edges import Client, Fields, client_at
from tests.support.harbour import BANNER, CONSENT, KEY, POLICY, REVISIT, Clock, page

EARLY = b"<link rel=preconnect href=https://ads.gullwing.example>"
"""What nobody has agreed to, and no policy of a browser's stops."""
PAGE = b"<!doctype html><head>" + EARLY + b"</head><body><p>One</p><p>Two</p></body>"
HELD = "hl_ad_7=a1"
KEPT = "cart=7"
PAGES = (200, 500)
"""The statuses of pages."""
DENIAL = {"type": "websocket.http.response.start"}
"""No browser shows what comes instead of a websocket."""
OURS: Final = frozenset(
    {"content-security-policy", "permissions-policy", "referrer-policy", "vary", "cache-control"}
)


class TheApps(Exception):
    """What an app raises."""


@dataclass(frozen=True)
class Visitor:
    """Who asks, as what, and whether the app signs them in before all else."""

    headers: Fields = field(default_factory=dict)
    cookies: str = ""
    signs_in: bool = False
    placed: str = ""
    """What a page of theirs gets."""


@lru_cache(maxsize=1)
def _refusal() -> str:
    client = client_at("wsgi", make_safe(), page)
    client.choose("reject")
    return client.jar[CONSENT]


VISITORS: dict[str, Visitor] = {
    "undecided, a page": Visitor(placed=BANNER),
    "decided, a page": Visitor(cookies=CONSENT, placed=REVISIT),
    "no page": Visitor({"sec-fetch-dest": "empty", "sec-fetch-mode": "cors", "accept": "*/*"}),
    "signing in": Visitor(signs_in=True, placed=BANNER),
}


def make_safe(**settings: Any) -> CookieSafe:
    given = {"secret_key": KEY, "clock": Clock(), "store": MemoryStore(), **settings}
    return CookieSafe(_policy(), **given)


@lru_cache(maxsize=1)
def one_safe() -> CookieSafe:
    """For all that are compared: to make one takes as long as some of them."""
    return make_safe()


@lru_cache(maxsize=1)
def _policy() -> Policy:
    return Policy.from_toml(POLICY)


def sent_by(visitor: Visitor, client: Client) -> Any:
    """The request, with all cookies the visitor has, one that is held among them."""
    if visitor.cookies:
        client.jar[CONSENT] = _refusal()
        client.jar["hl_ad_7"] = "a0"
    return client.prepared("/bills", headers={**visitor.headers})


def sign_in(visitor: Visitor) -> None:
    """Where there is a visit; without CookieSafe there is none."""
    if visitor.signs_in:
        with suppress(UsageError):
            current_visit().login("anna")


# --- what left -----------------------------------------------------------------------------------


@dataclass
class Left:
    """``kind`` is what it is; the status, fields, content or anything else of it."""

    kind: str
    status: Any = None
    fields: list[tuple[Any, Any]] = field(default_factory=list)
    body: bytes = b""
    more: Any = None


@dataclass
class Outcome:
    """``calls`` is what the app did and what came of it, ``raised`` what left the app, ``error`` what reached the server."""

    calls: list[str] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    raised: BaseException | None = None
    error: BaseException | None = None
    closed: int = 0
    tasks: int = 0

    def say(self, left: Left) -> None:
        """Stretches of body are one, however they were cut."""
        last = self.left[-1] if self.left else None
        if left.kind == "body" and last is not None and last.kind == "body" and not last.more:
            last.body += left.body
            last.more = left.more
        else:
            self.left.append(left)


def text(value: Any) -> str:
    """A name or a value, however the app spelled it."""
    return (
        str(value) if isinstance(value, (str, int, type(None))) else bytes(value).decode("latin-1")
    )


def differences(bare: Outcome, ours: Outcome, visitor: Visitor) -> dict[str, Any]:
    """What is not the same for the app, the client and the server, beside what we are there for."""
    pairs: dict[str, tuple[Any, Any]] = {
        "calls": (bare.calls, ours.calls),
        "error": (type(bare.error), type(ours.error)),
        "whose error": (bare.error is bare.raised, ours.error is ours.raised),
        "closed": (bare.closed, ours.closed),
        "tasks": (bare.tasks, ours.tasks),
        "kinds": _of_each("kind", bare, ours),
        "status": _of_each("status", bare, ours),
        "more": _of_each("more", bare, ours),
        "fields": ([_theirs(each) for each in bare.left], [_theirs(each) for each in ours.left]),
    }
    for one, other in zip(bare.left, ours.left, strict=False):
        if not without_ours(other.body, one.body, visitor):
            pairs["body"] = (one.body, other.body)
    return {what: pair for what, pair in pairs.items() if pair[0] != pair[1]}


def _of_each(name: str, *outcomes: Outcome) -> tuple[Any, ...]:
    return tuple([getattr(each, name) for each in outcome.left] for outcome in outcomes)


def _theirs(left: Left) -> list[tuple[str, str]]:
    """The fields that are not ours to add, to hold or to mend."""
    kept = []
    for name, value in ((text(name), text(value)) for name, value in left.fields):
        lower = name.lower().strip()
        held = lower == "set-cookie" and ("cookiesafe" in value or "hl_ad" in value)
        if lower not in OURS | {"content-length"} and not held:
            kept.append((name, value))
    return sorted(kept)


def without_ours(body: bytes, theirs: bytes, visitor: Visitor) -> bool:
    """Whether a body is what it would be without us, but for one fragment of ours and what was swapped."""
    if body == theirs:
        return True
    plain = body.replace(b"data-held-rel=", b"rel=")
    same = 0
    while same < min(len(plain), len(theirs)) and plain[same] == theirs[same]:
        same += 1
    added = len(plain) - len(theirs)
    placed = plain[same : same + added]
    return added >= 0 and plain[same + added :] == theirs[same:] and _is_ours(placed, visitor)


def _is_ours(placed: bytes, visitor: Visitor) -> bool:
    return not placed or (bool(visitor.placed) and placed.count(visitor.placed.encode()) <= 1)


def let_through(outcome: Outcome, visitor: Visitor) -> list[Any]:
    """What left though nobody agreed to it, and starts without a policy."""
    found: list[Any] = []
    page = False
    for each in outcome.left:
        said = [(text(name).lower().strip(), text(value)) for name, value in each.fields]
        found += [value for name, value in said if name == "set-cookie" and HELD in value]
        policies = [value for name, value in said if name == "content-security-policy"]
        found += [value for value in policies if "gullwing" in value]
        if each.kind == "start":
            if not policies:
                found.append(said)
            types = [value for name, value in said if name == "content-type"]
            html = bool(types) and types[-1].startswith("text/html")
            page = html and each.status in PAGES and each.more != DENIAL
        elif page and visitor.placed and b" rel=preconnect" in each.body:
            found.append(each.body)
    return found


# --- what is left --------------------------------------------------------------------------------


@pytest.fixture(name="frozen", scope="module", autouse=True)
def frozen_fixture() -> Iterator[None]:
    """What was there before is not looked at again by every collection of garbage."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@contextmanager
def nothing_left(watched: list[weakref.ref[Any]], *, at_once: bool = False) -> Iterator[None]:
    """After it there is no visit, no thread, and nothing of what is ``watched``, if ``at_once`` without the garbage
    collector's help.
    """
    threads = set(threading.enumerate())
    gc.disable()
    try:
        yield
        if not at_once:
            gc.collect()
        alive = [each() for each in watched if each() is not None]
        assert not alive, alive
    finally:
        gc.enable()
    gc.collect()
    for thread in set(threading.enumerate()) - threads:
        thread.join(5)
        assert not thread.is_alive(), thread
    try:
        current_visit()
    except UsageError:
        return
    raise AssertionError("there is a visit still")


def watch(watched: list[weakref.ref[Any]], *objects: Any) -> None:
    watched.extend(weakref.ref(each) for each in objects)
