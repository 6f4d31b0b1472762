"""Which of the browser's cookies the app may read."""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import SimpleCookie

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import cookie_parser as starlette_parser
from werkzeug.http import parse_cookie as werkzeug_parser

from cookiesafe import Visit
from tests.support.edges import AppRequest, AppResponse, html
from tests.support.harbour import CONSENT, PAGE, Cookies, MakeClient, counting

MIXED = "cart=7; hl_ad_7=a1; sessionid=s; hl_stat=s1; surprise=1"


@pytest.mark.law("L-03")
def test_before_a_choice_the_app_reads_necessary_cookies_only(make_client: MakeClient) -> None:
    app = Cookies()
    make_client(app).get("/", cookies=MIXED)

    assert app.last == "cart=7; sessionid=s"


def test_a_yes_lets_the_app_read_what_it_covers(make_client: MakeClient) -> None:
    app = Cookies()
    client = make_client(app)
    client.choose("save", purpose=["statistics"])
    own = f"{CONSENT}={client.jar[CONSENT]}"

    client.get("/", cookies=f"{MIXED}; {own}")

    assert app.last == f"cart=7; sessionid=s; hl_stat=s1; {own}"


@pytest.mark.law("L-02")
def test_a_refused_cookie_that_the_browser_still_sends_is_hidden(make_client: MakeClient) -> None:
    app = Cookies()
    client = make_client(app)
    client.choose("accept")
    client.choose("reject")

    own = f"{CONSENT}={client.jar[CONSENT]}"

    client.get("/", cookies=f"hl_ad_7=a1; cart=7; {own}")

    assert app.last == f"cart=7; {own}"


PAIRS = st.lists(
    st.tuples(
        st.sampled_from(["cart", "sessionid", "hl_ad_7", "hl_stat", "surprise", "", CONSENT]),
        st.text('ab= ,"\xe9', max_size=4).map(str.strip),
        st.sampled_from(["; ", ";", " ; ", ";;", ";\t"]),
    ),
    max_size=6,
)


@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(headers=st.lists(PAIRS, min_size=1, max_size=3))
def test_of_any_pairs_the_app_reads_those_that_pass(
    make_client: MakeClient, headers: list[list[tuple[str, str, str]]]
) -> None:
    app = Cookies()
    client = make_client(app)
    for pairs in headers:
        client.get("/", cookies="".join(f"{name}={value}{end}" for name, value, end in pairs))

        kept = [each for each in pairs if each[0] in ("cart", "sessionid", CONSENT)]
        expected = [f"{name}={value}" for name, value, _ in kept]
        assert [pair.strip() for pair in (app.last or "").split(";") if pair.strip()] == expected


def test_without_one_that_passes_there_is_no_cookie_header(make_client: MakeClient) -> None:
    app = Cookies()
    make_client(app).get("/", cookies="hl_ad_7=a1; surprise=1")

    assert app.last is None


def test_without_cookies_there_is_no_cookie_header(make_client: MakeClient) -> None:
    app = Cookies()
    make_client(app).get("/", cookies="")

    assert app.last is None


@pytest.mark.parametrize("separator", [";", " ; ", ";\t", ";;", ";  "])
def test_a_refused_cookie_is_hidden_however_pairs_are_separated(
    make_client: MakeClient, separator: str
) -> None:
    app = Cookies()
    client = make_client(app)
    client.get("/", cookies="cart=7")  # what has passed once may be remembered

    client.get("/", cookies=f"cart=7{separator}hl_ad_7=a1")
    assert app.last == "cart=7"

    client.get("/", cookies=f"hl_ad_7=a1{separator}cart=7")
    assert app.last == "cart=7"


