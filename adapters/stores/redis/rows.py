"""A series as the fields of a hash, and a count as one of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, get_type_hints

from cookiesafe.adapters.stores.redis.scripts import Given
from cookiesafe.count import Count
from cookiesafe.remember import TOMBSTONE, Series

_KINDS = {each.name: get_type_hints(Series)[each.name] for each in fields(Series)}
_LAST = 2**42
"""Redis counts in milliseconds, and takes no later second than some."""


def goes_at(until: int) -> int:
    """When Redis lets go of what is of no use from ``until`` on."""
    return min(until, _LAST)


def forgotten_at(row: Series) -> int:
    """When Redis lets go of a series: as long after its end as others purge it."""
    ended = row.idle_until if row.revoked_at is None else row.revoked_at
    return goes_at(ended + TOMBSTONE)


def as_fields(row: Series) -> list[Given]:
    """Names and values, one after the other; without those that are ``None``."""
    values = ((name, getattr(row, name)) for name in _KINDS)
    return [part for name, value in values if value is not None for part in (name, value)]


def as_series(flat: Sequence[bytes]) -> Series:
    names = (name.decode() for name in flat[::2])
    row: dict[str, Any] = {name: _value(name, v) for name, v in zip(names, flat[1::2], strict=True)}
    return Series(**row)


def _value(name: str, value: bytes) -> str | bytes | int:
    kind = _KINDS[name]
    if kind is bytes:
        return value
    return value.decode() if kind in (str, str | None) else int(value)


def given(counts: Iterable[Count]) -> list[Given]:
    """Of each the day, what is counted, as JSON, and how often."""
    return [part for each in counts for part in (each.day, json.dumps(each[1:4]), each.n)]


def as_counts(days: Iterable[tuple[bytes, Sequence[bytes]]]) -> list[Count]:
    found = []
    for day, flat in days:
        for cell, n in zip(flat[::2], flat[1::2], strict=True):
            figure, cut, value = json.loads(cell)
            found.append(Count(int(day), figure, cut, value, int(n)))
    return found
