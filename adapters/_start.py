"""What an edge is made of, imported when a ``CookieSafe`` is made: an edge takes little to import, and no request waits for it."""

from __future__ import annotations

from importlib import import_module

_waiting: list[str] = []
_begun = False


def at_start(module: str) -> None:
    """Import it when the first ``CookieSafe`` is made, or now where there is one."""
    if _begun:
        import_module(module)
    else:
        _waiting.append(module)


def start() -> None:
    """Import what waits."""
    global _begun
    _begun = True
    while _waiting:
        import_module(_waiting.pop())
