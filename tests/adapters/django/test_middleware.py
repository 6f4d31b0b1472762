"""The middleware in Django: whatever view, middleware and response there is, under WSGI and under ASGI."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.support.django_settings import configure

configure()

from django.core.cache import cache
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import SimpleTemplateResponse
from django.test import AsyncClient, override_settings
from django.test import Client as DjangoClient
from django.urls import path, re_path
from django.views.decorators.cache import cache_page

from cookiesafe import CookieSafe, Policy, current_visit
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.errors import SettingError
from cookiesafe.testing import ASGIClient, Client, WSGIClient
from cookiesafe.testing.reading import cache_rules, lets_in, policies, varies_by
from cookiesafe.testing.site import ADVERTISER, BANNER, CONSENT, KEY, PAGE, POLICY, SESSION
from tests.support.django_suite import awaited, settings_of
from tests.support.served import served

View = Callable[..., Any]
OURS = "cookiesafe.adapters.django.CookieSafeMiddleware"
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
COMMON = "django.middleware.common.CommonMiddleware"
CSRF = "django.middleware.csrf.CsrfViewMiddleware"
SCRIPTED = {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors", "Accept": "*/*"}


class Site:
    """Makes browsers at a view, on one of Django's two handlers."""

    def __init__(self, edge: str, overridden: list[Any]) -> None:
        self.edge = edge
        self._overridden = overridden

    def __call__(
        self, view: View, *middleware: str, url: str = "", root: str = "", **more: Any
    ) -> Client:
        settings = {"store": MemoryStore(), **more.pop("safe", {})}
        safe = CookieSafe(Policy.from_toml(POLICY), secret_key=KEY, **settings)
        override = override_settings(**settings_of(safe, [re_path(url, view)], *middleware, **more))
        override.enable()
        self._overridden.append(override)
        client: Client
        if self.edge == "wsgi":
            client = WSGIClient(WSGIHandler(), root=root)
        else:
            client = ASGIClient(served(ASGIHandler()), root=root)
        client.safe = safe
        return client


