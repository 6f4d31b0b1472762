"""Checkpoints, signed: C2SP tlog-checkpoint in a C2SP signed-note.

A note is text, an empty line, and a line for each signature. The text of a checkpoint is the log's origin, how many
records it has, and the root of their tree, a line each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..errors import BadNote
from . import letters
from .key import LedgerKey, PublicKey, check_name
from .tree import HASH_BYTES

MOST_CHARACTERS = 128 * 1024
MOST_SIGNATURES = 100
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class Signature(NamedTuple):
    """One line: whose it is, by name and the four bytes of the key's id, and the signature."""

    name: str
    id: bytes
    signature: bytes


class Note(NamedTuple):
    """Text with its last newline, and its signatures, none of which is verified by having been read."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, note: object) -> Note:
        """Raises ``BadNote`` on what is none."""
        if not isinstance(note, str):
            raise BadNote(f"a note is {type(note).__name__}, not text")
        if len(note) > MOST_CHARACTERS:
            raise BadNote(f"a note has more than {MOST_CHARACTERS} characters")
        if _CONTROL.search(note):
            raise BadNote("a note has control characters")
        if any("\ud800" <= each <= "\udfff" for each in note):
            raise BadNote("a note is no UTF-8")
        text, found, signed = note.rpartition("\n\n")
        if not found or not text or not signed.endswith("\n"):
            raise BadNote("a note has no signatures, or its end is missing")
        lines = signed[:-1].split("\n")
        if len(lines) > MOST_SIGNATURES:
            raise BadNote(f"a note has more than {MOST_SIGNATURES} signatures")
        return cls(text + "\n", tuple(map(_read_line, lines)))

    def signers(self, keys: Iterable[PublicKey]) -> list[PublicKey]:
        """Those of ``keys`` that have signed it, at least one.

        Signatures of others are ignored. Raises ``BadNote`` if none is left, or one is not by the key it names.
        """
        known = {(each.name, each.id): each for each in keys}
        text, found = self.text.encode(), []
        for line in self.signatures:
            key = known.get((line.name, line.id))
            if key is None:
                continue
            if not key.has_signed(line.signature, text):
                raise BadNote(f"a signature is not by the key it names, {key}")
            found.append(key)
        if not found:
            raise BadNote("no key that is known has signed the note")
        return found


class Head(NamedTuple):
    """What a checkpoint says: the log with that ``origin`` has the ``root`` at that ``size``."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{letters.written(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Raises ``BadNote`` unless it is the text of a checkpoint, of a log whose keys have its name as ours have.

        Lines below the third are ignored.
        """
        lines = text.split("\n")
        if len(lines) < 4 or "" in lines[:-1] or lines[-1]:
            raise BadNote("a checkpoint has not its three lines")
        origin, size, root = lines[:3]
        check_name(origin)
        if not _SIZE.fullmatch(size):
            raise BadNote("the size in a checkpoint is no number")
        try:
            hashed = letters.read(root)
        except ValueError:
            raise BadNote("the root in a checkpoint is no base64") from None
        if len(hashed) != HASH_BYTES:
            raise BadNote(f"the root in a checkpoint has not {HASH_BYTES} bytes")
        return cls(origin, int(size), hashed)


def sign_checkpoint(head: Head, keys: Sequence[LedgerKey]) -> str:
    """The note, signed by every key under the log's origin. Raises ``BadNote`` for what cannot be an origin."""
    check_name(head.origin)
    text = head.text
    return "\n".join([text, *(_write_line(head.origin, each, text) for each in keys), ""])


def read_checkpoint(note: object) -> tuple[Head, Note]:
    """What a checkpoint says, and the note to verify before it is believed. Raises ``BadNote``."""
    parsed = Note.parse(note)
    return Head.parse(parsed.text), parsed


def _write_line(name: str, key: LedgerKey, text: str) -> str:
    return f"— {name} {letters.written(key.named(name).id + key.sign(text.encode()))}"


def _read_line(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, space, signature = rest.partition(" ")
    if dash != "—" or not space:
        raise BadNote("a line of signatures is none")
    if not name or "+" in name or any(each.isspace() for each in name):
        raise BadNote("a signature has no name that a key can have")
    try:
        data = letters.read(signature)
    except ValueError:
        raise BadNote("a signature is no base64") from None
    if len(data) < 5:
        raise BadNote("a signature is too short")
    return Signature(name, data[:4], data[4:])
