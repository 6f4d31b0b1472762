"""What a purpose asks for beyond what was agreed to before, in plain words."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.policy import Company, Cookie, Host, Kept, Policy, Substance, parse_host
from cookiesafe.policy.names import CookieNames, contains, overlap

GULL = Company(name="Gull", hosts=("gull.example", "*.cdn.example"))
AD = Kept(name="hl_ad_*", vendor="Gull", lifetime=90 * 86_400)
OLDER = Substance(title="Adverts", text="Shows adverts.", vendors=(GULL,), cookies=(AD,))


def vendors(*companies: tuple[str, tuple[str, ...]]) -> Substance:
    return replace(
        OLDER, vendors=tuple(Company(name=name, hosts=hosts) for name, hosts in companies)
    )


def cookies(*kept: Kept) -> Substance:
    return replace(OLDER, cookies=kept)


def hl_ad(**changes: object) -> Substance:
    return cookies(replace(AD, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "news"),
    [
        (replace(OLDER, text="Shows more."), ["the text says something else"]),
        (replace(OLDER, title="Ads"), ["it is called something else: Ads"]),
        (vendors(("Gull", GULL.hosts), ("Tern", ("t.example",))), ["a new company: Tern"]),
        (vendors(("Gull Ltd", GULL.hosts)), ["a new company: Gull Ltd"]),
        (
            vendors(("Gull", ("gull.example", "x.example", "*.gull.example"))),
            [
                "Gull at one more address: x.example",
                "Gull at one more address: *.gull.example",
            ],
        ),
        (
            vendors(("Gull", ("wss://gull.example:*",))),
            ["Gull at one more address: wss://gull.example:*"],
        ),
        (cookies(AD, Kept(name="seen")), ["a new cookie: seen"]),
        (cookies(replace(AD, name="hl_*")), ["a new cookie: hl_*"]),
        (hl_ad(lifetime=400 * 86_400), ["hl_ad_* is kept for 400 days instead of 90 days"]),
        (
            hl_ad(lifetime=None),
            ["hl_ad_* is kept for as long as the browser allows instead of 90 days"],
        ),
        (hl_ad(vendor="Tern"), ["hl_ad_* belongs to Tern now"]),
        (hl_ad(vendor=""), ["hl_ad_* belongs to the site itself now"]),
        (
            cookies(AD, replace(AD, name="hl_ad_2", lifetime=365 * 86_400)),
            ["hl_ad_2 is kept for 1 year instead of 90 days"],
        ),
    ],
)
def test_what_is_wider_is_told(now: Substance, news: list[str]) -> None:
    assert list(now.news(OLDER)) == news


@pytest.mark.parametrize(
    "now",
    [
        OLDER,
        vendors(),
        vendors(("Gull", ("gull.example",))),
        vendors(("Gull", ("https://gull.example", "a.cdn.example", "*.b.cdn.example"))),
        vendors(("Gull", ("gull.example",)), ("Gull", ("a.cdn.example",))),
        cookies(),
        hl_ad(lifetime=0),
        hl_ad(name="hl_ad_2"),
        hl_ad(name="hl_ad_2*"),
        cookies(AD, replace(AD, name="hl_ad_2", lifetime=86_400)),
    ],
)
def test_the_same_or_less_is_no_news(now: Substance) -> None:
    assert now.news(OLDER) == ()


def test_a_session_cookie_that_is_kept_longer_is_told() -> None:
    before = hl_ad(lifetime=0)

    assert OLDER.news(before) == (
        "hl_ad_* is kept for 90 days instead of until the browser is closed",
    )


def test_a_stated_lifetime_is_less_than_none() -> None:
    assert hl_ad(lifetime=400 * 86_400).news(hl_ad(lifetime=None)) == ()


def test_a_pattern_that_takes_over_a_cookie_of_shorter_life_is_told() -> None:
    before = cookies(AD, Kept(name="hl_ad_2", vendor="Gull", lifetime=86_400))

    assert OLDER.news(before) == ("hl_ad_2 is kept for 90 days instead of 1 day",)


def test_a_pattern_that_comes_before_one_of_shorter_life_is_told() -> None:
    before = (Kept(name="a*", lifetime=3_600), Kept(name="a*z", lifetime=60))
    now = (*before, Kept(name="ab*", lifetime=3_600))

    assert cookies(*now).news(cookies(*before)) == ("a*z is kept for 1 hour instead of 1 minute",)


def test_a_vendor_by_name_has_news_in_its_name_hosts_and_purposes() -> None:
    before = Substance(title="Gull", vendors=(GULL,), purposes=(("ads", "Adverts"),))
    now = replace(before, purposes=(("ads", "Adverts"), ("stats", "Statistics")))
    renamed = replace(before, title="Gull Ltd", vendors=(replace(GULL, name="Gull Ltd"),))

    assert now.news(before) == ("Gull for one more purpose: Statistics",)
    assert renamed.news(before) == ("a new company: Gull Ltd",)
    assert before.news(now) == ()


@pytest.mark.parametrize(
    ("channel", "news"),
    [
        ("email", "you are written to by e-mail"),
        ("post", "you are written to by post"),
        ("phone", "you are called by telephone"),
        ("sms", "you are sent text messages"),
        ("", "it is about this browser"),
    ],
)
def test_another_channel_is_news(channel: str, news: str) -> None:
    before = replace(OLDER, channel="none of them")

    assert replace(OLDER, channel=channel).news(before) == (news,)


def test_a_policy_knows_the_substance_of_its_purposes_and_vendors() -> None:
    policy = Policy.from_toml(
        """
        [site]
        name = "Site"
        [purposes.ads]
        title = "Ads\\n  of ours"
        [purposes.news]
        title = "News"
        channel = "post"
        [vendors.gull]
        name = "Gull"
        hosts = ["Gull.example"]
        purposes = ["ads"]
        [cookies.ad]
        purpose = "ads"
        vendor = "gull"
        lifetime = "1 day"
        [cookies.own]
        purpose = "ads"
        """
    )

    gull = Company(name="Gull", hosts=("gull.example",))
    assert list(policy.substances) == list(policy.grounds)
    assert policy.substances["ads"] == Substance(
        title="Ads of ours",
        vendors=(gull,),
        cookies=(Kept(name="ad", vendor="Gull", lifetime=86_400), Kept(name="own")),
    )
    assert policy.substances["news"] == Substance(title="News", channel="post")
    assert policy.substances["@gull"] == Substance(
        title="Gull", vendors=(gull,), purposes=(("ads", "Ads of ours"),)
    )


NAMES = st.one_of(
    st.text("ab", min_size=1, max_size=3),
    st.builds("{}*{}".format, st.text("ab", max_size=2), st.text("ab", max_size=2)),
)
KEPT = st.builds(
    Kept,
    name=NAMES,
    vendor=st.sampled_from(["", "Gull"]),
    lifetime=st.sampled_from([None, 0, 60, 3_600]),
)
MANY_KEPT = st.lists(KEPT, max_size=4, unique_by=lambda kept: kept.name).map(tuple)
EVERY_NAME = ["".join(each) for size in range(1, 7) for each in product("ab", repeat=size)]


def covered(now: tuple[Kept, ...], older: tuple[Kept, ...]) -> bool:
    """Whether each single cookie that may be there now might have been before, as long and by the same."""
    table = {
        side: CookieNames([Cookie(name=k.name, purpose="ads") for k in kept])
        for side, kept in (("now", now), ("older", older))
    }
    by_name = {"now": {k.name: k for k in now}, "older": {k.name: k for k in older}}
    for name in EVERY_NAME:
        here, before = table["now"][name], table["older"][name]
        if here is None:
            continue
        if before is None:
            return False
        kept, was = by_name["now"][here.name], by_name["older"][before.name]
        if kept.vendor != was.vendor or longest(kept.lifetime) > longest(was.lifetime):
            return False
    return True


def longest(lifetime: int | None) -> float:
    return inf if lifetime is None else lifetime


@given(MANY_KEPT.filter(bool), MANY_KEPT, st.data())
def test_cookies_without_news_are_each_covered_by_what_was_there(
    older: tuple[Kept, ...], others: tuple[Kept, ...], data: st.DataObject
) -> None:
    some = st.lists(st.sampled_from(older + others), max_size=5, unique_by=lambda kept: kept.name)
    now = tuple(data.draw(some))

    if not cookies(*now).news(cookies(*older)):
        assert covered(now, older)


@given(MANY_KEPT, MANY_KEPT)
def test_a_single_cookie_without_rivals_has_news_only_if_it_is_not_covered(
    now: tuple[Kept, ...], older: tuple[Kept, ...]
) -> None:
    now, older = now[:1], older[:1]

    assert bool(cookies(*now).news(cookies(*older))) is not covered(now, older)


@given(MANY_KEPT)
def test_the_same_cookies_in_another_order_are_no_news(kept: tuple[Kept, ...]) -> None:
    assert cookies(*reversed(kept)).news(cookies(*kept)) == ()


@given(NAMES, NAMES)
def test_two_names_overlap_if_some_name_falls_under_both(one: str, other: str) -> None:
    assert overlap(one, other) is any(
        contains(one, name) and contains(other, name) for name in ["", *EVERY_NAME]
    )


HOSTS = st.builds(
    Host,
    name=st.sampled_from(["a.example", "b.a.example", "ba.example", "c.b.a.example"]),
    scheme=st.sampled_from(["", "http", "https", "ws", "wss"]),
    wildcard=st.booleans(),
    port=st.sampled_from(["", "80", "443", "8443", "*"]),
)
URLS = list(
    product(
        ("http", "https", "ws", "wss"),
        (
            "a.example",
            "b.a.example",
            "ba.example",
            "x.ba.example",
            "c.b.a.example",
            "x.c.b.a.example",
        ),
        (None, 80, 443, 8443, 9),
    )
)


@given(HOSTS, HOSTS)
def test_a_host_contains_another_if_it_covers_every_url_of_it(wide: Host, narrow: Host) -> None:
    assert wide.contains(narrow) is all(wide.covers(*url) for url in URLS if narrow.covers(*url))


COMPANIES = st.lists(
    st.builds(
        Company,
        name=st.sampled_from(["Gull", "Tern"]),
        hosts=st.lists(HOSTS.map(str), max_size=3).map(tuple),
    ),
    max_size=3,
).map(tuple)


@given(COMPANIES, COMPANIES)
def test_companies_are_news_unless_each_host_of_each_was_covered(
    now: tuple[Company, ...], older: tuple[Company, ...]
) -> None:
    known = {(c.name, parse_host(host)) for c in older for host in c.hosts}
    is_covered = {c.name for c in now} <= {c.name for c in older} and all(
        any(name == c.name and each.contains(parse_host(host)) for name, each in known)
        for c in now
        for host in c.hosts
    )

    assert bool(replace(OLDER, vendors=now).news(replace(OLDER, vendors=older))) is not is_covered
