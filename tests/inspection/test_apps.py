"""Apps are found in whatever way they are made, on every framework, and what is none is told."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cookiesafe.errors import NoApp
from cookiesafe.inspection import Asking, Place
from tests.support.servers import ROOT

from .conftest import Check
from .quay import FILES, KEY, POLICY, line_of, write

BEGIN = """\
import os
from cookiesafe import CookieSafe, Policy

safe = CookieSafe(
    Policy.from_file("cookiesafe.toml"), secret_key=os.environ["QUAY_KEY"], store="sqlite:///quay.db"
)
PAGE = (
    '<!doctype html><script src="https://js.payfast.example/"></script>'
    '<img src="https://pix.tern.example/1.gif"><a href="/more">more</a>'
)
"""
ASGI = """
from cookiesafe.adapters.asgi import CookieSafeMiddleware

async def plain(scope, receive, send):
    if scope["type"] == "lifespan":
        raise NotImplementedError
    fields = [(b"content-type", b"text/html"), (b"set-cookie", b"tern=1; Secure")]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": PAGE.encode()})

app = CookieSafeMiddleware(plain, safe)

async def within(scope, receive, send):
    await app(scope, receive, send)

def create_app():
    return app
"""
WSGI = """
from cookiesafe.adapters.wsgi import CookieSafeMiddleware

def plain(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/html"), ("Set-Cookie", "tern=1; Secure")])
    return [PAGE.encode()]

app = CookieSafeMiddleware(plain, safe)
"""
FLASK = """
from flask import Flask, make_response
from cookiesafe.adapters.flask import CookieSafeExtension

app = Flask("quay")
CookieSafeExtension(app, safe)

@app.get("/")
@app.get("/more")
def home():
    response = make_response(PAGE)
    response.set_cookie("tern", "1", secure=True)
    return response
"""
FASTAPI = """
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from cookiesafe.adapters.asgi import CookieSafeMiddleware

app = FastAPI(openapi_url=None)
app.add_middleware(CookieSafeMiddleware, safe=safe)

@app.get("/")
@app.get("/more")
async def home():
    response = HTMLResponse(PAGE)
    response.set_cookie("tern", "1", secure=True)
    return response
"""
WAYS = {
    "an ASGI app": (ASGI, "app.py:app"),
    "an app in a function": (ASGI, "app:within"),
    "what makes an app": (ASGI, "app:create_app()"),
    "an app of the usual name": (ASGI, "app"),
    "a WSGI app": (WSGI, "app:app"),
    "Flask": (FLASK, "app:app"),
    "FastAPI": (FASTAPI, "app:app"),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_app_is_asked_for_its_pages_on_every_framework(
    checked: Check, way: str, tmp_path: Path
) -> None:
    source, name = WAYS[way]
    files = {"cookiesafe.toml": POLICY, "app.py": BEGIN + source}

    report = checked(files, name, Asking(base="https://quay.example"))

    found = {(each.code, each.about) for each in report.findings}
    assert {("CS201", "tern"), ("CS205", "pix.tern.example")} <= found
    assert "CS741" not in {each.code for each in report.findings}
    assert report.pages == 2
    assert not (tmp_path / "quay.db").exists()


DJANGO = {
    "quay/__init__.py": "",
    "quay/settings.py": """\
import os
from pathlib import Path

BASE_DIR = Path(__file__).parents[1]
SECRET_KEY = os.environ["QUAY_KEY"]
ALLOWED_HOSTS = [".quay.example"]
ROOT_URLCONF = "quay.urls"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cookiesafe.adapters.django.CookieSafeMiddleware",
]
COOKIESAFE = {"POLICY": "cookiesafe.toml", "STORE": "sqlite:///quay.db"}
""",
    "quay/urls.py": """\
from django.http import HttpResponse
from django.urls import include, path


def home(request):
    response = HttpResponse("<!doctype html><script src='https://js.payfast.example/'></script>")
    response.set_cookie("tern", "1", secure=True)
    return response


