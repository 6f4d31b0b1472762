"""Ways to use less, by topic."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tip:
    title: str
    text: str
    saves: str


@dataclass(frozen=True, slots=True)
class Topic:
    id: str
    title: str
    tips: tuple[Tip, ...]


TOPICS = (
    Topic(
        "heating",
        "Heating",
        (
            Tip(
                "Lower the flow",
                "Set a condensing boiler to 55 °C: rooms stay as warm, it burns less.",
                "£65 a year",
            ),
            Tip(
                "Ask about a heat pump",
                "One unit of electricity moves three units of heat from the air.",
                "£240 a year",
            ),
            Tip(
                "Heat the rooms you use",
                "Close the doors and turn down radiators in empty rooms.",
                "£35 a year",
            ),
        ),
    ),
    Topic(
        "hot-water",
        "Hot water",
        (
            Tip(
                "Four-minute showers",
                "A song and a bit. Most of a shower's cost is its heat.",
                "£58 a year",
            ),
            Tip("Lag the tank", "An 80 mm jacket pays for itself within a year.", "£42 a year"),
            Tip(
                "Mend the drip",
                "A tap that drips once a second wastes 30 litres a day.",
                "£22 a year",
            ),
        ),
    ),
    Topic(
        "kitchen",
        "Kitchen",
        (
            Tip("Lids on pans", "Water boils in half the time, on a smaller flame.", "£14 a year"),
            Tip(
                "Full loads at 30 °C",
                "Clothes come out as clean, for a third of the energy.",
                "£28 a year",
            ),
            Tip(
                "Defrost the freezer", "A finger of ice adds a tenth to what it uses.", "£11 a year"
            ),
        ),
    ),
    Topic(
        "garden",
        "Garden",
        (
            Tip("Catch the rain", "A 200-litre butt fills in one good shower.", "£18 a year"),
            Tip(
                "Water at dusk", "Half as much evaporates before it reaches the roots.", "£9 a year"
            ),
            Tip(
                "Leave the lawn long",
                "Grass at 5 cm stays green without a sprinkler.",
                "£20 a year",
            ),
        ),
    ),
)
BY_ID = {topic.id: topic for topic in TOPICS}
GENERAL = tuple(topic.tips[0] for topic in TOPICS)


def matched(interests: Iterable[str]) -> list[tuple[Topic, Tip]]:
    """What has not been on the general list, from the topics that were read."""
    return [
        (BY_ID[name], tip) for name in interests if name in BY_ID for tip in BY_ID[name].tips[1:]
    ]
