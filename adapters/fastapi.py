"""For FastAPI: ``visit: CurrentVisit`` in a route, and ``Depends(requires("advertising"))`` for routes and routers.

Neither is in the OpenAPI schema: they are no matter of the client's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, HTTPException, WebSocketException
from starlette.requests import HTTPConnection

from cookiesafe.adapters.starlette.requires import POLICY_VIOLATION
from cookiesafe.current import current_visit
from cookiesafe.visit import Visit


async def _visit() -> Visit:
    # FastAPI runs a plain function in a thread.
    return current_visit()


CurrentVisit = Annotated[Visit, Depends(_visit)]
"""The visit of the request: ``def route(visit: CurrentVisit)``."""


def requires(
    purpose: str | None = None, *, feature: str | None = None
) -> Callable[[HTTPConnection], Awaitable[None]]:
    """A dependency that lets only those through who agree to a purpose, or have a feature.

    For all others it raises ``HTTPException``: 403, whose ``detail`` is that of ``Visit.refusal``; for a WebSocket
    ``WebSocketException``. What the policy does not declare raises ``UnknownName`` with the first request.
    """

    async def check(connection: HTTPConnection) -> None:
        refusal = current_visit().refusal(purpose, feature=feature)
        if refusal is None:
            return
        if connection.scope["type"] == "websocket":
            raise WebSocketException(POLICY_VIOLATION, refusal.detail["error"])
        raise HTTPException(
            refusal.reply.status, dict(refusal.detail), {"Cache-Control": "no-store"}
        )

    return check
