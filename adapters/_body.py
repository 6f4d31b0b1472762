"""A body that the app makes as it leaves: through the page gate if there is one, and in its own visit."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from cookiesafe.current import enter, leave

if TYPE_CHECKING:
    from cookiesafe.exchange import Exchange

_NO_MORE: Any = object()


def passing(exchange: Exchange, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """What leaves of it. While the app makes the next chunk, the visit is the current one."""
    while True:
        before = enter(exchange)
        try:
            chunk = next(chunks, _NO_MORE)
        finally:
            leave(before)
        if chunk is _NO_MORE:
            break
        yield chunk if exchange.page is None else exchange.body(chunk, last=False)
    if exchange.page is not None:
        yield exchange.body(b"", last=True)


async def passing_async(exchange: Exchange, chunks: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    """The same of a body that is awaited."""
    async with aclosing(chunks):
        while True:
            before = enter(exchange)
            try:
                chunk = await anext(chunks, _NO_MORE)
            finally:
                leave(before)
            if chunk is _NO_MORE:
                break
            yield chunk if exchange.page is None else exchange.body(chunk, last=False)
    if exchange.page is not None:
        yield exchange.body(b"", last=True)
