"""The receipt: a visitor's records, each with its proof, in one document that is checked without asking anybody.

    {"cookiesafe": "receipt/1", "site": "…", "origin": "…", "receipt": "<id>",
     "records": [{"record": {…}, "index": 5, "proof": ["<base64>", …]}, {"record": {…}, "pending": true}],
     "checkpoint": "<the signed note>", "keys": ["<vkey>", …]}

``record`` is what the site has recorded, ``index`` and ``proof`` where it stands in the log that ``checkpoint`` signs
(RFC 9162, section 2.1.3; C2SP tlog-checkpoint). What is pending has no proof yet, and without any other there is no
checkpoint. Of a receipt that is too long to be in one document, the newest records are there, and ``"earlier": 7`` says how
many are not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..errors import BadNote, BadProof
from . import letters
from .batch import Checkpoint
from .key import PublicKey
from .note import Head, read_checkpoint
from .record import Entry
from .tree import leaf_hash, verify_inclusion

FORM = "receipt/1"
MOST_BYTES = 1_000_000
_FIELDS = {"cookiesafe", "site", "origin", "receipt", "records", "checkpoint", "keys"}


class Proven(NamedTuple):
    """A record and what proves it, by the hashes from its leaf up; without any, ``None``, it is pending."""

    entry: Entry
    proof: tuple[bytes, ...] | None


def make_receipt(
    site: str,
    receipt: str,
    records: Sequence[Proven],
    checkpoint: Checkpoint | None,
    keys: Sequence[str],
    earlier: int = 0,
) -> dict[str, Any]:
    """The document, as JSON has it; ``earlier`` records are not in it. Raises ``BadNote`` for a checkpoint that is none."""
    origin = "" if checkpoint is None else read_checkpoint(checkpoint.note)[0].origin
    return {
        "cookiesafe": FORM,
        "site": site,
        "origin": origin,
        "receipt": receipt,
        "records": [_written(each) for each in records],
        "checkpoint": None if checkpoint is None else checkpoint.note,
        "keys": list(keys),
        **({"earlier": earlier} if earlier else {}),
    }


@dataclass(frozen=True, slots=True)
class ReceiptVerdict:
    """What a receipt proves: ``sealed`` records are in the log as it was signed, ``pending`` ones are not yet.

    ``problems`` are what is wrong, a sentence each; without any it holds. ``trusted`` is whether it was signed by a key
    that the caller gave, and not just by one that the document brings along. ``origin`` and ``size`` are of the log.
    ``broken`` are the records that something is wrong with, counted from 1; without a ``receipt`` none was looked at.
    """

    receipt: str = ""
    origin: str = ""
    size: int = 0
    sealed: int = 0
    pending: int = 0
    trusted: bool = False
    problems: tuple[str, ...] = ()
    broken: tuple[int, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.problems

    def __str__(self) -> str:
        if self.problems:
            return "The receipt does not hold: " + "; ".join(self.problems) + "."
        later = (
            f"; {self.pending} not sealed yet, of which it proves nothing" if self.pending else ""
        )
        if not self.sealed:
            return f"Nothing is proved: no record is sealed yet{later}."
        held = f"{self.sealed} in the log {self.origin} of {self.size} records"
        by = "" if self.trusted else " Consistent, but by the key in it."
        return f"Proved: {held}{later}.{by}"


def check_receipt(
    document: str | bytes | Mapping[str, Any], vkeys: Iterable[str] | None = None
) -> ReceiptVerdict:
    """What a receipt proves, by the public keys given, or without any by those in it. Nothing in it raises.

    Raises ``BadNote`` if one of ``vkeys`` is none.
    """
    trusted = None if vkeys is None else [PublicKey.parse(each) for each in vkeys]
    try:
        said = _read(document)
        signed = _signed(said, trusted)
    except (BadNote, ValueError) as error:
        return ReceiptVerdict(problems=(_what(error),))
    problems, broken, sealed, pending = [], [], 0, 0
    for number, each in enumerate(said["records"], 1):
        try:
            if _check_record(each, said["receipt"], signed):
                sealed += 1
            else:
                pending += 1
        except (BadProof, ValueError) as error:
            broken.append(number)
            problems.append(f"record {number}: {_what(error)}")
    problems += _repeated(said["records"])
    size = 0 if signed is None else signed.size
    by = trusted is not None and signed is not None
    found = said["receipt"], said["origin"], size, sealed, pending, by
    return ReceiptVerdict(*found, tuple(problems), tuple(broken))


def _written(proven: Proven) -> dict[str, Any]:
    record = json.loads(proven.entry.body)
    if proven.proof is None:
        return {"record": record, "pending": True}
    proof = [letters.written(each) for each in proven.proof]
    return {"record": record, "index": proven.entry.index, "proof": proof}


def _read(document: str | bytes | Mapping[str, Any]) -> dict[str, Any]:
    """Raises ``ValueError`` on what is no receipt."""
    try:
        text = json.dumps(document) if isinstance(document, Mapping) else document
        if len(text) > MOST_BYTES:
            raise ValueError(f"it has more than {MOST_BYTES} bytes")
        if isinstance(text, bytes):
            text = text.decode()
        said = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except (RecursionError, TypeError, json.JSONDecodeError, UnicodeError):
        raise ValueError("it is no JSON") from None
    if not isinstance(said, dict) or said.get("cookiesafe") != FORM:
        raise ValueError(f"it does not say that it is a {FORM}")
    if said.keys() - {"earlier"} != _FIELDS:
        names = ", ".join(sorted(map(ascii, said.keys() - {"earlier"} ^ _FIELDS)))[:200]
        raise ValueError(f"fields are missing, or there are too many: {names}")
    texts = all(isinstance(said[each], str) for each in ("site", "origin", "receipt"))
    lists = all(isinstance(said[each], list) for each in ("records", "keys"))
    earlier = said.get("earlier", 1)
    whole = type(earlier) is int and earlier > 0
    if not texts or not lists or not whole or not said["receipt"]:
        raise ValueError("a field has a value that it cannot have")
    if not said["records"]:
        raise ValueError("it has no records")
    return said


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # What one reader shows would not be what another has checked.
        raise ValueError("a field is there twice")
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _signed(said: Mapping[str, Any], trusted: Sequence[PublicKey] | None) -> Head | None:
    """What the checkpoint says, once its signature was verified. Raises ``BadNote`` and ``ValueError``."""
    if said["checkpoint"] is None:
        if said["origin"]:
            raise ValueError("it names a log, and has no checkpoint of it")
        return None
    head, note = read_checkpoint(said["checkpoint"])
    if head.origin != said["origin"]:
        raise ValueError(f"its checkpoint is of another log, {head.origin}")
    keys = [PublicKey.parse(each) for each in said["keys"]] if trusted is None else trusted
    own = [each for each in keys if each.name == head.origin]
    if not own:
        raise ValueError(f"no key is of the log {head.origin}")
    note.signers(own)
    return head


def _check_record(said: Any, receipt: str, signed: Head | None) -> bool:
    """Whether the record is sealed. Raises ``BadProof`` and ``ValueError`` unless it is so or pending."""
    record = said.get("record") if isinstance(said, dict) else None
    if not isinstance(record, dict):
        raise BadProof("it is none")
    if record.get("receipt") != receipt:
        raise BadProof("it is of another receipt")
    if said.keys() == {"record", "pending"} and said["pending"] is True:
        return False
    index, proof = said.get("index"), said.get("proof")
    if said.keys() != {"record", "index", "proof"} or type(index) is not int:
        raise ValueError("it has no index and proof, and does not say that it is pending")
    if not isinstance(proof, list) or not all(isinstance(each, str) for each in proof):
        raise ValueError("its proof is no list of hashes")
    if signed is None:
        raise ValueError("it has a proof, and there is no checkpoint")
    try:
        hashes = [letters.read(each) for each in proof]
    except ValueError:
        raise ValueError("a hash of its proof is no base64") from None
    body = json.dumps(record, sort_keys=True, separators=(",", ":"))
    try:
        verify_inclusion(leaf_hash(body.encode()), index, signed.size, hashes, signed.root)
    except BadProof as error:
        raise BadProof(f"{error.what}; the record, its index or its proof was changed") from None
    return True


def _repeated(records: Sequence[Any]) -> list[str]:
    """What stands in a receipt more than once: none is made so."""
    tables = [each for each in records if isinstance(each, dict)]
    bodies = [each["record"] for each in tables if isinstance(each.get("record"), dict)]
    found = []
    for name, holders in (("id", bodies), ("index", tables)):
        values = [each[name] for each in holders if isinstance(each.get(name), str | int)]
        if len(set(values)) < len(values):
            found.append(f"two records have the same {name}")
    return found


def _what(error: Exception) -> str:
    return error.what if isinstance(error, BadProof) else str(error)
