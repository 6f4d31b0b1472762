"""Rules about where CookieSafe stands among an app's other parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from .finding import Finding
from .subject import Subject

IN_FRONT: Final = (
    (re.compile(r"Session"), "its cookie passes no gate"),
    (re.compile(r"csrf", re.IGNORECASE), "its cookie passes no gate, and it may refuse our forms"),
    (re.compile(r"Cache|Caching"), "it may keep one visitor's page for others"),
    (
        re.compile(r"CSP|ContentSecurity|Secure?(?:ity)?Headers"),
        "it may put another Content-Security-Policy in the place of ours",
    ),
)
"""What opens the gate where it stands in front of ours, by the names of classes, and how."""
COMPRESSES: Final = re.compile(r"gzip|brotli|zstd|compress", re.IGNORECASE)
_FIRST: Final = "Put CookieSafeMiddleware around everything that sets cookies or answers requests."


def absent(subject: Subject) -> Iterator[Finding]:
    if not any(layer.ours for layer in subject.layers):
        yield Finding(
            "CS731",
            "the app has a CookieSafe, and nothing passes it",
            "Wrap the app: app = CookieSafeMiddleware(app, safe).",
            place=subject.made,
            about="app",
        )


def twice(subject: Subject) -> Iterator[Finding]:
    if sum(layer.ours for layer in subject.layers) > 1:
        yield Finding(
            "CS734",
            "the app has CookieSafeMiddleware around it more than once",
            "Keep the outermost, which does all of it anyway.",
            place=subject.sources.calling("CookieSafeMiddleware") or subject.made,
            about="app",
        )


def in_front(subject: Subject) -> Iterator[Finding]:
    for layer in subject.layers[: _first(subject)]:
        for pattern, how in IN_FRONT:
            if pattern.search(layer.short):
                yield Finding(
                    "CS732",
                    f"{layer.short} stands in front of CookieSafeMiddleware: {how}",
                    _FIRST,
                    place=subject.sources.naming(layer.short),
                    about=layer.short,
                )
                break


def compressed(subject: Subject) -> Iterator[Finding]:
    for layer in subject.layers[_first(subject) + 1 :]:
        if COMPRESSES.search(layer.short):
            yield Finding(
                "CS733",
                f"{layer.short} stands behind CookieSafeMiddleware: pages in which a banner may be "
                "placed leave uncompressed, or without it",
                f"Put {layer.short} in front of it, or let the server compress.",
                place=subject.sources.naming(layer.short),
                about=layer.short,
            )


def _first(subject: Subject) -> int:
    """Where ours stands; behind all, where it does not."""
    ours = (at for at, layer in enumerate(subject.layers) if layer.ours)
    return next(ours, len(subject.layers))


RULES: Final = (absent, twice, in_front, compressed)
