"""A record: one entry of the ledger.

It holds who (a random receipt id, and only where something was granted), what, when, and to which text.
No address, no user agent, no URL (GDPR Art. 5(1)(c) and 7(1)).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One choice of one visitor.

    ``id`` is random, 128 bits, and unique: an append that is tried again cannot be counted twice.
    ``time`` is in milliseconds since 1970-01-01 UTC. ``event`` is ``grant``, ``refusal``, ``withdrawal`` or
    ``change``; at logins, ``remember`` or ``forget``, as the box to stay signed in was ticked, and as that ended. ``receipt`` is the id the visitor holds; a refusal has none, a withdrawal that of what it
    withdraws. ``choices`` are by purpose id, and by vendor id with an ``@`` before it. ``grounds`` are the
    fingerprints of the purposes that were granted, ``policy`` is that of the policy, ``notice`` names what the
    visitor was shown, and ``language`` in which language.
    """

    id: str
    time: int
    event: str
    policy: str
    notice: str
    language: str
    choices: Mapping[str, bool] = field(default_factory=dict)
    grounds: Mapping[str, str] = field(default_factory=dict)
    receipt: str | None = None

    def to_json(self) -> str:
        """The canonical form: keys sorted, no spaces, ASCII (as RFC 8785 has it for these types)."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return json.dumps(values, sort_keys=True, separators=(",", ":"), default=dict)

    @classmethod
    def from_json(cls, text: str) -> Record:
        """The record that ``to_json`` wrote. Raises ``ValueError`` or ``TypeError`` on anything else."""
        try:
            return cls(**json.loads(text))
        except RecursionError:
            raise ValueError("a record is not nested") from None
