"""What only WSGI has: ``write``, a second ``start_response``, bodies to close, and Flask on top."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.validate import validator

import flask
import pytest

from cookiesafe import CookieSafe, SessionTooLarge, current_visit
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from tests.support.edges import WSGIClient
from tests.support.harbour import (
    BANNER,
    CONSENT,
    KEY,
    PAGE,
    REVISIT,
    SESSION,
    MakeSafe,
    lets_in,
)

HTML = ("Content-Type", "text/html")
TEXT = ("Content-Type", "text/plain")
PDF = ("Content-Type", "application/pdf")


def client_of(app: Any, safe: CookieSafe, **options: Any) -> WSGIClient:
    client = WSGIClient(CookieSafeMiddleware(app, safe), **options)
    client.safe = safe
    return client


# --- the protocol --------------------------------------------------------------------------------


@pytest.mark.parametrize("chosen", [False, True])
def test_what_is_written_passes_the_page_gate(make_safe: MakeSafe, chosen: bool) -> None:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        write = start_response("200 OK", [HTML])
        write(b"<html><bo")
        write(b"dy>one")
        return [b"two", b"three"]

    client = client_of(app, make_safe())
    if chosen:
        client.choose("reject")
    text = client.get("/").text

    if chosen:
        assert text.startswith("<html><body>onetwothree<nav")
        assert REVISIT in text
    else:
        assert text.startswith('<html><body><section id="cookiesafe"')
        assert text.endswith("onetwothree")


def test_what_is_written_of_no_page_leaves_as_it_is(make_safe: MakeSafe) -> None:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [TEXT])(b"one")
        return [b"two"]

    assert client_of(app, make_safe()).get("/").body == b"onetwo"


def test_a_response_may_begin_with_the_first_chunk(make_safe: MakeSafe) -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        environ["cookiesafe.visit"].session["a"] = 1
        start_response("200 OK", [HTML, ("Set-Cookie", "hl_ad_7=a1")])
        yield b"<body>one"
        yield b"two"

    response = client_of(app, make_safe()).get("/")

    assert response.text.index(BANNER) < response.text.index("onetwo")
    assert response.cookie_names == [SESSION]


def failing_over(content_type: str) -> Any:
    """An app that finds out late that it must answer something else (PEP 3333, ``exc_info``)."""

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        environ["cookiesafe.visit"].session["a"] = 1
        start_response("200 OK", [HTML, ("Set-Cookie", "cart=7")])
        try:
            raise ValueError
        except ValueError:
            headers = [("Content-Type", content_type), ("Set-Cookie", "hl_ad_7=a1")]
            start_response("500 Internal Server Error", headers, sys.exc_info())
        return [b"<p>sorry"]

    return app


def test_an_error_page_instead_is_gated_as_well(make_safe: MakeSafe) -> None:
    response = client_of(failing_over("text/html"), make_safe()).get("/")

    assert response.status == 500
    assert response.cookie_names == []
    assert response.text.count(BANNER) == 1
    assert not lets_in(response, "ads.gullwing.example")


def test_an_error_that_is_no_page_gets_no_banner(make_safe: MakeSafe) -> None:
    response = client_of(failing_over("application/json"), make_safe()).get("/")

    assert response.status == 500
    assert response.body == b"<p>sorry"


def test_an_app_that_finds_its_session_too_large_may_say_so(make_safe: MakeSafe) -> None:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        session = environ["cookiesafe.visit"].session
        session["a"] = "x" * 5000
        try:
            start_response("200 OK", [TEXT])
        except SessionTooLarge:
            session.clear()
            start_response("500 Internal Server Error", [TEXT], sys.exc_info())
        return [b"sorry"]

    response = client_of(app, make_safe()).get("/")

    assert (response.status, response.body, response.cookies) == (500, b"sorry", [])


class Body:
    def __init__(self, *chunks: bytes) -> None:
        self.chunks = list(chunks)
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.chunks)

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("header", [HTML, TEXT])
def test_the_apps_body_is_closed_once(make_safe: MakeSafe, header: tuple[str, str]) -> None:
    body = Body(b"one", b"two")

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [header])
        return body

    client_of(app, make_safe()).get("/")

    assert body.closed == 1


def test_the_apps_body_is_closed_when_the_client_is_gone(make_safe: MakeSafe) -> None:
    body = Body(b"<p>one", b"two")

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [HTML])
        return body

    client = client_of(app, make_safe())

    def hang_up(chunk: bytes) -> None:
        raise ConnectionResetError

    client.on_chunk = hang_up
    with pytest.raises(ConnectionResetError):
        client.get("/")

    assert body.closed == 1


def test_a_list_of_a_file_is_passed_on_as_it_is(make_safe: MakeSafe) -> None:
    """Servers tell a list's length by themselves."""
    chunks = [b"a{}"]

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/css")])
        return chunks

    middleware = CookieSafeMiddleware(app, make_safe())
    client = WSGIClient(middleware)
    sent = client.prepared("/a.css", headers={"sec-fetch-dest": "style"})

    assert middleware(client.environ(sent), lambda *args: lambda data: None) is chunks


