"""The advertiser counts every call, and knows its visitors again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage

import pytest

from demo_app import options, serve
from demo_app.gullwing.app import create_app
from demo_app.gullwing.tally import KINDS, MOST_CALLS, MOST_PROFILES, SOON, Call, Tally
from demo_app.portal import policy


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Gullwing:
    port: int
    headers: dict[str, str] = field(default_factory=dict)

    def ask(
        self, url: str, method: str = "GET", body: str | None = None, **headers: str
    ) -> tuple[int, HTTPMessage, str]:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request(method, url, body, headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode(errors="replace")

    def log(self) -> object:
        return json.loads(self.ask("/log", Accept="application/json")[2])


@pytest.fixture
def gullwing() -> Iterator[Gullwing]:
    bound = serve.bind(0)
    with serve.running([serve.AsgiServer(create_app(), bound)]):
        yield Gullwing(serve.port_of(bound))


@pytest.mark.parametrize("kind", KINDS)
def test_every_call_is_counted_and_sets_a_cookie(gullwing: Gullwing, kind: str) -> None:
    _, headers, _ = gullwing.ask(f"/{kind}?topic=heating")

    cookie = headers["Set-Cookie"]
    assert cookie.startswith("gw_id=")
    for attribute in ("SameSite=None", "Secure", "Partitioned", "Max-Age="):
        assert attribute in cookie
    assert headers["Cache-Control"] == "no-store"
    assert gullwing.log() == {
        "calls": dict.fromkeys(KINDS, 0) | {kind: 1},
        "total": 1,
        "visitors": 1,
    }


def test_a_cookie_is_recognised(gullwing: Gullwing) -> None:
    first = gullwing.ask("/pixel.gif")[1]["Set-Cookie"].partition(";")[0]

    again = gullwing.ask("/ad.js", Cookie=first)[1]["Set-Cookie"].partition(";")[0]

    assert again == first
    assert '"visitors":1' in gullwing.ask("/log", Accept="application/json")[2]


def test_the_beacon_is_open_to_every_site(gullwing: Gullwing) -> None:
    status, headers, _ = gullwing.ask("/beacon", "POST", Origin="http://harbour.localhost:8801")

    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == "http://harbour.localhost:8801"
    assert headers["Access-Control-Allow-Credentials"] == "true"


def test_the_preflight_of_a_beacon_is_allowed_and_not_counted(gullwing: Gullwing) -> None:
    assert gullwing.ask("/beacon", "OPTIONS", Origin="http://harbour.localhost:8801")[0] == 204
    assert '"total":0' in gullwing.ask("/log", Accept="application/json")[2]


def test_the_log_page_says_what_is_known(gullwing: Gullwing) -> None:
    gullwing.ask("/frame.html?topic=garden", Referer="http://harbour.localhost:8801/")

    page = gullwing.ask("/log")[2]

    assert "harbour.localhost:8801" in page
    assert "garden" in page


def test_what_is_not_there_leads_on_and_is_not_counted(gullwing: Gullwing) -> None:
    status, headers, page = gullwing.ask("/nothing")

    assert (status, headers["Set-Cookie"]) == (404, None)
    assert 'href="/log"' in page
    assert '"total":0' in gullwing.ask("/log", Accept="application/json")[2]


def test_a_reset_forgets_everything(gullwing: Gullwing) -> None:
    gullwing.ask("/ad.js")

    status, headers, _ = gullwing.ask("/log/reset", "POST")

    assert (status, headers["Location"]) == (303, "/log")
    assert gullwing.log() == {"calls": dict.fromkeys(KINDS, 0), "total": 0, "visitors": 0}


@pytest.mark.parametrize("url", ["/ad.js", "/frame.html"])
def test_adverts_follow_the_topic(gullwing: Gullwing, url: str) -> None:
    assert "you read about gardens" in gullwing.ask(f"{url}?topic=garden")[2]
    assert "shown to anybody" in gullwing.ask(f"{url}?topic=%3Cscript%3E")[2]


def test_calls_of_one_page_are_one_visitor_before_any_cookie_is_back() -> None:
    tally, browser = Tally(clock := Clock()), ("127.0.0.1", "Browser")

    first = tally.note(Call("ad.js", "", browser))
    clock.now += SOON / 2

    assert tally.note(Call("pixel.gif", "", browser)) == first
    assert tally.note(Call("pixel.gif", "", ("127.0.0.1", "Another"))) != first


def test_later_ones_without_a_cookie_are_another() -> None:
    tally, browser = Tally(clock := Clock()), ("127.0.0.1", "Browser")

    first = tally.note(Call("ad.js", "", browser))
    clock.now += SOON + 1

    assert tally.note(Call("ad.js", "", browser)) != first
    assert tally.as_json()["visitors"] == 2


def test_a_forged_cookie_is_no_id() -> None:
    tally = Tally(Clock())

    assert tally.note(Call("ad.js", "<script>", ("127.0.0.1",))) != "<script>"


def test_its_privacy_policy_is_where_the_portals_policy_says(gullwing: Gullwing) -> None:
    assert '/privacy"' in policy.text()
    assert gullwing.ask("/privacy")[0] == 200


def test_it_writes_down_when_and_from_which_page() -> None:
    tally = Tally(Clock(), now=lambda: 1_800_000_000.0)

    id_ = tally.note(Call("beacon", "", ("127.0.0.1",), "harbour.localhost", "garden", "/usage"))

    (seen,) = tally.profiles[id_].seen
    assert (seen.time, seen.site, seen.page, seen.topic) == (
        1_800_000_000.0,
        "harbour.localhost",
        "/usage",
        "garden",
    )
    assert tally.profiles[id_].pages == {"/usage"}


def test_what_it_writes_down_is_bounded() -> None:
    tally = Tally(Clock())
    for number in range(MOST_PROFILES + 50):
        for each in range(2):
            tally.note(Call("beacon", f"{number:016x}", ("a",), "s" * 5000, f"t{each}", "/p\n"))
    for number in range(500):
        tally.note(Call("beacon", "f" * 16, ("a",), f"site{number}", f"t{number}", f"/{number}"))

    profile = tally.profiles["f" * 16]
    assert len(tally.profiles) == MOST_PROFILES
    assert len(profile.seen) == MOST_CALLS
    assert max(map(len, [profile.sites, profile.pages, profile.topics])) <= 20
    assert all(len(each.site) <= 100 for each in tally.of(("a",))[-1].seen)


@pytest.mark.parametrize("referer", ["http://[x", "//", "\xff", "no address"])
def test_a_call_that_comes_from_no_address_is_counted(gullwing: Gullwing, referer: str) -> None:
    assert gullwing.ask("/pixel.gif", Referer=referer)[0] == 200
    assert "no site that names itself" in gullwing.ask("/log")[2]


def test_the_log_speaks_to_who_is_probably_known(gullwing: Gullwing) -> None:
    agent = {"User-Agent": "Lighthouse/1"}
    gullwing.ask("/ad.js", **{"User-Agent": "Another/1"})
    gullwing.ask("/beacon", "POST", body="/usage", **agent)

    page = gullwing.ask("/log", **agent)[2]

    assert page.index("Probably you") < page.index("Somebody")
    assert "/usage" in page
    assert "UTC" in page


@pytest.mark.parametrize(
    "body", ["x" * 100_000, "<script>alert(1)</script>", "/<script>alert(1)</script>", "\xff"]
)
def test_whatever_a_beacon_brings_is_counted_and_harms_nothing(
    gullwing: Gullwing, body: str
) -> None:
    assert gullwing.ask("/beacon", "POST", body=body, Referer="http://<script>/")[0] == 204

    page = gullwing.ask("/log")[2]

    assert "<script>" not in page
    assert '"total":1' in gullwing.ask("/log", Accept="application/json")[2]


def test_it_leads_to_the_portal_without_cookiesafe_if_that_runs() -> None:
    other, bound = serve.bind(0), serve.bind(0)
    port = serve.port_of(other)
    with serve.running([serve.AsgiServer(create_app(bare_port=port), bound)]):
        gullwing = Gullwing(serve.port_of(bound))
        with closing(other):
            assert f'href="http://harbour.localhost:{port}/"' in gullwing.ask("/log")[2]

        page = gullwing.ask("/log")[2]
        told = re.search(r"python -m demo_app (--bare .+?)</code>", page)
        assert told
        others = options.read(told[1].split())
        assert (others.guard, others.port) == ("bare", port)
        # Beside this one, whose ports are those of a demo that is told none.
        assert others.advertiser_port != options.ADVERTISER_PORT
        assert others.video_port != options.VIDEO_PORT
        assert f'href="http://harbour.localhost:{port}/"' not in page


@pytest.mark.parametrize(
    ("held", "said"), [(True, "From everybody else, nothing"), (False, "lets all")]
)
def test_it_says_of_the_portal_what_is_true_of_it(held: bool, said: str) -> None:
    bound = serve.bind(0)
    with serve.running([serve.AsgiServer(create_app(held=held), bound)]):
        page = Gullwing(serve.port_of(bound)).ask("/log")[2]

    assert said in page
    assert ("has not agreed to us" in page) == held
    assert ("--bare" in page) == held
