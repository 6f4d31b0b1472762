"""The Merkle tree over the sealed records (RFC 9162, section 2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from ..errors import BadProof

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf: SHA-256 of 0x00 and the entry."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 of 0x01 and both children."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """A tree that grows at its right edge, of which only the roots of its full parts are kept, log2(size) of them."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, hashed: bytes, height: int = 0) -> None:
        """Put the root of a full part of ``2 ** height`` leaves behind the others; without a height, one leaf.

        The size so far is to be a multiple of that: a full part begins nowhere else.
        """
        if self.size & ((1 << height) - 1):
            raise ValueError(f"no part of 2**{height} leaves begins at {self.size}")
        carry = self.size >> height
        while carry & 1:
            hashed = node_hash(self._peaks.pop(), hashed)
            carry >>= 1
        self._peaks.append(hashed)
        self.size += 1 << height

    def root(self) -> bytes:
        """That of the tree as it is now."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Whether a leaf's hash stands at ``index``, from 0, in the tree of ``size`` leaves with that root.

    Raises ``BadProof`` if not (RFC 9162, section 2.1.3.2).
    """
    if not 0 <= index < size:
        raise BadProof(f"there is no index {index} in a log of {size} records")
    _check_hashes(leaf, root, *proof)
    node, last, reached = index, size - 1, leaf
    for hashed in proof:
        if not last:
            raise BadProof("the proof has more hashes than the tree has levels")
        if node & 1 or node == last:
            reached = node_hash(hashed, reached)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            reached = node_hash(reached, hashed)
        node, last = node >> 1, last >> 1
    if last:
        raise BadProof("the proof has fewer hashes than the tree has levels")
    if reached != root:
        raise BadProof("the proof leads to another root")


def verify_consistency(
    first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes
) -> None:
    """Whether a tree of ``first`` leaves is the beginning of that of ``second``, by their roots.

    Raises ``BadProof`` if not (RFC 9162, section 2.1.4.2). Of a tree without leaves nothing can be proved: that is one
    too.
    """
    if not 0 < first <= second:
        raise BadProof(f"nothing shows that a log of {first} records became one of {second}")
    _check_hashes(*proof)
    if first == second:
        if proof:
            raise BadProof("there are hashes between a log and itself")
        if first_root != second_root:
            raise BadProof("two logs of one size have different roots")
        return
    path = list(proof) if first & (first - 1) else [first_root, *proof]
    if len(path) < (1 if first & (first - 1) else 2):
        raise BadProof("the proof has no hashes")
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for hashed in path[1:]:
        if not last:
            raise BadProof("the proof has more hashes than the tree has levels")
        if node & 1 or node == last:
            old, new = node_hash(hashed, old), node_hash(hashed, new)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, hashed)
        node, last = node >> 1, last >> 1
    if last:
        raise BadProof("the proof has fewer hashes than the tree has levels")
    if old != first_root:
        raise BadProof("the proof leads to another root of the smaller log")
    if new != second_root:
        raise BadProof("the proof leads to another root of the larger log")


def _check_hashes(*hashes: bytes) -> None:
    if any(len(each) != HASH_BYTES for each in hashes):
        raise BadProof(f"a hash has not {HASH_BYTES} bytes")
