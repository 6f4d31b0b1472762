"""The Content-Security-Policy of every response, and what caches are told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cookiesafe import Visit
from cookiesafe.session import Session
from tests.support.edges import AppRequest, AppResponse, Fields, Handler, answer, html
from tests.support.harbour import (
    PAGE,
    SESSION,
    MakeClient,
    cache_rules,
    counting,
    lets_in,
    policies,
    varies_by,
)

ADVERTS = "ads.gullwing.example"
COUNTER = "count.tidepool.example"
CARDS = "js.payfast.example"
OWN_HOST = "static.harbour.example"


def typed(content_type: str, *headers: tuple[str, str], status: int = 200) -> Handler:
    return lambda visit, request: answer(content_type, b"{}", *headers, status=status)


# --- what it lets in -----------------------------------------------------------------------------


@pytest.mark.law("L-01")
@pytest.mark.parametrize(
    ("choice", "purpose", "vendor", "hosts"),
    [
        (None, [], [], set()),
        ("reject", [], [], set()),
        ("accept", [], [], {ADVERTS, COUNTER}),
        ("save", ["statistics"], [], {COUNTER}),
        ("save", [], ["gullwing"], {ADVERTS}),
    ],
)
def test_a_page_lets_in_the_hosts_that_were_agreed_to(
    make_client: MakeClient,
    choice: str | None,
    purpose: list[str],
    vendor: list[str],
    hosts: set[str],
) -> None:
    client = make_client()
    if choice:
        client.choose(choice, purpose=purpose, vendor=vendor)

    response = client.get("/")

    assert {host for host in (ADVERTS, COUNTER) if lets_in(response, host)} == hosts
    assert lets_in(response, CARDS)
    assert lets_in(response, OWN_HOST)
    assert lets_in(response, "'self'")


@pytest.mark.law("G-04")
def test_gpc_takes_the_advertisers_host_out(make_client: MakeClient) -> None:
    client = make_client()
    client.choose("accept")

    response = client.get("/", {"Sec-GPC": "1"})

    assert not lets_in(response, ADVERTS)
    assert lets_in(response, COUNTER)


def test_it_stands_beside_the_apps_own_and_never_replaces_it(make_client: MakeClient) -> None:
    own = "default-src 'none'; script-src 'nonce-abc'; report-uri /r"
    fields = [("Content-Security-Policy", own), ("Content-Security-Policy-Report-Only", "x-src y")]

    response = make_client(lambda v, r: html(PAGE, *fields)).get("/")

    first, second = policies(response)
    assert first == own
    assert second.startswith("default-src 'self'")
    assert response.header("content-security-policy-report-only") == "x-src y"


def test_it_is_a_header_a_server_can_send(make_client: MakeClient) -> None:
    client = make_client()
    client.choose("accept")

    (policy,) = policies(client.get("/"))

    assert policy.isascii()
    assert policy.isprintable()
    assert "," not in policy
    assert policy.count(";") == 1


# --- whose it is ---------------------------------------------------------------------------------

DOCUMENTS = [
    "text/html",
    "text/html; charset=utf-8",
    "TEXT/HTML",
    "application/xhtml+xml",
    "application/xml",
    "text/xml",
    "application/rss+xml",
    "multipart/x-mixed-replace; boundary=x",
]
NO_DOCUMENTS = [
    "application/json",
    "text/plain",
    "text/css",
    "text/javascript",
    "image/png",
    "image/svg+xml",
    "application/pdf",
    "font/woff2",
]
FRAMES = ["document", "iframe", "frame", "object", "embed", "fencedframe"]
WORKERS = ["worker", "sharedworker", "serviceworker"]


@pytest.mark.parametrize("content_type", DOCUMENTS)
@pytest.mark.parametrize("destination", ["document", "empty", None])
def test_documents_get_the_visitors_own(
    make_client: MakeClient, content_type: str, destination: str | None
) -> None:
    client = make_client(typed(content_type))
    client.choose("accept")

    assert lets_in(client.get("/", {"Sec-Fetch-Dest": destination}), ADVERTS)


@pytest.mark.parametrize("destination", [*FRAMES, *WORKERS])
@pytest.mark.parametrize("content_type", ["application/json", "text/javascript", "image/svg+xml"])
def test_what_becomes_a_document_or_a_worker_gets_the_visitors_own(
    make_client: MakeClient, content_type: str, destination: str
) -> None:
    client = make_client(typed(content_type))
    client.choose("accept")

    response = client.get("/", {"Sec-Fetch-Dest": destination})

    assert lets_in(response, ADVERTS)
    assert varies_by(response) >= {"sec-fetch-dest", "cookie"}


@pytest.mark.parametrize("destination", ["script", "empty", None])
@pytest.mark.parametrize("content_type", NO_DOCUMENTS)
def test_the_rest_gets_the_same_for_everybody(
    make_client: MakeClient, content_type: str, destination: str | None
) -> None:
    client = make_client(typed(content_type))
    stranger = client.another()
    client.choose("accept")
    sent: Fields = {"Sec-Fetch-Dest": destination}

    mine, theirs = client.get("/", sent), stranger.get("/", sent)

    assert mine.headers == theirs.headers
    assert not lets_in(mine, ADVERTS)


def test_the_same_for_everybody_still_lets_in_who_is_necessary(make_client: MakeClient) -> None:
    """It is a visitor's who has agreed to nothing, and that one's page may call the card form."""
    response = make_client(typed("application/json")).get("/", {"Sec-Fetch-Dest": "empty"})

    assert lets_in(response, CARDS)


@pytest.mark.parametrize("status", [301, 303, 404, 500])
@pytest.mark.parametrize("content_type", ["text/html", "application/json"])
def test_every_status_has_one(make_client: MakeClient, status: int, content_type: str) -> None:
    client = make_client(typed(content_type, ("Location", "/x"), status=status))
    client.choose("save", purpose=["statistics"])

    response = client.get("/")

    assert response.status == status
    assert lets_in(response, COUNTER)
    assert not lets_in(response, ADVERTS)


@pytest.mark.parametrize(
    ("status", "destination"),
    [(204, "image"), *((s, d) for s in (204, 304) for d in ("document", "iframe", "worker", None))],
)
def test_a_response_without_a_type_has_the_visitors_own(
    make_client: MakeClient, status: int, destination: str | None
) -> None:
    """A stored page takes the policy of the 304 that renews it."""
    client = make_client(lambda v, r: AppResponse(status, [("ETag", '"v1"')]))
    sent: Fields = {"Sec-Fetch-Dest": destination}
    assert not lets_in(client.get("/", sent), COUNTER)
    client.choose("save", purpose=["statistics"])

    response = client.get("/", sent)

    assert lets_in(response, COUNTER)
    assert not lets_in(response, ADVERTS)
    assert "cookie" in varies_by(response)
    assert cache_rules(response) == {"private"}


@pytest.mark.parametrize(
    "sent",
    [{"Sec-Fetch-Dest": "style"}, {"Sec-Fetch-Dest": None, "Accept": "*/*"}],
    ids=["fetch metadata", "none"],
)
def test_a_304_that_renews_a_part_of_a_page_stays_the_same_for_everybody(
    make_client: MakeClient, sent: Fields
) -> None:
    """Else one visitor's request would take a static file out of a shared cache, or put a policy into it."""
    fields = [("ETag", '"v1"'), ("Cache-Control", "public, max-age=60")]
    client = make_client(lambda v, r: AppResponse(304, fields))
    stranger = client.another()
    client.choose("accept")

    response = client.get("/site.css", sent, cookies=f"{client._cookies()}; {SESSION}=x")

    assert not lets_in(response, ADVERTS)
    assert response.headers == stranger.get("/site.css", sent).headers
    assert cache_rules(response) == {"public", "max-age=60"}
    assert response.header("vary") is None


