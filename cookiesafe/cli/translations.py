"""``cookiesafe translations``: which languages there are, and what of a site's own texts is not translated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cookiesafe.cli.output import FOUND, Format, FormatOption, write_rows
from cookiesafe.languages import catalogued, catalogues, direction
from cookiesafe.notice.language import coverage
from cookiesafe.policy import Policy
from cookiesafe.policy.translations import missing_texts, translatable_texts

COLUMNS = ("language", "written", "ours", "yours", "missing")


def command(
    policy: Annotated[
        Path | None,
        typer.Argument(
            metavar="[POLICY]", help="The policy file; without one, all languages of ours."
        ),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say which languages visitors can be spoken to in, and what of your own texts is not translated.

    Exits with 1 if a policy offers a language in which some of its texts are missing: those are shown as they are
    declared.
    """
    rows = _of_package() if policy is None else _of_policy(Policy.from_file(policy))
    write_rows(rows, COLUMNS if policy is not None else COLUMNS[:3], form)
    if any(each.get("missing") for each in rows):
        raise typer.Exit(FOUND)


def _row(tag: str) -> dict[str, object]:
    done, of = coverage(catalogued(tag) or tag)
    written = {"ltr": "left to right", "rtl": "right to left"}[direction(tag)]
    return {"language": tag, "written": written, "ours": _share(done, of)}


def _share(done: int, of: int) -> str:
    return "complete" if done >= of else f"{done} of {of}"


def _of_package() -> list[dict[str, object]]:
    return [_row(each) for each in sorted(catalogues())]


def _of_policy(policy: Policy) -> list[dict[str, object]]:
    own = policy.site.language
    rows = [{**_row(own), "yours": "complete", "missing": []}]
    total = len(translatable_texts(policy.declaration))
    for tag, paths in missing_texts(policy.declaration).items():
        missing = [".".join(each) for each in paths]
        rows.append({**_row(tag), "yours": _share(total - len(missing), total), "missing": missing})
    return rows
