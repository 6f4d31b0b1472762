"""Shows the states of ``tests.support.states`` to a browser: each is gone through once, and its answer kept at an address.

What such a page asks for, its style and its frames, the site behind the last state answers. So a browser has each state
with all its fields, the Content-Security-Policy among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, unquote

from playwright.sync_api import Browser, Page, ViewportSize

from cookiesafe.testing.client import Response
from tests.support import axe
from tests.support.layout import cut_off
from tests.support.serving import serving
from tests.support.states import STATES, State
from tests.support.walks import VENDOR, Around, Walk

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from _typeshed.wsgi import WSGIApplication

LANDSCAPE: ViewportSize = {"width": 1280, "height": 800}
TELEPHONE: ViewportSize = {"width": 390, "height": 844}
SMALLEST: ViewportSize = {"width": 320, "height": 256}
"""What is left of 1280 by 1024 where everything is four times as large (WCAG 2.2, 1.4.10)."""
VIEWPORTS = (LANDSCAPE, TELEPHONE, SMALLEST)
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
_FILM = b"""<!doctype html><html lang="en"><title>Film</title><style>body { background: white; color: black }</style>
<main aria-label="Film"><h1>A film</h1></main></html>"""
_RECORDED = "/recorded/"
_NO_COMPLAINT = (
    "Failed to load resource: the server responded with a status of",
    "Clear-Site-Data header on",
)
"""What Chromium says of every such response."""


class Shown:
    """``page`` shows one state after the other in one language and one direction, as in ``around``."""

    def __init__(self, page: Page, around: Around) -> None:
        self.page, self.around = page, around
        self.base = ""
        self._kept: dict[str, Response] = {}
        self._said: list[str] = []
        page.on("console", lambda message: self._said.append(message.text))
        self._app: WSGIApplication = _film

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["HTTP_HOST"].startswith(VENDOR):
            return _film(environ, start_response)
        if environ["PATH_INFO"].startswith(_RECORDED):
            return _replayed(self._kept[unquote(environ["PATH_INFO"])], start_response)
        return self._app(environ, start_response)

    def answer(self, name: str) -> Response:
        """What the site answers there."""
        walk = Walk(self.around, self.base)
        answer = STATES[name].of(walk)
        self._app, self._cookie = walk.client.app, walk.client.jar
        return answer

    def ways(self, schemes: Iterable[Scheme] = SCHEMES) -> Iterator[str]:
        """The page in every width and colour scheme, one after the other: what it is in now."""
        for viewport in VIEWPORTS:
            self.page.set_viewport_size(viewport)
            for scheme in schemes:
                self.page.emulate_media(color_scheme=scheme)
                yield f"{viewport['width']}, {scheme}"

    def show(self, name: str) -> State:
        """Go there, and unfold what is to be looked at."""
        state, address = STATES[name], f"{_RECORDED}{name}"
        self._kept[address] = self.answer(name)
        self.page.context.clear_cookies()
        self.page.context.add_cookies(
            [{"name": n, "value": v, "url": self.base} for n, v in self._cookie.items()]
        )
        self._said.clear()
        self.page.goto(self.base + quote(address))
        if state.opens:
            self.page.locator(state.opens).click()
        return state

    def faults(self, schemes: Iterable[Scheme] = SCHEMES) -> dict[str, list[str]]:
        """What axe finds, what is cut off, and what the browser complains about, by width and colour scheme."""
        found = {way: axe.findings(self.page) + cut_off(self.page) for way in self.ways(schemes)}
        found["console"] = [each for each in self._said if not each.startswith(_NO_COMPLAINT)]
        return {way: faults for way, faults in found.items() if faults}


@contextmanager
def showing(browser: Browser, around: Around) -> Iterator[Shown]:
    with closing(browser.new_context(locale=around.language)) as context:
        axe.prepare(context)
        shown = Shown(context.new_page(), around)
        with serving(shown) as port:
            shown.base = f"http://harbour.localhost:{port}"
            yield shown


def _replayed(kept: Response, start_response: StartResponse) -> Iterable[bytes]:
    fields = [(name, value) for name, value in kept.headers if name.lower() != "set-cookie"]
    start_response(f"{kept.status} {HTTPStatus(kept.status).phrase}", fields)
    return [kept.body]


def _film(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [_FILM]
