"""Sessions in signed cookies: JSON, when it was written, and a signature that itsdangerous verifies."""

from __future__ import annotations

import json
import math
import zlib
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import itsdangerous
from itsdangerous.encoding import base64_decode, base64_encode, bytes_to_int

from .reader import Reader

LEEWAY = 30
"""How far ahead of ours the clock of the server that wrote it may be, in seconds."""
LONGEST = 262_144
"""How many bytes a payload may have once it is decompressed."""
DEEPEST = 64
"""How deep lists and objects may lie in each other."""


@dataclass(frozen=True, kw_only=True)
class SessionReader(Reader[dict[str, Any]]):
    """A session is read for ``max_age`` seconds after it was written. ``None`` sets no end but ``until``."""

    max_age: int | None = 14 * 86_400

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.max_age is not None and (type(self.max_age) is not int or self.max_age <= 0):
            raise self._refused("max_age", "It is in seconds, or None.")

    def _read(self, value: str, now: int) -> dict[str, Any]:
        signer = self._signer()
        payload, _, written = _unsigned(signer, value.encode("latin-1")).rpartition(signer.sep)
        age = now - self._time(written)
        if age < -LEEWAY or (self.max_age is not None and age > self.max_age):
            raise ValueError("too old, or from the future")
        return json_object(self._text(payload))

    @abstractmethod
    def _signer(self) -> itsdangerous.Signer:
        """What verifies, before anything else is looked at."""

    def _time(self, written: bytes) -> int:
        """Unix seconds, as itsdangerous' ``TimestampSigner`` writes them."""
        return bytes_to_int(base64_decode(written))

    @abstractmethod
    def _text(self, payload: bytes) -> str:
        """The JSON in a payload that was verified."""


def _unsigned(signer: itsdangerous.Signer, value: bytes) -> bytes:
    """What was signed. base64 has several spellings of one signature, and only that of the libraries is taken."""
    signature = value.rpartition(signer.sep)[2]
    if base64_encode(base64_decode(signature)) != signature:
        raise itsdangerous.BadSignature("another spelling")
    return signer.unsign(value)


def unpacked(payload: bytes) -> bytes:
    """What base64url holds, decompressed where a dot stands before it. Raises ``ValueError`` and ``zlib.error``."""
    data = base64_decode(payload.removeprefix(b"."))
    if not payload.startswith(b"."):
        return data
    unpacking = zlib.decompressobj()
    data = unpacking.decompress(data, LONGEST)
    if not unpacking.eof:
        raise ValueError("cut short, or too long")
    return data


def json_object(text: str) -> dict[str, Any]:
    """The JSON object in ``text``, of values that JSON can hold again. Raises ``ValueError`` and ``RecursionError``."""
    value = _DECODER.decode(text)
    if not isinstance(value, dict) or not _is_flat_enough(value, DEEPEST):
        raise ValueError("not an object, or too deep")
    return value


def _is_flat_enough(value: Any, levels: int) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return True
    return levels > 0 and all(_is_flat_enough(each, levels - 1) for each in value)


def _finite(text: str) -> float:
    """Python reads NaN, Infinity and 1e999, and could not write them as JSON."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("not a number of JSON")
    return number


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=_finite)
