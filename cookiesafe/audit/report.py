"""What an audit has come to, and what it is as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from .evidence import Evidence, Moment
from .plan import Walk

if TYPE_CHECKING:
    from .findings import Finding
    from .judging import Judge

FORMAT: Final = 1
"""Of the JSON; another number where a reader would have to change."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a page looked like at a moment: a JPEG."""

    moment: Moment
    page: str
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a page was not looked at, or not wholly. It ``counts`` where something may have been missed by it."""

    page: str
    what: str
    walk: Walk | None = None
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Walked:
    """One walk: the ``pages`` that were opened, the first of them at ``first``, and what was ``pressed``: the label of the
    button, empty where none was found. ``looked`` is whether there was a page to look for one."""

    walk: Walk
    first: str
    pages: tuple[str, ...]
    pressed: str = ""
    looked: bool = True

    @property
    def answer(self) -> str:
        return {Walk.NONE: "", Walk.REJECT: "reject", Walk.ACCEPT: "accept"}[self.walk]


@dataclass(frozen=True, slots=True)
class Report:
    """``began`` is when, as ISO 8601 has it; ``policy`` is where the policy came from, empty without one."""

    url: str
    began: str
    policy: str
    walks: tuple[Walked, ...]
    evidence: Evidence
    findings: tuple[Finding, ...]
    troubles: tuple[Trouble, ...] = ()
    pictures: tuple[Picture, ...] = ()
    ignored: int = 0

    @property
    def pages(self) -> list[str]:
        """All that were opened, in their order."""
        return list(dict.fromkeys(page for each in self.walks for page in each.pages))

    def as_json(self, judge: Judge) -> dict[str, Any]:
        """For programs. Pictures are in the HTML alone."""
        return {
            "format": FORMAT,
            "url": self.url,
            "began": self.began,
            "policy": self.policy or None,
            "walks": [asdict(each) for each in self.walks],
            "findings": [{**asdict(each), "rule": each.rule} for each in self.findings],
            "ignored": self.ignored,
            "seen": _seen(self.evidence, judge),
            "troubles": [asdict(each) for each in self.troubles],
        }


def _seen(evidence: Evidence, judge: Judge) -> list[dict[str, Any]]:
    rows = []
    for thing, sightings in evidence.things.items():
        judged = judge.judge(thing, sightings)
        rows.append(
            {
                **asdict(thing),
                "standing": judged.standing,
                "purpose": judged.purpose or None,
                "known": judged.known or None,
                "sightings": [asdict(each) for each in sightings],
            }
        )
    return rows


def counted(count: int, one: str, several: str = "") -> str:
    """``1 page``, ``2 pages``."""
    return f"{count} {one if count == 1 else several or one + 's'}"


def labels(walks: Sequence[Walked]) -> list[tuple[str, str]]:
    """What each walk was, in words."""
    said = []
    for each in walks:
        pages = counted(len(each.pages), "page")
        if each.walk is Walk.NONE:
            said.append((each.walk.value, f"{pages}; then scrolled, and closed what closes"))
        elif each.pressed:
            said.append((each.walk.value, f"pressed “{each.pressed}”; {pages}"))
        else:
            said.append((each.walk.value, f"found nothing to press that says so; {pages}"))
    return said
