"""What the ledger gets when something is chosen: the record, and the words it was chosen by where it lacks them."""

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
    layer: str | None = None,
    text: str | None = None,
    consent: Consent | None = None,
    receipt: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> tuple[Record, ...]:
    """The records to append together, that of the event last.

    ``layer`` and ``text`` are what the visitor's form says was shown: the text is taken as shown only if it is what we
    show such a visitor on that layer.
    """
    shown = _shown(asked, layer, text)
    record = record_of(
        asked.settings,
        event,
        asked.now,
        layer=layer if layer in _LAYERS else "other",
        circumstances=asked.standing.circumstances,
        shown=shown,
        consent=consent,
        receipt=receipt,
        detail=detail,
    )
    return (*words_of(asked.settings, asked.now, shown), record)


def _shown(asked: Asked, layer: str | None, text: str | None) -> Shown | None:
    if layer is None or text is None:
        return None
    standing, root = asked.standing, asked.request.root
    shown = asked.settings.notice.shown(layer, root, standing.question, standing.circumstances)
    return shown if shown is not None and shown.text == text else None
