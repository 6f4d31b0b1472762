"""What is said of a feature that is off: above its form, and in the same words in the banner and among the choices."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.consent import DAY, UNDECIDED, Circumstances, Consent, Question, choose
from cookiesafe.notice import Lasting, Notice
from cookiesafe.notice.limited import LimitedNotice
from cookiesafe.policy import Feature, Policy, Purpose, Site

LASTING = Lasting(idle=30 * DAY, absolute=180 * DAY, marker=600)
SAVED = Feature(id="saved", purpose="remember", without="you type your address again")
CARD = Feature(id="card", purpose="remember", without="you choose your card again")
TIPS = Feature(id="tips", purpose="statistics", without="you see the same tips as everybody")
FEATURES = (SAVED, CARD, TIPS)
WORDS = "<script>'\"&amp;</section>{{ 7 * 7 }}žluťoučký 🐎"


def policy_with(title: str = "Remember me", *features: Feature) -> Policy:
    return Policy(
        site=Site(name="Harbour"),
        purposes=[
            Purpose(id="remember", title=title),
            Purpose(id="statistics", title="Statistics"),
        ],
        features=features or FEATURES,
    )


def notice_of(policy: Policy) -> Notice:
    return Notice(policy, "/cookiesafe", LASTING)


def limited(policy: Policy) -> LimitedNotice:
    return notice_of(policy).limited


def parsed(page: str) -> Element:
    """The one element it is; a parse error fails the test."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree: Any = parser.parseFragment(page, container="form")
    (section,) = tree
    assert isinstance(section, Element)
    return section


def plain(page: bytes | str) -> str:
    """The words of a page, a blank between any two."""
    text = page.decode() if isinstance(page, bytes) else page
    return " ".join(unescape(re.sub("<[^>]*>", " ", text)).split())


def test_two_buttons_that_are_told_apart_by_nothing_but_their_words() -> None:
    section = parsed(limited(policy_with()).asking("", SAVED))

    (buttons,) = section.iter("div")
    off, on = buttons
    assert (off.text, on.text) == ("Keep off", "Turn on")
    own = ("value", "data-cookiesafe")
    others = [{n: v for n, v in each.items() if n not in own} for each in (off, on)]
    assert others == [{"name": "cookiesafe-feature", "formnovalidate": ""}] * 2
    assert [each.get("value", "").partition(":")[0] for each in (off, on)] == ["off", "on"]


def test_it_is_a_group_with_a_name_and_brings_its_style_along() -> None:
    section = parsed(limited(policy_with()).asking("/my", SAVED))

    assert (section.get("role"), section.get("aria-label")) == ("group", "Remember me: off")
    assert [each.get("href", "").partition("?")[0] for each in section.iter("link")] == [
        "/my/cookiesafe/notice.css"
    ]
    assert not list(section.iter("script"))


def test_the_words_its_buttons_send_change_with_what_it_says_and_with_the_policy() -> None:
    policies = [
        policy_with(),
        policy_with("Remember my details"),
        policy_with("Remember me", replace(SAVED, without="you type all again"), CARD, TIPS),
        policy_with("Remember me", SAVED, CARD, replace(TIPS, without="you see no tips")),
    ]
    features = [each.features["saved"] for each in policies]
    words = [limited(p).words("", each) for p, each in zip(policies, features, strict=True)]

    assert len(set(words)) == len(policies)
    texts = [each.partition(".")[2] for each in words]
    assert texts[3] == texts[0], "another feature says something else"
    for policy, each, sent in zip(policies, features, words, strict=True):
        assert limited(policy).asking("", each).count(f":saved:{sent}") == 2


@settings(deadline=None, max_examples=60)
@given(st.sampled_from([WORDS, "%s {0}", "\u2028"]) | st.text("<>&'\"/é=`\\{}%", min_size=1))
def test_no_words_of_a_policy_are_markup(words: str) -> None:
    policy = policy_with(f"x{words}", replace(SAVED, without=f"y{words}"))
    notice, feature = limited(policy), policy.features["saved"]

    for page in (notice.asking("", feature), notice.telling("", feature, f"/{words}")):
        section = parsed(page)
        assert page.isascii()
        assert {each.tag for each in section.iter()} <= {
            "section",
            "link",
            "button",
            "p",
            "div",
            "a",
        }
        assert " ".join(f"“x{words}” is off, so y{words}.".split()) in " ".join(
            "".join(section.itertext()).split()
        )


def test_the_banner_says_what_is_lost_without_each_feature() -> None:
    question = Question(("remember", "statistics"))
    circumstances = Circumstances(frozenset(), policy_with().regime(""))
    banner = notice_of(policy_with()).banner("", "/", question, circumstances)

    assert (
        "the site still works, but you type your address again, and you choose your card again, "
        "and you see the same tips as everybody." in plain(banner)
    )


@pytest.mark.parametrize(
    "consent",
    [
        UNDECIDED,
        choose(policy_with(), (), day=20_000),
        replace(choose(policy_with(), ["remember", "statistics"], day=20_000), receipt="r" * 22),
    ],
    ids=["undecided", "refused", "granted"],
)
def test_the_choices_say_it_below_their_purpose_whatever_was_chosen(consent: Consent) -> None:
    circumstances = Circumstances(frozenset(), policy_with().regime(""))
    page = notice_of(policy_with()).choices.page("", "/", consent, circumstances)

    words = plain(page)
    assert (
        "Remember me If off: you type your address again. If off: you choose your card again. "
        "Statistics If off: you see the same tips as everybody." in words
    )