def broken(request):
    raise ValueError("no")


def bill(request, number):
    raise ValueError("never asked for")


within = [path("broken/", broken), path("<int:number>/", bill)]
urlpatterns = [path("", home), path("bills/", include(within))]
""",
    "quay/asgi.py": """\
import os

from django.core.asgi import get_asgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "quay.settings"
application = get_asgi_application()
""",
}


def test_django_is_asked_too_and_its_own_checks_are_among_what_is_found(tmp_path: Path) -> None:
    """In a process of its own: there is one Django in each."""
    write(tmp_path, {"cookiesafe.toml": POLICY, **DJANGO})
    command = [sys.executable, "-m", "cookiesafe", "check", "quay.asgi", "--format", "csv"]

    done = subprocess.run(
        [*command, "--ignore", "CS703"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "QUAY_KEY": KEY},
        capture_output=True,
        text=True,
        check=False,
    )

    rows = [line.split('","')[:4] for line in done.stdout.splitlines()[1:]]
    assert [[code.strip('"'), file, line] for code, file, line, _ in rows] == [
        ["CS201", "quay/urls.py", "7"],
        ["CS741", "quay/urls.py", "12"],
        ["CS732", "quay/settings.py", "8"],
    ]
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    ("files", "name", "said"),
    [
        pytest.param({}, "nowhere:app", 'there is no module "nowhere"', id="no module"),
        pytest.param({}, "no where:app", "is no module", id="no name of one"),
        pytest.param({}, ":app", "is no module", id="an empty name"),
        pytest.param({}, "gone.py:app", "there is no file", id="no file"),
        pytest.param({"a1.py": ""}, "a1", "has no app", id="no app"),
        pytest.param({"a2.py": "apps = 1"}, "a2:app", 'Did you mean "apps"', id="another name"),
        pytest.param({"a3.py": "app = 7"}, "a3:app", "is int, no app", id="a number"),
        pytest.param({"a4.py": "def app(): pass"}, "a4:app", "has no CookieSafe", id="without us"),
        pytest.param({"a5.py": "\n1 / 0"}, "a5:app", "a5.py:2", id="it raises"),
        pytest.param({"a6.py": "import a6_gone"}, "a6:app", "ModuleNotFoundError", id="it lacks a module"),
        pytest.param({"a7.py": "def (:"}, "a7:app", "SyntaxError", id="it is no Python"),
        pytest.param({"a8.py": "raise SystemExit(3)"}, "a8:app", "SystemExit: 3", id="it exits"),
        pytest.param({"a9.py": "def app(): 1 / 0"}, "a9:app()", "ZeroDivisionError", id="a call raises"),
        pytest.param({"b1.py": "def app(x): pass"}, "b1:app(1)", "no call without", id="arguments"),
    ],
)  # fmt: skip
def test_what_is_no_app_is_told(
    checked: Check, files: dict[str, str], name: str, said: str
) -> None:
    with pytest.raises(NoApp) as caught:
        checked(files, name)

    assert said in str(caught.value)
    assert caught.value.fix


ENDLESS = """
import asyncio
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route
from cookiesafe.adapters.asgi import CookieSafeMiddleware

async def endless(request):
    async def go():
        while True:
            yield b"x"
            await asyncio.sleep(0.01)
    return StreamingResponse(go())

app = CookieSafeMiddleware(Starlette(routes=[Route("/endless", endless)]), safe)
"""


def test_a_page_that_does_not_end_is_given_up(
    checked: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cookiesafe.inspection.driving.PATIENCE", 0.3)
    files = {"cookiesafe.toml": POLICY, "endless.py": BEGIN + ENDLESS}

    [failed] = [each for each in checked(files, "endless:app").findings if each.code == "CS741"]

    assert "did not end" in failed.what


BLOCKING = """
import time
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from cookiesafe.adapters.asgi import CookieSafeMiddleware

async def sleeping(request):
    time.sleep(60)

async def reckoning(request):
    while True:
        pass

async def quick(request):
    response = PlainTextResponse("Here")
    response.set_cookie("late", "1")
    return response

