"""What is measured of one notice, each in a browser of its own: data of the page, read by ``readings``."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Response

from tests.support import axe
from tests.support.browser import layout_shift

from . import readings
from .pages import HERE, Peer, page, pressed
from .readings import Reading

RUNS = 3
MOST_STOPS = 40
_WAIT_SECONDS, _REST_MS = 10, 1000
_CPU, _BITS, _LATENCY_MS = 4, 1.6e6, 150
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
TELEPHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "is_mobile": True,
    "has_touch": True,
}
SMALL: dict[str, Any] = {"viewport": {"width": 320, "height": 256}}
_AXE = """
async (tags) => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  return Object.fromEntries(found.violations.map((rule) => [rule.id, rule.nodes.length]));
}
"""


class Visit:
    """One page of one who has never been there."""

    def __init__(self, context: BrowserContext, origin: str, parts: dict[str, str]) -> None:
        self.context, self.origin, self.parts = context, origin, parts
        probe = (HERE / "probe.js").read_text("utf-8")
        context.add_init_script(probe.replace("(PARTS)", f"({json.dumps(parts)})"))
        self.page: Page = context.new_page()
        self.answers: list[Response] = []
        self.page.on("response", self._answered)
        self._wire = context.new_cdp_session(self.page)

    def go(self, address: str = "/", *, wait: bool = True) -> bool:
        """Whether the notice came, after the page has come to rest."""
        self.page.goto(self.origin + address)
        there = self.wait("probe.there()") if wait else False
        self.page.wait_for_timeout(_REST_MS)
        return there

    def _answered(self, answer: Response) -> None:
        self.answers.append(answer)

    def wait(self, condition: str) -> bool:
        until = time.monotonic() + _WAIT_SECONDS
        while not (holds := bool(self.tell(condition))) and time.monotonic() < until:
            self.page.wait_for_timeout(50)
        return holds

    def tell(self, expression: str) -> Any:
        """What an expression comes to, beside the page's own Content-Security-Policy."""
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        told = self._wire.send("Runtime.evaluate", asked)
        if "exceptionDetails" in told:
            raise RuntimeError(f"{expression}: {told['exceptionDetails']}")
        return told["result"].get("value")

    def press(self, name: str) -> None:
        self.page.locator(self.parts[name]).first.click()
        self.page.wait_for_timeout(_REST_MS)

    def kept(self) -> int:
        """Bytes of all names and values, in cookies and in the browser's local storage. The page itself keeps nothing."""
        cookies = sum(len(f"{each['name']}={each['value']}") for each in self.context.cookies())
        return cookies + int(self.tell("probe.stored()"))

    def throttle(self) -> None:
        """A slow telephone in a slow net, which has kept nothing."""
        self._wire.send("Emulation.setCPUThrottlingRate", {"rate": _CPU})
        self._wire.send("Network.enable")
        speed = _BITS / 8
        net = {"downloadThroughput": speed, "uploadThroughput": speed, "latency": _LATENCY_MS}
        self._wire.send("Network.emulateNetworkConditions", {"offline": False, **net})


@dataclass
class Bench:
    """A notice that is served at ``origin``, and the browser it is looked at in."""

    browser: Browser
    peer: Peer
    origin: str
    shots: Path | None = None

    @contextmanager
    def visit(self, **options: Any) -> Iterator[Visit]:
        with closing(self.browser.new_context(**{**DESKTOP, **options})) as context:
            yield Visit(context, self.origin, self.peer.parts)

    def shoot(self, visit: Visit, name: str) -> None:
        if self.shots is not None:
            visit.page.screenshot(path=self.shots / f"{self.peer.name}, {name}.png")


def weight(bench: Bench) -> dict[str, Reading]:
    """What is fetched for the notice, and how much of it is script, style and markup."""
    with bench.visit() as visit:
        assert visit.go(), f"{bench.peer.name} does not show"
        bench.shoot(visit, "light")
        own = [f"{bench.origin}/", f"{bench.origin}/host.css"]
        more = [
            each
            for each in visit.answers
            if each.url not in own and not each.url.startswith("data:")
        ]
        kinds = ("script", "stylesheet")
        code = [each.body() for each in more if each.request.resource_type in kinds]
        html = next(each.body() for each in visit.answers if each.url == own[0])
    others = sum(not each.url.startswith(bench.origin) for each in more)
    note = f"{len(more)}, {others} of them to others" if others else str(len(more))
    return {
        "requests": Reading(note, len(more)),
        "code": readings.kilobytes(sum(len(pressed(each)) for each in code)),
        "html": readings.bytes_of(len(pressed(html)) - len(pressed(page().encode()))),
    }


def times(bench: Bench) -> dict[str, Reading]:
    """When the notice could be used, and how far the page moved until then."""
    fast = [_timed(bench, slow=False) for _ in range(RUNS)]
    slow = [_timed(bench, slow=True) for _ in range(RUNS)]
    return {
        "fast": readings.milliseconds([seen for seen, _, _ in fast]),
        "slow": readings.milliseconds([seen for seen, _, _ in slow]),
        "lag": readings.milliseconds([seen - first for seen, first, _ in slow]),
        "shift": readings.shift(*(max(moved for _, _, moved in each) for each in (fast, slow))),
    }


