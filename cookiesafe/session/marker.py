"""The mark of a logout: a late response to an earlier request must not sign the visitor in again.

A session that the cookie itself carries cannot be taken back from one that is still under way. So the ids of logins
that were ended stand in a cookie of their own for as long as such a session could be read, and one of these is not
taken.
"""

from __future__ import annotations

import re
from typing import Final

from ..cookies import LONGEST_LIFE, find_cookie, write_set_cookie

_MOST: Final = 8
_IDS = re.compile(r"[\w-]{22}(?:\.[\w-]{22}){0,7}", re.ASCII)


class LogoutMarker:
    """Reads and writes the mark under one cookie name, for ``lasts`` seconds.

    It is not signed: at worst, a browser signs itself out.
    """

    def __init__(self, name: str, lasts: int, *, secure: bool) -> None:
        self.name = name
        self._lasts = min(lasts, LONGEST_LIFE)
        self._secure = secure

    def read(self, cookies: str) -> tuple[str, ...]:
        """The ids of the logins that were ended in this browser, the last one first."""
        found = (value for value in find_cookie(cookies, self.name) if _IDS.fullmatch(value))
        return tuple(sid for value in found for sid in value.split("."))

    def write(self, cookies: str, *sids: str) -> str:
        """The ``Set-Cookie`` line that adds logins to those in ``cookies``; the last eight count."""
        ids = dict.fromkeys((*sids, *self.read(cookies)))
        value = ".".join(list(ids)[:_MOST])
        return write_set_cookie(self.name, value, max_age=self._lasts, secure=self._secure)
