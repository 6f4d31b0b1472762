"""What is answered where a page needs what its visitor has not agreed to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, NamedTuple

from .errors import UsageError
from .policy import Feature, Policy
from .ports import Reply, Request
from .sayings import Saying, say
from .settings import Settings

STATUS: Final = 403
_TITLE: Final = say("This needs your consent")


class Refusal(NamedTuple):
    """A whole response with status 403, and what it says: ``error``, ``detail``, ``purpose`` and ``choices``, an address."""

    reply: Reply
    detail: Mapping[str, str]


def needed(policy: Policy, purpose: str | None, feature: str | None) -> tuple[str, Saying]:
    """The id of the purpose, and what is said of it, in the words of the ``policy``. Raises ``UnknownName``, and ``UsageError`` for both or neither."""
    if (purpose is None) == (feature is None):
        raise UsageError(
            "a page needs either a purpose or a feature",
            fix='Name one: requires("advertising"), or requires(feature="saved_details").',
        )
    if feature is not None:
        declared: Feature = policy.feature(feature)
        title = policy.purpose(declared.purpose).title
        text = say("“%(purpose)s” is off, so %(limit)s.", purpose=title, limit=declared.without)
        return declared.purpose, text
    found = policy.purpose(purpose or "")
    return found.id, say(
        "“%(purpose)s” is off, and this cannot be shown without it.", purpose=found.title
    )


def refusal(
    settings: Settings, request: Request, purpose: str | None, feature: str | None
) -> Refusal:
    """It speaks the language of the browser, and leads to the choices, and from there back to where the visitor was."""
    notice = settings.notices.accepted(request.header("accept-language"))
    spoken = notice.language
    id, text = needed(settings.policy.in_language(spoken.tag), purpose, feature)
    choices = settings.choices_address(request.root, request.address())
    detail = {
        "error": spoken.plain(_TITLE),
        "detail": spoken.plain(text),
        "purpose": id,
        "choices": choices,
    }
    if request.wants_json():
        kind, body = "application/json", json.dumps(detail).encode()
    else:
        kind = "text/html; charset=utf-8"
        body = notice.problem(request.root, _TITLE, text, choices=choices)
    fields = [("Content-Type", kind), ("Cache-Control", "no-store")]
    if settings.notices.several:
        fields.append(("Vary", "Accept-Language"))
    return Refusal(Reply(STATUS, fields, body), detail)
