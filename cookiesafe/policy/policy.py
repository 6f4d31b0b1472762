"""The policy: what a site declares, checked once and then only asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Self, TypeVar

from ..errors import PolicyError, UnknownName
from .archive import from_json, to_json
from .declared import (
    NECESSARY_PURPOSE,
    STRICTEST,
    Cookie,
    Declaration,
    Feature,
    Purpose,
    Regime,
    Site,
    Translation,
    Vendor,
)
from .fingerprint import fingerprint_of, grounds_of, vendor_grounds_of
from .hosts import parse_host
from .known import NECESSARY
from .names import CookieNames
from .regimes import all_regimes, by_place, regime_at
from .rules import breaches
from .shape import misfits
from .substance import Substance, substances_of
from .toml import read_file, read_toml
from .translations import in_language, offered, translation_misfits

_Entry = TypeVar("_Entry")


@dataclass(frozen=True, slots=True, init=False, eq=False, repr=False)
class Policy:
    """What the site declares; immutable. Mappings go from id to entry, in the order of declaration.

    ``purposes`` begins with the built-in ``necessary``; ``optional`` are those of browsers that can
    be refused, ``contacts`` those with a channel. ``languages`` are those
    that visitors are spoken to in, that of the texts first. ``cookies`` are the site's own; ``cookie_for`` also
    finds the well-known necessary ones. Hosts are lower-case. ``regimes`` are the site's own after
    those of the package.

    ``google_consent`` is which purpose each consent type of Google's tags is granted with; empty, if Consent Mode is off.

    ``fingerprint`` names the whole policy, ``grounds`` what each purpose and (``@id``) vendor asks
    consent for (words, vendors, hosts, cookies, lifetimes): 12 hex digits of SHA-256, whatever the
    order. ``substances`` have the same as something to compare.

    ``source`` is where it was read from, as messages name it; empty for one that was made in Python.

    Raises PolicyError with every problem that was found.
    """

    source: str
    site: Site
    purposes: Mapping[str, Purpose]
    vendors: Mapping[str, Vendor]
    cookies: tuple[Cookie, ...]
    features: Mapping[str, Feature]
    regimes: Mapping[str, Regime]
    optional: tuple[Purpose, ...]
    contacts: tuple[Purpose, ...]
    languages: tuple[str, ...]
    google_consent: Mapping[str, str]
    fingerprint: str
    grounds: Mapping[str, str]
    substances: Mapping[str, Substance]
    _declaration: Declaration
    _names: CookieNames
    _regimes: Mapping[str, Regime]

    def __init__(
        self,
        *,
        site: Site,
        purposes: Iterable[Purpose] = (),
        vendors: Iterable[Vendor] = (),
        cookies: Iterable[Cookie] = (),
        features: Iterable[Feature] = (),
        regimes: Iterable[Regime] = (),
        translations: Iterable[Translation] = (),
    ) -> None:
        declaration = Declaration(
            site=site,
            purposes=tuple(purposes),
            vendors=tuple(vendors),
            cookies=tuple(cookies),
            features=tuple(features),
            regimes=tuple(regimes),
            translations=tuple(translations),
        )
        # Rules may compare and look up only what is of the right type.
        problems = [*misfits(declaration), *translation_misfits(declaration.translations)]
        problems = problems or list(breaches(declaration))
        if problems:
            raise PolicyError(problems)
        self._settle(_canonical(declaration))

    def _settle(self, declaration: Declaration) -> None:
        purposes = (NECESSARY_PURPOSE, *declaration.purposes)
        grounds = {purpose.id: grounds_of(declaration, purpose) for purpose in purposes}
        grounds |= {f"@{each.id}": vendor_grounds_of(each) for each in declaration.vendors}
        regimes = all_regimes(declaration)
        self._speak(declaration, NECESSARY_PURPOSE)
        settled = {
            "source": "",
            "regimes": MappingProxyType(regimes),
            "languages": offered(declaration),
            "google_consent": MappingProxyType(
                {name: each.id for each in declaration.purposes for name in each.google_consent}
            ),
            "fingerprint": fingerprint_of(declaration),
            "grounds": MappingProxyType(grounds),
            "substances": MappingProxyType(substances_of(purposes, declaration)),
            "_declaration": declaration,
            "_names": CookieNames(declaration.cookies, NECESSARY),
            "_regimes": by_place(regimes.values()),
        }
        for name, value in settled.items():
            object.__setattr__(self, name, value)

    def _speak(self, declaration: Declaration, necessary: Purpose) -> None:
        """What has words in it."""
        purposes = (necessary, *declaration.purposes)
        spoken = {
            "site": declaration.site,
            "purposes": MappingProxyType({purpose.id: purpose for purpose in purposes}),
            "vendors": MappingProxyType({vendor.id: vendor for vendor in declaration.vendors}),
            "cookies": declaration.cookies,
            "features": MappingProxyType({each.id: each for each in declaration.features}),
            "optional": tuple(each for each in declaration.purposes if not each.channel),
            "contacts": tuple(each for each in declaration.purposes if each.channel),
        }
        for name, value in spoken.items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_toml(cls, text: str, source: str = "policy") -> Self:
        """The policy in ``text``; messages call it ``source``. Raises PolicyError, with lines."""
        declaration = read_toml(text, source)
        policy = cls(
            site=declaration.site,
            purposes=declaration.purposes,
            vendors=declaration.vendors,
            cookies=declaration.cookies,
            features=declaration.features,
            regimes=declaration.regimes,
            translations=declaration.translations,
        )
        object.__setattr__(policy, "source", source)
        return policy

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """The policy in the TOML file at ``path``, UTF-8, up to 1 MB. Raises as ``from_toml``."""
        return cls.from_toml(read_file(Path(path)), str(path))

    @property
    def declaration(self) -> Declaration:
        """All that was declared, with its translations."""
        return self._declaration

    def purpose(self, id: str) -> Purpose:
        """The purpose of this id. Raises UnknownName."""
        return _named("purpose", id, self.purposes)

    def vendor(self, id: str) -> Vendor:
        """The vendor of this id. Raises UnknownName."""
        return _named("vendor", id, self.vendors)

    def feature(self, id: str) -> Feature:
        """The feature of this id. Raises UnknownName."""
        return _named("feature", id, self.features)

    def regime(self, place: str) -> Regime:
        """The regime of a ``place`` such as ``DE`` or ``US-CA``; the strictest if none is known."""
        return regime_at(place, self._regimes, self.regimes[STRICTEST])

    def to_json(self) -> str:
        """The declaration as canonical JSON, to be kept; ``from_json`` reads it."""
        return to_json(self._declaration)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The policy that ``to_json`` wrote, by this version of the package or an earlier one.

        It is not held to today's rules, which may be stricter. Raises ValueError if it is none.
        """
        policy = cls.__new__(cls)
        policy._settle(_canonical(from_json(text)))
        return policy

    def cookie_for(self, name: str) -> Cookie | None:
        """The declared cookie that ``name`` falls under, or None if nobody declared it.

        Exact beats pattern, a longer text before the ``*`` beats a shorter one, then a longer one
        after it; what the site declares beats the well-known necessary cookies.
        """
        return self._names[name]

    def in_language(self, tag: str, say: Callable[[str], str] | None = None) -> Policy:
        """The same policy, with its texts in a language as far as they were translated.

        All others are ``Foreign``: their HTML says which language they are in. ``say`` puts our own into words. What
        consent is given to is the same in every language, and so are ``fingerprint`` and ``grounds``.
        """
        necessary = NECESSARY_PURPOSE
        if say is not None:
            necessary = replace(necessary, title=say(necessary.title), text=say(necessary.text))
        spoken = Policy.__new__(Policy)
        for name in self.__slots__:
            object.__setattr__(spoken, name, getattr(self, name))
        spoken._speak(in_language(self._declaration, tag), necessary)
        return spoken

    def __repr__(self) -> str:
        return f"Policy(site={self.site.name!r}, fingerprint={self.fingerprint!r})"


def _named(kind: str, id: str, known: Mapping[str, _Entry]) -> _Entry:
    try:
        return known[id]
    except KeyError:
        raise UnknownName(kind, id, known) from None


def _canonical(declaration: Declaration) -> Declaration:
    site = replace(declaration.site, hosts=_hosts(declaration.site.hosts))
    vendors = tuple(
        replace(vendor, hosts=_hosts(vendor.hosts), purposes=tuple(vendor.purposes))
        for vendor in declaration.vendors
    )
    regimes = tuple(
        replace(regime, places=tuple(place.upper() for place in regime.places))
        for regime in declaration.regimes
    )
    return replace(declaration, site=site, vendors=vendors, regimes=regimes)


def _hosts(hosts: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(parse_host(host)) for host in hosts)
