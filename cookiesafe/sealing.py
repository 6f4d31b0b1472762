"""Sealing: what a cookie holds is encrypted, so that the visitor and who reads the disk cannot read it.

A token is the unpadded base64url of ``key id (4 bytes) | nonce (12) | AES-256-GCM ciphertext | tag (16)``
(NIST SP 800-38D). The keys are derived by HKDF-SHA256 (RFC 5869), once, when the sealer is made. A key's id is the
beginning of its SHA-256: of all keys that still open, only the one that sealed is tried.
"""

from __future__ import annotations

import hashlib
from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .errors import BadToken

NONCE_BYTES = 12
_KEY_BYTES = 32
_ID_BYTES = 4
_BEFORE_TEXT = _ID_BYTES + NONCE_BYTES
_STANDARD = bytes.maketrans(b"-_+/=", b"+/!!!")


class Sealer:
    """Seals bytes and opens them, for one use and one cookie name. ``secrets`` has the newest last; it seals."""

    def __init__(self, secrets: Sequence[bytes], salt: bytes) -> None:
        keys = [_derived(secret, salt) for secret in secrets]
        self._ciphers = {_id(key): AESGCM(key) for key in keys}
        self._newest = _id(keys[-1])
        self._salt = salt

    def seal(self, data: bytes, nonce: bytes, *bound: str) -> str:
        """The token of ``data``. ``nonce`` is 12 random bytes, never used twice: good for 2**32 tokens of one key.

        What it is ``bound`` to is not in it: who opens it has to know that.
        """
        if len(nonce) != NONCE_BYTES:
            raise ValueError(f"a nonce has {NONCE_BYTES} bytes, not {len(nonce)}")
        known = self._salt + _parts(bound) if bound else self._salt
        sealed = self._ciphers[self._newest].encrypt(nonce, data, known)
        return _written(self._newest + nonce + sealed).decode("ascii")

    def open(self, token: str, *bound: str) -> bytes:
        """What was sealed, and ``bound`` to the same. Raises ``BadToken`` for anything that was not, byte for byte."""
        try:
            written = token.encode("ascii")
            padding = b"=" * (-len(written) % 4)
            raw = a2b_base64(written.translate(_STANDARD) + padding, strict_mode=True)
            # The last letter has bits to spare, and so several spellings of the same bytes.
            if written.endswith(_written(raw[len(raw) - len(raw) % 3 :])):
                cipher = self._ciphers[raw[:_ID_BYTES]]
                known = self._salt + _parts(bound) if bound else self._salt
                return cipher.decrypt(raw[_ID_BYTES:_BEFORE_TEXT], raw[_BEFORE_TEXT:], known)
        except (InvalidTag, KeyError, ValueError):
            pass
        raise BadToken("the token is not one of ours")


@lru_cache(32)
def _parts(bound: tuple[str, ...]) -> bytes:
    """As it goes on behind a salt: each part behind its length, so that no two run together into one."""
    return "".join(f":{len(part)}:{part}" for part in bound).encode()


def _derived(secret: bytes, salt: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=salt).derive(secret)


def _id(key: bytes) -> bytes:
    return hashlib.sha256(key).digest()[:_ID_BYTES]


def _written(raw: bytes) -> bytes:
    # Two of 64 letters are others: to look for them takes less than to translate all.
    return b2a_base64(raw, newline=False).replace(b"+", b"-").replace(b"/", b"_").rstrip(b"=")
