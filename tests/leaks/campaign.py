"""Which configurations of site and visitor the ways are tried in, and on which of them CI spends its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from tests.leaks.corpus import WAYS
from tests.leaks.runner import Setting, measure
from tests.leaks.tracker import tracker
from tests.leaks.way import Reach, Way
from tests.support.servers import Edge, make_certificate, served


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """A site ``bare`` or with CookieSafe, on an edge and a scheme; ``head`` is markup put into every page."""

    bare: bool = False
    edge: Edge = "asgi"
    scheme: Literal["http", "https"] = "http"
    setting: Setting = field(default_factory=Setting)
    head: Path | None = None


def expected(way: Way, configuration: Configuration) -> Reach:
    """How far a way comes on the bare site."""
    if way.only not in (None, configuration.scheme):
        return Reach.NONE
    if way.script not in (None, configuration.setting.scripts):
        return Reach.NONE
    return way.bare


def reached(configuration: Configuration, ways: Sequence[Way]) -> dict[str, Reach]:
    """How far each way came that reached the tracker at all, by name."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        certificate = make_certificate(folder)
        tls = [str(path) for path in certificate] if configuration.scheme == "https" else []
        head = ["--head", str(configuration.head)] if configuration.head else []
        with tracker(WAYS, certificate) as listening:
            arguments = [
                "tests.leaks.site",
                configuration.edge,
                "bare" if configuration.bare else "safe",
                str(listening.port),
                *head,
                *tls,
            ]
            with served(arguments, folder) as site:
                return measure(site.url, listening, ways, configuration.setting)


def behind(configuration: Configuration, ways: Sequence[Way]) -> dict[str, Reach]:
    """The ways that did not come as far as they do on the bare site, and how far they came.

    Who was too late on a busy machine gets another try, among fewer.
    """
    late = [way for way in ways if expected(way, configuration)]
    found: dict[str, Reach] = {}
    for _ in range(2):
        found = reached(configuration, late) if late else {}
        late = [w for w in late if found.get(w.name, Reach.NONE) < expected(w, configuration)]
    return {way.name: found.get(way.name, Reach.NONE) for way in late}


_SAMPLE = WAYS[::12]


def _some(*wanted: Way) -> tuple[Way, ...]:
    """These and a sample of the others, each once, in their order."""
    names = {way.name for way in (*wanted, *_SAMPLE)}
    return tuple(way for way in WAYS if way.name in names)


WITHOUT_SCRIPTS = _some(
    *(w for w in WAYS if w.script is False),
    *(w for w in WAYS if w.by == "page gate" and not w.script),
)
OVER_HTTPS = _some(*(way for way in WAYS if way.only == "https"))
ON_WSGI = _some(*(way for way in WAYS if way.by == "header gate"))
"""What differs there, and a sample of the rest: all of it is tried on ASGI, over http, with scripts."""
