"""The tick of the box by which a browser is remembered, and its end, as choices of their own (WP194, section 3.2)."""

from __future__ import annotations

from typing import Literal

from ..ids import new_record_id
from ..ledger import Record
from ..policy import STAYING_ID
from ..settings import Settings


def tick(
    settings: Settings,
    event: Literal["remember", "forget"],
    now: int,
    notice: str,
    language: str = "",
) -> Record:
    """The record of it at ``now`` (unix seconds); ``notice`` is where it was said, ``language`` in which one."""
    return Record(
        id=new_record_id(now * 1000, settings.entropy),
        time=now * 1000,
        event=event,
        policy=settings.policy.fingerprint,
        notice=notice,
        language=language or settings.notices.usual.language.tag,
        choices={STAYING_ID: event == "remember"},
    )
