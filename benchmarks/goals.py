"""What is compared with what, and the goal: what ours adds over a bare app, over what theirs adds over one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """``(ours - our_floor) / (theirs - their_floor)`` is to be at most ``goal``.

    ``ceiling`` is what it must not go over: a little above what was reached, so that no change makes it worse unseen.
    """

    title: str
    ours: str
    our_floor: str
    theirs: str
    their_floor: str
    goal: float
    ceiling: float

    @property
    def cases(self) -> tuple[str, str, str, str]:
        return (self.ours, self.our_floor, self.theirs, self.their_floor)

    def ratio(self, cost: dict[str, float]) -> float:
        return (cost[self.ours] - cost[self.our_floor]) / (
            cost[self.theirs] - cost[self.their_floor]
        )


def _asgi(how: str, goal: float, ceiling: float) -> Goal:
    what = "no cookies" if how == "none" else f"session {how}"
    ours, theirs = f"asgi-cookiesafe:{how}", f"asgi-starlette:{how}"
    return Goal(
        f"ASGI, {what}, over Starlette's", ours, "asgi-raw", theirs, "asgi-raw", goal, ceiling
    )


def _wsgi(how: str, goal: float, ceiling: float) -> Goal:
    ours, theirs = f"wsgi-cookiesafe:{how}", f"wsgi-flask:{how}"
    title = f"WSGI, session {how}, over Flask's"
    return Goal(title, ours, "wsgi-raw", theirs, "wsgi-flask:bare", goal, ceiling)


GOALS = (
    _asgi("untouched", 0.20, 0.21),
    _asgi("read", 0.60, 0.63),
    _asgi("modified", 0.65, 0.70),
    _asgi("none", 0.75, 0.80),
    _wsgi("untouched", 0.08, 0.095),
    _wsgi("read", 0.35, 0.26),
    _wsgi("modified", 0.25, 0.19),
)
CASES = tuple(dict.fromkeys(case for goal in GOALS for case in goal.cases))
