"""What browsers report about our Content-Security-Policy: which hosts they refused to call.

Both forms are read: ``{"csp-report": {…}}`` of CSP2, and the list of the Reporting API. Anybody can send such a thing,
so nothing of it is kept but names of hosts, and nothing follows from it but a count.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .csp import is_ours

TYPES = frozenset({"application/csp-report", "application/reports+json", "application/json"})
"""The content types of reports."""

_MOST = 100
_LONGEST_URL = 4096


def refused(body: bytes, path: str, *, enforce: bool) -> list[str]:
    """The URLs that our policy, which reports to ``path``, did not let be called; at most 100. Never raises.

    ``enforce`` is whether ours is enforced: reports of another disposition are somebody else's.
    """
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return []
    found = []
    for report in _reports(sent):
        csp = _one_of(report, "original-policy", "originalPolicy")
        url = _one_of(report, "blocked-uri", "blockedURL")
        disposition = report.get("disposition", "enforce" if enforce else "report")
        if disposition == ("enforce" if enforce else "report") and is_ours(csp, path):
            found.append(url[:_LONGEST_URL])
        if len(found) == _MOST:
            break
    return found


def _reports(sent: Any) -> Iterator[dict[str, Any]]:
    if isinstance(sent, dict):
        report = sent.get("csp-report")
        if isinstance(report, dict):
            yield report
    elif isinstance(sent, list):
        for each in sent:
            if isinstance(each, dict) and each.get("type") == "csp-violation":
                report = each.get("body")
                if isinstance(report, dict):
                    yield report


def _one_of(report: dict[str, Any], *names: str) -> str:
    return next((text for name in names if isinstance(text := report.get(name), str)), "")


class Allowance:
    """How many of something are taken: ``burst`` at once, and ``rate`` a second in the long run."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = self._left = burst
        self._since: float | None = None

    def take(self, now: float) -> bool:
        """Whether one more is taken at ``now``, in seconds. A clock that goes back gives nothing."""
        if self._since is not None and now > self._since:
            self._left = min(self._burst, self._left + (now - self._since) * self._rate)
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
