"""What is told to the operator while requests are answered: each thing once, whatever clients send."""

from __future__ import annotations

from .addresses import LONGEST_HOST
from .events import Once, log

_MOST_TOLD = 20
_LONGEST_PATH = 100
_OUTCOMES = {True: "was refused", False: "would be refused in enforce"}


class Telling:
    """Knows what was told already."""

    def __init__(self) -> None:
        self.once = Once()
        # What clients send must not crowd out what is said of faults.
        self._once_ridden = Once(_MOST_TOLD)
        self._once_foreign = Once(_MOST_TOLD)

    def report_ridden(self, origin: str | None) -> None:
        """Log that a WebSocket was closed since another site had opened it. Once for each origin."""
        said = _short(origin)
        if self._once_ridden.first(said):
            log.warning(
                "a WebSocket with a visitor's session was opened from %r, and closed. If that is the site itself, say so: "
                "origin= behind a proxy, trusted_origins= for others. [CS603]",
                said,
            )

    def report_foreign(self, origin: str | None, what: str, *, refused: bool) -> None:
        """Log that something was not made by the site itself, and whether it was refused. Once for each origin."""
        said = _short(origin)
        if self._once_foreign.first(said):
            log.warning(
                "%r, from %r, %s: the site itself has not sent it. If it has, say so: origin= behind a proxy, "
                "trusted_origins= for others, visit.form_token where a browser says nothing of it. [CS607]",
                what[:_LONGEST_PATH],
                said,
                _OUTCOMES[refused],
            )

    def report_late(self, what: str) -> None:
        """Log that the app first looked at something when caches could no longer be told. Once for each thing."""
        if self.once.first("late", what):
            log.warning(
                "%s was first looked at after a response's headers had left. If the response is made from it, a shared "
                "cache may give it to others: look before it begins, or send Cache-Control: private. [CS305]",
                what,
            )

    def report_store(self, what: str, why: object) -> None:
        """Log what was not kept, or not found out, since the store did not do it. Once for each thing."""
        if self.once.first("store", what):
            log.error("%s: %s [CS602]", what, why)

    def report_fault(self, where: str) -> None:
        """Log the exception being handled, which is a fault of our own. Once for each place."""
        if self.once.first("fault", where):
            log.exception(
                "a fault of CookieSafe's own, at %s: nothing optional is allowed [CS900]", where
            )


def _short(origin: str | None) -> str:
    return (origin or "nowhere")[:LONGEST_HOST]