@pytest.fixture(params=["wsgi", "asgi"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    overridden: list[Any] = []
    yield Site(request.param, overridden)
    for each in reversed(overridden):
        each.disable()


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE)


def plain(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain")


# --- views and middleware, awaited or not ---------------------------------------------------------


class Middle:
    """Middleware behind ours, which tells whose visit it sees."""

    sync_capable, async_capable = True, False
    seen: ClassVar[list[object]] = []

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        self.seen.append(current_visit() is request.visit)
        return response


MIDDLE = f"{__name__}.Middle"


@pytest.mark.parametrize("middleware", [(), (MIDDLE,), (SESSIONS, MIDDLE)])
@pytest.mark.parametrize("in_which", [lambda view: view, awaited])
def test_the_visit_is_the_current_one_in_every_view_and_middleware(
    site: Site, in_which: Callable[[View], View], middleware: tuple[str, ...]
) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return plain(f"{current_visit() is request.visit} {current_visit().allows('advertising')}")

    Middle.seen.clear()
    browser = site(in_which(view), *middleware)
    browser.choose("accept")

    assert browser.get("/").text == "True True"
    assert Middle.seen == [True] * (MIDDLE in middleware)


@pytest.mark.parametrize("kind", ["list", "generator", "awaited"])
def test_the_visit_is_the_current_one_while_a_body_is_made(site: Site, kind: str) -> None:
    if (site.edge, kind) in (("wsgi", "awaited"), ("asgi", "generator"), ("asgi", "list")):
        pytest.skip("Django warns that it takes such a body as a whole")

    def chunks() -> Iterator[str]:
        yield "<!doctype html><bo"
        yield f"dy>{current_visit().user_id}"

    async def chunks_async() -> AsyncIterator[str]:
        for chunk in chunks():
            yield chunk

    def view(request: HttpRequest) -> HttpResponse:
        body: Any = {"list": lambda: ["<!doctype html><body>", "None"]}.get(kind, chunks)
        return StreamingHttpResponse(chunks_async() if kind == "awaited" else body())

    text = site(view).get("/").text

    assert text.startswith("<!doctype html><body><section")
    assert BANNER in text
    assert text.endswith("None")


def test_while_the_store_is_asked_the_loop_goes_on() -> None:
    class Slow(MemoryStore):
        def append(self, records: Any) -> None:
            asked.set()
            assert may_go_on.wait(10)
            super().append(records)

    asked, may_go_on = threading.Event(), threading.Event()
    overridden: list[Any] = []
    browser = Site("asgi", overridden)(awaited(page), safe={"store": Slow()})
    assert isinstance(browser, ASGIClient)

    async def choose_meanwhile() -> tuple[int, int]:
        body = b"choice=accept"
        sent = browser.prepared("/cookiesafe/choices", "POST", body)
        choosing = asyncio.create_task(browser.exchange(sent))
        while not asked.is_set():
            await asyncio.sleep(0)
        other = await browser.exchange(browser.prepared("/"))
        may_go_on.set()
        return other.status, (await choosing).status

    try:
        assert asyncio.run(choose_meanwhile()) == (200, 303)
    finally:
        overridden[0].disable()


def test_who_leaves_while_a_view_waits_leaves_nothing_behind() -> None:
    async def view(request: HttpRequest) -> HttpResponse:
        if request.path == "/wait":
            waiting.set()
            await asyncio.Event().wait()
        return plain(str(current_visit() is request.visit))

    async def leave() -> tuple[list[Any], str]:
        sent: list[Any] = []
        incoming = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> Any:
            if incoming:
                return incoming.pop()
            await waiting.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = browser.scope(browser.prepared("/wait"))
        await ASGIHandler()(scope, receive, send)
        after = await browser.exchange(browser.prepared("/", headers=SCRIPTED))
        return sent, after.text

    waiting = asyncio.Event()
    overridden: list[Any] = []
    made = Site("asgi", overridden)(view)
    assert isinstance(made, ASGIClient)
    browser: ASGIClient = made
    try:
        assert asyncio.run(leave()) == ([], "True")
    finally:
        overridden[0].disable()


# --- the request ----------------------------------------------------------------------------------


def test_a_view_sees_only_the_cookies_it_may_wherever_it_looks(site: Site) -> None:
    seen: list[Any] = []

    def view(request: HttpRequest) -> HttpResponse:
        raw = [v for n, v in getattr(request, "scope", {}).get("headers", ()) if n == b"cookie"]
        seen.extend([dict(request.COOKIES), request.headers["Cookie"], request.META["HTTP_COOKIE"]])
        seen.extend(value.decode() for value in raw)
        return page(request)

    site(view).get("/", cookies="cart=7; hl_ad=a1; surprise=1")

    assert seen[0] == {"cart": "7"}
    assert set(seen[1:]) == {"cart=7"}


def test_several_cookie_fields_of_http_2_are_all_read() -> None:
    overridden: list[Any] = []
    browser = Site("asgi", overridden)(lambda request: plain(str(dict(request.COOKIES))))
    try:
        assert browser.get("/", cookies=["cart=7", "csrftoken=abc"]).text == str(
            {"cart": "7", "csrftoken": "abc"}
        )
    finally:
        overridden[0].disable()


def test_cookies_that_were_looked_at_before_are_looked_at_again(site: Site) -> None:
    browser = site(lambda request: plain(str(dict(request.COOKIES))))
    with override_settings(MIDDLEWARE=[f"{__name__}.looking", OURS]):
        browser.app = WSGIHandler() if site.edge == "wsgi" else served(ASGIHandler())

        assert browser.get("/", cookies="surprise=1").text == "{}"


def looking(get_response: View) -> View:
    def middleware(request: HttpRequest) -> Any:
        assert request.COOKIES == {"surprise": "1"}
        assert request.headers["Cookie"]
        return get_response(request)

    return middleware


@pytest.mark.parametrize("chunks", [[b"a=1&b=2"], [b"a=1", b"&b", b"=2"]])
@pytest.mark.parametrize("told", [True, False])
def test_a_form_that_was_looked_into_reaches_the_view_whole(
    site: Site, chunks: list[bytes], told: bool
) -> None:
    """An old browser's, which says not where it comes from: its token is looked for."""
    if site.edge == "wsgi" and not told:
        pytest.skip("without a length, WSGI has no body")

    def view(request: HttpRequest) -> HttpResponse:
        if request.method == "GET":
            return plain(request.visit.form_token)
        return plain(f"{request.POST.get('a')} {len(request.body)}")

    browser = site(view, safe={"check_origin": True})
    browser.choose("accept")
    token = browser.get("/").text
    chunks = [*chunks, f"&cookiesafe-token={token}".encode()]
    length = {} if told else {"Content-Length": None}
    silent = {"Origin": None, "Sec-Fetch-Site": None, **length}

    answer = browser.post("/", body=chunks, headers=silent)

    assert answer.text == f"1 {len(b''.join(chunks))}"
    assert browser.post("/", body=b"a=1", headers=silent).status == 403


@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_a_body_too_large_to_be_looked_into_is_not_read_away(site: Site, mode: str) -> None:
    large = b"a=" + b"x" * 70_000

    def view(request: HttpRequest) -> HttpResponse:
        return plain(str(len(request.body)))

    browser = site(view, safe={"check_origin": True, "mode": mode})
    browser.jar["cart"] = "7"
    silent = {"Origin": None, "Sec-Fetch-Site": None}

    for more in [{}, {"Content-Length": None}] if site.edge == "asgi" else [{}]:
        answer = browser.post("/", body=large, headers={**silent, **more})

        assert answer.text == "70002" if mode == "observe" else answer.status == 403


def test_a_host_that_the_site_does_not_answer_for_gets_no_page_of_ours(site: Site) -> None:
    browser = site(page, ALLOWED_HOSTS=["www.example"])

    refused = browser.get("/cookiesafe/choices", {"Host": "evil.example"})

    assert refused.status == 400
    assert policies(refused)
    assert browser.get("/cookiesafe/choices").status == 200


def test_behind_a_proxy_host_and_scheme_are_those_django_was_told(site: Site) -> None:
    behind: dict[str, Any] = {
        "USE_X_FORWARDED_HOST": True,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_HTTPS", "on"),
    }
    browser = site(page, **behind)
    browser.base = "http://10.0.0.7:8000"
    browser.headers = {"X-Forwarded-Host": "www.example", "X-Https": "on"}

    taken = browser.choose("accept", headers={"Origin": "https://www.example"})
    other = browser.choose("accept", headers={"Origin": "https://evil.example"})

    assert (taken.status, other.status) == (303, 403)
    assert CONSENT in browser.jar


def test_a_query_may_have_any_bytes(site: Site) -> None:
    browser = site(page)

    assert "q=%C3%A4" in browser.get("/bill?q=%C3%A4").text
    sent = browser.prepared("/bill")
    sent.query = "q=ä".encode().decode("latin-1")
    assert browser._send(sent).status == 200


# --- the response ---------------------------------------------------------------------------------


def test_djangos_own_cookies_pass_and_others_do_not(site: Site) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        request.session["count"] = request.session.get("count", 0) + 1
        request.META["CSRF_COOKIE_NEEDS_UPDATE"] = True
        request.META["CSRF_COOKIE"] = "x" * 32
        response = plain(str(request.session["count"]))
        response.set_cookie("hl_ad", "a1", max_age=60)
        response.headers["Set-Cookie"] = "surprise=1"
        return response

    browser = site(view, SESSIONS, CSRF)

    assert set(browser.get("/").cookie_names) == {"sessionid", "csrftoken"}
    assert browser.get("/").text == "2"
    browser.choose("accept")
    assert "hl_ad" in browser.get("/").cookie_names


def test_djangos_csrf_check_does_not_see_our_forms(site: Site) -> None:
    assert site(page, SESSIONS, CSRF).choose("reject").status == 303


def test_a_csp_of_the_apps_own_stays_as_strict_beside_ours(site: Site) -> None:
    own = "default-src 'self'"

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(PAGE, headers={"Content-Security-Policy": own})

    browser = site(view)
    for fields in ({}, SCRIPTED):
        said = browser.get("/", fields).header("content-security-policy") or ""
        first, _, ours = said.partition(", ")

        assert first == own
        assert "default-src" in ours or "script-src" in ours


def test_vary_and_cache_control_of_the_apps_are_kept(site: Site) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        fields = {"Cache-Control": "max-age=60", "Vary": "Accept-Language"}
        return HttpResponse(PAGE, headers=fields)

    browser = site(view)
    browser.choose("accept")
    answer = browser.get("/")

    assert {"accept-language", "cookie", "sec-gpc"} <= varies_by(answer)
    assert {"max-age=60", "private"} <= cache_rules(answer)


def test_the_length_of_a_page_is_right_when_the_banner_is_in_it(site: Site) -> None:
    answer = site(page, COMMON).get("/")

    assert answer.header("content-length") == str(len(answer.body))
    assert BANNER in answer.text


def test_a_page_that_may_be_rewritten_is_neither_compressed_nor_not_modified(site: Site) -> None:
    gzip, conditional = (
        "django.middleware.gzip.GZipMiddleware",
        "django.middleware.http.ConditionalGetMiddleware",
    )
    browser = site(lambda request: HttpResponse(PAGE * 20), gzip, conditional)
    first = browser.get("/")
    again = browser.get("/", {"If-None-Match": first.header("etag") or '"x"'})

    for answer in (first, again):
        assert answer.status == 200
        assert BANNER in answer.text
    assert browser.get("/", SCRIPTED).header("content-encoding") == "gzip"


def test_a_file_leaves_as_it_is_and_a_page_in_a_file_is_gated(site: Site, tmp_path: Path) -> None:
    if site.edge == "asgi":
        pytest.skip("Django warns that it takes a file as a whole")
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "data.bin").write_bytes(b"\x00" * 9000)

    def view(request: HttpRequest) -> HttpResponse:
        opened = (tmp_path / request.path.removeprefix("/")).open("rb")
        files.append(opened)
        return FileResponse(opened)

    files: list[Any] = []
    browser = site(view)
    held = browser.get("/page.html")

    assert BANNER in held.text
    assert f' src="https://{ADVERTISER}' not in held.text
    assert browser.get("/data.bin", SCRIPTED).body == b"\x00" * 9000
    assert all(file.closed for file in files)


def test_a_response_that_is_rendered_late_is_gated(site: Site) -> None:
    templates = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]

    def view(request: HttpRequest) -> HttpResponse:
        from django.template import engines

        return SimpleTemplateResponse(engines["django"].from_string(PAGE))

    assert BANNER in site(view, TEMPLATES=templates).get("/").text


