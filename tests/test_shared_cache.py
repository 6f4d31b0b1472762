"""The shared cache that stands in front of the site in tests/contract does what RFC 9111 says of one."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from tests.support.edges import Header, Response, Sent
from tests.support.harbour import Clock
from tests.support.shared_cache import EVERYTHING, SharedCache, directives

OLD, NEW = "Thu, 01 Jan 2026 00:00:00 GMT", "Fri, 02 Jan 2026 00:00:00 GMT"


class Origin:
    """Answers each request with the next body, the fields it was given, and a 304 to who has its tag."""

    def __init__(self, *headers: Header, status: int = 200) -> None:
        self.headers = list(headers)
        self.status = status
        self.asked: list[Sent] = []

    def __call__(self, sent: Sent) -> Response:
        self.asked.append(sent)
        tags = [value for name, value in self.headers if name == "ETag"]
        wanted = [value for name, value in sent.headers if name == "if-none-match"]
        if tags and wanted and tags[0] in wanted[0]:
            return Response(304, list(self.headers), [])
        body = b"" if sent.method == "HEAD" else str(len(self.asked)).encode()
        return Response(self.status, list(self.headers), [body])


def asking(method: str = "GET", **headers: str) -> Sent:
    fields = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Sent(method, "/", "", fields, [b""])


def bodies(
    origin: Origin, *requests: Sent, clock: Clock | None = None, ignores: Collection[str] = ()
) -> list[str]:
    cache = SharedCache(origin, clock or Clock(), ignores, default_lifetime=0)
    return [cache(each).text for each in requests]


@pytest.mark.parametrize(
    ("status", "fields", "kept"),
    [
        (200, {"Cache-Control": "max-age=9"}, True),
        (200, {"Cache-Control": "max-age=0, s-maxage=9"}, True),
        (200, {"Cache-Control": "max-age=9, s-maxage=0"}, False),
        (200, {"Cache-Control": "max-age=9, private"}, False),
        (200, {"Cache-Control": "max-age=9, no-store"}, False),
        (200, {"Cache-Control": "max-age=9, no-cache"}, False),
        (200, {"Cache-Control": 'max-age=9, x="a, private"'}, True),
        (200, {"Cache-Control": "max-age=9", "Set-Cookie": "a=1"}, True),
        (200, {"Cache-Control": "max-age=9", "Vary": "*"}, False),
        (200, {"Cache-Control": "max-age=9", "Age": "10"}, False),
        (200, {"Cache-Control": "private", "CDN-Cache-Control": "max-age=9"}, True),
        (200, {"Cache-Control": "private", "Surrogate-Control": "max-age=9"}, True),
        (200, {"Cache-Control": "private", "X-Accel-Expires": "9"}, True),
        (200, {"Date": OLD, "Expires": NEW}, True),
        (200, {"Expires": "0"}, False),
        (200, {"Last-Modified": OLD}, True),
        (200, {}, False),
        (206, {"Cache-Control": "max-age=9"}, False),
        (301, {"Last-Modified": OLD}, True),
        (302, {"Last-Modified": OLD}, False),
        (404, {"Cache-Control": "max-age=9"}, True),
    ],
)
def test_what_it_keeps(status: int, fields: dict[str, str], kept: bool) -> None:
    found = bodies(Origin(*fields.items(), status=status), asking(), asking())

    assert found == (["1", "1"] if kept else ["1", "2"])


@pytest.mark.parametrize(
    ("request_", "kept"),
    [
        (asking(authorization="x"), False),
        (asking(cache_control="no-store"), False),
        (asking("POST"), False),
        (asking("HEAD"), False),
        (asking(cookie="a=1"), True),
    ],
)
def test_whose_answers_it_keeps(request_: Sent, kept: bool) -> None:
    found = bodies(Origin(("Cache-Control", "max-age=9")), request_, asking())

    assert found[1] == ("1" if kept else "2")


def test_a_response_to_who_is_authorised_is_kept_where_it_is_public() -> None:
    origin = Origin(("Cache-Control", "public, max-age=9"))

    assert bodies(origin, asking(authorization="x"), asking()) == ["1", "1"]


@pytest.mark.parametrize(
    ("ignores", "found"),
    [
        ((), ["1", "2", "1", "3"]),
        ({"cookie"}, ["1", "1", "1", "2"]),
        (EVERYTHING, ["1", "1", "1", "1"]),
    ],
)
def test_it_tells_requests_apart_by_vary(ignores: Collection[str], found: list[str]) -> None:
    origin = Origin(("Cache-Control", "max-age=9"), ("Vary", "Cookie, Sec-GPC"))
    requests = [asking(), asking(cookie="a=1"), asking(), asking(sec_gpc="1")]

    assert bodies(origin, *requests, ignores=ignores) == found


def test_it_gives_its_age_and_ends_what_is_too_old() -> None:
    clock, origin = Clock(), Origin(("Cache-Control", "max-age=9"))
    cache = SharedCache(origin, clock)
    cache(asking())
    clock.now += 5
    kept = cache(asking())
    clock.now += 5

    assert (kept.header("age"), kept.header("x-cache")) == ("5", "hit")
    assert cache(asking()).text == "2"


@pytest.mark.parametrize("request_", [asking(cache_control="no-cache"), asking("POST")])
def test_it_asks_again_when_told_to(request_: Sent) -> None:
    origin = Origin(("Cache-Control", "max-age=9"))

    assert bodies(origin, asking(), request_, asking()) == [
        "1",
        "2",
        "2" if request_.method == "GET" else "3",
    ]


def test_a_stale_one_is_renewed_by_its_tag_and_takes_over_what_the_304_says() -> None:
    clock = Clock()
    origin = Origin(("Cache-Control", "max-age=9"), ("ETag", '"a"'), ("X", "old"))
    cache = SharedCache(origin, clock)
    cache(asking())
    clock.now += 10
    origin.headers[2] = ("X", "new")
    renewed = cache(asking())
    kept = cache(asking())

    assert [(each.status, each.text, each.header("x")) for each in (renewed, kept)] == [
        (200, "1", "new")
    ] * 2
    assert len(origin.asked) == 2


def test_one_that_a_304_makes_private_is_given_to_who_asked_and_not_kept() -> None:
    clock = Clock()
    origin = Origin(("Cache-Control", "max-age=9"), ("ETag", '"a"'))
    cache = SharedCache(origin, clock)
    cache(asking())
    clock.now += 10
    origin.headers[0] = ("Cache-Control", "private")

    assert cache(asking()).text == "1"
    assert cache.stored == {"/": []}


def test_the_tag_of_another_variant_is_tried() -> None:
    origin = Origin(("Cache-Control", "max-age=9"), ("ETag", '"a"'), ("Vary", "Cookie"))

    assert bodies(origin, asking(), asking(cookie="a=1")) == ["1", "1"]
    assert ("if-none-match", '"a"') in origin.asked[1].headers


def test_it_answers_who_has_it_already() -> None:
    origin = Origin(("Cache-Control", "max-age=9"), ("ETag", '"a"'))
    cache = SharedCache(origin, Clock())
    cache(asking())
    response = cache(asking(if_none_match='W/"a"'))

    assert (response.status, response.body, len(origin.asked)) == (304, b"", 1)


def test_a_head_is_answered_from_it_and_renews_it() -> None:
    clock = Clock()
    origin = Origin(("Cache-Control", "max-age=9"), ("ETag", '"a"'))
    cache = SharedCache(origin, clock)
    cache(asking())
    fresh = cache(asking("HEAD"))
    clock.now += 10
    cache(asking("HEAD"))

    assert (fresh.body, fresh.header("etag")) == (b"", '"a"')
    assert [each.method for each in origin.asked] == ["GET", "HEAD"]
    assert cache(asking()).text == "1"


def test_a_head_that_tells_of_another_page_ends_it() -> None:
    clock = Clock()
    origin = Origin(("Cache-Control", "max-age=9"), ("ETag", '"a"'))
    cache = SharedCache(origin, clock)
    cache(asking())
    clock.now += 10
    origin.headers[1] = ("ETag", '"b"')
    cache(asking("HEAD"))

    assert cache(asking()).text == "3"


def test_a_stale_one_goes_out_once_more_while_it_is_renewed() -> None:
    clock = Clock()
    origin = Origin(("Cache-Control", "max-age=9, stale-while-revalidate=60"))
    cache = SharedCache(origin, clock)
    cache(asking())
    clock.now += 10

    assert [cache(asking()).text for _ in range(2)] == ["1", "2"]


def test_a_field_that_is_private_alone_is_left_out() -> None:
    origin = Origin(("Cache-Control", 'max-age=9, private="set-cookie, x"'), ("Set-Cookie", "a=1"))
    cache = SharedCache(origin, Clock())

    assert cache(asking()).cookies == ["a=1"]
    assert cache(asking()).cookies == []


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("Max-Age=5, PUBLIC", {"max-age": "5", "public": None}),
        ("max-age=5, max-age=9", {"max-age": "5"}),
        ('private="a, b", no-store', {"private": "a, b", "no-store": None}),
        ('x="unclosed, private', {"x": None, "unclosed": None, "private": None}),
        (",, ,", {}),
    ],
)
def test_how_it_reads_directives(field: str, found: dict[str, str | None]) -> None:
    assert directives([field]) == found
