"""A choice as it is recorded: the consent for the browser to keep, and what the ledger gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from .consent import Consent
from .errors import StoreError
from .ids import new_receipt_id
from .jar import Standing
from .ledger import Event, Record
from .notice import Shown
from .ports import Append, Flow
from .recording import record_of, words_of
from .settings import Settings
from .traffic import Answer, Press, Unrecorded


class Choice(NamedTuple):
    """The ``consent`` that it is, the records of it, its own last, and what was ``said`` of each purpose and vendor asked about."""

    consent: Consent
    records: tuple[Record, ...]
    said: Mapping[str, bool]


def choice_of(
    settings: Settings,
    standing: Standing,
    consent: Consent,
    now: float,
    *,
    said: Mapping[str, bool],
    layer: str,
    shown: Shown | None,
    language: str = "",
) -> Choice:
    """The choice that a ``consent`` is, at ``now`` (unix seconds), of a visitor who stood so before.

    It goes on with the receipt of the one before, if it needs one. ``said`` is what it is about, ``layer`` is where it was made, ``shown`` what was
    seen there, ``language`` the one it was said in where that is not known.
    """
    old = standing.consent
    receipt = None
    if consent.grants or consent.former:
        receipt = old.receipt or new_receipt_id(now, settings.entropy)
    consent = replace(consent, receipt=receipt, told=old.told)
    record = record_of(
        settings,
        _event(consent, old),
        now,
        layer=layer,
        circumstances=standing.circumstances,
        shown=shown,
        language=language,
        consent=consent,
        receipt=receipt or old.receipt,
    )
    return Choice(consent, (*words_of(settings, now, shown), record), said)


def _event(consent: Consent, old: Consent) -> Event:
    if consent.grants:
        return "change" if old.receipt else "grant"
    return "withdrawal" if old.receipt else "refusal"


def recorded(settings: Settings, choice: Choice, by: Press) -> Flow[bool]:
    """Have it recorded, and then counted. Whether it was; that it was not is logged."""
    (failure,) = yield (Append(choice.records),)
    record = choice.records[-1]
    if isinstance(failure, StoreError):
        settings.telling.report_store("a choice was not taken, as it was not recorded", failure)
        settings.count(Unrecorded(record.time / 1000, record.event))
        return False
    settings.versions.kept.update(each.id for each in choice.records[:-1])
    settings.count(Answer(record, choice.said, by))
    return True