@pytest.mark.parametrize("path", ["/nowhere", "/broken", "/denied"])
def test_djangos_pages_for_errors_are_gated(site: Site, path: str) -> None:
    from django.core.exceptions import PermissionDenied

    def view(request: HttpRequest) -> HttpResponse:
        if request.path == "/denied":
            raise PermissionDenied
        raise ValueError

    answer = site(view, url="broken|denied").get(path)

    assert answer.status in (403, 404, 500)
    assert BANNER in answer.text
    assert not lets_in(answer, ADVERTISER)


def test_a_session_that_cannot_be_kept_is_the_apps_error(site: Site) -> None:
    closed: list[object] = []

    def view(request: HttpRequest) -> HttpResponse:
        request.visit.session["large"] = "x" * 9000
        response = HttpResponse(PAGE)
        response._resource_closers.append(lambda: closed.append(1))
        return response

    answer = site(view).get("/")

    assert answer.status == 500
    assert SESSION not in answer.cookie_names
    assert not lets_in(answer, ADVERTISER)
    assert closed == [1]


def test_a_response_is_closed_once_and_its_request_let_go(site: Site) -> None:
    visits: list[weakref.ref[Any]] = []
    finished: list[object] = []

    def view(request: HttpRequest) -> HttpResponse:
        visits.append(weakref.ref(request.visit))
        return HttpResponse(PAGE)

    def count(**_: Any) -> None:
        finished.append(1)

    browser = site(view)
    gc.collect()
    gc.disable()
    request_finished.connect(count)
    try:
        browser.get("/")
        alone = visits[0]() is None
    finally:
        request_finished.disconnect(count)
        gc.enable()

    assert finished == [1]
    # Django's own tasks of ASGI are left to the garbage collector.
    assert alone or site.edge == "asgi"


