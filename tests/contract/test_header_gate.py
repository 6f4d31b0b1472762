"""Response fields that a browser acts on, what we add to them, and the reports that come back."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from cookiesafe import Policy, Visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from tests.support.edges import (
    AppRequest,
    AppResponse,
    ASGIClient,
    Client,
    Handler,
    Message,
    Receive,
    Response,
    Scope,
    Send,
    WSGIClient,
    answer,
    html,
)
from tests.support.harbour import ONLY_ASGI, ONLY_WSGI, PAGE, POLICY, MakeClient, MakeSafe, policies

ADVERTS = "<https://ads.gullwing.example>; rel=preconnect"
CARDS = "<https://js.payfast.example>; rel=preconnect"
OWN = "</site.css>; rel=preload; as=style"
ENDPOINTS = 'a="https://ads.gullwing.example/r", b="/r"'


def sending(*fields: tuple[str, str], content_type: str = "text/html") -> Handler:
    return lambda visit, request: answer(content_type, PAGE, *fields)


# --- what the app sends --------------------------------------------------------------------------


@pytest.mark.law("L-01")
def test_entries_for_held_hosts_go_until_they_are_agreed_to(make_client: MakeClient) -> None:
    client = make_client(
        sending(("Link", f"{OWN}, {ADVERTS}, {CARDS}"), ("Reporting-Endpoints", ENDPOINTS))
    )

    before = client.get("/")
    client.choose("save", purpose=["advertising"])
    after = client.get("/")

    assert before.header("link") == f"{OWN}, {CARDS}"
    assert before.header("reporting-endpoints") == 'b="/r"'
    assert after.header("link") == f"{OWN}, {ADVERTS}, {CARDS}"
    assert after.header("reporting-endpoints") == ENDPOINTS


@pytest.mark.parametrize("content_type", ["application/json", "image/png", "text/css"])
def test_what_is_no_document_and_names_a_held_host_is_one_visitors(
    make_client: MakeClient, content_type: str
) -> None:
    fields = [("Link", f"{OWN}, {ADVERTS}"), ("Cache-Control", "public")]
    client = make_client(sending(*fields, content_type=content_type))
    before = client.get("/a", {"Sec-Fetch-Dest": "empty"})
    client.choose("accept")

    after = client.get("/a", {"Sec-Fetch-Dest": "empty"})

    assert before.header("link") == OWN
    assert before.header("cache-control") == "public"
    assert after.header("link") == f"{OWN}, {ADVERTS}"
    assert after.header("cache-control") == "private"
    assert before.header("vary") == after.header("vary") == "Cookie, Sec-GPC"


@pytest.mark.parametrize("content_type", ["text/html", "application/json"])
def test_fields_without_a_held_host_leave_as_they_came(
    make_client: MakeClient, content_type: str
) -> None:
    fields = [
        ("Link", f"{OWN} ,<//static.harbour.example>;rel=preconnect"),
        ("Content-Security-Policy", "default-src 'none';; report-uri  /r"),
        ("SourceMap", "https://ads.gullwing.example/map"),
        ("Alt-Svc", 'h3="ads.gullwing.example:443"'),
        ("Refresh", "600"),
    ]
    response = make_client(sending(*fields, content_type=content_type)).get("/")

    for name, value in fields:
        assert value in response.headers_of(name)


def test_the_apps_own_policy_reports_to_nobody_who_is_held(make_client: MakeClient) -> None:
    own = "default-src 'none'; report-uri https://ads.gullwing.example/r; sandbox"

    response = make_client(sending(("Content-Security-Policy", own))).get("/")

    assert policies(response)[0] == "default-src 'none'; sandbox"


@pytest.mark.parametrize("name", ["Link", "Report-To", "Reporting-Endpoints", "Refresh"])
@pytest.mark.parametrize("value", ["\x80\xff", "<" * 20_000, '"' * 20_001, "0;url=" + "//" * 9000])
def test_strange_values_never_stop_the_page(make_client: MakeClient, name: str, value: str) -> None:
    assert make_client(sending((name, value))).get("/").status == 200


def test_letters_beyond_ascii_hide_no_host(make_client: MakeClient) -> None:
    client = make_client(sending(("Link", "<https://ads.gullwing.example/\xe9>; rel=preload")))

    assert client.get("/").header("link") is None


def test_in_observe_everything_passes_and_is_told(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    visits: list[Visit] = []

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        visits.append(visit)
        return html(PAGE, ("Link", ADVERTS), ("Observe-Browsing-Topics", "?1"))

    client = make_client(handler, mode="observe")
    with caplog.at_level(logging.INFO, logger="cookiesafe"):
        response = client.get("/")

    assert response.header("link") == ADVERTS
    assert response.header("observe-browsing-topics") == "?1"
    assert [(each.name, each.rule) for each in visits[0].held] == [
        ("ads.gullwing.example", "not granted"),
        ("observe-browsing-topics", "not granted"),
    ]
    assert "would be held back" in caplog.text
    assert "CS206" in caplog.text
    assert "CS207" in caplog.text


def test_an_undeclared_host_is_told_with_what_to_do(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(sending(("Link", "<//nobody.example>; rel=preload")))

    client.get("/")
    client.get("/")

    (said,) = [record.getMessage() for record in caplog.records if "nobody" in record.getMessage()]
    assert 'hosts = ["nobody.example"]' in said
    assert said.endswith("[CS205]")


def test_on_a_fault_of_our_own_no_such_field_leaves(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = make_client(sending(("Link", OWN), ("X-Own", "1")))

    def broken(*args: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("cookiesafe.gate.headers.HeaderGate.outgoing", broken)
    response = client.get("/")

    assert response.status == 200
    assert response.header("link") is None
    assert response.header("x-own") == "1"


# --- what leaves ahead of the response -----------------------------------------------------------


@pytest.mark.law("L-01")
@ONLY_ASGI
def test_early_hints_of_asgi_name_no_held_host(edge: str, make_safe: MakeSafe) -> None:
    seen: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        links = [OWN.encode(), ADVERTS.encode()]
        await send({"type": "http.response.early_hint", "links": links})
        fields = [(b"link", f"{OWN}, {ADVERTS}".encode()), (b"x-own", b"1")]
        fields.append((b"set-cookie", b"hl_ad=1"))
        await send({"type": "http.response.informational", "status": 103, "headers": fields})
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        async def spy(message: Message) -> None:
            seen.append(message)
            if message["type"] in ("http.response.start", "http.response.body"):
                await send(message)

        await ASGIMiddleware(app, make_safe())(scope, receive, spy)

    ASGIClient(outer).get("/")

    assert seen[0] == {"type": "http.response.early_hint", "links": [OWN.encode()]}
    assert seen[1]["headers"] == [(b"link", OWN.encode()), (b"x-own", b"1")]


@ONLY_ASGI
def test_trailers_name_no_held_host_and_set_no_cookie(edge: str, make_safe: MakeSafe) -> None:
    """Browsers take no cookie from there; what stands between may put the fields among the others."""
    seen: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        fields = [(b"link", ADVERTS.encode()), (b"set-cookie", b"hl_ad=1"), (b"digest", b"x")]
        await send({"type": "http.response.start", "status": 200, "headers": [], "trailers": True})
        await send({"type": "http.response.body"})
        await send({"type": "http.response.trailers", "headers": fields, "more_trailers": False})

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        async def spy(message: Message) -> None:
            if message["type"] == "http.response.trailers":
                seen.append(message)
            else:
                await send(message)

        await ASGIMiddleware(app, make_safe())(scope, receive, spy)

    ASGIClient(outer).get("/")

    assert [message["headers"] for message in seen] == [[(b"digest", b"x")]]


@pytest.mark.law("L-01")
@ONLY_WSGI
def test_early_hints_of_wsgi_name_no_held_host(edge: str, make_safe: MakeSafe) -> None:
    hints: list[tuple[str, str]] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        environ["wsgi.early_hints"]([("Link", OWN), ("Link", ADVERTS), ("Set-Cookie", "hl_ad=1")])
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"ok"]

    def outer(environ: Any, start_response: Any) -> Any:
        environ["wsgi.early_hints"] = hints.extend
        return WSGIMiddleware(app, make_safe())(environ, start_response)

    WSGIClient(outer, validate=False).get("/")

    assert hints == [("Link", OWN)]


# --- what we add ---------------------------------------------------------------------------------

DENIED = "browsing-topics=()"


def test_advertising_of_the_browser_s_own_is_denied_until_all_vendors_are_agreed_to(
    make_client: MakeClient,
) -> None:
    client = make_client()

    assert DENIED in (client.get("/").header("permissions-policy") or "")
    client.choose("save", purpose=["advertising"])
    assert DENIED in (client.get("/").header("permissions-policy") or "")
    client.choose("accept")
    assert client.get("/").header("permissions-policy") is None
    assert DENIED in (client.get("/", {"Sec-GPC": "1"}).header("permissions-policy") or "")


def test_the_denial_comes_after_the_app_s_own_word(make_client: MakeClient) -> None:
    own = "browsing-topics=(self), geolocation=()"

    first, last = (
        make_client(sending(("Permissions-Policy", own))).get("/").headers_of("permissions-policy")
    )

    assert first == own
    assert DENIED in last


def test_other_sites_get_no_path_unless_the_app_says_otherwise(make_client: MakeClient) -> None:
    said = sending(("referrer-policy", "unsafe-url"))

    assert make_client().get("/").header("referrer-policy") == "strict-origin-when-cross-origin"
    assert make_client(said).get("/").header("referrer-policy") == "unsafe-url"


@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_a_static_file_gets_one_field_and_no_more(make_client: MakeClient, mode: str) -> None:
    response = make_client(sending(content_type="text/css"), mode=mode).get(
        "/a.css", {"Sec-Fetch-Dest": "style"}
    )

    (added,) = [
        name.lower() for name, _ in response.headers if not name.lower().startswith("content-")
    ] or [name.lower() for name, _ in response.headers if "security" in name.lower()]
    assert added.startswith("content-security-policy")


def test_in_observe_a_page_gets_no_more_than_what_reports(make_client: MakeClient) -> None:
    response = make_client(mode="observe").get("/")

    assert response.header("permissions-policy") is None
    assert response.header("referrer-policy") is None
    assert (response.header("content-security-policy-report-only") or "").endswith(
        "; report-uri /cookiesafe/reports"
    )


@pytest.mark.parametrize(("root", "path"), [("", "/safe/reports"), ("/a b", "/a%20b/safe/reports")])
def test_violations_of_a_page_are_reported_to_us(
    make_client: MakeClient, root: str, path: str
) -> None:
    client = make_client(root=root, path="/safe")

    assert policies(client.get("/"))[-1].endswith(f"; report-uri {path}")


def test_a_policy_with_too_many_hosts_is_told_of_at_the_start(
    make_safe: MakeSafe, caplog: pytest.LogCaptureFixture
) -> None:
    hosts = ", ".join(f'"host-{n}.example"' for n in range(1000))
    text = f'{POLICY}\n[vendors.many]\nname = "M"\nhosts = [{hosts}]\npurposes = ["advertising"]\n'

    make_safe(Policy.from_toml(text))

    (said,) = [record.getMessage() for record in caplog.records if "CS504" in record.getMessage()]
    assert "host-999.example" not in said
    assert len(said) < 1000


# --- what comes back -----------------------------------------------------------------------------


def report(client: Client, url: str, **fields: str) -> Response:
    policy = policies(client.get("/"))[-1]
    body = {"csp-report": {"original-policy": policy, "blocked-uri": url, "disposition": "enforce"}}
    sent = {"Content-Type": "application/csp-report", "Sec-Fetch-Dest": "report", **fields}
    return client.post("/cookiesafe/reports", body=json.dumps(body).encode(), headers=sent)


def seen(client: Client) -> dict[str, int]:
    assert client.safe is not None
    return client.safe.settings.sightings.hosts


def test_a_reported_host_is_counted_and_becomes_lines_for_the_policy(
    make_client: MakeClient,
) -> None:
    client = make_client()

    for _ in range(2):
        assert report(client, "https://track.example/p?who=ada").status == 204

    assert seen(client) == {"track.example": 2}
    assert client.safe is not None
    policy = Policy.from_toml(POLICY + client.safe.suggestions())
    assert [each.hosts for each in policy.vendors.values()][-1] == ("track.example",)
    assert "ada" not in client.safe.suggestions()


@pytest.mark.parametrize(
    "url",
    [
        "inline",
        "eval",
        "data",
        "blob",
        "",
        "https://www.example/x",
        "https://ads.gullwing.example/x",
        "chrome-extension://abc/x",
        "https://[::1]/",
        "https://a b/",
    ],
)
def test_what_is_no_undeclared_host_is_not_counted(make_client: MakeClient, url: str) -> None:
    client = make_client()

    assert report(client, url).status == 204
    assert seen(client) == {}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "application/csp-report", 204),
        (b"[" * 50_000, "application/reports+json", 204),
        (b"x" * 70_000, "application/csp-report", 413),
        (b"{}", "text/plain", 415),
        (b"a=b", "application/x-www-form-urlencoded", 415),
    ],
)
def test_what_is_no_report_has_no_effect(
    make_client: MakeClient, body: bytes, kind: str, status: int
) -> None:
    client = make_client()

    response = client.post("/cookiesafe/reports", body=body, headers={"Content-Type": kind})

    assert response.status == status
    assert seen(client) == {}
    assert client.records == []


def test_more_reports_than_are_taken_are_refused_until_time_has_passed(
    make_client: MakeClient, clock: Any
) -> None:
    client = make_client()

    statuses = {report(client, "https://track.example").status for _ in range(100)}
    assert statuses == {204}
    assert report(client, "https://track.example").status == 429
    clock.now += 1
    assert report(client, "https://track.example").status == 204
    assert seen(client) == {"track.example": 101}


def test_reports_are_only_posted(make_client: MakeClient) -> None:
    assert make_client().get("/cookiesafe/reports").status == 405


def test_undeclared_cookies_are_suggested_too(make_client: MakeClient) -> None:
    client = make_client(lambda visit, request: html(PAGE, ("Set-Cookie", "surprise=1")))
    client.get("/")

    assert client.safe is not None
    assert '[cookies."surprise"]' in client.safe.suggestions()
