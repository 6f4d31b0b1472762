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


def _starsessions(how: str, goal: float, ceiling: float) -> Goal:
    ours, theirs = f"asgi-cookiesafe:{how}", f"asgi-starsessions:{how}"
    title = f"ASGI, session {how}, over starsessions'"
    return Goal(title, ours, "asgi-raw", theirs, "asgi-raw", goal, ceiling)


def _wsgi(how: str, goal: float, ceiling: float) -> Goal:
    ours, theirs = f"wsgi-cookiesafe:{how}", f"wsgi-flask:{how}"
    title = f"WSGI, session {how}, over Flask's"
    return Goal(title, ours, "wsgi-raw", theirs, "wsgi-flask:bare", goal, ceiling)


def _flask(how: str, what: str, goal: float, ceiling: float) -> Goal:
    """Flask with our session interface and with its own, over Flask without a session."""
    ours, theirs, floor = f"wsgi-flask-ours:{how}", f"wsgi-flask:{how}", "wsgi-flask-none:bare"
    return Goal(
        f"Flask with our interface, {what}, over its own", ours, floor, theirs, floor, goal, ceiling
    )


def _answer(title: str, who: str, how: str, goal: float, ceiling: float) -> Goal:
    """What an answer costs more than the bare app's, over what Starlette's session adds where nobody touches it."""
    ours, floor = f"answer-{who}:{how}", f"answer-raw:{how}"
    theirs = "asgi-starlette:untouched"
    return Goal(
        f"{title}, over Starlette's session", ours, floor, theirs, "asgi-raw", goal, ceiling
    )


def _counted(title: str, how: str, floor: str, goal: float, ceiling: float) -> Goal:
    """What it adds to a request that traffic is counted, over what Starlette's session adds."""
    ours, not_counted = f"answer-counted:{how}", f"answer-granted:{floor}"
    theirs = "asgi-starlette:untouched"
    return Goal(
        f"{title}, over Starlette's session", ours, not_counted, theirs, "asgi-raw", goal, ceiling
    )


def _long(title: str, who: str, how: str, goal: float, ceiling: float) -> Goal:
    """A policy of a thousand vendors and cookies beside one of a few."""
    few, floor = f"answer-{who}:{how}", f"answer-raw:{how}"
    return Goal(f"{title}, 1,000 vendors over one", f"{few}-1000", floor, few, floor, goal, ceiling)


def _cookie(title: str, ours: str, theirs: str, goal: float, ceiling: float) -> Goal:
    nothing = "cookie:nothing"
    return Goal(title, f"cookie:{ours}", nothing, f"cookie:{theirs}", nothing, goal, ceiling)


def _token(title: str, ours: str, theirs: str, goal: float, ceiling: float) -> Goal:
    nothing = "token:nothing"
    return Goal(title, f"token:{ours}", nothing, f"token:{theirs}", nothing, goal, ceiling)


_CARRY = Goal(
    "A form of 1 KB opened and sealed, over AES-GCM and JSON alone",
    "carry:ours",
    "carry:untouched",
    "carry:bare",
    "carry:nothing",
    3.00,
    2.20,
)
_DJANGO = Goal(
    "Django, over django-cookie-consent's",
    "wsgi-django:cookiesafe",
    "wsgi-django:bare",
    "wsgi-django:clean",
    "wsgi-django:bare",
    0.03,
    0.043,
)

GOALS = (
    _asgi("untouched", 0.20, 0.19),
    _asgi("read", 0.60, 0.56),
    _asgi("modified", 0.65, 0.64),
    _asgi("none", 0.75, 0.75),
    _starsessions("read", 0.50, 0.30),
    _starsessions("modified", 0.50, 0.51),
    _wsgi("untouched", 0.08, 0.08),
    _wsgi("read", 0.35, 0.28),
    _wsgi("modified", 0.25, 0.19),
    _flask("bare", "no cookies", 0.50, 0.34),
    _flask("untouched", "session untouched", 0.50, 0.12),
    _flask("read", "session read", 0.50, 0.30),
    _flask("modified", "session modified", 0.50, 0.48),
    _DJANGO,
    _answer("ASGI, 2 of 3 Set-Cookie held", "refused", "lines", 0.20, 0.53),
    _answer("ASGI, page of 20 KB, all granted", "granted", "page", 0.15, 0.71),
    _answer("ASGI, page in 4 chunks, all granted", "granted", "page-4", 0.15, 0.83),
    _counted("Counting what is no page", "text", "text", 0.05, 0.002),
    _counted("Counting a page view", "page-left", "page", 0.05, 0.065),
    _cookie("One of 25 cookies, over a loop", "find", "loop", 0.15, 0.15),
    _cookie("All of 25 cookies, over Starlette's", "jar", "starlette", 0.75, 1.02),
    _cookie("All of 25 cookies, over SimpleCookie", "jar", "simple-cookie", 0.08, 0.10),
    _token("Signing 264 bytes, over TimestampSigner's", "sign", "timestamp-sign", 0.60, 0.57),
    _token("Verifying 264 bytes, over TimestampSigner's", "verify", "timestamp-verify", 0.60, 0.54),
    _token("Sealing 264 bytes, over signing", "seal", "sign", 1.00, 0.78),
    _token("Opening 264 bytes, over verifying", "open", "verify", 1.00, 0.91),
    _CARRY,
    _long("ASGI, session untouched", "granted", "text", 1.10, 1.10),
    _long("ASGI, 2 of 3 Set-Cookie held", "refused", "lines", 1.10, 1.10),
    _long("ASGI, undecided, page with a frame held", "undecided", "frame", 1.10, 1.10),
)
TOLD = (
    ("a page view, counted by a thread later", "answer-counted:page", "answer-counted:page-left"),
    ("signed in, asked for in the store", "login-cookiesafe:signed-in", "wsgi-raw"),
    ("remembered, asked for in the store", "login-cookiesafe:remembered", "wsgi-raw"),
    ("remembered by Flask-Login, asked for nowhere", "login-flask-login:remembered", "login-flask-login:bare"),
    ("signed in by Django, asked for in the store", "wsgi-django:user", "wsgi-django:bare"),
)  # fmt: skip
"""What has no goal, and is only told: what it adds to a request."""
CASES = tuple(dict.fromkeys(case for goal in GOALS for case in goal.cases))
