"""Makes records: who is nameless, what happened, when, and by which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from .consent import Circumstances, Consent
from .ids import new_record_id
from .ledger import Event, Record
from .notice import Shown
from .policy import Policy
from .settings import Settings


def record_of(
    settings: Settings,
    event: Event,
    now: float,
    *,
    layer: str = "",
    circumstances: Circumstances | None = None,
    shown: Shown | None = None,
    language: str = "",
    consent: Consent | None = None,
    choices: Mapping[str, bool] | None = None,
    receipt: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Record:
    """The record of an event at ``now`` (unix seconds). ``layer`` is where it was said, ``shown`` what was seen there,
    and ``language`` the one it was said in where that is not known.

    ``choices`` stand for a ``consent`` where there is none, since it is about no browser.
    """
    if consent is not None:
        choices, grounds = consent.choices, consent.grounds
    else:
        choices = choices or {}
        grounds = {id: settings.policy.grounds[id] for id, yes in choices.items() if yes}
    time = int(now * 1000)
    return Record(
        id=new_record_id(time, settings.entropy),
        time=time,
        event=event,
        policy=settings.policy.fingerprint,
        notice=layer,
        language=language or settings.notices.usual.language.tag
        if shown is None
        else shown.language,
        text="" if shown is None else shown.text,
        layout="" if shown is None else shown.layout,
        buttons="" if shown is None else shown.buttons,
        regime="" if circumstances is None else circumstances.regime.id,
        signals=() if circumstances is None else tuple(sorted(circumstances.signals)),
        choices=dict(choices),
        grounds=dict(grounds),
        receipt=receipt,
        detail=dict(detail or {}),
    )


def once(record: Record, about: str) -> Record:
    """The same, kept once however often it is recorded: its id says what it is ``about``."""
    return replace(record, id=f"{record.event}.{sha256(about.encode()).hexdigest()[:32]}")


def policy_record(policy: Policy, now: float) -> Record:
    """The words of a policy. Its id keeps it single, whoever appends it."""
    return Record(
        id=f"policy.{policy.fingerprint}",
        time=int(now * 1000),
        event="policy",
        policy=policy.fingerprint,
        detail={"policy": policy.to_json()},
    )


def words_of(settings: Settings, now: float, shown: Shown | None = None) -> list[Record]:
    """The words of the policy, and what was shown, as far as this process does not know that the ledger has them."""
    words = [policy_record(settings.policy, now)]
    if shown is not None:
        words.append(
            Record(
                id=f"notice.{shown.text}",
                time=int(now * 1000),
                event="notice",
                policy=settings.policy.fingerprint,
                language=shown.language,
                detail={"text": shown.text, "html": shown.html},
            )
        )
    return [record for record in words if record.id not in settings.versions.kept]
