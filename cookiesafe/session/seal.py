"""Sessions that nobody but us can read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..errors import BadToken
from ..sealing import Sealer

_NONCE_BYTES: Final = 12


class Sealing:
    """Seals payloads; the letter that each begins with stays to be seen, and is checked when it is opened."""

    def __init__(self, sealer: Sealer, entropy: Callable[[int], bytes]) -> None:
        self._sealer = sealer
        self._entropy = entropy

    def sign(self, payload: str) -> str:
        sealed = self._sealer.seal(payload.encode(), self._entropy(_NONCE_BYTES))
        return f"{payload[:1]}.{sealed}"

    def verify(self, token: str) -> str:
        kind, _, sealed = token.partition(".")
        payload = self._sealer.open(sealed).decode()
        if payload[:1] != kind:
            raise BadToken("the token says to be another")
        return payload
