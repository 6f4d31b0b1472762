"""The tree as RFC 9162, section 2.1, defines it, by recursion: slow, and plain enough to be believed."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def leaves_of(size: int) -> list[bytes]:
    """The hashes of so many different leaves."""
    return [sha256(b"\0" + b"leaf %d" % number).digest() for number in range(size)]


def root_of(leaves: Sequence[bytes]) -> bytes:
    """MTH(D)."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\1" + root_of(leaves[:k]) + root_of(leaves[k:])).digest()


def path_of(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D): the inclusion proof."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*path_of(index, leaves[:k]), root_of(leaves[k:])]
    return [*path_of(index - k, leaves[k:]), root_of(leaves[:k])]


def proof_of(first: int, leaves: Sequence[bytes], *, known: bool = True) -> list[bytes]:
    """SUBPROOF(m, D, b): the consistency proof."""
    if first == len(leaves):
        return [] if known else [root_of(leaves)]
    k = split(len(leaves))
    if first <= k:
        return [*proof_of(first, leaves[:k], known=known), root_of(leaves[k:])]
    return [*proof_of(first - k, leaves[k:], known=False), root_of(leaves[:k])]


def split(size: int) -> int:
    """The largest power of 2 below the size."""
    k = 1
    while 2 * k < size:
        k *= 2
    return k
