"""The video host knows again whoever has loaded a player."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage

import pytest

from demo_app import serve
from demo_app.portal import policy
from demo_app.tidepool.app import create_app


@dataclass
class Tidepool:
    port: int

    def ask(self, url: str, **headers: str) -> tuple[int, HTTPMessage, str]:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("GET", url, headers=headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()


@pytest.fixture(scope="module")
def tidepool() -> Iterator[Tidepool]:
    bound = serve.bind(0)
    with serve.running([serve.AsgiServer(create_app(), bound)]):
        yield Tidepool(serve.port_of(bound))


@pytest.mark.parametrize("path", ["/embed/lights-out", "/watch/lights-out"])
def test_a_player_stores_a_cookie_and_counts_by_it(tidepool: Tidepool, path: str) -> None:
    _, headers, first = tidepool.ask(path)
    cookie = headers["Set-Cookie"]
    for attribute in ("tp_viewer=", "SameSite=None", "Secure", "Partitioned", "Max-Age="):
        assert attribute in cookie

    _, _, again = tidepool.ask(path, Cookie=cookie.partition(";")[0])

    assert "has seen this browser once" in first
    assert "has seen this browser 2 times" in again


def test_playing_and_going_back_need_no_script(tidepool: Tidepool) -> None:
    poster, film = (tidepool.ask(f"/embed/lights-out{query}")[2] for query in ("", "?play"))

    assert 'href="/embed/lights-out?play"' in poster
    assert 'href="/embed/lights-out"' in film
    assert "<script" not in poster + film


@pytest.mark.parametrize("cookie", ["", "x", "<script>", "0123456789abcdeg"])
def test_a_forged_cookie_is_no_viewer(tidepool: Tidepool, cookie: str) -> None:
    set_ = tidepool.ask("/embed/lights-out", Cookie=f"tp_viewer={cookie}")[1]["Set-Cookie"]

    assert not cookie or f"tp_viewer={cookie};" not in set_


def test_there_is_no_other_film(tidepool: Tidepool) -> None:
    assert tidepool.ask("/embed/another")[0] == 404
    assert tidepool.ask("/watch/..%2F..%2Fetc")[0] == 404


@pytest.mark.parametrize("path", ["/nothing", "/watch/another", "/static/nothing.css"])
def test_what_is_not_there_leads_on(tidepool: Tidepool, path: str) -> None:
    status, headers, page = tidepool.ask(path)

    assert (status, headers["Set-Cookie"]) == (404, None)
    assert 'href="/">All films' in page


def test_a_picture_deletes_the_cookie(tidepool: Tidepool) -> None:
    cookie = tidepool.ask("/forget.svg")[1]["Set-Cookie"]

    assert cookie.startswith("tp_viewer=;")
    assert "Max-Age=0" in cookie
    assert "Partitioned" in cookie


def test_its_privacy_policy_is_where_the_portals_policy_says(tidepool: Tidepool) -> None:
    assert '/privacy"' in policy.text().partition("[vendors.tidepool]")[2]
    assert tidepool.ask("/privacy")[0] == 200
