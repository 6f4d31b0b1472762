"""What a client may send: never a 500, nothing allowed, nothing recorded, nothing set."""

from __future__ import annotations

import string
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.edges import FORM, Client, EdgeName, Fields, Response
from tests.support.harbour import (
    BANNER,
    CONSENT,
    KEY,
    ONLY_ASGI,
    ONLY_WSGI,
    OTHER_KEY,
    SESSION,
    Asks,
    Cookies,
    MakeClient,
    counting,
    next_of,
)

PER_EXAMPLE = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(params=["asgi", "wsgi"])
def edge(request: pytest.FixtureRequest) -> EdgeName:
    chosen: EdgeName = request.param
    return chosen


def nothing_came_of_it(client: Client, response: Response, *statuses: int) -> None:
    assert response.status in (statuses or range(400, 500)), response.status
    assert response.cookies == []
    assert client.records == []
    assert client.jar == {}


# --- the Cookie header ---------------------------------------------------------------------------

COOKIES = {
    "1 MB in one value": "cart=" + "x" * 1_000_000,
    "1 MB without an equals sign": "x" * 1_000_000,
    "5,000 pairs": "; ".join(f"n{number}=v" for number in range(5000)),
    "5,000 times the same": "; ".join(["cart=7"] * 5000),
    "5,000 consents": "; ".join(f"{CONSENT}=1.{number}.+advertising.x" for number in range(5000)),
    "5,000 sessions": "; ".join(f"{SESSION}={number}.1.x" for number in range(5000)),
    "5,000 lookalikes": "; ".join(f"x{CONSENT}={number}" for number in range(5000)),
    "bytes beyond ASCII": "caf\xe9=\xff\xfe; \x80=\x80; cart=\xc3\xa9",
    "only separators": ";;;; ; ;=;==;",
    "one separator": ";",
    "blanks": " \t ",
    "quotes": '"; cart="7; x"',
    "an empty name": "=value; =",
    "prefixes alone": "__Host-=1; __Secure-=2",
    "our names in capitals": "__HOST-COOKIESAFE=1.1.+advertising",
}


@pytest.mark.parametrize("kind", COOKIES)
def test_any_cookie_header_is_a_visitor_without_a_choice(
    make_client: MakeClient, kind: str
) -> None:
    app = Asks()
    response = make_client(app).get("/", cookies=COOKIES[kind])

    assert response.status == 200
    assert BANNER in response.text
    assert app.allowed == set()
    assert response.cookies == []


@pytest.mark.parametrize("kind", COOKIES)
def test_any_cookie_header_is_an_empty_session(make_client: MakeClient, kind: str) -> None:
    assert make_client(counting).get("/", cookies=COOKIES[kind]).text == "1"


@pytest.mark.parametrize("kind", COOKIES)
def test_any_cookie_header_shows_the_app_nothing_optional(
    make_client: MakeClient, kind: str
) -> None:
    app = Cookies()
    make_client(app).get("/", cookies=f"{COOKIES[kind]}; hl_ad_7=a1")

    assert "hl_ad_7" not in (app.last or "")


@PER_EXAMPLE
@given(header=st.text(st.characters(max_codepoint=255), max_size=200))
def test_any_text_at_all_is_no_consent(make_client: MakeClient, header: str) -> None:
    app = Asks()
    client = make_client(app, store=None)

    assert client.get("/", cookies=header.translate({10: 32, 13: 32, 0: 32})).status == 200
    assert app.allowed == set()


# --- tokens --------------------------------------------------------------------------------------


