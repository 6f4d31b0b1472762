"""How what visitors see is rendered: by Jinja's templates, each in the ``language`` that it is given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote

import jinja2
from jinja2.ext import i18n

from ..consent import DAY
from ..templates import compile_all, templates_of


def rendered(template: str, **context: Any) -> str:
    """What a template comes to."""
    return _templates().get_template(template).render(**context)


@cache
def compile_templates() -> None:
    """All of them, once."""
    compile_all(_templates())


def at(address: str, **query: str) -> str:
    """An address of ours with more in its query."""
    more = "&".join(f"{name}={quote(value, safe='/')}" for name, value in query.items())
    return f"{address}{'&' if '?' in address else '?'}{more}"


def iso_date(day: int) -> str:
    """The date of a day since 1970."""
    return datetime.fromtimestamp(day * DAY, UTC).date().isoformat()


@cache
def _templates() -> jinja2.Environment:
    templates = templates_of("cookiesafe.notice", extensions=[i18n])
    templates.policies["ext.i18n.trimmed"] = True
    templates.install_gettext_callables(  # type: ignore[attr-defined]
        **{name: _speaking(name) for name in ("gettext", "ngettext", "pgettext", "npgettext")},
        newstyle=True,
    )
    templates.filters |= {
        "at": at,
        "date": lambda seconds: iso_date(seconds // DAY),
        "isolated": _speaking("isolated"),
        "listed": _speaking("listed"),
        "minute": _minute,
        "plain": str,
        "said": _speaking("html"),
    }
    return templates


def _speaking(name: str) -> Callable[..., str]:
    """What a page calls to say something in its language."""

    @jinja2.pass_context
    def say(context: jinja2.runtime.Context, *args: Any) -> str:
        said: str = getattr(context["language"], name)(*args)
        return said

    return say


def _minute(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
