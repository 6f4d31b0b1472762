"""The catalogues: what is to be translated, as it stands in the code, and what was."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from babel.util import pathmatch

from cookiesafe.notice.catalogue import IN

ROOT: Final = Path(__file__).parents[2]
LOCALE: Final = ROOT / "cookiesafe/notice/locale"
TEMPLATE: Final = LOCALE / "cookiesafe.pot"
TEXTS: Final = LOCALE / "texts.json"
UNREVIEWED: Final = "Not yet reviewed by a native speaker."

_KEYWORDS: Final[dict[str, Any]] = {
    "python": {"say": None, "say_many": (1, 2), "say_in": ((1, "c"), 2)},
    "jinja2": {"_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "gettext": None},
}
_COMMENTS: Final = ("L10n:",)
_WIDTH: Final = 100
# What changes whenever the file is written, and nobody reads.
_LEFT_OUT: Final = ("POT-C", "PO-R", "Report", "Last-T", "Language-T", "Generated")
_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def extracted() -> Catalog:
    """All that is to be translated, in the order of the files it is in."""
    catalogue = Catalog(project="CookieSafe", version="0", fuzzy=False)
    with (ROOT / "pyproject.toml").open("rb") as file:
        mappings = tomllib.load(file)["tool"]["babel"]["mappings"]
    for mapping in mappings:
        method, pattern = mapping.pop("method"), mapping.pop("pattern")
        for path in sorted((ROOT / "cookiesafe").rglob("*.*")):
            name = path.relative_to(ROOT).as_posix()
            if path.is_file() and pathmatch(pattern, name):
                _extract(method, mapping, path, name, catalogue)
    return catalogue


def _extract(method: str, options: Any, path: Path, name: str, catalogue: Catalog) -> None:
    with path.open("rb") as file:
        found = extract(method, file, _KEYWORDS[method], _COMMENTS, options, True)
        for _, message, comments, context in found:
            catalogue.add(message, None, [(name, 0)], auto_comments=comments, context=context)


def languages() -> list[str]:
    """All but English, which needs no catalogue."""
    return sorted(path.name for path in LOCALE.iterdir() if path.is_dir())


def path_of(language: str, kind: str = "po") -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"cookiesafe.{kind}"


def read(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        catalogue = read_po(file, locale=language)
    catalogue.creation_date = catalogue.revision_date = _MADE
    return catalogue


def begun(language: str) -> Catalog:
    """A new catalogue, with nothing in it yet."""
    catalogue = Catalog(locale=language, project="CookieSafe", version="0", fuzzy=False)
    name = catalogue.locale.english_name if catalogue.locale else language
    catalogue.header_comment = f"# CookieSafe in {name}.\n# {UNREVIEWED}\n#"
    return catalogue


def messages(catalogue: Catalog) -> Iterator[Message]:
    """All but the header."""
    return (each for each in catalogue if each.id)


def originals(message: Message) -> list[str]:
    """For one, and for several if it is counted."""
    return [message.id] if isinstance(message.id, str) else list(message.id)


def strings(message: Message) -> list[str]:
    """The translations, as many as the language has numbers if it is counted."""
    said: Any = message.string
    return list(said) if message.pluralizable else [str(said)]


def written(catalogue: Catalog) -> bytes:
    """As a .po or .pot file has it."""
    file = BytesIO()
    write_po(file, catalogue, width=_WIDTH, include_lineno=False, ignore_obsolete=True)
    lines = file.getvalue().splitlines(keepends=True)
    return b"".join(each for each in lines if not each.startswith(_HEADER_LINES))


_HEADER_LINES: Final = tuple(f'"{name}'.encode() for name in _LEFT_OUT)


def text_of(message: Message) -> str:
    """As a site looks for it."""
    text = originals(message)[0]
    return f"{message.context}{IN}{text}" if message.context else text


def listed(template: Catalog) -> list[str]:
    """All texts, in the order in which each language has its own."""
    return sorted(map(text_of, messages(template)))


def compiled(catalogue: Catalog) -> dict[str, Any]:
    """What a site reads of a language."""
    said = {
        text_of(each): each.string if all(strings(each)) else None for each in messages(catalogue)
    }
    return {
        "form": catalogue.plural_expr,
        "said": [said[text] for text in listed(catalogue)],
    }


def as_json(value: object) -> bytes:
    """A line for each text, so that what has changed is seen."""
    return f"{json.dumps(value, ensure_ascii=False, indent=0)}\n".encode()
