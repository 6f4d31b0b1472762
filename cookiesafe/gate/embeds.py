"""What stands in the place of embeds that are held: a frame of ours, at the address made here."""

from __future__ import annotations

from urllib.parse import urlencode, urljoin

from .hosts import HeldHost, PageHosts

MAX_QUERY = 3400
"""How long the query of our page for an embed may be, in bytes: servers refuse request lines beyond 4,094."""

_MOST_FOUND = 100


class Embeds:
    """Says of one page what is held in it (``page.Swaps``).

    ``frame`` is the path of our page for embeds; ``None`` where the app lets none of the site's pages into a frame.
    ``found`` is what was asked about and is held, by key: the first hundred.
    """

    def __init__(self, hosts: PageHosts, frame: str | None) -> None:
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

    def placeholder(self, key: str, sandbox: str | None) -> str | None:
        """The address of the frame that offers to load ``key``; ``None``: it stays as it is, for the CSP to refuse."""
        if self._frame is None:
            return None
        query = embed_query(key, sandbox)
        return f"{self._frame}?{query}" if len(query) <= MAX_QUERY else self._frame


def embed_query(url: str, sandbox: str | None) -> str:
    """What asks our page for an embed, in a frame with that ``sandbox`` if it is to have one; ASCII."""
    return urlencode({"url": url} if sandbox is None else {"url": url, "sandbox": sandbox})


def _joined(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:
        return base