@pytest.mark.parametrize(
    ("destination", "added"), [("script", False), ("style", False), ("empty", True), (None, True)]
)
def test_a_304_does_not_take_from_a_stored_page_what_it_varies_by(
    make_client: MakeClient, destination: str | None, added: bool
) -> None:
    """Its ``Vary`` replaces the stored one; without one of the app's it has none, and that one stays."""
    client = make_client(lambda v, r: AppResponse(304, [("Vary", "Accept-Encoding")]))

    response = client.get("/", {"Sec-Fetch-Dest": destination, "Accept": "*/*"})

    assert (varies_by(response) >= {"cookie", "sec-gpc", "sec-fetch-dest"}) is added
    assert "accept-encoding" in varies_by(response)


def test_a_304_of_what_the_app_looked_at_the_session_for_is_private(
    make_client: MakeClient,
) -> None:
    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        visit.session.get("user")
        return AppResponse(304, [("ETag", '"v1"'), ("Cache-Control", "public")])

    response = make_client(handler).get("/usage.json", {"Sec-Fetch-Dest": "empty"})

    assert cache_rules(response) == {"private"}
    assert varies_by(response) >= {"cookie"}


@pytest.mark.parametrize("path", ["choices", "cookies", "nothing-here", "notice.css", "pages.css"])
def test_our_own_pages_have_one(make_client: MakeClient, path: str) -> None:
    assert not lets_in(make_client().get(f"/cookiesafe/{path}"), ADVERTS)


