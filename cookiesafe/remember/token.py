"""The payload of the remember cookie, to be signed: ``series.generation.token``.

The token is derived and kept nowhere: HMAC-SHA256 (RFC 2104) over series and generation, with the series' own key,
of which the first 128 bits are used. So the server can say again what the current one is; who reads the database
has no signing key, who has the signing key has no series' key, and neither alone makes a cookie.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field

ID_BYTES = 16
_PAYLOAD = re.compile(r"([\w-]{22})\.(0|[1-9][0-9]{0,14})\.([\w-]{22})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Presented:
    """What a browser showed: the series' id and a token, 16 bytes each, and the token's generation."""

    series: bytes = field(repr=False)
    gen: int
    tok: bytes = field(repr=False)

    @property
    def key(self) -> str:
        """What the series' row is found by: the id itself is kept nowhere but in the browser."""
        return key_of(self.series)

    def is_from(self, mac_key: bytes) -> bool:
        """Whether the token is one that was made with this key, for this series and generation."""
        return hmac.compare_digest(self.tok, token(mac_key, self.series, self.gen))


def parse(payload: str) -> Presented | None:
    """What a payload holds whose signature is ours; ``None`` for what is no such payload."""
    match = _PAYLOAD.fullmatch(payload)
    if match is None:
        return None
    presented = Presented(raw(match[1]), int(match[2]), raw(match[3]))
    return presented if written(presented) == payload else None


def written(presented: Presented) -> str:
    """The payload that ``parse`` reads."""
    return f"{text(presented.series)}.{presented.gen}.{text(presented.tok)}"


def payload(mac_key: bytes, series: bytes, gen: int) -> str:
    """The payload for one generation of a series."""
    return written(Presented(series, gen, token(mac_key, series, gen)))


def token(mac_key: bytes, series: bytes, gen: int) -> bytes:
    return hmac.digest(mac_key, series + gen.to_bytes(8, "big"), "sha256")[:ID_BYTES]


def key_of(series: bytes) -> str:
    """SHA-256 in hex. A fast hash is enough for 128 random bits."""
    return hashlib.sha256(series).hexdigest()


def text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def raw(encoded: str) -> bytes:
    """What ``text`` has written."""
    return urlsafe_b64decode(f"{encoded}==")
