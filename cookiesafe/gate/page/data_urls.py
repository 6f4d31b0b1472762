"""Documents within ``data:`` URLs (Fetch Standard, section 6)."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from ..documents import Markup, kind_of

_LEFT_OUT = "".join(map(chr, range(0x21)))
_REMOVED = dict.fromkeys(map(ord, "\t\n\r"))
_BASE64 = re.compile(r";\x20*base64$", re.IGNORECASE)
_USUAL = re.compile(r"[\w.+-]+/[\w.+-]+(?:;[\w.+-]+(?:=[\w.+-]*)?)*", re.ASCII)
_MAY_BE_DATA = re.compile(r"[\x00-\x20]*+[dD]")
_BLANKS = b"\t\n\f\r "


class Undecodable(ValueError):
    """It may become a document, and of what text is not sure."""


class DataDocument(NamedTuple):
    """What a ``data:`` URL makes a document of: its ``type`` with parameters, the text, and what follows ``#``."""

    markup: Markup
    type: str
    text: bytes
    fragment: str

    def with_text(self, text: bytes) -> str:
        """The URL of the same document with another text."""
        return f"data:{self.type};base64,{b64encode(text).decode()}{self.fragment}"


def cleaned(url: str) -> str:
    """An address without what browsers leave out of it (URL Standard, section 4.4)."""
    return url.strip(_LEFT_OUT).translate(_REMOVED)


def is_no_document(url: str) -> bool:
    """Whether a ``data:`` URL, of which only the beginning may be known, makes no document."""
    kind = kind_of(_type_and_rest(url)[0].partition(";")[0])
    return "," in url and kind.markup is None and not kind.document


def document_in(url: str) -> DataDocument | None:
    """The document that a frame shows of ``url``; ``None`` if that is no ``data:`` URL, or of no document.

    Raises ``Undecodable``.
    """
    if not _MAY_BE_DATA.match(url):
        return None
    url = cleaned(url)
    if url[:5].lower() != "data:" or is_no_document(url):
        return None
    whole, number, fragment = url.partition("#")
    stated, body = _type_and_rest(whole)
    encoded = _BASE64.search(stated)
    stated = re.sub(r"\s", "", stated[: encoded.start()] if encoded else stated)
    markup = kind_of(stated).markup
    if markup is None or "\ufffd" in url or not _USUAL.fullmatch(stated):
        raise Undecodable
    text = unquote_to_bytes(body)
    if encoded:
        text = _forgiving(text)
    if b"\0" in text[:4] or text.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Undecodable
    return DataDocument(markup, stated, text, number + fragment)


def _type_and_rest(url: str) -> tuple[str, str]:
    """The type, or what stands for it where there is none (Fetch, section 6, step 11)."""
    stated, _, body = cleaned(url)[5:].partition(",")
    stated = stated.strip(_LEFT_OUT)
    return (f"text/plain{stated}" if stated[:1] in ("", ";") else stated), body


def _forgiving(text: bytes) -> bytes:
    """Infra Standard, section 7: blanks left out, and no padding needed."""
    text = text.translate(None, _BLANKS)
    text = text.rstrip(b"=") if len(text) % 4 == 0 else text
    try:
        return b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise Undecodable from None
