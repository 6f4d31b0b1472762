"""The Merkle tree: its hashes, and proofs that hold and that do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.errors import BadProof
from cookiesafe.ledger.tree import (
    EMPTY_ROOT,
    Frontier,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.support.merkle import leaves_of, path_of, proof_of, root_of

SIZES = st.integers(1, 300)


@dataclass(frozen=True)
class Inclusion:
    leaf: bytes
    index: int
    size: int
    proof: tuple[bytes, ...]
    root: bytes

    def verify(self) -> None:
        verify_inclusion(self.leaf, self.index, self.size, self.proof, self.root)


@dataclass(frozen=True)
class Consistency:
    first: int
    second: int
    proof: tuple[bytes, ...]
    first_root: bytes
    second_root: bytes

    def verify(self) -> None:
        verify_consistency(self.first, self.second, self.proof, self.first_root, self.second_root)


def inclusion(index: int, size: int) -> Inclusion:
    leaves = leaves_of(size)
    return Inclusion(leaves[index], index, size, tuple(path_of(index, leaves)), root_of(leaves))


def consistency(first: int, second: int) -> Consistency:
    leaves = leaves_of(second)
    proof = tuple(proof_of(first, leaves))
    return Consistency(first, second, proof, root_of(leaves[:first]), root_of(leaves))


INCLUSIONS = {
    f"{index} of {size}": inclusion(index, size)
    for index, size in [(0, 1), (0, 2), (1, 2), (0, 8), (5, 8), (2, 3), (1, 5), (4, 5), (6, 7)]
}
CONSISTENCIES = {
    f"{first} to {second}": consistency(first, second)
    for first, second in [(1, 1), (8, 8), (1, 8), (6, 8), (2, 5), (4, 8), (7, 8), (3, 7), (1, 2)]
}
OTHER = sha256(b"another").digest()


def flipped(hashed: bytes) -> bytes:
    return bytes([hashed[0] ^ 1]) + hashed[1:]


WRONG_INCLUSIONS: dict[str, Callable[[Inclusion], Inclusion]] = {
    "index below 0": lambda case: replace(case, index=-1),
    "index one higher": lambda case: replace(case, index=case.index + 1),
    "index one lower": lambda case: replace(case, index=case.index - 1),
    "index of the end": lambda case: replace(case, index=case.size),
    "index beyond the end": lambda case: replace(case, index=case.index + case.size),
    "index with a high bit": lambda case: replace(case, index=case.index + (1 << 62)),
    "size 0": lambda case: replace(case, size=0),
    "size below 0": lambda case: replace(case, size=-case.size),
    "size twice": lambda case: replace(case, size=2 * case.size),
    "size of 2**63": lambda case: replace(case, size=1 << 63),
    "another leaf": lambda case: replace(case, leaf=OTHER),
    "no leaf": lambda case: replace(case, leaf=b""),
    "root as leaf": lambda case: replace(case, leaf=node_hash(case.root, case.leaf)),
    "another root": lambda case: replace(case, root=OTHER),
    "no root": lambda case: replace(case, root=b""),
    "neither leaf nor root": lambda case: replace(case, leaf=b"", root=b"", proof=()),
    "the empty tree's root": lambda case: replace(case, root=EMPTY_ROOT),
    "a hash behind": lambda case: replace(case, proof=(*case.proof, OTHER)),
    "a hash in front": lambda case: replace(case, proof=(OTHER, *case.proof)),
    "the root behind": lambda case: replace(case, proof=(*case.proof, case.root)),
    "the root in front": lambda case: replace(case, proof=(case.root, *case.proof)),
    "no hash behind": lambda case: replace(case, proof=(*case.proof, b"")),
    "the last missing": lambda case: replace(case, proof=case.proof[:-1]),
    "the first missing": lambda case: replace(case, proof=case.proof[1:]),
    "the first twice": lambda case: replace(case, proof=(*case.proof[:1], *case.proof)),
    "turned round": lambda case: replace(case, proof=case.proof[::-1]),
    "a bit of the first": lambda case: replace(
        case, proof=(*map(flipped, case.proof[:1]), *case.proof[1:])
    ),
    "a bit of the last": lambda case: replace(
        case, proof=(*case.proof[:-1], *map(flipped, case.proof[-1:]))
    ),
    "a hash cut off": lambda case: replace(
        case, proof=(*case.proof[:-1], *(each[:-1] for each in case.proof[-1:]))
    ),
}
WRONG_CONSISTENCIES: dict[str, Callable[[Consistency], Consistency]] = {
    "size1 is 0": lambda case: replace(case, first=0),
    "size1 is 0, of an empty tree": lambda case: replace(case, first=0, first_root=EMPTY_ROOT),
    "size1 is 0, without a proof": lambda case: replace(
        case, first=0, first_root=EMPTY_ROOT, proof=()
    ),
    "both sizes 0": lambda case: replace(
        case, first=0, second=0, first_root=EMPTY_ROOT, second_root=EMPTY_ROOT, proof=()
    ),
    "size1 below 0": lambda case: replace(case, first=-1),
    "size1 above size2": lambda case: replace(case, first=case.second + 1),
    "size1 one lower": lambda case: replace(case, first=case.first - 1),
    "size2 twice": lambda case: replace(case, second=2 * case.second),
    "size2 is 0": lambda case: replace(case, second=0),
    "roots swapped": lambda case: replace(
        case, first_root=case.second_root, second_root=case.first_root
    ),
    "another root of the first": lambda case: replace(case, first_root=OTHER),
    "another root of the second": lambda case: replace(case, second_root=OTHER),
    "no roots": lambda case: replace(case, first_root=b"", second_root=b"x"),
    "a hash behind": lambda case: replace(case, proof=(*case.proof, OTHER)),
    "a hash in front": lambda case: replace(case, proof=(OTHER, *case.proof)),
    "the first root in front": lambda case: replace(case, proof=(case.first_root, *case.proof)),
    "the second root behind": lambda case: replace(case, proof=(*case.proof, case.second_root)),
    "no hash behind": lambda case: replace(case, proof=(*case.proof, b"")),
    "no hashes": lambda case: replace(case, proof=()),
    "the last missing": lambda case: replace(case, proof=case.proof[:-1]),
    "the first missing": lambda case: replace(case, proof=case.proof[1:]),
    "the first twice": lambda case: replace(case, proof=(*case.proof[:1], *case.proof)),
    "turned round": lambda case: replace(case, proof=case.proof[::-1]),
    "a bit of the first": lambda case: replace(
        case, proof=(*map(flipped, case.proof[:1]), *case.proof[1:])
    ),
    "a bit of the last": lambda case: replace(
        case, proof=(*case.proof[:-1], *map(flipped, case.proof[-1:]))
    ),
    "a hash too long": lambda case: replace(
        case, proof=(*case.proof[:-1], *(each + b"\0" for each in case.proof[-1:]))
    ),
}
WRONG = [
    *(
        pytest.param(wrong, id=f"inclusion {name}: {how}")
        for name, included in INCLUSIONS.items()
        for how, change in WRONG_INCLUSIONS.items()
        if (wrong := change(included)) != included
    ),
    *(
        pytest.param(false, id=f"consistency {name}: {how}")
        for name, consistent in CONSISTENCIES.items()
        for how, alter in WRONG_CONSISTENCIES.items()
        if (false := alter(consistent)) != consistent
    ),
]


@pytest.mark.law("P-01")
def test_the_tree_without_leaves_and_an_empty_leaf_have_the_hashes_everybody_knows() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    leaf = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"

    assert EMPTY_ROOT.hex() == Frontier().root().hex() == empty
    assert leaf_hash(b"").hex() == leaf


@pytest.mark.law("P-02")
@pytest.mark.parametrize("case", INCLUSIONS.values(), ids=INCLUSIONS)
def test_a_leaf_is_in_the_tree(case: Inclusion) -> None:
    case.verify()


@pytest.mark.law("P-02")
@pytest.mark.parametrize("case", CONSISTENCIES.values(), ids=CONSISTENCIES)
def test_a_tree_is_the_beginning_of_another(case: Consistency) -> None:
    case.verify()


@pytest.mark.law("P-02")
@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_refused(case: Inclusion | Consistency) -> None:
    with pytest.raises(BadProof):
        case.verify()


def test_many_wrong_proofs_are_tried() -> None:
    assert len(WRONG) > 400


def test_what_was_wrong_is_said() -> None:
    with pytest.raises(BadProof, match="more hashes than the tree has levels"):
        replace(inclusion(5, 8), proof=(*inclusion(5, 8).proof, OTHER)).verify()
    with pytest.raises(BadProof, match="there is no index 8 in a log of 8 records"):
        replace(inclusion(5, 8), index=8).verify()
    with pytest.raises(BadProof, match="another root of the smaller log"):
        replace(consistency(3, 7), first_root=OTHER).verify()
    with pytest.raises(BadProof, match="a log of 0 records became one of 7"):
        replace(consistency(3, 7), first=0).verify()


@settings(deadline=None, max_examples=60)
@given(SIZES.flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size))))
def test_every_leaf_of_every_tree_can_be_shown(place: tuple[int, int]) -> None:
    inclusion(*place).verify()


@settings(deadline=None, max_examples=60)
@given(SIZES.flatmap(lambda size: st.tuples(st.integers(1, size), st.just(size))))
def test_every_tree_is_the_beginning_of_every_larger_one(sizes: tuple[int, int]) -> None:
    consistency(*sizes).verify()


def test_the_frontier_has_the_root_at_every_size() -> None:
    leaves, edge = leaves_of(70), Frontier()
    for size, leaf in enumerate(leaves, 1):
        edge.add(leaf)
        assert edge.root() == root_of(leaves[:size])


def test_the_frontier_takes_full_parts_where_they_can_begin() -> None:
    leaves, edge = leaves_of(13), Frontier()
    edge.add(root_of(leaves[:8]), 3)
    edge.add(root_of(leaves[8:12]), 2)
    edge.add(leaves[12])

    assert edge.root() == root_of(leaves)
    with pytest.raises(ValueError, match="begins at 13"):
        edge.add(OTHER, 1)