routes = [Route("/1-sleeping", sleeping), Route("/2-reckoning", reckoning), Route("/3-quick", quick)]
app = CookieSafeMiddleware(Starlette(routes=routes), safe)
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="nothing interrupts an app here")
def test_a_page_that_holds_up_the_event_loop_is_interrupted_and_the_others_are_asked_for(
    checked: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cookiesafe.inspection.driving.PATIENCE", 0.3)
    files = {"cookiesafe.toml": POLICY, "blocking.py": BEGIN + BLOCKING}

    findings = checked(files, "blocking:app").findings

    sleeping, reckoning = [each for each in findings if each.code == "CS741"]
    assert "EventLoopBlocked" in sleeping.what
    assert sleeping.place is not None
    assert "time.sleep(60)" in (BEGIN + BLOCKING).splitlines()[sleeping.place.line - 1]
    assert "EventLoopBlocked" in reckoning.what
    assert any('"late"' in each.what for each in findings)


STARTING = """
from contextlib import asynccontextmanager

@asynccontextmanager
async def start(app):
    time.sleep(60)
    yield
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="nothing interrupts an app here")
def test_an_app_whose_start_holds_up_the_event_loop_is_asked_all_the_same(
    checked: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cookiesafe.inspection.driving.PATIENCE", 0.3)
    source = STARTING + BLOCKING.replace("routes=routes", "routes=routes[2:], lifespan=start")
    files = {"cookiesafe.toml": POLICY, "starting.py": BEGIN + source}

    findings = checked(files, "starting:app").findings

    assert any('"late"' in each.what for each in findings)


@pytest.mark.parametrize("source", [ASGI, WSGI], ids=["ASGI", "WSGI"])
def test_a_page_that_is_too_large_is_given_up_and_not_kept(
    checked: Check, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """Nothing awaits here, so that no time would run out."""
    monkeypatch.setattr("cookiesafe.inspection.driving.LARGEST", 1000)
    many = source.replace(
        'await send({"type": "http.response.body", "body": PAGE.encode()})',
        'while True: await send({"type": "http.response.body", "body": b"x", "more_body": True})',
    ).replace("return [PAGE.encode()]", 'return iter(lambda: b"x", b"")')

    report = checked({"cookiesafe.toml": POLICY, "app.py": BEGIN + many}, "app:app")

    [failed] = [each for each in report.findings if each.code == "CS741"]
    assert "has more than 1,000 bytes" in failed.what


def test_links_are_asked_for_as_browsers_ask_for_them(checked: Check) -> None:
    page = '<!doctype html><a href="/büro/日本 1?q=ü">a</a>'
    linking = (BEGIN + FASTAPI).replace("<!doctype html>", page)
    linking = linking.replace('@app.get("/more")', '@app.get("/more")\n@app.get("/büro/日本 1")')

    report = checked({"cookiesafe.toml": POLICY, "app.py": linking}, "app:app")

    assert "CS741" not in {each.code for each in report.findings}
    assert report.pages == 4


def test_an_app_whose_pages_are_all_left_out_says_so(checked: Check) -> None:
    source = BEGIN + FLASK.replace('@app.get("/more")\n', "")
    files = {"cookiesafe.toml": POLICY, "left.py": source}

    report = checked(files, "left:app", Asking(skipped=frozenset({"/"})))

    assert "CS744" in {each.code for each in report.findings}


def test_a_path_that_is_named_is_asked_for(checked: Check) -> None:
    broken = FILES["quay.py"].replace(
        "<!doctype html><p>Bill", "<!doctype html><img src=//b.example>"
    )

    report = checked({**FILES, "quay.py": broken}, "quay:app", Asking(paths=("/bills/99",)))

    assert report.pages == 5
    [finding] = report.findings
    assert (finding.code, finding.about) == ("CS205", "b.example")
    assert finding.place == Place(
        "quay.py", line_of(broken, '    return HTMLResponse("<!doctype html><img')
    )
