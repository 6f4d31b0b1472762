"""Regimes: what the law of a place lets a purpose begin with.

The package brings a dated table, ``regimes.toml``; a policy's own replace its entries or add to them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from .declared import Declaration, Regime
from .lifetimes import parse_lifetime
from .places import PLACE


def _table() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("regimes.toml").read_text("utf-8"))


def _regime(id: str, keys: Mapping[str, Any]) -> Regime:
    return Regime(
        id=id,
        places=tuple(keys["places"]),
        opt_out=tuple(keys.get("opt_out", ())),
        notice=tuple(keys.get("notice", ())),
        lifetime=parse_lifetime(keys["lifetime"]),
        ask_again=parse_lifetime(keys["ask_again"]),
    )


_TABLE: Final = _table()

REGIMES_AS_OF: Final[str] = _TABLE["as_of"].isoformat()
"""The day on which the package's regimes were read off the law, as YYYY-MM-DD."""

REGIMES: Final[Mapping[str, Regime]] = MappingProxyType(
    {id: _regime(id, keys) for id, keys in _TABLE["regimes"].items()}
)
"""The package's regimes by id."""


def all_regimes(declaration: Declaration) -> dict[str, Regime]:
    """The package's regimes, replaced and followed by those of ``declaration``."""
    return {**REGIMES, **{regime.id: regime for regime in declaration.regimes}}


def by_place(regimes: Iterable[Regime]) -> Mapping[str, Regime]:
    """The regime of each place; where two have it, the later one's."""
    return {place: regime for regime in regimes for place in regime.places}


def regime_at(place: str, known: Mapping[str, Regime], otherwise: Regime) -> Regime:
    """The regime of ``place``, or of its country, or else ``otherwise``."""
    found = PLACE.fullmatch(place)
    if found is None:
        return otherwise
    return known.get(place.upper()) or known.get(found[1].upper()) or otherwise
