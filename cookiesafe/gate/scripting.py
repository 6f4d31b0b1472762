"""Whether the app lets its page run a script of ours, and what for (CSP3, section 6.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from .own_policies import cover, deciding, own_policies
from .urls import Address

_NONCE: Final = re.compile(r"'nonce-([A-Za-z0-9+/_-]+={0,2})'", re.IGNORECASE)
_STRICT: Final = "'strict-dynamic'"


class Scripting(NamedTuple):
    """The ``nonce`` that its tag needs, empty for none; ``calls`` is whether it may ask the site something."""

    nonce: str
    calls: bool


ANYHOW: Final = Scripting("", True)
"""Where nothing is said about it."""


def scripting(headers: Iterable[tuple[str, str]], page: Address) -> Scripting | None:
    """How a script from where a page lies runs in it, by every ``Content-Security-Policy`` among its fields.

    ``None`` where it does not, whatever its tag says.
    """
    calls, needed = True, None
    for policy in own_policies(headers):
        called = deciding(policy, "connect-src", "default-src")
        calls = calls and (called is None or cover(called, page))
        runs = deciding(policy, "script-src-elem", "script-src", "default-src")
        if runs is None or _runs_by_address(runs, page):
            continue
        nonces = {found[1] for found in map(_NONCE.fullmatch, runs) if found}
        needed = nonces if needed is None else needed & nonces
    nonce = "" if needed is None else min(needed, default=None)
    return None if nonce is None else Scripting(nonce, calls)


def _runs_by_address(sources: Sequence[str], page: Address) -> bool:
    """With ``'strict-dynamic'``, addresses do not count (section 8.2)."""
    return _STRICT not in map(str.lower, sources) and cover(sources, page)