@pytest.mark.parametrize(
    ("destination", "header", "is_passed_on"),
    [("document", HTML, False), ("document", PDF, True), ("image", TEXT, True)],
    ids=["a page", "a document", "something else"],
)
def test_a_file_is_the_servers_to_send_unless_something_is_placed_in_it(
    make_safe: MakeSafe,
    tmp_path: Path,
    destination: str,
    header: tuple[str, str],
    is_passed_on: bool,
) -> None:
    """Servers have a faster way for what they know by its type."""
    (tmp_path / "file").write_bytes(b"<p>x")

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [header])
        body: Iterable[bytes] = environ["wsgi.file_wrapper"]((tmp_path / "file").open("rb"))
        return body

    middleware = CookieSafeMiddleware(app, make_safe())
    client = WSGIClient(middleware)
    sent = client.prepared("/file", headers={"sec-fetch-dest": destination})
    environ = client.environ(sent)
    body: Any = middleware(environ, lambda *args: lambda data: None)
    body.close()

    assert isinstance(body, environ["wsgi.file_wrapper"]) is is_passed_on


def test_the_apps_list_of_headers_is_not_changed(make_safe: MakeSafe) -> None:
    headers = [HTML, ("Content-Length", "6"), ("Set-Cookie", "hl_ad_7=a1")]
    before = list(headers)

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return [b"<body>"]

    client_of(app, make_safe()).get("/")

    assert headers == before


def test_a_server_that_says_nothing_of_the_host_is_answered(make_safe: MakeSafe) -> None:
    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [HTML])
        return [b"<p>x"]

    assert client_of(app, make_safe()).get("/", {"Host": None}).status == 200


@pytest.mark.parametrize("path", ["choices", "cookies", "notice.css", "pages.css", "nothing-here"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_our_own_answers_pass_the_validator(make_safe: MakeSafe, method: str, path: str) -> None:
    """As they are, without what the client mends."""

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        raise AssertionError("this is ours to answer")

    checked = validator(CookieSafeMiddleware(app, make_safe()))
    client = WSGIClient(checked, validate=False)

    response = client.request(method, f"/cookiesafe/{path}", body=b"choice=accept")

    assert response.status in (200, 303, 404, 405)


# --- Flask on top --------------------------------------------------------------------------------


def flask_client(safe: CookieSafe) -> WSGIClient:
    app = flask.Flask("harbour")
    app.secret_key = KEY

    @app.get("/")
    def home() -> flask.Response:
        flask.session["count"] = flask.session.get("count", 0) + 1
        current_visit().session["count"] = flask.session["count"]
        response = flask.make_response(f"<body><p>{flask.session['count']}")
        response.set_cookie("hl_ad_7", "a1")
        response.headers["x-allows"] = str(current_visit().allows("advertising"))
        return response

    @app.get("/file")
    def file() -> flask.Response:
        return flask.send_file(io.BytesIO(PAGE.encode()), mimetype="text/html", etag="v1")

    @app.get("/stream")
    def stream() -> flask.Response:
        def body() -> Iterator[str]:
            yield "<body><p>"
            yield str(current_visit().allows("advertising"))

        return flask.Response(flask.stream_with_context(body()), mimetype="text/html")

    @app.post("/pay")
    def pay() -> str:
        return str(flask.request.form["amount"])

    app.wsgi_app = CookieSafeMiddleware(app.wsgi_app, safe)  # type: ignore[method-assign]
    client = WSGIClient(app)
    client.safe = safe
    return client


def test_flask_keeps_its_own_session_beside_ours(make_safe: MakeSafe) -> None:
    client = flask_client(make_safe())
    first = client.get("/")
    assert set(first.cookie_names) == {"session", SESSION}
    assert BANNER in first.text

    client.choose("accept")
    second = client.get("/")

    assert second.text.startswith("<body><p>2")
    assert second.header("x-allows") == "True"
    assert "hl_ad_7" in second.cookie_names
    assert set(client.jar) == {"session", SESSION, CONSENT, "hl_ad_7"}


def test_flask_sends_a_file_whole_with_the_banner_in(make_safe: MakeSafe) -> None:
    response = flask_client(make_safe()).get(
        "/file", {"If-None-Match": '"v1"', "Range": "bytes=0-3"}
    )

    assert response.status == 200
    assert BANNER in response.text
    assert response.header("etag") is None


def test_flask_streams_with_its_visit(make_safe: MakeSafe) -> None:
    client = flask_client(make_safe())
    client.choose("reject")

    assert client.get("/stream").text.startswith("<body><p>False")


def test_flask_reads_its_forms(make_safe: MakeSafe) -> None:
    assert flask_client(make_safe()).post("/pay", form={"amount": "9.90"}).text.endswith("9.90")
