"""What the visitor is shown of the policy: its tables, what differs in another that is announced, and earlier versions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..policy import Announcement, Policy
from ..sayings import Foreign
from .differing import told
from .language import Language
from .lists import Lasting, Version, groups, well_known
from .shown import as_ascii


class PolicyNotice:
    """Of a ``policy`` as it was declared, in whatever ``language``. ``render`` is as for the ways to be contacted.

    ``lasting`` says how long cookies of ours are kept.
    """

    def __init__(
        self, policy: Policy, render: Callable[..., str], language: Language, lasting: Lasting
    ) -> None:
        self._policy = policy
        self._render = render
        self._language = language
        self._lasting = lasting

    def cookies(self, root: str) -> bytes:
        """The tables of cookies and vendors, made from the policy."""
        return self.version(root, self._policy)

    def version(self, root: str, policy: Policy, since: int | None = None) -> bytes:
        """The same, of another version of the policy, which was first used at ``since`` (unix seconds)."""
        policy = policy.in_language(self._language.tag, self._language.plain)
        page = self._render(
            "cookies.html",
            root,
            since=since,
            groups=groups(policy, self._lasting),
            known=well_known(policy),
        )
        return page.encode("utf-8")

    def announced(self, root: str, next_path: str, announcement: Announcement) -> bytes:
        """That a policy was announced, to stand first in the body; ASCII. ``next_path`` is where the answer leads to."""
        page = self._render(
            "change.html",
            root,
            next=next_path,
            announcement=announcement,
            summary=self._foreign(" ".join(announcement.summary)),
            in_force=self._policy.fingerprint == announcement.id,
        )
        return as_ascii(page)

    def changes(
        self,
        root: str,
        next_path: str,
        announcement: Announcement | None,
        versions: Sequence[Version],
        *,
        to_answer: bool,
    ) -> bytes:
        """What differs in an announced policy, and the versions there were."""
        page = self._render(
            "changes.html",
            root,
            next=next_path,
            announcement=announcement,
            summary=[] if announcement is None else map(self._foreign, announcement.summary),
            differences=[] if announcement is None else list(told(announcement, self._language)),
            in_force=announcement is not None and self._policy.fingerprint == announcement.id,
            versions=versions,
            to_answer=to_answer,
        )
        return page.encode("utf-8")

    def _foreign(self, text: str) -> str:
        """A text of the site's that is in its own language, wherever it is shown."""
        own = self._policy.site.language
        return text if own.lower() == self._language.tag.lower() else Foreign(text, own)
