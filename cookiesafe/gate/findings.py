"""What the log says of the app, each thing once."""

from __future__ import annotations

from collections.abc import Sequence
from logging import INFO, WARNING

from ..cookies import set_cookie_name
from ..events import Once, log
from .cookies import Held, repeated
from .headers import HeldField
from .hosts import HeldHost
from .sightings import Sightings


class Findings:
    """Says what was held back, shortened, or set twice, and keeps in mind what nobody declared; in ``observe``, what would have been.

    Never a value, and nothing twice: not for each name and kind, whatever the path.
    """

    def __init__(self, once: Once, sightings: Sightings, *, enforce: bool) -> None:
        self._once = once
        self._sightings = sightings
        self._was = "was" if enforce else "would be"

    def held(self, path: str, did: str, held: Held | HeldHost | HeldField) -> None:
        """``did`` is what the app did with it, such as ``set cookie``."""
        if held.rule == "undeclared":
            seen = self._sightings
            saw = seen.saw_host if isinstance(held, HeldHost) else seen.saw_cookie
            saw(held.name)
        if not self._once.first("held", held.name, held.rule):
            return
        log.log(
            INFO if held.rule == "not granted" else WARNING,
            "%r %s %r, %s: it %s held back. %s [%s]",
            path,
            did,
            held.name,
            held.reason,
            "was" if held.rule == "reserved" else self._was,
            held.remedy,
            held.code,
            extra={"cookiesafe": held, "path": path},
        )

    def shortened(self, path: str, line: str) -> None:
        name = set_cookie_name(line)[:80]
        if self._once.first("shortened", name):
            log.warning(
                "%r set cookie %r for longer than the policy says, or than 400 days: its life %s cut. Say how long it "
                "is kept with `lifetime` in the policy, or keep it for less. [CS208]",
                path,
                name,
                self._was,
            )

    def repeated(self, path: str, lines: Sequence[str]) -> None:
        """Of the lines of one response."""
        for name in repeated(lines):
            if self._once.first("repeated", name[:80]):
                log.warning(
                    "%r set cookie %r twice in one response: browsers keep the last. Set it once. [CS209]",
                    path,
                    name[:80],
                )
