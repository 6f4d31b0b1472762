"""The arguments and options of ``audit``, ``check`` and ``init``, which have many; ``Ignore`` is of two of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from cookiesafe.policy.draft import DRAFTS

Several: TypeAlias = list[str] | None
File: TypeAlias = Path | None


def _option(help: str, metavar: str | None = None, name: str = "") -> typer.models.OptionInfo:
    """One that is shown without its default, which is that it is not given."""
    info: typer.models.OptionInfo = typer.Option(
        *filter(None, [name]), help=help, metavar=metavar, show_default=False
    )
    return info


Ignore = Annotated[
    Several,
    _option(
        "The code of what is as it should be; with a name, as in CS801:theme, of that one alone.",
        "CODE[:NAME]",
    ),
]

# --- audit -----------------------------------------------------------------------------------------

Url = Annotated[
    str,
    typer.Argument(
        metavar="URL",
        help="The site's first page, such as http://localhost:8000.",
        show_default=False,
    ),
]
Site = Annotated[
    Several,
    _option(
        "A host that is the site's, and may be audited. One that is not this machine must be named.",
        "HOST",
    ),
]
PolicyFile = Annotated[
    File,
    _option(
        "The policy file. By default the list that the site shows itself, if CookieSafe makes it.",
        "FILE",
    ),
]
Html = Annotated[File, _option("A report to read, with pictures.", "FILE")]
Json = Annotated[File, _option("All that was seen, for programs.", "FILE", "--json")]
JUnit = Annotated[File, _option("The findings, for CI.", "FILE")]
WritePolicy = Annotated[File, _option("A new file: a draft that declares what was seen.", "FILE")]
RejectSelector = Annotated[str, _option("The button that rejects.", "CSS")]
AcceptSelector = Annotated[str, _option("The button that accepts.", "CSS")]
Pages = Annotated[int, typer.Option(min=1, max=200, help="How many pages at most.")]
PageTime = Annotated[float, typer.Option(min=0.1, max=300, help="Seconds for a page to load.")]
TotalTime = Annotated[float, typer.Option(min=1, max=7200, help="Seconds for everything.")]
Delay = Annotated[
    float | None,
    typer.Option(
        min=0,
        max=60,
        help="Seconds between two pages: 1, or 0 on this machine.",
        show_default=False,
    ),
]
Still = Annotated[
    float,
    typer.Option(min=0.05, max=60, help="Seconds without a request until a page is looked at."),
]
Language = Annotated[str, typer.Option(help="The language that the browser asks for.")]
UserAgent = Annotated[str, _option("What the browser calls itself.")]
Browser = Annotated[
    str,
    typer.Option(
        metavar="PATH",
        envvar="COOKIESAFE_BROWSER",
        help="The Chromium to use.",
        show_default=False,
    ),
]

# --- check -----------------------------------------------------------------------------------------

AskedPath = Annotated[Several, _option("One more path to ask for, such as /bills/1.")]
Skip = Annotated[Several, _option("A path not to ask for.")]
Base = Annotated[
    str,
    _option(
        "The origin that the app is asked at; by default the one it was given, or https://localhost.",
        "URL",
    ),
]

# --- init ------------------------------------------------------------------------------------------

NewFile = Annotated[Path, typer.Option(metavar="FILE", help="The policy file.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]
Name = Annotated[str, _option("The site's name.")]
Contact = Annotated[str, _option("Whom visitors ask about privacy.")]
TextLanguage = Annotated[str, _option("The language of the texts, such as en or pt-BR.")]
Purpose = Annotated[
    Several,
    _option(f"What visitors are asked about: {', '.join(DRAFTS)}. With --add, what that is for."),
]
Host = Annotated[Several, _option("A host of another company that pages call.")]
Add = Annotated[Several, _option("Add a cookie, or a host, to the file.", "NAME")]
Why = Annotated[str, _option("With --add --purpose necessary: what breaks without it.")]
From = Annotated[str, _option("Add what this app sets and calls.", "MODULE:APP", "--from")]
Log = Annotated[File, _option("Add what the log of a site in observe has met.", "FILE")]
