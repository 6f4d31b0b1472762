"""Fields of a message: as text, or raw, as ASGI carries them. What leaves is worked out by one code for both.

Text has one character for each byte (latin-1); raw names are lower-case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, AnyStr, Final, Generic

Header = tuple[str, str]
"""A field's name and value."""
RawHeader = tuple[bytes, bytes]
AnyHeader = Header | RawHeader
Fixed = tuple[Header, RawHeader]
"""A field that leaves again and again, in both spellings."""


def text_of(value: str | bytes) -> str:
    """A name or value as text, however it is spelled."""
    return value if isinstance(value, str) else value.decode("latin-1")


def are_plain(fields: Iterable[object]) -> bool:
    """Whether all are pairs of text or bytes, as both protocols have it."""
    return all(
        isinstance(field, (tuple, list))
        and len(field) == 2
        and all(isinstance(part, (str, bytes)) for part in field)
        for field in fields
    )


def plain(fields: Iterable[Any]) -> list[tuple[Any, Any]]:
    """The fields as pairs of text or bytes. Raises, as servers do, what it is to unpack what is no pair."""
    return [(_plain(name), _plain(value)) for name, value in fields]


def _plain(value: object) -> str | bytes:
    if isinstance(value, (str, bytes)):
        return value
    return bytes(value) if isinstance(value, (bytearray, memoryview)) else str(value)


def raw(header: Header) -> RawHeader:
    """A field as ASGI carries it."""
    name, value = header
    return name.lower().encode("latin-1"), value.encode("latin-1")


def fixed(name: str, value: str) -> Fixed:
    """A field in both spellings."""
    return (name, value), raw((name, value))


@dataclass(frozen=True, slots=True)
class Spelling(Generic[AnyStr]):
    """How the fields of a response are written: which half of a ``Fixed`` it picks, and any other given as text.

    ``cookie`` writes a ``Set-Cookie`` line.
    """

    pick: Callable[[Fixed], tuple[AnyStr, AnyStr]]
    field: Callable[[Header], tuple[AnyStr, AnyStr]]
    cookie: Callable[[str], tuple[AnyStr, AnyStr]]


TEXT: Final[Spelling[str]] = Spelling(
    itemgetter(0), lambda header: header, lambda line: ("Set-Cookie", line)
)
RAW: Final[Spelling[bytes]] = Spelling(
    itemgetter(1), raw, lambda line: (b"set-cookie", line.encode("latin-1"))
)
