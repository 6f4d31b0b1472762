"""A site under load, served by two workers and asked over 64 connections: reported, never a gate.

``python -m benchmarks.load asgi`` (uvicorn) or ``wsgi`` (gunicorn); needs ``wrk``. Visitors of every kind come: undecided,
with a yes, with a no, signed in; some choose, some sign in. First ours alone for ``--minutes``: no errors, and a memory
that does not grow. Then rounds of ``--seconds``, in which the same site comes bare, with its framework's own session, and
with CookieSafe in turn; the median of the paired ratios is printed.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from statistics import median
from threading import Event, Thread
from time import sleep
from typing import NamedTuple

from .site import NECESSARY, OTHERS

DRESSES = ("bare", "session", "safe")
CONNECTIONS, WORKERS, WARMED_UP = 64, 2, 60
TRUSTED = 10
"""For how many seconds a process takes for true who is signed in, as a busy site would have it."""
FORM = "application/x-www-form-urlencoded"
NAVIGATION = {
    "Accept": "text/html,*/*;q=0.8",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}
CALL = {"Accept": "application/json", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
PART = {"Accept": "*/*", "Sec-Fetch-Mode": "no-cors"}
PARTS = ("style", "style", "script", "script", "script", "image", "image", "image")
VIEW = (
    ("/", NAVIGATION),
    *[("/static/part", {**PART, "Sec-Fetch-Dest": destination}) for destination in PARTS],
    *[("/api/usage", CALL)] * 2,
)
"""What a browser asks for where a visitor goes to a page."""
VISITORS = {"undecided": 20, "accept": 40, "reject": 20, "signed in": 20}
VIEWS = 20
"""Page views of each visitor; one in a hundred is followed by a choice, and one by signing in."""
GROWTH, OF_BARE, OF_SESSION = 1.05, 0.75, 1.4
_SCRIPT = """
local requests = {}
for line in io.lines("%s") do table.insert(requests, (line:gsub("\\\\n", "\\r\\n"))) end
local next = 0
function request() next = next %% #requests + 1; return requests[next] end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("COUNTS %%d %%d %%d %%d %%d %%d %%.0f\\n", summary.requests, summary.duration,
    e.connect + e.read + e.write, e.timeout, e.status, latency:percentile(99), latency.max))
end
"""


class Counts(NamedTuple):
    """What ``wrk`` has seen."""

    requests: int
    duration: int
    """Microseconds."""
    broken: int
    late: int
    refused: int
    """Answered with 400 or more."""
    p99: int
    longest: int
    """Microseconds."""

    @property
    def rate(self) -> float:
        return self.requests / self.duration * 1e6

    @property
    def errors(self) -> int:
        return self.broken + self.late + self.refused


@contextmanager
def served(kind: str, dress: str, directory: Path) -> Iterator[tuple[int, int]]:
    """The site at a port, and its first process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    at = f"127.0.0.1:{port}"
    commands = {
        "asgi": ["uvicorn", "--factory", "benchmarks.served:asgi", "--port", str(port)]
        + [
            "--workers",
            str(WORKERS),
            "--loop",
            "uvloop",
            "--http",
            "httptools",
            "--log-level",
            "error",
        ]
        + ["--no-access-log"],
        "wsgi": ["gunicorn", "benchmarks.served:wsgi()", "--bind", at, "--workers", str(WORKERS)]
        + ["--threads", "4", "--keep-alive", "60", "--log-level", "error"],
    }
    store = f"sqlite:///{directory / f'{dress}.db'}"
    server = subprocess.Popen(
        [sys.executable, "-m", *commands[kind]],
        env={**os.environ, "DRESS": dress, "STORE": store, "TRUSTED": str(TRUSTED)},
        start_new_session=True,
    )
    try:
        _wait_for(port, server)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if server.poll() is not None:
                raise SystemExit("the server ended before it began") from None
            sleep(0.05)
        else:
            return


def _browser(port: int, kind: str) -> str:
    """The ``Cookie`` field of a visitor of that kind, as the site itself has set it."""
    jar = dict(NECESSARY if kind in ("undecided", "reject") else OTHERS)
    chosen = {"undecided": [], "signed in": ["accept"]}.get(kind, [kind])
    posts = [("/cookiesafe/choices", f"choice={choice}") for choice in chosen]
    for path, form in [*posts, ("/sign-in" if kind == "signed in" else "/basket", "")]:
        connection = HTTPConnection("127.0.0.1", port)
        cookies = "; ".join(f"{name}={value}" for name, value in jar.items())
        fields = {"Cookie": cookies, "Content-Type": FORM, "Origin": f"http://127.0.0.1:{port}"}
        connection.request(
            "POST", path, form, {**NAVIGATION, "Sec-Fetch-Site": "same-origin", **fields}
        )
        response = connection.getresponse()
        response.read()
        assert response.status == 303, (path, response.status)
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                jar[key] = rest.partition(";")[0]
        connection.close()
    return "; ".join(f"{name}={value}" for name, value in jar.items())


