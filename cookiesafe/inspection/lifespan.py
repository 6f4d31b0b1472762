"""Starts an ASGI app as a server does, and ends it (ASGI lifespan protocol 2.0)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from .interrupting import interrupting


class Lifespan:
    """Around all requests; waits ``patience`` seconds for each of both. An app that knows of no lifespan is asked without."""

    def __init__(self, app: Any, patience: float) -> None:
        self._app = app
        self._patience = patience
        self._to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._answered: asyncio.Queue[None] = asyncio.Queue()

    async def __aenter__(self) -> dict[str, Any]:
        """What the app keeps for its requests."""
        state: dict[str, Any] = {}
        asgi = {"version": "3.0", "spec_version": "2.0"}
        scope = {"type": "lifespan", "asgi": asgi, "state": state}
        self._task = asyncio.ensure_future(self._run(scope))
        await self._say("lifespan.startup")
        return state

    async def __aexit__(self, *_: object) -> None:
        await self._say("lifespan.shutdown")
        self._task.cancel()

    async def _run(self, scope: dict[str, Any]) -> None:
        with suppress(Exception):
            await self._app(scope, self._to_app.get, self._hear)

    async def _hear(self, message: Mapping[str, Any]) -> None:
        self._answered.put_nowait(None)

    async def _say(self, what: str) -> None:
        self._to_app.put_nowait({"type": what})
        answered = asyncio.ensure_future(self._answered.get())
        with interrupting(self._patience + 1):
            await asyncio.wait(
                [answered, self._task], timeout=self._patience, return_when=asyncio.FIRST_COMPLETED
            )
        answered.cancel()