def damaged(token: str) -> st.SearchStrategy[str]:
    """A token with one character changed, cut off, put in, or its parts moved around."""
    others = st.sampled_from(string.ascii_letters + string.digits + "-_.+:=~ ")
    places = st.integers(0, len(token) - 1)
    changed = st.builds(lambda at, c: f"{token[:at]}{c}{token[at + 1 :]}", places, others)
    cut = st.builds(lambda at: token[:at], places)
    behead = st.builds(lambda at: token[at + 1 :], places)
    longer = st.builds(lambda at, c: f"{token[:at]}{c}{token[at:]}", places, others)
    parts = st.permutations(token.split(".")).map(".".join)
    return (changed | cut | behead | longer | parts).filter(lambda t: t.strip() != token)


@PER_EXAMPLE
@given(data=st.data())
def test_a_damaged_consent_is_none(make_client: MakeClient, data: st.DataObject) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("accept")

    client.get("/", cookies=f"{CONSENT}={data.draw(damaged(client.jar[CONSENT]))}")

    assert app.allowed == set()


@PER_EXAMPLE
@given(data=st.data())
def test_a_damaged_session_is_empty(make_client: MakeClient, data: st.DataObject) -> None:
    client = make_client(counting)
    client.get("/")

    response = client.get("/", cookies=f"{SESSION}={data.draw(damaged(client.jar[SESSION]))}")

    assert response.text == "1"


@pytest.mark.parametrize("bit", range(8))
def test_a_flipped_bit_anywhere_in_a_consent_is_none(make_client: MakeClient, bit: int) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("accept")
    token = client.jar[CONSENT].encode()
    for at in range(0, len(token), 3):
        flipped = token[:at] + bytes([token[at] ^ 1 << bit]) + token[at + 1 :]
        sent = flipped.decode("latin-1").replace("\n", " ").replace("\r", " ").replace("\0", " ")

        client.get("/", cookies=f"{CONSENT}={sent}")

        assert app.allowed == set()


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "1.20000.+statistics+advertising",
        "1.20000.+statistics+advertising.AAAAAAAAAAAAAAAAAAAAAA",
        "1.20000.+statistics+advertising.AAAAAAAAAAAAAAAAAAAAAA.",
        "1.20000.+advertising." + "A" * 43,
        "e30.1800000000." + "A" * 43,
        "\xff" * 40,
        "null",
        "true",
        '"1.20000.+advertising"',
        "." * 3000,
    ],
)
def test_a_forged_token_is_nothing(make_client: MakeClient, token: str) -> None:
    app = Asks()
    client = make_client(app)

    response = client.get("/", cookies=f"{CONSENT}={token}; {SESSION}={token}")

    assert response.status == 200
    assert app.allowed == set()
    assert response.cookies == []


def test_a_retired_key_signs_nothing_any_more(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app, secret_key=OTHER_KEY)
    client.choose("accept")
    after = make_client(app, secret_key=KEY)

    after.get("/", cookies=f"{CONSENT}={client.jar[CONSENT]}")

    assert app.allowed == set()


# --- another site --------------------------------------------------------------------------------

OWN = "https://www.example"
EVIL = "https://evil.example"


@pytest.mark.law("L-09")
@pytest.mark.parametrize(
    ("fetch_site", "origin", "taken"),
    [
        ("same-origin", OWN, True),
        ("same-origin", "null", True),  # Referrer-Policy: no-referrer
        ("same-origin", None, True),
        ("none", None, True),
        ("none", OWN, True),
        ("same-site", "https://shop.example", False),
        ("same-site", OWN, False),
        ("cross-site", EVIL, False),
        ("cross-site", OWN, False),
        ("cross-site", "null", False),
        ("cross-site", None, False),
        ("Same-Origin", EVIL, False),
        ("", EVIL, False),
        ("nonsense", OWN, False),
        ("same-origin, cross-site", EVIL, False),
        (None, OWN, True),
        (None, "https://www.example:443", True),
        (None, "https://www.example:8443", False),
        (None, "http://www.example", False),
        (None, "https://example", False),
        (None, "https://www.example.evil.example", False),
        (None, "https://evil.example/https://www.example", False),
        (None, "https://www.example@evil.example", False),
        (None, EVIL, False),
        (None, f"{OWN}, {EVIL}", False),
        (None, f"{OWN} {EVIL}", False),
        (None, "null", False),
        (None, "", False),
        (None, None, True),  # without cookies of ours: no browser of today, and nothing to misuse
    ],
)
def test_a_choice_is_taken_only_from_the_site_itself(
    make_client: MakeClient, fetch_site: str | None, origin: str | None, taken: bool
) -> None:
    client = make_client()
    sent: Fields = {"Sec-Fetch-Site": fetch_site, "Origin": origin}

    response = client.choose("accept", headers=sent)

    if taken:
        assert response.status == 303
        assert len(client.records) == 1
    else:
        nothing_came_of_it(client, response, 403)


