"""What stands in the place of embeds that are held: a frame of ours, at the address made here."""

from __future__ import annotations

from urllib.parse import urlencode, urljoin

from .hosts import HeldHost, PageHosts

MAX_URL = 4096
"""How long an embed's URL may be, in characters, to be loaded later: it travels in ours."""

_MOST_FOUND = 100


class Embeds:
    """Says of one page what is held in it (``page.Swaps``). ``frame`` is the path of our page for embeds.

    ``found`` is what was asked about and is held, by key: the first hundred.
    """

    def __init__(self, hosts: PageHosts, frame: str) -> None:
        self._hosts = hosts
        self._frame = frame
        self.found: dict[str, HeldHost] = {}

    def held(self, url: str, base: str | None) -> str | None:
        """The whole URL if it is held, for a URL as the page has it."""
        held = self._hosts.held(url, base)
        if held is None:
            return None
        key = url
        if base is not None and self._hosts.held(url) is None:
            key = _joined(base, url)
        if len(self.found) < _MOST_FOUND:
            self.found.setdefault(key, held)
        return key

    def placeholder(self, key: str, sandbox: str | None) -> str:
        """The address of the frame that offers to load ``key``."""
        query = {"url": key} if len(key) <= MAX_URL else {}
        if sandbox is not None:
            query["sandbox"] = sandbox
        return f"{self._frame}?{urlencode(query)}"


def _joined(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:
        return base
