"""Connections that wait no longer than whoever asks: for themselves, drivers wait for a server that has stopped for good.

Each driver is imported where a store of its own is opened, not before.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from cookiesafe.adapters._patience import left

if TYPE_CHECKING:
    from psycopg.abc import PQGen

T = TypeVar("T")
_LOOKING = 0.02
"""Seconds between two looks at whether it is too late: more than a statement takes by far."""
_LEAST = 0.001
_SILENT = "the server did not answer in time"


def connector(driver: str) -> Callable[..., Any] | None:
    """What connects by a driver, unless that is as it stands."""
    return {"psycopg": _psycopg, "pymysql": _pymysql}.get(driver, lambda: None)()


def _psycopg() -> Callable[..., Any]:
    import psycopg

    class Hurried(psycopg.Connection[Any]):
        def wait(self, gen: PQGen[T], *args: Any, **more: Any) -> T:
            more["interval"] = _LOOKING
            try:
                return super().wait(_in_time(gen, psycopg.OperationalError), **more)
            except psycopg.OperationalError as error:
                if error.args == (_SILENT,):
                    # What it may still answer is for nobody.
                    self.pgconn.finish()
                raise

        @classmethod
        def _connect_gen(cls, *args: Any, **more: Any) -> Any:
            # Whole seconds, and no fewer than two, are what it takes by itself.
            return _in_time(super()._connect_gen(*args, **more), psycopg.OperationalError)

    return Hurried.connect


def _in_time(steps: Generator[Any, Any, T], error: type[Exception]) -> Generator[Any, Any, T]:
    """The steps of a driver, each of which it takes when the server has said something, or ``_LOOKING`` seconds later."""
    until = monotonic() + left()
    try:
        wanted = next(steps)
        while True:
            ready = yield wanted
            if not ready and monotonic() >= until:
                steps.close()
                raise error(_SILENT)
            wanted = steps.send(ready)
    except StopIteration as done:
        result: T = done.value
        return result


def _pymysql() -> Callable[..., Any]:
    from pymysql.connections import Connection

    usual: list[Any] = []

    class Hurried(Connection):
        """Reads the time that it may take as often as it uses it."""

        def _create_ssl_ctx(self, options: Any) -> Any:
            # To make one takes 20 ms of the processor's, even where it is found then that nobody listens.
            if options:
                return super()._create_ssl_ctx(options)  # type: ignore[misc]
            if not usual:
                usual.append(super()._create_ssl_ctx(options))  # type: ignore[misc]
            return usual[0]

        @property
        def connect_timeout(self) -> float | None:
            return self._in_time(self._connects_for)

        @connect_timeout.setter
        def connect_timeout(self, seconds: float | None) -> None:
            self._connects_for = seconds

        @property
        def _read_timeout(self) -> float | None:
            return self._in_time(self._reads_for)

        @_read_timeout.setter
        def _read_timeout(self, seconds: float | None) -> None:
            self._reads_for = seconds

        @property
        def _write_timeout(self) -> float | None:
            return self._in_time(self._writes_for)

        @_write_timeout.setter
        def _write_timeout(self, seconds: float | None) -> None:
            self._writes_for = seconds

        def _in_time(self, seconds: float | None) -> float | None:
            found = left() if seconds is None else min(seconds, left())
            return None if found == inf else max(_LEAST, found)

    return Hurried
