"""Asks an app for its pages, in this process: as somebody who has chosen nothing, and as somebody who agrees to all.

Nothing of that is kept where the site keeps things: a store in memory stands in its place.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from string import punctuation
from threading import Thread
from typing import Final, cast
from urllib.parse import quote, urljoin, urlsplit

from ..adapters._drive import Pool
from ..adapters.asgi import CookieSafeMiddleware as OverASGI
from ..adapters.stores import MemoryStore
from ..testing.asgi import ASGIClient
from ..testing.client import Client, Outcome, Sent
from ..testing.wsgi import WSGIClient
from .apps import App, own_line
from .finding import Place
from .hearing import Raised, hearing
from .interrupting import interrupting
from .lifespan import Lifespan
from .reading import links_in
from .routes import RISKY
from .sources import shown
from .subject import Answer, Route, Said

MOST_PAGES: Final = 200
PATIENCE: Final = 10.0
"""Seconds for which an answer is waited for."""
LARGEST: Final = 5_000_000
Step = Callable[[int, int], object]


class TooMuch(Exception):
    """An answer that does not end, or is larger than ``LARGEST``."""


class _Meter:
    """Counts what an answer has, and ends one of more than ``LARGEST`` bytes."""

    def __init__(self) -> None:
        self._size = 0

    def __call__(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self.exceeded:
            raise TooMuch

    @property
    def exceeded(self) -> bool:
        return self._size > LARGEST


class Drive:
    """Asks ``app`` at ``base`` for ``routes`` and for what their pages link to, up to ``MOST_PAGES``, but not for ``skipped``."""

    def __init__(
        self, app: App, base: str, routes: list[Route], skipped: frozenset[str], folder: Path
    ) -> None:
        self._app = app
        self._folder = folder
        self._skipped = skipped
        self._queue = {each.path: each for each in routes if self._may_ask(each.path)}
        make = ASGIClient if app.edge == "asgi" else WSGIClient
        self._visitors: list[Client] = [make(app.app, base=base), make(app.app, base=base)]
        for each in self._visitors:
            # What an app does beside the protocol is not what is looked for.
            if isinstance(each, WSGIClient):
                each.validate = False
            elif isinstance(each, ASGIClient):
                each.strict = False
        self._raised = Raised()
        self.answers: list[Answer] = []

    def run(self, step: Step = lambda done, of: None) -> list[Answer]:
        """``step`` is told how many pages were asked for, of how many."""
        self._keep_nothing()
        root = logging.getLogger()
        root.addHandler(self._raised)
        try:
            self._ask_all(step)
        finally:
            root.removeHandler(self._raised)
        return self.answers

    def _ask_all(self, step: Step) -> None:
        with hearing() as heard:
            if self._app.edge == "asgi":
                asyncio.run(self._run_asgi(heard, step))
            else:
                for visitor, route in self._turns(heard, step):
                    self._take(
                        visitor, route, heard, *_in_time(visitor, self._sent(visitor, route))
                    )

    async def _run_asgi(self, heard: list[Said], step: Step) -> None:
        async with Lifespan(self._app.app, PATIENCE) as state:
            for each in self._visitors:
                if isinstance(each, ASGIClient):
                    each.state = state
            for visitor, route in self._turns(heard, step):
                sent = self._sent(visitor, route)
                self._take(visitor, route, heard, *(await _awaited(visitor, sent)))

    def _turns(self, heard: list[Said], step: Step) -> Iterator[tuple[Client, Route | None]]:
        """Who asks for what, in turn; without a route, it is for all that can be agreed to."""
        nobody, agreeing = self._visitors
        yield agreeing, None
        done = 0
        while done < len(self._queue) and done < MOST_PAGES:
            route = list(self._queue.values())[done]
            for visitor in (nobody, agreeing):
                heard.clear()
                yield visitor, route
                if self.answers[-1].failed:
                    break
            done += 1
            step(done, min(len(self._queue), MOST_PAGES))

    def _take(
        self,
        visitor: Client,
        route: Route | None,
        heard: list[Said],
        outcome: Outcome | None,
        failed: str,
    ) -> None:
        response = None if outcome is None else outcome.response
        if response is not None:
            visitor.keep(response)
        if route is None:
            return
        error = self._raised.error if outcome is None else outcome.error or self._raised.error
        if outcome is not None and outcome.error is not None:
            failed = f"raised {type(outcome.error).__name__}"
        elif response is not None and response.status >= 500 and not failed:
            raised = f", since it raised {type(error).__name__}" if error is not None else ""
            failed = f"is answered with {response.status}{raised}"
        self._raised.error = None
        headers = () if response is None else tuple(response.headers)
        body = "" if response is None else response.body[:LARGEST].decode("utf-8", "replace")
        place = _place_of(error, self._folder) if failed and error is not None else None
        answer = Answer(route, headers, body, tuple(heard), failed, place)
        self.answers.append(answer)
        self._follow(visitor, answer)

    def _follow(self, visitor: Client, answer: Answer) -> None:
        """Pages, styles and scripts of the site itself that this one leads to."""
        links = [*answer.values("location")]
        if answer.type == "text/html":
            links += links_in(answer.body)
        here = visitor.base + answer.route.path
        for each in links:
            with suppress(ValueError):
                parts = urlsplit(urljoin(here, each))
                path = parts.path or "/"
                if f"{parts.scheme}://{parts.netloc}" == visitor.base and self._may_ask(path):
                    target = f"{path}?{parts.query}" if parts.query else path
                    self._queue.setdefault(target, Route(target))

    def _sent(self, visitor: Client, route: Route | None) -> Sent:
        if route is not None:
            # What is compressed in front of the app could not be read.
            path = quote(route.path, safe=punctuation)
            return visitor.prepared(path, headers={"accept-encoding": "identity"})
        choices = f"{self._app.safe.settings.own_paths}choices"
        return visitor.prepared(choices, "POST", b"choice=accept")

    def _may_ask(self, path: str) -> bool:
        own = self._app.safe.settings.own_paths
        return not path.startswith(own) and not RISKY.search(path) and path not in self._skipped

    def _keep_nothing(self) -> None:
        store = self._app.safe.store = MemoryStore()
        for each in self._app.walk.middlewares:
            if isinstance(each, OverASGI):
                each._pool = Pool(store)


def _place_of(error: BaseException, folder: Path) -> Place | None:
    file, line = own_line(error)
    return Place(shown(Path(file), folder), line) if file else None


async def _awaited(visitor: Client, sent: Sent) -> tuple[Outcome | None, str]:
    visitor.on_chunk = meter = _Meter()
    try:
        with interrupting(PATIENCE + 1):
            outcome = await asyncio.wait_for(cast("ASGIClient", visitor).attempt(sent), PATIENCE)
        return _measured(outcome, meter)
    except TimeoutError:
        return None, f"did not end within {PATIENCE:g} seconds"
    except (Exception, asyncio.CancelledError) as error:
        return None, f"broke the protocol: {error}"


def _in_time(visitor: Client, sent: Sent) -> tuple[Outcome | None, str]:
    """In a thread that may be left behind, since nothing can stop it."""
    came: list[Outcome | Exception] = []
    visitor.on_chunk = meter = _Meter()

    def ask() -> None:
        try:
            came.append(visitor._attempt(sent))
        except Exception as error:
            came.append(error)

    thread = Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if not came:
        return None, f"did not end within {PATIENCE:g} seconds"
    outcome = came[0]
    if isinstance(outcome, Exception):
        return None, f"broke the protocol: {outcome}"
    return _measured(outcome, meter)


def _measured(outcome: Outcome, meter: _Meter) -> tuple[Outcome | None, str]:
    return (None, f"has more than {LARGEST:,} bytes") if meter.exceeded else (outcome, "")