def test_another_site_cannot_take_back_a_choice(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("accept")

    response = client.choose("reject", headers={"Sec-Fetch-Site": "cross-site", "Origin": EVIL})

    assert response.status == 403
    assert response.cookies == []
    assert len(client.records) == 1
    client.get("/")
    assert app.allowed == {"statistics", "advertising"}


def test_a_trusted_origin_may_send_a_choice(make_client: MakeClient) -> None:
    client = make_client(trusted_origins=["https://shop.example"])

    response = client.choose(
        "accept", headers={"Sec-Fetch-Site": "same-site", "Origin": "https://shop.example"}
    )

    assert response.status == 303


def test_on_plain_http_the_origin_decides(make_client: MakeClient) -> None:
    client = make_client(base="http://192.0.2.1:8000", secure=False)

    assert client.choose("accept").status == 303
    assert client.choose("accept", headers={"Origin": "http://192.0.2.1"}).status == 403


@pytest.mark.parametrize(
    "host", ["", "www.example:443", "WWW.EXAMPLE", "a b", "[", "\xff", "x" * 9000]
)
def test_any_host_is_answered(make_client: MakeClient, host: str) -> None:
    client = make_client()

    assert client.get("/", {"Host": host}).status == 200
    status = client.choose("accept", headers={"Host": host, "Sec-Fetch-Site": None}).status
    assert status == (303 if host in ("www.example:443", "WWW.EXAMPLE") else 403)


# --- where to go next ----------------------------------------------------------------------------

OFF_SITE = [
    "//evil.example",
    "///evil.example",
    "https://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "HTTPS://www.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "/%5cevil.example",
    "/%5Cevil.example",
    "/%2fevil.example",
    "/%2F%2Fevil.example",
    "/a\\b",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    " //evil.example",
    " /bills",
    "/bills\r\nSet-Cookie: hl_ad_7=1",
    "/bills\nX: y",
    "/bills%0d%0aSet-Cookie:%20x=1",
    "/%09/evil.example",
    "/bills\0",
    "/bills\x7f",
    "/bills with blanks",
    "",
    "bills",
    "./bills",
    "?a=1",
    "#a",
    "www.example/bills",
    "/" + "a" * 2048,
    "\u2028//evil.example",
    "\uff0f\uff0fevil.example",
    "\xa0/evil",
]


@pytest.mark.parametrize("next_path", OFF_SITE)
def test_a_way_back_that_may_leave_the_site_is_not_taken(
    make_client: MakeClient, next_path: str
) -> None:
    client = make_client()

    response = client.choose("reject", next=next_path)

    assert response.status == 303
    assert response.leads_to == "/"
    assert response.cookie_names == [CONSENT]


@pytest.mark.parametrize("next_path", OFF_SITE)
def test_a_link_back_that_may_leave_the_site_is_not_shown(
    make_client: MakeClient, next_path: str
) -> None:
    client = make_client()
    query = "".join(f"%{byte:02X}" for byte in next_path.encode())

    response = client.get(f"/cookiesafe/choices?next={query}")

    assert response.status == 200
    assert next_of(response) == "/"
    assert '<a href="/">Back to the site</a>' in response.text


@pytest.mark.parametrize(
    ("next_path", "location"),
    [
        ("/", "/"),
        ("/bills", "/bills"),
        ("/bills?to=https://evil.example//x", "/bills?to=https://evil.example//x"),
        ("/a/b/../c", "/a/b/../c"),
        ("/bills#top", "/bills#top"),
        ("/caf\xe9", "/caf%C3%A9"),
        ("/\U0001f6a2", "/%F0%9F%9A%A2"),
        ("/%252fevil.example", "/%252fevil.example"),
        ("/100%", "/100%"),
        ("/" + "a" * 2047, "/" + "a" * 2047),
    ],
)
def test_a_way_back_on_the_site_is_taken(
    make_client: MakeClient, next_path: str, location: str
) -> None:
    response = make_client().choose("reject", next=next_path)

    assert response.leads_to == location
    assert urlsplit(f"https://www.example{location}").netloc == "www.example"


def test_two_ways_back_are_none(make_client: MakeClient) -> None:
    response = make_client().post(
        "/cookiesafe/choices", form={"choice": "reject", "next": ["/a", "/b"]}
    )

    assert response.leads_to == "/"


@PER_EXAMPLE
@given(
    path=st.text(st.sampled_from("/\\%25cfFeE:@.?#\t\r\n a\xa0é") | st.characters(), max_size=12)
)
def test_no_way_back_leaves_the_site(make_client: MakeClient, path: str) -> None:
    client = make_client()

    location = client.post(
        "/cookiesafe/choices",
        form={"choice": "reject", "next": f"/{path}".encode("utf-8", "replace").decode()},
    ).leads_to

    assert location is not None
    assert location.isascii()
    assert location.isprintable()
    assert location[:1] == "/"
    assert location[1:2] not in ("/", "\\")


# --- the form ------------------------------------------------------------------------------------

FORMS: dict[str, bytes] = {
    "empty": b"",
    "no choice": b"purpose=advertising",
    "an empty choice": b"choice=",
    "another choice": b"choice=maybe",
    "in capitals": b"choice=ACCEPT",
    "two choices": b"choice=accept&choice=reject",
    "the same choice twice": b"choice=accept&choice=accept",
    "an unknown purpose": b"choice=save&purpose=advertisin",
    "a known and an unknown one": b"choice=save&purpose=statistics&purpose=x",
    "an empty purpose": b"choice=save&purpose=",
    "a vendor as a purpose": b"choice=save&purpose=%40gullwing",
    "an unknown vendor": b"choice=save&vendor=nobody",
    "invalid UTF-8 in a purpose": b"choice=save&purpose=\xff\xfe",
    "invalid UTF-8 in the choice": b"choice=accept\xff",
    "percent-encoded nonsense": b"choice=save&purpose=%ff%fe%zz",
    "a zero byte": b"choice=accept%00",
    "10,000 fields": b"choice=accept" + b"&a=1" * 10_000,
    "10,000 empty fields": b"choice=accept" + b"&" * 10_000,
    "1,001 fields": b"choice=accept" + b"&a=" * 1_000,
    "JSON": b'{"choice": "accept"}',
    "binary": bytes(range(256)),
}


@pytest.mark.parametrize("kind", FORMS)
def test_a_form_that_is_no_choice_is_not_taken(make_client: MakeClient, kind: str) -> None:
    client = make_client()

    nothing_came_of_it(client, client.post("/cookiesafe/choices", body=FORMS[kind]), 400)


def test_unknown_fields_are_no_harm(make_client: MakeClient) -> None:
    response = make_client().post(
        "/cookiesafe/choices", form={"choice": "reject", "utm": "1", "csrf": ["a", "b"]}
    )

    assert response.status == 303


@pytest.mark.parametrize("size", [64 * 1024 + 1, 10_000_000])
def test_a_form_that_is_too_large_is_not_taken(make_client: MakeClient, size: int) -> None:
    client = make_client()
    body = b"choice=accept&x=".ljust(size, b"x")

    nothing_came_of_it(client, client.post("/cookiesafe/choices", body=body), 413)


def test_a_form_of_the_largest_size_is_taken(make_client: MakeClient) -> None:
    body = b"choice=accept&x=".ljust(64 * 1024, b"x")

    assert make_client().post("/cookiesafe/choices", body=body).status == 303


@ONLY_ASGI
def test_a_large_form_in_many_chunks_is_not_read_to_its_end(make_client: MakeClient) -> None:
    """A WSGI server gives one stream."""
    client = make_client()
    chunks = [b"choice=accept&x="] + [b"x" * 10_000] * 100

    response = client.post("/cookiesafe/choices", body=chunks)

    nothing_came_of_it(client, response, 413)


def test_a_form_may_come_in_pieces(make_client: MakeClient) -> None:
    pieces = [b"cho", b"ice=sa", b"", b"ve&purpose=stat", b"istics"]
    client = make_client()

    assert client.post("/cookiesafe/choices", body=pieces).status == 303
    assert client.records[0].choices["statistics"] is True


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencodedx",
        ";",
        "\xff",
        f"{FORM}, text/plain",
    ],
)
def test_what_comes_as_no_form_is_not_taken(
    make_client: MakeClient, content_type: str | None
) -> None:
    client = make_client()

    response = client.choose("accept", headers={"Content-Type": content_type})

    nothing_came_of_it(client, response, 415)


