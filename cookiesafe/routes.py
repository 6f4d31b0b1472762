"""The route of a path, for the log: what the paths of one page of the app have in common."""

from __future__ import annotations

import re
from functools import lru_cache

_TELLING = re.compile(r"[\d@;=]")
_LONGEST_PART = 32
_MOST_PARTS = 8
_LONGEST_REMEMBERED = 256


def route_of(path: str) -> str:
    """What the paths of one route have in common: ``*`` stands for a part with a digit, ``@``, ``;`` or ``=`` in it, or a long one."""
    return _short_route(path) if len(path) <= _LONGEST_REMEMBERED else _route_of(path)


def _route_of(path: str) -> str:
    parts = path.split("/", _MOST_PARTS + 1)[: _MOST_PARTS + 1]
    return "/".join(
        "*" if len(part) > _LONGEST_PART or _TELLING.search(part) else part for part in parts
    )


_short_route = lru_cache(256)(_route_of)
