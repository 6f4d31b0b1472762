"""What another site sends changes nothing: on our own pages always, and in the app where that is wanted."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from itertools import product
from typing import TYPE_CHECKING

import pytest

from cookiesafe import CookieSafe, Visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from cookiesafe.consent import DAY
from tests.support.edges import (
    FORM,
    AppRequest,
    AppResponse,
    ASGIClient,
    Client,
    Fields,
    Message,
    Receive,
    Response,
    Scope,
    Send,
    WSGIClient,
    answer,
    html,
)
from tests.support.harbour import (
    CONSENT,
    KEY,
    ONLY_ASGI,
    OTHER_KEY,
    SESSION,
    Clock,
    MakeClient,
    MakeSafe,
    page,
)
from tests.support.origins import AT, EVIL, OWN, SAFE, TRUSTED, Row, rows

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CHOICES = "/cookiesafe/choices"
HOUR = 3600
UNTOLD: Fields = {"Sec-Fetch-Site": None, "Origin": None}
FOREIGN: Fields = {"Sec-Fetch-Site": "cross-site", "Origin": EVIL}
OURS = f"{CONSENT}=any"
THEIRS = "cart=7"
BOUNDARY = "xXxboundaryxXx"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


class App:
    """Signs in who asks for it, shows a form, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[AppRequest] = []

    def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
        self.asked.append(request)
        if request.path == "/form":
            return html(f'<form method="post"><input name="x" value="{visit.form_token}"></form>')
        if request.path.startswith("/login/"):
            visit.login(request.path.removeprefix("/login/"))
        if request.path == "/logout":
            visit.logout()
        return answer("text/plain", visit.user_id or "nobody")

    def taken(self) -> list[bytes]:
        """What was posted to it since the last time."""
        bodies = [each.body for each in self.asked if each.method == "POST"]
        self.asked.clear()
        return bodies


def said(row: Row) -> Fields:
    return {"Sec-Fetch-Site": row.fetch_site or None, "Origin": row.origin or None}


def token_of(response: Response) -> str:
    (token,) = re.findall(r'name="x" value="(.*?)"', response.text)
    return str(token)


def tokens_on(response: Response) -> list[str]:
    return re.findall(r'<input type="hidden" name="cookiesafe-token" value="(.*?)">', response.text)


def multipart(*fields: tuple[str, bytes]) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value
        for name, value in fields
    ]
    return b"\r\n".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


# --- the table -----------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", sorted({row.origin for row in rows()}), ids=str)
def test_what_our_pages_take_is_what_the_table_says(
    make_client: MakeClient, origin: tuple[str, ...]
) -> None:
    client = make_client(trusted_origins=[TRUSTED])
    for row in rows():
        if row.origin == origin:
            response = client.post(
                CHOICES,
                form={"choice": "reject"},
                headers=said(row),
                cookies=f"{THEIRS}; {OURS}" if row.has_cookies else THEIRS,
            )
            assert response.status == (303 if row.verdict == "allowed" else 403), row


@pytest.mark.parametrize("origin", sorted({row.origin for row in rows()}), ids=str)
def test_what_reaches_the_app_is_what_the_table_says(
    make_client: MakeClient, origin: tuple[str, ...]
) -> None:
    app = App()
    client = make_client(app, check_origin=True, trusted_origins=[TRUSTED])
    for row in rows():
        if row.origin == origin:
            cookies = THEIRS if row.has_cookies else ""
            body = b"amount=7"
            response = client.post("/pay", body=body, headers=said(row), cookies=cookies)
            assert response.status == (200 if row.verdict == "allowed" else 403), row
            assert app.taken() == ([body] if row.verdict == "allowed" else []), row


@pytest.mark.parametrize(("base", "host", "origin", "own"), AT)
def test_our_own_origin_has_the_scheme_host_and_port_that_the_visitor_sees(
    make_client: MakeClient, base: str, host: str, origin: str, own: bool
) -> None:
    client = make_client(base=base, secure=False, check_origin=True)
    fields = {"Host": host, "Origin": origin, "Sec-Fetch-Site": None}

    assert client.choose("reject", headers=fields).status == (303 if own else 403)
    assert client.post("/pay", headers=fields).status == (200 if own else 403)


