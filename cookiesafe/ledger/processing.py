"""What one choice is about, as a ``dpv:Process``: for ISO/IEC TS 27560, by the policy that was shown (``dpv``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from ..policy import STAYING_ID, Cookie, Policy, Purpose, Regime, Vendor
from ..policy.lifetimes import DAY

Node = dict[str, Any]

NOT_RECORDED: Final = "not recorded"
"""What stands where the standard asks for something that is not kept, or that the package cannot know."""
NO_RECIPIENT: Final = "no third party is declared"
CONTROLLER: Final = "_:controller"

_CATEGORIES: Final = MappingProxyType(
    {
        "statistics": "dpv:ServiceUsageAnalytics",
        "advertising": "dpv:Advertising",
        "preferences": "dpv:UserInterfacePersonalisation",
    }
)
_CHANNELS: Final = MappingProxyType(
    {
        "email": "pd:EmailAddress",
        "post": "pd:PhysicalAddress",
        "phone": "pd:TelephoneNumber",
        "sms": "pd:TelephoneNumber",
    }
)
_STAYING: Final = Purpose(
    id=STAYING_ID,
    title="Stay signed in",
    text="Keeps this browser signed in, by a cookie, until that is ended.",
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a choice names: purposes, and whom and what the policy declares for them."""

    id: str
    purposes: tuple[Purpose, ...] = ()
    vendors: tuple[Vendor, ...] = ()
    cookies: tuple[Cookie, ...] = ()
    signs_in: bool = False


def subject_of(id: str, policy: Policy | None, choices: Mapping[str, bool]) -> Subject:
    """What ``id`` stands for: a purpose, or behind an ``@`` a vendor. Whom a choice excludes is not among its vendors."""
    if policy is None:
        return Subject(id)
    if id.startswith("@"):
        return _of_vendor(id, policy)
    return _of_purpose(id, policy, choices)


def staying() -> Subject:
    """The box to stay signed in, which no policy declares."""
    return Subject(STAYING_ID, purposes=(_STAYING,), signs_in=True)


def _of_vendor(id: str, policy: Policy) -> Subject:
    vendor = policy.vendors.get(id[1:])
    if vendor is None:
        return Subject(id)
    purposes = (policy.purposes.get(each) for each in vendor.purposes)
    cookies = (each for each in policy.cookies if each.vendor == vendor.id)
    return Subject(id, tuple(filter(None, purposes)), (vendor,), tuple(cookies))


def _of_purpose(id: str, policy: Policy, choices: Mapping[str, bool]) -> Subject:
    purpose = policy.purposes.get(id)
    if purpose is None:
        return Subject(id)
    vendors = tuple(
        each
        for each in policy.vendors.values()
        if id in each.purposes and choices.get(f"@{each.id}", True)
    )
    kept = {None, *(each.id for each in vendors)}
    cookies = tuple(each for each in policy.cookies if each.purpose == id and each.vendor in kept)
    return Subject(id, (purpose,), vendors, cookies)


def process(
    subject: Subject, state: str, *, address: str, regime: Regime | str, parties: Mapping[str, str]
) -> Node:
    """``state`` is what the choice came to, ``parties`` are the references of vendors by their ids."""
    return {
        "@type": "dpv:Process",
        "dct:identifier": subject.id,
        "dpv:hasPurpose": [_purpose(each) for each in subject.purposes] or [_unknown(subject.id)],
        "dpv:hasLegalBasis": "dpv:ExpressedConsent",
        "dpv:hasConsentStatus": {"@type": state},
        "dpv:hasPersonalData": list(_personal_data(subject))
        or [{"@type": "dpv:PersonalData", "skos:broader": NOT_RECORDED}],
        "dpv:hasDataController": {"@id": CONTROLLER},
        "dpv:hasStorageCondition": [_places(subject), *_durations(subject)],
        "dpv:hasJurisdiction": jurisdiction(regime),
        "dpv:hasRecipient": _recipients(subject, parties),
        "dpv:hasConsentControl": {
            "@type": ["dpv:ProvideConsent", "dpv:WithdrawConsent"],
            "dpv:isExercisedAt": address or NOT_RECORDED,
        },
    }


