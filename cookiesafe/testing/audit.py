"""The cookie audit: what an app sets in a test and may not, by the route and the line of its code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cookiesafe.current import visiting
from cookiesafe.exchange import Exchange
from cookiesafe.gate import Held

from .lines import SETTERS, Line, sender_of, setter_of

_NOTHING_SEEN = (
    "cookie_audit saw no response of an app with CookieSafe: nothing was looked at.\n"
    "  Send a request to the app, through its CookieSafeMiddleware, in the test or in a fixture of it."
)


@dataclass(frozen=True)
class Finding:
    """A cookie that may not be set: in answer to what, by which rule, and, where that is known, in which ``line``."""

    method: str
    path: str
    held: Held
    line: Line | None

    def told(self, root: Path) -> str:
        where = "" if self.line is None else f", {self.line.told(root)}"
        held = self.held
        what = f'{self.method} {self.path} sets "{held.name}", {held.reason}{where} [{held.code}]'
        return f"  {what}\n      {held.remedy}"


class CookieAudit:
    """Looks at every response of every app with CookieSafe in this process, from ``begin`` to ``end``.

    ``findings`` are the cookies that its gate holds, or in ``observe`` would hold, each once for a route and a line.
    """

    def __init__(self, root: Path) -> None:
        self.findings: list[Finding] = []
        self.demanded = False
        """Whether a test has asked for it, which is then to send something."""
        self._root = root
        self._ignored: tuple[str, ...] = ()
        self._lines: dict[tuple[int, str], Line] = {}
        self._exchanges: list[Exchange] = []
        self._patches: list[Any] = []

    def ignore(self, *names: str) -> None:
        """Let a test set these all the same, such as one that shows that they are held; ``hl_ad*`` is all of those."""
        self._ignored += names

    def begin(self) -> None:
        """From now on, look."""
        self._patches = [
            patch.object(Exchange, "arrive", self._seeing(Exchange.arrive)),
            patch.object(Exchange, "_note", self._noting(Exchange._note)),
        ]
        for module, owner, method, name_in in SETTERS:
            found = getattr(sys.modules.get(module), owner, None)
            if found is not None:
                setting = self._setting(getattr(found, method), name_in)
                self._patches.append(patch.object(found, method, setting))
        for each in self._patches:
            each.start()

    def end(self) -> str:
        """Look no longer; what there is to say of it, or nothing."""
        for each in reversed(self._patches):
            each.stop()
        began, self._patches = bool(self._patches), []
        seen = any(not each.ours for each in self._exchanges)
        self._exchanges.clear()
        if not began:
            return ""
        found = [each for each in self.findings if not self._ignores(each.held.name)]
        if found:
            told = "\n".join(each.told(self._root) for each in found)
            count = "A cookie is" if len(found) == 1 else f"{len(found)} cookies are"
            return f"{count} set that may not be:\n{told}"
        return "" if seen or not self.demanded else _NOTHING_SEEN

    def _ignores(self, name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in self._ignored)

    def _seeing(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def arrive(exchange: Exchange, *args: Any) -> Any:
            # Kept, too, so that no other has its id.
            self._exchanges.append(exchange)
            return original(exchange, *args)

        return arrive

    def _noting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def note(exchange: Exchange, held: Any, did: str) -> Any:
            if isinstance(held, Held) and did == "set cookie":
                line = self._lines.get((id(exchange), held.name)) or sender_of(sys._getframe(1))
                found = Finding(exchange.method, f"{exchange.root}{exchange.path}", held, line)
                if found not in self.findings:
                    self.findings.append(found)
            return original(exchange, held, did)

        return note

    def _setting(
        self, original: Callable[..., Any], name_in: Callable[..., str | None]
    ) -> Callable[..., Any]:
        @wraps(original)
        def setting(response: Any, *args: Any, **given: Any) -> Any:
            name = name_in(*args, **given)
            if name is not None:
                line = setter_of(sys._getframe(1))
                # Set once more on the way, by what hands it on: the app's own line stays.
                known = self._lines.get(key := (id(visiting.get()), name))
                if known is None or not line.of_library:
                    self._lines[key] = line
            return original(response, *args, **given)

        return setting
