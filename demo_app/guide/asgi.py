"""The guide in front of the portal, on ASGI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from ..portal.asgi import create_app, response_of
from .guide import Asked, Guide, signalled
from .signal import taken_off

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from ..stage import Play, Stage


class GuidedASGI:
    def __init__(self, guide: Guide, stage: Stage) -> None:
        self._guide = guide
        self._stage = stage
        self._portal: tuple[Play, ASGIApp] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._read_signal(scope)
            fetch_site = Headers(scope=scope).get("sec-fetch-site", "")
            asked = Asked(scope["method"], scope["path"], fetch_site)
            if self._guide.answers(asked):
                page = await run_in_threadpool(self._guide.answer, asked)
                await response_of(page)(scope, receive, send)
                return
        await self._app()(scope, receive, send)

    def _app(self) -> ASGIApp:
        """Around what the stage has now."""
        play = self._stage.play
        if self._portal is None or self._portal[0] is not play:
            self._portal = play, create_app(play.site, play.guard)
        return self._portal[1]

    def _read_signal(self, scope: Scope) -> None:
        fields: list[tuple[bytes, bytes]] = []
        asked_for = False
        for name, value in scope["headers"]:
            if name == b"cookie":
                rest, found = taken_off(value.decode("latin-1"))
                asked_for = asked_for or found
                if rest:
                    fields.append((name, rest.encode("latin-1")))
            else:
                fields.append((name, value))
        signalled.set(asked_for)
        if asked_for:
            fields = [field for field in fields if field[0] != b"sec-gpc"]
            fields.append((b"sec-gpc", b"1"))
        scope["headers"] = fields
