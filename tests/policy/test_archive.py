"""A policy as JSON, to be kept and read again by this version or a later one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.policy import (
    Cookie,
    Feature,
    History,
    Policy,
    Purpose,
    Regime,
    Site,
    Vendor,
    differences,
)

WORDS = st.text(min_size=1, max_size=12).map(lambda text: f"x{text}")
DAY = 86_400


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    site = Site(
        name=draw(WORDS),
        contact=draw(st.text(max_size=5)),
        hosts=draw(st.sampled_from([(), ("Static.example",)])),
        dnt=draw(st.booleans()),
        gpc=draw(st.sampled_from(["", "2026-01-31"])),
        adult_from=draw(st.integers(13, 21)),
    )
    ads = Purpose(
        id="ads",
        title=draw(WORDS),
        text=draw(st.text(max_size=20)),
        signal=draw(st.sampled_from([None, "gpc"])),
        category=draw(st.sampled_from([None, "advertising"])),
        editorial=draw(st.sampled_from([(), ("0123456789ab",)])),
        google_consent=draw(st.sampled_from([(), ("ad_storage", "ad_user_data")])),
    )
    always = draw(st.booleans())
    news = Purpose(
        id="news",
        title=draw(WORDS),
        channel=draw(st.sampled_from(["email", "sms"])),
        always=always,
        why="x" if always else "",
    )
    hosts = st.lists(st.sampled_from(["a.example", "*.b.example", "wss://c.example:*"]), max_size=2)
    return Policy(
        site=site,
        purposes=draw(st.permutations([ads, news])),
        vendors=[
            Vendor(id="gull", name=draw(WORDS), hosts=tuple(draw(hosts)), purposes=("ads",)),
            Vendor(id="tern", name=draw(WORDS), hosts=(), purposes=("ads", "news")),
        ][: draw(st.integers(0, 2))],
        cookies=[
            Cookie(name="a*", purpose="ads", lifetime=draw(st.sampled_from([None, 0, DAY]))),
            Cookie(name="b", purpose="necessary", why=draw(WORDS)),
        ][: draw(st.integers(0, 2))],
        features=[Feature(id="tips", purpose="ads", without=draw(WORDS))][
            : draw(st.integers(0, 1))
        ],
        regimes=[Regime(id="x", places=("jp", "US-WA"), notice=("ads",), ask_again=300 * DAY)][
            : draw(st.integers(0, 1))
        ],
    )


@given(policies())
def test_a_policy_that_was_kept_is_the_same_when_it_is_read(policy: Policy) -> None:
    text = policy.to_json()
    read = Policy.from_json(text)

    assert read.to_json() == text
    assert read.fingerprint == policy.fingerprint
    assert list(read.grounds.items()) == list(policy.grounds.items())
    assert read.substances == policy.substances
    assert (read.site, read.purposes, read.vendors) == (
        policy.site,
        policy.purposes,
        policy.vendors,
    )
    assert (read.cookies, read.features) == (policy.cookies, policy.features)
    assert read.regimes == policy.regimes
    assert (read.optional, read.contacts) == (policy.optional, policy.contacts)
    assert differences(policy, read) == ()
    assert text.isascii()


def test_what_is_kept_is_short_and_has_no_key_that_is_not_used() -> None:
    policy = Policy(
        site=Site(name="Zähler"),
        purposes=[Purpose(id="ads", title="Ads")],
        cookies=[Cookie(name="a", purpose="ads", lifetime=0)],
    )

    assert policy.to_json() == (
        r'{"cookies":[{"lifetime":0,"name":"a","purpose":"ads"}],'
        r'"purposes":[{"id":"ads","title":"Ads"}],"site":{"name":"Z\u00e4hler"}}'
    )


def test_a_kept_policy_is_not_held_to_the_rules_of_today() -> None:
    text = json.dumps(
        {
            "site": {"name": "X"},
            "cookies": [{"name": "_ga", "purpose": "necessary", "vendor": "gone"}],
            "vendors": [{"id": "v", "name": "V", "hosts": ["v.example"], "purposes": ["gone"]}],
            "features": [{"id": "f", "purpose": "gone", "without": ""}],
            "regimes": [{"id": "r", "places": ["UK"], "opt_out": ["gone"]}],
        }
    )

    old = Policy.from_json(text)
    new = Policy(site=Site(name="X"))
    assert old.cookie_for("_ga") is not None
    assert differences(old, new)
    assert History(new, [old]).knows("necessary", old.grounds["necessary"])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("1" * 5_000, "is not JSON"),
        ("[]", "is a list of texts"),
        ("null", "is nothing"),
        ("{}", "a site of a kept policy is nothing"),
        ('{"site":{}}', "a site of a kept policy lacks a key"),
        ('{"site":[]}', "a site of a kept policy is a list"),
        ('{"site":{"name":1}}', "site.name: name is a whole number, expected text"),
        ('{"site":{"name":"X","dnt":1}}', "site.dnt: dnt is a whole number"),
        ('{"site":{"name":"X","adult_from":NaN}}', "site.adult_from: adult_from is a number"),
        (
            '{"site":{"name":"X","colour":""}}',
            '"colour" is no key of a site that this version knows',
        ),
        ('{"site":{"name":"X"},"children":[]}', '"children" is no key of a policy'),
        ('{"site":{"name":"X"},"vendors":{}}', "vendors.ID of a kept policy is a table"),
        ('{"site":{"name":"X"},"vendors":["v"]}', "a vendor of a kept policy is text"),
        ('{"site":{"name":"X"},"cookies":[{"name":"a"}]}', "a cookie of a kept policy lacks a key"),
        ('{"site":{"name":"X","hosts":["a b"]}}', "has a character that no host has"),
        ('{"site":{"name":"X","hosts":[["a"]]}}', "a list with a list of texts in it"),
    ],
)
def test_what_is_no_kept_policy_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        Policy.from_json(text)

    assert reason in str(caught.value)


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4), st.just(["ads"])
)
KEYS = st.sampled_from(
    ["site", "purposes", "vendors", "cookies", "features", "regimes", "id", "name", "title"]
    + ["hosts", "purpose", "vendor", "lifetime", "places", "without", "editorial", "channel"]
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=5)),
)


@given(
    st.one_of(
        st.text(),
        VALUES.map(json.dumps),
        st.dictionaries(KEYS, VALUES).map(
            lambda found: json.dumps({"site": {"name": "X"}} | found)
        ),
        st.tuples(policies(), st.integers(0, 500), st.text(max_size=2)).map(
            lambda cut: cut[0].to_json()[: cut[1]] + cut[2] + cut[0].to_json()[cut[1] + 1 :]
        ),
    )
)
def test_any_text_is_a_kept_policy_or_a_value_error(text: str) -> None:
    try:
        policy = Policy.from_json(text)
    except ValueError:
        return

    assert Policy.from_json(policy.to_json()).fingerprint == policy.fingerprint
