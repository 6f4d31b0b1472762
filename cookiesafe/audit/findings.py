"""What is wrong with what was seen: each rule once for a thing, with where and when, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from ..policy import duration
from .evidence import Evidence, Kind, Moment, Sighting, Thing
from .judging import Judge, Judgement, Standing
from .report import Trouble, Walked

RULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "CS801": "stored before a choice",
        "CS802": "called before a choice",
        "CS803": "leak after reject",
        "CS804": "undeclared",
        "CS805": "kept for longer than declared",
        "CS806": "no reject on the first layer",
        "CS807": "scrolling or closing taken for a yes",
        "CS808": "not looked at",
    }
)
"""All that is looked for, by the code of its page in the docs."""

_SLACK: Final = 3600
_SILENT: Final = (Moment.SCROLLED, Moment.CLOSED)
_MOST_PAGES: Final = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. ``about`` is its name, ``kind`` what it is, ``moments`` when it was so, ``by`` who did it."""

    code: str
    what: str
    fix: str
    about: str = ""
    kind: str = ""
    moments: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    by: str = ""

    @property
    def rule(self) -> str:
        return RULES[self.code]

    def is_one_of(self, ignored: frozenset[str]) -> bool:
        """Whether somebody has said that it is to be ignored: ``CS801``, or ``CS801:theme`` for that one alone."""
        return self.code in ignored or f"{self.code}:{self.about}" in ignored


def find(
    evidence: Evidence, judge: Judge, walks: Sequence[Walked], troubles: Iterable[Trouble] = ()
) -> list[Finding]:
    """All that is wrong, by code."""
    found = [
        *_before(evidence, judge),
        *_rejected(evidence, judge),
        *_undeclared(evidence, judge),
        *_longer(evidence, judge),
        *_unasked(evidence, judge, walks),
        *_silently(evidence, judge),
        *_unseen(troubles, evidence),
    ]
    return sorted(found, key=lambda each: each.code)


def _before(evidence: Evidence, judge: Judge) -> Iterator[Finding]:
    for thing, seen in evidence.at(Moment.BEFORE):
        judged = judge.judge(thing, seen)
        if not judged.needs_a_yes:
            continue
        if thing.is_call:
            what = f"{_named(thing, judged)} is called before any choice{_by(seen)}"
            fix = "Call it after a yes, or not at all."
            yield _finding("CS802", what, fix, thing, seen)
        else:
            what = f"{_named(thing, judged)} is stored before any choice{_by(seen)}"
            fix = "Store it after a yes; if the site needs it, declare it as necessary and say why."
            yield _finding("CS801", what, fix, thing, seen)


def _rejected(evidence: Evidence, judge: Judge) -> Iterator[Finding]:
    before = {thing for thing, _ in evidence.at(Moment.BEFORE)}
    for thing, seen in evidence.at(Moment.REJECTED):
        judged = judge.judge(thing, seen)
        if not judged.needs_a_yes or judge.remembers_choice(thing):
            continue
        if thing.is_call:
            said, fix = "is called", "Let what calls it ask for the visitor's answer."
        elif thing in before:
            said, fix = "is still stored", "Delete it when the visitor says no."
        else:
            said, fix = "is stored", "Let what stores it ask for the visitor's answer."
        what = f"{_named(thing, judged)} {said} after the visitor has rejected{_by(seen)}"
        yield _finding("CS803", what, fix, thing, seen)


def _undeclared(evidence: Evidence, judge: Judge) -> Iterator[Finding]:
    for thing, seen in evidence.things.items():
        judged = judge.judge(thing, seen)
        if judged.standing is Standing.UNDECLARED:
            what = f"{_named(thing, judged)} is not in the policy{_by(seen)}"
            fix = "Declare it: --write-policy drafts the lines. Or take it out."
            yield _finding("CS804", what, fix, thing, seen)


