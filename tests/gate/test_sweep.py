"""The sweep: what ends a cookie wherever the browser may keep it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.cookies import LONGEST_ATTRIBUTE, SetCookie, parse_set_cookie
from cookiesafe.gate import Place, sweep
from cookiesafe.gate.sweep import MOST_BYTES

PLAIN = Place("www.site.example", "/", trustworthy=False)
DEEP = Place("site.example", "/shop/cart/item", trustworthy=False)


def scopes(lines: list[str], name: str = "ad") -> list[str]:
    """What stands around ``name=`` and the deletion, in the lines' order."""
    return [
        line.removeprefix(f"{name}=").replace(";Max-Age=0", "", 1).removeprefix(";")
        for line in lines
    ]


def all_batches(names: list[str], place: Place) -> list[list[str]]:
    first = sweep(names, place)
    batches = [first]
    for before in count(1):
        batch = sweep(names, place, before)
        if batch == first:
            return batches
        batches.append(batch)
    raise AssertionError


def test_on_the_whole_site_it_is_this_host_and_those_above_it() -> None:
    assert sweep(["ad"], PLAIN) == [
        "ad=;Path=/;Max-Age=0",
        "ad=;Domain=www.site.example;Path=/;Max-Age=0",
        "ad=;Domain=site.example;Path=/;Max-Age=0",
    ]


def test_below_the_site_it_is_every_path_that_leads_to_the_page() -> None:
    """Of the page's directory it needs no path: that is where a cookie without one is (RFC 6265bis, 5.1.4)."""
    site = "Domain=site.example"

    assert scopes(sweep(["ad"], DEEP)) == [
        "Path=/",
        f"{site};Path=/",
        "",
        site,
        "Path=/shop",
        f"{site};Path=/shop",
        "Path=/shop/cart/item",
        f"{site};Path=/shop/cart/item",
        "Path=/shop/",
        f"{site};Path=/shop/",
        "Path=/shop/cart/",
        f"{site};Path=/shop/cart/",
    ]


def test_where_secure_cookies_are_kept_it_is_the_partitioned_ones_too() -> None:
    lines = scopes(sweep(["ad"], Place("site.example", "/bills", trustworthy=True)))

    assert lines == [
        "Path=/",
        "Domain=site.example;Path=/",
        "Path=/;Secure;Partitioned",
        "Domain=site.example;Path=/;Secure;Partitioned",
        "Path=/bills",
        "Domain=site.example;Path=/bills",
        "Path=/bills;Secure;Partitioned",
        "Domain=site.example;Path=/bills;Secure;Partitioned",
    ]


def test_the_likeliest_place_of_every_cookie_comes_first() -> None:
    lines = sweep(["ad", "tip"], PLAIN)

    assert [line.partition("=")[0] for line in lines] == ["ad", "tip"] * 3
    assert scopes(lines[:1], "ad") == scopes(lines[1:2], "tip") == ["Path=/"]


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("localhost", id="one label"),
        pytest.param("192.0.2.1", id="an address"),
        pytest.param("1.2", id="a number for the last label"),
        pytest.param("[", id="what is left of an IPv6 address"),
        pytest.param("", id="none"),
        pytest.param("site.example.", id="a dot at the end"),
        pytest.param(".site.example", id="a dot in front"),
        pytest.param("site..example", id="an empty label"),
        pytest.param("site.example; httponly", id="another attribute"),
        pytest.param("a.example\r\nx: y", id="another line"),
        pytest.param("caf\xe9.example", id="beyond ASCII"),
        pytest.param("a." * 200 + "example", id="too long"),
    ],
)
def test_what_is_no_domain_is_no_domain_of_a_line(host: str) -> None:
    assert sweep(["ad"], Place(host, "/", trustworthy=False)) == ["ad=;Path=/;Max-Age=0"]


@pytest.mark.parametrize(
    ("host", "domains"),
    [
        ("harbour.localhost", ["harbour.localhost"]),
        ("a.b.c.example", ["a.b.c.example", "b.c.example", "c.example"]),
        ("my_app.site-1.example", ["my_app.site-1.example", "site-1.example"]),
        ("1.2.3.example", ["1.2.3.example", "2.3.example", "3.example"]),
    ],
)
def test_a_domain_has_two_labels_at_least(host: str, domains: list[str]) -> None:
    lines = sweep(["ad"], Place(host, "/", trustworthy=False))

    assert scopes(lines) == ["Path=/", *(f"Domain={domain};Path=/" for domain in domains)]


