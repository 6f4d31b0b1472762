"""Bytes as base64 (RFC 4648, section 4), in the one spelling they have."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64


def written(data: bytes) -> str:
    """As base64, padded."""
    return b2a_base64(data, newline=False).decode("ascii")


def read(text: str) -> bytes:
    """The bytes. Raises ``ValueError`` for any text that ``written`` does not write."""
    data = a2b_base64(text.encode("ascii"), strict_mode=True)
    if written(data) != text:
        raise ValueError("base64 has one spelling")
    return data