def _longer(evidence: Evidence, judge: Judge) -> Iterator[Finding]:
    for thing, seen in evidence.things.items():
        declared = judge.judge(thing, seen).lifetime
        lives = [each.lifetime for each in seen if each.lifetime]
        if thing.kind is not Kind.COOKIE or declared is None or not lives:
            continue
        longest = max(lives)
        if longest > declared + min(_SLACK, declared // 10 + 60):
            days = f"{_days(longest)}, and the policy says {_said(declared)}"
            what = f"{_named(thing)} is kept for {days}"
            fix = "Keep it for less, or declare how long: visitors agreed to what is declared."
            yield _finding("CS805", what, fix, thing, seen)


def _unasked(evidence: Evidence, judge: Judge, walks: Sequence[Walked]) -> Iterator[Finding]:
    """Whoever is asked must be able to say no where they can say yes; and whoever is not asked cannot say anything."""
    reject = next((each for each in walks if each.answer == "reject"), None)
    accept = next((each for each in walks if each.answer == "accept"), None)
    if reject is None or reject.pressed or not reject.looked:
        return
    if accept is not None and accept.pressed:
        what = f'a visitor can accept ("{accept.pressed}"), and not reject, on the first layer'
        fix = "Put a button that rejects beside it, of the same size. If there is one: --reject-selector."
    elif any(judge.judge(thing, seen).needs_a_yes for thing, seen in evidence.things.items()):
        what = "nobody is asked, and nothing rejects"
        fix = "Ask before anything is stored or called. If there is a button: --reject-selector."
    else:
        return
    yield Finding("CS806", what, fix, "reject", moments=(Moment.BEFORE,), pages=(reject.first,))


def _silently(evidence: Evidence, judge: Judge) -> Iterator[Finding]:
    before = {thing for thing, _ in evidence.at(Moment.BEFORE)}
    for thing, seen in evidence.at(*_SILENT):
        judged = judge.judge(thing, seen)
        if thing in before or not judged.needs_a_yes or judge.remembers_choice(thing):
            continue
        did = "scrolled" if seen[0].moment is Moment.SCROLLED else "closed something"
        verb = "called" if thing.is_call else "stored"
        what = f"{_named(thing, judged)} is {verb} once the visitor has {did}{_by(seen)}"
        fix = "Take a button that says so for a yes, and nothing else."
        yield _finding("CS807", what, fix, thing, seen)


def _unseen(troubles: Iterable[Trouble], evidence: Evidence) -> Iterator[Finding]:
    for each in troubles:
        if each.counts:
            fix = "See that it can be opened, and audit again; --page-time gives it longer."
            moments = (str(each.walk),) if each.walk else ()
            yield Finding("CS808", each.what, fix, each.page, "page", moments, (each.page,))
    if evidence.left_out:
        what = f"{evidence.left_out} more things were seen than are kept"
        yield Finding("CS808", what, "Audit fewer pages.", "evidence")


def _finding(code: str, what: str, fix: str, thing: Thing, seen: Sequence[Sighting]) -> Finding:
    return Finding(
        code,
        what,
        fix,
        thing.name,
        thing.kind,
        tuple(dict.fromkeys(str(each.moment) for each in seen)),
        tuple(dict.fromkeys(each.page for each in seen))[:_MOST_PAGES],
        next((each.by for each in seen if each.by), ""),
    )


def _named(thing: Thing, judged: Judgement | None = None) -> str:
    known = f" ({judged.known})" if judged is not None and judged.known else ""
    if thing.is_call:
        return f'the host "{thing.name}"{known}'
    kinds = {Kind.WORKER: "the service worker", Kind.COOKIE: "the cookie"}
    kind = kinds.get(thing.kind, f"{thing.kind} entry")
    return f'{kind} "{thing.name}" of {thing.host}{known}'


def _by(seen: Sequence[Sighting]) -> str:
    by = next((each.by for each in seen if each.by), "")
    return f", by {short(by)}" if by else ""


def short(url: str) -> str:
    """A URL as it is named in a sentence: its host and path."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}" if parts.netloc else url


def _days(seconds: int) -> str:
    return f"{round(seconds / 86_400)} days" if seconds >= 2 * 86_400 else _said(seconds)


def _said(seconds: int) -> str:
    return str(duration(seconds))
