"""One browser, its parallel requests, slow handlers and lost answers, in any order: it is never taken for a thief.

What is taken for granted: no message travels for half a minute or longer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cookiesafe.remember import ATTEMPTS, Series, Terms, Verdict, present
from cookiesafe.remember.series import CAP
from tests.support.logins import DAY, NOW, a_login, shown

TRAVEL = 29
"""Seconds that a message is under way at most."""
TERMS = Terms(idle=CAP, absolute=CAP)
PICK = st.integers(0, 99)
MOST = 8
"""Requests that are under way at once."""


@dataclass
class Sent:
    """A request that is under way, with what the browser had when it left."""

    payload: str
    by: int


@dataclass
class Begun:
    """A request that has arrived, and the row as it was read then."""

    payload: str
    now: int
    row: Series


@dataclass
class Left:
    """A response under way."""

    payload: str
    by: int


class Browsing(RuleBasedStateMachine):
    """The store is a row, and a request between its read and its write is in ``begun``."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.row, self.jar = a_login(terms=TERMS)
        self.sent: list[Sent] = []
        self.begun: list[Begun] = []
        self.handled: list[Verdict] = []
        self.left: list[Left] = []

    @precondition(lambda self: len(self.sent) < MOST)
    @rule()
    def a_request_is_sent(self) -> None:
        self.sent.append(Sent(self.jar, self.now + TRAVEL))

    @precondition(lambda self: self.sent)
    @rule(pick=PICK)
    def a_request_arrives(self, pick: int) -> None:
        self._begin(self.sent.pop(pick % len(self.sent)))

    @precondition(lambda self: self.begun)
    @rule(pick=PICK)
    def a_request_is_judged(self, pick: int) -> None:
        self._judge(self.begun.pop(pick % len(self.begun)))

    @precondition(lambda self: self.handled)
    @rule(pick=PICK)
    def a_response_leaves(self, pick: int) -> None:
        verdict = self.handled.pop(pick % len(self.handled))
        if verdict.payload is not None and self.now <= verdict.send_until:
            self.left.append(Left(verdict.payload, self.now + TRAVEL))

    @precondition(lambda self: self.left)
    @rule(pick=PICK)
    def a_response_is_delivered(self, pick: int) -> None:
        self.jar = self.left.pop(pick % len(self.left)).payload

    @precondition(lambda self: self.left)
    @rule(pick=PICK)
    def a_response_is_lost(self, pick: int) -> None:
        self.left.pop(pick % len(self.left))

    @rule(seconds=st.integers(0, 3 * 60) | st.integers(0, 3 * DAY))
    def time_passes(self, seconds: int) -> None:
        """What has been under way for as long as may be arrives meanwhile."""
        until = self.now + seconds
        for request in list(self.begun):
            self._judge(request)
        self.begun.clear()
        while due := self._due(until):
            each = min(due, key=lambda each: each.by)
            self.now = each.by
            if isinstance(each, Sent):
                self.sent.remove(each)
                self._begin(each)
                self._judge(self.begun.pop())
            else:
                self.left.remove(each)
                self.jar = each.payload
        self.now = until

    @invariant()
    def the_browser_has_a_token_that_lives(self) -> None:
        assert self.row.seen_gen <= shown(self.jar).gen <= self.row.gen

    def _due(self, until: int) -> list[Sent | Left]:
        under_way: list[Sent | Left] = [*self.sent, *self.left]
        return [each for each in under_way if each.by < until]

    def _begin(self, request: Sent) -> None:
        self.begun.append(Begun(request.payload, self.now, self.row))

    def _judge(self, request: Begun) -> None:
        presented, row = shown(request.payload), request.row
        for _ in range(ATTEMPTS):
            verdict = present(presented, row, 0, request.now, TERMS)
            assert verdict.outcome == "accepted"
            if verdict.replace is None:
                break
            if self.row.gen == verdict.expected:
                self.row = verdict.replace
                break
            row = self.row
        else:
            raise AssertionError(f"others were faster {ATTEMPTS} times")
        self.handled.append(verdict)


class Stealing(RuleBasedStateMachine):
    """Whatever was lost before: when both go on, one of them soon shows a token that the other has replaced."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.row, payload = a_login(terms=TERMS)
        self.jars = {"browser": payload, "thief": payload}
        self.over = False

    @rule(who=st.sampled_from(["browser", "thief"]), lost=st.booleans())
    def someone_comes(self, who: str, lost: bool) -> None:
        verdict = present(shown(self.jars[who]), self.row, 0, self.now, TERMS)
        if self.over:
            assert verdict.outcome == "refused"
            return
        if verdict.outcome == "stolen":
            self.over = True
            assert verdict.series == self.row
            self.row = replace(self.row, revoked_at=self.now, revoked_why="theft")
            return
        assert verdict.outcome == "accepted"
        self.row = verdict.replace or self.row
        if verdict.payload and not lost:
            self.jars[who] = verdict.payload

    @rule(seconds=st.integers(0, 3 * 60) | st.integers(0, 3 * DAY))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds

    def teardown(self) -> None:
        """Both go on, once a day each, and are answered."""
        for who in ("browser", "thief", "browser"):
            self.time_passes(DAY)
            self.someone_comes(who, lost=False)
        assert self.over


TestBrowsing = Browsing.TestCase
TestBrowsing.settings = settings(max_examples=200, stateful_step_count=60, deadline=None)
TestStealing = Stealing.TestCase
TestStealing.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