@pytest.mark.parametrize(
    ("path", "paths"),
    [
        ("/", ["Path=/"]),
        ("/a", ["Path=/", "Path=/a"]),
        ("/a/", ["Path=/", "", "Path=/a/"]),
        ("/a/b", ["Path=/", "", "Path=/a/b", "Path=/a/"]),
        ("//a", ["Path=/", "", "Path=//a", "Path=//"]),
        ("/caf%C3%A9/x", ["Path=/", "", "Path=/caf%C3%A9/x", "Path=/caf%C3%A9/"]),
        ("/a;b/c/d", ["Path=/", ""]),
        ("/a b/c", ["Path=/", ""]),
        ("/caf\xe9/x", ["Path=/", ""]),
        ("", ["Path=/"]),
        ("*", ["Path=/"]),
        ("/" + "x" * LONGEST_ATTRIBUTE, ["Path=/"]),
        ("/" + "x" * LONGEST_ATTRIBUTE + "/y", ["Path=/", ""]),
    ],
)
def test_a_path_is_one_that_a_line_can_hold(path: str, paths: list[str]) -> None:
    assert scopes(sweep(["ad"], Place("localhost", path, trustworthy=False))) == paths


@pytest.mark.parametrize(
    ("name", "trustworthy", "first"),
    [
        ("__Secure-ad", False, "__Secure-ad=;Path=/;Max-Age=0;Secure"),
        ("__SECURE-ad", False, "__SECURE-ad=;Path=/;Max-Age=0;Secure"),
        ("__Http-ad", False, "__Http-ad=;Path=/;Max-Age=0;Secure;HttpOnly"),
        ("__Host-ad", False, "__Host-ad=;Path=/;Max-Age=0;Secure"),
        ("__Host-Http-ad", False, "__Host-Http-ad=;Path=/;Max-Age=0;Secure;HttpOnly"),
    ],
)
def test_a_deletion_keeps_what_the_prefix_promises(
    name: str, trustworthy: bool, first: str
) -> None:
    assert sweep([name], DEEP)[0] == first


def test_a_cookie_of_the_host_alone_is_looked_for_there_alone() -> None:
    place = Place("www.site.example", "/a/b", trustworthy=True)

    assert sweep(["__Host-ad", "__Host-Http-ad"], place) == [
        "__Host-ad=;Path=/;Max-Age=0;Secure",
        "__Host-Http-ad=;Path=/;Max-Age=0;Secure;HttpOnly",
        "__Host-ad=;Path=/;Max-Age=0;Secure;Partitioned",
        "__Host-Http-ad=;Path=/;Max-Age=0;HttpOnly;Secure;Partitioned",
    ]


def test_without_names_there_is_nothing_to_do() -> None:
    assert sweep([], DEEP) == []


# --- how much of it at once ----------------------------------------------------------------------

MANY = [f"ad_{number}" for number in range(20)]


def size(lines: list[str]) -> int:
    return sum(len(f"Set-Cookie: {line}\r\n") for line in lines)


def test_what_does_not_fit_leaves_with_the_next_ones_and_then_it_begins_again() -> None:
    place = Place("www.site.example", "/shop/cart/item", trustworthy=True)
    batches = all_batches(MANY, place)
    lines = [line for batch in batches for line in batch]

    assert all(size(batch) <= MOST_BYTES for batch in batches)
    assert all(size(batch) > MOST_BYTES - 100 for batch in batches[:-1])
    assert len(lines) == len(set(lines)) == 20 * 3 * 6 * 2
    assert sweep(MANY, place, len(batches) * 3 + 1) == batches[1]


def test_the_first_batch_has_the_whole_site_of_every_cookie() -> None:
    first = sweep(MANY, Place("site.example", "/a/b/c/d", trustworthy=True))

    assert {f"{name}=;Path=/;Max-Age=0" for name in MANY} <= set(first)


