"""What is recorded under the number of a receipt, and what proves it."""

from __future__ import annotations

from collections.abc import Sequence

from ..asking import told
from ..errors import DamagedLog
from ..ledger import Entry, Proven
from ..ledger.sound import sound
from ..notice import Happening
from ..notice.language import Language
from ..policy import Policy
from ..ports import Flow, Store
from ..sayings import say
from ..settings import Settings
from ..upkeep import Evidence, prove

UNFIT = (ArithmeticError, LookupError, RecursionError, TypeError, ValueError)
"""What comes of showing a record that somebody else has put into the database, and that was not found out before."""
_LAST_MS = 253_402_300_799_999
"""The end of the year 9999: no page can name a later time."""


MOST_SHOWN = 100
MOST_PROVED = 300
"""Of the newest records: these, with their proofs, are a document that ``check_receipt`` still takes."""


def evidence_of(receipt: str, most: int = MOST_PROVED) -> Flow[Evidence]:
    """What the ledger has under a number, the newest ``most`` records of it. Raises ``StoreError``; ``DamagedLog``,
    which is one, where it is not what was recorded."""
    every = yield from told(Store.entries_of, receipt)
    entries = every[-most:]
    for entry in entries:
        if not is_readable(entry):
            raise DamagedLog(
                f"the record {entry.id!r} in the ledger cannot be read",
                fix="Verify the ledger, and put it back from a backup.",
            )
    evidence = yield from prove(entries)
    return evidence._replace(earlier=len(every) - len(entries))


def is_time(milliseconds: object) -> bool:
    """Whether a page can say when that is."""
    return isinstance(milliseconds, int) and 0 <= milliseconds <= _LAST_MS


def is_readable(entry: Entry) -> bool:
    """Whether a page can show what the store has as a record."""
    record = sound(entry.body)
    if record is None or not is_time(record.time):
        return False
    shown = [record.event, record.notice, record.language, record.policy, *record.choices]
    try:
        return bool("".join(shown).encode())
    except UnicodeEncodeError:
        return False


def happenings(settings: Settings, evidence: Evidence, language: Language) -> list[Happening]:
    """The same as its visitor reads it, by the words of the policy of each time, if that is known; the newest of it."""
    policies = {each.fingerprint: each for each in (*settings.versions.earlier, settings.policy)}
    spoken = {id: each.in_language(language.tag) for id, each in policies.items()}
    return [
        _happening(each, spoken.get(each.entry.record.policy, spoken[settings.policy.fingerprint]))
        for each in evidence.records[-MOST_SHOWN:]
    ]


def unshown(evidence: Evidence) -> int:
    """How many records are too old to be among these."""
    return evidence.earlier + max(0, len(evidence.records) - MOST_SHOWN)


def _happening(proven: Proven, policy: Policy) -> Happening:
    record = proven.entry.record
    yes = [name for name, choice in record.choices.items() if choice]
    no = [name for name, choice in record.choices.items() if not choice]
    if record.event == "signal":
        # The choice stays as it is: what is to be seen is what the signal does to it.
        no = [name for name in yes if name in policy.purposes and policy.purposes[name].signal]
        yes = [name for name in yes if name not in no]
    return Happening(
        when=record.time // 1000,
        event=record.event,
        layer=record.notice,
        language=record.language,
        policy=record.policy,
        granted=_titles(policy, yes),
        refused=_titles(policy, no),
        index=None if proven.proof is None else proven.entry.index,
    )


def _titles(policy: Policy, names: Sequence[str]) -> tuple[str, ...]:
    """In the policy's order; what it does not know comes last."""
    known = [*policy.purposes, *(f"@{name}" for name in policy.vendors)]
    places = {name: place for place, name in enumerate(known)}
    ordered = sorted(names, key=lambda name: places.get(name, len(places)))
    return tuple(_title(policy, name) for name in ordered)


def _title(policy: Policy, name: str) -> str:
    """Of a purpose, or of a vendor behind an ``@``, as the policy calls it; as it was recorded where it knows none."""
    if name.startswith("@"):
        vendor = policy.vendors.get(name[1:])
        return name[1:] if vendor is None else say("content of %(company)s", company=vendor.name)
    purpose = policy.purposes.get(name)
    return name if purpose is None else purpose.title
