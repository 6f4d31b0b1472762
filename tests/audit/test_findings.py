"""What is wrong with what was seen, and how it is told."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from cookiesafe.audit import (
    Evidence,
    Kind,
    Moment,
    Picture,
    Plan,
    Report,
    Sighting,
    Thing,
    Trouble,
    Walk,
    Walked,
    find,
    published,
)
from cookiesafe.audit.drafting import drafted
from cookiesafe.audit.evidence import MOST_SIGHTINGS, MOST_THINGS, clipped
from cookiesafe.audit.findings import RULES
from cookiesafe.audit.html import html
from cookiesafe.audit.judging import Judge, Standing
from cookiesafe.audit.junit import junit
from cookiesafe.audit.published import Group
from cookiesafe.policy import Policy

PLAN = Plan.of("http://quay.localhost/")
HOST, PAGE = "quay.localhost", "http://quay.localhost/"
POLICY = Policy.from_toml("""
[site]
name = "Quay"
[purposes.ads]
title = "Advertising"
[vendors.gull]
name = "Gull"
hosts = ["gull.example", "pay.example:8443"]
purposes = ["ads"]
[vendors.cdn]
name = "CDN"
hosts = ["cdn.example"]
purposes = ["necessary"]
why = "serves the styles"
[cookies."ad_*"]
purpose = "ads"
lifetime = "30 days"
""")
HOSTILE = '<script>alert("1")</script>\x1b[2J'


def cookie(name: str, host: str = HOST) -> Thing:
    return Thing(Kind.COOKIE, name, host)


def call(host: str) -> Thing:
    return Thing(Kind.CALL, host, host)


def seen(*things: tuple[Thing, Moment], lifetime: int = 0) -> Evidence:
    evidence = Evidence()
    for thing, moment in things:
        url = f"https://{thing.host}/x" if thing.is_call else ""
        life = lifetime if thing.kind is Kind.COOKIE else None
        evidence.saw(thing, Sighting(moment, PAGE, "", life, url))
    return evidence


def found(evidence: Evidence, policy: Policy | None = None) -> list[tuple[str, str]]:
    return [(each.code, each.about) for each in find(evidence, Judge(PLAN, policy), ())]


@pytest.mark.parametrize(
    ("thing", "standing", "bare"),
    [
        (cookie("ad_1"), "optional", "unknown"),
        (cookie("sessionid"), "necessary", "necessary"),
        (cookie("__Host-cookiesafe-session"), "necessary", "necessary"),
        (cookie("cookiesafe", "ads.example"), "undeclared", "unknown"),
        (cookie("cookiesafe-x"), "undeclared", "unknown"),
        (cookie("other"), "undeclared", "unknown"),
        (Thing(Kind.LOCAL, "ad_x", HOST), "optional", "unknown"),
        (call("gull.example"), "optional", "unknown"),
        (call("pay.example:8443"), "optional", "unknown"),
        (call("pay.example"), "undeclared", "unknown"),
        (call("cdn.example"), "necessary", "unknown"),
        (call("evil-cdn.example"), "undeclared", "unknown"),
        (cookie("id", "gull.example"), "optional", "unknown"),
        (cookie("id", "pay.example"), "optional", "unknown"),
        (cookie("id", "cdn.example"), "necessary", "unknown"),
        (cookie("id", "stranger.example"), "undeclared", "unknown"),
    ],
)
def test_a_thing_stands_as_the_policy_says(thing: Thing, standing: str, bare: str) -> None:
    sightings = seen((thing, Moment.BEFORE)).things[thing]

    assert Judge(PLAN, POLICY).judge(thing, sightings).standing == standing
    assert Judge(PLAN, None).judge(thing, sightings).standing == bare


def test_well_known_trackers_are_named() -> None:
    judge = Judge(PLAN, None)

    assert judge.judge(cookie("_ga_123")).known == "Google Analytics"
    assert judge.judge(call("px.ads.linkedin.com")).known == "LinkedIn"
    assert judge.judge(call("notlinkedin.com")).known == ""


def test_what_is_optional_is_a_finding_until_it_was_accepted() -> None:
    ad = cookie("ad_1")

    assert found(seen((ad, Moment.BEFORE)), POLICY) == [("CS801", "ad_1")]
    assert found(seen((call("gull.example"), Moment.BEFORE)), POLICY) == [("CS802", "gull.example")]
    assert found(seen((ad, Moment.REJECTED)), POLICY) == [("CS803", "ad_1")]
    assert found(seen((ad, Moment.SCROLLED)), POLICY) == [("CS807", "ad_1")]
    assert found(seen((ad, Moment.CLOSED)), POLICY) == [("CS807", "ad_1")]
    assert found(seen((ad, Moment.ACCEPTED)), POLICY) == []


def test_what_was_there_before_is_not_blamed_on_scrolling() -> None:
    ad = cookie("ad_1")

    assert found(seen((ad, Moment.BEFORE), (ad, Moment.SCROLLED)), POLICY) == [("CS801", "ad_1")]


def test_what_keeps_the_answer_is_no_leak_where_no_policy_says_so_itself() -> None:
    consent = seen((cookie("CookieConsent"), Moment.REJECTED))

    assert found(consent) == []
    assert found(consent, POLICY) == [("CS803", "CookieConsent"), ("CS804", "CookieConsent")]
    assert found(seen((cookie("CookieConsent"), Moment.BEFORE))) == [("CS801", "CookieConsent")]
    assert found(seen((cookie("CookieConsent", "x.example"), Moment.REJECTED))) != []


@pytest.mark.parametrize(("days", "longer"), [(0, False), (30, False), (31, True), (400, True)])
def test_a_life_is_held_to_the_declared_one(days: int, longer: bool) -> None:
    evidence = seen((cookie("ad_1"), Moment.ACCEPTED), lifetime=days * 86_400)

    assert found(evidence, POLICY) == ([("CS805", "ad_1")] if longer else [])


@pytest.mark.parametrize(
    ("rejects", "accepts", "says"),
    [("Reject", "Accept", None), ("", "OK", '"OK"'), ("", "", "nobody is asked")],
)
def test_whoever_can_say_yes_must_be_able_to_say_no(
    rejects: str, accepts: str, says: str | None
) -> None:
    walks = [
        Walked(Walk.REJECT, PAGE, (PAGE,), rejects),
        Walked(Walk.ACCEPT, PAGE, (PAGE,), accepts),
    ]
    evidence = seen((cookie("x"), Moment.ACCEPTED))

    findings = [each for each in find(evidence, Judge(PLAN, None), walks) if each.code == "CS806"]

    assert [says in each.what for each in findings if says] == ([True] if says else [])
    assert (findings == []) is (says is None)


def test_a_site_that_needs_no_yes_need_not_ask() -> None:
    walks = [Walked(Walk.REJECT, PAGE, (PAGE,)), Walked(Walk.ACCEPT, PAGE, (PAGE,))]

    assert find(seen((cookie("sessionid"), Moment.BEFORE)), Judge(PLAN, None), walks) == []


def test_evidence_has_an_end_and_says_so() -> None:
    evidence = Evidence()
    for number in range(MOST_THINGS + 3):
        evidence.saw(cookie(f"c{number}"), Sighting(Moment.ACCEPTED, PAGE))
    for number in range(2 * MOST_SIGHTINGS):
        evidence.saw(cookie("c1"), Sighting(Moment.ACCEPTED, f"{PAGE}{number}"))

    assert len(evidence.things) == MOST_THINGS
    assert len(evidence.things[cookie("c1")]) == MOST_SIGHTINGS
    assert found(evidence)[-1] == ("CS808", "evidence")
    evidence.saw(cookie("c1"), Sighting(Moment.REJECTED, PAGE))
    assert ("CS803", "c1") in found(evidence)


def report_of(name: str) -> tuple[Report, Judge]:
    evidence = seen((cookie(clipped(name)), Moment.BEFORE))
    troubles = (Trouble(PAGE, f"{clipped(name)} did not load", Walk.NONE),)
    judge = Judge(PLAN, None)
    findings = tuple(find(evidence, judge, (), troubles))
    walks = (Walked(Walk.NONE, PAGE, (PAGE,)),)
    pictures = (Picture(Moment.BEFORE, PAGE, b"\xff\xd8"),)
    began = "2027-01-31T12:00:00+00:00"
    return Report(PAGE, began, "", walks, evidence, findings, troubles, pictures), judge


def test_what_a_site_calls_its_cookies_does_nothing_in_a_report() -> None:
    report, judge = report_of(HOSTILE)

    page, xml = html(report, judge), junit(report)

    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\x1b" not in page + xml + "".join(each.what for each in report.findings)
    cases = ElementTree.fromstring(xml).findall(".//testcase")  # noqa: S314 (we wrote it)
    assert [str(each.get("name"))[:5] for each in cases] == list(RULES)
    failed = [str(each.get("name"))[:5] for each in cases if each.find("failure") is not None]
    assert failed == ["CS801", "CS808"]


def test_a_draft_declares_what_nobody_has_declared() -> None:
    things = [cookie("ad_1"), cookie("new"), cookie("a key of no cookie"), call("stranger.example")]
    evidence = seen(*((each, Moment.ACCEPTED) for each in things))

    policy = Policy.from_toml(drafted(evidence, PLAN, Judge(PLAN, None)))

    assert {each.name for each in policy.cookies} == {"ad_1", "new"}
    assert [each.hosts for each in policy.vendors.values()] == [("stranger.example",)]
    assert found(evidence, policy) == [("CS804", "a key of no cookie")]


def test_the_list_that_a_site_shows_is_its_policy() -> None:
    own = ("cookiesafe", "Quay", "remembers your choices", "1 year")
    groups = [
        Group("Necessary", (own, ("cart", "Quay", "keeps your order", "")), (("Pay", "pay.example", "pays"),)),
        Group("Staying signed in", (("cookiesafe-remember", "Quay", "", "x"),), ()),
        Group("Statistics", (("s_*", "Gull", "counts", "90 days"),), (("Gull", "a.example, b.example", ""),)),
        Group("Advertising", (("t", "Quay", "", "until the browser is closed"),), (("Gull", "a.example, b.example", ""),)),
    ]  # fmt: skip

    shown = published(groups, "http://quay.localhost/cookiesafe/cookies", "quay.localhost")

    assert shown is not None
    policy = shown.policy
    assert [each.title for each in policy.optional] == ["Statistics", "Advertising"]
    lives = {each.name: (each.purpose, each.vendor, each.lifetime) for each in policy.cookies}
    assert lives == {
        "cart": ("necessary", None, None),
        "s_*": ("purpose_1", "vendor_2", 90 * 86_400),
        "t": ("purpose_2", None, 0),
    }
    gull = policy.vendors["vendor_2"]
    assert (gull.hosts, gull.purposes) == (("a.example", "b.example"), ("purpose_1", "purpose_2"))
    assert Judge(PLAN, policy).judge(call("pay.example")).standing is Standing.NECESSARY
    assert published(groups[2:], "", "x") is None
