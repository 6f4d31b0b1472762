"""Real processes that serve: the demo, the counter, and a site that is neither."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Literal
from urllib.parse import urlencode, urlsplit

import pytest

ROOT = Path(__file__).parents[2]
START_SECONDS = 20
STOP_SECONDS = 10

Edge = Literal["asgi", "wsgi"]
EDGES: tuple[Edge, ...] = ("asgi", "wsgi")

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Answer:
    """``set`` is what ``Set-Cookie`` lines set: name and value, nothing else."""

    status: int
    location: str | None
    body: str
    set: dict[str, str]


@dataclass(frozen=True, slots=True)
class Running:
    """A process of ours that serves, and the file its errors go to."""

    process: subprocess.Popen[bytes]
    errors: Path

    def interrupt(self) -> int:
        """As Ctrl-C does it; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOP_SECONDS)


@dataclass(frozen=True, slots=True)
class Demo(Running):
    """``python -m demo_app``: where the portal, the advertiser and the video host are."""

    portal: str
    gullwing: str
    tidepool: str

    def calls(self) -> dict[str, int]:
        """How often the advertiser was called since the last reset, by kind."""
        answer = ask(self.gullwing, "/log", headers={"Accept": "application/json"})
        calls: dict[str, int] = json.loads(answer.body)["calls"]
        return {kind: count for kind, count in calls.items() if count}

    def reset(self) -> None:
        """Let the advertiser count from zero."""
        ask(self.gullwing, "/log/reset", form={})


@dataclass(frozen=True, slots=True)
class Counter(Running):
    """``python -m tests.support.counter``: where it is."""

    url: str


@contextmanager
def demo(
    edge: Edge, folder: Path, *options: str, ports: Sequence[int] = (0, 0, 0)
) -> Iterator[Demo]:
    """All sites with their data in ``folder``, from when they are ready; killed if still there at the end."""
    named = zip(("--port", "--advertiser-port", "--video-port"), map(str, ports), strict=True)
    arguments = ["--data", str(folder), *(each for option in named for each in option)]
    edged = ["--wsgi"] if edge == "wsgi" else []
    with _started(["demo_app", *arguments, *edged, *options], folder) as running:
        sites = (
            rb"(http://harbour\S+)\s.*?(http://gullwing\S+?)/log\s.*?(http://tidepool\S+)\s.*Ctrl-C"
        )
        found = _said(running, sites)
        yield Demo(running.process, running.errors, *(url.decode() for url in found.groups()))


@contextmanager
def counter(
    edge: Edge, folder: Path, keys: Sequence[str], *, certificate: tuple[Path, Path] | None = None
) -> Iterator[Counter]:
    """The counter with ``keys``, the newest first, over https if it gets a certificate and its key."""
    tls = [str(path) for path in certificate or ()]
    arguments = ["tests.support.counter", edge, *tls]
    with served(arguments, folder, COUNTER_KEYS=" ".join(keys)) as started:
        yield started


@contextmanager
def served(arguments: Sequence[str], folder: Path, **settings: str) -> Iterator[Counter]:
    """A module that says where it serves as the counter does, with its arguments."""
    with _started(arguments, folder, **settings) as running:
        url = _said(running, rb"serving at (\S+)\n")[1].decode()
        yield Counter(running.process, running.errors, url)


@contextmanager
def gunicorn(site: str, folder: Path, *options: str, **settings: str) -> Iterator[Counter]:
    """``MODULE:APP()``, served by gunicorn, which is let end: workers without it would speak to nobody."""
    arguments = ["gunicorn", site, "--bind", "127.0.0.1:0", "--error-logfile", "/dev/stdout"]
    with _started([*arguments, *options], folder, **settings) as running:
        port = _said(running, rb"Listening at: http://\S+:(\d+)")[1].decode()
        yield Counter(running.process, running.errors, f"http://harbour.localhost:{port}")
        running.process.terminate()
        running.process.wait(START_SECONDS)


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that nobody vouches for, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    making = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=harbour.localhost"
    command = [openssl, *making.split(), "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


@contextmanager
def gallery(edge: Edge, folder: Path, vendor: str) -> Iterator[str]:
    """Where the gallery is, which shows embeds of ``vendor``, a host with its port."""
    module = "tests.support.gallery"
    with _started([module, edge], folder, GALLERY_VENDOR=vendor) as running:
        yield _said(running, rb"serving at (\S+)\n")[1].decode()


@contextmanager
def other_site(pages: Mapping[str, str], asked: list[str] | None = None) -> Iterator[int]:
    """A site that serves ``pages`` by their path, under whatever name it is asked; its port.

    The paths it is asked for are added to ``asked``.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if asked is not None:
                asked.append(self.path)
            body = pages.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def ask(
    url: str,
    path: str,
    *,
    form: Mapping[str, str] | None = None,
    cookies: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request to a site on this machine, a POST if it has a ``form``, as its own page would make it."""
    site = urlsplit(url)
    sent = {"Host": site.netloc, "Origin": url, "Accept": "text/html", **(headers or {})}
    if cookies:
        sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    if form is not None:
        sent["Content-Type"] = FORM
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=10)) as connection:
        body = None if form is None else urlencode(form)
        connection.request("GET" if form is None else "POST", path, body, sent)
        response = connection.getresponse()
        text = response.read().decode()
    lines = response.headers.get_all("Set-Cookie") or []
    fresh = dict(line.partition(";")[0].split("=", 1) for line in lines)
    return Answer(response.status, response.headers["Location"], text, fresh)


@contextmanager
def _started(arguments: Sequence[str], folder: Path, **settings: str) -> Iterator[Running]:
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-W", "error", "-m", *arguments]
    errors = folder / "errors.txt"
    with (
        errors.open("ab") as file,
        subprocess.Popen(
            command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.PIPE, stderr=file
        ) as process,
    ):
        try:
            yield Running(process, errors)
        finally:
            process.kill()


def _said(running: Running, pattern: bytes) -> re.Match[bytes]:
    """What the process prints, as soon as it matches."""
    assert running.process.stdout
    output = running.process.stdout.fileno()
    deadline = time.monotonic() + START_SECONDS
    said = b""
    while not (found := re.search(pattern, said, re.DOTALL)):
        ready = select.select([output], [], [], max(0.0, deadline - time.monotonic()))[0]
        more = os.read(output, 4096) if ready else b""
        assert more, f"it said {said!r}, and {running.errors.read_text(encoding='utf-8')!r}"
        said += more
    return found
