"""What all tests of one process share, and in which order they come."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("cookiesafe.testing")

from tests.support import stores

LONGEST_FIRST = ("tests/leaks/", "tests/contract/", "tests/browser/", "tests/processes/")
"""What takes minutes begins before what takes seconds, so that no process is left alone with it at the end.

The browsers of leaks come first and those of other tests later: each has a time by which it must answer.
"""


def pytest_configure() -> None:
    """What tests start is to hear an interrupt, even if this run was told to hear none, as one in the background is."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    ranks = [n for n, folder in enumerate(LONGEST_FIRST) if item.nodeid.startswith(folder)]
    return ranks[0] if ranks else len(LONGEST_FIRST)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stores.Databases]:
    with stores.databases(tmp_path_factory.mktemp("databases")) as databases:
        yield databases
