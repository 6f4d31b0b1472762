"""Two processes that share a store, with a file of keys each: a choice, a login, its end, and other keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.harbour import KEY, OTHER_KEY
from tests.support.nodes import Keys, shared_fixture  # noqa: F401
from tests.support.servers import EDGES, ask, served

Browser = dict[str, str]


class Node:
    def __init__(self, url: str, keys: Keys) -> None:
        self.url = url
        self.keys = keys

    def get(self, browser: Browser, path: str) -> dict[str, Any]:
        answer = ask(self.url, path, cookies=browser)
        assert answer.status == 200
        browser |= answer.set
        found: dict[str, Any] = json.loads(answer.body)
        return found

    def choose(self, browser: Browser, choice: str) -> None:
        form = {"choice": choice}
        answer = ask(self.url, "/cookiesafe/choices", form=form, cookies=browser)
        assert answer.status == 303
        browser |= answer.set


@pytest.fixture
def nodes(shared: dict[str, Any], tmp_path: Path) -> Iterator[list[Node]]:
    """One of each edge."""
    settings = json.dumps(shared)
    with ExitStack() as stack:
        nodes = []
        for edge in EDGES:
            keys = Keys(tmp_path / f"keys of {edge}", KEY)
            arguments = ["tests.support.nodes", edge, settings, str(keys.path)]
            running = stack.enter_context(served(arguments, tmp_path / edge))
            nodes.append(Node(running.url, keys))
        yield nodes


def test_what_is_done_in_one_process_is_in_force_in_the_other_at_its_next_request(
    nodes: list[Node],
) -> None:
    for one, other in (nodes, nodes[::-1]):
        browser: Browser = {}
        phone: Browser = {}
        one.choose(browser, "accept")
        assert other.get(browser, "/allows")["advertising"] is True
        one.get(browser, "/stay?user=ann")
        other.get(phone, "/in?user=ann")
        assert other.get(browser, "/me")["user"] == "ann"

        other.choose(browser, "reject")
        assert one.get(browser, "/allows")["advertising"] is False
        one.get(browser, "/everywhere")
        assert other.get(phone, "/me")["user"] is None
        assert other.get(browser, "/me")["user"] is None


def test_keys_rotate_in_both_processes_while_a_visitor_goes_from_one_to_the_other(
    nodes: list[Node],
) -> None:
    browser: Browser = {}
    nodes[0].choose(browser, "accept")
    nodes[0].get(browser, "/stay?user=ann")
    for keys in ([KEY, OTHER_KEY], [OTHER_KEY, KEY]):
        for rotated in nodes:
            rotated.keys.are(*keys)
            for number, node in enumerate((*nodes, *nodes)):
                assert node.get(browser, f"/put?a={number}")["user"] == "ann"
                assert node.get(browser, "/allows")["advertising"] is True
    nodes[1].choose(browser, "accept")
    for node in nodes:
        node.keys.are(OTHER_KEY)
    for node in (*nodes, *nodes):
        assert node.get(browser, "/me")["user"] == "ann"
        assert node.get(browser, "/allows")["advertising"] is True

    # One that has leaked is of no use at once.
    for node in nodes:
        node.keys.are("another key again, of more than 32 bytes")
    for node in nodes:
        assert node.get(dict(browser), "/me")["user"] is None
        assert node.get(dict(browser), "/allows")["advertising"] is False
