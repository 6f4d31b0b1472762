"""Where the banner is placed, and the way back for who has chosen."""

from __future__ import annotations

import gzip
import html as markup
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import pytest

from cookiesafe import Visit
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from tests.support.edges import AppRequest, AppResponse, Fields, WSGIClient, answer, html
from tests.support.harbour import BANNER, PAGE, REVISIT, MakeClient, MakeSafe, next_of

BEFORE, AFTER = PAGE.split("<h1>")


def test_it_stands_first_in_the_body_once(make_client: MakeClient) -> None:
    text = make_client().get("/").text

    assert text.startswith(f'{BEFORE}<section id="cookiesafe"')
    assert text.endswith(f"<h1>{AFTER}")
    assert text.count(BANNER) == 1
    assert REVISIT not in re.sub("<template.*</template>", "", text, flags=re.DOTALL)


@pytest.mark.law("T-A", "T-C", "N-BR1")
def test_it_asks_with_equal_buttons_that_post(make_client: MakeClient) -> None:
    text = make_client().get("/").text

    assert text.count('<form method="post" action="/cookiesafe/choices"') == 2
    for choice in ("accept", "reject", "save"):
        assert text.count(f'name="choice" value="{choice}"') == 1
    for purpose in ("statistics", "advertising"):
        assert f'name="purpose" value="{purpose}">' in text


@pytest.mark.law("L-07", "T-K")
@pytest.mark.parametrize("choice", ["accept", "reject"])
def test_who_has_chosen_gets_the_way_back_instead(make_client: MakeClient, choice: str) -> None:
    client = make_client()
    client.choose(choice)

    text = client.get("/").text

    assert text.startswith(PAGE)
    assert BANNER not in text
    assert text.count(REVISIT) == 1
    assert '<a href="/cookiesafe/choices">' in text


def test_a_page_without_a_body_tag_gets_it_where_the_body_begins(make_client: MakeClient) -> None:
    text = make_client(lambda visit, request: html("<p>Hello</p>")).get("/").text

    assert text.index(BANNER) < text.index("<p>Hello</p>")


def test_a_body_tag_in_a_comment_or_a_script_is_none(make_client: MakeClient) -> None:
    head = "<!-- <body> --><script>'<body>'</script><title><body></title>"
    text = make_client(lambda visit, request: html(f"{head}<body>x")).get("/").text

    assert text.startswith(f"{head}<body><section")


def test_a_site_that_asks_for_nothing_places_nothing(make_client: MakeClient) -> None:
    policy = '[site]\nname = "Plain"\n'

    assert make_client(policy=policy).get("/").text == PAGE


# --- only in navigations -------------------------------------------------------------------------

NAVIGATIONS: dict[str, Fields] = {
    "document": {},
    "a browser without fetch metadata": {"Sec-Fetch-Dest": None},
}
OTHERS: dict[str, Fields] = {
    "iframe": {"Sec-Fetch-Dest": "iframe"},
    "frame": {"Sec-Fetch-Dest": "frame"},
    "object": {"Sec-Fetch-Dest": "object"},
    "embed": {"Sec-Fetch-Dest": "embed"},
    "fencedframe": {"Sec-Fetch-Dest": "fencedframe"},
    "fetch": {"Sec-Fetch-Dest": "empty"},
    "image": {"Sec-Fetch-Dest": "image"},
    "fragment": {"Sec-Fetch-Dest": "empty", "HX-Request": "true"},
    "fragment without fetch metadata": {"Sec-Fetch-Dest": None, "HX-Request": "true"},
    "tool": {"Sec-Fetch-Dest": None, "Accept": "*/*"},
    "tool that says nothing": {"Sec-Fetch-Dest": None, "Accept": None},
    "script for JSON": {"Sec-Fetch-Dest": None, "Accept": "application/json"},
}


@pytest.mark.parametrize("kind", NAVIGATIONS)
@pytest.mark.parametrize("decided", [False, True])
def test_it_is_placed_in_a_navigation(make_client: MakeClient, kind: str, decided: bool) -> None:
    client = make_client()
    if decided:
        client.choose("reject")

    assert (REVISIT if decided else BANNER) in client.get("/", NAVIGATIONS[kind]).text


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("decided", [False, True])
def test_nothing_is_placed_elsewhere(make_client: MakeClient, kind: str, decided: bool) -> None:
    client = make_client()
    if decided:
        client.choose("reject")

    assert client.get("/", OTHERS[kind]).text == PAGE


def test_it_is_placed_in_the_page_that_answers_a_form(make_client: MakeClient) -> None:
    assert BANNER in make_client().post("/pay", form={"amount": "9"}).text


@pytest.mark.parametrize("status", [200, 201, 400, 403, 404, 410, 500, 503])
def test_it_is_placed_in_error_pages_too(make_client: MakeClient, status: int) -> None:
    response = make_client(lambda visit, request: html(PAGE, status=status)).get("/")

    assert response.status == status
    assert BANNER in response.text


# --- only in whole pages of HTML -----------------------------------------------------------------


