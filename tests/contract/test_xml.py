"""XML documents: what is held in them, and pictures that stay pictures."""

from __future__ import annotations

import pytest

from cookiesafe import Visit
from tests.support.edges import AppRequest, AppResponse, Handler, answer
from tests.support.harbour import BANNER, REVISIT, MakeClient

ADS = "https://ads.example"
XHTML = (
    '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>A</title>'
    f'<link rel="preconnect" href="{ADS}"/></head><body><iframe src="{ADS}/a"/></body></html>'
)
HELD = XHTML.replace("rel=", "data-held-rel=").replace(" src=", " data-held-src=")
TYPES = ["application/xhtml+xml", "text/xml; charset=utf-8", "image/svg+xml", "application/x+xml"]


def typed(content_type: str) -> Handler:
    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        return answer(content_type, XHTML, ("ETag", '"v1"'))

    return handler


@pytest.mark.parametrize("destination", ["document", "iframe", "object", "embed", "xslt"])
@pytest.mark.parametrize("content_type", TYPES)
def test_what_is_held_is_renamed_and_nothing_is_placed(
    make_client: MakeClient, content_type: str, destination: str
) -> None:
    response = make_client(typed(content_type)).get("/", {"Sec-Fetch-Dest": destination})

    assert response.text == HELD
    assert response.header("content-length") in (None, str(len(HELD)))
    assert response.header("etag") is None


@pytest.mark.parametrize("content_type", TYPES)
def test_after_a_yes_it_leaves_as_it_came(make_client: MakeClient, content_type: str) -> None:
    client = make_client(typed(content_type))
    client.choose("accept")

    response = client.get("/", {"Sec-Fetch-Dest": "document"})

    assert response.text == XHTML
    assert response.header("etag") == '"v1"'


def test_a_picture_is_the_same_for_everybody(make_client: MakeClient) -> None:
    client = make_client(typed("image/svg+xml"))
    stranger = client.another()
    client.choose("accept")

    mine, theirs = (each.get("/", {"Sec-Fetch-Dest": "image"}) for each in (client, stranger))

    assert mine.text == theirs.text == XHTML
    assert mine.header("etag") == theirs.header("etag") == '"v1"'


@pytest.mark.parametrize("content_type", ["text/xml; charset=utf-16", "text/plain", "a/svg"])
def test_what_may_not_be_read_as_xml_is_left_alone(
    make_client: MakeClient, content_type: str
) -> None:
    response = make_client(typed(content_type)).get("/", {"Sec-Fetch-Dest": "document"})

    assert response.text == XHTML


def test_who_only_observes_changes_nothing(make_client: MakeClient) -> None:
    client = make_client(typed("application/xhtml+xml"), mode="observe")

    assert client.get("/", {"Sec-Fetch-Dest": "document"}).text == XHTML


def test_neither_banner_nor_way_back_is_in_it(make_client: MakeClient) -> None:
    client = make_client(typed("application/xhtml+xml"))
    assert BANNER not in client.get("/").text

    client.choose("reject")

    assert client.get("/").text == HELD
    assert REVISIT not in client.get("/").text
