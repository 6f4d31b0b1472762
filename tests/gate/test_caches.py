"""What caches are told."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.gate.caches import make_private, vary

Fields = list[tuple[str, str]]


def values(headers: Fields, name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([], "Cookie, Sec-GPC", id="nothing said"),
        pytest.param(["Accept-Encoding"], "Accept-Encoding, Cookie, Sec-GPC", id="another field"),
        pytest.param(["Cookie"], "Cookie, Sec-GPC", id="one of ours"),
        pytest.param(["cookie"], "cookie, Sec-GPC", id="one of ours in lower case"),
        pytest.param(["SEC-GPC, Cookie"], "SEC-GPC, Cookie", id="all of ours"),
        pytest.param(["Accept", "Origin"], "Accept, Origin, Cookie, Sec-GPC", id="two fields"),
        pytest.param([" Accept ,\tOrigin"], "Accept, Origin, Cookie, Sec-GPC", id="with spaces"),
        pytest.param([",, Accept,"], "Accept, Cookie, Sec-GPC", id="with empty parts"),
        pytest.param([""], "Cookie, Sec-GPC", id="an empty one"),
        pytest.param(["*"], "*", id="everything"),
        pytest.param(["Accept", "*"], "Accept, *", id="everything, and more"),
    ],
)
def test_what_a_response_depends_on_is_said_in_one_field(before: list[str], after: str) -> None:
    headers = [("Vary", value) for value in before]

    vary(headers, ["Cookie", "Sec-GPC"])

    assert headers == [("Vary", after)]


def test_other_fields_stay_in_their_order() -> None:
    headers = [("X", "1"), ("vary", "Accept"), ("Set-Cookie", "a"), ("VARY", "B"), ("X", "2")]

    vary(headers, ("Cookie",))

    assert headers == [("X", "1"), ("Set-Cookie", "a"), ("X", "2"), ("Vary", "Accept, B, Cookie")]


NAMES = st.lists(
    st.sampled_from(["Accept", "cookie", "Cookie", "Origin", "*", "", " "]), max_size=4
)


@settings(deadline=None, max_examples=100)
@given(st.lists(NAMES.map(", ".join), max_size=3), NAMES.filter(lambda each: "*" not in each))
def test_nothing_that_was_named_is_lost_and_saying_it_twice_changes_nothing(
    fields: list[str], added: list[str]
) -> None:
    headers = [("Vary", value) for value in fields]
    added = [name for name in added if name.strip()]
    vary(headers, added)
    once = list(headers)
    vary(headers, added)

    named = {part.strip().lower() for value in fields for part in value.split(",")} - {""}
    (value,) = values(headers, "vary")
    now = {part.lower() for part in value.split(", ")} - {""}
    assert now >= named
    assert "*" in now or now == named | {name.lower() for name in added}
    assert headers == once


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param([], "private", id="nothing said"),
        pytest.param([""], "private", id="an empty one"),
        pytest.param(["private"], "private", id="private already"),
        pytest.param(["Private"], "Private", id="private in capitals"),
        pytest.param(["no-store"], "no-store", id="not to be kept at all"),
        pytest.param(["no-store, max-age=0"], "no-store, max-age=0", id="not kept, with an age"),
        pytest.param(["public"], "private", id="public"),
        pytest.param(["PUBLIC, max-age=60"], "max-age=60, private", id="public, with an age"),
        pytest.param(["max-age=60"], "max-age=60, private", id="an age alone"),
        pytest.param(
            ["max-age=60, s-maxage=600"], "max-age=60, private", id="an age for shared caches"
        ),
        pytest.param(["S-MaxAge = 600"], "private", id="the same with spaces"),
        pytest.param(["public", "max-age=60"], "max-age=60, private", id="in two fields"),
        pytest.param(["no-cache"], "no-cache, private", id="to be asked for each time"),
        pytest.param(["must-revalidate,,"], "must-revalidate, private", id="with empty parts"),
        pytest.param(["immutable, public"], "immutable, private", id="never to change"),
        pytest.param(['private="set-cookie"'], "private", id="private for one field"),
        pytest.param(
            ['no-cache="set-cookie, x-a", public'],
            'no-cache="set-cookie, x-a", private',
            id="a quoted list stays whole",
        ),
        pytest.param(["private, public"], "private", id="a contradiction"),
        pytest.param(["no-store, public"], "no-store", id="another contradiction"),
        pytest.param(
            ['PRIVATE = "a, b", max-age=6'], "max-age=6, private", id="private for two fields"
        ),
        pytest.param(
            ['x="a, private, b"'], 'x="a, private, b", private', id="private in a quoted string"
        ),
        pytest.param(
            ['x="a, no-store"'], 'x="a, no-store", private', id="no-store in a quoted string"
        ),
        pytest.param(['x="a\\", private"'], 'x="a\\", private", private', id="an escaped quote"),
        pytest.param(['max-age=6, x="open'], "max-age=6, private", id="a quote without an end"),
        pytest.param(['x="open', "max-age=6"], "max-age=6, private", id="one in a field before"),
        pytest.param(["no-store=1"], "no-store=1, private", id="no-store with an argument"),
        pytest.param(["max age, a b=c, =, é"], "private", id="no directives at all"),
        pytest.param(
            ["max-age=6, stale-while-revalidate=60"],
            "max-age=6, stale-while-revalidate=60, private",
            id="to be used when it is stale",
        ),
        pytest.param(["x-public"], "x-public, private", id="a name that ends alike"),
    ],
)
def test_a_shared_cache_must_not_keep_what_is_private(before: list[str], after: str) -> None:
    headers = [("cache-control", value) for value in before]

    make_private(headers)

    assert headers == [("Cache-Control", after)]


def test_making_private_twice_changes_nothing_and_keeps_other_fields() -> None:
    headers = [("Expires", "0"), ("Cache-Control", "public, max-age=9"), ("Pragma", "x")]
    make_private(headers)
    once = list(headers)
    make_private(headers)

    assert headers == once
    assert once == [("Expires", "0"), ("Pragma", "x"), ("Cache-Control", "max-age=9, private")]


@pytest.mark.parametrize(
    "field",
    [
        ("CDN-Cache-Control", "max-age=60"),
        ("Cloudflare-CDN-Cache-Control", "max-age=60"),
        ("X-LiteSpeed-Cache-Control", "public, max-age=60"),
        ("Surrogate-Control", "max-age=60"),
        ("Edge-Control", "!no-store, cache-maxage=1m"),
        ("x-accel-expires", "60"),
    ],
    ids=lambda field: str(field[0]),
)
@pytest.mark.parametrize("said", ["private", "no-store"])
def test_what_speaks_to_one_cache_alone_says_so_too(field: tuple[str, str], said: str) -> None:
    headers = [field, ("Cache-Control", said)]

    make_private(headers)

    no = "0" if field[0] == "x-accel-expires" else "no-store"
    assert headers == [(field[0], no), ("Cache-Control", said)]


ODD = st.text(st.sampled_from('private, no-store="\\é=;'), max_size=20)


@settings(deadline=None, max_examples=300)
@given(st.lists(ODD | st.just('x="a, private'), max_size=3))
def test_whatever_is_malformed_a_reader_of_quoted_strings_finds_it_private(odd: list[str]) -> None:
    headers = [("Cache-Control", value) for value in odd]
    make_private(headers)

    (value,) = values(headers, "cache-control")
    plain = re.sub(r'"(?:[^"\\]|\\.)*"', "quoted", value)
    assert '"' not in plain
    assert {"private", "no-store"} & {part.strip().lower() for part in plain.split(",")}


DIRECTIVES = st.lists(
    st.sampled_from(
        ["public", "private", "no-store", "s-maxage=9", "max-age=9", "no-cache", "Public"]
    ),
    max_size=5,
)


@settings(deadline=None, max_examples=100)
@given(st.lists(DIRECTIVES.map(", ".join), max_size=3))
def test_whatever_was_said_no_shared_cache_may_keep_it(fields: list[str]) -> None:
    headers = [("Cache-Control", value) for value in fields]
    make_private(headers)

    (value,) = values(headers, "cache-control")
    said = [part.lower() for part in value.split(", ")]
    assert {"private", "no-store"} & set(said)
    assert "public" not in said
    assert not any(each.startswith("s-maxage") for each in said)