def _raw(port: int, method: str, path: str, fields: dict[str, str], form: str = "") -> str:
    origin = f"127.0.0.1:{port}"
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {origin}",
        "User-Agent: Mozilla/5.0 Chrome/156.0 Safari/537.36",
    ]
    lines += [
        "Accept-Encoding: gzip, deflate, br",
        "Accept-Language: en-GB,en;q=0.9",
        "Sec-Fetch-Site: same-origin",
    ]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    if method == "POST":
        lines += [
            f"Origin: http://{origin}",
            f"Content-Type: {FORM}",
            f"Content-Length: {len(form)}",
        ]
    return "\\n".join([*lines, "", form])


def _requests(port: int) -> list[str]:
    """What the visitors send, in a shuffled order that is the same each time."""
    chance = Random(1)  # noqa: S311
    views: list[list[str]] = []
    for kind, many in VISITORS.items():
        for _ in range(many):
            cookies = {"Cookie": _browser(port, kind)}
            for _ in range(VIEWS):
                view = [_raw(port, "GET", path, {**fields, **cookies}) for path, fields in VIEW]
                if chance.random() < 0.01:
                    form = f"choice={chance.choice(['accept', 'reject'])}"
                    view.append(
                        _raw(port, "POST", "/cookiesafe/choices", NAVIGATION | cookies, form)
                    )
                if chance.random() < 0.01:
                    view.append(_raw(port, "POST", "/sign-in", NAVIGATION | cookies))
                views.append(view)
    chance.shuffle(views)
    return [request for view in views for request in view]


def _load(port: int, seconds: float, directory: Path) -> Counts:
    wanted, script = directory / f"requests-{port}", directory / f"load-{port}.lua"
    wanted.write_text("\n".join(_requests(port)))
    script.write_text(_SCRIPT % wanted)
    said = subprocess.run(
        [
            "wrk",
            "-t1",
            f"-c{CONNECTIONS}",
            f"-d{seconds:g}s",
            "-s",
            script,
            f"http://127.0.0.1:{port}",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = re.search(r"COUNTS (.*)", said)
    assert found is not None, said
    return Counts(*map(int, found[1].split()))


def _memory(first: int) -> int:
    """Bytes that the processes of a server have, what they share counted once."""
    total = 0
    for each in Path("/proc").glob("[0-9]*"):
        try:
            session = int(each.joinpath("stat").read_text().rpartition(")")[2].split()[3])
            if session == first:
                rollup = each.joinpath("smaps_rollup").read_text()
                total += int(re.findall(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[0]) * 1024
        except OSError:
            continue
    return total


def endure(kind: str, minutes: float, directory: Path) -> None:
    """Ours alone, for long: what it answers, and what it grows to."""
    with served(kind, "safe", directory) as (port, first):
        seen: list[int] = []
        over = Event()

        def look() -> None:
            while not over.wait(WARMED_UP if not seen else 5):
                seen.append(_memory(first))

        looking = Thread(target=look)
        looking.start()
        counts = _load(port, minutes * 60, directory)
        over.set()
        looking.join()
    print(
        f"{kind}: {counts.requests} requests in {counts.duration / 6e7:.1f} min, {counts.rate:.0f} a second"
    )
    print(f"errors {counts.errors}: {json.dumps(counts._asdict())}")
    if len(seen) > 1:
        print(
            f"memory {seen[0] / 2**20:.1f} MiB after a minute, {seen[-1] / 2**20:.1f} MiB at the end, at most",
            end=" ",
        )
        print(f"{max(seen) / 2**20:.1f}: {max(seen) / seen[0]:.3f} x   goal {GROWTH} x")


def compare(kind: str, rounds: int, seconds: float, directory: Path) -> None:
    """The three in turn, to and fro."""
    rates: dict[str, list[float]] = {dress: [] for dress in DRESSES}
    errors = dict.fromkeys(DRESSES, 0)
    for number in range(rounds):
        for dress in DRESSES if number % 2 == 0 else reversed(DRESSES):
            with served(kind, dress, directory) as (port, _):
                _load(port, 1, directory)
                counts = _load(port, seconds, directory)
            rates[dress].append(counts.rate)
            errors[dress] += counts.errors
    for dress, found in rates.items():
        said = f"{median(found):8.0f} a second ({min(found):.0f} to {max(found):.0f}), {errors[dress]} errors"
        print(f"{kind} {dress:8} {said}")
    for peer, goal in (("bare", OF_BARE), ("session", OF_SESSION)):
        ratio = median(
            ours / theirs for ours, theirs in zip(rates["safe"], rates[peer], strict=True)
        )
        print(f"{kind} ours over {peer:8} {ratio:6.3f} x   goal {goal} x")


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["asgi", "wsgi"])
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        if asked.minutes:
            endure(asked.kind, asked.minutes, Path(directory))
        if asked.rounds:
            compare(asked.kind, asked.rounds, asked.seconds, Path(directory))


if __name__ == "__main__":
    main()
