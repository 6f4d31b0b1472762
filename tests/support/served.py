"""An ASGI app as servers call it: nobody goes away while it answers, and its fields are sent in lower case."""

from __future__ import annotations

import asyncio
from typing import Any

from cookiesafe.testing.asgi import ASGIApp


def served(app: ASGIApp) -> ASGIApp:
    """For frameworks that rely on that, such as Django."""

    async def behind_a_server(scope: Any, receive: Any, send: Any) -> None:
        async def wait() -> Any:
            message = await receive()
            return message if message["type"] == "http.request" else await asyncio.Event().wait()

        async def lowered(message: Any) -> None:
            fields = [(name.lower(), value) for name, value in message.get("headers", ())]
            await send({**message, **({"headers": fields} if fields else {})})

        await app(scope, wait, lowered)

    return behind_a_server
