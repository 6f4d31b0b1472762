"""Several processes share their visitors as long as they share a key, and outlive its rotation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from tests.support.servers import EDGES, Edge, ask, counter

OLD, NEW = "o" * 40, "n" * 40
SESSION, CONSENT = "cookiesafe-session", "cookiesafe"

Start = Callable[..., str]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """Starts a counter with some keys, the newest first, once for each edge; its address."""
    with ExitStack() as stack:

        @cache
        def start(edge: Edge, *keys: str, twin: int = 0) -> str:
            folder = tmp_path_factory.mktemp("counter")
            return stack.enter_context(counter(edge, folder, keys)).url

        yield start


@pytest.fixture(params=EDGES)
def edge(request: pytest.FixtureRequest) -> Edge:
    edge: Edge = request.param
    return edge


@pytest.fixture(params=EDGES)
def other_edge(request: pytest.FixtureRequest) -> Edge:
    edge: Edge = request.param
    return edge


def count(url: str, cookies: dict[str, str], path: str = "/") -> str:
    """What the page says; ``cookies`` are changed as a browser does."""
    answer = ask(url, path, cookies=cookies)
    cookies |= answer.set
    assert answer.status == 200
    return answer.body.partition("<p id=count>")[2].partition("<")[0]


def agree(url: str, cookies: dict[str, str]) -> None:
    answer = ask(url, "/cookiesafe/choices", form={"choice": "accept"}, cookies=cookies)
    assert answer.status == 303
    cookies |= answer.set


def test_another_process_reads_what_one_wrote(start: Start, edge: Edge, other_edge: Edge) -> None:
    one, another = start(edge, OLD), start(other_edge, OLD, twin=1)
    cookies: dict[str, str] = {}

    assert count(one, cookies) == "1, not agreed"
    agree(one, cookies)
    assert set(cookies) == {SESSION, CONSENT}
    assert count(another, cookies) == "2, agreed"
    assert count(one, cookies) == "3, agreed"


def test_a_rotated_key_still_reads_and_the_next_write_signs_anew(start: Start, edge: Edge) -> None:
    before, between, after = start(edge, OLD), start(edge, NEW, OLD), start(edge, NEW)
    cookies: dict[str, str] = {}
    count(before, cookies)
    agree(before, cookies)
    signed_before = dict(cookies)

    assert count(between, cookies, "/look") == "1, agreed"
    assert cookies == signed_before
    assert count(between, cookies) == "2, agreed"
    assert cookies[SESSION] != signed_before[SESSION]
    assert count(after, {SESSION: cookies[SESSION]}, "/look") == "2, not agreed"

    agree(between, cookies)
    assert count(after, cookies) == "3, agreed"


def test_without_the_old_key_a_new_session_begins(start: Start, edge: Edge) -> None:
    before, after = start(edge, OLD), start(edge, NEW)
    cookies: dict[str, str] = {}
    count(before, cookies)
    count(before, cookies)
    agree(before, cookies)

    assert count(after, cookies, "/look") == "0, not agreed"
    assert count(after, cookies) == "1, not agreed"
    assert count(after, cookies) == "2, not agreed"
    agree(after, cookies)
    assert count(after, cookies) == "3, agreed"


def test_what_a_newer_key_signed_an_older_process_does_not_take(start: Start, edge: Edge) -> None:
    before, after = start(edge, OLD), start(edge, NEW)
    cookies: dict[str, str] = {}
    count(after, cookies)
    agree(after, cookies)

    assert count(before, cookies, "/look") == "0, not agreed"
