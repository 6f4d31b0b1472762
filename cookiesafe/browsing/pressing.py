"""Finds the button that rejects or accepts, and presses it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NamedTuple

from playwright.async_api import ElementHandle, Error, Frame, Page

from ..audit.evidence import clipped
from ..audit.words import CLOSING, OURS, spoken, words
from .looking import PATIENCE, texts
from .scripts import BUTTONS

_MOST_FRAMES: Final = 20
_CLICK_MS: Final = 3000


class Button(NamedTuple):
    """Something to press, and what stands on it."""

    element: ElementHandle
    label: str

    async def press(self) -> None:
        """As a visitor would; where something is in the way, all the same."""
        with suppress(Error, TimeoutError):
            try:
                await self.element.click(timeout=_CLICK_MS)
            except Error:
                await asyncio.wait_for(self.element.evaluate("each => each.click()"), PATIENCE)


async def find(page: Page, answer: str, selector: str = "") -> Button | None:
    """The button for ``reject``, ``accept`` or ``close`` that is in sight: the one of ``selector``, ours, or by its words."""
    for given in filter(None, (selector, "" if selector else OURS.get(answer, ""))):
        for frame in page.frames[:_MOST_FRAMES]:
            found = await _selected(frame, given)
            if found is not None:
                return found
    if selector:
        return None
    known = CLOSING if answer == "close" else words(answer)
    for frame in page.frames[:_MOST_FRAMES]:
        found = await _worded(frame, lambda label: spoken(label) in known)
        if found is not None:
            return found
    return None


async def _selected(frame: Frame, selector: str) -> Button | None:
    with suppress(Error, TimeoutError):
        async with asyncio.timeout(PATIENCE):
            for each in await frame.query_selector_all(selector):
                if await each.is_visible():
                    label = clipped(" ".join((await each.inner_text()).split()))
                    return Button(each, label or selector)
    return None


async def _worded(frame: Frame, fits: Callable[[str], bool]) -> Button | None:
    with suppress(Error, TimeoutError):
        async with asyncio.timeout(PATIENCE):
            found = await frame.evaluate_handle(BUTTONS)
            labels = await found.evaluate("found => found.labels")
            for at, each in enumerate(labels if isinstance(labels, list) else ()):
                label = next(filter(fits, texts(each)), None)
                if label is None:
                    continue
                handle = await found.evaluate_handle("(found, at) => found.elements[at]", at)
                element = handle.as_element()
                if element is not None:
                    return Button(element, clipped(" ".join(label.split())))
    return None
