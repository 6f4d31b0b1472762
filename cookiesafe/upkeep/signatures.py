"""The checkpoints of a log, one after the other: whether each is of this log, and signed by a key that is trusted."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import BadNote
from ..ledger import Checkpoint, Entry
from ..ledger.key import PublicKey
from ..ledger.note import Head, Note, read_checkpoint
from .keys import has_signed
from .verdict import Findings


class Signatures:
    """Verifies checkpoints as the log is read.

    Trusted are the keys that were given, or without any the first that the log names; beside them every key that it
    names, if the first checkpoint that covers its record is signed by it and by one that was trusted before.
    """

    def __init__(self, trust: Iterable[PublicKey] | None, findings: Findings) -> None:
        self.origin = ""
        self._trusted = None if trust is None else list(trust)
        self._named: list[tuple[PublicKey, Entry]] = []
        self._findings = findings
        self._seen = self._good = 0
        self._lost = False

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(map(str, self._trusted or ()))

    def name(self, key: PublicKey, entry: Entry) -> None:
        """The log names a key, in a record below the next checkpoint."""
        self._named.append((key, entry))

    def wait(self, key: PublicKey, entry: Entry) -> None:
        """A record that is pending names a key."""
        if self._trusted is not None and key not in self._trusted:
            text = "it waits to be sealed, and names a key that no other has vouched for"
            self._findings.add("key", text, None, entry.id)

    def check(self, checkpoint: Checkpoint, root: bytes) -> None:
        """The next checkpoint. ``root`` is that of the records below it."""
        self._seen = checkpoint.size
        try:
            head, note = read_checkpoint(checkpoint.note)
            self._check_head(head, checkpoint.size)
            self._check_signed(note)
        except BadNote as error:
            self._findings.add(
                "checkpoint", f"the checkpoint of {checkpoint.size} records: {error.what}"
            )
            return
        if head.root == root:
            self._good = head.size
            self._trust_named(note)
        elif not self._lost:
            # All that come after it differ too.
            self._lost = True
            self._findings.add(
                "checkpoint",
                f"the checkpoint of {head.size} records has another root:"
                f" something from record {self._good} to {head.size - 1} is not what was signed",
            )

    def finish(self, size: int) -> None:
        """All were given, and the newest was of ``size`` records."""
        if self._seen != size:
            self._findings.add("checkpoint", f"the checkpoint of {size} records is not among all")

    def _check_head(self, head: Head, size: int) -> None:
        self.origin = self.origin or head.origin
        if head.origin != self.origin:
            raise BadNote(f"it is of another log, {head.origin}")
        if head.size != size:
            raise BadNote(f"it says that they are {head.size}")

    def _check_signed(self, note: Note) -> None:
        if self._trusted is None:
            own = [each for each, _ in self._named if each.name == self.origin]
            if not own:
                self._findings.add("key", "the log names no key before its first checkpoint")
            self._trusted = own[:1]
        note.signers(self._trusted)

    def _trust_named(self, note: Note) -> None:
        """The note is signed by a trusted key."""
        trusted = self._trusted or []
        for key, entry in self._named:
            if key in trusted:
                continue
            if has_signed(key, note):
                trusted.append(key)
            else:
                text = (
                    "it names a key that has not signed the checkpoint after it, and is not trusted"
                )
                self._findings.add("key", text, entry.index, entry.id)
        self._named = []
