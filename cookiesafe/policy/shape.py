"""The shape of a declaration: which keys an entry has, which it must have, and of which type.

It is read off the classes in ``declared``: one truth for Python, TOML, messages and docs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from types import MappingProxyType
from typing import Any, Final

from ..errors import Problem
from .declared import Cookie, Declaration, Feature, Purpose, Regime, Site, Vendor
from .words import kind_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of an entry: ``kind`` is the annotation of its field in ``declared``."""

    kind: str
    required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section of the policy: ``entry`` is what it declares, ``id`` the field that is its key."""

    noun: str
    title: str
    entry: type[Any]
    id: str

    @property
    def keys(self) -> Mapping[str, Key]:
        """The keys an entry may have, in the order of its class, without the one it is named by."""
        return {name: key for name, key in _keys(self.entry).items() if name != self.id}


def _keys(entry: type[Any]) -> dict[str, Key]:
    return {
        field.name: Key(kind=str(field.type), required=field.default is MISSING)
        for field in fields(entry)
    }


SITE: Final = Section(noun="site", title="site", entry=Site, id="")
SECTIONS: Final[Mapping[str, Section]] = MappingProxyType(
    {
        "purposes": Section(noun="purpose", title="purposes.ID", entry=Purpose, id="id"),
        "vendors": Section(noun="vendor", title="vendors.ID", entry=Vendor, id="id"),
        "cookies": Section(noun="cookie", title="cookies.NAME", entry=Cookie, id="name"),
        "features": Section(noun="feature", title="features.ID", entry=Feature, id="id"),
        "regimes": Section(noun="regime", title="regimes.ID", entry=Regime, id="id"),
    }
)

_EXPECTED: Final = {
    "str": "text",
    "str | None": "text",
    "tuple[str, ...]": "a list of texts",
    "bool": "true or false",
    "int": "a whole number",
    "Seconds": "a whole number",
    "Seconds | None": "a whole number",
}


def expected(kind: str) -> str:
    """What a value of this ``kind`` is called in messages."""
    return _EXPECTED[kind]


def misfits(declaration: Declaration) -> Iterator[Problem]:
    """Values of a wrong type, which only a policy built in Python can have (CS103)."""
    yield from _misfits(SITE, declaration.site, ("site",))
    for name, section in SECTIONS.items():
        for position, entry in enumerate(getattr(declaration, name)):
            label = getattr(entry, section.id, None)
            path = (name, label if isinstance(label, str) else str(position))
            yield from _misfits(section, entry, path)


def _misfits(section: Section, entry: object, path: tuple[str, ...]) -> Iterator[Problem]:
    if not isinstance(entry, section.entry):
        noun = section.entry.__name__
        yield Problem("CS103", path, f"{kind_of(entry)} is no {noun}", f"Pass a {noun}(…).")
        return
    for name, key in _keys(section.entry).items():
        value = getattr(entry, name)
        if value is None and "None" in key.kind:
            continue
        wanted, found = expected(key.kind), kind_of(value)
        if found != wanted:
            yield Problem(
                "CS103", (*path, name), f"{name} is {found}, expected {wanted}", _mend(key.kind)
            )


def _mend(kind: str) -> str:
    match kind:
        case "Seconds" | "Seconds | None":
            return 'Give it in seconds, or as parse_lifetime("90 days").'
        case "bool":
            return "Write True or False."
        case "int":
            return "Write it as a number, without quotes."
        case "tuple[str, ...]":
            return 'Write ("one",) with a comma for a single one.'
        case _:
            return "Write it between quotes."
