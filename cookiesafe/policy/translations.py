"""The site's own texts in further languages: read, checked, and put in the place of those that are declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any, Final

from ..errors import Problem, did_you_mean
from ..languages import TAG, catalogued, catalogues
from ..sayings import Foreign
from .declared import Declaration, Site, Texts, Translation
from .shape import SECTIONS
from .words import kind_of, quoted

ANY: Final = "*"
TRANSLATED: Final[Mapping[str, tuple[str, ...]]] = {
    "site": ("name", "contact"),
    "purposes": ("title", "text", "why"),
    "vendors": ("why",),
    "cookies": ("why",),
    "features": ("without",),
}
"""The keys that may be translated, by section."""

_FIX: Final = 'Write [translations.de.purposes.ID] with title = "…" below it.'


def offered(declaration: Declaration) -> tuple[str, ...]:
    """The languages that visitors are spoken to in, that of the texts as they are declared first."""
    site = declaration.site
    others = site.languages or tuple(each.language for each in declaration.translations)
    if ANY in others:
        others = (*others, *sorted(catalogues()))
    found = {site.language.lower(): site.language}
    for tag in others:
        if tag != ANY:
            found.setdefault(tag.lower(), tag)
    return tuple(found.values())


def missing_texts(declaration: Declaration) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Of each language that is offered, the texts that are shown as they are declared, such as ``("purposes", "ads", "text")``.

    Names of the site stay names.
    """
    given = {each.language.lower(): each for each in declaration.translations}
    own = declaration.site.language.lower()
    return {
        tag: tuple(_missing(declaration, given.get(tag.lower(), Translation(language=tag))))
        for tag in offered(declaration)
        if tag.lower() != own
    }


def translatable_texts(declaration: Declaration) -> tuple[tuple[str, ...], ...]:
    """All texts that a translation may have in the place of what is declared."""
    return tuple(_missing(declaration, Translation(language="")))


def _missing(declaration: Declaration, given: Translation) -> Iterator[tuple[str, ...]]:
    for name, keys in TRANSLATED.items():
        for entry in getattr(declaration, name) if name in SECTIONS else ():
            id = getattr(entry, SECTIONS[name].id)
            there = getattr(given, name).get(id, {})
            yield from ((name, id, key) for key in keys if getattr(entry, key) and key not in there)


# --- read ----------------------------------------------------------------------------------------


def read_translations(tables: object, problems: list[Problem]) -> tuple[Translation, ...]:
    """What TOML or JSON has, by language; what is not of the right shape is left out, and noted."""
    read = _Reader(problems)
    path = ("translations",)
    return tuple(
        Translation(language=language, **read.sections(value, (*path, language)))
        for language, value in read.table(tables, path).items()
    )


def tables_of(translations: Iterable[Translation]) -> dict[str, Any]:
    """The same as tables again, without what is empty."""
    return {
        each.language: {name: texts for name in TRANSLATED if (texts := asdict(each)[name])}
        for each in translations
    }


def translation_misfits(translations: Iterable[object]) -> Iterator[Problem]:
    """Values of a wrong type, which only translations made in Python can have."""
    for position, each in enumerate(translations):
        path = ("translations", str(position))
        if not isinstance(each, Translation) or not isinstance(each.language, str):
            what = f"{kind_of(each)} is no Translation with a language"
            yield Problem("CS103", path, what, "Pass a Translation(…).")
            continue
        problems: list[Problem] = []
        sections = {name: getattr(each, name) for name in TRANSLATED}
        _Reader(problems).sections(sections, ("translations", each.language))
        yield from problems


