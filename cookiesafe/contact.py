"""What a user agreed to that is no matter of a browser: to be written to, called, or visited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A yes or a no. ``ground`` is the fingerprint of what a yes was said to.

    A no by the page of a mail's link has the ``ground`` of the yes that it ended, and the id of the ``press`` of the
    page's button, which takes it back ``until`` then (unix seconds). Any other no has none of these.
    """

    yes: bool
    ground: str = ""
    press: str = field(default="", repr=False)
    until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One user's answers about ways to be contacted, by purpose id. ``receipt`` is under what the ledger has them.

    ``version`` counts its changes; 0 is one that the store does not have yet.
    """

    user: str
    receipt: str = field(repr=False)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    version: int = 0

    @property
    def choices(self) -> dict[str, bool]:
        """What was said, whatever it was said to."""
        return {id: answer.yes for id, answer in self.answers.items()}
