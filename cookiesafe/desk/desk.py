"""Which page of ours is at which address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus

from ..gpc import statement
from ..notice import Sheet, script, script_version
from ..ports import Reply
from ..sayings import say
from .age import show_age, take_age
from .asked import HTML, Asked, Flow, as_json, html, problem, versioned
from .changes import show_changes, take_changes
from .check import CHECK, show_check
from .choices import show_choices, take_choice
from .contact import take_contact
from .dashboard import show_dashboard, show_dashboard_style
from .dead_end import missing
from .devices import show_devices, take_devices
from .embed import EMBED, show_embed, take_embed
from .forms import give_token
from .health import show_health
from .inspector import show_inspector, show_inspector_style
from .receipt import show_receipt, take_receipt
from .reports import take_reports
from .unsubscribe import show_unsubscribe, take_unsubscribe


def answer(asked: Asked) -> Flow:
    """What leads to the reply."""
    answered = _answer(asked)
    reply = answered if isinstance(answered, Reply) else (yield from answered)
    give_token(asked, reply)
    if asked.settings.notices.several and asked.named_notice is None and _has_words(reply):
        reply.headers.append(("Vary", "Accept-Language"))
    return reply


def _has_words(reply: Reply) -> bool:
    return HTML in reply.headers or reply.status >= HTTPStatus.BAD_REQUEST


def _answer(asked: Asked) -> Reply | Flow:
    method = "GET" if asked.request.method == "HEAD" else asked.request.method
    path = asked.request.path
    page = path.removeprefix(asked.settings.own_paths)
    methods = _STATEMENT if path == asked.settings.statement else _PAGES.get(page)
    if methods is None:
        return missing(asked)
    asked = replace(asked, framed=page == EMBED)
    if method not in methods:
        reply = problem(
            asked, 405, say("Not this way"), say("This address does not take such a request.")
        )
        reply.headers.append(("Allow", ", ".join(methods)))
        return reply
    return methods[method](asked)


def _show_cookies(asked: Asked) -> Reply:
    return html(200, asked.notice.policies.cookies(asked.request.root))


def _show_statement(asked: Asked) -> Reply:
    reply = as_json(200, statement(asked.settings.policy.site.gpc))
    reply.headers[1] = ("Cache-Control", "public, max-age=86400")
    return reply


def _show_style(asked: Asked) -> Reply:
    return _sheet(asked, asked.notice.sheets.notice)


def _show_pages_style(asked: Asked) -> Reply:
    return _sheet(asked, asked.notice.sheets.pages)


def _sheet(asked: Asked, sheet: Sheet) -> Reply:
    return versioned(asked, "text/css", sheet.css, sheet.version)


def _show_script(asked: Asked) -> Reply:
    return versioned(asked, "text/javascript", script(), script_version())


_Methods = dict[str, Callable[[Asked], Reply | Flow]]
_STATEMENT: _Methods = {"GET": _show_statement}
_PAGES: dict[str, _Methods] = {
    "age": {"GET": show_age, "POST": take_age},
    "changes": {"GET": show_changes, "POST": take_changes},
    CHECK: {"GET": show_check},
    "choices": {"GET": show_choices, "POST": take_choice},
    "contact": {"POST": take_contact},
    "cookies": {"GET": _show_cookies},
    "dashboard": {"GET": show_dashboard},
    "dashboard.css": {"GET": show_dashboard_style},
    "devices": {"GET": show_devices, "POST": take_devices},
    EMBED: {"GET": show_embed, "POST": take_embed},
    "health": {"GET": show_health},
    "inspector": {"GET": show_inspector},
    "inspector.css": {"GET": show_inspector_style},
    "notice.css": {"GET": _show_style},
    "notice.js": {"GET": _show_script},
    "pages.css": {"GET": _show_pages_style},
    "receipt": {"GET": show_receipt, "POST": take_receipt},
    "reports": {"POST": take_reports},
    "unsubscribe": {"GET": show_unsubscribe, "POST": take_unsubscribe},
}
