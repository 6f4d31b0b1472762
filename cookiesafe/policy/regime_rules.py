"""Rules of the regimes that a policy declares itself."""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Problem, did_you_mean
from .checks import check_id, repeated, well_written
from .declared import CATEGORIES, STRICTEST, Declaration, Purpose, Regime
from .lifetimes import checked_lifetime
from .places import check_place
from .words import MiswrittenError, quoted


def regime_breaches(declaration: Declaration) -> Iterator[Problem]:
    """Every rule that a regime breaks."""
    yield from repeated("regimes", (regime.id for regime in declaration.regimes))
    taken: dict[str, str] = {}
    for regime in declaration.regimes:
        yield from check_id(("regimes", regime.id), regime.id)
        yield from _places(regime, taken)
        for key in ("opt_out", "notice"):
            yield from _named(regime, key, declaration.purposes)
        yield from _both(regime, declaration.purposes)
        yield from _lifetimes(regime)


def _places(regime: Regime, taken: dict[str, str]) -> Iterator[Problem]:
    path = ("regimes", regime.id, "places")
    if regime.id == STRICTEST:
        yield from _strictest(regime)
    elif not regime.places:
        what = f"regime {quoted(regime.id)} has no place"
        yield Problem("CS115", path, what, 'Name one, such as ["US-CA"].')
    for position, place in enumerate(regime.places):
        here = (*path, str(position))
        yield from well_written("CS115", here, check_place, place)
        owner = taken.setdefault(place.upper(), regime.id)
        if owner != regime.id or place.upper() in map(str.upper, regime.places[:position]):
            what = f"place {quoted(place)} is in regime {quoted(owner)} already"
            yield Problem("CS115", here, what, "Keep one of the two.")


def _strictest(regime: Regime) -> Iterator[Problem]:
    for key in ("places", "opt_out", "notice"):
        if getattr(regime, key):
            what = f"regime {STRICTEST} is for everybody of whom nothing is known, and has {key}"
            fix = f"Write {key} = []; only its times can be changed."
            yield Problem("CS115", ("regimes", regime.id, key), what, fix)


def _named(regime: Regime, key: str, purposes: tuple[Purpose, ...]) -> Iterator[Problem]:
    ids = {purpose.id for purpose in purposes}
    used = {purpose.category for purpose in purposes}
    for position, name in enumerate(getattr(regime, key)):
        path = ("regimes", regime.id, key, str(position))
        if name in CATEGORIES:
            if name not in used:
                what = f"no purpose has the category {quoted(name)}"
                fix = f"Add category = {quoted(name)} to a purpose, or remove it here."
                yield Problem("CS104", path, what, fix)
        elif name not in ids:
            what = f"no category or purpose {quoted(name)} is declared"
            yield Problem("CS104", path, what, did_you_mean(name, {*CATEGORIES, *ids}))


def _both(regime: Regime, purposes: tuple[Purpose, ...]) -> Iterator[Problem]:
    path = ("regimes", regime.id, "opt_out")
    for purpose in purposes:
        if not regime.lists(purpose, regime.opt_out):
            continue
        if regime.lists(purpose, regime.notice):
            what = f"purpose {quoted(purpose.id)} is under both opt_out and notice"
            yield Problem("CS115", path, what, "Keep one of the two.")
        if purpose.signal is None and not purpose.channel:
            what = f"purpose {quoted(purpose.id)} is opt-out, and no signal turns it off"
            fix = 'Add signal = "gpc" to the purpose: where the law has opt-out, it has the signal.'
            yield Problem("CS115", path, what, fix)


def _lifetimes(regime: Regime) -> Iterator[Problem]:
    path = ("regimes", regime.id)
    for key in ("lifetime", "ask_again"):
        yield from well_written("CS111", (*path, key), _some_time, getattr(regime, key))
    if regime.ask_again < regime.lifetime:
        what = f"regime {quoted(regime.id)} keeps a no for less time than a yes"
        fix = "Write ask_again as long as lifetime, or longer."
        yield Problem("CS115", (*path, "ask_again"), what, fix)


def _some_time(seconds: int) -> None:
    if checked_lifetime(seconds) == 0:
        raise MiswrittenError("a choice is kept for no time at all", 'Write "183 days" or so.')
