"""Where light or water is off, or will be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Work:
    where: str
    what: str
    day: date
    hours: str


def planned(today: date) -> tuple[Work, ...]:
    return (
        Work(
            "Lantern Row",
            "New water main. Low pressure on the upper floors.",
            today + timedelta(days=1),
            "9 to 15",
        ),
        Work(
            "Gull Point",
            "The substation is serviced. No light in Pier Road, numbers 1 to 40.",
            today + timedelta(days=6),
            "1 to 4",
        ),
    )
