"""Watches what pages call and who does it, and tells the evidence."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, CDPSession, Error, Page, Request, WebSocket

from ..audit import Evidence, Kind, Moment, Plan, Sighting, Thing
from ..audit.evidence import clipped, without_query
from ..cookies import set_cookie_name
from ..gate.urls import Address, Unreadable, resolve
from .scripts import TELLER, TELLING

MOST_CALLS: Final = 5000
_NOWHERE: Final = Address("https", "", 443)
_REFUSED: Final = frozenset({"csp", "mixed-content", "origin", "subresource-filter", "inspector"})
"""Why a request never left the browser (Chrome DevTools Protocol, Network.BlockedReason)."""
_SCHEMES: Final = ("http://", "https://", "ws://", "wss://")


@dataclass(slots=True)
class _Call:
    url: str
    moment: Moment
    page: str
    frame: str


class Watch:
    """``moment`` and ``page`` are where the visitor is. What was called is told to the evidence by ``collect``."""

    def __init__(self, context: BrowserContext, plan: Plan, evidence: Evidence) -> None:
        self.moment = Moment.BEFORE
        self.page = plan.start
        self._context = context
        self._plan = plan
        self._evidence = evidence
        self._calls: dict[Request | WebSocket, _Call] = {}
        self._under_way: set[Request] = set()
        self._last = time.monotonic()
        self._initiators: dict[str, str] = {}
        self._requested: dict[str, str] = {}
        self._by: dict[tuple[str, str], str] = {}

    async def begin(self) -> Page:
        """From now on. The page to drive."""
        self._context.on("request", self._begun)
        self._context.on("requestfinished", self._over)
        self._context.on("requestfailed", self._failed)
        await self._context.expose_binding(TELLER, self._told)
        await self._context.add_init_script(TELLING)
        return await self.new_page()

    async def new_page(self) -> Page:
        """One to drive. All others that open are closed."""
        page = await self._context.new_page()
        page.on("websocket", self._opened)
        page.on("popup", self._close)
        session = await self._context.new_cdp_session(page)
        await self._listen(session)
        return page

    async def still(self, quiet: float, longest: float) -> None:
        """Until nothing was under way for ``quiet`` seconds, or ``longest`` are over."""
        end = time.monotonic() + longest
        self._last = time.monotonic()
        while time.monotonic() < end:
            rest = self._last + quiet - time.monotonic()
            if self._under_way:
                rest = max(rest, 0.05)
            if rest <= 0:
                return
            await asyncio.sleep(min(rest, max(0.0, end - time.monotonic())))

    def by(self, kind: str, name: str) -> str:
        """Who stored it, as far as anybody said so."""
        return self._by.get((kind, name), "")

    def collect(self) -> None:
        """What was called since the last time."""
        for call in self._calls.values():
            try:
                address = resolve(call.url, _NOWHERE)
            except Unreadable:
                continue
            if address is None or self._plan.is_own(address.host):
                continue
            by = self._initiators.get(call.url, call.frame)
            sighting = Sighting(
                call.moment, call.page, without_query(by), None, without_query(call.url)
            )
            self._evidence.saw(Thing(Kind.CALL, str(address), str(address)), sighting)
        self._calls.clear()
        self._initiators.clear()

    async def _listen(self, session: CDPSession) -> None:
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.responseReceivedExtraInfo", self._answered)
        await session.send("Network.enable")

    def _begun(self, request: Request) -> None:
        self._last = time.monotonic()
        if not request.url.startswith(_SCHEMES):
            return
        self._under_way.add(request)
        if len(self._calls) < MOST_CALLS and not _navigates(request):
            self._calls[request] = self._call(request.url, _frame_of(request))

    def _opened(self, socket: WebSocket) -> None:
        if len(self._calls) < MOST_CALLS:
            self._calls[socket] = self._call(socket.url, self.page)

    def _call(self, url: str, frame: str) -> _Call:
        return _Call(url, self.moment, self.page, frame)

    def _over(self, request: Request) -> None:
        self._last = time.monotonic()
        self._under_way.discard(request)

    def _failed(self, request: Request) -> None:
        self._over(request)
        if request.failure in _REFUSED:
            self._calls.pop(request, None)

    async def _close(self, page: Page) -> None:
        with suppress(Error):
            await page.close()

    def _told(self, _: Any, kind: object, name: object, by: object) -> None:
        if len(self._by) < MOST_CALLS:
            self._by.setdefault((str(kind), clipped(str(name))), without_query(str(by)))

    def _sent(self, event: dict[str, Any]) -> None:
        url, initiator = event["request"]["url"], event.get("initiator", {})
        if len(self._requested) >= MOST_CALLS:
            return
        self._requested[event["requestId"]] = url
        by = _script_of(initiator.get("stack")) or initiator.get("url", "")
        if by:
            self._initiators.setdefault(url, by)

    def _answered(self, event: dict[str, Any]) -> None:
        lines = [
            line
            for name, value in event.get("headers", {}).items()
            if name.lower() == "set-cookie"
            for line in value.split("\n")
        ]
        url = self._requested.get(event["requestId"], "")
        for line in lines:
            name = clipped(set_cookie_name(line))
            if url and len(self._by) < MOST_CALLS:
                self._by.setdefault((Kind.COOKIE, name), without_query(url))


def _script_of(stack: dict[str, Any] | None) -> str:
    """The script that is nearest, over what it was waiting for."""
    while stack:
        for each in stack.get("callFrames", ()):
            if str(each.get("url", "")).startswith(("http://", "https://")):
                return f"{each['url'].partition('?')[0]}:{each['lineNumber'] + 1}"
        stack = stack.get("parent")
    return ""


def _navigates(request: Request) -> bool:
    """Whether the whole page goes somewhere: that is the site's own way, and no call."""
    try:
        return request.is_navigation_request() and request.frame.parent_frame is None
    except Error:
        # A request of a worker has no frame; that of a page that is not there yet has none either.
        return request.service_worker is None and request.resource_type == "document"


def _frame_of(request: Request) -> str:
    try:
        frame = request.frame
        above = frame.parent_frame if request.is_navigation_request() else frame
        return above.url if above is not None else ""
    except Error:
        worker = request.service_worker
        return worker.url if worker is not None else ""


def host_of(url: str) -> str:
    """As a cookie has it."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
