"""A record: one entry of the ledger.

It holds who (the id of a receipt, and only where something was granted), what, when, and which words were shown.
No address, no user agent, no URL (GDPR Art. 5(1)(c) and 7(1)).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, Final, Literal

from .tree import leaf_hash

VisitorEvent = Literal[
    "grant",
    "refusal",
    "withdrawal",
    "change",
    "kept",
    "remember",
    "forget",
    "signal",
    "child",
]
"""What is of a visitor. All others say what was shown and how the log was kept."""
Event = Literal[VisitorEvent, "policy", "notice", "announcement", "key", "erasure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One thing that happened, of one visitor or of the site.

    ``id`` is unique, with 128 bits that are random: an append that is tried again cannot be counted twice; a record can be
    forgotten, since without it nobody can tell from its hash what it held. ``time`` is in milliseconds since 1970-01-01
    UTC. ``event`` is one of ``Event``:

    - ``grant``, ``refusal``, ``withdrawal``, ``change``: a choice about purposes; ``kept``: one that was left as it is
      when a new policy was announced;
    - ``remember``, ``forget``: the box to stay signed in was ticked, and that ended;
    - ``signal``: a browser's signal was first seen to turn off what its visitor had granted;
    - ``child``: somebody is to be treated as a child;
    - ``policy``, ``notice``: the text of a policy, and of a notice, the first time that something was chosen by it;
      ``announcement``: a policy that was published, from when on it is in force, and what is new;
    - ``key``: a public key that seals the ledger; ``erasure``: records that were forgotten, or kept long enough.

    ``receipt`` is the id the visitor holds; a refusal has none, a withdrawal that of what it withdraws. ``choices`` are
    by purpose id, and by vendor id with an ``@`` before it. ``grounds`` are the fingerprints of the purposes that were
    granted, ``policy`` is that of the policy. ``notice`` names what the visitor was shown, ``language`` in which
    language, ``text`` is its fingerprint as it was shown, ``layout`` where it stood, ``buttons`` which it had, in their
    order. ``regime`` are the rules of the visitor's country that held, ``signals`` what the browser said. ``detail`` is
    what only one kind of event has.
    """

    id: str
    time: int
    event: str
    policy: str = ""
    notice: str = ""
    language: str = ""
    text: str = ""
    layout: str = ""
    buttons: str = ""
    regime: str = ""
    signals: tuple[str, ...] = ()
    choices: Mapping[str, bool] = field(default_factory=dict)
    grounds: Mapping[str, str] = field(default_factory=dict)
    receipt: str | None = field(default=None, repr=False)
    detail: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        """The canonical form: keys sorted, no spaces, ASCII (as RFC 8785 has it for these types), nothing empty."""
        said = {
            name: value
            for name, value in zip(_FIELDS, _values(self), strict=True)
            if value or name == "time"
        }
        return _encode(said)

    @classmethod
    def from_json(cls, text: str) -> Record:
        """The record that ``to_json`` wrote. Raises ``ValueError`` or ``TypeError`` on anything else."""
        try:
            values = json.loads(text)
            if "signals" in values:
                values["signals"] = tuple(values["signals"])
            return cls(**values)
        except RecursionError:
            raise ValueError("a record is not nested") from None


_FIELDS = sorted(each.name for each in fields(Record))
_values = attrgetter(*_FIELDS)
_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), default=dict, check_circular=False
).encode
"""Cycles are not looked for: nothing in a record holds itself."""
NOWHERE: Final = 1 << 62
"""The index of a record that a store has where no record of the log can be: behind all others."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as the store keeps it: ``body`` is its canonical JSON, the others repeat what is in it.

    ``index`` is its place in the sealed log, counted from 0; ``None`` while it is pending.
    """

    id: str
    time: int
    event: str
    receipt: str | None = field(repr=False)
    body: str = field(repr=False)
    index: int | None

    @property
    def record(self) -> Record:
        """Raises ``ValueError`` or ``TypeError`` where the body is damaged."""
        return Record.from_json(self.body)

    @property
    def leaf(self) -> bytes:
        """The hash that stands for it in the tree: what it can be recognised by, and nothing else."""
        return leaf_hash(self.body.encode("utf-8", "backslashreplace"))
