"""A browser that blocks cookies: the parameter that says so in a page's address, since the browser keeps nothing else.

Whoever sends it gets less, never more. With any cookie in the request it means nothing.
"""

from __future__ import annotations

from typing import Final

PARAMETER: Final = "cookiesafe=blocked"


def says_blocked(query: str) -> bool:
    """Whether a query has the parameter, just as we write it."""
    return PARAMETER in query and PARAMETER in query.split("&")


def blocked(address: str) -> str:
    """A path, perhaps with a query and a fragment, with the parameter."""
    address, sharp, fragment = unblocked(address).partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{PARAMETER}{sharp}{fragment}"


def unblocked(address: str) -> str:
    """The same without it; as it is, if it has none."""
    if PARAMETER not in address:
        return address
    address, sharp, fragment = address.partition("#")
    path, _, query = address.partition("?")
    others = "&".join(each for each in query.split("&") if each != PARAMETER)
    return f"{path}?{others}{sharp}{fragment}" if others else f"{path}{sharp}{fragment}"
