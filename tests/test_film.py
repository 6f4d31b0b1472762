"""The README's film and the docs' pictures are there, small, linked, and of the story that the demo tells today."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo_app.guide.steps import STEPS
from tests.support.film import DOCS, FILM, INDEX, PICTURES, SHOTS, index

ROOT = DOCS.parent
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
STORYBOARD = (ROOT / "tests/browser/test_storyboard.py").read_text(encoding="utf-8")
NAMES = [name for shot in SHOTS.values() for name in shot.pictures]
MAKE_ANEW = "python -m tests.browser.film makes the film anew"
ANIMATED = 2
"""The bit in VP8X (RFC 9649, section 2.7.1)."""

_IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")


def chunks(file: Path) -> Iterator[tuple[bytes, bytes]]:
    """Those of a WebP file (RFC 9649, section 2.3)."""
    data = file.read_bytes()
    assert (data[:4], data[8:12]) == (b"RIFF", b"WEBP"), file
    assert int.from_bytes(data[4:8], "little") == len(data) - 8, file
    at = 12
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def images() -> list[tuple[Path, str]]:
    """All that the pages show, with what is read out in their place."""
    found = [(page, *each) for page in PAGES for each in _IMAGE.findall(page.read_text("utf-8"))]
    return [((page.parent / path).resolve(), alt) for page, alt, path in found]


def test_the_film_is_a_short_animation_of_all_shots_that_ends_by_itself() -> None:
    parts = list(chunks(FILM))
    frames = [data for name, data in parts if name == b"ANMF"]
    milliseconds = sum(int.from_bytes(data[12:15], "little") for data in frames)

    assert FILM.stat().st_size <= 2_000_000
    assert parts[0][0] == b"VP8X"
    assert parts[0][1][0] & ANIMATED
    assert len(frames) == len(SHOTS) + 1, MAKE_ANEW  # the first again, to rest on
    assert 30_000 <= milliseconds <= 60_000
    assert int.from_bytes(dict(parts)[b"ANIM"][4:6], "little") in (1, 2)


def test_the_pictures_are_those_of_the_shots() -> None:
    assert len(NAMES) == len(set(NAMES))
    assert sorted(each.name for each in PICTURES.iterdir()) == sorted(
        f"{name}.webp" for name in NAMES
    ), MAKE_ANEW


@pytest.mark.parametrize("name", NAMES)
def test_each_picture_is_still_and_small_and_on_a_page_of_the_docs(name: str) -> None:
    file = PICTURES / f"{name}.webp"
    kinds = {kind for kind, _ in chunks(file)}

    assert kinds & {b"VP8 ", b"VP8L"}
    assert b"ANIM" not in kinds
    assert file.stat().st_size <= 150_000
    assert file in {image for image, _ in images()}


def test_the_readme_shows_the_film() -> None:
    assert "](docs/film.webp)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_image_says_what_is_in_it() -> None:
    for image, alt in images():
        assert len(alt.split()) >= 5, (image, alt)


def test_the_film_was_made_of_the_shots_as_they_are() -> None:
    assert json.loads(INDEX.read_text(encoding="utf-8")) == index(), MAKE_ANEW


def test_the_film_has_every_step_of_the_guide_and_no_other() -> None:
    assert {shot.step for shot in SHOTS.values()} == {step.title for step in STEPS}


def test_the_storyboard_comes_to_every_shot_in_its_order() -> None:
    """Its own run in a browser asserts the same of what it did."""
    assert re.findall(r'\.shot\(\s*"([^"]+)"', STORYBOARD) == list(SHOTS)
    assert set(re.findall(r'\.step\("([^"]+)"', STORYBOARD)) <= {s.step for s in SHOTS.values()}
