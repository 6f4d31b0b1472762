"""Checks an app: it is loaded, asked for its pages, and held to all rules."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from ..errors import CookieSafeError, NoApp, PolicyError, SettingError, ThemeError
from ..keys import KeyRing
from ..rotation import Rotation
from ..safe import CookieSafe
from .apps import App, find_app, own_line
from .driving import Drive, Step
from .finding import Finding, Place
from .hearing import hearing
from .routes import routes_of
from .rules import inspect
from .sources import read_sources, shown
from .subject import Answer, Layer, Route, Said, Subject, policy_file

_DJANGOS: Final = {
    "cookiesafe.E005": "CS732",
    "cookiesafe.E006": "CS734",
    "cookiesafe.W002": "CS732",
    "cookiesafe.W003": "CS201",
    "cookiesafe.W004": "CS735",
}
"""Checks that ``manage.py check`` has, too, by their ids."""


@dataclass(frozen=True)
class Report:
    """What was found, and in how many ``pages`` it was looked for. One that could not be loaded was asked for none."""

    findings: list[Finding]
    pages: int = 0


@dataclass(frozen=True)
class Asking:
    """How an app is asked: at which ``base``, for which ``paths`` beside its own, and for which not."""

    base: str = ""
    paths: Sequence[str] = ()
    skipped: frozenset[str] = field(default_factory=frozenset)


def check(
    name: str,
    folder: Path,
    asking: Asking | None = None,
    step: Step = lambda done, of: None,
) -> Report:
    """All that is wrong with the app of that name, ``MODULE:APP``, as it is seen from ``folder``.

    ``step`` is told how many pages were asked for, of how many. A policy or a setting that cannot be is what is found,
    and nothing else is looked for. Raises ``NoApp`` for what is no app.
    """
    try:
        with hearing() as said:
            app = find_app(name, folder)
    except NoApp:
        raise
    except PolicyError as error:
        return Report(list(_problems(error, folder)))
    except ThemeError as error:
        return Report(list(_themes(error, folder)))
    except SettingError as error:
        return Report([_setting(error, folder)])
    store = app.safe.store
    asking = asking or Asking()
    answers = answers_of(app, folder, asking, step)
    subject = _subject(app, folder, said, answers, store)
    https = (asking.base or _base(app)).startswith("https:")
    findings = inspect(replace(subject, https=https))
    if app.walk.framework == "django":
        findings += _djangos(subject)
    return Report(findings, len({each.route.path for each in answers}))


def answers_of(app: App, folder: Path, asking: Asking, step: Step) -> list[Answer]:
    """What the app answers, whose own store is left alone."""
    routes = [*routes_of(app.walk.framework, folder), *map(Route, asking.paths)]
    return Drive(app, asking.base or _base(app), routes, asking.skipped, folder).run(step)


def _base(app: App) -> str:
    """An origin at which the app answers."""
    if app.safe.settings.origin is not None:
        return app.safe.settings.origin
    if app.walk.framework == "django":
        from django.conf import settings

        hosts = [each.lstrip(".") for each in settings.ALLOWED_HOSTS if "*" not in each]
        if hosts:
            return f"https://{hosts[0]}"
    return "https://localhost"


def _subject(
    app: App, folder: Path, said: list[Said], answers: Iterable[Answer], store: Any
) -> Subject:
    policy = app.safe.policy
    path = folder / policy.source
    file = policy_file(path, shown(path, folder)) if policy.source else None
    return Subject(
        policy=policy,
        settings=app.safe.settings,
        store=store,
        sources=read_sources(_root(app, folder), folder, _loaded(app)),
        layers=tuple(_layers(app)),
        file=file,
        guessable=_is_guessable(app.safe),
        said=tuple(said),
        answers=tuple(answers),
    )


def _loaded(app: App) -> list[Path]:
    """The files of all modules, the app's own before any other."""
    files = [
        app.module.__file__,
        *(getattr(each, "__file__", None) for each in sys.modules.values()),
    ]
    return [Path(each) for each in files if isinstance(each, str)]


def _root(app: App, folder: Path) -> Path:
    """The folder of the project: where it is checked from, or else where its outermost package is."""
    file = Path(app.module.__file__ or folder).resolve()
    if file.is_relative_to(folder.resolve()):
        return folder
    return file.parents[app.module.__name__.count(".")]


def _layers(app: App) -> list[Layer]:
    """Where each stands is known from Django's own checks; there ours asks for pages uncompressed from within."""
    layers = app.walk.layers
    return [each for each in layers if each.ours][:1] if app.walk.framework == "django" else layers


def _is_guessable(safe: CookieSafe) -> bool:
    keys = safe._keys
    ring: KeyRing = keys.made if isinstance(keys, Rotation) else keys
    return ring.guessable


def _problems(error: PolicyError, folder: Path) -> Iterator[Finding]:
    file = shown(folder / error.source, folder)
    for each in error.problems:
        place = Place(file, each.line or 0)
        yield Finding(each.code, each.what, each.fix, place=place, about=".".join(each.path))


def _themes(error: ThemeError, folder: Path) -> Iterator[Finding]:
    place = _place(error, folder)
    for each in error.problems:
        about = ".".join(("theme", *each.path))
        yield Finding(each.code, each.what, each.fix, place=place, about=about)


def _setting(error: CookieSafeError, folder: Path) -> Finding:
    place = _place(error, folder)
    return Finding(error.code, error.what, error.fix, place=place, about="setting")


def _place(error: CookieSafeError, folder: Path) -> Place | None:
    file, line = own_line(error)
    return Place(shown(Path(file), folder), line) if file else None


def _djangos(subject: Subject) -> Iterator[Finding]:
    from ..adapters.django.checks import check_cookies, check_middleware, check_origins

    for message in (*check_middleware(), *check_cookies(), *check_origins()):
        code = _DJANGOS.get(str(message.id))
        if code is not None:
            what = str(message.msg).rstrip(".")
            yield Finding(
                code,
                what,
                str(message.hint or ""),
                place=subject.sources.naming("MIDDLEWARE") or subject.made,
                about=what.split()[0],
            )
