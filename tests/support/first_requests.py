"""What the first requests of a site import and compile: ``python -m tests.support.first_requests EDGE [late]``.

It prints, as JSON, the modules that each request loads and the files that it compiles, in a process in which nothing is loaded but
the site itself. ``EDGE`` is
``asgi`` or ``wsgi``; ``late`` makes the middleware with the first request, as Starlette does where a server starts no lifespan.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cookiesafe import CookieSafe, Visit

Fields = list[tuple[str, str]]
Answer = tuple[Fields, bytes]

POLICY = """
site.name = "Site"
[purposes.ads]
title = "Adverts"
[purposes.news]
title = "News by mail"
channel = "email"
[vendors.gullwing]
name = "Gullwing"
privacy = "https://gullwing.example/privacy"
purposes = ["ads"]
hosts = ["ads.gullwing.example"]
"""
PAGE = b'<!doctype html><title>Page</title><iframe src="https://ads.gullwing.example/"></iframe>'
REQUESTS: dict[str, tuple[str, bytes]] = {
    "a page": ("/", b""),
    "the choices": ("/cookiesafe/choices", b""),
    "a choice": ("/cookiesafe/choices", b"choice=accept"),
    "a page after it": ("/", b""),
    "a login": ("/login", b""),
    "a page of who is signed in": ("/", b""),
    "the devices": ("/cookiesafe/devices", b""),
    "the receipt": ("/cookiesafe/receipt", b""),
    "the ways to be contacted": ("/cookiesafe/contact", b""),
    "whether the store answers": ("/cookiesafe/health", b""),
}


def site() -> CookieSafe:
    from cookiesafe import CookieSafe, Policy

    return CookieSafe(
        Policy.from_toml(POLICY),
        secret_key="k" * 32,
        ledger_key=b"l" * 32,
        store="sqlite://",
        origin="https://site.example",
        traffic=True,
        health=True,
    )


def use(visit: Visit, path: str) -> None:
    """What apps do with a visit."""
    if path == "/login":
        visit.session["seen"] = True
        visit.login("ada", remember=True)
        assert visit.form_token
        assert visit.carry.seal("order", {})


def asgi(*, late: bool) -> Callable[[str, Fields, bytes], Answer]:
    import asyncio

    from cookiesafe import current_visit
    from cookiesafe.adapters.asgi import CookieSafeMiddleware, Message

    async def app(scope: Any, receive: Any, send: Any) -> None:
        use(current_visit(), scope["path"])
        headers = [(b"content-type", b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": PAGE})

    safe = site()
    made = [] if late else [CookieSafeMiddleware(app, safe)]
    loop = asyncio.new_event_loop()

    def ask(path: str, fields: Fields, body: bytes) -> Answer:
        heard: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def hear(message: Message) -> None:
            heard.append(message)

        if not made:
            made.append(CookieSafeMiddleware(app, safe))
        headers = [(name.encode(), value.encode()) for name, value in fields]
        method = "POST" if body else "GET"
        scope = {"type": "http", "scheme": "https", "method": method, "path": path}
        loop.run_until_complete(made[0]({**scope, "headers": headers}, receive, hear))
        came = [(name.decode(), value.decode()) for name, value in heard[0]["headers"]]
        return came, b"".join(each["body"] for each in heard[1:])

    return ask


def wsgi(*, late: bool) -> Callable[[str, Fields, bytes], Answer]:
    from io import BytesIO

    from cookiesafe import current_visit
    from cookiesafe.adapters.wsgi import CookieSafeMiddleware

    def app(environ: Any, start_response: Any) -> list[bytes]:
        use(current_visit(), environ["PATH_INFO"])
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [PAGE]

    safe = site()
    made = [] if late else [CookieSafeMiddleware(app, safe)]

    def ask(path: str, fields: Fields, body: bytes) -> Answer:
        came: Fields = []

        def start_response(status: str, headers: Fields, exc_info: Any = None) -> Any:
            came.extend(headers)

        if not made:
            made.append(CookieSafeMiddleware(app, safe))
        environ: dict[str, Any] = {f"HTTP_{_key(name)}": value for name, value in fields}
        environ |= {"CONTENT_TYPE": environ.pop("HTTP_CONTENT_TYPE", "")}
        environ |= {"REQUEST_METHOD": "POST" if body else "GET", "PATH_INFO": path}
        environ |= {"wsgi.url_scheme": "https", "wsgi.input": BytesIO(body)}
        answer: Any = made[0]({**environ, "CONTENT_LENGTH": str(len(body))}, start_response)
        whole = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        return came, whole

    return ask


def _key(name: str) -> str:
    return name.upper().replace("-", "_")


def _note_compiled(compiled: list[str], event: str, args: tuple[object, ...]) -> None:
    if event == "compile":
        compiled.append(str(args[1]))


def main(edge: str, *late: str) -> None:
    logging.disable()
    ask = (asgi if edge == "asgi" else wsgi)(late=bool(late))
    jar: dict[str, str] = {}
    found: dict[str, list[str]] = {}
    compiled: list[str] = []
    sys.addaudithook(partial(_note_compiled, compiled))
    for title, (path, body) in REQUESTS.items():
        fields = [
            ("host", "site.example"),
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-dest", "document"),
            ("sec-fetch-mode", "navigate"),
            (
                "user-agent",
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            ),
            ("content-type", "application/x-www-form-urlencoded"),
            ("cookie", "; ".join(f"{name}={value}" for name, value in jar.items())),
        ]
        before = set(sys.modules)
        compiled.clear()
        came, page = ask(path, fields, body)
        found[title] = [*sorted(set(sys.modules) - before), *compiled]
        assert page or body, f"nothing came of {title}"
        lines = [value.partition(";")[0] for name, value in came if name.lower() == "set-cookie"]
        jar |= {name: value for name, _, value in (line.partition("=") for line in lines)}
    assert len(jar) >= 3, f"it has not chosen, or is not signed in: {jar}"
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
