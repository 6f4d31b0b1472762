"""Which page of ours is at which address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..gpc import statement
from ..ports import Reply
from .age import show_age, take_age
from .asked import Asked, Flow, as_json, html, problem
from .changes import show_changes, take_changes
from .check import CHECK, show_check
from .choices import show_choices, take_choice
from .contact import take_contact
from .devices import show_devices, take_devices
from .embed import EMBED, show_embed, take_embed
from .forms import give_token
from .receipt import show_receipt, take_receipt
from .reports import take_reports
from .unsubscribe import show_unsubscribe, take_unsubscribe


def answer(asked: Asked) -> Flow:
    """What leads to the reply."""
    answered = _answer(asked)
    reply = answered if isinstance(answered, Reply) else (yield from answered)
    give_token(asked, reply)
    return reply


def _answer(asked: Asked) -> Reply | Flow:
    method = "GET" if asked.request.method == "HEAD" else asked.request.method
    path = asked.request.path
    page = path.removeprefix(asked.settings.own_paths)
    methods = _STATEMENT if path == asked.settings.statement else _PAGES.get(page)
    if methods is None:
        return problem(asked, 404, "No such page", "There is nothing at this address.")
    asked = replace(asked, framed=page == EMBED)
    if method not in methods:
        reply = problem(asked, 405, "Not this way", "This address does not take such a request.")
        reply.headers.append(("Allow", ", ".join(methods)))
        return reply
    return methods[method](asked)


def _show_cookies(asked: Asked) -> Reply:
    return html(200, asked.settings.notice.cookies(asked.request.root))


def _show_statement(asked: Asked) -> Reply:
    reply = as_json(200, statement(asked.settings.policy.site.gpc))
    reply.headers[1] = ("Cache-Control", "public, max-age=86400")
    return reply


def _show_style(asked: Asked) -> Reply:
    headers = [
        ("Content-Type", "text/css; charset=utf-8"),
        ("Cache-Control", "public, max-age=31536000, immutable"),
    ]
    return Reply(200, headers, asked.settings.notice.style)


_Methods = dict[str, Callable[[Asked], Reply | Flow]]
_STATEMENT: _Methods = {"GET": _show_statement}
_PAGES: dict[str, _Methods] = {
    "age": {"GET": show_age, "POST": take_age},
    "changes": {"GET": show_changes, "POST": take_changes},
    CHECK: {"GET": show_check},
    "choices": {"GET": show_choices, "POST": take_choice},
    "contact": {"POST": take_contact},
    "cookies": {"GET": _show_cookies},
    "devices": {"GET": show_devices, "POST": take_devices},
    EMBED: {"GET": show_embed, "POST": take_embed},
    "notice.css": {"GET": _show_style},
    "receipt": {"GET": show_receipt, "POST": take_receipt},
    "reports": {"POST": take_reports},
    "unsubscribe": {"GET": show_unsubscribe, "POST": take_unsubscribe},
}
