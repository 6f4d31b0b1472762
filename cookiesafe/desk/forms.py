"""What was sent to be taken: whether the site itself has made it, and the fields of its form."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

from ..form_token import FIELD
from ..origin import Ruling
from ..ports import Flow as Steps
from ..ports import ReadBody, Reply
from ..sayings import say
from .asked import HTML, MAX_FIELDS, Asked, fields_of, incomplete, one, problem
from .multipart import TYPE as MULTIPART
from .multipart import parts_of

MAX_BODY = 64 * 1024
MAX_PARTS = 20
FORM = "application/x-www-form-urlencoded"

_POSTED = re.compile(rb'<form method="post"[^>]*>')

Fields = dict[str, list[str]]


def read_form(asked: Asked, kinds: Container[str] = (FORM,)) -> Steps[Fields | Reply]:
    """The fields of the form that was sent from this very site, or what to answer instead.

    ``kinds`` are the media types that it may have; of a form in parts, files are fields as others are.
    """
    if _own_ruling(asked).verdict == "refused":
        return _foreign(asked)
    fields = yield from read_fields(asked, kinds)
    return fields if isinstance(fields, Reply) else (from_elsewhere(asked, fields) or fields)


def from_elsewhere(asked: Asked, fields: Mapping[str, list[str]]) -> Reply | None:
    """What to answer to a form of ours that another site has sent, or ``None`` if this very site did.

    What was given to nobody in particular may have been given to that other site.
    """
    verdict = _own_ruling(asked).verdict
    if verdict == "refused":
        return _foreign(asked)
    if verdict == "untold" and not (asked.whom.known and _has_token(asked, fields)):
        return _untold(asked)
    return None


def keep_out(asked: Asked) -> Steps[Reply | None]:
    """What to answer to what another site has sent to the app, or ``None`` if the app is to answer it."""
    settings, request = asked.settings, asked.request
    verdict = settings.judge(request, has_cookies=bool(request.cookie)).verdict
    if verdict == "untold":
        fields = yield from read_fields(asked, (FORM, MULTIPART), MAX_FIELDS)
        if not isinstance(fields, Reply) and _has_token(asked, fields):
            verdict = "allowed"
    if verdict == "allowed":
        return None
    origin = request.header("origin")
    settings.telling.report_foreign(origin, request.method, request.path, refused=settings.enforce)
    if not settings.enforce:
        return None
    return _foreign(asked) if verdict == "refused" else _untold(asked)


def read_fields(
    asked: Asked, kinds: Container[str], most: int = MAX_PARTS
) -> Steps[Fields | Reply]:
    """The fields of a form, whoever has sent it, or what to answer instead; ``most`` is how many parts it may have."""
    kind = media_type(asked)
    if kind not in kinds:
        why = say("This did not come as a form, so nothing was changed.")
        return problem(asked, 415, say("Not taken"), why)
    (body,) = yield (ReadBody(MAX_BODY),)
    if body is None:
        return problem(
            asked, 413, say("Not taken"), say("The form was too large, so nothing was changed.")
        )
    if kind == MULTIPART:
        fields = parts_of(asked.request.header("content-type") or "", body, most)
    else:
        fields = fields_of(body)
    return incomplete(asked) if fields is None else fields


def media_type(asked: Asked) -> str:
    return (asked.request.header("content-type") or "").partition(";")[0].strip().lower()


def give_token(asked: Asked, reply: Reply) -> None:
    """Put into each form of a page of ours what shows whose it is. Whatever is no markup of ours is escaped there."""
    if asked.whom.known and HTML in reply.headers and _POSTED.search(reply.body):
        token = asked.settings.form_tokens.write(asked.whom, asked.now)
        field = f'<input type="hidden" name="{FIELD}" value="{token}">'.encode()
        reply.body = _POSTED.sub(lambda form: form[0] + field, reply.body)


def _own_ruling(asked: Asked) -> Ruling:
    ours = asked.jar.is_ours(asked.request.cookie)
    return asked.settings.judge(asked.request, has_cookies=ours)


def _has_token(asked: Asked, fields: Mapping[str, list[str]]) -> bool:
    """Whether it was given to who sends it, as far as that is known."""
    return not asked.unknown and asked.settings.form_tokens.holds(
        one(fields, FIELD) or "", asked.whom, asked.now
    )


def _foreign(asked: Asked) -> Reply:
    why = say("This was sent from another site, so nothing was changed.")
    return problem(asked, 403, say("Not taken"), why)


def _untold(asked: Asked) -> Reply:
    if asked.whom.known:
        why = say(
            "Your browser did not say where this was sent from, so nothing was changed. Open the page again and send it "
            "from there, or use a newer browser."
        )
    else:
        why = say(
            "Your browser did not say where this was sent from, so nothing was changed. Please use a newer browser."
        )
    return problem(asked, 403, say("Not taken"), why)