@pytest.mark.parametrize(
    "sent",
    [
        "cart=",
        "cart=a=b==",
        'cart="quoted, with comma"',
        "cart=%20%zz+",
        "cart=caf\xc3\xa9",
        "cart=\xff\xfe",
        "cart={json: [1, 2]}",
        "cart=1; cart=2; cart=1",
        'cart="a b"; sessionid="\\"x"',
    ],
)
def test_what_passes_arrives_byte_for_byte(make_client: MakeClient, sent: str) -> None:
    app = Cookies()
    client = make_client(app)

    client.get("/", cookies=sent)
    assert app.last == sent

    client.get("/", cookies=f"{sent}; hl_ad_7=a1")
    assert app.last == sent


@pytest.mark.parametrize(
    "junk",
    ["=", "nameless", "=value", ";;;", "a b c", "@:{}=1", '"', "caf\xe9=1", ",", "$Version=1"],
)
def test_a_malformed_pair_never_hides_its_neighbours(make_client: MakeClient, junk: str) -> None:
    app = Cookies()
    client = make_client(app)

    client.get("/", cookies=f"cart=7; {junk}; sessionid=s")

    assert app.last == "cart=7; sessionid=s"


def test_a_malformed_pair_never_hides_our_own_cookies(make_client: MakeClient) -> None:
    client = make_client(counting)
    client.get("/")
    own = "; ".join(f"{name}={value}" for name, value in client.jar.items())

    assert client.get("/", cookies=f'x="; =; "; {own}; =; y="').text == "2"


def test_a_refused_name_inside_a_value_is_no_cookie(make_client: MakeClient) -> None:
    app = Cookies()
    make_client(app).get("/", cookies="cart=hl_ad_7=a1")

    assert app.last == "cart=hl_ad_7=a1"


def test_several_cookie_fields_are_read_as_one(make_client: MakeClient) -> None:
    """HTTP/2 lets a browser split the field (RFC 9113, section 8.2.3); WSGI servers join it."""
    app = Cookies()
    make_client(app).get("/", cookies=["cart=7; hl_ad_7=a1", "sessionid=s", "surprise=1"])

    assert app.last == "cart=7; sessionid=s"


def test_our_own_cookie_is_found_in_any_of_several_fields(make_client: MakeClient) -> None:
    app = Cookies()
    client = make_client(app)
    client.choose("accept")

    client.get("/", cookies=["hl_ad_7=a1", "cart=7", f"{CONSENT}={client.jar[CONSENT]}"])

    assert app.last == f"hl_ad_7=a1; cart=7; {CONSENT}={client.jar[CONSENT]}"


def test_the_apps_other_request_fields_are_untouched(make_client: MakeClient) -> None:
    seen: list[tuple[str | None, str | None, str]] = []

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        seen.append((request.header("x-one"), request.header("content-type"), request.query))
        return html(PAGE)

    make_client(handler).get(
        "/?a=%20b&a=2", {"X-One": "1", "Content-Type": "text/x"}, cookies=MIXED
    )

    assert seen == [("1", "text/x", "a=%20b&a=2")]


def test_the_body_of_a_post_arrives_untouched(make_client: MakeClient) -> None:
    bodies: list[bytes] = []

    def handler(visit: Visit, request: AppRequest) -> AppResponse:
        bodies.append(request.body)
        return html(PAGE)

    make_client(handler).post("/pay", form={"choice": "accept", "amount": "9.90"})

    assert bodies == [b"choice=accept&amount=9.90"]


# --- parsers that divide otherwise ---------------------------------------------------------------


def by_http_cookies(header: str) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    jar.load(header)
    return {name: morsel.value for name, morsel in jar.items()}


def by_werkzeug(header: str) -> dict[str, str]:
    return dict(werkzeug_parser(header).items())


PARSERS = {
    "http.cookies": by_http_cookies,
    "Starlette": starlette_parser,
    "Werkzeug": by_werkzeug,
}
"""Django divides as Starlette does, which has it from there."""