def _purpose(purpose: Purpose) -> Node:
    node = {
        "@type": "dpv:Purpose",
        "dct:identifier": purpose.id,
        "dct:title": purpose.title,
        "dct:description": purpose.text,
    }
    broader = "dpv:CommunicationManagement" if purpose.channel else None
    broader = broader or _CATEGORIES.get(purpose.category or "")
    return node | {"skos:broader": {"@id": broader}} if broader else node


def _unknown(id: str) -> Node:
    return {
        "@type": "dpv:Purpose",
        "dct:identifier": id,
        "dct:title": NOT_RECORDED,
        "dct:description": NOT_RECORDED,
    }


def _personal_data(subject: Subject) -> Iterator[Node]:
    if subject.signs_in:
        yield _data("pd:Authenticating", "A token that keeps this browser signed in")
    for purpose in subject.purposes:
        if purpose.channel in _CHANNELS:
            yield _data(_CHANNELS[purpose.channel], f"What a user is reached by: {purpose.channel}")
    for cookie in subject.cookies:
        node = _data("pd:DeviceBased", cookie.why or "A cookie")
        yield node | {"dct:identifier": cookie.name}
    for vendor in subject.vendors:
        if vendor.hosts:
            yield _data("pd:IPAddress", f"What a browser tells {vendor.name} as it loads from it")


def _data(broader: str, text: str) -> Node:
    return {
        "@type": "dpv:PersonalData",
        "skos:broader": {"@id": broader},
        "dct:description": text,
    }


def _places(subject: Subject) -> Node:
    """Cookies are kept where they are; where vendors keep what they get is not declared."""
    places: list[Any] = []
    if subject.cookies or subject.signs_in:
        places.append({"@id": "dpv:WithinDevice"})
    if subject.vendors or not places:
        places.append(NOT_RECORDED)
    return {"@type": "dpv:StorageLocation", "dpv:hasLocation": places}


def _durations(subject: Subject) -> Iterable[Node]:
    stated = [
        _stored(duration(each.lifetime)) | {"dct:identifier": each.name}
        for each in subject.cookies
        if each.lifetime is not None
    ]
    if len(stated) < len(subject.cookies) or subject.vendors or not stated:
        stated.append(_stored(NOT_RECORDED))
    return stated


def _stored(value: Node | str) -> Node:
    return {"@type": "dpv:StorageDuration", "dpv:hasDuration": value}


def duration(seconds: int) -> Node:
    """As ISO 8601 has it; 0 is until the browser is closed."""
    if not seconds:
        return {"@type": "dpv:UntilEventDuration", "rdf:value": "The browser's session ends"}
    days, rest = divmod(seconds, DAY)
    return {"@type": "dpv:TemporalDuration", "rdf:value": f"PT{seconds}S" if rest else f"P{days}D"}


def jurisdiction(regime: Regime | str) -> Node:
    """The rules that held, and the places they are of: in which of them the visitor was is not recorded."""
    if isinstance(regime, str):
        return {"@type": "dpv:Location", "dct:identifier": regime or NOT_RECORDED}
    node: Node = {"@type": "dpv:Location", "dct:identifier": regime.id}
    if regime.places:
        text = f"One of {', '.join(regime.places)}; which is not recorded."
        return node | {"dct:description": text}
    return node | {"dct:description": "No place is known: the strictest rules held."}


def _recipients(subject: Subject, parties: Mapping[str, str]) -> list[Any]:
    if not subject.purposes:
        return [NOT_RECORDED]
    return [{"@id": parties[each.id]} for each in subject.vendors] or [NO_RECIPIENT]
