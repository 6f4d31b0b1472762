"""An address at which there is nothing: for everybody, or for who asks."""

from __future__ import annotations

from ..ports import Reply
from ..sayings import say
from .asked import Asked, problem


def missing(asked: Asked) -> Reply:
    """The same for all such addresses."""
    return problem(asked, 404, say("No such page"), say("There is nothing at this address."))
