"""Tiles: what they hold, which a proof needs, and that proofs from them are those of the tree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.errors import DamagedLog
from cookiesafe.ledger import Tile
from cookiesafe.ledger.tiles import (
    TILE_BYTES,
    consistency_ranges,
    extend,
    fold,
    frontier,
    hashes_of,
    inclusion_ranges,
    tiles_at_edge,
    tiles_of,
)
from cookiesafe.ledger.tree import verify_consistency, verify_inclusion
from tests.support.merkle import leaves_of, path_of, proof_of, root_of

MOST = 1_300
LEAVES = leaves_of(MOST)
BIG = 70_000
BIG_LEAVES = leaves_of(BIG)
BIG_TILES = extend(0, {}, BIG_LEAVES)
SIZES = st.integers(0, MOST) | st.sampled_from([255, 256, 257, 511, 512, 513, 1024])
TWO_SIZES = st.tuples(SIZES, SIZES).map(sorted).map(tuple)


@pytest.mark.law("P-01")
@settings(deadline=None, max_examples=60)
@given(SIZES)
def test_the_root_from_tiles_is_that_of_the_tree(size: int) -> None:
    tiles = extend(0, {}, LEAVES[:size])
    needed = {tile: tiles[tile] for tile in tiles_at_edge(size)}

    assert frontier(size, needed).root() == root_of(LEAVES[:size])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 400), max_size=6))
def test_it_does_not_matter_in_how_many_steps_a_log_grew(steps: list[int]) -> None:
    size, tiles = 0, dict[Tile, bytes]()
    for step in steps:
        step = min(step, MOST - size)
        needed = {tile: tiles[tile] for tile in tiles_at_edge(size)}
        tiles |= extend(size, needed, LEAVES[size : size + step])
        size += step

    assert tiles == extend(0, {}, LEAVES[:size])


@settings(deadline=None, max_examples=60)
@given(TWO_SIZES)
def test_tiles_that_have_grown_are_those_of_a_smaller_log_too(sizes: tuple[int, int]) -> None:
    small, large = sizes
    grown = extend(0, {}, LEAVES[:large])

    assert frontier(small, grown).root() == root_of(LEAVES[:small])
    assert extend(small, grown, LEAVES[small:large]) == {
        tile: data
        for tile, data in grown.items()
        if data != extend(0, {}, LEAVES[:small]).get(tile)
    }


@settings(deadline=None, max_examples=100)
@given(st.integers(1, MOST).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_an_inclusion_proof_from_tiles_is_that_of_the_tree(place: tuple[int, int]) -> None:
    index, size = place
    ranges = inclusion_ranges(index, size)
    every = extend(0, {}, LEAVES)
    proof = hashes_of(ranges, {tile: every[tile] for tile in tiles_of(ranges)})

    assert proof == path_of(index, LEAVES[:size])


@settings(deadline=None, max_examples=100)
@given(st.integers(2, MOST).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n))))
def test_a_consistency_proof_from_tiles_is_that_of_the_tree(sizes: tuple[int, int]) -> None:
    first, second = sizes
    ranges = consistency_ranges(first, second)
    every = extend(0, {}, LEAVES)
    proof = hashes_of(ranges, {tile: every[tile] for tile in tiles_of(ranges)})

    assert proof == proof_of(first, LEAVES[:second])


@settings(deadline=None, max_examples=40)
@given(st.integers(1, BIG - 1), st.data())
def test_proofs_from_three_levels_of_tiles_hold(first: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, BIG - 1))
    small, large = (frontier(size, BIG_TILES).root() for size in (first, BIG))
    included = hashes_of(inclusion_ranges(index, BIG), BIG_TILES)
    consistent = hashes_of(consistency_ranges(first, BIG), BIG_TILES)

    verify_inclusion(BIG_LEAVES[index], index, BIG, included, large)
    verify_consistency(first, BIG, consistent, small, large)


def test_tiles_have_256_hashes_and_those_above_the_hashes_of_full_ones() -> None:
    tiles = extend(0, {}, LEAVES[:600])

    assert {tile: len(data) // 32 for tile, data in tiles.items()} == {
        Tile(0, 0): 256,
        Tile(0, 1): 256,
        Tile(0, 2): 88,
        Tile(1, 0): 2,
    }
    assert tiles[Tile(0, 1)] == b"".join(LEAVES[256:512])
    assert tiles[Tile(1, 0)] == root_of(LEAVES[:256]) + root_of(LEAVES[256:512])


def test_a_full_tile_begins_no_other() -> None:
    assert tiles_at_edge(0) == []
    assert tiles_at_edge(256) == [Tile(1, 0)]
    assert tiles_at_edge(65_536) == [Tile(2, 0)]
    assert tiles_at_edge(65_536 + 257) == [Tile(0, 257), Tile(1, 1), Tile(2, 0)]


def test_a_proof_from_a_million_needs_six_tiles_at_most() -> None:
    size = 999_999
    places = [0, 255, 256, 65_535, 65_536, 500_000, size - 256, size - 1]

    assert max(len(tiles_of(inclusion_ranges(index, size))) for index in places) <= 6
    assert max(len(inclusion_ranges(index, size)) for index in places) == 20


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda tiles: tiles.pop(Tile(1, 0)), id="it is not there"),
        pytest.param(lambda tiles: tiles.update({Tile(1, 0): b""}), id="it is empty"),
        pytest.param(
            lambda tiles: tiles.update({Tile(1, 0): tiles[Tile(1, 0)][:-1]}), id="it is cut off"
        ),
    ],
)
def test_a_tile_that_is_damaged_is_named(change: object) -> None:
    tiles = extend(0, {}, LEAVES[:600])
    assert callable(change)
    change(tiles)

    with pytest.raises(DamagedLog, match="tile 1/0 has not its 2 hashes"):
        frontier(600, tiles)


def test_folding_is_the_root_of_a_full_tile() -> None:
    whole = b"".join(LEAVES[:256])

    assert len(whole) == TILE_BYTES
    assert fold(whole) == root_of(LEAVES[:256])
