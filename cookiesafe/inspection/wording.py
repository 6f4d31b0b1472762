"""Rules about the words of a policy: none that press, flatter or hide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from ..policy.declared import Declaration
from ..policy.shape import SECTIONS
from ..policy.translations import TRANSLATED
from .finding import Finding
from .subject import Subject


class Phrase(NamedTuple):
    """Words that no text may have, what is wrong with them, and what to write instead."""

    words: re.Pattern[str]
    why: str
    fix: str


def _phrase(words: str, why: str, fix: str) -> Phrase:
    return Phrase(re.compile(rf"\b(?:{words})\b", re.IGNORECASE), why, fix)


_SAY_IT: Final = "Say in plain words who does what with what."
PHRASES: Final = (
    _phrase(
        r"(?:we )?(?:value|respect|care about) your privacy",
        "praises the site instead of telling what it does",
        _SAY_IT,
    ),
    _phrase(
        r"(?:best|better|optimal|great|improved?|enhanced?)(?: possible| user| browsing)* experience"
        r"|(?:improve|enhance|optimi[sz]e|personali[sz]e) your (?:\w+ )?experience",
        "says nothing of what is done, and presses to agree",
        _SAY_IT,
    ),
    _phrase(
        r"legitimate interests?",
        "is another ground than a yes, and stands where visitors are asked for one",
        "Ask, or declare what needs no yes as necessary and say why.",
    ),
    _phrase(
        r"strictly (?:necessary|needed|required)",
        "does not say what for",
        'Say what it is needed for: "keeps your payment until it is sent".',
    ),
    _phrase(
        r"by (?:continuing|using|browsing|visiting|staying on)\b[^.]{0,60}\b(?:agree|accept|consent)",
        "takes silence for a yes",
        "Leave it out: nothing is on before it was chosen.",
    ),
    _phrase(
        r"(?:you )?(?:must|need to|have to) (?:accept|agree|consent|allow)",
        "presses to agree to what can be refused",
        "Say what goes without it, with a feature's `without`.",
    ),
)


def words(subject: Subject) -> Iterator[Finding]:
    """Each text of the policy, in every language: a phrase is told once for a text."""
    for path, text in _texts(subject.policy.declaration):
        for phrase in PHRASES:
            found = phrase.words.search(text)
            if found is not None:
                yield Finding(
                    "CS707",
                    f'"{found[0]}" {phrase.why}',
                    phrase.fix,
                    place=subject.declared(*path),
                    about=".".join(path),
                )


def _texts(declaration: Declaration) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, keys in TRANSLATED.items():
        if name not in SECTIONS:
            continue
        for entry in getattr(declaration, name):
            id = getattr(entry, SECTIONS[name].id)
            yield from (((name, id, key), getattr(entry, key)) for key in keys)
    for each in declaration.translations:
        for name in TRANSLATED:
            texts: Any = getattr(each, name)
            for id, by_key in texts.items() if name in SECTIONS else ():
                for key, text in by_key.items():
                    yield ("translations", each.language, name, id, key), text


RULES: Final = (words,)
