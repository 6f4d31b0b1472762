"""What Gullwing shows to whom: one advert from its script, another in its frame."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Advert:
    headline: str
    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    because: str
    script: Advert
    frame: Advert


FOR_ANYBODY = Choice(
    "shown to anybody",
    Advert("Brightwater Cruises", "Seven bays in seven days, from £89."),
    Advert("Gull & Gale raincoats", "Dry from pier to pub, from £45."),
)
BY_TOPIC = {
    "heating": Choice(
        "you read about heating",
        Advert("Highland jumpers", "Turn it down one degree, in wool."),
        Advert("Thermo heat pumps", "£2,000 off a heat pump when you order this month."),
    ),
    "hot-water": Choice(
        "you read about hot water",
        Advert("RainFall shower heads", "Half the water, all of the shower."),
        Advert("Eddy bathrooms", "Fitted within a week, paid within a year."),
    ),
    "kitchen": Choice(
        "you read about kitchens",
        Advert("Simmer cookware", "Three pans with lids that fit, £39."),
        Advert("Copperline hobs", "Boils a litre in two minutes."),
    ),
    "garden": Choice(
        "you read about gardens",
        Advert("Bloom & Butt", "Rain butts in five colours, delivered."),
        Advert("Meadow mix", "Seeds for a lawn that waters itself."),
    ),
}


def for_topic(topic: str) -> Choice:
    return BY_TOPIC.get(topic, FOR_ANYBODY)
