"""What only ASGI has: the app's life, and WebSockets."""

from __future__ import annotations

import json
from typing import Any

from ..asgi import ASGIClient
from ..site import COOKIES
from .gate import JAR
from .opening import Opening


class Life(Opening):
    """The lifespan protocol."""

    def test_the_app_is_told_that_it_starts_and_ends(self) -> None:
        browser = self.browser()
        assert isinstance(browser, ASGIClient)

        assert [message["type"] for message in browser.lifespan()] == [
            "lifespan.startup.complete",
            "lifespan.shutdown.complete",
        ]


class Socket:
    """A WebSocket at ``/live``: what it set as it accepted, and what it said."""

    def __init__(self, browser: object, **headers: str) -> None:
        assert isinstance(browser, ASGIClient)
        messages = browser.connect("/live", headers)
        accepted = next(each for each in messages if each["type"] == "websocket.accept")
        lines = [v.decode() for n, v in accepted.get("headers", ()) if n.lower() == b"set-cookie"]
        self.set = COOKIES.keys() & {line.partition("=")[0] for line in lines}
        said = next(each for each in messages if each["type"] == "websocket.send")
        self.told: dict[str, Any] = json.loads(said.get("text") or said["bytes"])


class Sockets(Opening):
    """A WebSocket has its visit, reads the session, and is gated as it accepts."""

    def test_a_websocket_knows_its_visitor(self) -> None:
        browser = self.browser()
        browser.choose("save", purpose=["statistics"])
        browser.post("/keep", form={"cart": "7"})
        browser.post("/sign-in", form={"user": "ann"})
        told = Socket(browser).told

        assert (told["allows"], told["user"]) == (["statistics"], "ann")
        assert told["session"] == {"cart": "7"}

    def test_a_websocket_reads_only_the_cookies_it_may(self) -> None:
        assert Socket(self.browser(), cookie=JAR).told["cookies"] == {"cart": "7"}

    def test_a_websocket_sets_only_the_cookies_it_may(self) -> None:
        browser = self.browser()
        assert Socket(browser).set == {"cart"}

        browser.choose("accept")
        assert Socket(browser).set == {"cart", "hl_ad"}
