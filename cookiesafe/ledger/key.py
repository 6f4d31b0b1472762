"""The keys of the ledger: Ed25519 (RFC 8032), as C2SP signed-note has them.

They are the ledger's own, and derived from no other: what was signed must be verifiable when every other key was
changed.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from hashlib import sha256
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ..errors import BadNote, WeakKey
from . import letters

KEY_BYTES = 32
_ED25519 = b"\x01"
_MOST_NAME = 255
_BASE64 = re.compile(r"[A-Za-z0-9_+/-]{43}=?")
_STANDARD = str.maketrans("-_", "+/")
_MAKE_ONE = "Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'"


class LedgerKey:
    """What seals the ledger, from 32 bytes, or from their base64 in either alphabet, with its padding or without.

    Raises ``WeakKey`` on anything else.
    """

    def __init__(self, key: str | bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(_secret(key))

    def __repr__(self) -> str:
        return "<LedgerKey>"

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self._private.public_key().public_bytes_raw()

    def named(self, name: str) -> PublicKey:
        """The public key under the name of a log, its origin. Raises ``BadNote`` for what cannot be a name."""
        check_name(name)
        return PublicKey(name, self.public)

    def sign(self, text: bytes) -> bytes:
        """The signature, 64 bytes."""
        return self._private.sign(text)


class PublicKey(NamedTuple):
    """Who has signed a note: ``key``, 32 bytes, and the ``name`` it signs under. As text it is a C2SP vkey."""

    name: str
    key: bytes

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{letters.written(_ED25519 + self.key)}"

    @property
    def id(self) -> bytes:
        """The four bytes that a signature names its key by."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.key).digest()[:4]

    @classmethod
    def parse(cls, vkey: object) -> PublicKey:
        """The key that was written as ``name+id+key``. Raises ``BadNote`` on anything else, another kind of key too."""
        if not isinstance(vkey, str):
            raise BadNote(f"a public key is {type(vkey).__name__}, not text")
        # The key itself may have a plus in it; a name cannot.
        name, _, rest = vkey.partition("+")
        check_name(name)
        try:
            data = letters.read(rest.partition("+")[2])
        except ValueError:
            raise BadNote("a public key is no base64") from None
        if data[:1] != _ED25519 or len(data) != 1 + KEY_BYTES:
            raise BadNote("a public key is not of Ed25519")
        key = cls(name, data[1:])
        if str(key) != vkey:
            raise BadNote("the id of a public key is that of another")
        return key

    def has_signed(self, signature: bytes, text: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


def check_name(name: str) -> None:
    """Raise ``BadNote`` unless it can name a log and its keys: no space, no plus, nothing that cannot be seen."""
    printable = name.isprintable() and not any(each.isspace() or each == "+" for each in name)
    if not name or not printable or len(name) > _MOST_NAME:
        raise BadNote(
            f"{name[:80]!r} cannot be the name of a log",
            fix=f"A name has up to {_MOST_NAME} characters, no space and no plus, as shop.example/consents.",
        )


def _secret(key: Any) -> bytes:
    if isinstance(key, bytes) and len(key) == KEY_BYTES:
        return key
    if isinstance(key, str) and _BASE64.fullmatch(key):
        return a2b_base64(key.rstrip("=").translate(_STANDARD) + "=")
    if isinstance(key, (str, bytes)):
        what = f"a ledger key is no {KEY_BYTES} bytes, nor their base64"
    else:
        what = f"a ledger key is {type(key).__name__}, not str or bytes"
    raise WeakKey(what, fix=_MAKE_ONE)
