"""What an edge is made of, imported when a ``CookieSafe`` is made: an edge takes little to import, and no request waits for it."""

from __future__ import annotations

from importlib import import_module

_waiting: list[str] = []
_begun = False


def at_start(module: str) -> None:
    """Import it when the first ``CookieSafe`` is made, or now where there is one."""
    _waiting.append(module)
    if _begun:
        import_module(module)


def start() -> None:
    """Import what waits, or wait for who does so in another thread."""
    global _begun
    _begun = True
    # None is taken out: whoever comes meanwhile is to find all that is not imported yet.
    for module in _waiting:
        import_module(module)
