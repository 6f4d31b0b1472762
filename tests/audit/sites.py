"""Small sites of which it is known what they do, one at each name below ``localhost``; ``ads.localhost`` is another company's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Final

ASKING = """<div class="cookie-banner" style="position:fixed;bottom:0"><p>We use cookies.</p>
<button onclick="choose('no')">{reject}</button><button onclick="choose('yes')">{accept}</button></div>
<script>function choose(answer) {{ document.cookie = "consent=" + answer + ";path=/"; location.reload(); }}</script>"""
ENGLISH: Final = ASKING.format(reject="Reject all", accept="Accept all")
GERMAN: Final = ASKING.format(reject="Alle ablehnen", accept="Alle annehmen")
STORES: Final = """<script>
const said = /consent=(\\w+)/.exec(document.cookie);
if (!said) {
  localStorage.setItem("uid", "1"); sessionStorage.setItem("visit", "1");
  indexedDB.open("people"); caches.open("copies"); navigator.serviceWorker.register("/worker.js");
} else if (said[1] === "no") {
  localStorage.clear(); sessionStorage.clear();
  navigator.serviceWorker.getRegistrations().then(all => all.forEach(each => each.unregister()));
  caches.delete("copies"); indexedDB.deleteDatabase("people");
}
</script>"""
SCROLLS: Final = """<p>By scrolling on you accept cookies.</p><div style="height:5000px"></div>
<script>addEventListener("scroll", () => {
  document.cookie = "scrolled_id=1"; new Image().src = "PIXEL";
}, { once: true })</script>"""
CLOSES: Final = """<div class="cookie-notice">This site uses cookies.
<button aria-label="Close" onclick="document.cookie='closed_id=1'">×</button></div>"""
ACCEPTS: Final = """<div id="cookies">We use cookies. <button onclick="document.cookie='consent=yes'">OK</button></div>"""

Answer = tuple[list[str], str]
"""The lines of Set-Cookie, and what stands in the page."""


class Sites:
    """All of them, at one ``port``. ``asked`` are the hosts and paths that were asked for; ``waiting`` is set once somebody
    waits for the page that never comes."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[str] = []
        self.waiting = Event()

    def url(self, name: str, path: str = "/") -> str:
        return f"http://{name}.localhost:{self.port}{path}"

    @property
    def pixel(self) -> str:
        return f'<img src="{self.url("ads", "/pixel.gif")}">'

    def answer(self, name: str, consent: str) -> Answer:
        """What a page of a site is to who has consented so: ``yes``, ``no``, or not answered."""
        behaviour: dict[str, Callable[[], Answer]] = {
            "clean": lambda: (
                ["stats=1; Max-Age=86400"] if consent == "yes" else [],
                ENGLISH + (self.pixel if consent == "yes" else ""),
            ),
            "german": lambda: (["stats=1"] if consent == "yes" else [], GERMAN),
            "early": lambda: (
                ["visitor_id=7; Max-Age=0" if consent == "no" else "visitor_id=7; Max-Age=9999"],
                ENGLISH,
            ),
            "keeps": lambda: (["visitor_id=7"] if not consent else [], ENGLISH),
            "pixel": lambda: ([], ENGLISH + ("" if consent == "no" else self.pixel)),
            "leaks": lambda: (
                ["leak_id=7"] if consent == "no" else [],
                ENGLISH + (self.pixel if consent == "no" else ""),
            ),
            "stores": lambda: ([], ENGLISH + STORES),
            "scrolls": lambda: ([], SCROLLS.replace("PIXEL", self.url("ads", "/pixel.gif"))),
            "closes": lambda: ([], CLOSES),
            "accepts": lambda: ([], ACCEPTS),
            "www": lambda: ([], ENGLISH),
            "held": lambda: ([], ENGLISH + self.pixel),
        }
        return behaviour[name]()


@contextmanager
def serving() -> Iterator[Sites]:
    """From when they can be asked."""

    class Handler(_Handler):
        pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Handler.sites = sites = Sites(server.server_port)
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield sites
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    sites: Sites

    def do_GET(self) -> None:
        name = self.headers["Host"].partition(".")[0]
        path = self.path.partition("?")[0]
        self.sites.asked.append(f"{name}{path}")
        if name == "bad":
            self._misbehave(path)
        elif path == "/worker.js":
            self._send("", "text/javascript")
        elif path == "/pixel.gif":
            self._send("", "image/gif")
        elif name == "moved":
            self._send("", status=302, fields=[("Location", self.sites.url("www.moved"))])
        elif path in ("/", "/about"):
            morsel = SimpleCookie(self.headers.get("Cookie", "")).get("consent")
            lines, body = self.sites.answer(name, morsel.value if morsel else "")
            fields = [("Set-Cookie", line) for line in lines]
            if name == "held":
                fields.append(("Content-Security-Policy", "img-src 'self'"))
            self._send(
                f'<!doctype html><title>{name}</title><a href="/about">About</a>{body}',
                fields=fields,
            )
        else:
            self._send("", status=404)

    def _misbehave(self, path: str) -> None:
        if path == "/":
            links = ("never", "loop", "frames", "binary", "closed", "busy", "last")
            self._send("".join(f'<a href="/{each}">{each}</a>' for each in links))
        elif path == "/never":
            self.sites.waiting.set()
            # As long as the visitor waits, and no longer than the tests do.
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline and self.connection.recv(1):
                pass
            self.close_connection = True
        elif path == "/leaves":
            self._send(
                f"<script>onload = () => {{ location = '{self.sites.url('clean')}' }}</script>"
            )
        elif path == "/tampers":
            self._send(
                "<script>document.cookie = 'last_id=1';"
                "Array.prototype.map = Array.prototype.filter = Array.prototype.push = () => [7];</script>"
                '<a href="/last">last</a><a href="/cookiesafe/choices">ours</a>'
            )
        elif path == "/loop":
            self._send("", status=302, fields=[("Location", "/loop")])
        elif path == "/frames":
            script = "for (let n = 0; n < 1000; n++) document.body.append(document.createElement('iframe'))"
            self._send(f"<body><script>{script}</script>")
        elif path == "/binary":
            self._send("\x00\x01\x02", "application/octet-stream")
        elif path == "/closed":
            self.close_connection = True
        elif path == "/busy":
            self._send(
                "<script>onload = () => { const end = Date.now() + 5000; while (Date.now() < end); }</script>"
            )
        else:
            self._send("<script>document.cookie = 'last_id=1'</script>")

    def _send(
        self,
        body: str,
        type: str = "text/html; charset=utf-8",
        *,
        status: int = 200,
        fields: list[tuple[str, str]] | None = None,
    ) -> None:
        data = body.encode()
        self.send_response(status)
        for name, value in [
            ("Content-Type", type),
            ("Content-Length", str(len(data))),
            *(fields or []),
        ]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
