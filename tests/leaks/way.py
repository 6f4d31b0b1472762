"""What one entry of the corpus is: a way in which a page can make a browser call another host.

In every text of a way, ``$t`` stands for the tracker's origin, of the page's own scheme; ``$s`` for its https origin,
``$w`` for its WebSocket origin, ``$h`` for its host and port, ``$n`` for the host and ``$p`` for the port alone;
``$d``, ``$e`` and ``$f`` are the host in odd characters. Each
way has a host name of its own, so that what reaches the tracker says which way it came.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from string import Template
from typing import Literal, TypedDict, Unpack

Header = tuple[str, str]
Act = Literal["click", "hover", "focus", "leave"]
By = Literal["csp", "page gate", "header gate", "nothing"]

HTML = "text/html; charset=utf-8"
XHTML = "application/xhtml+xml"
XML = "text/xml; charset=utf-8"
SVG = "image/svg+xml"
JS = "text/javascript; charset=utf-8"
CSS = "text/css; charset=utf-8"
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"


class Reach(IntEnum):
    """How far a call came: the name was looked up, a connection was opened, or something was sent."""

    NONE = 0
    NAME = 1
    CONNECTION = 2
    REQUEST = 3


@dataclass(frozen=True, slots=True)
class File:
    """What the site answers under one address."""

    body: str | bytes = ""
    type: str = HTML
    headers: tuple[Header, ...] = ()
    status: int = 200
    encoding: str = "utf-8"

    def filled(self, values: Mapping[str, str]) -> tuple[bytes, list[Header]]:
        """Body and headers with the tracker's address in them."""
        body = (
            self.body
            if isinstance(self.body, bytes)
            else fill(self.body, values).encode(self.encoding)
        )
        headers = [(name, fill(value, values)) for name, value in self.headers]
        return body, [("Content-Type", self.type), *headers] if self.type else headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """``page`` is what is opened, ``files`` what lies beside it, ``act`` what the visitor then does.

    ``script``: whether it happens with JavaScript only, or if False, without it only. ``only``: the scheme of the site it works on. ``bare`` is how far it
    comes on a site without CookieSafe, ``by`` what holds it before a choice, ``still`` how far it comes all the same:
    then ``why`` says so, and ``browsers`` which of them do it.
    """

    title: str
    page: File
    files: Mapping[str, File] = field(default_factory=dict)
    script: bool | None = None
    only: Literal["http", "https"] | None = None
    act: Act | None = None
    bare: Reach = Reach.REQUEST
    by: By = "csp"
    still: Reach = Reach.NONE
    why: str = ""
    browsers: str = ""

    @property
    def before(self) -> Reach:
        """How far it comes before a choice."""
        return self.bare if self.by == "nothing" else self.still

    @property
    def name(self) -> str:
        """A label of a host name, made of the title."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower())[:60].strip("-")


class Few(TypedDict, total=False):
    """The fields of a way that are seldom needed."""

    only: Literal["http", "https"] | None
    act: Act | None
    bare: Reach
    by: By
    still: Reach
    why: str
    browsers: str


class WithFiles(Few, total=False):
    """Those, and what lies beside the page."""

    files: Mapping[str, File]


class Rest(WithFiles, total=False):
    """Those, and whether it needs scripts."""

    script: bool | None


class Limits(TypedDict):
    """What is said of a way that some of which is beyond us."""

    still: Reach
    why: str
    browsers: str


CONNECTS: Limits = {
    "still": Reach.CONNECTION,
    "why": "The browser connects for a frame before it asks the policy, which then refuses the call.",
    "browsers": "Chromium",
}


def fill(text: str, values: Mapping[str, str]) -> str:
    return Template(text).safe_substitute(values)


def html(body: str = "", *, head: str = "") -> str:
    """An ordinary document."""
    start = "<!doctype html><html lang=en><head><meta charset=utf-8><title>Page</title>"
    return f"{start}{head}</head><body>{body}</body></html>"


def markup(title: str, body: str = "", *, head: str = "", **more: Unpack[Rest]) -> Way:
    """A document with ``body``."""
    return Way(title=title, page=File(html(body, head=head)), **more)


def scripted(title: str, code: str, *, body: str = "", **more: Unpack[WithFiles]) -> Way:
    """A document with ``body``, then a script, which is a module where it awaits something."""
    kind = " type=module" if "await " in code else ""
    page = File(html(f"{body}<script{kind}>{code}</script>"))
    return Way(title=title, page=page, script=True, **more)


def styled(title: str, css: str, body: str = "<p class=a>A</p>", **more: Unpack[Rest]) -> Way:
    """A document with a style sheet in it."""
    return markup(title, body, head=f"<style>{css}</style>", **more)


def sent(title: str, *headers: Header, body: str = "", **more: Unpack[Rest]) -> Way:
    """A document with ``headers``."""
    return Way(title=title, page=File(html(body), headers=headers), **more)
