"""Debian's Firefox, without a window, driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi/).

It speaks that itself: no driver stands between. A page whose scripts do not run can still be looked at.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

NAMES = ("firefox-esr", "firefox")
PATIENCE_SECONDS = 60
_BLOCK_ALL = 2
"""What Firefox calls *all cookies* in ``network.cookie.cookieBehavior``."""
_SILENT = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.server": "data:,",
}
"""It calls nobody but the pages' hosts, and shows nothing of its own."""
_BEGINS = "each => each.textContent.trim().startsWith(label)"
_ANSWERED = """() => performance.getEntriesByType("navigation")[0].loadEventEnd > 0
  && !document.querySelector("[data-cookiesafe=banner]")"""
_LISTENING = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")

Json = dict[str, Any]


class BidiError(AssertionError):
    """What Firefox answers instead of what was asked for."""


@contextmanager
def firefox(profile: Path, *, scripts: bool = True, cookies: bool = True) -> Iterator[Firefox]:
    """From its start to its end, with a ``profile`` on disk that may be there already."""
    settings: Json = {**_SILENT, "javascript.enabled": scripts}
    if not cookies:
        settings["network.cookie.cookieBehavior"] = _BLOCK_ALL
    profile.mkdir(exist_ok=True)
    lines = [
        f"user_pref({json.dumps(key)}, {json.dumps(value)});\n" for key, value in settings.items()
    ]
    (profile / "user.js").write_text("".join(lines), encoding="utf-8")
    command = [_installed(), "--headless", "--no-remote", "--profile", str(profile)]
    said = profile / "said.txt"
    with (
        said.open("wb") as file,
        subprocess.Popen([*command, "--remote-debugging-port", "0"], stderr=file) as process,
    ):
        try:
            with connect(f"{_address(process, said)}/session", max_size=None) as connection:
                browser = Firefox(connection)
                yield browser
                browser.ask("browser.close")
            process.wait(PATIENCE_SECONDS)
        finally:
            process.kill()


def _installed() -> str:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        missing = f"no Firefox: none of {', '.join(NAMES)} is here (scripts/browser gets it, on Debian as root)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


def _address(process: subprocess.Popen[bytes], said: Path) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := _LISTENING.search(said.read_bytes())):
        assert time.monotonic() < deadline, said.read_text(encoding="utf-8")
        assert process.poll() is None, said.read_text(encoding="utf-8")
        time.sleep(0.02)
    return found[1].decode()


