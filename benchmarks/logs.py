"""How fast access logs are minimised: megabytes a second of one processor, and how much memory that takes.

``python -m benchmarks.logs [MEGABYTES]`` makes a log of that size (1,000) as a site has it, and one in which no two lines
have anything in common; and minimises both as the command does. Times are of the processor, not of the clock.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from cookiesafe.cli.logs import minimise_files
from cookiesafe.logs import LogTerms

_GOAL = 50
_MB = 1_000_000
_AT_ONCE = 20_000
_PAGES = ["", "bills", "bills/pay", "usage", "details", "help/moving-house", "tariffs/water-2026"]
_PARTS = [
    "static/portal.css",
    "static/lighthouse.svg",
    "static/app.3f9a1c22b0de.js",
    "api/usage",
    "favicon.ico",
]
_AGENTS = [
    f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 {name}"
    for system in ("Windows NT 10.0; Win64; x64", "X11; Linux x86_64", "Linux; Android 15; Pixel 8")
    for version in range(120, 157)
    for name in ("Safari/537.36", "Mobile Safari/537.36 Edg/156.0.0.0")
]


def usual(chance: random.Random) -> Iterator[str]:
    """The visits of a portal: a page, what it is made up of, now and then a bill with its number."""
    users = [_address(chance) for _ in range(5_000)]
    while True:
        who, agent = chance.choice(users), chance.choice(_AGENTS)
        page = (
            chance.choice(_PAGES)
            if chance.random() < 0.7
            else f"bills/{chance.randrange(10**6, 10**7)}"
        )
        query = f"?utm_source=mail&id={chance.randrange(10**9)}" if chance.random() < 0.2 else ""
        when = f"{chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}"
        at = f"https://www.harbour.example/{page}{query}"
        yield _line(who, when, f"/{page}{query}", chance, "https://www.harbour.example/", agent)
        for part in _PARTS:
            yield _line(who, when, f"/{part}", chance, at, agent)


def unlike(chance: random.Random) -> Iterator[str]:
    """Each line has an address, a number and a referring page of its own."""
    while True:
        when = f"{chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02}"
        at = f"https://www.harbour.example/bills/{chance.randrange(10**9)}"
        path = f"/bills/{chance.randrange(10**9)}?id={chance.randrange(10**9)}"
        yield _line(_address(chance), when, path, chance, at, chance.choice(_AGENTS))


def _address(chance: random.Random) -> str:
    if chance.random() < 0.3:
        return "2001:db8:" + ":".join(f"{chance.randrange(2**16):x}" for _ in range(6))
    return ".".join(str(chance.randrange(256)) for _ in range(4))


def _line(who: str, when: str, path: str, chance: random.Random, at: str, agent: str) -> str:
    size = chance.randrange(100_000)
    return (
        f'{who} - - [26/Nov/2026:{when} +0000] "GET {path} HTTP/1.1" 200 {size} "{at}" "{agent}"\n'
    )


def make(file: Path, megabytes: int, kind: Callable[[random.Random], Iterator[str]]) -> None:
    lines, size = kind(random.Random(1)), 0  # noqa: S311
    with file.open("w", encoding="ascii") as log:
        while size < megabytes * _MB:
            size += log.write("".join(next(lines) for _ in range(_AT_ONCE)))


def main(megabytes: int) -> int:
    reached = {}
    with TemporaryDirectory() as directory:
        for kind, most in ((usual, megabytes), (unlike, max(1, megabytes // 5))):
            log, output = Path(directory) / "access.log", Path(directory) / "minimised.log"
            make(log, most, kind)
            size, began = log.stat().st_size / _MB, time.process_time()
            minimise_files([log], output, LogTerms())
            took = time.process_time() - began
            reached[kind] = size / took
            print(
                f"{kind.__name__:8} {size:7.0f} MB  {took:6.1f} s  {reached[kind]:6.1f} MB/s of one processor"
            )
            log.unlink()
    print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    print(f"goal {_GOAL} MB/s: {'met' if reached[usual] >= _GOAL else 'not met'}")
    return int(reached[usual] < _GOAL)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000))
