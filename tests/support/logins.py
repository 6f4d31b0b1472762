"""A remembered login, and a browser that comes back with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from itertools import count

from cookiesafe.ports import Store
from cookiesafe.remember import (
    ATTEMPTS,
    Presented,
    Series,
    Terms,
    Verdict,
    begin,
    parse,
    present,
)

NOW = 1_800_000_000
MINUTE, DAY = 60, 86_400


def entropy_of(seed: str) -> Callable[[int], bytes]:
    """Bytes that are the same for the same seed."""
    numbers = count()
    return lambda size: sha256(f"{seed}:{next(numbers)}".encode()).digest()[:size]


def a_login(
    seed: str = "a", *, user: str = "ann", terms: Terms | None = None, **fields: object
) -> tuple[Series, str]:
    """A series that began at NOW, and its first payload."""
    row, payload = begin(
        user,
        epoch=0,
        record="0" * 32,
        now=NOW,
        entropy=entropy_of(seed),
        label="Firefox, Linux",
        terms=terms or Terms(),
    )
    return replace(row, **fields), payload  # type: ignore[arg-type]


def shown(payload: str | None) -> Presented:
    """What a browser presents that has this payload."""
    assert payload is not None
    presented = parse(payload)
    assert presented is not None
    return presented


def kept_in(store: Store, key: str) -> Series | None:
    """The row alone."""
    found = store.load_series(key)
    return found[0] if found else None


def come_back(store: Store, payload: str, now: int) -> Verdict:
    """As a request does it: present, write, and again where another request was faster."""
    presented = shown(payload)
    for _ in range(ATTEMPTS):
        row, epoch = store.load_series(presented.key) or (None, 0)
        verdict = present(presented, row, epoch, now)
        if verdict.replace is None or store.swap_series(verdict.replace, verdict.expected):
            return verdict
    raise AssertionError(f"others were faster {ATTEMPTS} times")