@pytest.mark.parametrize("content_type", [f"{FORM}; charset=utf-8", FORM.upper(), f"{FORM} ;x"])
def test_a_form_may_say_its_charset(make_client: MakeClient, content_type: str) -> None:
    response = make_client().choose("accept", headers={"Content-Type": content_type})

    assert response.status == 303


# --- lengths that are not true -------------------------------------------------------------------

LENGTHS = {
    "negative": "-1",
    "no number": "ten",
    "with a sign": "+13",
    "a fraction": "13.0",
    "another script's digits": "\u0661\u0663".encode().decode("latin-1"),
    "a superscript": "\xb2",
    "hexadecimal": "0x0d",
    "5,000 digits": "9" * 5000,
    "blanks": "  ",
    "two": "13, 13",
}


@ONLY_WSGI
@pytest.mark.parametrize("kind", LENGTHS)
def test_a_length_that_is_none_is_refused(make_client: MakeClient, kind: str) -> None:
    """An ASGI server reads the length itself."""
    client = make_client(options={"validate": False})

    response = client.choose("accept", headers={"Content-Length": LENGTHS[kind]})

    nothing_came_of_it(client, response)


@ONLY_WSGI
@pytest.mark.parametrize("length", ["1000", "65536"])
def test_a_form_that_breaks_off_is_not_taken(make_client: MakeClient, length: str) -> None:
    """What is missing may have been a purpose: half a choice is none."""
    client = make_client(options={"validate": False})
    body = b"choice=save&purpose=statistics"

    response = client.post("/cookiesafe/choices", body=body, headers={"Content-Length": length})

    nothing_came_of_it(client, response)


