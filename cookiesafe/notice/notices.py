"""One policy's words and pages in all the languages that visitors are spoken to in."""

from __future__ import annotations

from ..languages import accepted, look_up
from ..policy import Policy
from .lists import Lasting
from .notice import Notice
from .rendering import compile_templates
from .theme import THEME, Theme


class Notices:
    """``usual`` is in the language of the policy's own texts. Each other is made when somebody is first spoken to in it.

    ``path``, ``lasting`` and ``theme`` are as for one.
    """

    def __init__(self, policy: Policy, path: str, lasting: Lasting, theme: Theme = THEME) -> None:
        self._policy = policy
        self._path = path
        self._lasting = lasting
        self._theme = theme
        self._made: dict[str, Notice] = {}
        self.offered = policy.languages
        """The tags of the languages."""
        self.several = len(self.offered) > 1
        self.usual = self[self.offered[0]]
        compile_templates()

    def __getitem__(self, tag: str) -> Notice:
        """In a language that is offered."""
        if tag not in self._made:
            self._made[tag] = Notice(
                self._policy,
                self._path,
                self._lasting,
                tag,
                tells_language=self.several,
                theme=self._theme,
            )
        return self._made[tag]

    def named(self, tag: str | None) -> Notice | None:
        """In the language of a tag, whoever it comes from, if something like it is offered."""
        found = look_up(tag, self.offered) if tag and self.several else None
        return None if found is None else self[found]

    def accepted(self, field: str | None) -> Notice:
        """In the language that suits an ``Accept-Language`` best, or else the usual one."""
        found = accepted(field, self.offered) if field and self.several else None
        return self.usual if found is None else self[found]
