"""Whether the app lets its page show another page of the site in a frame, as a placeholder is (CSP3, section 6.1)."""

from __future__ import annotations

from collections.abc import Iterable

from .own_policies import cover, deciding, own_policies
from .urls import Address


def frames_itself(headers: Iterable[tuple[str, str]], page: Address) -> bool:
    """Whether every ``Content-Security-Policy`` among the fields of a page at ``page`` lets it."""
    found = (
        deciding(policy, "frame-src", "child-src", "default-src")
        for policy in own_policies(headers)
    )
    return all(sources is None or cover(sources, page) for sources in found)
