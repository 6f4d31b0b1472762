"""What verifying the log came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "changed",
    "removed",
    "inserted",
    "moved",
    "column",
    "restored",
    "erasure",
    "tile",
    "checkpoint",
    "key",
]
MOST_FINDINGS = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was sealed: what, of which record by ``index`` and ``id`` as far as there is one.

    - ``changed``: a record says something else than what was sealed at its place;
    - ``removed``: none is there, and no ``erasure`` record says so; ``restored``: one does, and it is there;
    - ``inserted``: one that was never sealed; ``moved``: one that was sealed at another place;
    - ``column``: what the store has beside a record is not what the record says;
    - ``erasure``: a record that says which others were erased, and does not make sense;
    - ``tile``: hashes of the tree are not those of the records; ``checkpoint``: one is not of this log, or not signed
      as it has to be; ``key``: there is no key to verify with, or a record names one that nobody vouched for.
    """

    kind: Kind
    text: str
    index: int | None = None
    id: str | None = None

    def __str__(self) -> str:
        name = "" if self.id is None else f" ({ascii(self.id)[1:-1][:80]})"
        place = "" if self.index is None else f"record {self.index}{name}: "
        return f"{place}{self.text}"


@dataclass(slots=True)
class Findings:
    """The first hundred, and how many there are in all."""

    found: list[Finding] = field(default_factory=list)
    count: int = 0

    def add(self, kind: Kind, text: str, index: int | None = None, id: str | None = None) -> None:
        self.count += 1
        if len(self.found) < MOST_FINDINGS:
            self.found.append(Finding(kind, text, index, id))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The log at its newest checkpoint: ``size`` records, of which ``erased`` were erased and say so.

    ``pending`` are not sealed yet, so that nothing shows what was done to them; more than 10,000 are not counted.
    ``findings`` are the first hundred of ``count``. ``keys`` are those that were trusted at the end, as vkeys.
    """

    origin: str
    size: int
    pending: int
    erased: int
    findings: tuple[Finding, ...]
    count: int
    keys: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.count

    @property
    def summary(self) -> str:
        """A line for whoever looks after the log."""
        return (
            f"{self.origin or 'no log yet'}: {self.size} records, {self.erased} of them erased, "
            f"{self.pending} not sealed yet"
        )
