"""Who is signed out is so in every process that has the same store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.redis import fresh_prefix
from tests.support.servers import EDGES, ask, served

Cookies = dict[str, str]


class Portal:
    """One process of the portal."""

    def __init__(self, url: str) -> None:
        self.url = url

    def user(self, cookies: Cookies, path: str = "/me") -> str | None:
        """Who is signed in after a visit, which changes ``cookies`` as it does a browser's."""
        answer = ask(self.url, path, cookies=cookies)
        assert answer.status == 200
        cookies |= answer.set
        told: str | None = json.loads(answer.body)["user"]
        return told


@pytest.fixture(scope="module", params=["cookie", "store", "redis"])
def both(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[tuple[Portal, Portal]]:
    """One of each edge, with one store. It keeps the sessions, or their cookies do."""
    tmp_path = tmp_path_factory.mktemp("portal")
    given = [f"sqlite:///{tmp_path}/portal.db", request.param]
    with ExitStack() as stack:
        if request.param == "redis":
            given = [stack.enter_context(fresh_prefix()), "store", given[0]]
        one, another = (
            Portal(
                stack.enter_context(
                    served(["tests.support.portal", each, *given], tmp_path / each)
                ).url
            )
            for each in EDGES
        )
        yield one, another


@pytest.fixture(params=EDGES)
def processes(both: tuple[Portal, Portal], request: pytest.FixtureRequest) -> tuple[Portal, Portal]:
    """The one that is signed out of, and the other."""
    one, another = both
    return (one, another) if request.param == EDGES[0] else (another, one)


@pytest.mark.parametrize("how", ["/in?user=ann", "/stay?user=ann"])
def test_who_is_signed_out_in_one_process_is_out_in_the_other(
    processes: tuple[Portal, Portal], how: str
) -> None:
    one, another = processes
    cookies: Cookies = {}
    phone: Cookies = {}
    assert one.user(cookies, how) == "ann"
    assert another.user(phone, how) == "ann"
    assert another.user(cookies) == "ann"
    assert one.user(phone) == "ann"
    copied, copied_too = dict(cookies), dict(phone)

    one.user(cookies, "/everywhere")

    assert another.user(copied) is None
    assert another.user(copied_too) is None
    assert another.user(phone) is None


def test_a_session_in_the_store_is_out_in_the_other_process_when_its_browser_is(
    processes: tuple[Portal, Portal],
) -> None:
    one, another = processes
    cookies: Cookies = {}
    one.user(cookies, "/stay?user=ann")
    copied = dict(cookies)
    assert another.user(dict(copied)) == "ann"

    one.user(cookies, "/out")

    assert another.user(copied) is None