def test_the_answer_to_a_choice_has_one(make_client: MakeClient) -> None:
    assert not lets_in(make_client().choose("reject"), ADVERTS)


# --- what caches are told ------------------------------------------------------------------------


def test_a_static_file_stays_public(make_client: MakeClient) -> None:
    fields = [("Cache-Control", "public, max-age=31536000, immutable"), ("ETag", '"v1"')]
    client = make_client(typed("text/css", *fields))
    client.choose("accept")

    response = client.get("/site.css", {"Sec-Fetch-Dest": "style"})

    assert response.header("cache-control") == "public, max-age=31536000, immutable"
    assert response.header("vary") is None
    assert response.header("etag") == '"v1"'
    assert response.cookies == []


def test_a_static_file_without_a_word_on_caches_gets_none(make_client: MakeClient) -> None:
    response = make_client(typed("image/png")).get("/a.png", {"Sec-Fetch-Dest": "image"})

    assert response.header("cache-control") is None
    assert response.header("vary") is None


def test_a_document_varies_by_what_steers_it(make_client: MakeClient) -> None:
    assert varies_by(make_client().get("/")) == {"cookie", "sec-gpc", "sec-fetch-dest"}


def test_without_fetch_metadata_it_varies_by_what_is_asked_instead(
    make_client: MakeClient,
) -> None:
    response = make_client().get("/", {"Sec-Fetch-Dest": None})

    assert varies_by(response) == {"cookie", "sec-gpc", "sec-fetch-dest", "accept", "hx-request"}


@pytest.mark.parametrize("choice", [None, "reject"])
def test_a_page_without_a_grant_may_stay_public(
    make_client: MakeClient, choice: str | None
) -> None:
    client = make_client(lambda v, r: html(PAGE, ("Cache-Control", "public, max-age=60")))
    if choice:
        client.choose(choice)

    response = client.get("/")

    assert cache_rules(response) == {"public", "max-age=60"}
    assert "cookie" in varies_by(response)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (None, {"private"}),
        ("public, max-age=60", {"private", "max-age=60"}),
        ("s-maxage=60, max-age=5", {"private", "max-age=5"}),
        ("PUBLIC", {"private"}),
        ("no-store", {"no-store"}),
        ("no-cache", {"no-cache", "private"}),
        ("private, max-age=60", {"private", "max-age=60"}),
        ("public, no-store", {"no-store"}),
        ('private="set-cookie"', {"private"}),
    ],
)
@pytest.mark.parametrize("why", ["grant", "session", "cookie"])
def test_what_is_one_visitors_is_private(
    make_client: MakeClient, why: str, said: str | None, left: set[str]
) -> None:
    fields = [("Cache-Control", said)] if said else []

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        if why == "session":
            visit.session.get("user")
        if why == "cookie":
            fields.append(("Set-Cookie", "cart=7"))
        return html(PAGE, *fields)

    client = make_client(handler)
    if why == "grant":
        client.choose("accept")

    assert cache_rules(client.get("/")) == left


