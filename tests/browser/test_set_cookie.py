"""What Chromium keeps and sends back of difficult Set-Cookie lines is what we take it to be."""

from __future__ import annotations

import base64
import json
import re
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from cookiesafe.cookies import parse_cookie, parse_set_cookie, set_cookie_name
from tests.support.agent import Agent, Kept
from tests.support.cookie_lines import CASES, HOST, LOOK, SET, Case

NOW = 1_795_305_600


class Echo(StreamRequestHandler):
    """Sends the lines it is asked for, byte for byte, and leads to what shows the Cookie header as it comes."""

    def handle(self) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                return
            head += line
        target = head.split(b" ", 2)[1].decode()
        asked = parse_qs(urlsplit(target).query).get("lines")
        if asked is None:
            found = re.search(rb"^cookie: (.*)\r$", head, re.IGNORECASE | re.MULTILINE)
            body = json.dumps("" if found is None else found[1].decode("latin-1")).encode()
            begin = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
        else:
            lines = json.loads(base64.urlsafe_b64decode(asked[0]))
            fields = "".join(f"Set-Cookie: {line}\r\n" for line in lines).encode("latin-1")
            begin, body = b"HTTP/1.1 303 See Other\r\nLocation: look\r\n" + fields, b""
        end = b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        self.wfile.write(begin + end + body)


class EchoServer(ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser opens connections and leaves them."""


@pytest.fixture(scope="module", params=["http", "https"])
def site(request: pytest.FixtureRequest, certificate: tuple[Path, Path]) -> Iterator[str]:
    with EchoServer(("127.0.0.1", 0), Echo) as server:
        if request.param == "https":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"{request.param}://{HOST}:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    with closing(browser.new_context(ignore_https_errors=True)) as context:
        yield context.new_page()


@pytest.mark.parametrize(
    ("at", "case"), [pytest.param(at, case, id=case.why) for at, case in enumerate(CASES)]
)
def test_it_keeps_and_sends_back_what_we_take_it_to(
    page: Page, site: str, at: int, case: Case
) -> None:
    own = f"{site.partition(':')[0]}-{at}"  # A site of its own saves a browser of its own.
    host = HOST.replace("harbour", own)
    lines = [line.replace("harbour", own) for line in case.lines]
    url = site.replace(HOST, host)
    agent = Agent(NOW)
    for line in lines:
        agent.receive(f"{url}{SET}", line)

    sent = sent_back(page, url, lines)

    assert sent in (case.sent, case.chromium)
    check_the_gate(lines, sent)
    if sent == case.sent:
        assert kept_at(page, host) == sorted(map(as_shown, agent.kept))


def sent_back(page: Page, url: str, lines: list[str]) -> str:
    """The Cookie header of the page that the one which sets them leads to."""
    asked = base64.urlsafe_b64encode(json.dumps(lines).encode()).decode()
    response = page.goto(f"{url}{SET}?lines={asked}", wait_until="commit")
    assert response is not None
    assert response.url == f"{url}{LOOK}"
    text: str = response.json()
    return text


def check_the_gate(lines: list[str], sent: str) -> None:
    """What is sent goes by a name the gate knew, and is of no line that it takes for a deletion or for nothing."""
    read = [cookie for line in lines if (cookie := parse_set_cookie(line))]
    lasting = {
        (cookie.sent_name, f"{cookie.name}={cookie.value}".removeprefix("="))
        for cookie in read
        if not cookie.is_deletion(NOW)
    }
    assert {cookie.sent_name for cookie in read} <= {*map(set_cookie_name, lines)}
    for pair in filter(None, sent.split("; ")):
        ((name, _),) = parse_cookie(pair)
        assert (name, pair) in lasting


Shown = tuple[str, str, str, bool, bool, bool]


def as_shown(kept: Kept) -> Shown:
    cookie = kept.cookie
    lasts = cookie.max_age is not None or cookie.expires is not None
    domain = kept.host if kept.domain is None else f".{kept.domain}"
    return cookie.name, domain, kept.path, cookie.secure, cookie.http_only, lasts


def kept_at(page: Page, host: str) -> list[Shown]:
    """What the browser's tools show of a site."""
    site = host.partition(".")[2]
    return sorted(
        (
            each["name"].encode().decode("latin-1"),
            each["domain"],
            each["path"],
            each["secure"],
            each["httpOnly"],
            each["expires"] != -1,
        )
        for each in page.context.cookies()
        if each["domain"].endswith(site)
    )
