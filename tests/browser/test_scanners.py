"""Scanners that were written to find what sites store without consent find nothing here, and enough on the bare site.

What a page asks for and the browser refuses they count among what it called. So of calls the advertiser is asked.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cookieradar.scanner import ScanResult, SessionResult, scan
from playwright.async_api import BrowserType

from tests.support.browser import NAMES, WHOLE, installed
from tests.support.node import package
from tests.support.servers import Demo, ask

BLACKLIGHT = Path(__file__).parents[1] / "node" / "blacklight.cjs"
PATIENCE_SECONDS = 60
STORED = {"hl_stats", "hl_ad", "gw_id"}
"""What the bare site's first page stores, the last of them the advertiser's own."""
ONE_PAGE = {"ad.js": 1, "made.js": 1, "pixel.gif": 2, "frame.html": 1, "beacon": 1}

Demos = Callable[..., Demo]


# --- cookieradar ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sites(demos: Demos) -> tuple[Demo, Demo]:
    """The demo and the bare site, whose advertisers were not called yet."""
    both = demos("asgi"), demos("asgi", "--bare")
    for site in both:
        site.reset()
    return both


@pytest.fixture(scope="module")
def scans(sites: tuple[Demo, Demo]) -> Iterator[tuple[ScanResult, ScanResult]]:
    """At once: it waits for most of its time."""

    async def both() -> tuple[ScanResult, ScanResult]:
        ours, bare = sites
        return await asyncio.gather(scan(f"{ours.portal}/"), scan(f"{bare.portal}/"))

    executable, launch = installed(NAMES), BrowserType.launch

    async def launch_ours(self: BrowserType, **options: Any) -> Any:
        """The browser of this machine: it has no setting for that."""
        return await launch(self, executable_path=executable, args=["--no-sandbox"], **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BrowserType, "launch", launch_ours)
        yield asyncio.run(both())


def stored(session: SessionResult) -> set[str]:
    assert session.status == 200
    assert session.error is None
    return {cookie.get("name", "") for cookie in session.cookies}


def test_cookieradar_finds_nothing_before_a_choice_and_after_a_no(
    scans: tuple[ScanResult, ScanResult], sites: tuple[Demo, Demo]
) -> None:
    ours, _ = scans

    assert ours.pre_consent.banner_found
    assert stored(ours.pre_consent) == set()
    assert ours.post_reject.consent_clicked
    assert stored(ours.post_reject) == {"cookiesafe"}
    assert ours.post_accept.consent_clicked
    assert ours.post_accept.other_controls == 1, "the button that rejects"
    assert stored(ours.post_accept) == {"cookiesafe"} | STORED
    assert sites[0].calls() == ONE_PAGE, "those of the page after a yes, and no others"


def test_cookieradar_finds_what_the_bare_site_stores(
    scans: tuple[ScanResult, ScanResult], sites: tuple[Demo, Demo]
) -> None:
    _, bare = scans

    assert not bare.pre_consent.banner_found
    assert stored(bare.pre_consent) == stored(bare.post_reject) == STORED
    assert sites[1].calls() == {kind: 3 * count for kind, count in ONE_PAGE.items()}


# --- Blacklight ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Collected:
    """What Blacklight's collector reports of a page, and the page as it came."""

    reports: dict[str, Any]
    page: str

    @property
    def stored(self) -> set[str]:
        return {cookie["name"] for cookie in self.reports["cookies"]}


@pytest.fixture(scope="module")
def portals(demos: Demos) -> tuple[Demo, Demo]:
    """The same on the other edge."""
    both = demos("wsgi"), demos("wsgi", "--bare")
    for site in both:
        site.reset()
    return both


@pytest.fixture(scope="module")
def collected(
    portals: tuple[Demo, Demo], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Collected]:
    """Of the bare site, and of the demo before a choice and after a no: at once, for the same reason."""
    package("@themarkup/blacklight-collector")
    ours, bare = portals
    rejected = ask(ours.portal, "/cookiesafe/choices", form={"choice": "reject"}).set
    (cookie,) = (f"{name}={value}" for name, value in rejected.items())
    visits = {"bare": (bare, ""), "undecided": (ours, ""), "rejected": (ours, cookie)}
    folders = {visit: tmp_path_factory.mktemp(visit) for visit in visits}
    started = {
        visit: subprocess.Popen(
            ["node", BLACKLIGHT, f"{demo.portal}/", folders[visit], installed(WHOLE), cookie],
            stdout=subprocess.PIPE,
        )
        for visit, (demo, cookie) in visits.items()
    }
    return {visit: report(process, folders[visit]) for visit, process in started.items()}


def report(process: subprocess.Popen[bytes], folder: Path) -> Collected:
    with process:
        try:
            said, _ = process.communicate(timeout=PATIENCE_SECONDS)
        finally:
            process.kill()
    told = json.loads(said)
    assert told["status"] == "success", told
    return Collected(told["reports"], (folder / "1.html").read_text(encoding="utf-8"))


def test_blacklight_finds_nothing_before_a_choice_and_after_a_no(
    collected: dict[str, Collected], portals: tuple[Demo, Demo]
) -> None:
    undecided, rejected = collected["undecided"], collected["rejected"]

    assert undecided.stored == set()
    assert rejected.stored <= {"cookiesafe"}, "which it was given to send"
    banner = 'data-cookiesafe="banner"'
    assert banner in undecided.page
    assert banner not in rejected.page
    for each in (undecided, rejected):
        assert (each.reports["key_logging"], each.reports["session_recorders"]) == ({}, {})
    assert portals[0].calls() == {}


def test_blacklight_finds_what_the_bare_site_stores(
    collected: dict[str, Collected], portals: tuple[Demo, Demo]
) -> None:
    bare = collected["bare"]

    assert bare.stored == STORED
    assert [each["name"] for each in bare.reports["cookies"] if each["third_party"]] == ["gw_id"]
    trackers = bare.reports["third_party_trackers"]
    assert {each["data"]["filter"] for each in trackers} == {"/pixel.gif?"}
    assert portals[1].calls() == ONE_PAGE