def test_a_session_in_the_store_may_be_changed_while_a_page_streams(site: Site) -> None:
    from cookiesafe import SessionTerms

    def chunks(request: HttpRequest) -> Iterator[str]:
        yield "one"
        request.visit.session["seen"] = "late"

    async def chunks_async(request: HttpRequest) -> AsyncIterator[str]:
        for chunk in chunks(request):
            yield chunk

    def view(request: HttpRequest) -> HttpResponse:
        if request.path == "/":
            request.visit.session["seen"] = "first"
            return plain("")
        if request.path == "/read":
            return plain(str(request.visit.session["seen"]))
        request.visit.session["seen"]
        body: Any = chunks(request) if site.edge == "wsgi" else chunks_async(request)
        return StreamingHttpResponse(body, content_type="text/plain")

    browser = site(view, safe={"session": SessionTerms(kept="store")})
    for each in ("/", "/stream"):
        browser.get(each)

    assert browser.get("/read").text == "late"


def test_a_session_that_is_first_touched_while_a_text_streams_is_kept(site: Site) -> None:
    """The response is the same for everybody as far as its fields know."""
    from cookiesafe import SessionTerms

    async def chunks_async(visit: Any) -> AsyncIterator[str]:
        visit.session["seen"] = "late"
        yield "text"

    def chunks(visit: Any) -> Iterator[str]:
        visit.session["seen"] = "late"
        yield "text"

    def view(request: HttpRequest) -> HttpResponse:
        if request.path == "/":
            request.visit.login("ada")
            return plain("")
        if request.path == "/read":
            return plain(str(request.visit.session.get("seen")))
        body: Any = (chunks if site.edge == "wsgi" else chunks_async)(request.visit)
        return StreamingHttpResponse(body, content_type="text/plain")

    browser = site(view, safe={"session": SessionTerms(kept="store")})
    browser.get("/", SCRIPTED)
    browser.get("/stream", SCRIPTED)

    assert browser.get("/read", SCRIPTED).text == "late"


