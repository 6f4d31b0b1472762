"""The token by which a form shows whose it is, where the browser does not say where it was sent from.

A token is when it is over (unix seconds), a dot, and the signature of that and of whom the form was given to. Nothing in it
tells who that is.
"""

from __future__ import annotations

import json
import re
from typing import Final, NamedTuple

from .errors import BadToken
from .keys import KeyRing

FIELD: Final = "cookiesafe-token"
LASTS: Final = 12 * 3600
"""In seconds: a form may stay open for a day's work."""
_TOKEN: Final = re.compile(r"([0-9]{1,12})\.([A-Za-z0-9_-]{43})")


class Whom(NamedTuple):
    """Whom a form is given to: the ``user`` who is signed in, and the ``receipt`` of the consent, as far as there are any."""

    user: str | None
    receipt: str | None

    @property
    def known(self) -> bool:
        """Whether there is any. To all others the same forms are given."""
        return self != (None, None)

    def __repr__(self) -> str:
        return f"<Whom known={self.known}>"


class FormTokens:
    """Signs and verifies them."""

    def __init__(self, keys: KeyRing) -> None:
        self._signer = keys.signer("form", "token")

    def write(self, whom: Whom, now: float) -> str:
        """The token of a form that is given to somebody ``now``."""
        until = str(int(now) + LASTS)
        signature = self._signer.sign(_text(until, whom)).rpartition(".")[2]
        return f"{until}.{signature}"

    def holds(self, token: str, whom: Whom, now: float) -> bool:
        """Whether it was given to the same visitor, no longer than ``LASTS`` ago."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            return False
        try:
            self._signer.verify(f"{_text(match[1], whom)}.{match[2]}")
        except BadToken:
            return False
        return now <= int(match[1])


def _text(until: str, whom: Whom) -> str:
    return json.dumps([until, *whom])