@pytest.mark.parametrize("status", [204, 205, 304])
def test_there_is_no_body_where_there_is_none(make_client: MakeClient, status: int) -> None:
    typed = [("Content-Type", "text/html")] if status == 205 else []

    response = make_client(lambda visit, request: AppResponse(status, typed)).get("/")

    assert (response.status, response.body) == (status, b"")


@pytest.mark.parametrize("status", [206, 301, 302, 303, 307, 308])
def test_parts_and_redirects_are_left_alone(make_client: MakeClient, status: int) -> None:
    fields = [("Location", "/elsewhere"), ("ETag", '"v1"')]

    response = make_client(lambda v, r: html(PAGE, *fields, status=status)).get("/")

    assert response.text == PAGE
    assert response.header("etag") == '"v1"'


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "image/png", "application/pdf", "text/css"],
)
def test_what_is_no_html_is_left_alone(make_client: MakeClient, content_type: str) -> None:
    client = make_client(lambda v, r: answer(content_type, PAGE, ("ETag", '"v1"')))

    response = client.get("/")

    assert response.text == PAGE
    assert response.header("etag") == '"v1"'


@pytest.mark.parametrize(
    "disposition", ["attachment", 'attachment; filename="bill.html"', " Attachment ;x"]
)
def test_a_download_is_left_alone(make_client: MakeClient, disposition: str) -> None:
    client = make_client(lambda v, r: html(PAGE, ("Content-Disposition", disposition.strip())))

    assert client.get("/").text == PAGE


def test_what_is_shown_inline_is_a_page(make_client: MakeClient) -> None:
    client = make_client(lambda v, r: html(PAGE, ("Content-Disposition", "inline")))

    assert BANNER in client.get("/").text


def test_what_an_app_compresses_all_the_same_is_left_alone(make_client: MakeClient) -> None:
    packed = gzip.compress(PAGE.encode())
    client = make_client(lambda v, r: html(packed, ("Content-Encoding", "gzip")))

    assert client.get("/").body == packed


def test_a_page_in_utf_16_is_not_broken(make_client: MakeClient) -> None:
    body = PAGE.encode("utf-16")

    declared = make_client(lambda v, r: answer("text/html; charset=utf-16", body)).get("/")
    discovered = make_client(lambda v, r: answer("text/html", body)).get("/")

    assert declared.body == body
    assert PAGE in discovered.body.decode("utf-16")


# --- what goes with it ---------------------------------------------------------------------------


def test_the_length_of_a_head_is_that_of_a_get(make_client: MakeClient) -> None:
    client = make_client()
    client.choose("accept")

    got, headed = client.get("/"), client.head("/")

    assert int(headed.header("content-length") or 0) == len(got.body) > len(PAGE)
    assert headed.headers == got.headers


@pytest.mark.parametrize("choice", [None, "reject"])
def test_no_length_is_told_where_something_may_be_swapped(
    make_client: MakeClient, choice: str | None
) -> None:
    client = make_client()
    if choice is not None:
        client.choose(choice)

    got, headed = client.get("/"), client.head("/")

    assert len(got.body) > len(PAGE)
    assert got.header("content-length") is None
    assert headed.headers == got.headers


def test_what_was_true_of_the_apps_bytes_alone_is_gone(make_client: MakeClient) -> None:
    fields = [
        ("ETag", '"v1"'),
        ("Last-Modified", "Sun, 22 Nov 2026 10:00:00 GMT"),
        ("Accept-Ranges", "bytes"),
        ("Content-MD5", "Q2hlY2sgSW50ZWdyaXR5IQ=="),
        ("Content-Digest", "sha-256=:x:"),
        ("X-Kept", "1"),
    ]

    response = make_client(lambda v, r: html(PAGE, *fields)).get("/")

    left = {name.lower() for name, _ in response.headers}
    assert left & {name.lower() for name, _ in fields} == {"x-kept"}


@pytest.mark.parametrize("chosen", [False, True])
def test_the_app_is_asked_for_a_whole_plain_page(make_client: MakeClient, chosen: bool) -> None:
    seen: list[AppRequest] = []

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        seen.append(request)
        return html(PAGE)

    client = make_client(handler)
    if chosen:
        client.choose("accept")
    client.get(
        "/",
        {
            "If-None-Match": '"v1"',
            "If-Modified-Since": "Sun, 22 Nov 2026 10:00:00 GMT",
            "If-Range": '"v1"',
            "Range": "bytes=0-99",
            "Accept-Language": "en",
        },
    )

    (request,) = seen
    assert request.header("accept-encoding") == "identity"
    assert request.header("accept-language") == "en"
    for hidden in ("if-none-match", "if-modified-since", "if-range", "range"):
        assert request.header(hidden) is None
    assert request.short_cuts <= {"wsgi.file_wrapper"}


def test_a_page_that_comes_as_a_file_is_sent_by_us_and_not_by_the_server(
    make_safe: MakeSafe,
) -> None:
    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/html")])
        return environ["wsgi.file_wrapper"](BytesIO(PAGE.encode()))

    page = WSGIClient(WSGIMiddleware(app, make_safe()), validate=False).get("/")

    assert BANNER in page.text


