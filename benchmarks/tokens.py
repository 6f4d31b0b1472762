"""Cases of tokens: 264 bytes signed and verified, sealed and opened, and what itsdangerous alone does."""

from __future__ import annotations

from collections.abc import Callable

import itsdangerous

from cookiesafe.keys import KeyRing

from .site import KEY, Run

PAYLOAD = "eyJ1c2VyIjogNDcxMSwgIm5h" * 11
DATA = PAYLOAD.encode()
NOW = 1_800_000_000
NONCE = bytes(range(12))
_LIFETIME = 14 * 86_400


def _sign() -> Callable[[], object]:
    sign = KeyRing(KEY).signer("session", "name").sign
    return lambda: sign(f"{PAYLOAD}.{NOW}")


def _verify() -> Callable[[], object]:
    signer = KeyRing(KEY).signer("session", "name")
    token = signer.sign(f"{PAYLOAD}.{NOW}")

    def verify() -> bool:
        _, _, written = signer.verify(token).rpartition(".")
        return int(written) + _LIFETIME > NOW

    return verify


def _seal() -> Callable[[], object]:
    seal = KeyRing(KEY).sealer("session", "name").seal
    return lambda: seal(DATA, NONCE)


def _open() -> Callable[[], object]:
    sealer = KeyRing(KEY).sealer("session", "name")
    token = sealer.seal(DATA, NONCE)
    return lambda: sealer.open(token)


def _timestamp_sign() -> Callable[[], object]:
    signer = itsdangerous.TimestampSigner(KEY)
    return lambda: signer.sign(PAYLOAD)


def _timestamp_verify() -> Callable[[], object]:
    signer = itsdangerous.TimestampSigner(KEY)
    token = signer.sign(PAYLOAD)
    return lambda: signer.unsign(token, max_age=_LIFETIME)


_WORKERS: dict[str, Callable[[], Callable[[], object]]] = {
    "nothing": lambda: lambda: None,
    "sign": _sign,
    "verify": _verify,
    "seal": _seal,
    "open": _open,
    "timestamp-sign": _timestamp_sign,
    "timestamp-verify": _timestamp_verify,
}


def token(how: str) -> Run:
    work = _WORKERS[how]()

    def run(n: int) -> None:
        for _ in range(n):
            work()

    return run
