"""Hears what CookieSafe logs while an app is inspected, and what its framework says that it raised."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..events import log
from .subject import Said


@contextmanager
def hearing(level: int = logging.INFO) -> Iterator[list[Said]]:
    """What CookieSafe logs meanwhile, which is not shown to anybody else."""
    heard: list[Said] = []
    ear = _Ear(heard)
    before, propagate, handlers = log.level, log.propagate, log.handlers
    log.setLevel(level)
    log.propagate, log.handlers = False, [ear]
    try:
        yield heard
    finally:
        log.setLevel(before)
        log.propagate, log.handlers = propagate, handlers


class _Ear(logging.Handler):
    def __init__(self, heard: list[Said]) -> None:
        super().__init__()
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        data: Mapping[str, Any] = getattr(record, "cookiesafe", {})
        code = str(data.get("code", ""))
        self._heard.append(Said(code, record.getMessage().removesuffix(f" [{code}]"), data))


class Raised(logging.Handler):
    """What a framework logs as raised by the app, the last of it."""

    error: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1] is not None:
            self.error = record.exc_info[1]
