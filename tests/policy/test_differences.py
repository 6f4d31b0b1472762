"""What changed between two policies, in a visitor's words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.policy import Difference, Policy, differences

OLD = """
[site]
name = "Harbour"
[purposes.ads]
title = "Adverts"
text = "Shows adverts."
signal = "gpc"
[purposes.news]
title = "News"
channel = "email"
[vendors.gull]
name = "Gull"
hosts = ["gull.example", "*.gull.example"]
purposes = ["ads"]
[vendors.fleet]
name = "Fleet"
hosts = []
purposes = ["news"]
[cookies.ad]
purpose = "ads"
vendor = "gull"
lifetime = "90 days"
[features.tips]
purpose = "ads"
without = "no tips"
"""


def changed(old: str, new: str) -> list[tuple[str, str, str, str, str, str]]:
    assert old in OLD
    found = differences(Policy.from_toml(OLD), Policy.from_toml(OLD.replace(old, new)))
    return [(d.kind, d.noun, d.subject, d.key, d.before, d.after) for d in found]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            '"Shows adverts."',
            '"Shows\\n more."',
            ("purpose", "Adverts", "text", "Shows adverts.", "Shows more."),
        ),
        ('title = "Adverts"', 'title = "Ads"', ("purpose", "Ads", "title", "Adverts", "Ads")),
        (
            'signal = "gpc"',
            "",
            (
                "purpose",
                "Adverts",
                "signal",
                "off while the browser sends Global Privacy Control",
                "",
            ),
        ),
        (
            'channel = "email"',
            'channel = "phone"',
            ("purpose", "News", "channel", "e-mail", "telephone"),
        ),
        (
            '"*.gull.example"]',
            '"x.example"]',
            ("vendor", "Gull", "hosts", "*.gull.example, gull.example", "gull.example, x.example"),
        ),
        ('name = "Gull"', 'name = "Tern"', ("vendor", "Tern", "name", "Gull", "Tern")),
        (
            'lifetime = "90 days"',
            'lifetime = "1 year"',
            ("cookie", "ad", "lifetime", "90 days", "1 year"),
        ),
        ('lifetime = "90 days"', "", ("cookie", "ad", "lifetime", "90 days", "not stated")),
        (
            'lifetime = "90 days"',
            'lifetime = "session"',
            ("cookie", "ad", "lifetime", "90 days", "until the browser is closed"),
        ),
        ('vendor = "gull"', "", ("cookie", "ad", "vendor", "Gull", "Harbour")),
        ('"no tips"', '"few tips"', ("feature", "few tips", "without", "no tips", "few tips")),
    ],
)
def test_what_changed_is_told_before_and_after(old: str, new: str, told: tuple[str, ...]) -> None:
    assert ("changed", *told) in changed(old, new)


def test_a_purpose_that_becomes_always_on_says_so_and_why() -> None:
    assert changed('channel = "email"', 'channel = "email"\nalways = true\nwhy = "a law"') == [
        ("changed", "purpose", "News", "always", "", "always on"),
        ("changed", "purpose", "News", "why", "", "a law"),
    ]


def test_what_was_added_and_removed_says_what_it_is() -> None:
    bare = Policy.from_toml('[site]\nname = "Harbour"')
    whole = Policy.from_toml(OLD)
    shown = [
        ("purpose", "ads", "Adverts", "Shows adverts."),
        ("purpose", "news", "News", ""),
        ("vendor", "gull", "Gull", "Adverts"),
        ("vendor", "fleet", "Fleet", "News"),
        ("cookie", "ad", "ad", "Adverts, 90 days"),
        ("feature", "tips", "no tips", "Adverts"),
    ]

    assert differences(bare, whole) == tuple(
        Difference(kind="added", noun=noun, id=id, subject=subject, after=words)
        for noun, id, subject, words in shown
    )
    assert differences(whole, bare) == tuple(
        Difference(kind="removed", noun=noun, id=id, subject=subject, before=words)
        for noun, id, subject, words in shown
    )


def test_additions_come_before_changes_and_those_before_removals() -> None:
    new = OLD.replace("[purposes.news]", "[purposes.tips]").replace('["news"]', '["tips"]')
    new = new.replace('channel = "email"', "").replace('title = "Adverts"', 'title = "Ads"')
    kinds = [
        (each.kind, each.id)
        for each in differences(Policy.from_toml(OLD), Policy.from_toml(new))
        if each.noun == "purpose"
    ]

    assert kinds == [("added", "tips"), ("changed", "ads"), ("removed", "news")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"gull.example", "*.gull.example"', '"*.gull.example", "GULL.example"'),
        ('"Shows adverts."', '"""\nShows\nadverts."""'),
        ('"90 days"', '"2160 hours"'),
        ('signal = "gpc"', 'signal = "gpc"\neditorial = ["0123456789ab"]'),
        ('name = "Harbour"', 'name = "Harbour"\ndnt = true'),
    ],
)
def test_what_no_visitor_can_tell_is_no_difference(old: str, new: str) -> None:
    assert changed(old, new) == []


TABLES = OLD.split("\n[")


@given(st.permutations(TABLES[1:]))
def test_the_order_of_declaration_is_no_difference(tables: list[str]) -> None:
    shuffled = Policy.from_toml("\n[".join([TABLES[0], *tables]))

    assert differences(Policy.from_toml(OLD), shuffled) == ()
