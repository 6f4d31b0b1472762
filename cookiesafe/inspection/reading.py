"""Which URLs a page, a style sheet or a script has a browser call, as far as they are written there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from html.parser import HTMLParser
from typing import Final

_CALLS: Final = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "frame": ("src",),
    "embed": ("src",),
    "object": ("data",),
    "audio": ("src",),
    "video": ("src", "poster"),
    "track": ("src",),
    "input": ("src",),
    "link": ("href",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
    "body": ("background",),
}
"""Attributes that are fetched by themselves. Links and forms are the visitor's own."""
_NOT_FETCHED: Final = frozenset(
    {"alternate", "author", "canonical", "help", "license", "me", "next", "prev", "search", "tag"}
)
_HTML: Final = ("text/html", "application/xhtml+xml")
_SCRIPT: Final = ("text/javascript", "application/javascript")
_CSS_URL: Final = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s;]+)""")
_SCRIPT_URL: Final = re.compile(
    r"""(?:fetch|import|importScripts|sendBeacon|WebSocket|EventSource|Worker|\.open)\(\s*(?:["']\w+["']\s*,\s*)?"""
    r"""["'`]((?:https?:|wss?:)?//[^"'`\s]+)"""
    r"""|\.(?:src|href)\s*=\s*["'`]((?:https?:)?//[^"'`\s]+)"""
)
_SCRIPT_COOKIE: Final = re.compile(r"""document\.cookie\s*=\s*["'`]\s*([\w!#$%&*+.^|~-]+)=""")
_LARGEST: Final = 2_000_000


def urls_in(text: str, type: str) -> list[str]:
    """The URLs, as they are written, each once."""
    text = text[:_LARGEST]
    if type in _HTML:
        page = _Page(text)
        found = [*page.urls, *(url for each in page.scripts for url in _in_script(each))]
        found += [url for each in page.styles for url in _CSS_URL.findall(each)]
    elif type == "text/css":
        found = _CSS_URL.findall(text)
    elif type in _SCRIPT:
        found = list(_in_script(text))
    else:
        found = []
    return list(dict.fromkeys(found))


def script_texts(text: str, type: str) -> list[str]:
    """The scripts of a page, or the script that it is."""
    if type in _HTML:
        return _Page(text[:_LARGEST]).scripts
    return [text[:_LARGEST]] if type in _SCRIPT else []


def script_cookies(scripts: Iterable[str]) -> list[str]:
    """Names of cookies that scripts set, where they are written out."""
    names = (name for each in scripts for name in _SCRIPT_COOKIE.findall(each))
    return list(dict.fromkeys(names))


def links_in(text: str) -> list[str]:
    """Where the links of a page lead, and what it has of its own site's styles and scripts."""
    page = _Page(text[:_LARGEST])
    return list(dict.fromkeys([*page.links, *page.urls]))


def _in_script(text: str) -> Iterator[str]:
    for match in _SCRIPT_URL.finditer(text):
        yield match[1] or match[2]


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.urls: list[str] = []
        self.links: list[str] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self._within = ""
        # Some versions of Python assert what a page may do otherwise: what was read until then counts.
        with suppress(AssertionError):
            self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._within = tag
        self.styles.append(given.get("style", ""))
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        kinds = set(given.get("rel", "").lower().split())
        if tag == "link" and kinds and kinds <= _NOT_FETCHED:
            return
        for name in _CALLS.get(tag, ()):
            written = given.get(name, "")
            self.urls += _several(written) if name == "srcset" else [written] if written else []

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within == "script":
            self.scripts.append(data)
        elif self._within == "style":
            self.styles.append(data)


def _several(srcset: str) -> list[str]:
    return [each.split()[0] for each in srcset.split(",") if each.split()]
