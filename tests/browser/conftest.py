"""One browser for each module, the demo on either edge for all of them, and a new visitor for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support import servers
from tests.support.browser import Visitor, launched
from tests.support.servers import EDGES, Demo, Edge, make_certificate

Demos = Callable[..., Demo]
NewVisitor = Callable[..., Visitor]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def demos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demos]:
    """Starts the demo on an edge with some options, once for all tests."""
    with ExitStack() as stack:

        @cache
        def start(edge: Edge, *options: str) -> Demo:
            folder = tmp_path_factory.mktemp("demo")
            return stack.enter_context(servers.demo(edge, folder, *options))

        yield start


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One that nobody vouches for, and its key."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(params=EDGES)
def edge(request: pytest.FixtureRequest) -> Edge:
    edge: Edge = request.param
    return edge


@pytest.fixture
def demo(browser: Browser, demos: Demos, edge: Edge) -> Iterator[Demo]:
    """The demo, with an advertiser that was not called yet."""
    yield from _fresh(demos(edge))


@pytest.fixture
def bare(browser: Browser, demos: Demos, edge: Edge) -> Iterator[Demo]:
    """The same site without CookieSafe."""
    yield from _fresh(demos(edge, "--bare"))


@pytest.fixture
def new_visitor(browser: Browser) -> Iterator[NewVisitor]:
    """Makes visitors of a demo; takes what ``Browser.new_context`` does."""
    with ExitStack() as stack:

        def new_visitor(demo: Demo, **options: Any) -> Visitor:
            context = stack.enter_context(closing(browser.new_context(**options)))
            return Visitor(context, demo)

        yield new_visitor


@pytest.fixture
def visitor(new_visitor: NewVisitor, demo: Demo) -> Visitor:
    return new_visitor(demo)


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Whether the browser runs them."""
    run: bool = request.param
    return run


@pytest.fixture
def any_visitor(new_visitor: NewVisitor, demo: Demo, scripts: bool) -> Visitor:
    """On each edge, with scripts and without."""
    return new_visitor(demo, java_script_enabled=scripts)


@pytest.fixture
def either_visitor(new_visitor: NewVisitor, demo: Demo, edge: Edge) -> Visitor:
    """On ASGI with scripts and on WSGI without, for what is the same work on both."""
    return new_visitor(demo, java_script_enabled=edge == "asgi")


def _fresh(started: Demo) -> Iterator[Demo]:
    started.reset()
    began = len(started.errors.read_bytes())
    yield started
    assert "Traceback" not in started.errors.read_bytes()[began:].decode()
