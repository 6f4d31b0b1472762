"""A record as ISO/IEC TS 27560:2023 has consent records, in the terms of the W3C Data Privacy Vocabulary, as JSON-LD.

It follows "Consent Records and Receipts using DPV" (W3C DPVCG, 2026-02-15), section 8. This is a mapping, certified by
nobody: what the standard asks for and the ledger does not keep is ``not recorded``, and never made up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from ..policy import Policy, Regime
from .processing import (
    CONTROLLER,
    NOT_RECORDED,
    Node,
    Subject,
    duration,
    process,
    staying,
    subject_of,
)
from .record import Record

SCHEMA_VERSION: Final = "https://w3id.org/dpv/schema/dpv-27560#record"
_VISITOR: Final = "_:visitor"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

CONTEXT: Final = MappingProxyType(
    {
        "dct": "http://purl.org/dc/terms/",
        "dpv": "https://w3id.org/dpv#",
        "pd": "https://w3id.org/dpv/pd#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "schema": "https://schema.org/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "dct:conformsTo": {"@type": "@id"},
        "dpv:hasLegalBasis": {"@type": "@id"},
    }
)

STATES: Final = MappingProxyType(
    {
        "grant": "dpv:ConsentGiven",
        "change": "dpv:RenewedConsentGiven",
        "kept": "dpv:RenewedConsentGiven",
        "remember": "dpv:ConsentGiven",
        "refusal": "dpv:ConsentRefused",
        "withdrawal": "dpv:ConsentWithdrawn",
        "forget": "dpv:ConsentWithdrawn",
        "signal": "dpv:ConsentWithdrawn",
        "child": "dpv:ConsentInvalidated",
    }
)
"""The state of consent after each event that is about one; no other event is."""


def consent_record(record: Record, policy: Policy | None, *, address: str = "") -> Node:
    """``record`` as a ``dpv:ConsentRecord``, with every field that 27560 makes mandatory.

    ``policy`` is the one of ``record.policy``, if it is known; ``address`` is where visitors change their choices.
    ``27560.schema.json``, beside this module, says what comes of it. Raises ``ValueError`` for an event that is about
    nobody's consent: one not in ``STATES``.
    """
    if record.event not in STATES:
        raise ValueError(f'an event "{record.event}" is about no consent')
    regime = _regime(record, policy)
    parties = {
        id: f"_:vendor{number}" for number, id in enumerate(policy.vendors if policy else ())
    }
    subjects = list(_subjects(record, policy))
    return {
        "@context": dict(CONTEXT),
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": SCHEMA_VERSION,
        "dct:identifier": record.id,
        "dpv:hasDataSubject": _visitor(record),
        "dpv:hasNotice": _notices(record),
        "dct:language": record.language or NOT_RECORDED,
        "dpv:hasProcess": [
            process(
                subject,
                _state(record, subject),
                address=address,
                regime=regime,
                parties=parties,
            )
            for subject in subjects
        ],
        "dpv:hasLegalBasis": "dpv:ExpressedConsent",
        "dpv:hasConsentStatus": _event(record, regime),
        "dpv:hasEntity": list(_entities(policy, subjects, parties)),
    }


def instant(milliseconds: int) -> str:
    """As ISO 8601 has a time in UTC, to the millisecond; ``not recorded`` for one after the year 9999."""
    try:
        time = _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return NOT_RECORDED
    return time.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _regime(record: Record, policy: Policy | None) -> Regime | str:
    """The rules of the record as its policy has them, or their id alone."""
    known: Mapping[str, Regime] = policy.regimes if policy else {}
    return known.get(record.regime, record.regime)


def _subjects(record: Record, policy: Policy | None) -> Iterator[Subject]:
    """What each choice is about; with none, as for a child, everything that was optional."""
    if record.event in ("remember", "forget"):
        yield staying()
        return
    optional = [each.id for each in policy.optional] if policy else []
    for id in list(record.choices) or optional or [NOT_RECORDED]:
        yield subject_of(id, policy, record.choices)


def _state(record: Record, subject: Subject) -> str:
    """What the event came to for one choice: in a ``grant`` one may be refused, in a ``signal`` one may go on."""
    said = STATES[record.event]
    if record.event == "signal":
        if not record.choices.get(subject.id, False):
            return STATES["refusal"]
        signals = {each.signal for each in subject.purposes if each.signal}
        return said if signals & set(record.signals) else STATES["grant"]
    if record.event in ("grant", "change", "kept"):
        return said if record.choices.get(subject.id, False) else STATES["refusal"]
    return said


def _visitor(record: Record) -> Node:
    kinds = ["dpv:DataSubject", *(["dpv:Child"] if record.event == "child" else [])]
    return {"@id": _VISITOR, "@type": kinds, "dct:identifier": record.receipt or NOT_RECORDED}


def _notices(record: Record) -> list[Node]:
    """The notice that was shown and the policy it spoke of, by the ids under which the ledger has their words."""
    language = record.language or NOT_RECORDED
    seen = [f"layer: {record.notice}"] if record.notice else []
    seen += [f"layout: {record.layout}"] if record.layout else []
    return [
        {
            "@type": "dpv:ConsentNotice",
            "dct:identifier": f"notice.{record.text}" if record.text else NOT_RECORDED,
            "dct:language": language,
            "dct:description": "; ".join(seen) or NOT_RECORDED,
        },
        {
            "@type": "dpv:PrivacyNotice",
            "dct:identifier": f"policy.{record.policy}" if record.policy else NOT_RECORDED,
            "dct:language": language,
        },
    ]


def _event(record: Record, regime: Regime | str) -> Node:
    by_site = record.event == "child"
    return {
        "@type": STATES[record.event],
        "dpv:isIndicatedAtTime": instant(record.time),
        "dpv:hasDuration": _validity(record, regime),
        "dpv:isIndicatedBy": {"@id": CONTROLLER if by_site else _VISITOR},
        "dpv:hasIndicationMethod": _method(record),
    }


def _validity(record: Record, regime: Regime | str) -> Node | str:
    """A yes holds as long as the rules say, and after a no nobody is asked again for as long as they say."""
    if isinstance(regime, str) or record.event in ("remember", "forget", "child"):
        return NOT_RECORDED
    given = record.event in ("grant", "change", "kept")
    return duration(regime.lifetime if given else regime.ask_again)


def _method(record: Record) -> str:
    if record.event == "signal":
        return f"signal of the browser: {', '.join(record.signals) or NOT_RECORDED}"
    if record.event == "child":
        return "the site said so"
    if record.event in ("remember", "forget"):
        return f"box or button to stay signed in, at: {record.notice or NOT_RECORDED}"
    buttons = record.buttons or NOT_RECORDED
    return f"form sent from: {record.notice or NOT_RECORDED}; buttons shown: {buttons}"


def _entities(
    policy: Policy | None, subjects: list[Subject], parties: Mapping[str, str]
) -> Iterator[Node]:
    site = policy.site if policy else None
    name = site.name if site else NOT_RECORDED
    yield _party(CONTROLLER, "dpv:DataController", name, name, site.contact if site else "")
    vendors = {each.id: each for subject in subjects for each in subject.vendors}
    for id, vendor in vendors.items():
        node = _party(parties[id], "dpv:ThirdParty", id, vendor.name, "")
        yield node | {"schema:url": vendor.privacy} if vendor.privacy else node


def _party(reference: str, kind: str, id: str, name: str, contact: str) -> Node:
    return {
        "@id": reference,
        "@type": kind,
        "dpv:hasIdentifier": id,
        "dpv:hasName": name,
        "schema:contactPoint": [
            {"@type": "schema:ContactPoint", "schema:description": contact or NOT_RECORDED},
            {"@type": "schema:PostalAddress", "schema:streetAddress": NOT_RECORDED},
        ],
    }
