"""What a policy says of a thing that was seen; without one, what is known of its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from ..consent import Allowed
from ..gate.hosts import HeldHost, HostGate
from ..gate.urls import PORTS, Address
from ..policy import NECESSARY_ID, TRACKER_HOSTS, TRACKERS, Policy, Site
from .evidence import Kind, Sighting, Thing
from .plan import Plan

_OURS: Final = re.compile(r"(__Host-|__Secure-)?cookiesafe(-(session|swept|out|age|remember))?")
_REMEMBERS: Final = re.compile(
    r"consent|gdpr|ccpa|usprivacy|optanon|didomi|cmplz|cookielaw|klaro|tarteaucitron|borlabs|axeptio|_iub_cs"
    r"|moove_gdpr|uc_(settings|user)|cookies?[-_ ]?(choices?|notice|banner|settings?|prefs?|preferences|policy|control|ok|accepted"
    r"|rejected|allowed|status)|notice_(behavior|preferences)|^(cc_cookie|cookies?|cookiebar)$",
    re.IGNORECASE,
)


class Standing(StrEnum):
    """``necessary`` may be there at any time, ``optional`` after a yes; nobody declared ``undeclared``. ``unknown`` is what
    has no policy to be declared in."""

    NECESSARY = "necessary"
    OPTIONAL = "optional"
    UNDECLARED = "undeclared"
    UNKNOWN = "unknown"


class Judgement(NamedTuple):
    """``purpose`` is its id, ``lifetime`` what is declared of a cookie in seconds, ``known`` whose it is by its name."""

    standing: Standing
    purpose: str = ""
    lifetime: int | None = None
    known: str = ""

    @property
    def needs_a_yes(self) -> bool:
        return self.standing is not Standing.NECESSARY


class Judge:
    """Judges things by ``policy``, or by nothing but what is known of names."""

    def __init__(self, plan: Plan, policy: Policy | None) -> None:
        self._plan = plan
        self._declared = policy is not None
        self.policy = policy or Policy(site=Site(name=plan.hosts[0]))
        necessary = frozenset(
            each.id for each in self.policy.vendors.values() if set(each.purposes) == {NECESSARY_ID}
        )
        self._gate = HostGate(self.policy, Allowed(vendors=necessary))
        self._trackers = {name: whose for name, whose in TRACKERS.items() if "*" not in name}
        self._patterns = [each.partition("*") for each in TRACKERS if "*" in each]

    def judge(self, thing: Thing, seen: Sequence[Sighting] = ()) -> Judgement:
        """What one is, which was seen so."""
        if thing.is_call:
            return self._call(thing, seen)
        known = self._whose(thing.name)
        if _OURS.fullmatch(thing.name) and self._plan.is_own(thing.host):
            return Judgement(Standing.NECESSARY, NECESSARY_ID)
        cookie = self.policy.cookie_for(thing.name)
        if cookie is not None:
            standing = Standing.NECESSARY if cookie.purpose == NECESSARY_ID else Standing.OPTIONAL
            lifetime = cookie.lifetime if thing.kind is Kind.COOKIE else None
            return Judgement(standing, cookie.purpose, lifetime, known)
        if not self._plan.is_own(thing.host):
            return self._held(self._gate_for(thing.host), known)
        return Judgement(self._nobodys, known=known)

    def remembers_choice(self, thing: Thing) -> bool:
        """Whether its name says that it keeps the visitor's choice. Where there is a policy, that says what does."""
        own = not thing.is_call and self._plan.is_own(thing.host)
        return own and not self._declared and bool(_REMEMBERS.search(thing.name))

    def _call(self, thing: Thing, seen: Sequence[Sighting]) -> Judgement:
        schemes = {each.url.partition(":")[0] for each in seen} & PORTS.keys() or {"https"}
        known = next(
            (whose for host, whose in TRACKER_HOSTS.items() if _is_below(thing.name, host)), ""
        )
        return self._held([_address(thing.name, each) for each in sorted(schemes)], known)

    def _held(self, addresses: Iterable[Address], known: str) -> Judgement:
        """By the gate, as it would judge on any page of the site."""
        found = [self._gate.judge(each) for each in addresses]
        held = [each for each in found if each is not None]
        if len(held) < len(found):
            return Judgement(Standing.NECESSARY, NECESSARY_ID, None, known)
        declared = next((each for each in held if each.vendor is not None), None)
        if isinstance(declared, HeldHost):
            return Judgement(Standing.OPTIONAL, declared.purpose or "", None, known)
        return Judgement(self._nobodys, known=known)

    def _gate_for(self, host: str) -> list[Address]:
        """What a cookie of another host may have come from: any port, since cookies do not keep them apart."""
        name = host.lstrip(".")
        hosts = [each for vendor in self.policy.vendors.values() for each in vendor.hosts]
        ports = [int(found[1]) for each in hosts if (found := re.search(r":(\d+)$", each))]
        plain = [Address("https", name, 443), Address("http", name, 80)]
        all_of_it = [*plain, *(Address("http", name, port) for port in dict.fromkeys(ports))]
        declared = [each for each in all_of_it if _vendor_of(self._gate, each)]
        return declared or plain[:1]

    @property
    def _nobodys(self) -> Standing:
        return Standing.UNDECLARED if self._declared else Standing.UNKNOWN

    def _whose(self, name: str) -> str:
        if name in self._trackers:
            return self._trackers[name]
        for before, _, after in self._patterns:
            if len(before) > 1 and name.startswith(before) and name.endswith(after):
                return TRACKERS[f"{before}*{after}"]
        return ""


def _vendor_of(gate: HostGate, address: Address) -> bool:
    held = gate.judge(address)
    return held is None or held.vendor is not None


def _address(host: str, scheme: str) -> Address:
    name, colon, port = host.rpartition(":")
    if colon and port.isdecimal():
        return Address(scheme, name, int(port))
    return Address(scheme, host, PORTS[scheme])


def _is_below(host: str, parent: str) -> bool:
    name = host.rpartition(":")[0] or host
    return name == parent or name.endswith(f".{parent}")
