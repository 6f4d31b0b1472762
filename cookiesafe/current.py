"""The visit of the request that is being answered, by which the app finds it anywhere."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

from .errors import UsageError

if TYPE_CHECKING:
    from .visit import Visit

visiting: ContextVar[Visit | None] = ContextVar("cookiesafe.visit", default=None)
enter, leave, _current = visiting.set, visiting.reset, visiting.get
"""The first two are called by the edges around the app. Bound once: looking these methods up takes longer than they do."""


def current_visit() -> Visit:
    """The visit of the request being answered. Raises ``UsageError`` outside of one."""
    visit = _current()
    if visit is None:
        raise UsageError(
            "there is no visit here",
            fix="Ask inside a request that CookieSafeMiddleware passes on.",
        )
    return visit
