"""What a browser sends from where, and what comes of it in an app that takes nothing from other sites."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from tests.support.edges import ASGIClient
from tests.support.harbour import KEY
from tests.support.serving import serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLICY = '[site]\nname = "Harbour"'
FORM = """<!doctype html><html lang=en><title>A form</title>
<form method=post action="{to}/take"><input name=amount value=7><button>Send</button></form>"""
PAGES = {
    "/form": FORM,
    "/no-referrer": f"<meta name=referrer content=no-referrer>{FORM}",
    "/sandboxed": '<!doctype html><iframe sandbox="allow-forms" src="/form"></iframe>',
    "/quiet": "<!doctype html><html lang=en><title>Nothing to see</title>",
}


@dataclass
class Harbour:
    """The site, its other port, and what it was sent: for each POST, Sec-Fetch-Site, Origin, and whether it was taken."""

    port: int = 0
    other_port: int = 0
    took: list[tuple[str | None, str | None, bool]] = field(default_factory=list)
    opened: list[dict[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://harbour.localhost:{self.port}"

    def page(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """A page of any site, which sends its form to the harbour."""
        start_response("200 OK", [("Content-Type", "text/html")])
        return [PAGES.get(environ["PATH_INFO"], "").format(to=self.url).encode()]

    def app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The harbour's own app."""
        if environ["REQUEST_METHOD"] == "POST":
            environ["harbour.taken"].append(True)
        return self.page(environ, start_response)

    def site(self, safe: CookieSafe) -> WSGIApplication:
        """All sites on one port, the harbour behind CookieSafe."""
        guarded = CookieSafeMiddleware(self.app, safe)

        def served(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            # A proxy is given the whole address.
            environ["PATH_INFO"] = urlsplit(environ["PATH_INFO"]).path
            if "HTTP_UPGRADE" in environ:
                self.opened.append({k: v for k, v in environ.items() if k.startswith("HTTP_")})
            if not environ["HTTP_HOST"].startswith("harbour."):
                return self.page(environ, start_response)
            taken = environ["harbour.taken"] = []
            body = guarded(environ, start_response)
            if environ["REQUEST_METHOD"] == "POST":
                said = environ.get("HTTP_SEC_FETCH_SITE"), environ.get("HTTP_ORIGIN")
                self.took.append((*said, taken == [True]))
            return body

        return served


def make_safe(**settings: Any) -> CookieSafe:
    return CookieSafe(
        Policy.from_toml(POLICY),
        secret_key=KEY,
        store=MemoryStore(),
        check_origin=True,
        **settings,
    )


@pytest.fixture(scope="module")
def running() -> Iterator[Harbour]:
    harbour = Harbour()
    with serving(harbour.page) as harbour.other_port:
        trusted = [f"http://shop.localhost:{harbour.other_port}"]
        with serving(harbour.site(make_safe(trusted_origins=trusted))) as harbour.port:
            yield harbour


@pytest.fixture
def harbour(running: Harbour) -> Harbour:
    running.took.clear()
    running.opened.clear()
    return running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with closing(browser.new_context()) as context:
        context.set_default_timeout(10_000)
        yield context.new_page()


def press(page: Page) -> int:
    """Press the only button there is, in the page or the frame in it; the status of the answer."""
    frame = page.frames[-1]
    with page.expect_response(lambda response: response.request.method == "POST") as answered:
        frame.locator("button").click()
    return answered.value.status


# --- forms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/form", "/no-referrer"])
def test_the_sites_own_form_is_taken(page: Page, harbour: Harbour, path: str) -> None:
    page.goto(harbour.url + path)

    assert press(page) == 200
    origin = harbour.url if path == "/form" else "null"
    assert harbour.took == [("same-origin", origin, True)]


@pytest.mark.parametrize(
    ("host", "elsewhere", "said"),
    [
        ("gullwing.localhost", False, "cross-site"),
        ("gullwing.localhost", True, "cross-site"),
        ("www.harbour.localhost", False, "same-site"),
        ("harbour.localhost", True, "same-site"),
    ],
    ids=["another site", "another site and port", "a subdomain", "another port"],
)
def test_a_form_of_another_origin_is_refused(
    page: Page, harbour: Harbour, host: str, elsewhere: bool, said: str
) -> None:
    origin = f"http://{host}:{harbour.other_port if elsewhere else harbour.port}"
    for path, named in (("/form", origin), ("/no-referrer", "null")):
        page.goto(origin + path)
        assert press(page) == 403
        assert harbour.took.pop() == (said, named, False)


def test_a_form_of_an_origin_that_is_trusted_is_taken(page: Page, harbour: Harbour) -> None:
    origin = f"http://shop.localhost:{harbour.other_port}"
    page.goto(f"{origin}/form")

    assert press(page) == 200
    assert harbour.took == [("cross-site", origin, True)]


def test_a_form_in_a_sandbox_is_refused_even_of_the_site_itself(
    page: Page, harbour: Harbour
) -> None:
    page.goto(f"{harbour.url}/sandboxed")

    assert press(page) == 403
    assert harbour.took == [("cross-site", "null", False)]


def test_a_form_that_is_sent_again_by_reloading_is_taken(page: Page, harbour: Harbour) -> None:
    page.goto(f"{harbour.url}/form")
    press(page)
    page.reload()

    assert harbour.took == [("same-origin", harbour.url, True)] * 2


# --- scripts, bookmarks, and WebSockets ----------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "mode", "said", "taken"),
    [
        ("harbour.localhost", "same-origin", "same-origin", True),
        ("gullwing.localhost", "no-cors", "cross-site", False),
        ("www.harbour.localhost", "no-cors", "same-site", False),
    ],
)
def test_what_a_script_sends_is_taken_from_the_site_alone(
    page: Page, harbour: Harbour, host: str, mode: str, said: str, taken: bool
) -> None:
    origin = f"http://{host}:{harbour.port}"
    page.goto(f"{origin}/quiet")
    page.evaluate(
        """async ([url, mode]) => {
            await fetch(url, { method: "POST", mode, credentials: "include" });
        }""",
        [f"{harbour.url}/take", mode],
    )

    assert harbour.took == [(said, origin, taken)]


