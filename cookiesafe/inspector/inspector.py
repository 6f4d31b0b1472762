"""Which requests are kept to be looked at, for how long, and by whom."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from collections import deque
from collections.abc import Callable
from hmac import compare_digest
from itertools import count
from typing import Final

from ..addresses import LONGEST_HOST, is_loopback
from ..errors import OpenInspector
from ..ports import Request
from .story import Story

MOST_KEPT: Final = 50
SHOWN: Final = 5
"""How many of them stand at the end of a page."""
SHORTEST_TOKEN: Final = 32
_LONGEST_FIELD: Final = 1024
_RELAYED: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


class Inspector:
    """Keeps what was told of the last requests of this process, the first 50 rows of anything.

    Without a ``token`` it is for who sits at this very machine: the site says that it is there (``origin``), and so do
    the address that asks and the ``Host`` it asks. With one, whoever has it may look, from anywhere. ``timer`` gives
    seconds. Raises ``OpenInspector`` where anybody could look.
    """

    def __init__(self, token: str | None, origin: str | None, timer: Callable[[], float]) -> None:
        if token is None and not (origin and is_loopback(origin.partition("://")[2])):
            raise OpenInspector(
                f"inspector=True with origin={origin!r}: it would be open to everybody",
                fix='Say that the site is on this machine, origin="http://localhost:8000", or give a token instead of '
                f'True, of {SHORTEST_TOKEN} characters or more: inspector="…".',
            )
        if token is not None and len(token) < SHORTEST_TOKEN:
            raise OpenInspector(
                f"the inspector's token has {len(token)} characters, and may be guessed",
                fix="Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
            )
        self._token = None if token is None else token.encode()
        self.timer = timer
        self._numbers = count(1)
        self._kept: deque[Story] = deque(maxlen=MOST_KEPT)

    @classmethod
    def of(
        cls, setting: object, origin: str | None, timer: Callable[[], float]
    ) -> Inspector | None:
        """What the setting comes to: ``False`` for none, ``True``, or a token. Raises ``OpenInspector``."""
        if setting is False or setting is None:
            return None
        if setting is not True and not isinstance(setting, str):
            raise OpenInspector(f"inspector={setting!r}", fix="It is True, False, or a token.")
        return cls(setting if isinstance(setting, str) else None, origin, timer)

    def keep(self, story: Story) -> None:
        """Remember a story; the oldest makes room for it."""
        story.number = next(self._numbers)
        self._kept.append(story)

    def latest(self, most: int = MOST_KEPT) -> list[Story]:
        """The newest first."""
        return [*reversed(self._kept.copy())][:most]

    @property
    def by_token(self) -> bool:
        """Whether a token opens it, and no page of the app has it."""
        return self._token is not None

    def is_near(self, request: Request) -> bool:
        """Whether who asks sits at this machine, as far as can be told. To be asked while the request arrives.

        A name that leads here and is another's, and whoever comes by a proxy that says so, are not near.
        """
        return (
            self._token is None
            and is_loopback(_bracketed(request.peer))
            and is_loopback(request.host[:LONGEST_HOST])
            and not any(request.header(name) for name in _RELAYED)
        )

    def lets_in(self, request: Request) -> bool:
        """Whether who asks may look."""
        if self._token is None:
            return self.is_near(request)
        return compare_digest(_password(request.header("authorization")), self._token)


def _bracketed(address: str) -> str:
    """An address as it stands in an authority."""
    plain = address[:LONGEST_HOST].removeprefix("::ffff:")
    return f"[{plain}]" if ":" in plain else plain


def _password(field: str | None) -> bytes:
    """What ``Authorization: Basic`` says, whatever the user is called (RFC 7617); nothing for what is none."""
    scheme, _, said = (field or "")[:_LONGEST_FIELD].partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return b64decode(said.strip(), validate=True).partition(b":")[2]
    except (Error, ValueError):
        return b""