class Counted(list[str]):
    """Names that know how often they were gone through."""

    times = 0

    def __iter__(self) -> Iterator[str]:
        self.times += 1
        return super().__iter__()


def test_names_too_long_for_a_line_are_gone_through_once_and_not_for_every_place() -> None:
    names = Counted([*(f"ad_{number}_{'x' * 4000}" for number in range(1000)), "ad"])

    assert sweep(names, DEEP) == sweep(["ad"], DEEP)
    assert names.times == 1


def test_of_a_flood_of_names_the_first_64_are_ended() -> None:
    names = [f"ad_{number}" for number in range(65)]
    ended = {line.partition("=")[0] for batch in all_batches(names, PLAIN) for line in batch}

    assert ended == set(names[:64])


def test_a_name_that_fills_a_header_is_passed_over() -> None:
    assert sweep(["x" * 4096, "ad"], PLAIN) == sweep(["ad"], PLAIN)


def test_whatever_a_client_sends_a_sweep_is_no_more_than_some_kilobytes() -> None:
    names = [f"ad_{number}" for number in range(50_000)]
    place = Place("a." * 120 + "example", "/x" * 30_000, trustworthy=True)

    for before in range(10):
        assert 0 < size(sweep(names, place, before)) <= MOST_BYTES


# --- what a browser makes of it ------------------------------------------------------------------

LABELS = st.lists(st.sampled_from(["a", "bc", "x-1"]), min_size=1, max_size=4)
SEGMENTS = st.lists(st.sampled_from(["a", "bc", "", "%20", "x;y"]), max_size=4)
PLACES = st.builds(
    lambda labels, segments, trustworthy: Place(
        ".".join([*labels, "example"]), "/" + "/".join(segments), trustworthy
    ),
    LABELS,
    SEGMENTS,
    st.booleans(),
)


def path_matches(path: str, cookie_path: str) -> bool:
    """RFC 6265bis, section 5.1.4."""
    return path == cookie_path or (
        path.startswith(cookie_path)
        and (cookie_path.endswith("/") or path[len(cookie_path)] == "/")
    )


def directory(path: str) -> str:
    return path[: path.rindex("/")] or "/"


def where_kept(line: str, place: Place) -> tuple[str | None, str, bool]:
    cookie = parse_set_cookie(line)
    assert cookie is not None
    assert cookie.is_deletion(0)
    assert cookie.secure or not cookie.partitioned
    return cookie.domain, cookie.path or directory(place.path), cookie.partitioned


@settings(deadline=None)
@given(PLACES)
def test_no_place_is_left_where_a_browser_may_keep_what_it_sent(place: Place) -> None:
    labels = place.host.split(".")
    domains = [None, *(".".join(labels[at:]) for at in range(len(labels) - 1))]
    prefixes = {place.path[:end] for end in range(1, len(place.path) + 1)}
    # No line can name a path with a semicolon: that cookie ends on a page right in its directory.
    paths = {
        path
        for path in prefixes
        if path_matches(place.path, path) and (";" not in path or path == directory(place.path))
    }
    swept = {where_kept(line, place) for batch in all_batches(["ad"], place) for line in batch}

    apart = [False, True] if place.trustworthy else [False]
    assert swept == set(product(domains, paths, apart))


@settings(deadline=None)
@given(
    st.text(st.characters(codec="latin-1"), max_size=30),
    st.text(st.characters(codec="latin-1"), max_size=30),
    st.sampled_from(["ad", "ad[1]", "\xe9", 'a"b', "__Secure-ad", "a b"]),
    st.booleans(),
)
def test_whatever_host_and_path_are_said_a_line_ends_that_cookie_and_nothing_else(
    host: str, path: str, name: str, trustworthy: bool
) -> None:
    for line in sweep([name], Place(host, path, trustworthy)):
        cookie = parse_set_cookie(line)
        assert isinstance(cookie, SetCookie)
        assert (cookie.name, cookie.value, cookie.max_age) == (name, "", 0)
        assert cookie.domain is None or host == cookie.domain or host.endswith(f".{cookie.domain}")
        assert cookie.path is None or path.startswith(cookie.path) or cookie.path == "/"
