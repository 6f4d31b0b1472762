"""The suite's site in plain WSGI."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl

from cookiesafe import CookieSafe, Visit
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from cookiesafe.testing import WSGISuite
from cookiesafe.testing.site import (
    CHUNKS,
    COOKIES,
    PAGE,
    PUBLIC,
    STYLE,
    AppError,
    hello,
    order,
    told,
)

SET = [("Set-Cookie", f"{name}={value}; Path=/") for name, value in COOKIES.items()]


class TestWSGI(WSGISuite):
    answers_errors, raises_errors = False, True

    def create_app(self, safe: CookieSafe) -> Any:
        return CookieSafeMiddleware(site, safe)


def site(environ: Any, start_response: Any) -> Iterable[bytes]:
    visit, path = environ["cookiesafe.visit"], environ["PATH_INFO"].encode("latin-1").decode()
    form, status, kind, fields = form_of(environ), "200 OK", "text/html; charset=utf-8", []
    match environ["REQUEST_METHOD"], path.split("/")[1:]:
        case "GET" | "HEAD", [""]:
            body, fields = [PAGE.encode()], SET
        case "GET", ["stream"]:
            body = list(CHUNKS)
        case "GET", ["hello", name]:
            body = [hello(name).encode()]
        case "GET", ["style.css"]:
            body, kind, fields = [STYLE.encode()], "text/css", [("Cache-Control", PUBLIC)]
        case "GET", ["told"]:
            cookies = SimpleCookie(environ.get("HTTP_COOKIE", ""))
            seen = told(visit, {name: each.value for name, each in cookies.items()})
            body, kind = [json.dumps(seen).encode()], "application/json"
        case "GET", ["fail"]:
            visit.session["lost"] = True
            raise AppError
        case "POST", ["order"]:
            body = [order(visit, form).encode()]
        case "POST", ["keep" | "sign-in" | "sign-out" as what]:
            DOES[what](visit, form)
            body, status, fields = [], "303 See Other", [("Location", "/told")]
        case _:
            body, status, kind = [b"There is nothing here."], "404 Not Found", "text/plain"
    start_response(status, [("Content-Type", kind), *fields])
    return body if environ["REQUEST_METHOD"] != "HEAD" else []


def keep(visit: Visit, form: dict[str, str]) -> None:
    visit.session.clear()
    visit.session.update(form)


DOES: dict[str, Callable[[Visit, dict[str, str]], None]] = {
    "keep": keep,
    "sign-in": lambda visit, form: visit.login(form["user"], remember="stay" in form),
    "sign-out": lambda visit, form: visit.logout(everywhere="everywhere" in form),
}


def form_of(environ: Any) -> dict[str, str]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
    return dict(parse_qsl(body, keep_blank_values=True))
