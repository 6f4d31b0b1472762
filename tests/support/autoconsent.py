"""DuckDuckGo's autoconsent, which answers banners for visitors, at work in a browser.

Its ``docs/puppeteer.md`` has the setting, its ``docs/api.md`` the messages.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import BrowserContext, Frame

from tests.support.node import package

Action = Literal["optOut", "optIn"]
Message = dict[str, Any]


class Autoconsent:
    """What it does on every page of ``context``; ``messages`` are what it tells.

    It has the rules of its release if it ``knows_sites``, and else only its heuristics. Rules that are ``taught`` it
    come beside them, as its ``docs/rule-syntax.md`` writes them. It looks ``again`` so often, twice a second: apps
    set 20, for banners that come late.
    """

    def __init__(
        self,
        context: BrowserContext,
        action: Action,
        *,
        knows_sites: bool = True,
        taught: tuple[Message, ...] = (),
        again: int = 1,
    ) -> None:
        self.messages: list[Message] = []
        self._config = _config(action, again)
        self._rules = [*(_released_rules() if knows_sites else ()), *taught]
        context.expose_binding("autoconsentSendMessage", self._hear)
        context.add_init_script(_script())

    def told(self, kind: str) -> list[Message]:
        return [message for message in self.messages if message["type"] == kind]

    def came_to(self, state: str) -> list[str]:
        """The pages on which it came to a state of its ``ConsentState.lifecycle``, each as often as it did."""
        reports = [report for report in self.told("report") if report["mainFrame"]]
        return [each["url"] for each in reports if each["state"]["lifecycle"] == state]

    def _hear(self, source: Any, message: Message) -> None:
        frame: Frame = source["frame"]
        if message["type"] == "init":
            rules = {"autoconsent": self._rules}
            _answer(frame, {"type": "initResp", "config": self._config, "rules": rules})
        elif message["type"] == "eval":
            result = frame.evaluate(message["code"])
            _answer(frame, {"type": "evalResp", "id": message["id"], "result": result})
        self.messages.append(message)


def _answer(frame: Frame, message: Message) -> None:
    # Not waited for: what it does next may be to leave the page.
    frame.evaluate("message => { void autoconsentReceiveMessage(message); }", message)


def _config(action: Action, again: int) -> Message:
    """Otherwise what its documentation sets."""
    quiet = dict.fromkeys(
        ("lifecycle", "rulesteps", "detectionsteps", "evals", "errors", "messages", "waits"), False
    )
    return {
        "enabled": True,
        "autoAction": action,
        "disabledCmps": [],
        "enablePrehide": True,
        "enableCosmeticRules": True,
        "enableGeneratedRules": True,
        "enableHeuristicDetection": True,
        "heuristicMode": "reject",
        "detectRetries": again,
        "isMainWorld": False,
        "prehideTimeout": 2000,
        "logs": quiet,
    }


def _folder() -> Path:
    return package("@duckduckgo/autoconsent")


@cache
def _script() -> str:
    return (_folder() / "dist" / "autoconsent.playwright.js").read_text(encoding="utf-8")


@cache
def _released_rules() -> tuple[Message, ...]:
    text = (_folder() / "rules" / "rules.json").read_text(encoding="utf-8")
    return tuple(json.loads(text)["autoconsent"])
