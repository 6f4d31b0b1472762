"""Contrast as WCAG 2.2 has it, and the nearest colour that has enough of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.notice.colour import Colour, contrast, nearest

BLACK, WHITE = Colour(0, 0, 0), Colour(255, 255, 255)
colours = st.builds(Colour, *[st.integers(0, 255)] * 3)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000", "#fff", 21),
        ("#fff", "#ffffff", 1),
        ("#777", "#fff", 4.478),
        ("#767676", "#fff", 4.542),
        ("#0000ff", "#ffffff", 8.592),
        ("#ff0000", "#ffffff", 3.998),
        ("#00ff00", "#000000", 15.304),
        ("#595959", "#ffffff", 7.005),
    ],
)
def test_contrast_is_that_of_the_standard(one: str, other: str, ratio: float) -> None:
    """The ratios are those that other checkers give."""
    pair = Colour.parse(one), Colour.parse(other)

    assert contrast(*pair) == pytest.approx(ratio, abs=0.001)
    assert contrast(*reversed(pair)) == contrast(*pair)


@pytest.mark.parametrize(
    "text",
    ["", "#", "fff", "#ff", "#ffff", "#ffffffff", "#fffffg", "#fff;", "#fff\n", "red", "#١٢٣"],
)
def test_what_is_no_opaque_colour_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="no colour"):
        Colour.parse(text)


def test_a_colour_is_written_as_it_is_read() -> None:
    assert str(Colour.parse("#A1b")) == "#aa11bb"
    assert str(Colour.parse("#0a0B0c")) == "#0a0b0c"


@settings(max_examples=60, deadline=None)
@given(colours, colours, st.sampled_from([3.0, 4.5]))
def test_the_nearest_has_enough_and_leaves_what_has_it(
    colour: Colour, ground: Colour, ratio: float
) -> None:
    found = nearest(colour, ground, ratio)

    assert contrast(found, ground) >= ratio
    if contrast(colour, ground) >= ratio:
        assert max(abs(a - b) for a, b in zip(found, colour, strict=True)) <= 1


@pytest.mark.parametrize("text", ["#ffcc00", "#78aeed", "#ff6b6b", "#57e389"])
def test_the_nearest_has_the_same_hue_and_is_barely_enough(text: str) -> None:
    colour = Colour.parse(text)
    found = nearest(colour, WHITE, 4.5)

    assert contrast(found, WHITE) < 4.65
    assert sorted(range(3), key=colour.__getitem__) == sorted(range(3), key=found.__getitem__)
    assert len(set(found)) > 1


def test_what_no_colour_has_is_said() -> None:
    with pytest.raises(ValueError, match="22"):
        nearest(BLACK, WHITE, 22)