class _Reader:
    def __init__(self, problems: list[Problem]) -> None:
        self._problems = problems

    def sections(self, value: object, path: tuple[str, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, section in self.table(value, path).items():
            here = (*path, name)
            if name not in TRANSLATED:
                what = f"{quoted(name)} is no part of a policy that is translated"
                self._problems.append(Problem("CS102", here, what, did_you_mean(name, TRANSLATED)))
            elif name == "site":
                found[name] = self.texts(name, section, here)
            else:
                entries = self.table(section, here).items()
                found[name] = {id: self.texts(name, each, (*here, id)) for id, each in entries}
        return found

    def texts(self, section: str, value: object, path: tuple[str, ...]) -> dict[str, str]:
        known, texts = TRANSLATED[section], {}
        for key, text in self.table(value, path).items():
            here = (*path, key)
            if key not in known:
                what = f"{quoted(key)} is no text of a {_noun(section)} that is translated"
                self._problems.append(Problem("CS102", here, what, did_you_mean(key, known)))
            elif not isinstance(text, str):
                what = f"{key} is {kind_of(text)}, expected text"
                self._problems.append(Problem("CS103", here, what, f'Write {key} = "…".'))
            elif not text.strip():
                what = f"{key} is empty"
                fix = "Leave it out where there is no translation."
                self._problems.append(Problem("CS103", here, what, fix))
            else:
                texts[key] = text
        return texts

    def table(self, value: object, path: tuple[str, ...]) -> Mapping[str, Any]:
        if isinstance(value, Mapping) and all(isinstance(each, str) for each in value):
            return value
        what = f"{quoted(path[-1])} is {kind_of(value)}, expected a table"
        self._problems.append(Problem("CS103", path, what, _FIX))
        return {}


def _noun(section: str) -> str:
    return SECTIONS[section].noun if section in SECTIONS else "site"


# --- rules ---------------------------------------------------------------------------------------


def translation_breaches(declaration: Declaration) -> Iterator[Problem]:
    """Languages that nobody here speaks, and translations of what is not declared (CS117)."""
    site = declaration.site
    for position, tag in enumerate(site.languages):
        if tag != ANY:
            yield from _unspoken(("site", "languages", str(position)), tag, site)
    known = {each.lower() for each in offered(declaration)}
    spoken: set[str] = set()
    for each in declaration.translations:
        path, tag = ("translations", each.language), each.language.lower()
        unspoken = list(_unspoken(path, each.language, site))
        yield from unspoken
        if tag in spoken:
            what = f"language {quoted(each.language)} is translated into twice"
            yield Problem("CS117", path, what, "Put all of it in one.")
        elif tag == site.language.lower():
            what = f"language {quoted(each.language)} is that of the texts themselves"
            yield Problem("CS117", path, what, "Change these, or [site] language.")
        elif tag not in known and not unspoken:
            what = f"language {quoted(each.language)} is translated into and not offered"
            yield Problem("CS117", path, what, "Add it to [site] languages.")
        spoken.add(tag)
        yield from _undeclared(each, path, declaration)


def _unspoken(path: tuple[str, ...], tag: str, site: Site) -> Iterator[Problem]:
    if tag.lower() == site.language.lower():
        return
    if not TAG.fullmatch(tag) or catalogued(tag) is None:
        what = f"there are no words of ours in the language {quoted(tag)}"
        yield Problem("CS117", path, what, did_you_mean(tag, catalogues()))


def _undeclared(
    translation: Translation, path: tuple[str, ...], declaration: Declaration
) -> Iterator[Problem]:
    for name, section in SECTIONS.items():
        if name not in TRANSLATED:
            continue
        declared = {getattr(each, section.id) for each in getattr(declaration, name)}
        for id in getattr(translation, name):
            if id not in declared:
                what = f"no {section.noun} {quoted(id)} is declared"
                yield Problem("CS117", (*path, name, id), what, did_you_mean(id, declared))


# --- shown ---------------------------------------------------------------------------------------


def in_language(declaration: Declaration, tag: str) -> Declaration:
    """What is declared, in a language as far as it was translated; the rest says which language it is in.

    Names of the site stay names where they were not translated.
    """
    if tag.lower() == declaration.site.language.lower():
        return declaration
    found = (each for each in declaration.translations if each.language.lower() == tag.lower())
    texts = next(found, Translation(language=tag))
    own = declaration.site.language
    entries: dict[str, Any] = {
        name: tuple(
            _spoken(name, each, getattr(texts, name), own) for each in getattr(declaration, name)
        )
        for name in TRANSLATED
        if name in SECTIONS
    }
    named: dict[str, Any] = dict(texts.site)
    return replace(declaration, site=replace(declaration.site, **named), **entries)


def _spoken(section: str, entry: Any, texts: Texts, own: str) -> Any:
    declared = {key: getattr(entry, key) for key in TRANSLATED[section]}
    foreign = {key: Foreign(text, own) for key, text in declared.items() if text}
    return replace(entry, **{**foreign, **texts.get(getattr(entry, SECTIONS[section].id), {})})
