"""What the ledger gets of what is done on our pages: the record, and the words it was done by where it lacks them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..consent import Consent
from ..ledger import Event, Record
from ..notice import Shown
from ..recording import record_of, words_of
from .asked import Asked

_LAYERS = frozenset({"banner", "choices", "embed", "change", "receipt", "age", "unsubscribe"})


def evidence(
    asked: Asked,
    event: Event,
    *,
    layer: str,
    consent: Consent | None = None,
    receipt: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> tuple[Record, ...]:
    """The records to append together, that of the event last."""
    record = record_of(
        asked.settings,
        event,
        asked.now,
        layer=layer,
        circumstances=asked.standing.circumstances,
        language=asked.notice.language.tag,
        consent=consent,
        receipt=receipt,
        detail=detail,
    )
    return (*words_of(asked.settings, asked.now), record)


def layer_of(said: str | None) -> str:
    """The layer that a form says it stood on."""
    return said if said in _LAYERS else "other"


def shown_on(asked: Asked, layer: str | None, text: str | None) -> Shown | None:
    """What was shown on a layer: the ``text`` of the visitor's form, if it is what we show such a visitor there."""
    if layer is None or text is None:
        return None
    standing, root = asked.standing, asked.request.root
    shown = asked.notice.shown(layer, root, standing.question, standing.circumstances)
    return shown if shown is not None and shown.text == text else None
