"""What the README's film and the docs' pictures show of the story, and who goes along with it to take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

DOCS = Path(__file__).parents[2] / "docs"
FILM = DOCS / "film.webp"
INDEX = DOCS / "film.json"
"""What is to be seen in the film, as it was made."""
PICTURES = DOCS / "pictures"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of the film."""

    step: str
    """The title of one of the guide's steps."""
    caption: str
    pictures: tuple[str, ...] = ()
    """The names of those that the docs have of it: of one that ends in ``-dark``, in dark colours."""


SHOTS = {
    "banner": Shot(
        "Just look", "Nobody else is called, and no cookie is set.", ("banner", "banner-dark")
    ),
    "inspector": Shot("Just look", "For developers: what was held back, and why.", ("inspector",)),
    "signed in": Shot("Sign in all the same", "No answer is needed for that."),
    "no": Shot("Say no", "It is as easy as yes, to the pixel."),
    "after no": Shot("Say no", "One press, and one small cookie that says no."),
    "limited": Shot(
        "Pay a bill", "It works without cookies. A note says what is off.", ("limited-notice",)
    ),
    "half typed": Shot("Have your details kept", "Turn on that alone, in the middle of a form."),
    "filled in": Shot("Have your details kept", "The next bill is filled in."),
    "choices": Shot(
        "Count me", "Each purpose is a choice of its own.", ("choices", "choices-dark")
    ),
    "tips": Shot("Count me", "Tips go by what you read. The advert is still the portal’s own."),
    "advert": Shot("Adverts, please", "Now the other company may be called: a heat pump."),
    "no advert": Shot("No, thank you", "It is gone, with its cookies, and hears no more."),
    "held film": Shot("Watch a film", "Another company’s film is offered first.", ("held-embed",)),
    "film": Shot("Watch a film", "Loaded once, by one press, without JavaScript too."),
    "signal": Shot("Let the browser say it", "Global Privacy Control is a no, and is kept to."),
    "child": Shot("Be a child", "No banner, no adverts, and nothing is asked."),
    "newsletter": Shot(
        "Stop the newsletter", "One press, signed in or not, and another undoes it."
    ),
    "receipt": Shot(
        "Keep the receipt", "What you chose, with proof that it is recorded.", ("receipt",)
    ),
    "tampered": Shot("Keep the receipt", "One word changed: it shows."),
    "new policy": Shot("Meet a new policy", "Told before it is in force.", ("policy-change",)),
    "new purpose": Shot("Meet a new policy", "On the day, what is new is off."),
    "dashboard": Shot(
        "Look at the dashboard", "For the site itself: is no as easy as yes?", ("dashboard",)
    ),
    "answers": Shot("Look at the dashboard", "How they choose, day by day, without a script."),
    "blocked": Shot("Block all cookies", "Said once, and the site goes on."),
}
"""In the order in which the story comes to them."""


class Camera:
    """Goes along, and takes nothing: so each run sees that the story still comes to all that the film shows."""

    options: Mapping[str, Any] = {}
    """What a browser's context has for it."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def take(self, name: str, page: Page, at: Locator | None = None) -> None:
        """One of the shots, with a ring around what is ``at`` its centre."""
        self.shown.append(name)


CAMERA = pytest.StashKey[Camera]()
"""Where a run has the one that films."""


def index() -> list[dict[str, Any]]:
    """What is in the film's index as long as it is made of these shots."""
    return [
        {"step": shot.step, "caption": shot.caption, "pictures": list(shot.pictures)}
        for shot in SHOTS.values()
    ]