class Firefox:
    """One that runs. Each of its visitors has cookies of their own."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._asked = 0
        self._loads: dict[str, int] = {}
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["browsingContext.load"])

    def visitor(self) -> FirefoxVisitor:
        user = self.ask("browser.createUserContext")["userContext"]
        return self._tab(userContext=user)

    def owner(self) -> FirefoxVisitor:
        """The visitor whose cookies are kept in the profile."""
        return self._tab()

    def _tab(self, **options: str) -> FirefoxVisitor:
        context = self.ask("browsingContext.create", type="tab", **options)["context"]
        return FirefoxVisitor(self, context, options.get("userContext", "default"))

    def ask(self, method: str, **params: Any) -> Json:
        """One command, and what is answered."""
        self._asked += 1
        number = self._asked
        self._connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = self._receive()
            if message.get("id") == number:
                if message["type"] == "error":
                    raise BidiError(f"{method}: {message['error']}: {message['message']}")
                result: Json = message["result"]
                return result

    def loads(self, context: str) -> int:
        """How many pages were loaded there so far."""
        return self._loads.get(context, 0)

    def await_load(self, context: str, after: int) -> None:
        while self.loads(context) <= after:
            self._receive()

    def _receive(self) -> Json:
        message: Json = json.loads(self._connection.recv(timeout=PATIENCE_SECONDS))
        if message.get("method") == "browsingContext.load":
            context = message["params"]["context"]
            self._loads[context] = self.loads(context) + 1
        return message


class FirefoxVisitor:
    """One tab. A target is a CSS selector, a label, or the role and name of what it is to who cannot see it."""

    def __init__(self, browser: Firefox, context: str, user: str) -> None:
        self._browser = browser
        self.context = context
        self._user = user

    def go(self, url: str) -> None:
        with self._loading():
            self._browser.ask("browsingContext.navigate", context=self.context, url=url)

    def reload(self) -> None:
        with self._loading():
            self._browser.ask("browsingContext.reload", context=self.context)

    @property
    def url(self) -> str:
        tree = self._browser.ask("browsingContext.getTree", root=self.context, maxDepth=0)
        return str(tree["contexts"][0]["url"])

    @property
    def jar(self) -> set[str]:
        """The names of all cookies this visitor has, whoever set them.

        One that was ended is listed for up to a second more, though it is not sent.
        """
        partition = {"type": "storageKey", "userContext": self._user}
        cookies = self._browser.ask("storage.getCookies", partition=partition)["cookies"]
        now = time.time()
        return {cookie["name"] for cookie in cookies if cookie.get("expiry", now + 1) > now}

    def frame(self) -> FirefoxVisitor:
        """What is in the first frame of the page."""
        tree = self._browser.ask("browsingContext.getTree", root=self.context)
        return FirefoxVisitor(
            self._browser, tree["contexts"][0]["children"][0]["context"], self._user
        )

    def count(self, css: str) -> int:
        return len(self._find({"type": "css", "value": css}))

    def text(self, css: str) -> str:
        """What is seen of an element, with one blank between words."""
        return " ".join(str(self._on(self._one(css), "e => e.innerText")).split())

    def value(self, label: str) -> Any:
        """What a field holds, or whether a box is ticked."""
        look = "e => e.type == 'checkbox' ? e.checked : e.value"
        return self._on(self._labelled(label), look)

    def type(self, label: str, text: str) -> None:
        """Into an empty field."""
        self._press(self._labelled(label))
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keys", "actions": keys})

    def tick(self, label: str) -> None:
        """A box, or untick it."""
        self._press(self._labelled(label))

    def open(self, css: str) -> None:
        """What opens or closes within the page."""
        self._press(self._one(css))

    def press(self, name: str, *, role: str = "button") -> None:
        """What leads to another page, and wait until that is there."""
        self._leave(self._called(role, name))

    def press_first(self, css: str) -> None:
        self._leave(self._find({"type": "css", "value": css})[0])

    def choose(self, choice: str) -> None:
        """Press that button, and wait until it is taken: of the banner, a script may do so without loading a page."""
        button = self._one(f"[data-cookiesafe={choice}]")
        if not self.count("[data-cookiesafe=banner]"):
            self._leave(button)
            return
        self._press(button)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._is_answered():
            assert time.monotonic() < deadline, self.url
            time.sleep(0.02)

    def _is_answered(self) -> bool:
        try:
            return bool(self._evaluate(_ANSWERED).get("value"))
        except BidiError:
            return False  # One page goes, and the other is not there yet.

    def _leave(self, node: Json) -> None:
        with self._loading():
            self._press(node)

    @contextmanager
    def _loading(self) -> Iterator[None]:
        """Until one page more is there, with all that it loads."""
        before = self._browser.loads(self.context)
        yield
        self._browser.await_load(self.context, before)

    def _press(self, node: Json) -> None:
        self._on(node, "e => e.scrollIntoView({ block: 'center', behavior: 'instant' })")
        to = {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": node}}
        down, up = ({"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp"))
        self._act({"type": "pointer", "id": "mouse", "actions": [to, down, up]})

    def _act(self, source: Json) -> None:
        self._browser.ask("input.performActions", context=self.context, actions=[source])

    def _on(self, node: Json, function: str) -> Any:
        return self._evaluate(function, node).get("value")

    def _evaluate(self, function: str, *arguments: Json) -> Json:
        """What a function of ours comes to in the page, which need not run scripts of its own."""
        answer = self._browser.ask(
            "script.callFunction",
            functionDeclaration=function,
            arguments=list(arguments),
            target={"context": self.context},
            awaitPromise=False,
        )
        assert answer["type"] == "success", answer
        result: Json = answer["result"]
        return result

    def _labelled(self, label: str) -> Json:
        """The field whose label begins so."""
        fields = f"label => [...document.querySelectorAll('label')].find({_BEGINS})?.control"
        found = self._evaluate(fields, {"type": "string", "value": label})
        assert "sharedId" in found, f"no field {label!r} on {self.url}"
        return {"sharedId": found["sharedId"]}

    def _called(self, role: str, name: str) -> Json:
        locator = {"type": "accessibility", "value": {"role": role, "name": name}}
        (node,) = self._find(locator)
        return node

    def _one(self, css: str) -> Json:
        (node,) = self._find({"type": "css", "value": css})
        return node

    def _find(self, locator: Json) -> list[Json]:
        """All of them in the page as it is."""
        found = self._browser.ask(
            "browsingContext.locateNodes", context=self.context, locator=locator
        )
        return [{"sharedId": node["sharedId"]} for node in found["nodes"]]
