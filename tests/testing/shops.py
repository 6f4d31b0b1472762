"""One small shop in each framework, for projects whose tests use what pytest gives them."""

from __future__ import annotations

from typing import Final

_SAFE: Final = """
from cookiesafe import CookieSafe, Policy, current_visit

POLICY = Policy.from_toml('''
[site]
name = "Shop"
[purposes.statistics]
title = "Statistics"
text = "Lets us count visits."
[purposes.advertising]
title = "Advertising"
text = "Lets us show adverts that match your interests."
[vendors.gullwing]
name = "Gullwing"
hosts = ["ads.gullwing.example"]
purposes = ["advertising"]
[cookies.cart]
purpose = "necessary"
why = "holds what you buy"
[cookies.hl_ad]
purpose = "advertising"
[features.tips]
purpose = "statistics"
without = "you see the same tips as everybody"
''')
safe = CookieSafe(POLICY, secret_key="k" * 32, store="sqlite://")


def state():
    visit = current_visit()
    return " ".join(each for each in ("statistics", "advertising") if visit.allows(each)) or "none"
"""

STARLETTE: Final = """
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from cookiesafe.adapters.asgi import CookieSafeMiddleware

async def home(request):
    response = HTMLResponse("<title>Shop</title><p>Hello")
    response.set_cookie("cart", "1")
    return response

def early(request):
    response = PlainTextResponse("")
    response.set_cookie("hl_ad", "1")  # early
    return response

async def asks(request):
    response = PlainTextResponse(state())
    if current_visit().allows("advertising"):
        response.set_cookie("hl_ad", "1")
    return response

async def undeclared(request):
    response = PlainTextResponse("")
    response.headers.append("Set-Cookie", "stray=1")  # undeclared
    return response

app = Starlette(routes=[
    Route("/", home), Route("/early", early), Route("/asks", asks), Route("/undeclared", undeclared),
])
app.add_middleware(CookieSafeMiddleware, safe=safe)
"""

FASTAPI: Final = """
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from cookiesafe.adapters.asgi import CookieSafeMiddleware

app = FastAPI()
app.add_middleware(CookieSafeMiddleware, safe=safe)

@app.get("/", response_class=HTMLResponse)
def home(response: Response):
    response.set_cookie("cart", "1")
    return "<title>Shop</title><p>Hello"

@app.get("/early")
def early(response: Response):
    response.set_cookie(key="hl_ad", value="1")  # early

@app.get("/asks")
async def asks():
    response = PlainTextResponse(state())
    if current_visit().allows("advertising"):
        response.set_cookie("hl_ad", "1")
    return response

@app.get("/undeclared")
async def undeclared(response: Response):
    response.headers["Set-Cookie"] = "stray=1"  # undeclared
"""

FLASK: Final = """
from flask import Flask, make_response
from cookiesafe.adapters.flask import CookieSafeExtension

app = Flask(__name__)
CookieSafeExtension(app, safe)

@app.route("/")
def home():
    response = make_response("<title>Shop</title><p>Hello")
    response.set_cookie("cart", "1")
    return response

@app.route("/early")
def early():
    response = make_response("")
    response.set_cookie("hl_ad", "1")  # early
    return response

@app.route("/asks")
def asks():
    response = make_response(state(), {"Content-Type": "text/plain"})
    if current_visit().allows("advertising"):
        response.set_cookie("hl_ad", "1")
    return response

@app.route("/undeclared")
def undeclared():
    response = make_response("")
    response.headers.add("Set-Cookie", "stray=1")  # undeclared
    return response
"""

