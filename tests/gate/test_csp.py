"""The visitor's Content-Security-Policy: nothing in it that is not allowed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.consent import Allowed, Circumstances, Consent, allowed
from cookiesafe.errors import PolicyError
from cookiesafe.gate import content_security_policy
from cookiesafe.gate.csp import (
    MAX_LENGTH,
    everything,
    is_ours,
    left_out,
    reporting,
    reporting_below,
)
from cookiesafe.policy import Policy, Purpose, Site, Vendor

SITE_ITSELF = (
    "'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' data: blob: filesystem: mediastream:"
)
HOST_SOURCE = re.compile(r"(?:(?:https?|wss?)://)?(?:\*\.)?[a-z0-9.-]+(?::(?:[0-9]+|\*))?")

PURPOSES = [Purpose(id="ads", title="A", signal="gpc"), Purpose(id="tips", title="T")]
GULL = Vendor(id="gull", name="G", hosts=("gull.example:8802", "*.gull.example"), purposes=("ads",))
TERN = Vendor(
    id="tern", name="T", hosts=("wss://tern.example", "cdn.example"), purposes=("ads", "tips")
)
PAY = Vendor(
    id="pay", name="P", hosts=("pay.example", "cdn.example"), purposes=("necessary",), why="cards"
)


def a_policy(*vendors: Vendor, hosts: tuple[str, ...] = ()) -> Policy:
    return Policy(site=Site(name="Site", hosts=hosts), purposes=PURPOSES, vendors=vendors)


def hosts_in(policy: Policy, may: Allowed) -> list[str]:
    """The hosts of the header, which must begin with the site itself."""
    value = content_security_policy(policy, may)
    begin = f"default-src {SITE_ITSELF}"
    assert value == begin or value.startswith(f"{begin} ")
    return value[len(begin) :].split(" ")[1:]


@pytest.mark.parametrize(
    ("vendors", "hosts"),
    [
        pytest.param([], ["static.example"], id="nobody"),
        pytest.param(["gull"], ["static.example", "gull.example:8802", "*.gull.example"], id="one"),
        pytest.param(
            ["pay", "gull", "tern"],
            [
                "static.example",
                "pay.example",
                "cdn.example",
                "gull.example:8802",
                "*.gull.example",
                "wss://tern.example",
            ],
            id="all, each host once, what is necessary first",
        ),
        pytest.param(["unheard_of"], ["static.example"], id="one that nobody declared"),
    ],
)
def test_it_names_the_site_and_the_vendors_that_may(vendors: list[str], hosts: list[str]) -> None:
    policy = a_policy(GULL, TERN, PAY, hosts=("static.example",))

    assert hosts_in(policy, Allowed(vendors=frozenset(vendors))) == hosts


def test_without_vendors_and_hosts_it_is_the_site_itself() -> None:
    assert content_security_policy(a_policy(), Allowed()) == f"default-src {SITE_ITSELF}"


def test_a_host_that_two_vendors_share_passes_with_one_of_them() -> None:
    policy = a_policy(GULL, TERN, PAY)

    assert "cdn.example" in hosts_in(policy, Allowed(vendors=frozenset({"pay"})))
    assert "cdn.example" not in hosts_in(policy, Allowed(vendors=frozenset({"gull"})))


IDS = ["v0", "v1", "v2", "v3"]
HOST_NAMES = [
    "a.example",
    "b.example",
    "*.c.example",
    "d.example:8443",
    "wss://e.example",
    "f.example:*",
]
HOSTS = st.lists(st.sampled_from(HOST_NAMES), max_size=3).map(tuple)
DECLARED = st.tuples(
    HOSTS,
    st.lists(
        st.tuples(HOSTS, st.sets(st.sampled_from(["ads", "tips"]), min_size=1).map(sorted)),
        max_size=4,
    ),
)
CHOICES = st.dictionaries(
    st.sampled_from(["ads", "tips", *(f"@{each}" for each in IDS)]), st.booleans()
)


@settings(deadline=None, max_examples=200)
@given(DECLARED, CHOICES, st.sampled_from([frozenset(), frozenset({"gpc"})]))
def test_every_host_is_the_site_s_or_of_a_vendor_the_visitor_agreed_to(
    declared: tuple[tuple[str, ...], list[tuple[tuple[str, ...], list[str]]]],
    choices: dict[str, bool],
    signals: frozenset[str],
) -> None:
    own, others = declared
    policy = a_policy(
        *(
            Vendor(id=name, name=name, hosts=hosts, purposes=tuple(purposes))
            for name, (hosts, purposes) in zip(IDS, others, strict=False)
        ),
        hosts=own,
    )
    may = allowed(
        policy, Consent(choices=choices, day=1), Circumstances(signals, policy.regime(""))
    )

    hosts = hosts_in(policy, may)

    agreed = {
        host
        for vendor in policy.vendors.values()
        if vendor.id in may.vendors
        for host in vendor.hosts
    }
    assert set(hosts) == agreed | set(own)
    assert len(hosts) == len(set(hosts))
    for vendor in policy.vendors.values():
        yes = choices.get(f"@{vendor.id}", all(choices.get(p) for p in vendor.purposes))
        if not yes or (signals and "ads" in vendor.purposes):
            assert vendor.id not in may.vendors


@settings(deadline=None, max_examples=300)
@given(
    st.text("ab.*:/-;, '\"\n\t_@%", max_size=12)
    | st.sampled_from(HOST_NAMES).flatmap(
        lambda host: st.text("; ,'\n\x00*", min_size=1, max_size=3).map(
            lambda more: f"{host}{more}script-src *"
        )
    )
    | st.text(max_size=12)
)
def test_no_host_that_a_policy_takes_can_end_the_list_or_begin_another(host: str) -> None:
    try:
        policy = a_policy(Vendor(id="v", name="V", hosts=(host,), purposes=("ads",)), hosts=(host,))
    except PolicyError:
        return
    value = content_security_policy(policy, Allowed(vendors=frozenset({"v"})))

    assert value.isascii()
    assert re.search(r"[;,\r\n\x00]", value) is None
    (written,) = hosts_in(policy, Allowed(vendors=frozenset({"v"})))
    assert HOST_SOURCE.fullmatch(written)
    name = urlsplit(written if "//" in written else f"//{written}").hostname or ""
    assert name.removeprefix("*.").strip("*.")


# --- how long it may be --------------------------------------------------------------------------


def test_hosts_that_do_not_fit_are_left_out_and_necessary_ones_come_first() -> None:
    many = tuple(f"host-{n:04}.gull.example" for n in range(1000))
    policy = a_policy(Vendor(id="many", name="M", hosts=many, purposes=("ads",)), PAY)
    may = everything(policy)

    value = content_security_policy(policy, may)
    hosts = hosts_in(policy, may)

    assert MAX_LENGTH - 30 < len(value) <= MAX_LENGTH
    assert hosts[:2] == ["pay.example", "cdn.example"]
    assert left_out(policy, may) == set(many) - set(hosts)
    assert left_out(policy, may)


def test_nothing_is_left_out_where_there_is_room() -> None:
    policy = a_policy(GULL, TERN, PAY)

    assert left_out(policy, everything(policy)) == frozenset()


# --- where violations go -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("root", "path"),
    [
        ("", "/r"),
        ("/shop", "/shop/r"),
        ("/a b;,ü", "/a%20b%3B%2C%C3%BC/r"),
        ("/x\r\ny", "/x%0D%0Ay/r"),
    ],
)
def test_violations_are_reported_below_where_the_app_is_mounted(root: str, path: str) -> None:
    assert reporting_below(root, reporting("default-src a", "/r")) == (
        f"default-src a; report-uri {path}"
    )


@pytest.mark.parametrize(
    ("csp", "ours"),
    [
        ("default-src 'self' a; report-uri /cookiesafe/reports", True),
        ("default-src 'self' a; report-uri https://www.example/shop/cookiesafe/reports ", True),
        ("default-src 'self' a; report-uri /other", False),
        ("default-src 'self' a", False),
        ("img-src 'self'; report-uri /cookiesafe/reports", False),
        ("/cookiesafe/reports", False),
        ("", False),
    ],
)
def test_our_policy_is_known_by_where_it_reports_to(csp: str, ours: bool) -> None:
    assert is_ours(csp, "/cookiesafe/reports") is ours
