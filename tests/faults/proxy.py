"""What stands between a site and its store: a line that can be cut, in each way in which lines are cut."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from threading import Event, Thread
from typing import Literal

State = Literal["whole", "refused", "silent", "reset", "slow"]
SLOW = 5.0
"""Seconds that each piece takes, either way."""
_AT_ONCE = struct.pack("ii", 1, 0)


class Line:
    """TCP to ``server``, a port of this machine, by way of ``port``.

    ``refused``: nobody listens, and who was connected is no more. ``silent``: connections are taken, and nothing goes
    through; what was sent meanwhile arrives when the line is whole again. ``reset``: connections end with the next thing
    that is said, before or after the server has heard it, in turn. ``slow``: everything takes ``SLOW`` seconds.
    """

    def __init__(self, server: int) -> None:
        self._server = server
        self._loop = asyncio.new_event_loop()
        self._state: State = "whole"
        self._changed = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._said = count()
        self._listener: asyncio.Server | None = None
        self.port = 0

    def is_now(self, state: State) -> None:
        """Come back when it is."""
        asyncio.run_coroutine_threadsafe(self._turn(state), self._loop).result()

    async def _turn(self, state: State) -> None:
        if self._state == "refused" and state != "refused":
            await self._listen()
        self._state = state
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        if state == "refused" and self._listener is not None:
            self._listener.close()
            for writer in list(self._writers):
                _reset(writer)

    async def _listen(self) -> None:
        bound = socket.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", self.port))
        self.port = bound.getsockname()[1]
        self._listener = await asyncio.start_server(self._connect, sock=bound, backlog=256)

    def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Known before its task has begun, which it never does where it is cancelled first."""
        self._writers.add(writer)
        self._tasks.add(task := self._loop.create_task(self._serve(reader, writer)))
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while self._state == "silent":
                await self._changed.wait()
            theirs, to_them = await asyncio.open_connection("127.0.0.1", self._server)
            self._writers.add(to_them)
            try:
                await asyncio.gather(
                    self._pass(reader, to_them, writer), self._pass(theirs, writer, None)
                )
            finally:
                self._writers.discard(to_them)
                _reset(to_them)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            _reset(writer)

    async def _pass(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        client: asyncio.StreamWriter | None,
    ) -> None:
        """What ``source`` says; ``client`` is who says it, unless that is the server."""
        while piece := await source.read(65_536):
            if self._state == "reset" and client is not None:
                if next(self._said) % 2:
                    target.write(piece)
                    await target.drain()
                raise ConnectionResetError
            if self._state == "slow":
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), SLOW)
            while self._state == "silent":
                await self._changed.wait()
            target.write(piece)
            await target.drain()
        target.close()

    def run(self, ready: Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._loop.call_soon(ready.set)
        self._loop.run_forever()
        self._loop.run_until_complete(self._close())
        self._loop.close()

    async def _close(self) -> None:
        if self._listener is not None:
            self._listener.close()
        while left := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        for writer in self._writers:
            _reset(writer)
        # A transport closes its socket when the loop comes round.
        await asyncio.sleep(0)

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Not closed politely: whoever is at the other end learns it at once, whatever they were doing."""
    found = writer.get_extra_info("socket")
    if found is not None:
        with suppress(OSError):
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    writer.transport.abort()


@contextmanager
def line_to(server: int) -> Iterator[Line]:
    line, ready = Line(server), Event()
    thread = Thread(target=line.run, args=(ready,), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield line
    finally:
        line.end()
        thread.join()
