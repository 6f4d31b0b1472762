"""A site around the notice: long, in whatever style of its own, and under a Content-Security-Policy of its own if told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Browser, Page, expect

from cookiesafe import CookieSafe, Policy, Theme
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.adapters.templates import limited_notice
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from cookiesafe.notice import THEME
from tests.support.harbour import KEY
from tests.support.node import package
from tests.support.serving import serving

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

POLICY = """
[site]
name = "Harbour Light & Water"

[purposes.remember]
title = "Remember me"
text = "Keeps you signed in and fills in your contact and billing details."

[purposes.statistics]
title = "Usage statistics"
text = "Counts visits so we can fix slow or confusing pages."

[purposes.tips]
title = "Tips"
text = "Picks tips by what you read."

[purposes.advertising]
title = "Advertising"
text = "Lets us and 2 companies show adverts that match your interests."

[vendors.gullwing]
name = "Gullwing Adverts"
hosts = ["ads.gullwing.example"]
purposes = ["advertising"]

[vendors.tern]
name = "Tern"
hosts = ["tern.example"]
purposes = ["advertising"]

[features.saved_details]
purpose = "remember"
without = "you type your contact and billing details again"
"""
"""Four purposes, and the words that are ours."""

PLAIN = "body { margin: 0 } :root { color-scheme: light dark }"
STRICT = "default-src 'self'; require-trusted-types-for 'script'"
_FRAMEWORKS = {
    "Bootstrap": ("bootstrap", "dist/css/bootstrap.css"),
    "Pico": ("@picocss/pico", "css/pico.css"),
    "Pico without classes": ("@picocss/pico", "css/pico.classless.css"),
    "Bulma": ("bulma", "css/bulma.css"),
    "Tailwind's preflight": ("tailwindcss", "preflight.css"),
}
_HOSTILE = {
    "all: revert": "* { all: revert } body { margin: 0 }",
    "small root": "html { font-size: 62.5% }",
    "loud text": "body { font: italic 900 2.5rem/3 fantasy; letter-spacing: .3em; word-spacing: 1em; "
    "text-transform: uppercase; text-align: center; text-indent: 4em; white-space: pre; text-shadow: 3px 3px red; "
    "visibility: visible; cursor: crosshair; list-style: square; word-break: break-all; hyphens: auto }",
    "own controls": "button, input, summary, a, fieldset, legend, label, h2, p, form, div, section, nav, svg, span "
    "{ all: unset !important } button::before { content: 'x' !important; padding: 2em } * { float: left !important }",
    "boxes": "* { box-sizing: content-box !important; margin: 9px !important; padding: 9px !important; "
    "border: 9px solid lime !important; border-radius: 50% !important; zoom: 1 } body, html { all: revert !important; "
    "margin: 0 !important; padding: 0 !important; border: 0 !important }",
    "nothing is there": "#cookiesafe, #cookiesafe * { display: none !important; opacity: 0 !important; "
    "visibility: hidden !important; pointer-events: none !important; color: #fff !important }",
    "one button alone": "[data-cookiesafe=accept], button:last-of-type, button[value=accept] { background: lime !important; "
    "font-size: 2rem !important; order: -1 !important } #cookiesafe [data-cookiesafe=reject], button:first-of-type "
    "{ opacity: .2 !important; border: 0 !important; font-size: .5rem !important; transform: scale(.5) !important }",
    "in ids and layers": "@layer later { #cookiesafe#cookiesafe button { background: red; padding: 9em } } "
    "html body #cookiesafe#cookiesafe#cookiesafe button { animation: turn 9s; background: red; transition: all 9s } "
    "@keyframes turn { to { rotate: 90deg; color: red; font-size: 99px } }",
}
HOSTS = (*_FRAMEWORKS, *_HOSTILE)


def style_of(host: str) -> str:
    """The style sheet of a host, on whose body no margin is. Skips where its package is not here."""
    if host in _HOSTILE:
        return f"{PLAIN}\n{_HOSTILE[host]}"
    name, path = _FRAMEWORKS[host]
    return (package(name) / path).read_text(encoding="utf-8")


def page_of(*, direction: str = "ltr", form: bool = False) -> str:
    """A page with a lot to be focused, all the way down."""
    notice = limited_notice("saved_details") if form else ""
    parts = "".join(
        f"<h2>Part {each}</h2><p>What the harbour has to tell, and <a href='#p{each}'>where {each}</a>.</p>"
        f"<p><button type=button>Press {each}</button> <label>Field {each} <input></label></p>"
        for each in range(12)
    )
    return (
        f"<!doctype html><html lang=en dir={direction}><head><meta charset=utf-8><title>Harbour</title>"
        f"<meta name=viewport content='width=device-width, initial-scale=1'>"
        f"<link rel=stylesheet href='/host.css'></head><body><main><h1>Harbour</h1>"
        f"<form method=post>{notice}</form>{parts}</main></body></html>"
    )


@dataclass
class Host:
    """A site under a theme: ``style``, ``csp`` and ``direction`` are of its next page."""

    safe: CookieSafe
    browser: Browser
    opened: ExitStack
    address: str = ""
    style: str = PLAIN
    csp: str = ""
    direction: str = "ltr"

    def __post_init__(self) -> None:
        self.site: WSGIApplication = CookieSafeMiddleware(self.app, self.safe)

    def app(self, environ: Any, start_response: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/host.css":
            start_response("200 OK", [("Content-Type", "text/css"), ("Cache-Control", "no-store")])
            return [self.style.encode()]
        fields = [("Content-Type", "text/html; charset=utf-8")]
        if self.csp:
            fields.append(("Content-Security-Policy", self.csp))
        form = environ["PATH_INFO"] == "/form"
        start_response("200 OK", fields)
        return [page_of(direction=self.direction, form=form).encode()]

    def open(self, path: str = "/", **options: Any) -> Page:
        """A new visitor at a page; ``options`` are those of ``Browser.new_context``."""
        context = self.opened.enter_context(closing(self.browser.new_context(**options)))
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.goto(f"{self.address}{path}")
        return page


class Hosts:
    """The site under each theme, made once."""

    def __init__(self, browser: Browser, stack: ExitStack) -> None:
        self._browser = browser
        self._stack = stack
        self._made: dict[Theme, Host] = {}
        self._opened = ExitStack()

    def __call__(self, theme: Theme = THEME) -> Host:
        """Under this one, as if it had not been used before."""
        if theme not in self._made:
            policy = Policy.from_toml(POLICY)
            safe = CookieSafe(policy, secret_key=KEY, store=MemoryStore(), theme=theme)
            self._made[theme] = host = Host(safe, self._browser, self._opened)
            self._stack.callback(safe.close)
            host.address = f"http://127.0.0.1:{self._stack.enter_context(serving(host.site))}"
        host = self._made[theme]
        host.style, host.csp, host.direction = PLAIN, "", "ltr"
        return host

    def close_pages(self) -> None:
        """Those that were opened until now."""
        self._opened.close()


@contextmanager
def hosts(browser: Browser) -> Iterator[Hosts]:
    with ExitStack() as stack:
        yield Hosts(browser, stack)


def choose(page: Page, choice: str) -> None:
    """Press that button, and then open the page anew."""
    page.locator(f"[data-cookiesafe={choice}]").click()
    expect(page.locator("[data-cookiesafe=banner]")).to_have_count(0)
    page.goto(page.url.partition("#")[0])


def stops(page: Page, most: int = 200) -> Iterator[dict[str, Any]]:
    """Press Tab until the focus has left the page: what it is on, and whether anything hides a part of it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        stop: dict[str, Any] | None = page.evaluate(_STOP)
        if stop is None:
            return
        yield stop
    raise AssertionError(f"{most} times Tab, and the focus is still in the page")


def covered(seen: Sequence[dict[str, Any]]) -> list[str]:
    return [each["name"] for each in seen if each["covered"]]


_STOP = """
() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return null;
  const box = focused.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const inside = [[x, y], [x, box.top + 2], [x, box.bottom - 2], [box.left + 2, y], [box.right - 2, y]];
  const seen = ([x, y]) => focused.contains(document.elementFromPoint(x, y));
  return {
    name: focused.tagName + " " + (focused.textContent || focused.labels?.[0]?.textContent || "").trim().slice(0, 40),
    ours: focused.closest("#cookiesafe") !== null,
    covered: !inside.every(seen),
  };
}
"""
