"""What an answer says: to browsers, and to caches."""

from __future__ import annotations

import re

from .client import Response


def policies(response: Response) -> list[str]:
    return response.headers_of("content-security-policy")


def lets_in(response: Response, host: str) -> bool:
    """Whether every policy of the response lets the browser call ``host``."""
    found = policies(response)
    assert found, "no policy at all"
    return all(host in policy for policy in found)


def varies_by(response: Response) -> set[str]:
    return _listed(response.header("vary"))


def cache_rules(response: Response) -> set[str]:
    return _listed(response.header("cache-control"))


def _listed(value: str | None) -> set[str]:
    return {part.strip().lower() for part in (value or "").split(",")} - {""}


def next_of(response: Response) -> str:
    """Where the first form of the page leads back to, as written in the markup."""
    found = re.search(r'name="next" value="([^"]*)"', response.text)
    assert found, "there is no form"
    return found[1]
