"""Forms that go from step to step without a cookie."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from html import unescape
from typing import Any

from ..client import Client
from ..reading import cache_rules
from .opening import Opening


class Step:
    """One step of the order, as its page shows it."""

    def __init__(self, browser: Client, state: str | None, **typed: str) -> None:
        form = typed if state is None else {"state": state, **typed}
        self.response = browser.post("/order", form=form)
        text = self.response.text
        said, carried = (
            re.search(r'id="said">(.*?)</p>', text),
            re.search(r'"state" value="(.*?)"', text),
        )
        assert said, text
        assert carried, text
        self.said: dict[str, Any] = json.loads(unescape(said[1]))
        self.state = carried[1]


class Carrying(Opening):
    """What was typed comes along, sealed; what was forged or is too old does not."""

    def test_a_form_goes_from_step_to_step_without_a_cookie(self) -> None:
        browser = self.browser()
        browser.keeps_cookies = False
        begun = Step(browser, None)
        named = Step(browser, begun.state, name="Ada Süd")
        placed = Step(browser, named.state, street="Pier 1 & 2")

        assert begun.said == {"begins": "absent"}
        assert placed.said["step"] == 2
        assert placed.said["data"] == {"name": "Ada Süd", "street": "Pier 1 & 2"}
        assert placed.said["flow"] == named.said["flow"]
        assert "Ada Süd".encode() not in urlsafe_b64decode(named.state + "==")

    def test_a_page_that_carries_a_form_is_kept_by_no_cache(self) -> None:
        assert "no-store" in cache_rules(Step(self.browser(), None).response)

    def test_a_forged_form_begins_again(self) -> None:
        browser = self.browser()
        state = Step(browser, None).state
        for forged in (state[:-1] + ("A" if state[-1] != "A" else "B"), "x", state[5:], "ü" * 300):
            assert Step(browser, forged, name="Ada").said == {"begins": "unreadable"}

    def test_a_form_that_was_left_for_long_begins_again(self) -> None:
        browser = self.browser()
        state = Step(browser, None).state
        self.clock.days(2)

        assert Step(browser, state, name="Ada").said == {"begins": "expired"}