def _timed(bench: Bench, *, slow: bool) -> tuple[float, float, float]:
    with bench.visit(**(TELEPHONE if slow else {})) as visit:
        if slow:
            visit.throttle()
        visit.page.goto(visit.origin + "/")
        assert visit.wait("probe.seen !== null && probe.first() !== null"), bench.peer.name
        visit.page.wait_for_timeout(_REST_MS)
        seen, first = visit.tell("[probe.seen, probe.first()]")
        if slow:
            bench.shoot(visit, "telephone")
        # What is found in the frame of the first paint is painted with it.
        return max(seen, first), first, layout_shift(visit.page)


def accessible(bench: Bench) -> dict[str, Reading]:
    """What axe-core finds on the page while the notice is open."""
    with bench.visit() as visit:
        axe.prepare(visit.context)
        visit.go()
        found = visit.tell(f"({_AXE})({json.dumps(axe.TAGS)})")
    return {"axe": readings.findings(found)}


def keyboard(bench: Bench) -> dict[str, Reading]:
    """Where the focus is, and where Tab leads it."""
    with bench.visit() as visit:
        visit.go()
        usable = visit.tell("probe.usable()") > 0
        steps = [visit.tell("probe.focused()")]
        for _ in range(MOST_STOPS):
            visit.page.keyboard.press("Tab")
            steps.append(visit.tell("probe.focused()"))
    reached = steps.index("notice") if "notice" in steps else None
    inside = reached is not None and "page" not in steps[reached:]
    return {
        "trap": readings.trapped(inside, usable),
        "moved": readings.whether(steps[0] != "nothing", good=False),
        "stops": readings.stops(reached, MOST_STOPS),
    }


def buttons(bench: Bench) -> dict[str, Reading]:
    """Whether no is offered as yes is."""
    with bench.visit() as visit:
        visit.go()
        return {"prominence": readings.prominence(*visit.tell("probe.buttons()"))}


def scriptless(bench: Bench) -> dict[str, Reading]:
    """Whether one can say no without JavaScript, and is not asked again."""
    with bench.visit(java_script_enabled=False) as visit:
        visit.page.goto(visit.origin + "/")
        button = visit.page.locator(bench.peer.reject)
        if not button.count() or not button.first.is_visible():
            return {"scriptless": readings.whether(False, note="nothing shows")}
        visit.press("reject")
        visit.page.goto(visit.origin + "/")
        return {"scriptless": readings.whether(not button.count())}


def policies(bench: Bench) -> dict[str, Reading]:
    """How it stands where the site has a Content-Security-Policy of its own."""
    with bench.visit() as visit:
        visit.go()
        plain = visit.tell("probe.styled()")
    found = {}
    for name in ("strict", "types"):
        with bench.visit() as visit:
            there = visit.go(f"/?csp={name}")
            styled = there and visit.tell("probe.styled()") == plain
            found[name] = readings.rendered(there, styled, visit.tell("probe.violations"))
            bench.shoot(visit, name)
    return found


def appearance(bench: Bench) -> dict[str, Reading]:
    """In the dark, on paper, in a small window and from right to left."""
    grounds = []
    for scheme in ("light", "dark"):
        with bench.visit(color_scheme=scheme) as visit:
            visit.go()
            grounds.append(visit.tell("probe.ground()"))
            bench.shoot(visit, scheme)
    with bench.visit() as visit:
        visit.go()
        directions, places = [visit.tell("probe.direction()")], [visit.tell("probe.places()")]
        visit.page.emulate_media(media="print")
        printed = visit.tell("probe.there()")
    with bench.visit(**SMALL) as visit:
        visit.go()
        bench.shoot(visit, "small")
        missed = visit.tell("probe.missed()")
    with bench.visit(locale="ar") as visit:
        visit.go("/?lang=ar")
        bench.shoot(visit, "right to left")
        directions.append(visit.tell("probe.direction()"))
        places.append(visit.tell("probe.places()"))
        label = visit.tell("probe.label()")
    return {
        "dark": readings.follows(*grounds),
        "print": readings.whether(printed, good=False),
        "small": readings.reached(**missed),
        "rtl": readings.mirrored(directions, places, label),
    }


def afterwards(bench: Bench) -> dict[str, Reading]:
    """What is kept before a choice and of it, and what leads back to it on the next page."""
    before, kept = 0, []
    for choice in ("reject", "accept"):
        with bench.visit() as visit:
            visit.go()
            before = visit.kept()
            visit.press(choice)
            kept.append(visit.kept())
            visit.go(wait=False)
            bench.shoot(visit, f"after {choice}")
            assert not visit.tell("probe.there()"), f"{bench.peer.name} asks again"
            ways = visit.tell("probe.ways()")
    return {
        "before": readings.bytes_of(before),
        "kept": readings.bytes_of(*kept),
        "revisit": readings.revisited(ways),
    }


MEASURES: Sequence[Callable[[Bench], dict[str, Reading]]] = (
    weight,
    times,
    accessible,
    keyboard,
    buttons,
    scriptless,
    policies,
    appearance,
    afterwards,
)


def measure(bench: Bench) -> dict[str, Reading]:
    """All of one notice, by the rows of the table."""
    return {name: reading for each in MEASURES for name, reading in each(bench).items()}
