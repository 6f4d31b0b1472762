"""``cookiesafe init``: writes a policy file, from five questions, and adds to it what was met."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

import typer

from cookiesafe.adapters._files import write_whole
from cookiesafe.cli import options
from cookiesafe.cli.named import quiet
from cookiesafe.cli.output import STOPPED, progress, say_under
from cookiesafe.errors import SettingError, did_you_mean
from cookiesafe.gate.sightings import UNSORTED, Sightings, suggestions
from cookiesafe.policy import NECESSARY_ID, Policy, check_name, parse_host
from cookiesafe.policy.draft import DRAFTS, draft

LARGEST_LOG = 200_000_000
_LOGGED = re.compile(r"""['"]([^'"\s]{1,256})['"], which nobody declared.*\[(CS201|CS205)\]""")
_HOST = re.compile(r"[a-z0-9*-]+(\.[a-z0-9-]+)*\.[a-z]{2,}(:[0-9*]+)?", re.IGNORECASE)


def command(
    file: options.NewFile = Path("cookiesafe.toml"),
    yes: options.Yes = False,
    force: options.Force = False,
    name: options.Name = "",
    contact: options.Contact = "",
    language: options.TextLanguage = "",
    purpose: options.Purpose = None,
    host: options.Host = None,
    add: options.Add = None,
    why: options.Why = "",
    app: options.From = "",
    log: options.Log = None,
) -> None:
    """Write a policy file, or add to one.

    Without a file, five questions are asked, unless --yes. A file that is there is never replaced without --force; --add,
    --from and --log add to it what nobody has declared.
    """
    met = _met(add or (), host or (), app, log)
    adding = bool(add or host or app or log) and file.exists() and not force
    if adding:
        text, kinds = _read(file), tuple(purpose or ())
    else:
        if file.exists() and not force:
            raise SettingError(
                f"{str(file)!r} is there already",
                fix="Add to it with --add, --from or --log, or replace it with --force.",
            )
        text, kinds = _drafted(name, contact, language, purpose, met, yes=yes), ()
    added = _added(text, str(file), met, kinds, why)
    if adding and not added:
        say_under(f"{file}: all of that is declared already")
        return
    whole = "\n".join(filter(None, (text.rstrip("\n") + "\n", added)))
    Policy.from_toml(whole, str(file))
    write_whole(file, [whole], anew=not (adding or force))
    _tell(file, added, new=not adding)


def _met(names: Iterable[str], hosts: Iterable[str], app: str, log: Path | None) -> Sightings:
    """What is to be added."""
    met = Sightings()
    for each in names:
        _see(met, each)
    for each in hosts:
        _valid(parse_host, each)
        met.saw_host(each.lower())
    if app:
        from cookiesafe.inspection import check

        with progress(f"Asking {app}") as step, quiet():
            found = check(app, Path.cwd(), None, step).findings
        for finding in found:
            if finding.code in ("CS201", "CS743"):
                met.saw_cookie(finding.about)
            elif finding.code == "CS205":
                met.saw_host(finding.about)
    if log is not None:
        _read_log(log, met)
    return met


def _see(met: Sightings, name: str) -> None:
    if _HOST.fullmatch(name):
        _valid(parse_host, name)
        met.saw_host(name.lower())
    else:
        _valid(check_name, name)
        met.saw_cookie(name)


def _valid(check: object, name: str) -> None:
    try:
        check(name)  # type: ignore[operator]
    except ValueError as error:
        raise SettingError(str(error).rstrip("."), fix="Write it as browsers have it.") from None


def _read_log(log: Path, met: Sightings) -> None:
    try:
        if log.stat().st_size > LARGEST_LOG:
            raise SettingError(f"{str(log)!r} is too large", fix="Give the last part of it.")
        with log.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                for name, code in _LOGGED.findall(line.replace('\\"', '"')):
                    (met.saw_cookie if code == "CS201" else met.saw_host)(name)
    except OSError as error:
        raise SettingError(
            f"{str(log)!r} cannot be read: {error.strerror}", fix="Check the path."
        ) from None


def _read(file: Path) -> str:
    Policy.from_file(file)
    return file.read_text(encoding="utf-8-sig")


def _drafted(
    name: str,
    contact: str,
    language: str,
    purposes: list[str] | None,
    met: Sightings,
    *,
    yes: bool,
) -> str:
    folder = Path.cwd().name.replace("-", " ").replace("_", " ").strip().title() or "This site"
    name = name or _ask("What is the site called?", folder, yes=yes)
    contact = contact or _ask(
        "Whom do visitors ask about privacy? (an e-mail address)", "", yes=yes
    )
    language = language or _ask("In which language are its texts?", "en", yes=yes)
    if purposes is None:
        said = _ask(f"What are visitors asked about? (of {', '.join(DRAFTS)})", "", yes=yes)
        purposes = re.split(r"[\s,]+", said.strip()) if said.strip() else []
    for each in purposes:
        if each not in DRAFTS:
            raise SettingError(f'no draft of a purpose "{each}"', fix=did_you_mean(each, DRAFTS))
    if not met.hosts:
        for each in re.split(r"[\s,]+", _ask("Which hosts of others do pages call?", "", yes=yes)):
            if each:
                _valid(parse_host, each)
                met.saw_host(each.lower())
    return draft(name, contact, language, purposes)


def _ask(question: str, default: str, *, yes: bool) -> str:
    if yes:
        return default
    try:
        return str(typer.prompt(question, default=default, show_default=bool(default), err=True))
    except typer.Abort:
        if sys.stdin.isatty():
            raise SystemExit(STOPPED) from None
        raise SettingError("a question was not answered", fix="Answer it, or give --yes.") from None


def _added(text: str, source: str, met: Sightings, purposes: tuple[str, ...], why: str) -> str:
    if len(purposes) > 1:
        raise SettingError("--add for several purposes", fix="Add to one purpose at a time.")
    policy = Policy.from_toml(text, source)
    purpose = purposes[0] if purposes else UNSORTED
    if purpose not in (UNSORTED, *policy.purposes):
        raise SettingError(
            f'no purpose "{purpose}" is declared', fix=did_you_mean(purpose, policy.purposes)
        )
    if purpose == NECESSARY_ID and not why:
        raise SettingError(
            "what is necessary says why", fix="Add --why with what breaks without it."
        )
    return suggestions(policy, met, purpose, why)


def _tell(file: Path, added: str, *, new: bool) -> None:
    count = added.count("\n[cookies.") + added.count("\n[vendors.")
    say_under(
        f"{file}: {'written' if new else 'added to'}" + (f", {count} to look at" if count else "")
    )
    if UNSORTED in added:
        say_under("Give what stands under [purposes.unsorted] its purpose, and take that one out.")
    elif new:
        say_under("Then: cookiesafe check MODULE:APP")