@pytest.mark.parametrize("parse", [pytest.param(parse, id=name) for name, parse in PARSERS.items()])
@pytest.mark.parametrize(
    "sent",
    [
        'cart="x; hl_ad_7=SECRET; y"',
        'cart="x\\"; hl_ad_7=SECRET; y="',
        'cart="x; hl_ad_7="SECRET"; sessionid=s"',
        "cart='x; hl_ad_7=SECRET; y'",
        "cart=x\\; hl_ad_7=SECRET",
        "cart=x,; hl_ad_7=SECRET",
        'cart="; hl_ad_7=SECRET',
        'hl_ad_7="SECRET; cart=7"',
        'hl_ad_7=SECRET"; cart="7"',
        "$Version=1; cart=7; $Path=/; hl_ad_7=SECRET; $Path=/",
        "cart=7;hl_ad_7=SECRET",
        "cart=7; hl_ad_7 =SECRET",
        "cart=7; \thl_ad_7\t= SECRET",
        "cart=7; =hl_ad_7=SECRET",
        "cart=7; hl_ad_7SECRET",
    ],
)
def test_no_parser_finds_a_refused_cookie_in_another_ones_quotes(
    make_client: MakeClient, parse: Callable[[str], dict[str, str]], sent: str
) -> None:
    """A browser puts ``; `` between cookies and has no ``;`` inside of one: whatever the quotes say, it divides."""
    app = Cookies()
    make_client(app).get("/", cookies=sent)
    seen = app.last or ""

    assert "SECRET" not in seen
    assert "hl_ad_7" not in parse(seen)


VALUES = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters=";"), max_size=8
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.sampled_from(["cart", "sessionid", "hl_ad_7", "surprise"]), VALUES), max_size=6
    )
)
def test_nothing_of_a_refused_cookie_is_in_what_the_app_reads(
    make_client: MakeClient, pairs: list[tuple[str, str]]
) -> None:
    refused = ("hl_ad_7", "surprise")
    app = Cookies()
    make_client(app).get(
        "/",
        cookies="; ".join(
            f"{name}={value}SECRET" if name in refused else f"{name}={value}"
            for name, value in pairs
        ),
    )

    assert "SECRET" not in (app.last or "")


@pytest.mark.parametrize("value", ["a, hl_ad_7=1", "a hl_ad_7=1", "hl_ad_7=1", '"hl_ad_7=1"'])
def test_what_an_agreed_cookie_says_of_another_is_its_own_value(
    make_client: MakeClient, value: str
) -> None:
    """A comma and a space are part of it for browsers (RFC 6265bis, 5.6): only the site itself can have put it there."""
    app = Cookies()
    make_client(app).get("/", cookies=f"cart={value}; hl_ad_7=2")

    assert app.last == f"cart={value}"


# --- very much of it -----------------------------------------------------------------------------


def test_five_thousand_cookies_are_read_to_the_last(make_client: MakeClient) -> None:
    app = Cookies()
    sent = [f"{name}{number}=1" for number in range(2500) for name in ("hl_ad_", "surprise")]

    make_client(app).get("/", cookies="; ".join([*sent, "cart=7"]))

    assert app.last == "cart=7"


@pytest.mark.parametrize("filler", [";", "; ", "=", '"', "a=1;", "\t;", "x", ",", "\xff"])
def test_a_megabyte_of_anything_hides_nothing(make_client: MakeClient, filler: str) -> None:
    app = Cookies()
    junk = filler * (1_000_000 // len(filler))

    make_client(app).get("/", cookies=f"cart=7; {junk}; hl_ad_7=a; sessionid=s")

    assert app.last == "cart=7; sessionid=s"


@pytest.mark.parametrize("edge", ["asgi", "wsgi"])
@pytest.mark.parametrize("junk", ["\0", "a\0=1", "\x01=\x02", "hl_ad_7=\0"])
def test_a_control_character_hides_nothing(make_client: MakeClient, junk: str) -> None:
    """Most servers refuse such a request before it comes to us."""
    app = Cookies()
    make_client(app).get("/", cookies=f"cart=7; {junk}; sessionid=s")

    assert app.last == "cart=7; sessionid=s"
