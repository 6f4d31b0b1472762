"""What a visitor is shown whose browser blocks cookies: the page that says what follows, and one line where the banner is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from ..blocked import blocked
from ..policy import Purpose
from .shown import as_ascii


class BlockedNotice:
    """``render`` makes a page of a template, what our pages are mounted under, and what else the template needs."""

    def __init__(self, render: Callable[..., str]) -> None:
        self._render = render
        self.banner = lru_cache(64)(self._banner)
        """``(root)`` gives the line, to stand first in the body; ASCII."""

    def page(self, root: str, then: str, after: str, *, on: Sequence[Purpose]) -> bytes:
        """What follows, and the way on to ``then``.

        ``after`` is what the visitor has done: ``login`` or ``age``, and anything else is a choice. ``on`` is what begins
        without a yes for who has not chosen.
        """
        page = self._render(
            "blocked.html", root, next=then, onward=blocked(then), after=after, on=on
        )
        return page.encode("utf-8")

    def _banner(self, root: str) -> bytes:
        return as_ascii(self._render("line.html", root))