ASGI: Final = """
from cookiesafe.adapters.asgi import CookieSafeMiddleware

async def shop(scope, receive, send):
    path, kind, fields, body = scope["path"], b"text/plain", [], b""
    if path == "/":
        kind, fields, body = b"text/html", [(b"set-cookie", b"cart=1")], b"<title>Shop</title><p>Hello"
    elif path == "/asks":
        body = state().encode()
        if current_visit().allows("advertising"):
            fields = [(b"set-cookie", b"hl_ad=1")]
    elif path == "/early":
        return await begin(send, b"hl_ad=1")
    elif path == "/undeclared":
        return await begin_stray(send)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind), *fields]})
    await send({"type": "http.response.body", "body": body})

async def begin(send, line):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"set-cookie", line)]})  # early
    await send({"type": "http.response.body"})

async def begin_stray(send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"set-cookie", b"stray=1")]})  # undeclared
    await send({"type": "http.response.body"})

app = CookieSafeMiddleware(shop, safe)
"""

WSGI: Final = """
from cookiesafe.adapters.wsgi import CookieSafeMiddleware

def shop(environ, start_response):
    path, kind, fields, body = environ["PATH_INFO"], "text/plain", [], b""
    if path == "/":
        kind, fields, body = "text/html", [("Set-Cookie", "cart=1")], b"<title>Shop</title><p>Hello"
    elif path == "/asks":
        body = state().encode()
        if current_visit().allows("advertising"):
            fields = [("Set-Cookie", "hl_ad=1")]
    elif path == "/early":
        start_response("200 OK", [("Set-Cookie", "hl_ad=1")])  # early
        return []
    elif path == "/undeclared":
        start_response("200 OK", [("Set-Cookie", "stray=1")])  # undeclared
        return []
    start_response("200 OK", [("Content-Type", kind), *fields])
    return [body]

app = CookieSafeMiddleware(shop, safe)
"""

DJANGO: Final = """
import django
from django.conf import settings

settings.configure(
    SECRET_KEY="k" * 32, ROOT_URLCONF=__name__, COOKIESAFE={"SAFE": safe}, ALLOWED_HOSTS=["testserver"],
    MIDDLEWARE=["cookiesafe.adapters.django.CookieSafeMiddleware"],
)
django.setup()

from django.http import HttpResponse
from django.urls import path

def home(request):
    response = HttpResponse("<title>Shop</title><p>Hello")
    response.set_cookie("cart", "1")
    return response

def early(request):
    response = HttpResponse("")
    response.set_signed_cookie("hl_ad", "1")  # early
    return response

def asks(request):
    response = HttpResponse(state(), content_type="text/plain")
    if request.visit.allows("advertising"):
        response.set_cookie("hl_ad", "1")
    return response

def undeclared(request):
    response = HttpResponse("")
    response.set_cookie("stray", "1")  # undeclared
    return response

urlpatterns = [path("", home), path("early", early), path("asks", asks), path("undeclared", undeclared)]
"""

_CLIENTS: Final = {
    "starlette": (STARLETTE, "from starlette.testclient import TestClient", "TestClient(shop.app)"),
    "fastapi": (FASTAPI, "from fastapi.testclient import TestClient", "TestClient(shop.app)"),
    "flask": (FLASK, "", "shop.app.test_client()"),
    "django": (DJANGO, "from django.test import Client", "Client()"),
    "asgi": (ASGI, "from cookiesafe.testing import ASGIClient", "ASGIClient(shop.app)"),
    "wsgi": (
        WSGI,
        "from cookiesafe.testing import WSGIClient",
        "WSGIClient(shop.app, validate=False)",
    ),
}
KINDS: Final = tuple(_CLIENTS)


def shop_in(kind: str) -> str:
    """The module ``shop``."""
    return f"{_SAFE}{_CLIENTS[kind][0]}".strip()


def module_of(kind: str, tests: str) -> str:
    """A module of tests, in which ``new_client()`` is the framework's own, and ``text_of`` what it was answered."""
    _, imports, client = _CLIENTS[kind]
    return f"""
import shop
import pytest
{imports}

def new_client():
    return {client}

def text_of(response):
    return response.text if hasattr(response, "text") else response.content.decode()
{tests}
"""


def line_in(kind: str, mark: str) -> int:
    """The number of the line of ``shop.py`` that is marked by a comment."""
    lines = shop_in(kind).splitlines()
    return next(at for at, line in enumerate(lines, 1) if line.endswith(f"  # {mark}"))
