"""Sites of which it is known what they do: the audit reports exactly that."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cookieradar.scanner import scan
from playwright.async_api import BrowserType

from cookiesafe.audit import Kind, Moment
from cookiesafe.policy import Policy
from tests.support import servers
from tests.support.browser import NAMES, WHOLE, installed
from tests.support.node import package

from .conftest import QUICK, Audit
from .sites import Sites

BLACKLIGHT = Path(__file__).parents[1] / "node" / "blacklight.cjs"
POLICY = """
[site]
name = "Clean"
[purposes.statistics]
title = "Statistics"
[cookies.stats]
purpose = "statistics"
lifetime = "{lifetime}"
[cookies.consent]
purpose = "necessary"
why = "keeps the answer"
"""


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("clean", set()),
        ("early", {("CS801", "visitor_id")}),
        ("pixel", {("CS802", "ads")}),
        ("leaks", {("CS803", "leak_id"), ("CS803", "ads")}),
        ("stores", {("CS801", each) for each in ("uid", "visit", "people", "copies", "/")}),
        ("scrolls", {("CS806", "reject"), ("CS807", "scrolled_id"), ("CS807", "ads")}),
        ("closes", {("CS806", "reject"), ("CS807", "closed_id")}),
        ("accepts", {("CS806", "reject")}),
        ("keeps", {("CS801", "visitor_id"), ("CS803", "visitor_id")}),
    ],
)
def test_a_site_is_found_to_do_what_it_does_and_nothing_else(
    audit: Audit, sites: Sites, name: str, found: set[tuple[str, str]]
) -> None:
    ads = f"ads.localhost:{sites.port}"

    audited = audit(sites.url(name))

    assert audited.found == {(code, ads if about == "ads" else about) for code, about in found}
    assert audited.seen.troubles == ()


def test_each_thing_is_told_with_its_moment_its_page_and_who_did_it(
    audit: Audit, sites: Sites
) -> None:
    audited = audit(sites.url("clean"))

    things = {thing.name: seen for thing, seen in audited.evidence.things.items()}
    assert things.keys() == {"consent", "stats", f"ads.localhost:{sites.port}"}
    moments = {name: {each.moment for each in seen} for name, seen in things.items()}
    assert moments["consent"] == {Moment.REJECTED, Moment.ACCEPTED}
    assert moments["stats"] == {Moment.ACCEPTED}
    pages = {sites.url("clean"), sites.url("clean", "/about")}
    assert {each.page for each in things["stats"]} == pages
    assert things["stats"][0].by == sites.url("clean")
    assert things["stats"][0].lifetime == pytest.approx(86_400, abs=60)
    assert things["consent"][0].by.startswith(sites.url("clean"))
    (reject, accept) = audited.seen.walks[1:]
    assert (reject.pressed, accept.pressed) == ("Reject all", "Accept all")
    assert {each.moment for each in audited.seen.pictures} >= {Moment.BEFORE, Moment.REJECTED}


def test_buttons_are_found_in_the_languages_of_our_catalogues(audit: Audit, sites: Sites) -> None:
    audited = audit(sites.url("german"))

    assert [each.pressed for each in audited.seen.walks] == ["", "Alle ablehnen", "Alle annehmen"]
    assert audited.found == set()


def test_pages_are_of_the_origin_that_the_first_one_leads_to(audit: Audit, sites: Sites) -> None:
    audited = audit(sites.url("moved"))

    opened = [page for each in audited.seen.walks for page in each.pages]
    assert sites.url("www.moved", "/about") in opened


def test_what_a_policy_of_the_page_refuses_is_no_call(audit: Audit, sites: Sites) -> None:
    sites.asked.clear()

    audited = audit(sites.url("held"))

    assert [each for each in audited.evidence.things if each.kind is Kind.CALL] == []
    assert "ads/pixel.gif" not in sites.asked
    assert audited.found == set()


def test_what_is_not_in_the_policy_or_lives_longer_is_found(audit: Audit, sites: Sites) -> None:
    policy = Policy.from_toml(POLICY.format(lifetime="2 hours"))

    audited = audit(sites.url("clean"), policy)

    assert audited.found == {("CS804", f"ads.localhost:{sites.port}"), ("CS805", "stats")}


# --- the demo ------------------------------------------------------------------------------------


def test_the_demo_bare_is_found_to_do_all_that_it_does(audit: Audit, tmp_path: Path) -> None:
    with servers.demo("wsgi", tmp_path, "--bare") as bare:
        audited = audit(f"{bare.portal}/", limits=QUICK)

    stored = {about for code, about in audited.found if code == "CS801"}
    assert stored >= {"hl_stats", "hl_ad", "gw_id"}
    host = bare.gullwing.removeprefix("http://")
    assert audited.found - {("CS801", each) for each in stored} == {
        ("CS802", host),
        ("CS806", "reject"),
    }


def test_behind_the_middleware_nothing_is_found_by_the_sites_own_list(
    audit: Audit, tmp_path: Path
) -> None:
    with servers.demo("asgi", tmp_path) as ours:
        audited = audit(f"{ours.portal}/", limits=QUICK)

    assert audited.found == set()
    assert audited.seen.published is not None
    assert audited.seen.published.address == f"{ours.portal}/cookiesafe/cookies"
    seen = {thing.name for thing in audited.evidence.things}
    assert seen >= {"cookiesafe", "hl_stats", "hl_ad", "gw_id"}
    (hl_stats,) = (
        each for each in audited.seen.published.policy.cookies if each.name == "hl_stats"
    )
    assert hl_stats.lifetime == 365 * 86_400


# --- other scanners ------------------------------------------------------------------------------


def test_cookieradar_and_blacklight_see_stored_what_we_see(
    audit: Audit, sites: Sites, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package("@themarkup/blacklight-collector")
    url = sites.url("early")
    ours = {thing.name for thing, _ in audit(url).evidence.at(Moment.BEFORE)}

    executable, launch = installed(NAMES), BrowserType.launch

    async def launch_ours(self: BrowserType, **options: Any) -> Any:
        return await launch(self, executable_path=executable, args=["--no-sandbox"], **options)

    with monkeypatch.context() as patch:
        patch.setattr(BrowserType, "launch", launch_ours)
        scanned = asyncio.run(scan(url))
    done = subprocess.run(
        ["node", BLACKLIGHT, url, tmp_path, installed(WHOLE), ""], capture_output=True, check=True
    )
    reports = json.loads(done.stdout)["reports"]

    assert ours == {"visitor_id"}
    assert {each["name"] for each in scanned.pre_consent.cookies} == ours
    assert {each["name"] for each in reports["cookies"]} == ours