# --- Django's caches ------------------------------------------------------------------------------

UPDATE = "django.middleware.cache.UpdateCacheMiddleware"
FETCH = "django.middleware.cache.FetchFromCacheMiddleware"


@pytest.mark.parametrize("asks", [True, False])
@pytest.mark.parametrize("where", ["site", "view"])
def test_a_page_that_asks_the_visit_is_kept_by_no_cache_of_djangos(
    site: Site, where: str, asks: bool
) -> None:
    made: list[bool] = []

    def view(request: HttpRequest) -> HttpResponse:
        made.append(asks and request.visit.allows("advertising"))
        return HttpResponse(f"<body>adverts: {made[-1]}")

    cache.clear()
    browser = site(
        cache_page(60)(view) if where == "view" else view,
        *((UPDATE, FETCH) if where == "site" else ()),
    )
    browser.choose("accept")
    first, other = browser.get("/").text, browser.another().get("/").text

    assert ("adverts: True" in first, "adverts: True" in other) == (asks, False)
    assert len(made) == (2 if asks else 1)
    assert BANNER in other
    assert BANNER not in first


def looking_at_forms(get_response: Any) -> Any:
    """Middleware that looks at carried forms, in front of a view that does."""

    def look(request: HttpRequest) -> Any:
        assert request.visit.carry
        return get_response(request)

    return look


def test_a_form_that_is_carried_is_kept_by_no_cache_of_djangos(site: Site) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.visit.carry.seal("order", {"name": "Ada"}))

    cache.clear()
    browser = site(cache_page(60)(view), f"{__name__}.looking_at_forms")
    first, other = browser.get("/").text, browser.another().get("/").text

    assert first != other


# --- Django's test clients ------------------------------------------------------------------------


@pytest.mark.parametrize("awaiting", [False, True])
def test_djangos_test_clients_keep_and_show_the_cookies(site: Site, awaiting: bool) -> None:
    if awaiting != (site.edge == "asgi"):
        pytest.skip("the other client")

    def view(request: HttpRequest) -> HttpResponse:
        request.visit.session["count"] = request.visit.session.get("count", 0) + 1
        response = plain(str(request.visit.session["count"]))
        response.set_cookie("cart", "a b", max_age=60)
        return response

    site(view)
    if awaiting:
        browser: Any = AsyncClient()

        async def ask() -> list[Any]:
            return [await browser.get("/", secure=True) for _ in range(2)]

        first, second = asyncio.run(ask())
    else:
        browser = DjangoClient()
        first, second = [browser.get("/", secure=True) for _ in range(2)]

    assert (first.content, second.content) == (b"1", b"2")
    assert first.cookies["cart"].value == "a b"
    assert first.cookies["cart"]["max-age"] == 60
    assert first.cookies[SESSION]["httponly"]
    assert first.cookies[SESSION]["samesite"] == "Lax"


# --- its start ------------------------------------------------------------------------------------


def test_it_is_imported_without_any_settings() -> None:
    code = (
        "import cookiesafe.adapters.django as ours; from django.conf import settings; "
        "assert ours.CookieSafeMiddleware.async_capable and not settings.configured"
    )
    environ = {"PATH": "", "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")


def test_what_cannot_work_is_said_where_the_site_starts() -> None:
    with (
        override_settings(MIDDLEWARE=[OURS], COOKIESAFE={"POLICY": "nowhere.toml"}),
        pytest.raises(SettingError, match="nowhere"),
    ):
        WSGIHandler()


urlpatterns = [path("", page)]


# --- the inspector --------------------------------------------------------------------------------


def test_the_inspector_tells_of_a_view_at_the_end_of_its_page(site: Site) -> None:
    def bills(request: HttpRequest) -> HttpResponse:
        response = HttpResponse(PAGE)
        response.set_cookie("hl_ad", "secret-value")
        return response

    here = "http://localhost:8000"
    client = site(bills, safe={"origin": here, "inspector": True})
    client.base, client.peer = here, "127.0.0.1"

    shown = client.get("/bills").text
    said = client.get("/cookiesafe/inspector", headers={"accept": "application/json"}).json()

    assert 'data-cookiesafe="inspector"' in shown
    assert "secret-value" not in shown
    (story,) = said["requests"]
    assert [row["did"] for row in story["rows"]["Cookies the app set"]] == ["held back"]
    client.peer = "203.0.113.7"
    assert client.get("/cookiesafe/inspector").status == 404
