"""The gate for hosts: whether a page of this visitor may call where a URL leads."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.consent import Allowed
from cookiesafe.gate import HeldHost, HostGate
from cookiesafe.policy import Policy, Purpose, Site, Vendor

PAGE = "https://www.example/bills?month=1"
GULL = Vendor(
    id="gull",
    name="Gull",
    hosts=("ads.gull.example", "*.cdn.gull.example", "gull.example:8443", "shared.example"),
    purposes=("ads", "tips"),
)
TERN = Vendor(
    id="tern", name="Tern", hosts=("shared.example", "wss://t.example:*"), purposes=("tips",)
)
HELD_GULL = HeldHost("ads.gull.example", "gull", ("ads", "tips"))


def a_policy(*vendors: Vendor) -> Policy:
    return Policy(
        site=Site(name="Site", hosts=("static.example", "*.img.example")),
        purposes=[Purpose(id="ads", title="A"), Purpose(id="tips", title="T")],
        vendors=vendors,
    )


def a_gate(*allowed: str, left_out: frozenset[str] = frozenset()) -> HostGate:
    return HostGate(a_policy(GULL, TERN), Allowed(vendors=frozenset(allowed)), left_out)


@pytest.mark.parametrize(
    "url",
    [
        "/pay",
        "",
        "#top",
        "//www.example/x",
        "https://www.example:443/",
        "wss://www.example/live",
        "//static.example/a.css",
        "http://static.example/a.css",
        "//a.b.img.example/",
        "data:,x",
        "mailto:a@ads.gull.example",
    ],
)
def test_the_site_itself_and_its_hosts_may_be_called(url: str) -> None:
    assert a_gate().held(url, PAGE) is None


@pytest.mark.parametrize(
    ("page", "url", "may"),
    [
        ("http://www.example/", "https://www.example/", True),
        ("http://www.example/", "ws://www.example/", True),
        ("http://www.example/", "wss://www.example/", True),
        ("http://www.example:8000/", "https://www.example:8000/", True),
        ("http://www.example:8000/", "https://www.example/", False),
        ("https://www.example/", "http://www.example/", False),
        ("https://www.example/", "ws://www.example/", False),
        ("https://www.example/", "https://www.example:8443/", False),
        ("https://www.example/", "https://www.example./", False),
        ("https://www.example/", "https://example/", False),
    ],
)
def test_itself_is_what_a_policy_means_by_self(page: str, url: str, may: bool) -> None:
    assert (a_gate().held(url, page) is None) is may


@pytest.mark.parametrize(
    ("url", "allowed", "held"),
    [
        ("//ads.gull.example/x", [], HELD_GULL),
        ("//ads.gull.example/x", ["tern"], HELD_GULL),
        ("//ads.gull.example/x", ["gull"], None),
        ("//ads.gull.example:8443/", ["gull"], HeldHost("ads.gull.example:8443")),
        ("//a.b.cdn.gull.example/", ["gull"], None),
        ("//cdn.gull.example/", ["gull"], HeldHost("cdn.gull.example")),
        ("//gull.example:8443/", ["gull"], None),
        ("//gull.example:8443/", [], HeldHost("gull.example:8443", "gull", ("ads", "tips"))),
        ("//gull.example/", ["gull"], HeldHost("gull.example")),
        ("//shared.example/", ["tern"], None),
        ("//shared.example/", [], HeldHost("shared.example", "gull", ("ads", "tips"))),
        ("wss://t.example:77/", ["tern"], None),
        ("ws://t.example:77/", ["tern"], HeldHost("t.example:77")),
        ("//nobody.example/", ["gull", "tern"], HeldHost("nobody.example")),
        ("ftp://ads.gull.example/", ["gull"], HeldHost("ads.gull.example")),
    ],
)
def test_a_vendor_s_hosts_may_be_called_by_who_agreed_to_it(
    url: str, allowed: list[str], held: HeldHost | None
) -> None:
    assert a_gate(*allowed).held(url, PAGE) == held


def test_a_host_that_the_policy_header_has_no_room_for_is_held() -> None:
    gate = a_gate("gull", left_out=frozenset({"ads.gull.example"}))

    assert gate.held("//ads.gull.example/", PAGE) == HELD_GULL
    assert gate.held("//shared.example/", PAGE) is None


def test_what_cannot_be_read_is_held_and_clipped() -> None:
    held = a_gate().held("https://" + "a" * 2000 + "^/", PAGE)

    assert held == HeldHost("a" * 80)


@pytest.mark.parametrize("address", ["", "/bills", "https://", "nonsense:x", "https://[/"])
def test_a_page_of_unknown_address_has_no_host_of_its_own(address: str) -> None:
    page = a_gate("gull").page(address)

    assert page.held("/x") is None
    assert page.held("//ads.gull.example") is None
    assert page.held("//www.example") == HeldHost("www.example")


# --- a page with a <base> ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "url", "held"),
    [
        ("/deep/", "x", None),
        ("https://ads.gull.example/", "x", HELD_GULL),
        ("https://ads.gull.example/", "#x", HELD_GULL),
        ("//ads.gull.example", "/x", HELD_GULL),
        ("https://ads.gull.example/", "//www.example/x", None),
        ("http://www.example/", "//www.example/", HeldHost("www.example")),
        ("data:,x", "x", None),
        ("data:,x", "//ads.gull.example", HELD_GULL),
        ("about:blank", "//ads.gull.example", HELD_GULL),
        ("https://a b/", "x", HeldHost("a b")),
        ("https://a b/", "//www.example", HeldHost("a b")),
        ("https://a b/", "data:,x", None),
    ],
)
def test_relative_urls_begin_where_base_says(base: str, url: str, held: HeldHost | None) -> None:
    assert a_gate().page(PAGE).held(url, base) == held


def test_one_page_may_be_asked_with_different_bases_in_turn() -> None:
    page = a_gate().page(PAGE)

    answers = [page.held("x", base) for base in (None, "//ads.gull.example", None, "/x")]

    assert answers == [None, HELD_GULL, None, None]


@settings(deadline=None)
@given(st.text(), st.none() | st.text(), st.text())
def test_nothing_that_is_asked_raises(url: str, base: str | None, address: str) -> None:
    a_gate().page(address).held(url, base)


# --- what it costs -------------------------------------------------------------------------------


def steps(work: Callable[[], Any]) -> int:
    """How many lines of Python run."""
    count = 0

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("url", ["//x.ads1.example/a", "//host1.example/a", "//nobody.example/a"])
def test_asking_costs_the_same_with_one_vendor_and_with_a_thousand(url: str) -> None:
    def page(vendors: int) -> Any:
        declared = [
            Vendor(
                id=f"v{n}",
                name="V",
                hosts=(f"host{n}.example", f"*.ads{n}.example"),
                purposes=("ads",),
            )
            for n in range(1, vendors + 1)
        ]
        page = HostGate(a_policy(*declared), Allowed(vendors=frozenset({"v1"}))).page(PAGE)
        page.held(url)
        return page

    one, thousand = page(1), page(1000)

    assert steps(lambda: thousand.held(url)) == steps(lambda: one.held(url))
