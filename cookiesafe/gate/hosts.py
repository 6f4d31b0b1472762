"""The gate for hosts: whether a page of this visitor may call where a URL leads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ..consent import Allowed
from ..policy import Host, Policy, parse_host
from .urls import PORTS, Address, Unreadable, resolve

_CLIPPED = 80
_NAMELESS = Address("http", "", 80)


@dataclass(frozen=True, slots=True)
class HeldHost:
    """A host that may not be called, with its port where that is not the scheme's own: ``ads.example:8443``.

    ``vendor`` is who declared it, with the ``purposes`` that vendor serves; ``None`` if nobody did. Of a URL that could
    not be read, ``host`` is what stands where its host would be, clipped.
    """

    host: str
    vendor: str | None = None
    purposes: tuple[str, ...] = ()

    @property
    def rule(self) -> Literal["undeclared", "not granted"]:
        """Why it is held."""
        return "undeclared" if self.vendor is None else "not granted"

    @property
    def name(self) -> str:
        """As a held cookie has one."""
        return self.host

    @property
    def purpose(self) -> str | None:
        """The first of its purposes."""
        return self.purposes[0] if self.purposes else None

    @property
    def code(self) -> str:
        """The page in the docs."""
        return "CS205" if self.vendor is None else "CS206"

    @property
    def reason(self) -> str:
        """Half a sentence for the log."""
        return (
            "which nobody declared"
            if self.vendor is None
            else "which the visitor has not agreed to"
        )

    @property
    def remedy(self) -> str:
        """What the developer can do about it."""
        if self.vendor is None:
            return f"Declare it in the policy, under [vendors]: hosts = [{json.dumps(self.host)}]"
        return f'It passes once the visitor agrees to the vendor "{self.vendor}".'


class HostGate:
    """Lets through the site's hosts and those of the vendors in ``allowed``, except the host-sources in ``left_out``.

    What it costs to ask does not depend on how many hosts are declared.
    """

    def __init__(
        self, policy: Policy, allowed: Allowed, left_out: frozenset[str] = frozenset()
    ) -> None:
        self._vendors = policy.vendors
        self._allowed = allowed.vendors
        self._declared = _declared(policy)
        self._left_out = left_out

    def page(self, address: str) -> PageHosts:
        """This gate for a page at an absolute ``address``."""
        return PageHosts(self, address)

    def held(self, url: str, base: str) -> HeldHost | None:
        """Why a page at ``base``, an absolute URL, may not call ``url``, or ``None``."""
        return PageHosts(self, base).held(url)

    def judge(self, address: Address) -> HeldHost | None:
        """Why a page may not call another host, or ``None``."""
        held: HeldHost | None = None
        for host, vendor in self._declared.naming(address.host):
            if not host.covers(address.scheme, address.host, address.port):
                continue
            if (vendor is None or vendor in self._allowed) and str(host) not in self._left_out:
                return None
            if held is None and vendor is not None:
                held = HeldHost(str(address), vendor, self._vendors[vendor].purposes)
        return held or HeldHost(str(address)[:_CLIPPED])


class PageHosts:
    """The gate for one page, which may call its own host too, as ``'self'`` in a CSP does (CSP3, section 6.7.2.8)."""

    def __init__(self, gate: HostGate, address: str) -> None:
        self._gate = gate
        self.address = _address_of(address)
        self._based: tuple[str | None, Address | HeldHost] = (None, self.address)

    def held(self, url: str, base: str | None = None) -> HeldHost | None:
        """Why this page may not call ``url``, or ``None``: it may, or the URL calls nobody.

        ``base`` is the text of the page's ``<base href>``, if it has one. What cannot be read is held.
        """
        if base != self._based[0]:
            self._based = (base, self._read_base(base))
        based = self._based[1]
        try:
            address = resolve(url, based if isinstance(based, Address) else _NAMELESS)
        except Unreadable as unread:
            return HeldHost(str(unread)[:_CLIPPED])
        if address is None:
            return None
        if isinstance(based, HeldHost):
            return based
        return None if _is_self(self.address, address) else self._gate.judge(address)

    def _read_base(self, base: str | None) -> Address | HeldHost:
        """Where a page's relative URLs begin (HTML Standard, section 4.2.3); what is held where that is unreadable."""
        try:
            return (resolve(base, self.address) if base is not None else None) or self.address
        except Unreadable as unread:
            return HeldHost(str(unread)[:_CLIPPED])


def _address_of(page: str) -> Address:
    """What a page is to its own links. Where that cannot be read, no host is the page's own."""
    try:
        return resolve(page, _NAMELESS) or _NAMELESS
    except Unreadable:
        return _NAMELESS


def _is_self(page: Address, address: Address) -> bool:
    if address.host != page.host:
        return False
    if address == page:
        return True
    if address.port != page.port and (address.port, page.port) != (
        PORTS[address.scheme],
        PORTS[page.scheme],
    ):
        return False
    return address.scheme in ("https", "wss") or (page.scheme, address.scheme) == ("http", "ws")


class _Declared:
    """The declared hosts by name: exact ones, and those below a ``*.``; with the vendor's id, ``None`` for the site."""

    def __init__(self, policy: Policy) -> None:
        self._exact: dict[str, list[tuple[Host, str | None]]] = {}
        self._below: dict[str, list[tuple[Host, str | None]]] = {}
        of_the_site = [(text, None) for text in policy.site.hosts]
        of_vendors = [(text, each.id) for each in policy.vendors.values() for text in each.hosts]
        for text, vendor in (*of_the_site, *of_vendors):
            host = parse_host(text)
            names = self._below if host.wildcard else self._exact
            names.setdefault(host.name, []).append((host, vendor))

    def naming(self, name: str) -> Iterator[tuple[Host, str | None]]:
        """Those whose name ``name`` falls under, whatever their scheme and port."""
        yield from self._exact.get(name, ())
        _, dot, parent = name.partition(".")
        while dot:
            yield from self._below.get(parent, ())
            _, dot, parent = parent.partition(".")


@lru_cache(8)
def _declared(policy: Policy) -> _Declared:
    return _Declared(policy)
