"""Reads what a browser has stored: the cookies of everybody, and what the open frames have."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Error, Frame, Page

from ..audit import Evidence, Kind, Sighting, Thing
from ..audit.evidence import clipped
from .scripts import STORED
from .watching import Watch, host_of

T = TypeVar("T")
PATIENCE: Final = 3.0
"""Seconds for a page that may be busy with itself to answer."""
MOST_ORIGINS: Final = 30
_KINDS: Final = frozenset(map(str, Kind))


async def look(page: Page, watch: Watch, evidence: Evidence) -> bool:
    """At everything that is there at this moment; whether all that was asked has answered."""
    watch.collect()
    await _cookies(page.context, watch, evidence)
    frames: dict[str, Frame] = {}
    for frame in page.frames:
        parts = urlsplit(frame.url)
        if parts.scheme in ("http", "https"):
            frames.setdefault(f"{parts.scheme}://{parts.netloc}", frame)
    chosen = list(frames.values())[:MOST_ORIGINS]
    answers = await asyncio.gather(*(asked(frame, STORED) for frame in chosen))
    for frame, answer in zip(chosen, answers, strict=True):
        for each in answer if isinstance(answer, list) else ():
            match each:
                case [str(kind), str(name)] if kind in _KINDS:
                    _saw(watch, evidence, Thing(Kind(kind), clipped(name), host_of(frame.url)))
    return None not in answers


async def asked(frame: Frame | Page, script: str) -> Any:
    """What a script comes to; ``None`` where the page does not answer."""
    with suppress(Error, TimeoutError):
        return await asyncio.wait_for(frame.evaluate(script), PATIENCE)
    return None


def texts(found: Any) -> list[str]:
    """What a page said, as far as it is what was asked for: its scripts may have changed what ours are made of."""
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


async def _cookies(context: BrowserContext, watch: Watch, evidence: Evidence) -> None:
    now = time.time()
    with suppress(Error, TimeoutError):
        for each in await asyncio.wait_for(context.cookies(), PATIENCE):
            expires = each.get("expires", -1)
            lifetime = max(1, round(expires - now)) if expires > 0 else 0
            host = each.get("domain", "").lstrip(".")
            thing = Thing(Kind.COOKIE, clipped(each.get("name", "")), host)
            _saw(watch, evidence, thing, lifetime)


def _saw(watch: Watch, evidence: Evidence, thing: Thing, lifetime: int | None = None) -> None:
    by = watch.by(thing.kind, thing.name)
    evidence.saw(thing, Sighting(watch.moment, watch.page, by, lifetime))