def test_several_fields_on_caches_become_one(make_client: MakeClient) -> None:
    fields = [
        ("Cache-Control", "public"),
        ("Vary", "Accept-Language"),
        ("Cache-Control", "max-age=6"),
    ]
    client = make_client(lambda v, r: html(PAGE, *fields, ("Vary", "Cookie, X-Theme")))
    client.choose("accept")

    response = client.get("/")

    assert cache_rules(response) == {"max-age=6", "private"}
    assert response.header("vary") == ("Accept-Language, Cookie, X-Theme, Sec-GPC, Sec-Fetch-Dest")


def test_vary_by_everything_stays(make_client: MakeClient) -> None:
    client = make_client(lambda v, r: html(PAGE, ("Vary", "*")))

    assert client.get("/").header("vary") == "*"


def test_a_held_cookie_makes_nothing_private(make_client: MakeClient) -> None:
    fields = [("Cache-Control", "public, max-age=60"), ("Set-Cookie", "hl_ad_7=1")]
    client = make_client(typed("text/css", *fields))

    response = client.get("/site.css", {"Sec-Fetch-Dest": "style"})

    assert cache_rules(response) == {"public", "max-age=60"}
    assert response.cookies == []


@pytest.mark.parametrize("content_type", ["text/css", "application/json", "image/png"])
def test_any_set_cookie_makes_a_response_private(
    make_client: MakeClient, content_type: str
) -> None:
    fields = [("Cache-Control", "public, max-age=60"), ("Set-Cookie", "cart=7")]
    client = make_client(typed(content_type, *fields))

    assert "private" in cache_rules(client.get("/x", {"Sec-Fetch-Dest": "empty"}))


def test_a_new_session_makes_a_response_private(make_client: MakeClient) -> None:
    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        visit.session["seen"] = True
        return answer("application/json", b"{}", ("Cache-Control", "public"))

    response = make_client(handler).get("/x", {"Sec-Fetch-Dest": "empty"})

    assert len(response.cookies) == 1
    assert cache_rules(response) == {"private"}
    assert "cookie" in varies_by(response)


@pytest.mark.parametrize("looks", ["session", "consent"])
@pytest.mark.parametrize("name", ["CDN-Cache-Control", "Surrogate-Control", "X-Accel-Expires"])
def test_json_made_for_one_visitor_is_private_to_every_cache(
    make_client: MakeClient, looks: str, name: str
) -> None:
    """Also to one that was told to leave Vary alone."""
    fields = [("Cache-Control", "public, max-age=60"), (name, "60")]

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        _ = visit.session.get("user") if looks == "session" else visit.allows("statistics")
        return answer("application/json", b"{}", *fields)

    client = make_client(handler)
    client.choose("accept")

    response = client.get("/x", {"Sec-Fetch-Dest": "empty"})

    assert cache_rules(response) == {"max-age=60", "private"}
    assert response.header(name) == ("0" if name == "X-Accel-Expires" else "no-store")


@pytest.mark.parametrize("choice", [None, "reject"])
def test_json_made_for_who_has_agreed_to_nothing_may_stay_public(
    make_client: MakeClient, choice: str | None
) -> None:
    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        allowed = visit.allows("statistics")
        return answer("application/json", str(allowed), ("Cache-Control", "public"))

    client = make_client(handler)
    if choice:
        client.choose(choice)

    response = client.get("/x", {"Sec-Fetch-Dest": "empty"})

    assert response.text == "False"
    assert cache_rules(response) == {"public"}
    assert varies_by(response) == {"cookie", "sec-gpc"}