def test_where_nothing_is_placed_the_app_sees_the_request_as_it_was(
    make_client: MakeClient,
) -> None:
    seen: list[AppRequest] = []

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        seen.append(request)
        return answer("image/png", b"png")

    make_client(handler).get(
        "/logo.png",
        {"Sec-Fetch-Dest": "image", "If-None-Match": '"v1"', "Range": "bytes=0-99"},
    )

    (request,) = seen
    assert request.header("accept-encoding") == "gzip, deflate, br, zstd"
    assert request.header("if-none-match") == '"v1"'
    assert request.header("range") == "bytes=0-99"
    assert request.short_cuts != frozenset()


# --- where it leads back to ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/bills",
        "/bills?year=2026&page=2",
        "/bills?q=a%26b%3Dc",
        "/a%20b/c%3Fd",
        "/caf%C3%A9?q=%C3%A9",
        "/semi;colon=1",
        "/'quotes'",
        "/100%25",
        "/a%252Fb",
        "/a%2523b",
        "/?",
    ],
)
def test_the_way_back_is_the_page_itself(make_client: MakeClient, path: str) -> None:
    client = make_client()

    back = markup.unescape(next_of(client.get(path)))
    location = client.choose("reject", next=back).leads_to

    assert location is not None
    assert normal(location) == normal(path)


def normal(path: str) -> tuple[str, str]:
    """Path and query as a server reads them."""
    target, _, query = path.partition("?")
    return unquote(target), query


def test_the_way_back_is_escaped(make_client: MakeClient) -> None:
    page = make_client().get("/x?\"><script>alert(1)</script>&a='b'")

    assert "<script>" not in page.text
    assert markup.unescape(next_of(page)) == "/x?\"><script>alert(1)</script>&a='b'"


@pytest.mark.parametrize("path", ["//evil.example", "/%5Cevil.example", "/%09/evil.example"])
def test_the_way_back_from_an_odd_path_stays_on_the_site(
    make_client: MakeClient, path: str
) -> None:
    client = make_client()

    back = markup.unescape(next_of(client.get(path)))
    location = client.choose("reject", next=back).leads_to

    assert location == "/"


def test_under_a_mount_every_link_and_the_way_back_have_it_in_front(
    make_client: MakeClient,
) -> None:
    client = make_client(root="/portal")
    page = client.get("/bills?a=1")

    assert 'action="/portal/cookiesafe/choices"' in page.text
    assert 'href="/portal/cookiesafe/cookies"' in page.text
    assert 'href="/portal/cookiesafe/notice.css' in page.text
    assert next_of(page) == "/portal/bills?a=1"
    assert client.choose("reject").leads_to == "/portal/"


# --- streaming -----------------------------------------------------------------------------------


def streamed(order: list[str], *chunks: bytes) -> Iterator[bytes]:
    for number, chunk in enumerate(chunks):
        order.append(f"app sends {number}")
        yield chunk
    order.append("app ends")


@pytest.mark.parametrize("choice", [None, "reject"])
def test_each_chunk_leaves_before_the_app_sends_the_next(
    make_client: MakeClient, choice: str | None
) -> None:
    order: list[str] = []
    chunks = [f"<body>{BEFORE}".encode(), b"<p>one</p>", b"<p>two</p>"]
    client = make_client(lambda v, r: html(streamed(order, *chunks)))
    if choice:
        client.choose(choice)
    client.on_chunk = lambda chunk: order.append("a chunk leaves")

    response = client.get("/")

    expected = [step for n in range(3) for step in (f"app sends {n}", "a chunk leaves")]
    assert order[:6] == expected
    assert (REVISIT if choice else BANNER) in response.text
    assert response.header("content-length") is None


def test_the_head_leaves_before_the_body_is_there(make_client: MakeClient) -> None:
    order: list[str] = []
    client = make_client(
        lambda v, r: html(streamed(order, b"<head><title>Bills</title>", b"<body><p>one"))
    )
    client.on_chunk = lambda chunk: order.append("a chunk leaves")

    client.get("/")

    assert order[:2] == ["app sends 0", "a chunk leaves"]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_a_page_in_small_pieces_is_the_same_page(make_client: MakeClient, size: int) -> None:
    body = PAGE.encode()
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    client = make_client(lambda v, r: html(iter(pieces)))

    assert client.get("/").text == make_client().get("/").text


def test_empty_chunks_and_an_empty_page_are_no_trouble(make_client: MakeClient) -> None:
    assert BANNER in make_client(lambda v, r: html(iter([b"", b"<p>x", b""]))).get("/").text
    assert BANNER in make_client(lambda v, r: html(iter([]))).get("/").text
    assert BANNER in make_client(lambda v, r: html(b"")).get("/").text


def test_a_list_of_chunks_is_a_page(make_client: MakeClient) -> None:
    client = make_client(lambda v, r: html([b"<body>", b"<p>x"]))

    assert client.get("/").text.index(BANNER) > 0
