"""The quiz of the young harbour. What is answered is kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    text: str
    answers: tuple[str, ...]
    right: int
    why: str

    def answered(self, form: Mapping[str, str]) -> int | None:
        """Which of the answers was given, if one was."""
        given = form.get(self.id, "")
        places = [str(place) for place in range(len(self.answers))]
        return places.index(given) if given in places else None


QUESTIONS = (
    Question(
        "tap",
        "A tap drips once every second. How much is that in a day?",
        ("One cup", "A bucket or three", "A swimming pool"),
        1,
        "About 30 litres: three buckets of ten.",
    ),
    Question(
        "turbine",
        "What turns the turbine at Gull Point?",
        ("The wind", "A hamster", "The tide"),
        2,
        "The bay fills and empties twice a day, and the water turns it each time.",
    ),
    Question(
        "lamp",
        "Which lamp needs the least?",
        ("An LED", "A bulb with a wire that glows", "They are all the same"),
        0,
        "An LED makes light of what others turn into heat.",
    ),
)
