"""Brings the catalogues up to date with the code, and compiles them: ``python -m tests.languages [LANGUAGE …]``.

A language that is named and has none gets one. What is new in the code is left empty in each, and what is there no more
goes.
"""

from __future__ import annotations

import sys

from tests.languages.catalogues import (
    TEMPLATE,
    TEXTS,
    as_json,
    begun,
    compiled,
    extracted,
    languages,
    listed,
    messages,
    path_of,
    read,
    strings,
    written,
)


def main(named: list[str]) -> None:
    template = extracted()
    template.header_comment = "# What CookieSafe says to visitors, to be translated.\n#"
    TEMPLATE.write_bytes(written(template))
    TEXTS.write_bytes(as_json(listed(template)))
    for language in sorted({*languages(), *named}):
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = read(language) if path.exists() else begun(language)
        catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False)
        path.write_bytes(written(catalogue))
        catalogue = read(language)
        path_of(language, "json").write_bytes(as_json(compiled(catalogue)))
        empty = sum(not all(strings(each)) for each in messages(catalogue))
        print(f"{language}: {len(catalogue)} texts, {empty} to be translated")


if __name__ == "__main__":
    main(sys.argv[1:])
