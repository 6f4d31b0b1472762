"""What a user agreed to that is no matter of a browser: to be written to, called, or visited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One user's choices about ways to be contacted, by purpose id. ``receipt`` is under what the ledger has them.

    ``version`` counts its changes; 0 is one that the store does not have yet.
    """

    user: str
    receipt: str
    choices: Mapping[str, bool] = field(default_factory=dict)
    version: int = 0
