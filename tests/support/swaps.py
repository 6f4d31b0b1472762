"""A stand-in for what a visitor has not agreed to: everything of one host is held."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

DOCUMENT = "https://site.example/news/today"
HELD = "held.example"
EMBED = "/embed"


class HeldHost:
    """All of ``held.example`` is held, as seen from ``DOCUMENT``; ``asked`` is what the gate asked about."""

    def __init__(self, host: str = HELD) -> None:
        self.host = host
        self.asked: list[tuple[str, str | None]] = []

    def held(self, url: str, base: str | None) -> str | None:
        self.asked.append((url, base))
        try:
            whole = urljoin(urljoin(DOCUMENT, _cleaned(base or "")), _cleaned(url))
            host = urlsplit(whole).hostname or ""
        except ValueError:
            return url
        return whole if host == self.host or host.endswith("." + self.host) else None

    def placeholder(self, key: str, sandbox: str | None) -> str:
        return EMBED


def _cleaned(url: str) -> str:
    """What the URL Standard leaves out of an address before it is read."""
    return re.sub(r"[\t\n\r]", "", url.strip("".join(map(chr, range(0x21)))))
