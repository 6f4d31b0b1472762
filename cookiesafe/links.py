"""The links in mails by which somebody is written to no more."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .errors import BadToken, UsageError
from .keys import KeyRing

LONGEST: Final = 2048
"""In characters; what is longer is none of ours."""
_NONCE_BYTES: Final = 12
_URL: Final = re.compile(
    r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*", re.ASCII
)
_LONGEST_LINE: Final = 998
"""In characters, the field's name included (RFC 5322, section 2.1.1): a link that is cut is none."""


@dataclass(frozen=True, slots=True)
class Link:
    """Whom it is about, and which purpose."""

    user: str
    purpose: str


class Links:
    """Seals them, so that nobody reads in a link whom it is about. It lasts as long as its key."""

    def __init__(self, keys: KeyRing, entropy: Callable[[int], bytes]) -> None:
        self._links = keys.sealer("unsubscribe", "link")
        self._entropy = entropy

    def write(self, link: Link) -> str:
        """The token of a link: letters, digits, ``-`` and ``_``."""
        sealed = f"{link.purpose} {link.user}".encode()
        return self._links.seal(sealed, self._entropy(_NONCE_BYTES))

    def read(self, token: str) -> Link:
        """Raises ``BadToken``."""
        if len(token) > LONGEST:
            raise BadToken("the token is longer than any of ours")
        purpose, _, user = self._links.open(token).decode().partition(" ")
        return Link(user, purpose)


def headers_of(links: Links, link: Link, url: str | None, path: str) -> dict[str, str]:
    """The fields of a mail (RFC 8058, section 3.1). ``url`` is where the app is, ``path`` where our pages are in it.

    Raises ``UsageError`` where they cannot be had.
    """
    url = (url or "").removesuffix("/")
    if not _URL.fullmatch(url):
        raise UsageError(
            f"url={url!r}, and mails have links of https only",
            fix='Give the address of the app: url="https://www.example".',
        )
    found = f"<{url}{path}/unsubscribe?{links.write(link)}>"
    if len(f"List-Unsubscribe: {found}") > _LONGEST_LINE:
        raise UsageError("the link does not fit into a line of a mail", fix="Use shorter ids.")
    return {
        "List-Unsubscribe": found,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
