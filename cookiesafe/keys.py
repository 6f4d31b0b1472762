"""The key ring: one secret, a key of its own for each use, and retired secrets that still verify and open.

itsdangerous signs; the keys are derived once, when the ring is made. A token is its payload, a dot, and the
unpadded base64url of an HMAC-SHA256 (RFC 2104): ``payload.signature``.
"""

from __future__ import annotations

import hashlib
import hmac
from binascii import b2a_base64
from collections.abc import Callable, Sequence
from typing import Final, Literal, TypeAlias

import itsdangerous
from itsdangerous.encoding import want_bytes

from .errors import BadToken, WeakKey
from .events import SETTING, say
from .sealing import Sealer

Key: TypeAlias = str | bytes
KeySource: TypeAlias = Callable[[], Sequence[Key]]
"""Gives all keys, the newest first. It is asked by each request: the very same object says that nothing has changed."""

MIN_KEY_BYTES = 32
MOST_KEYS: Final = 32
"""Of one source: a token that none has signed is tried with each."""
_MAKE_ONE = "Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
_SIGNATURE_LENGTH = 43
_FEWEST_KINDS = 10
_WORDS = (b"secret", b"change", b"insecure", b"password", b"example", b"key ", b" key", b"qwerty")
_BLOCK_BYTES, _INNER, _OUTER = 64, 0x36, 0x5C
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class KeyRing:
    """``secret_key`` signs and seals, it and every one of ``fallback_keys`` verify and open.

    A key under 32 bytes raises ``WeakKey``. With ``short="log"``, for who takes the place of something that accepts
    one, it is logged instead, once for the ring; an empty key raises all the same.
    """

    def __init__(
        self,
        secret_key: str | bytes,
        fallback_keys: Sequence[str | bytes] = (),
        *,
        short: Literal["refuse", "log"] = "refuse",
    ) -> None:
        self._secrets = key_list(secret_key, fallback_keys)
        shortest = min(map(len, self._secrets))
        if shortest < MIN_KEY_BYTES:
            if short == "refuse":
                raise WeakKey(_too_short(shortest), fix=_MAKE_ONE)
            say(
                SETTING,
                "%s; it is taken, since what this replaces takes it. %s",
                _too_short(shortest),
                _MAKE_ONE,
                code="CS505",
                about="secret_key",
            )

    def __repr__(self) -> str:
        return f"<KeyRing of {len(self._secrets)}>"

    def __len__(self) -> int:
        return len(self._secrets)

    @property
    def guessable(self) -> bool:
        """Whether one of the keys looks as if somebody had thought it up: it is long enough, and may be guessed."""
        return any(map(_is_thought_up, self._secrets))

    def signer(self, use: str, cookie: str) -> Signer:
        """What signs one cookie for one use; neither another name nor another use accepts its tokens."""
        return Signer(self._secrets, _salt("cookiesafe.v1", use, cookie))

    def sealer(self, use: str, cookie: str) -> Sealer:
        """What seals one cookie for one use; it shares no key with a signer, and none with other names and uses."""
        return Sealer(self._secrets, _salt("cookiesafe.seal.v1", use, cookie))


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
    """Begins each key's two hashes once (RFC 2104, section 4): of a short message they are most of the work."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._begun = {key: (_begun(key, _INNER), _begun(key, _OUTER)) for key in keys}

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        begun_inner, begun_outer = self._begun[key]
        inner, outer = begun_inner.copy(), begun_outer.copy()
        inner.update(value)
        outer.update(inner.digest())
        return outer.digest()


def _begun(key: bytes, pad: int) -> hashlib._Hash:
    return hashlib.sha256(bytes(byte ^ pad for byte in key.ljust(_BLOCK_BYTES, b"\0")))


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


def key_bytes(key: str | bytes) -> bytes:
    """The bytes of a key. Raises ``WeakKey`` where there are none."""
    if not isinstance(key, (str, bytes)):
        raise WeakKey(
            f"a key is {type(key).__name__}, not str or bytes",
            fix=f"Is the environment variable it comes from set? {_MAKE_ONE}",
        )
    if not key:
        raise WeakKey(_too_short(0), fix=_MAKE_ONE)
    return want_bytes(key)


def key_list(newest: str | bytes, fallback_keys: Sequence[str | bytes]) -> list[bytes]:
    """The bytes of all keys, the newest last. Raises ``WeakKey`` as ``key_bytes`` does."""
    if isinstance(fallback_keys, (str, bytes)):
        raise WeakKey("fallback_keys is one string", fix="Give a list of keys.")
    return [key_bytes(key) for key in [*reversed(fallback_keys), newest]]


def _is_thought_up(secret: bytes) -> bool:
    """Of 32 random bytes, written as hex or base64, hardly any has fewer than 10 kinds of characters, or a word in it."""
    lower = secret.lower()
    return len(set(secret)) < _FEWEST_KINDS or any(word in lower for word in _WORDS)


def _too_short(size: int) -> str:
    return f"a key has {size} bytes, and signing needs {MIN_KEY_BYTES}"


def _salt(form: str, use: str, cookie: str) -> bytes:
    """Lengths stand before the parts, so no two pairs run together into one salt."""
    return f"{form}:{len(use)}:{use}:{len(cookie)}:{cookie}".encode()
