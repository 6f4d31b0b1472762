"""A choice as it is recorded: the consent for the browser to keep, and what the ledger gets."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from .consent import Consent
from .errors import StoreError
from .ids import new_id
from .jar import Standing
from .ledger import Event, Record
from .notice import Shown
from .ports import Append, Flow
from .recording import record_of, words_of
from .settings import Settings


class Choice(NamedTuple):
    """The ``consent`` that it is, and the records of it, its own last."""

    consent: Consent
    records: tuple[Record, ...]


def choice_of(
    settings: Settings,
    standing: Standing,
    consent: Consent,
    now: float,
    *,
    layer: str,
    shown: Shown | None,
) -> Choice:
    """The choice that a ``consent`` is, at ``now`` (unix seconds), of a visitor who stood so before.

    It goes on with the receipt of the one before, if it needs one. ``layer`` is where it was made, ``shown`` what was
    seen there.
    """
    old = standing.consent
    receipt = (
        (old.receipt or new_id(settings.entropy)) if consent.grants or consent.former else None
    )
    consent = replace(consent, receipt=receipt, told=old.told)
    record = record_of(
        settings,
        _event(consent, old),
        now,
        layer=layer,
        circumstances=standing.circumstances,
        shown=shown,
        consent=consent,
        receipt=receipt or old.receipt,
    )
    return Choice(consent, (*words_of(settings, now, shown), record))


def _event(consent: Consent, old: Consent) -> Event:
    if consent.grants:
        return "change" if old.receipt else "grant"
    return "withdrawal" if old.receipt else "refusal"


def recorded(settings: Settings, choice: Choice) -> Flow[bool]:
    """Have it recorded. Whether it was; that it was not is logged."""
    (failure,) = yield (Append(choice.records),)
    if isinstance(failure, StoreError):
        settings.report_store("a choice was not taken, as it was not recorded", failure)
        return False
    settings.versions.kept.update(each.id for each in choice.records[:-1])
    return True
