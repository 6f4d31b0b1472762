"""What is kept of an answer about age: that it is a child's, or that it is not. Never the date of birth."""

from __future__ import annotations

from typing import Literal

from .consent.consent import DAY
from .cookies import expire_set_cookie, find_cookie, write_set_cookie

KEPT_DAYS = 365

Age = Literal["child", "adult"]


class AgeCookie:
    """Reads and writes the answer under one cookie name.

    It is not signed: at worst, a browser makes a child of its visitor, or keeps a question from being asked.
    """

    def __init__(self, name: str, *, secure: bool) -> None:
        self.name = name
        self._secure = secure

    def read(self, cookies: str) -> Age | None:
        """The answer that was given. Of two that differ, it is a child's."""
        found = find_cookie(cookies, self.name)
        if "child" in found:
            return "child"
        return "adult" if "adult" in found else None

    def write(self, age: Age) -> str:
        """The ``Set-Cookie`` line: a child's answer stays for a year, the other until the browser is closed."""
        kept = KEPT_DAYS * DAY if age == "child" else None
        return write_set_cookie(self.name, age, max_age=kept, secure=self._secure)

    def expire(self) -> str:
        """The ``Set-Cookie`` line that forgets it."""
        return expire_set_cookie(self.name, secure=self._secure)
