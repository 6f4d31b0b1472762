"""``python -m tests.browser.film``: makes the README's film and the docs' pictures, as the storyboard's test goes by.

Nothing is written unless the test passes.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Locator, Page

from tests.support.film import CAMERA, FILM, INDEX, PICTURES, SHOTS, Camera, Shot, index

STORY = f"{Path(__file__).parent / 'test_storyboard.py'}::test_the_story[asgi-scripts]"
WIDTH, HEIGHT, BAND = 900, 560, 68
SCALE = 2
MILLISECONDS = 2000
ROUNDS = 2
"""How often it plays before it rests on its first picture: what moves for ever beside a text is a nuisance."""
QUALITY = 80
INK, GROUND, SOFT, RING = "#ffffff", "#12303f", "#c9d8df", "#d9480f"


class FilmCamera(Camera):
    """A plugin of pytest that takes each shot as the story comes to it."""

    options = {  # noqa: RUF012
        "viewport": {"width": WIDTH, "height": HEIGHT},
        "device_scale_factor": SCALE,
    }

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[Image.Image] = []
        self.pictures: dict[str, Image.Image] = {}

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[CAMERA] = self

    def take(self, name: str, page: Page, at: Locator | None = None) -> None:
        super().take(name, page, at)
        if at is not None:
            at.evaluate("e => e.scrollIntoView({block: 'center', behavior: 'instant'})")
        shot, seen = SHOTS[name], screenshot(page)
        for picture in shot.pictures:
            self.pictures[picture] = in_dark(page) if picture.endswith("-dark") else seen
        self.frames.append(frame(seen, shot, len(self.frames), at))


def screenshot(page: Page) -> Image.Image:
    """Without the guide's strip: the band says where the story is."""
    png = page.screenshot(animations="disabled", style=".demo-strip { visibility: hidden }")
    return Image.open(io.BytesIO(png)).convert("RGB")


def in_dark(page: Page) -> Image.Image:
    page.emulate_media(color_scheme="dark")
    seen = screenshot(page)
    page.emulate_media(color_scheme="null")
    return seen


def frame(seen: Image.Image, shot: Shot, place: int, at: Locator | None) -> Image.Image:
    """With a ring around what matters, and a band below that says what it is and how far the film has come."""
    whole = Image.new("RGB", (WIDTH * SCALE, (HEIGHT + BAND) * SCALE), GROUND)
    whole.paste(seen)
    draw = ImageDraw.Draw(whole)
    if at is not None:
        draw.rounded_rectangle(around(at), radius=16, outline=RING, width=8)
    top = HEIGHT * SCALE
    draw.rectangle((0, top, WIDTH * SCALE * (place + 1) // len(SHOTS), top + 7), fill=RING)
    draw.text((40, top + 24), shot.step, INK, ImageFont.load_default(46), stroke_width=0.5)
    draw.text((40, top + 80), shot.caption, SOFT, ImageFont.load_default(40))
    return whole.resize((WIDTH, HEIGHT + BAND), Image.Resampling.LANCZOS)


def around(at: Locator) -> tuple[float, float, float, float]:
    """The edges of a ring, within the picture."""
    box = at.bounding_box()
    assert box is not None
    left, top = max(box["x"] - 6, 2), max(box["y"] - 6, 2)
    right, bottom = box["x"] + box["width"] + 6, box["y"] + box["height"] + 6
    right, bottom = min(right, WIDTH - 2), min(bottom, HEIGHT - 2)
    return left * SCALE, top * SCALE, right * SCALE, bottom * SCALE


def write(camera: FilmCamera) -> None:
    first, *others = camera.frames
    first.save(
        FILM,
        save_all=True,
        append_images=[*others, first],
        duration=MILLISECONDS,
        loop=ROUNDS,
        quality=QUALITY,
        method=6,
    )
    PICTURES.mkdir(exist_ok=True)
    for old in PICTURES.glob("*.webp"):
        old.unlink()
    for name, picture in camera.pictures.items():
        picture.save(PICTURES / f"{name}.webp", quality=QUALITY, method=6)
    INDEX.write_text(json.dumps(index(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(
        f"{FILM} has {FILM.stat().st_size:,} bytes, and {PICTURES} {len(camera.pictures)} pictures"
    )


def main() -> int:
    camera = FilmCamera()
    outcome = pytest.main(["-q", "-p", "no:xdist", STORY], plugins=[camera])
    if outcome == pytest.ExitCode.OK and camera.frames:
        write(camera)
    return int(outcome)


if __name__ == "__main__":
    sys.exit(main())
