"""What a response is to a browser: a document, markup we may edit, or neither.

Whatever may become a document runs under the visitor's own policy; everything else carries a constant one, under which
nothing has been agreed to, and stays the same for everybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from ..fields import text_of
from ..memo import Memo

FRAMES = frozenset({"iframe", "frame", "object", "embed", "fencedframe", "xslt"})
"""Values of ``Sec-Fetch-Dest`` that show what comes within another page, or make one by it (Fetch Metadata)."""

DESTINATIONS = FRAMES | {"document", "worker", "sharedworker", "serviceworker"}
"""Values of ``Sec-Fetch-Dest`` that make a document, or a worker, of whatever comes (Fetch Metadata)."""

PARTS = frozenset(
    {"audio", "font", "image", "manifest", "script", "style", "track", "video"}
)  # fmt: skip
"""Values of ``Sec-Fetch-Dest`` for what a page is made up of, which is no page itself."""

_XML = frozenset({"application/xhtml+xml", "application/xml", "text/xml", "text/xsl"})
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)
_ASCII_INSIDE = re.compile(
    r"utf-?8|(?:us-)?ascii|iso-?8859-?\d+|latin-?\d|windows-\d+|cp125\d|koi8-[ru]|macintosh"
    r"|gbk|gb2312|gb18030|big5(?:-hkscs)?|euc-(?:jp|kr)|shift[-_]jis|x-sjis|tis-620",
    re.IGNORECASE,
)
_SNIFFED = frozenset({"unknown/unknown", "application/unknown", "*/*"})


Markup = Literal["html", "xml"]


@dataclass(frozen=True, slots=True)
class Kind:
    """``document``: may become one by its type alone. ``markup``: what the page gate reads it as, if ASCII is ASCII in it.

    A picture in SVG is no document by its type, but is one where it is asked for as one.
    """

    document: bool
    markup: Markup | None


def kind_of(content_type: str | bytes | None) -> Kind:
    """What a ``Content-Type`` says; without one, a browser may find HTML in it (MIME Sniffing, section 7)."""
    if not content_type:
        return Kind(document=True, markup=None)
    content_type = text_of(content_type)
    essence = content_type.partition(";")[0].strip().lower()
    xml = essence in _XML or essence.endswith("+xml")
    document = (
        essence == "text/html"
        or (xml and essence != "image/svg+xml")
        or essence in _SNIFFED
        or "/" not in essence
        or essence.startswith("multipart/")
    )
    markup: Markup | None = "html" if essence == "text/html" else "xml" if xml else None
    charset = _CHARSET.search(content_type)
    if charset is not None and _ASCII_INSIDE.fullmatch(charset[1]) is None:
        markup = None
    return Kind(document, markup)


KINDS: Final = Memo(kind_of)
"""``KINDS[content_type]`` is what ``kind_of`` says of it."""


def is_plain(headers: Iterable[tuple[str, str]]) -> bool:
    """Whether a response is to be shown rather than saved, and comes as it is, not compressed."""
    for name, value in headers:
        lower = name.lower()
        if lower == "content-encoding" and value.strip().lower() not in ("", "identity"):
            return False
        if lower == "content-disposition" and value.strip().lower().startswith("attachment"):
            return False
    return True