@pytest.mark.parametrize(("origin", "own"), [(OWN, True), ("http://10.0.0.1:8000", False)])
def test_behind_a_proxy_it_is_the_one_that_was_told(
    make_client: MakeClient, origin: str, own: bool
) -> None:
    client = make_client(base="http://10.0.0.1:8000", origin=OWN, check_origin=True)
    fields = {"Origin": origin, "Sec-Fetch-Site": None}

    assert client.choose("reject", headers=fields).status == (303 if own else 403)
    assert client.post("/pay", headers=fields).status == (200 if own else 403)


# --- what the app is asked -----------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_any_method_that_may_change_something_is_checked(
    make_client: MakeClient, method: str
) -> None:
    app = App()
    client = make_client(app, check_origin=True)
    for cookies, destination in product(("", THEIRS, OURS), ("document", "empty", None)):
        headers = {**FOREIGN, "Sec-Fetch-Dest": destination}
        assert client.request(method, "/pay", headers=headers, cookies=cookies).status == 403

    assert app.asked == []


@pytest.mark.parametrize("method", SAFE)
def test_what_changes_nothing_reaches_the_app_from_anywhere(
    make_client: MakeClient, method: str
) -> None:
    app = App()
    client = make_client(app, check_origin=True)
    sent = list(product(("", THEIRS, f"{SESSION}=any"), ("document", "empty", None)))
    for cookies, destination in sent:
        headers = {**FOREIGN, "Sec-Fetch-Dest": destination}
        assert client.request(method, "/", headers=headers, cookies=cookies).status == 200

    assert len(app.asked) == len(sent)


@pytest.mark.parametrize("fields", [FOREIGN, UNTOLD], ids=["foreign", "untold"])
def test_without_the_setting_the_app_is_asked_whatever_comes(
    make_client: MakeClient, fields: Fields
) -> None:
    app = App()
    client = make_client(app)

    assert client.post("/pay", body=b"x", headers=fields, cookies=THEIRS).status == 200
    assert app.taken() == [b"x"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"event": "paid"}'),
        (FORM, b"a=1&" * 40_000),
        ("application/octet-stream", bytes(range(256))),
    ],
    ids=["JSON", "160 KB", "bytes"],
)
def test_what_a_program_sends_without_cookies_reaches_the_app_whole(
    make_client: MakeClient, kind: str, body: bytes
) -> None:
    app = App()
    client = make_client(app, check_origin=True)

    response = client.post("/hook", body=body, headers={**UNTOLD, "Content-Type": kind})

    assert response.status == 200
    assert app.taken() == [body]


def test_an_answer_of_a_trusted_origin_reaches_the_app_with_its_form(
    make_client: MakeClient,
) -> None:
    app = App()
    client = make_client(app, check_origin=True, trusted_origins=[TRUSTED])
    fields = {"Sec-Fetch-Site": "cross-site", "Origin": TRUSTED}

    assert client.post("/callback", body=b"code=1&state=2", headers=fields).status == 200
    assert app.taken() == [b"code=1&state=2"]


def test_another_site_signs_nobody_in(make_client: MakeClient) -> None:
    app = App()
    client = make_client(app, check_origin=True)

    refused = client.post("/login/mallory", headers=FOREIGN)

    assert (refused.status, refused.cookies, client.jar) == (403, [], {})
    assert client.post("/login/ada").text == "ada"
    assert client.get("/").text == "ada"
    assert client.post("/login/mallory", headers=FOREIGN).status == 403
    assert client.get("/").text == "ada"


def test_another_site_signs_nobody_out(make_client: MakeClient) -> None:
    client = make_client(App(), check_origin=True)
    client.post("/login/ada")

    assert client.post("/logout", headers={**FOREIGN, "Sec-Fetch-Site": "same-site"}).status == 403
    assert client.get("/").text == "ada"


# --- what is answered ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        (FOREIGN, "This was sent from another site"),
        (UNTOLD, "Your browser did not say where this was sent from"),
    ],
    ids=["foreign", "untold"],
)
def test_a_visitor_is_told_why_nothing_was_changed(
    make_client: MakeClient, fields: Fields, why: str
) -> None:
    client = make_client(App(), check_origin=True)

    shown = client.post("/pay", headers=fields, cookies=THEIRS)
    told = client.post(
        "/pay", headers={**fields, "Accept": "application/json"}, cookies=THEIRS
    ).json()

    assert shown.status == 403
    assert shown.header("content-type") == "text/html; charset=utf-8"
    assert shown.header("cache-control") == "no-store"
    assert any("default-src 'none'" in each for each in shown.headers_of("content-security-policy"))
    assert why in shown.text
    assert 'data-cookiesafe="banner"' not in shown.text
    assert told["error"] == "Not taken"
    assert told["detail"].startswith(why)