def test_an_address_that_is_typed_or_a_link_from_anywhere_is_answered(
    page: Page, harbour: Harbour
) -> None:
    typed = page.goto(f"{harbour.url}/form")
    assert typed is not None
    assert typed.status == 200
    assert typed.request.headers.get("origin") is None

    page.goto(f"http://gullwing.localhost:{harbour.port}/quiet")
    with page.expect_response(f"{harbour.url}/form") as answered:
        page.evaluate(f"location.href = '{harbour.url}/form'")
    assert answered.value.status == 200


@pytest.mark.parametrize(
    ("host", "opened"),
    [("harbour.localhost", True), ("gullwing.localhost", False), ("www.harbour.localhost", False)],
)
def test_a_websocket_opens_from_the_site_alone(
    page: Page, harbour: Harbour, host: str, opened: bool
) -> None:
    page.goto(f"http://{host}:{harbour.port}/quiet")
    page.evaluate(
        """url => new Promise(over => {
            const socket = new WebSocket(url);
            socket.onopen = socket.onerror = () => over();
        })""",
        f"{harbour.url.replace('http', 'ws')}/live",
    )

    (handshake,) = harbour.opened
    assert opens(harbour, handshake) is opened


def opens(harbour: Harbour, handshake: dict[str, str]) -> bool:
    """Whether an app over ASGI accepts what the browser has sent."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})

    fields = {name[5:].lower().replace("_", "-"): value for name, value in handshake.items()}
    client = ASGIClient(ASGIMiddleware(app, make_safe()), base=harbour.url)
    absent = dict.fromkeys(("sec-fetch-site", "sec-fetch-dest", "sec-fetch-mode", "origin"))
    with ThreadPoolExecutor(1) as beside_the_browser:
        messages = beside_the_browser.submit(client.connect, "/live", {**absent, **fields})
        return str(messages.result()[0]["type"]) == "websocket.accept"


# --- plain http to another machine ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "path", "named", "taken"),
    [
        ("harbour.example", "/form", "http://harbour.example", True),
        ("harbour.example", "/no-referrer", "null", False),
        ("gullwing.example", "/form", "http://gullwing.example", False),
        ("www.harbour.example", "/form", "http://www.harbour.example", False),
    ],
)
def test_over_plain_http_the_origin_decides(
    browser: Browser, host: str, path: str, named: str, taken: bool
) -> None:
    harbour = Lan()
    with (
        serving(harbour.site(make_safe(secure=False))) as port,
        closing(browser.new_context(proxy={"server": f"http://127.0.0.1:{port}"})) as context,
    ):
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.goto(f"http://{host}{path}")
        assert press(page) == (200 if taken else 403)

    assert harbour.took == [(None, named, taken)]


class Lan(Harbour):
    @property
    def url(self) -> str:
        return "http://harbour.example"