@ONLY_ASGI
def test_a_form_whose_sender_is_gone_is_not_taken(make_client: MakeClient) -> None:
    """A WSGI server ends the stream."""
    client = make_client()

    response = client.post("/cookiesafe/choices", body=[])

    nothing_came_of_it(client, response)


@ONLY_WSGI
def test_a_length_that_is_too_short_ends_the_form(make_client: MakeClient) -> None:
    """An ASGI server reads the length itself."""
    client = make_client(options={"validate": False})

    response = client.choose("accept", headers={"Content-Length": "9"})

    nothing_came_of_it(client, response, 400)


@ONLY_WSGI
@pytest.mark.parametrize("length", [None, "0"])
def test_a_form_without_a_length_is_not_taken(make_client: MakeClient, length: str | None) -> None:
    """A WSGI app cannot know where it ends (PEP 3333, on ``wsgi.input``)."""
    client = make_client()

    response = client.choose(
        "accept", headers={"Content-Length": length, "Transfer-Encoding": "chunked"}
    )

    nothing_came_of_it(client, response)


@ONLY_ASGI
def test_a_chunked_form_is_taken_where_its_end_is_known(make_client: MakeClient) -> None:
    """A WSGI app cannot know where it ends."""
    sent: Fields = {"Content-Length": None, "Transfer-Encoding": "chunked"}

    response = make_client().choose("accept", headers=sent)

    assert response.status == 303


