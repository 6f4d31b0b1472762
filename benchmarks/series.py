"""Remembered logins in a simulator: how often an honest browser is taken for a thief, and whether a thief is noticed.

``python -m benchmarks.series`` prints both, for 2,000 browsers that come back 60 times each, with parallel requests,
lost answers and slow handlers; by Spring's, Symfony's and our own rules. No visit has a session, as after a restart
of the browser. The same seed gives the same figures. It takes some minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from math import floor
from random import Random
from statistics import median

from .rememberers import LATE, OURS, SPRING, STRICT, SYMFONY, Rememberer

SEED = 20_261_125
BROWSERS, VISITS = 2_000, 60
HOUR, DAY = 3_600, 86_400
RULES: dict[str, Callable[[Random], Rememberer]] = {
    "Spring": SPRING,
    "Symfony": SYMFONY,
    "ours, recovery off": STRICT,
    "ours, sent late too": LATE,
    "ours": OURS,
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """``lost`` and ``slow`` are shares of 1 of all answers; ``gap`` is between visits, in seconds, least and most."""

    title: str
    parallel: int = 6
    lost: float = 0.0
    slow: float = 0.0
    gap: tuple[int, int] = (HOUR, 4 * DAY)


MINUTES_APART = (10, 600)
SCENARIOS = (
    Scenario("6 parallel requests"),
    Scenario("6 parallel, 2 % lost", lost=0.02),
    Scenario("6 parallel, 10 % lost, 20 % slow", lost=0.10, slow=0.20),
    Scenario("1 request, 2 % lost", parallel=1, lost=0.02),
    Scenario("6 parallel, 10 % lost, 20 % slow, quick visits", 6, 0.10, 0.20, MINUTES_APART),
    Scenario("1 request, 10 % lost, 20 % slow, quick visits", 1, 0.10, 0.20, MINUTES_APART),
)


@dataclass(slots=True)
class Life:
    """What became of one browser: visits and the thief's logins are those between theft and alarm."""

    false_alarm: bool = False
    noticed: bool = False
    visits: int = 0
    thief_logins: int = 0


class Simulation:
    """One browser, and a thief if there is one, from login to alarm, as events in order of time."""

    def __init__(self, rules: Rememberer, scenario: Scenario, random: Random) -> None:
        self._rules, self._scenario, self._random = rules, scenario, random
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._numbers = count()
        self._jars = {"browser": rules.login(0)}
        self._life = Life()
        self._over = False

    def run(self, visits: int, *, thief: bool) -> Life:
        """All visits of the browser. The thief copies its cookie before half of them, and comes as often."""
        last = self._plan("browser", 0, visits)
        if thief:
            stolen_at = self._random.uniform(0, last / 2)
            self._at(stolen_at, lambda now: self._steal(now, visits))
        while self._events and not self._over:
            now, _, act = heappop(self._events)
            act(now)
        return self._life

    def _plan(self, who: str, since: float, visits: int) -> float:
        now = since
        for _ in range(visits):
            now += self._random.uniform(*self._scenario.gap)
            self._at(now, lambda now: self._visit(who, now))
        return now

    def _steal(self, now: float, visits: int) -> None:
        self._jars["thief"] = self._jars["browser"]
        self._plan("thief", now, visits)

    def _visit(self, who: str, now: float) -> None:
        self._life.visits += "thief" in self._jars
        cookie = self._jars[who]
        for _ in range(self._scenario.parallel if who == "browser" else 1):
            arrives = now + self._random.uniform(0.01, 0.5)
            self._at(arrives, lambda now: self._arrive(who, cookie, now))

    def _arrive(self, who: str, cookie: str, now: float) -> None:
        answer = self._rules.present(cookie, int(now))
        if answer.theft:
            self._over = True
            self._life.noticed = "thief" in self._jars
            self._life.false_alarm = not self._life.noticed
            return
        self._life.thief_logins += who == "thief"
        random, scenario = self._random, self._scenario
        slow = random.random() < scenario.slow
        leaves = now + (random.uniform(60, 300) if slow else random.uniform(0.01, 0.5))
        lost = random.random() < scenario.lost
        new = answer.cookie
        if new is not None and leaves <= answer.send_until and not lost:
            delivered = leaves + random.uniform(0.01, 0.5)
            self._at(delivered, lambda _: self._jars.update({who: new}))

    def _at(self, time: float, act: Callable[[float], None]) -> None:
        heappush(self._events, (time, next(self._numbers), act))


def lives(
    rules: str, scenario: Scenario, *, thief: bool, browsers: int = BROWSERS, visits: int = VISITS
) -> list[Life]:
    """Those of so many browsers, each with chances of its own that are the same every time."""
    found = []
    for number in range(browsers):
        random = Random(f"{SEED}:{scenario.title}:{thief}:{number}")  # noqa: S311
        simulation = Simulation(RULES[rules](random), scenario, random)
        found.append(simulation.run(visits, thief=thief))
    return found


def share(part: Sequence[Life], whole: Sequence[Life]) -> str:
    if not whole:
        return "–"
    percent = 100 * len(part) / len(whole)
    # Rounded down, so that only all are 100 %.
    return f"{percent:.0f} %" if percent in (0, 100) else f"{floor(10 * percent) / 10} %"


def false_alarms(found: Sequence[Life]) -> str:
    return share([life for life in found if life.false_alarm], found)


def noticed(found: Sequence[Life]) -> str:
    """Of those that were not taken for thieves before there was one."""
    robbed = [life for life in found if not life.false_alarm]
    caught = [life for life in robbed if life.noticed]
    told = share(caught, robbed)
    if not caught:
        return told
    visits = _median_and_most([life.visits for life in caught])
    logins = _median_and_most([life.thief_logins for life in caught])
    return f"{told} of {len(robbed)}; {visits}; {logins}"


def _median_and_most(numbers: Sequence[int]) -> str:
    return f"{median(numbers):.0f} (≤ {max(numbers)})"


def table(
    corner: str, cell: Callable[[Sequence[Life]], str], *, thief: bool, browsers: int = BROWSERS
) -> Iterator[str]:
    """A row for each scenario, as Markdown."""
    yield f"| {corner} | {' | '.join(RULES)} |"
    yield "|---" * (len(RULES) + 1) + "|"
    for scenario in SCENARIOS:
        cells = [cell(lives(rules, scenario, thief=thief, browsers=browsers)) for rules in RULES]
        yield f"| {scenario.title} | {' | '.join(cells)} |"


def main() -> None:
    for line in table("false alarms", false_alarms, thief=False):
        print(line, flush=True)
    print()
    for line in table(
        "thefts noticed; visits until then; logins of the thief", noticed, thief=True
    ):
        print(line, flush=True)


if __name__ == "__main__":
    main()
