"""What is inspected: an app with its policy, its settings and its sources, and what it answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ..policy import Policy
from ..policy.lines import LineMap
from ..ports import Store
from ..settings import Settings
from .finding import Place
from .sources import Sources


@dataclass(frozen=True, slots=True)
class Layer:
    """One part of an app that a request passes, by the dotted path of its class; ``ours`` is CookieSafe's middleware."""

    name: str
    ours: bool = False

    @property
    def short(self) -> str:
        return self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Said:
    """What CookieSafe has logged: its ``code``, the words, and what they are about."""

    code: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """A path that is asked with GET, and where what answers it stands, if that is known."""

    path: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking ``route``; with ``failed`` there is no response, or one with a status of 500 or more."""

    route: Route
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    said: tuple[Said, ...] = ()
    failed: str = ""
    raised_at: Place | None = None

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]

    @property
    def type(self) -> str:
        return next(iter(self.values("content-type")), "").partition(";")[0].strip().lower()


class PolicyFile:
    """The file that a policy was read from, as far as that is known, to name its lines."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self._lines = LineMap(text)

    def place(self, *path: str) -> Place:
        return Place(self.path, self._lines.line_of(path))


@dataclass(frozen=True)
class Subject:
    """``layers`` are the app's, from the outermost inwards. ``store`` is the one that the site has given."""

    policy: Policy
    settings: Settings
    store: Store
    sources: Sources
    layers: tuple[Layer, ...] = ()
    file: PolicyFile | None = None
    guessable: bool = False
    said: tuple[Said, ...] = ()
    answers: tuple[Answer, ...] = ()
    https: bool = True
    """Whether the app was asked over https."""

    def declared(self, *path: str) -> Place | None:
        """Where something stands in the policy file, such as ``("vendors", "gullwing")``."""
        return None if self.file is None else self.file.place(*path)

    @cached_property
    def made(self) -> Place | None:
        """Where the app makes its CookieSafe, or says how."""
        return self.sources.calling("CookieSafe") or self.sources.naming("COOKIESAFE")


def policy_file(path: Path, shown_as: str) -> PolicyFile | None:
    """The lines of a policy file, or ``None`` for one that is gone."""
    try:
        return PolicyFile(shown_as, path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return None