# --- our own pages -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        "",
        "nothing",
        "choices/",
        "choices/x",
        "Choices",
        "/choices",
        "../bills",
        "choices%00",
        "..%2f",
        "\xff",
    ],
)
def test_a_page_we_do_not_have_is_not_found(make_client: MakeClient, page: str) -> None:
    client = make_client(Asks())

    nothing_came_of_it(client, client.get(f"/cookiesafe/{page}"), 404)
    nothing_came_of_it(client, client.post(f"/cookiesafe/{page}", form={"choice": "accept"}), 404)


@pytest.mark.parametrize(
    ("method", "page", "allow"),
    [
        ("PUT", "choices", {"GET", "POST"}),
        ("DELETE", "choices", {"GET", "POST"}),
        ("PATCH", "choices", {"GET", "POST"}),
        ("OPTIONS", "choices", {"GET", "POST"}),
        ("POST", "cookies", {"GET"}),
        ("POST", "notice.css", {"GET"}),
        ("POST", "pages.css", {"GET"}),
    ],
)
def test_a_way_we_do_not_take_is_refused(
    make_client: MakeClient, method: str, page: str, allow: set[str]
) -> None:
    client = make_client(Asks())

    response = client.request(method, f"/cookiesafe/{page}", body=b"choice=accept")

    nothing_came_of_it(client, response, 405)
    assert {each.strip() for each in (response.header("allow") or "").split(",")} >= allow


@pytest.mark.law("L-09")
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "DELETE"])
def test_a_choice_cannot_be_made_by_a_link(make_client: MakeClient, method: str) -> None:
    client = make_client()

    client.request(method, "/cookiesafe/choices?choice=accept", body=b"choice=accept")

    assert client.records == []
    assert client.jar == {}


@pytest.mark.parametrize(
    "query",
    ["next=%ff%fe", "next=%", "&" * 5000, "next=/a&next=/b", "a=" + "x" * 100_000, "\xff\xfe=\xe9"],
)
def test_any_query_shows_the_page_of_choices(make_client: MakeClient, query: str) -> None:
    response = make_client().get(f"/cookiesafe/choices?{query}")

    assert response.status == 200
    assert next_of(response) == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/%ff%fe",
        "/%00",
        "/%0d%0aSet-Cookie:x=1",
        "/a%22%3E%3Cscript%3E",
        "/" + "a" * 50_000,
        "/;x",
        "/%",
    ],
)
def test_any_path_gets_its_page(make_client: MakeClient, path: str) -> None:
    response = make_client().get(path)

    assert response.status == 200
    assert response.text.count(BANNER) == 1
    assert response.text.count("<script") == response.text.count('<script src="/cookiesafe/') == 1


@PER_EXAMPLE
@given(
    accept=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
    gpc=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=5),
    destination=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=10),
)
def test_any_other_field_gets_the_page(
    make_client: MakeClient, accept: str, gpc: str, destination: str
) -> None:
    sent: Fields = {
        "Accept": accept,
        "Sec-GPC": gpc,
        "Sec-Fetch-Dest": destination,
        "HX-Request": gpc,
    }
    client = make_client()

    assert client.get("/", sent).status == 200
    assert client.get("/cookiesafe/choices", sent).status == 200