def test_a_page_for_a_visitor_with_a_session_is_private_before_it_is_looked_at(
    make_client: MakeClient,
) -> None:
    """It may be looked at while the body is on its way, when the headers have left."""

    def late(visit: Visit) -> Iterator[bytes]:
        yield str(visit.session.get("count")).encode()

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        if request.path == "/count":
            return counting(visit, request)
        return html(late(visit), ("Cache-Control", "public, max-age=60"))

    client = make_client(handler)
    before = client.get("/")
    client.get("/count")
    after = client.get("/")

    assert "None" in before.text
    assert cache_rules(before) == {"public", "max-age=60"}
    assert after.text.startswith("1") or ">1" in after.text
    assert cache_rules(after) == {"private", "max-age=60"}


@pytest.mark.parametrize("look", ["session", "obtained session", "choices"])
@pytest.mark.parametrize("content_type", ["application/json", "text/html"])
def test_what_is_looked_at_too_late_for_caches_is_told_once(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture, look: str, content_type: str
) -> None:
    def body(visit: Visit, session: Session | None) -> Iterator[bytes]:
        yield b"{"
        if look == "choices":
            visit.allows("statistics")
        else:
            (visit.session if session is None else session).get("user")
        yield b"}"

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        session = visit.session if look == "obtained session" else None
        return AppResponse(200, [("Content-Type", content_type)], body(visit, session))

    client = make_client(handler)
    for _ in range(2):
        assert client.get("/x", {"Sec-Fetch-Dest": "empty"}).text == "{}"

    told = [each.getMessage() for each in caplog.records if "CS305" in each.getMessage()]
    assert len(told) == (1 if content_type == "application/json" else 0)
    assert all(look.split()[-1].replace("choices", "consent") in each for each in told)


def test_what_was_looked_at_in_time_may_be_looked_at_again(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    def body(visit: Visit) -> Iterator[bytes]:
        yield f"{visit.session.get('user')} {visit.allows('statistics')}".encode()

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        visit.session.mark_accessed()
        visit.allows("advertising")
        return AppResponse(200, [("Content-Type", "text/plain")], body(visit))

    assert make_client(handler).get("/x", {"Sec-Fetch-Dest": "empty"}).text == "None False"
    assert caplog.records == []


@pytest.mark.parametrize("status", [301, 308])
@pytest.mark.parametrize("why", ["cookie", "session", "consent"])
def test_a_redirect_that_is_one_visitors_is_private(
    make_client: MakeClient, status: int, why: str
) -> None:
    """Caches keep these for good where nothing is said."""

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        fields = [("Location", "/x")]
        if why == "cookie":
            fields.append(("Set-Cookie", "cart=7"))
        elif why == "session":
            visit.session.get("user")
        else:
            visit.allows("statistics")
        return answer("text/plain", b"", *fields, status=status)

    client = make_client(handler)
    client.choose("accept")

    assert cache_rules(client.get("/")) == {"private"}
    assert "cookie" in varies_by(client.get("/"))


@pytest.mark.parametrize("choice", [None, "accept"])
def test_a_head_is_told_to_caches_as_its_get_is(
    make_client: MakeClient, choice: str | None
) -> None:
    client = make_client(lambda v, r: html(PAGE, ("Cache-Control", "public, max-age=60")))
    if choice:
        client.choose(choice)

    assert client.head("/").headers == client.get("/").headers


def test_json_that_looks_at_the_session_varies_by_cookie(make_client: MakeClient) -> None:
    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        visit.session.get("user")
        return answer("application/json", b"{}")

    response = make_client(handler).get("/x", {"Sec-Fetch-Dest": "empty"})

    assert varies_by(response) == {"cookie"}


@pytest.mark.law("G-04")
@pytest.mark.parametrize("ask", ["allows", "allows_vendor", "can", "consent"])
def test_json_that_looks_at_the_consent_varies_by_cookie_and_signal(
    make_client: MakeClient, ask: str
) -> None:
    names = {"allows": "statistics", "allows_vendor": "gullwing", "can": "tips"}

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        asked = getattr(visit, ask)
        if ask in names:
            asked(names[ask])
        return answer("application/json", b"{}")

    response = make_client(handler).get("/x", {"Sec-Fetch-Dest": "empty"})

    assert varies_by(response) == {"cookie", "sec-gpc"}
