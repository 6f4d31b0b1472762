"""What a visitor agrees to, as something to compare: which of two is wider, and by what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .declared import Cookie, Declaration, Purpose, Vendor


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A vendor as visitors know it, with its ``hosts`` as CSP host-sources."""

    name: str
    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A cookie, the name of the company it belongs to ("" is the site), and its lifetime in seconds."""

    name: str
    vendor: str = ""
    lifetime: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Substance:
    """What a purpose, or a vendor by name, asks consent for.

    Only a vendor has ``purposes``, (id, title) of each, and only a way to be contacted a ``channel``.
    """

    title: str
    text: str = ""
    vendors: tuple[Company, ...] = ()
    cookies: tuple[Kept, ...] = ()
    purposes: tuple[tuple[str, str], ...] = ()
    channel: str = ""

    def news(self, older: Substance) -> tuple[str, ...]:
        """What is wider here than in ``older``, each as a few plain words; empty if nothing is."""
        return () if self == older else ("the text says something else",)


def substances_of(purposes: Iterable[Purpose], declaration: Declaration) -> dict[str, Substance]:
    """The substance of each of ``purposes`` by id and, behind an ``@``, of each vendor."""
    vendors = {vendor.id: vendor for vendor in declaration.vendors}
    titles = {purpose.id: _words(purpose.title) for purpose in purposes}
    found = {purpose.id: _of_purpose(purpose, declaration, vendors) for purpose in purposes}
    return found | {f"@{id}": _of_vendor(vendor, titles) for id, vendor in vendors.items()}


def _of_purpose(
    purpose: Purpose, declaration: Declaration, vendors: Mapping[str, Vendor]
) -> Substance:
    cookies = [cookie for cookie in declaration.cookies if cookie.purpose == purpose.id]
    return Substance(
        title=_words(purpose.title),
        text=_words(purpose.text),
        vendors=tuple(_company(each) for each in vendors.values() if purpose.id in each.purposes),
        cookies=tuple(
            Kept(name=each.name, vendor=_owner(each, vendors), lifetime=each.lifetime)
            for each in cookies
        ),
        channel=purpose.channel,
    )


def _of_vendor(vendor: Vendor, titles: Mapping[str, str]) -> Substance:
    return Substance(
        title=_words(vendor.name),
        vendors=(_company(vendor),),
        purposes=tuple((id, titles.get(id, id)) for id in vendor.purposes),
    )


def _company(vendor: Vendor) -> Company:
    return Company(name=_words(vendor.name), hosts=vendor.hosts)


def _owner(cookie: Cookie, vendors: Mapping[str, Vendor]) -> str:
    if cookie.vendor is None:
        return ""
    vendor = vendors.get(cookie.vendor)
    return _words(vendor.name) if vendor else cookie.vendor


def _words(text: str) -> str:
    return " ".join(text.split())
