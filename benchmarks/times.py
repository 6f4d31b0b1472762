"""Times per request, case beside case in one process, and the ratios of the goals: reported, never a gate.

``python -m benchmarks.times``. The cases take turns, A B C … C B A, and the median of the paired ratios is printed:
a shared machine changes its speed under one's hands, for all of them alike.
"""

from __future__ import annotations

from statistics import median
from time import process_time_ns

from .cases import make
from .goals import CASES, GOALS, TOLD

REQUESTS, ROUNDS = 400, 15


def main() -> None:
    told = [case for _, *cases in TOLD for case in cases]
    runs = {case: make(case) for case in dict.fromkeys([*CASES, *told])}
    for run in runs.values():
        run(REQUESTS)
    rounds: list[dict[str, float]] = []
    for _ in range(ROUNDS):
        spent = dict.fromkeys(runs, 0.0)
        for case in (*runs, *reversed(runs)):
            begun = process_time_ns()
            runs[case](REQUESTS)
            spent[case] += (process_time_ns() - begun) / 2000 / REQUESTS
        rounds.append(spent)
    for case in runs:
        print(f"{case:30} {median(spent[case] for spent in rounds):7.1f} µs")
    for goal in GOALS:
        ratio = median(goal.ratio(spent) for spent in rounds)
        print(f"{goal.title:42} {ratio:6.3f} x   goal {goal.goal:.2f} x")
    for title, case, floor in TOLD:
        added = median(spent[case] - spent[floor] for spent in rounds)
        print(f"{title:42} {added:7.1f} µs")


if __name__ == "__main__":
    main()
