"""Consent is addressed by content: what changes a fingerprint, and what does not."""

from __future__ import annotations

import re

import pytest

from cookiesafe.policy import Policy

BASE = """
[site]
name = "Site"
[purposes.ads]
title = "Ads"
text = "Shows adverts of the companies below."
[purposes.other]
title = "Other"
[vendors.gull]
name = "Gull"
hosts = ["gull.example", "*.gull.example"]
purposes = ["ads"]
[vendors.tern]
name = "Tern"
hosts = []
purposes = ["other", "ads"]
[cookies.ad]
purpose = "ads"
vendor = "gull"
lifetime = "90 days"
[cookies.seen]
purpose = "ads"
[features.tips]
purpose = "ads"
without = "no tips"
"""


def changed(old: str, new: str) -> Policy:
    assert old in BASE
    return Policy.from_toml(BASE.replace(old, new))


def test_a_fingerprint_is_twelve_hex_digits_and_stays_the_same_over_releases() -> None:
    policy = Policy.from_toml(BASE)

    assert all(
        re.fullmatch("[0-9a-f]{12}", each)
        for each in (policy.fingerprint, *policy.grounds.values())
    )
    assert policy.fingerprint == "5bb6c44ca927"
    assert policy.grounds["ads"] == "94cfbb790b16"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('title = "Ads"', 'title = "Adverts"'),
        ("Shows adverts", "Shows more adverts"),
        ('["gull.example",', '["gull.example", "third.example",'),
        ('name = "Gull"', 'name = "Gull Ltd"'),
        ('lifetime = "90 days"', 'lifetime = "91 days"'),
        ('lifetime = "90 days"', ""),
        ("[cookies.seen]", '[cookies."seen*"]'),
        ('["other", "ads"]', '["other"]'),
    ],
)
def test_other_words_vendors_hosts_cookies_and_lifetimes_are_other_grounds(
    old: str, new: str
) -> None:
    before, after = Policy.from_toml(BASE), changed(old, new)

    assert after.grounds["ads"] != before.grounds["ads"]
    assert after.fingerprint != before.fingerprint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"gull.example", "*.gull.example"', '"*.gull.example", "gull.example"'),
        ('"gull.example", "*.gull.example"', '"GULL.example", "*.gull.example"'),
        ('["other", "ads"]', '["ads", "other"]'),
        ('lifetime = "90 days"', 'lifetime = "2160 hours"'),
        (
            '"Shows adverts of the companies below."',
            '"""\nShows adverts\nof the companies below."""',
        ),
    ],
)
def test_the_same_thing_written_otherwise_keeps_every_fingerprint(old: str, new: str) -> None:
    before, after = Policy.from_toml(BASE), changed(old, new)

    assert after.grounds == before.grounds
    assert after.fingerprint == before.fingerprint


def test_the_order_of_tables_keeps_every_fingerprint() -> None:
    tables = re.split(r"^(?=\[)", BASE, flags=re.MULTILINE)
    before, after = Policy.from_toml(BASE), Policy.from_toml("".join(reversed(tables)))

    assert dict(after.grounds) == dict(before.grounds)
    assert after.fingerprint == before.fingerprint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "Site"', 'name = "Another"'),
        ('without = "no tips"', 'without = "fewer tips"'),
        ('title = "Other"', 'title = "Others"'),
    ],
)
def test_what_a_purpose_does_not_rest_on_keeps_its_grounds(old: str, new: str) -> None:
    before, after = Policy.from_toml(BASE), changed(old, new)

    assert after.grounds["ads"] == before.grounds["ads"]
    assert after.fingerprint != before.fingerprint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('title = "Ads"', 'title = "Ads"\neditorial = ["0123456789ab"]'),
        ('title = "Ads"', 'title = "Ads"\ncategory = "advertising"'),
        ('title = "Ads"', 'title = "Ads"\ngoogle_consent = ["ad_storage"]'),
        ('name = "Site"', 'name = "Site"\ndnt = true'),
        ('name = "Site"', 'name = "Site"\ngpc = "2026-01-31"'),
        ('name = "Site"', 'name = "Site"\nadult_from = 16'),
        ("[features.tips]", '[regimes.x]\nplaces = ["JP"]\n[features.tips]'),
    ],
)
def test_what_nobody_agrees_to_is_in_the_fingerprint_of_the_whole_and_in_no_grounds(
    old: str, new: str
) -> None:
    before, after = Policy.from_toml(BASE), changed(old, new)

    assert after.grounds == before.grounds
    assert after.fingerprint != before.fingerprint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('title = "Ads"', 'title = "Ads"\neditorial = []\nalways = false\nwhy = ""\nchannel = ""'),
        ('name = "Site"', 'name = "Site"\ndnt = false\ngpc = ""\nadult_from = 13'),
    ],
)
def test_a_later_key_that_says_nothing_new_keeps_every_fingerprint(old: str, new: str) -> None:
    before, after = Policy.from_toml(BASE), changed(old, new)

    assert after.grounds == before.grounds
    assert after.fingerprint == before.fingerprint
