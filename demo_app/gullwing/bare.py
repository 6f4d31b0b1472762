"""Whether the portal without CookieSafe runs beside, to compare with."""

from __future__ import annotations

import asyncio
from contextlib import suppress

PORT = 8811
SECONDS = 0.5


async def runs(port: int) -> bool:
    """Whether something listens there, on this machine."""
    with suppress(OSError, TimeoutError):
        _, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), SECONDS)
        writer.close()
        return True
    return False
