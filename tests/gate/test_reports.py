"""What browsers report about our policy, how much of it is taken, and what follows from it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.gate.reports import Allowance, refused
from cookiesafe.gate.sightings import Sightings, suggestions
from cookiesafe.policy import Policy

PATH = "/cookiesafe/reports"
OURS = f"default-src 'self'; report-uri {PATH}"
ADS = "https://ads.example/pixel?who=ada"


def old(**fields: Any) -> bytes:
    report = {"original-policy": OURS, "blocked-uri": ADS, "disposition": "enforce", **fields}
    return json.dumps({"csp-report": report}).encode()


def new(*urls: str, kind: str = "csp-violation", **fields: Any) -> bytes:
    bodies = [
        {"originalPolicy": OURS, "blockedURL": url, "disposition": "enforce", **fields}
        for url in urls
    ]
    return json.dumps([{"type": kind, "age": 1, "body": each} for each in bodies]).encode()


def test_both_forms_are_read() -> None:
    assert refused(old(), PATH, enforce=True) == [ADS]
    assert refused(new(ADS, "inline"), PATH, enforce=True) == [ADS, "inline"]


def test_a_browser_that_tells_no_disposition_is_believed() -> None:
    body = json.dumps({"csp-report": {"original-policy": OURS, "blocked-uri": ADS}}).encode()

    assert refused(body, PATH, enforce=True) == refused(body, PATH, enforce=False) == [ADS]


def test_only_of_the_mode_that_we_are_in() -> None:
    assert refused(old(disposition="report"), PATH, enforce=False) == [ADS]
    assert refused(old(disposition="report"), PATH, enforce=True) == []
    assert refused(old(), PATH, enforce=False) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"7",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b"1" * 6000,
        b'{"csp-report":[]}',
        b'{"csp-report":{}}',
        b'[{"type":"csp-violation","body":7},7,{"type":"csp-violation"}]',
        old(**{"original-policy": "default-src 'none'; report-uri /mine"}),
        old(**{"original-policy": ["default-src"]}),
        old(disposition={"enforce": 1}),
        new(ADS, kind="deprecation"),
    ],
)
def test_what_is_malformed_or_about_another_policy_is_nothing(body: bytes) -> None:
    assert refused(body, PATH, enforce=True) == []


def test_no_more_than_a_hundred_are_read_and_long_ones_are_cut() -> None:
    assert len(refused(new(*["https://a.example"] * 300), PATH, enforce=True)) == 100
    assert [len(url) for url in refused(new("x" * 9000), PATH, enforce=True)] == [4096]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["csp-report", "type", "body", "original-policy", "blocked-uri"]), inner
        )
    ),
)


@settings(deadline=None)
@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_nothing_that_is_sent_raises(body: bytes) -> None:
    refused(body, PATH, enforce=True)


# --- how much is taken ---------------------------------------------------------------------------


def test_a_burst_is_taken_and_then_as_much_as_time_gives_back() -> None:
    allowance = Allowance(rate=2, burst=3)

    assert [allowance.take(100) for _ in range(4)] == [True, True, True, False]
    assert [allowance.take(101) for _ in range(3)] == [True, True, False]
    assert [allowance.take(1000) for _ in range(4)] == [True, True, True, False]


def test_a_clock_that_goes_back_gives_nothing_and_stops_nothing() -> None:
    allowance = Allowance(rate=1, burst=1)

    assert [allowance.take(now) for now in (100, 50, 51)] == [True, False, True]


# --- what follows --------------------------------------------------------------------------------

POLICY = """
[site]
name = "Site"

[purposes.ads]
title = "Adverts"

[vendors.ads_example]
name = "Ads"
hosts = ["known.example"]
purposes = ["ads"]

[cookies.cart]
purpose = "necessary"
why = "holds the cart"
"""


def test_what_was_seen_becomes_lines_that_the_policy_takes() -> None:
    seen = Sightings()
    for host in (
        "ads.example",
        "ads.example:8443",
        "203.0.113.7",
        "www.ads.example",
        "xn--bcher-kva.example",
    ):
        seen.saw_host(host)
    for name in ("_ga", "_ga", "a.b", "1", "__Host-x"):
        seen.saw_cookie(name)

    policy = Policy.from_toml(POLICY + suggestions(Policy.from_toml(POLICY), seen))

    hosts = {host for vendor in policy.vendors.values() for host in vendor.hosts}
    assert hosts == {"known.example", *seen.hosts}
    for name in seen.cookies:
        cookie = policy.cookie_for(name)
        assert cookie is not None
        assert cookie.purpose == "unsorted"
    assert suggestions(policy, seen) == ""


def test_they_can_be_added_again_later() -> None:
    seen = Sightings()
    seen.saw_host("a.example")
    text = POLICY + suggestions(Policy.from_toml(POLICY), seen)
    seen.saw_host("b.example")

    text += suggestions(Policy.from_toml(text), seen)

    assert len(Policy.from_toml(text).vendors) == 3


def test_what_was_seen_most_comes_first_with_how_often() -> None:
    seen = Sightings()
    for name in ("rare", "often", "often"):
        seen.saw_cookie(name)

    lines = [
        line for line in suggestions(Policy.from_toml(POLICY), seen).splitlines() if "[cook" in line
    ]

    assert lines == ['[cookies."often"]  # set 2 times', '[cookies."rare"]  # set once']


def test_without_anything_seen_there_is_nothing_to_add() -> None:
    seen = Sightings()
    seen.saw_cookie("cart")
    seen.saw_host("known.example")

    assert suggestions(Policy.from_toml(POLICY), seen) == ""


@pytest.mark.parametrize("name", ["", "a b", 'a"\n[site]', "a*", "x" * 300, "ü", "a=b"])
def test_a_cookie_that_no_policy_can_declare_is_not_kept(name: str) -> None:
    seen = Sightings()
    seen.saw_cookie(name)

    assert seen.cookies == {}


@pytest.mark.parametrize("host", ["", "[::1]", "a b", "*", "*.com", '"', "a.example/x", "x" * 80])
def test_a_host_that_no_policy_can_declare_is_not_kept(host: str) -> None:
    seen = Sightings()
    seen.saw_host(host)

    assert seen.hosts == {}


def test_of_many_different_names_only_so_many_are_kept() -> None:
    seen = Sightings(limit=2)
    for n in range(5):
        seen.saw_cookie(f"c{n}")
        seen.saw_host(f"h{n}.example")
    seen.saw_cookie("c0")

    assert seen.cookies == {"c0": 2, "c1": 1}
    assert seen.hosts == {"h0.example": 1, "h1.example": 1}


@settings(deadline=None)
@given(
    st.lists(st.from_regex(r"[a-z0-9_.-]{1,8}\.[a-z]{2}(:[0-9]{1,5})?", fullmatch=True), max_size=6)
)
def test_whatever_hosts_were_seen_the_policy_takes_the_lines(hosts: list[str]) -> None:
    seen = Sightings()
    for host in hosts:
        seen.saw_host(host)

    policy = Policy.from_toml(POLICY + suggestions(Policy.from_toml(POLICY), seen))

    assert len(policy.vendors) == 1 + len(seen.hosts)
