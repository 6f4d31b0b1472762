"""The key ring: one secret, a key of its own for each use, and retired secrets that still verify.

itsdangerous signs; the keys are derived once, when the ring is made. A token is its payload, a dot, and the
unpadded base64url of an HMAC-SHA256 (RFC 2104): ``payload.signature``.
"""

from __future__ import annotations

import hashlib
import hmac
from binascii import b2a_base64
from collections.abc import Sequence

import itsdangerous
from itsdangerous.encoding import want_bytes

from .errors import BadToken, WeakKey

MIN_KEY_BYTES = 32
_MAKE_ONE = "Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
_SIGNATURE_LENGTH = 43
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class KeyRing:
    """``secret_key`` signs, it and every one of ``fallback_keys`` verify. Raises ``WeakKey`` under 32 bytes."""

    def __init__(self, secret_key: str | bytes, fallback_keys: Sequence[str | bytes] = ()) -> None:
        if isinstance(fallback_keys, (str, bytes)):
            raise WeakKey("fallback_keys is one string", fix="Give a list of keys.")
        newest_last = [*reversed(fallback_keys), secret_key]
        self._secrets = [_strong(key) for key in newest_last]

    def __repr__(self) -> str:
        return f"<KeyRing of {len(self._secrets)}>"

    def signer(self, use: str, cookie: str) -> Signer:
        """What signs one cookie for one use; neither another name nor another use accepts its tokens."""
        return Signer(self._secrets, _salt(use, cookie))


class Signer:
    """Signs ASCII text and verifies it, for one use and one cookie name."""

    def __init__(self, secrets: Sequence[bytes], salt: bytes) -> None:
        deriving = itsdangerous.Signer(
            secrets[-1], salt, key_derivation="hmac", digest_method=hashlib.sha256
        )
        keys = [deriving.derive_key(secret) for secret in secrets]
        self._signer = _StrictSigner(keys, key_derivation="none", algorithm=_HmacSha256(keys))

    def sign(self, payload: str) -> str:
        return self._signer.sign(payload).decode("ascii")

    def verify(self, token: str) -> str:
        """The payload that was signed. Raises ``BadToken`` for anything that was not, byte for byte."""
        try:
            return self._signer.unsign(token).decode("ascii")
        except (itsdangerous.BadSignature, UnicodeError):
            raise BadToken("the token is not one of ours") from None


class _HmacSha256(itsdangerous.signer.SigningAlgorithm):
    """Keeps the key schedules: of a short message they are most of the work."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._begun = {key: hmac.new(key, digestmod="sha256") for key in keys}

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        mac = self._begun[key].copy()
        mac.update(value)
        return mac.digest()


class _StrictSigner(itsdangerous.Signer):
    """Compares signatures as they are written: base64 has several spellings of the same bytes."""

    def get_signature(self, value: str | bytes) -> bytes:
        return _written(self.algorithm.get_signature(self.secret_keys[-1], want_bytes(value)))

    def verify_signature(self, value: str | bytes, sig: str | bytes) -> bool:
        written, value = want_bytes(sig), want_bytes(value)
        for key in reversed(self.secret_keys):
            if hmac.compare_digest(written, _written(self.algorithm.get_signature(key, value))):
                return True
        return False


def _written(signature: bytes) -> bytes:
    """As ``itsdangerous.encoding.base64_encode`` has it, for 32 bytes, in a third of the time."""
    return b2a_base64(signature, newline=False).translate(_URL_SAFE)[:_SIGNATURE_LENGTH]


def _strong(key: str | bytes) -> bytes:
    if not isinstance(key, (str, bytes)):
        raise WeakKey(
            f"a key is {type(key).__name__}, not str or bytes",
            fix=f"Is the environment variable it comes from set? {_MAKE_ONE}",
        )
    raw = want_bytes(key)
    if len(raw) < MIN_KEY_BYTES:
        raise WeakKey(
            f"a key has {len(raw)} bytes, and signing needs {MIN_KEY_BYTES}",
            fix=_MAKE_ONE,
        )
    return raw


def _salt(use: str, cookie: str) -> bytes:
    """Lengths stand before the parts, so no two pairs run together into one salt."""
    return f"cookiesafe.v1:{len(use)}:{use}:{len(cookie)}:{cookie}".encode()
