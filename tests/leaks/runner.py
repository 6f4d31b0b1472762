"""Opens the page of every way in a real browser, and tells which of them reached the tracker."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Literal

from playwright.sync_api import BrowserContext, Page
from playwright.sync_api import Error as PlaywrightError

from tests.leaks.tracker import Tracker
from tests.leaks.way import Reach, Way
from tests.support.browser import choose, launched_whole

Choice = Literal["accept", "reject"]
WINDOWS = 32
OPEN_SECONDS = 4.0
"""How long a page stays open at least. The slowest way takes about a second on two busy cores."""
QUIET_SECONDS = 3.0
MOST_SECONDS = 20.0
ARGUMENTS = [
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--allow-loopback-in-peer-connection",
    "--disable-back-forward-cache",
    # The last two save each window the pages that Chromium makes for its address bar: half of all its work.
    "--disable-features=LocalNetworkAccessChecks,HttpsUpgrades,WebUIOmniboxPopup,WebUIOmniboxAimPopup",
    "--ignore-certificate-errors",
    "--short-reporting-delay",
    "--disable-popup-blocking",
    "--autoplay-policy=no-user-gesture-required",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How the site is visited: with JavaScript or without, and after which choice, if any."""

    scripts: bool = True
    choice: Choice | None = None


def measure(site: str, tracker: Tracker, ways: Sequence[Way], setting: Setting) -> dict[str, Reach]:
    """How far each way came that reached the tracker at all, by name."""
    tracker.forget()
    with TemporaryDirectory() as folder:
        log = Path(folder) / "net-log.json"
        arguments = [
            *ARGUMENTS,
            f"--host-resolver-rules={tracker.mapping}",
            f"--log-net-log={log}",
        ]
        with launched_whole(
            Path(folder) / "profile",
            arguments,
            ignore_https_errors=True,
            java_script_enabled=setting.scripts,
        ) as context:
            if setting.choice:
                _choose(context, site, setting.choice)
            _open_all(context, site, ways)
            _wait_for_quiet(context, tracker)
        for address in looked_up(log):
            tracker.note(address, Reach.NAME)
    return dict(tracker.reached)


def looked_up(log: Path) -> set[str]:
    """The addresses of the ways that a browser's log of its network tells it has looked for."""
    return set(
        re.findall(r'"host":"(?:\w+://)?(127\.1\.\d+\.\d+)', log.read_text(errors="replace"))
    )


def _choose(context: BrowserContext, site: str, choice: Choice) -> None:
    page = context.new_page()
    page.goto(site)
    choose(page, choice)
    page.close()


def _open_all(context: BrowserContext, site: str, ways: Sequence[Way]) -> None:
    """Each page in one of a few windows, where it stays open while the others get theirs."""
    windows: deque[tuple[float, Page]] = deque()
    first = context.pages[0]
    for way in ways:
        if len(windows) < WINDOWS:
            window = _new_window(first)
        else:
            since, window = windows.popleft()
            _wait(window, since + OPEN_SECONDS - monotonic())
        _open(window, f"{site}/{way.name}/", way)
        windows.append((monotonic(), window))
        _close_others(context, {first, *(window for _, window in windows)})
    for since, window in windows:
        _wait(window, since + OPEN_SECONDS - monotonic())


def _new_window(page: Page) -> Page:
    """One of its own: what no window shows, Chromium keeps from preparing pages."""
    session = page.context.new_cdp_session(page)
    with page.context.expect_page() as opened:
        session.send("Target.createTarget", {"url": "about:blank", "newWindow": True})
    session.detach()
    return opened.value


def _open(window: Page, url: str, way: Way) -> None:
    """To the page, and do there what the way needs; a page that leads elsewhere at once interrupts that."""
    with suppress(PlaywrightError):
        window.goto(url, wait_until="load" if way.act else "commit", timeout=5_000)
        target = window.locator("#act")
        if way.act == "click":
            target.click(timeout=2_000)
        elif way.act == "hover":
            target.hover(timeout=2_000)
        elif way.act == "focus":
            target.focus(timeout=2_000)
        elif way.act == "leave":
            window.goto("about:blank")


def _close_others(context: BrowserContext, windows: set[Page]) -> None:
    """Popups, once there are many."""
    popups = [page for page in context.pages if page not in windows]
    for page in popups[:-10]:
        page.close()


def _wait(page: Page, seconds: float) -> None:
    if seconds > 0:
        page.wait_for_timeout(seconds * 1_000)


def _wait_for_quiet(context: BrowserContext, tracker: Tracker) -> None:
    """Until nothing has reached the tracker for a while: reports come late."""
    page = context.new_page()
    began = monotonic()
    while monotonic() < began + MOST_SECONDS:
        quiet = monotonic() - max(tracker.last, began)
        if quiet >= QUIET_SECONDS:
            return
        page.wait_for_timeout(100)