def test_observe_asks_the_app_and_says_what_would_be_refused(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    app = App()
    client = make_client(app, check_origin=True, mode="observe")
    for body in (b"x", b"x" * 70_000):
        client.post("/pay", body=body, headers=FOREIGN)
        client.post("/pay", body=body, headers=UNTOLD, cookies=THEIRS)
        client.post("/pay", body=[body[:9], body[9:]], headers=UNTOLD, cookies=THEIRS)
        assert app.taken() == [body] * 3

    assert caplog.text.count("[CS607]") == 2
    assert "'POST /pay', from 'https://evil.example', would be refused" in caplog.text
    assert "'POST /pay', from 'nowhere', would be refused" in caplog.text
    assert client.choose("accept", headers=FOREIGN).status == 403


def test_the_log_names_each_origin_once_and_not_without_end(
    make_client: MakeClient, make_safe: MakeSafe, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(App(), check_origin=True)
    for path, origin in [
        ("/pay", EVIL),
        ("/again", EVIL),
        ("/" + "p" * 9000, "e" * 9000),
        *(("/pay", f"https://n{number}.evil.example") for number in range(100)),
    ]:
        client.post(path, headers={**FOREIGN, "Origin": origin})

    assert caplog.text.count("[CS607]") == 20
    assert caplog.text.count(f"'{EVIL}'") == 1
    assert max(len(each.getMessage()) for each in caplog.records) < 800
    assert client.safe is not None
    client.safe.settings.telling.report_store("a session was not kept", "the disk is full")
    assert "the disk is full" in caplog.text


def test_what_was_refused_leaves_nothing_of_its_own_in_the_log_that_breaks_a_line(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(App(), check_origin=True)
    client.post("/a%0D%0Ab", headers={**FOREIGN, "Origin": "https://evil.example\x0bx"})

    (record,) = caplog.records
    assert not set("\r\n\x0b") & set(record.getMessage())


# --- the token of a form -------------------------------------------------------------------------


def a_form(token: str) -> bytes:
    return f"amount=7&cookiesafe-token={token}".encode()


def posted(client: Client, body: bytes, kind: str = FORM) -> int:
    """A POST of a browser that says nothing of where it is from."""
    headers = {**UNTOLD, "Content-Type": kind}
    return client.post("/pay", body=body, headers=headers).status


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def client(make_client: MakeClient, app: App) -> Client:
    client = make_client(app, check_origin=True)
    client.headers = {"Accept": "text/html"}
    client.jar["cart"] = "7"
    return client


@pytest.mark.parametrize("who", ["nobody", "who has agreed", "who has refused", "who is signed in"])
def test_a_form_with_its_token_reaches_the_app_as_it_was_sent(
    client: Client, app: App, who: str
) -> None:
    sign(client, who)
    token = token_of(client.get("/form"))
    parts = multipart(("file", bytes(range(256)) * 9), ("cookiesafe-token", token.encode()))
    app.asked.clear()

    assert posted(client, a_form(token)) == 200
    assert posted(client, parts, MULTIPART) == 200
    assert app.taken() == [a_form(token), parts]


def sign(client: Client, who: str) -> None:
    if who == "who has agreed":
        client.choose("accept")
    elif who == "who has refused":
        client.choose("reject")
    elif who == "who is signed in":
        client.post("/login/ada")


def test_the_app_is_told_how_long_the_body_is(client: Client, app: App) -> None:
    body = a_form(token_of(client.get("/form")))
    assert posted(client, body) == 200

    assert app.asked[-1].header("content-length") == str(len(body))


BAD_FORMS: dict[str, Callable[[str], tuple[str, bytes]]] = {
    "none": lambda token: (FORM, b"amount=7"),
    "an empty one": lambda token: (FORM, a_form("")),
    "no form at all": lambda token: (FORM, b""),
    "twice": lambda token: (FORM, a_form(token) + a_form(token).replace(b"amount=7", b"")),
    "cut short": lambda token: (FORM, a_form(token[:-1])),
    "made longer": lambda token: (FORM, a_form(token + "A")),
    "good for longer": lambda token: (FORM, a_form(f"9{token}")),
    "another's signature": lambda token: (FORM, a_form(token[:-43] + "A" * 43)),
    "digits of another script": lambda token: (FORM, a_form(f"١{token[1:]}")),
    "as JSON": lambda token: ("application/json", f'{{"cookiesafe-token":"{token}"}}'.encode()),
    "as plain text": lambda token: ("text/plain", a_form(token)),
    "without a type": lambda token: ("", a_form(token)),
    "in 64 KiB and a byte": lambda token: (FORM, a_form(token).ljust(64 * 1024 + 1, b"x")),
    "with 1,001 fields": lambda token: (FORM, a_form(token) + b"&a=1" * 1000),
    "twice in parts": lambda token: (
        MULTIPART,
        multipart(*[("cookiesafe-token", token.encode())] * 2),
    ),
    "in parts without an end": lambda token: (
        MULTIPART,
        multipart(("cookiesafe-token", token.encode()))[:-6],
    ),
    "in parts without a boundary": lambda token: (
        "multipart/form-data",
        multipart(("cookiesafe-token", token.encode())),
    ),
}


@pytest.mark.parametrize("bad", BAD_FORMS)
def test_a_form_without_a_good_token_does_not_reach_the_app(
    client: Client, app: App, bad: str
) -> None:
    kind, body = BAD_FORMS[bad](token_of(client.get("/form")))
    app.asked.clear()

    assert posted(client, body, kind) == 403
    assert app.asked == []


def test_a_token_in_the_address_is_none(client: Client, app: App) -> None:
    token = token_of(client.get("/form"))
    app.asked.clear()
    address = f"/pay?cookiesafe-token={token}"

    assert client.post(address, form={"amount": "7"}, headers=UNTOLD).status == 403
    assert app.asked == []


def test_a_form_may_have_up_to_64_kib_and_1000_parts(client: Client, app: App) -> None:
    token = token_of(client.get("/form"))
    body = a_form(token) + b"&a="
    parts = multipart(*[("a", b"")] * 999, ("cookiesafe-token", token.encode()))
    app.asked.clear()

    assert posted(client, body.ljust(64 * 1024, b"x")) == 200
    assert posted(client, parts, MULTIPART) == 200
    assert [len(each) for each in app.taken()] == [64 * 1024, len(parts)]


def test_a_token_holds_for_twelve_hours(client: Client, clock: Clock) -> None:
    body = a_form(token_of(client.get("/form")))

    clock.now += 12 * HOUR
    assert posted(client, body) == 200
    clock.now += 1
    assert posted(client, body) == 403


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("ada", "mallory"),
        ("ada", "nobody"),
        ("nobody", "ada"),
        ("who has agreed", "ada"),
        ("who has agreed", "nobody"),
        ("nobody", "who has agreed"),
        ("who has agreed", "who has agreed"),
    ],
)
def test_a_token_of_another_visitor_is_none(client: Client, given: str, sent: str) -> None:
    other = client.another()
    for each, who in ((other, given), (client, sent)):
        each.jar["cart"] = "7"
        each.headers = {"Accept": "text/html"}
        if who == "who has agreed":
            each.choose("accept")
        elif who != "nobody":
            each.post(f"/login/{who}")

    assert posted(client, a_form(token_of(other.get("/form")))) == 403
    assert posted(client, a_form(token_of(client.get("/form")))) == 200


def test_a_token_is_no_longer_ones_own_after_signing_out(client: Client) -> None:
    client.post("/login/ada")
    body = a_form(token_of(client.get("/form")))
    assert posted(client, body) == 200
    client.post("/logout")

    assert posted(client, body) == 403


def test_a_token_of_a_form_shown_while_signing_in_is_that_users(make_client: MakeClient) -> None:
    def signing_in(visit: Visit, request: AppRequest) -> AppResponse:
        visit.login("ada")
        return answer("text/plain", visit.form_token)

    client = make_client(signing_in, check_origin=True)
    body = a_form(client.post("/login").text)

    assert posted(client, body) == 200


def test_a_token_tells_nothing_of_who_it_was_given_to(client: Client) -> None:
    client.choose("accept")
    receipt = client.records[-1].receipt
    client.post("/login/ada-lovelace")
    token = token_of(client.get("/form"))

    assert re.fullmatch(r"[0-9]{10}\.[\w-]{43}", token)
    assert receipt is not None
    assert receipt not in token


def test_a_token_of_a_retired_key_holds_and_of_a_lost_one_does_not(
    make_client: MakeClient, clock: Clock
) -> None:
    old = make_client(App(), check_origin=True)
    body = a_form(token_of(old.get("/form")))
    for keys, status in (((KEY,), 200), ((), 403)):
        client = make_client(App(), check_origin=True, secret_key=OTHER_KEY, fallback_keys=keys)
        client.jar["cart"] = "7"
        assert posted(client, body) == status


def test_a_token_is_no_cookie_and_a_cookie_no_token(client: Client) -> None:
    client.choose("reject")
    consent, token = client.jar[CONSENT], token_of(client.get("/form"))

    assert posted(client, a_form(consent)) == 403
    client.jar[CONSENT] = token
    assert "You have not chosen" in client.get(CHOICES).text


def test_a_page_with_a_token_is_kept_by_no_shared_cache(client: Client) -> None:
    response = client.get("/form", {"Sec-Fetch-Dest": "empty"})

    assert response.header("cache-control") == "private"
    assert "Cookie" in (response.header("vary") or "")


def test_while_the_store_is_down_nobody_knows_whose_a_token_is(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    nobodys = a_form(token_of(client.get("/form")))
    client.post("/login/ada")
    hers = a_form(token_of(client.get("/form")))
    assert client.safe is not None
    down = lambda *args: 1 / 0
    monkeypatch.setattr(client.safe.store, "epoch", down)

    assert (posted(client, hers), posted(client, nobodys)) == (403, 403)
    assert "[CS602]" in caplog.text


def test_a_fault_of_our_own_lets_nothing_through_that_may_be_anothers(
    client: Client, app: App, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.safe is not None
    monkeypatch.setattr(client.safe.settings, "form_tokens", None)
    caplog.set_level(logging.CRITICAL)

    assert posted(client, b"amount=7") == 503
    assert app.asked == []


def test_a_fault_of_our_own_stops_nothing_in_observe(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = App()
    client = make_client(app, check_origin=True, mode="observe")
    client.jar["cart"] = "7"
    assert client.safe is not None
    monkeypatch.setattr(client.safe.settings, "form_tokens", None)
    caplog.set_level(logging.CRITICAL)

    assert posted(client, b"amount=7") == 200
    assert app.taken() == [b"amount=7"]


# --- the token on our own pages ------------------------------------------------------------------

OWN_PAGES = [CHOICES, "/cookiesafe/receipt", "/cookiesafe/devices", "/cookiesafe/age"]


@pytest.mark.parametrize("path", OWN_PAGES)
def test_each_form_of_ours_has_a_token(client: Client, path: str) -> None:
    client.choose("accept")
    client.post("/login/ada")
    shown = client.get(path)
    forms = re.findall(r'<form method="post".*?</form>', shown.text, re.DOTALL)

    assert forms
    assert all(form.count('name="cookiesafe-token"') == 1 for form in forms)
    assert len(set(tokens_on(shown))) == 1


def test_what_stands_in_the_apps_pages_has_none(make_client: MakeClient) -> None:
    client = make_client(page, check_origin=True)
    shown = client.get("/")

    assert 'data-cookiesafe="banner"' in shown.text
    assert "cookiesafe-token" not in shown.text


@pytest.mark.parametrize("who", ["who has agreed", "who is signed in"])
def test_an_old_browser_can_choose_by_the_token_of_our_page(client: Client, who: str) -> None:
    sign(client, who)
    (token, *_) = tokens_on(client.get(CHOICES))
    form = {"choice": "reject", "cookiesafe-token": token}

    assert client.post(CHOICES, form={"choice": "reject"}, headers=UNTOLD).status == 403
    assert client.post(CHOICES, form=form, headers=UNTOLD).status == 303


def test_a_token_does_not_help_another_site(client: Client) -> None:
    client.choose("accept")
    (token, *_) = tokens_on(client.get(CHOICES))
    form = {"choice": "reject", "cookiesafe-token": token}

    assert client.post(CHOICES, form=form, headers=FOREIGN).status == 403
    assert client.post("/pay", form=form, headers=FOREIGN).status == 403


@pytest.mark.parametrize("who", ["who has agreed", "who has refused", "who is signed in"])
def test_what_anybody_can_get_makes_no_choice_for_another(client: Client, who: str) -> None:
    anybody = token_of(client.another().get("/form"))
    sign(client, who)
    known = len(client.records)
    for choice in ("accept", "reject"):
        form = {"choice": choice, "cookiesafe-token": anybody}
        assert client.post(CHOICES, form=form, headers=UNTOLD).status == 403

    assert len(client.records) == known


def test_who_is_nobody_in_particular_gets_no_token_of_our_pages(client: Client) -> None:
    client.choose("reject")
    shown = client.get(CHOICES)

    assert '<form method="post"' in shown.text
    assert "cookiesafe-token" not in shown.text


def test_a_form_that_was_left_open_overnight_is_to_be_opened_again(
    client: Client, clock: Clock
) -> None:
    client.choose("accept")
    (token, *_) = tokens_on(client.get(CHOICES))
    clock.now += DAY
    form = {"choice": "reject", "cookiesafe-token": token}

    refused = client.post(CHOICES, form=form, headers=UNTOLD)

    assert refused.status == 403
    assert "Open the page again" in refused.text


# --- the body, at each edge ----------------------------------------------------------------------


class Receiving:
    """An ASGI app that takes so many messages, and answers."""

    def __init__(self, messages: int) -> None:
        self._messages = messages
        self.received: list[Message] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for _ in range(self._messages):
            self.received.append(await receive())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def receives(app: Receiving, safe: CookieSafe, *messages: Message) -> list[Message]:
    """What the app receives of a request of an old browser with these messages."""
    client = ASGIClient(ASGIMiddleware(app, safe))
    silent = {"sec-fetch-site": None, "origin": None, "cookie": THEIRS}
    incoming = iter(messages)
    said: list[Message] = []

    async def receive() -> Message:
        return next(incoming)

    async def send(message: Message) -> None:
        said.append(message)

    scope = client.scope(client.prepared("/pay", "POST", headers=silent))
    asyncio.run(client.app(scope, receive, send))
    assert said[0]["status"] == (200 if app.received else 403)
    return app.received


def piece(body: bytes, *, more: bool) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


GONE: Message = {"type": "http.disconnect"}


@ONLY_ASGI
def test_a_body_in_pieces_is_received_whole_and_then_what_comes_after_it(
    client: Client,
) -> None:
    token = token_of(client.get("/form"))
    body = a_form(token)
    assert client.safe is not None
    pieces = [piece(body[:9], more=True), piece(b"", more=True), piece(body[9:], more=False)]

    received = receives(Receiving(2), client.safe, *pieces, GONE)

    assert received == [piece(body, more=False), GONE]


@ONLY_ASGI
def test_a_body_that_breaks_off_does_not_reach_the_app(client: Client) -> None:
    body = a_form(token_of(client.get("/form")))
    assert client.safe is not None

    assert receives(Receiving(1), client.safe, piece(body, more=True), GONE) == []


def test_in_observe_a_body_that_is_not_read_to_its_end_is_received_to_it(
    make_safe: MakeSafe,
) -> None:
    safe = make_safe(check_origin=True, mode="observe")
    large, rest = piece(b"x" * 70_000, more=True), piece(b"rest", more=False)

    assert receives(Receiving(2), safe, large, rest) == [large, rest]
    broken = piece(b"amount", more=True)
    assert receives(Receiving(2), safe, broken, GONE) == [broken, GONE]


@pytest.mark.parametrize("length", [None, "", "7", "x"])
def test_in_observe_a_body_of_no_or_a_wrong_length_reaches_the_app_as_it_came(
    make_safe: MakeSafe, length: str | None
) -> None:
    bodies: list[bytes] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        bodies.append(environ["wsgi.input"].read())
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b""]

    safe = make_safe(check_origin=True, mode="observe")
    client = WSGIClient(WSGIMiddleware(app, safe), validate=False)
    headers = {**UNTOLD, "Content-Length": length}
    client.post("/pay", body=b"amount", headers=headers, cookies=THEIRS)

    assert bodies == [b"amount"]
