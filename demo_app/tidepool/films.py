"""The films there are, and what is said in them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Film:
    id: str
    title: str
    captions: tuple[str, ...]


FILMS = (
    Film(
        "lights-out",
        "When the lights go out",
        (
            "23:14. A cable gives way below Lantern Row, and the town is dark.",
            "23:31. The van is there. We turn the power off before we dig.",
            "01:20. The cable is mended and tried.",
            "01:42. The lights are on again, street by street.",
        ),
    ),
)
BY_ID = {film.id: film for film in FILMS}
