"""An exchange that tells the inspector of its request, and puts what was told at the end of its page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import AnyStr, ParamSpec, TypeVar

from ..desk import EMBED
from ..desk.asked import HTML
from ..errors import StoreError, UsageError
from ..exchange import Exchange
from ..fields import Header, Spelling, text_of
from ..gate import PageGate
from ..gate.documents import Markup
from ..gate.findings import AnyHeld, line_of
from ..gate.roles import ROLES, Role
from ..inspector import Inspector, Row, Story, fragment
from ..inspector.inspector import SHOWN
from ..inspector.story import LONGEST_TEXT
from ..jar import Arrival, Standing
from ..legible import legible
from ..origin import SAFE_METHODS
from ..ports import Answer, Append, Reply
from ..routes import route_of
from ..settings import Settings
from .facts import cookies, decision, fields, hosts, lines_in, received, recorded

P = ParamSpec("P")
R = TypeVar("R")

_QUIET = frozenset(
    {
        "dashboard",
        "dashboard.css",
        "inspector",
        "inspector.css",
        "notice.css",
        "notice.js",
        "pages.css",
        "reports",
        "health",
    }
)
"""The pages of ours that are no part of a visit. A frame for an embed is part of a page, until a button in it is pressed."""
_OF_WORDS = frozenset({"policy", "notice", "key"})
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Inspected(Exchange):
    """Goes in front of an edge's own exchange. It changes nothing of what it tells of but the length of a page.

    A fault of the telling is reported as one of ours, and the request goes on.
    """

    _inspector: Inspector
    _story: Story
    _near = False
    """Whether who asks may see the story at the end of the page."""
    _quiet = True
    _before: Arrival | None = None
    """Where the visitor stood when the app was asked."""
    _begun = b""

    def arrive(self, settings: Settings) -> bool:
        assert settings.inspector is not None  # noqa: S101 (else nobody makes one of these)
        self._settings, self._inspector = settings, settings.inspector
        self._story = Story(legible(self.method, 20), legible(route_of(self.path), LONGEST_TEXT))
        page = self.path.removeprefix(settings.own_paths)
        offers = page == EMBED and self.method in SAFE_METHODS
        self._quiet = page != self.path and (page in _QUIET or offers)
        self._near = not self._quiet and bool(self._look(self._inspector.is_near, self))
        return self._timed(super().arrive, settings)

    def supply(self, answers: list[Answer]) -> None:
        self._timed(super().supply, answers)

    def leave(self, status: int, fields: list[tuple[AnyStr, AnyStr]]) -> bool:
        return self._timed(super().leave, status, fields)

    def is_same_for_all(self, fields: Iterable[tuple[AnyStr, AnyStr]]) -> bool:
        """It departs in the way that can be told of; what leaves is the same."""
        return False

    def depart(
        self, status: int, fields: list[tuple[AnyStr, AnyStr]], spelling: Spelling[AnyStr]
    ) -> list[tuple[AnyStr, AnyStr]]:
        left = self._timed(super().depart, status, fields, spelling)
        if self.ours:
            return left
        self._look(self._tell, status, fields, left)
        if self._shows:
            left = [field for field in left if ROLES[field[0]] not in ("length", "untrue")]
            self._promised = False
        return left

    def body(self, chunk: bytes, *, last: bool) -> bytes:
        if len(self._begun) < 2:
            self._begun = (self._begun + chunk)[:2]
        shows = last and self._shows and self._begun not in _UTF16
        passed = self._timed(self._passed, chunk, last)
        if shows:
            passed += self._look(self._told) or b""
        return passed

    def _passed(self, chunk: bytes, last: bool) -> bytes:
        return super().body(chunk, last=last)

    @property
    def _shows(self) -> bool:
        return self._near and self.whole and self.page is not None

    # --- what is done otherwise -------------------------------------------------------------------

    def _await_page(self, arrival: Arrival) -> None:
        super()._await_page(arrival)
        self._before = self._arrival
        if self._near and self.navigates and not self.places:
            # In ``observe``, and where there is nothing to ask about, only the story is placed.
            self.places = self.whole = True
            self.shown = self.method != "HEAD"

    def _place(
        self,
        markup: Markup,
        standing: Standing,
        fields: list[tuple[AnyStr, AnyStr]],
        told: dict[Role, AnyStr],
        spelling: Spelling[AnyStr],
    ) -> list[tuple[AnyStr, AnyStr]]:
        if self._settings.places:
            return super()._place(markup, standing, fields, told, spelling)
        if self.shown and markup == "html":
            self.page = PageGate(None)
        return fields

    def _conclude(self, reply: Reply) -> None:
        super()._conclude(reply)
        if self.reply is None or self._quiet:
            return
        self._look(self._tell, reply.status, reply.headers, self.reply.headers)
        if self._near and self.is_navigation() and HTML in reply.headers and self.reply.body:
            self.reply.body += self._look(self._told) or b""
            others = [field for field in self.reply.headers if field[0] != "Content-Length"]
            self.reply.headers = [*others, ("Content-Length", str(len(self.reply.body)))]

    # --- what is told -----------------------------------------------------------------------------

    def _note(self, held: AnyHeld, did: str) -> None:
        super()._note(held, did)
        self._look(self._tell_held, held, did)

    def _hear(self, answers: list[Answer]) -> None:
        super()._hear(answers)
        self._look(self._tell_records, answers)

    def _tell_held(self, held: AnyHeld, did: str) -> None:
        enforce = self._settings.enforce
        self._story.write(line_of(self.path, did, held, enforce=enforce))
        if did == "set cookie":
            return
        object_ = "" if did == "sent" else " it"
        why = f"the app {did}{object_}, {held.reason}. {held.remedy}"
        if enforce:
            row = Row(held.name, "held back", why, "held")
        else:
            row = Row(held.name, "passed", f"enforce would hold it back: {why}", "changed")
        self._story.add("Tags and embeds", row)

    def _tell_records(self, answers: list[Answer]) -> None:
        for need, answer in zip(self.needs, answers, strict=False):
            for record in need.records if isinstance(need, Append) else ():
                if record.event not in _OF_WORDS:
                    kept = not isinstance(answer, StoreError)
                    self._story.add("Records", recorded(record, kept=kept))

    def _tell(
        self,
        status: int,
        tried: Iterable[tuple[AnyStr, AnyStr]],
        left: Iterable[tuple[AnyStr, AnyStr]],
    ) -> None:
        """All that is known when the headers leave."""
        settings, story, after = self._settings, self._story, self._arrived()
        story.forget_departure()
        story.status, story.own, story.time = status, self.ours, self._now
        story.waited = self.waited * 1000
        before, policy = self._before or after, settings.policy
        were, are = _texts(tried), _texts(left)
        story.add("Decision", *decision(policy, after.standing, blocked=self._blocked))
        story.add(
            "Cookies received", *received(policy, self._jar, before, enforce=settings.enforce)
        )
        mine = [] if self.ours else lines_in(were)
        now = self._now
        for title, row in cookies(policy, self._jar, after.standing, mine, lines_in(are), now):
            story.add(title, row)
        for title, row in fields(were, are):
            story.add(title, row)
        if story.rows["Policy for the browser"] and (self.navigates or self.destination):
            called = hosts(policy, after.standing, enforce=settings.enforce)
            story.add("Policy for the browser", *called)
        if not story.number and not self._quiet and (story.held or not self.part):
            self._inspector.keep(story)

    def _told(self) -> bytes:
        """At most so many of the last requests, this one first, whatever else has come meanwhile."""
        others = [each for each in self._inspector.latest(SHOWN) if each is not self._story]
        stories = [self._story, *others][:SHOWN]
        return fragment(stories, self.root, self._settings.own_paths)

    def _timed(self, does: Callable[P, R], *args: P.args, **given: P.kwargs) -> R:
        began = self._inspector.timer()
        try:
            return does(*args, **given)
        finally:
            self._story.spent += (self._inspector.timer() - began) * 1e6

    def _look(self, does: Callable[P, R], *args: P.args, **given: P.kwargs) -> R | None:
        try:
            return does(*args, **given)
        except UsageError:
            return None
        except Exception:
            self._settings.telling.report_fault("inspector")
            return None


def _texts(headers: Iterable[tuple[AnyStr, AnyStr]]) -> list[Header]:
    return [(text_of(name), text_of(value)) for name, value in headers]
