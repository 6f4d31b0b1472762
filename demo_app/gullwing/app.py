"""The advertiser's server: every call sets or recognises its cookie, and is counted."""

from __future__ import annotations

from base64 import b64decode
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from werkzeug.http import dump_cookie

from . import adverts, bare
from .tally import Browser, Call, Tally

if TYPE_CHECKING:
    from starlette.types import ASGIApp

HERE = Path(__file__).parent
COOKIE = "gw_id"
LONGEST_BEACON = 4096
COOKIE_SECONDS = 400 * 24 * 60 * 60
PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
SCRIPT = "text/javascript"


def create_app(
    tally: Tally | None = None, bare_port: int = bare.PORT, *, held: bool = True
) -> ASGIApp:
    """``bare_port`` is where the portal without CookieSafe may run, to compare with one by which calls are ``held``."""
    gullwing = Gullwing(tally or Tally(), bare_port, held)
    return Starlette(
        routes=[
            Route("/", lambda request: RedirectResponse("/log")),
            Route("/ad.js", gullwing.ad_script),
            Route("/made.js", gullwing.made_script),
            Route("/pixel.gif", gullwing.pixel),
            Route("/frame.html", gullwing.frame),
            Route("/forget.gif", gullwing.forget),
            Route("/beacon", gullwing.beacon, methods=["GET", "POST"]),
            Route("/beacon", gullwing.preflight, methods=["OPTIONS"]),
            Route("/log", gullwing.log),
            Route("/privacy", gullwing.privacy),
            Route("/log/reset", gullwing.reset, methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        exception_handlers={404: gullwing.missing},
    )


class Gullwing:
    def __init__(self, tally: Tally, bare_port: int, held: bool) -> None:
        self._tally = tally
        self._held = held
        self._bare_port = bare_port
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["clock"] = _clock

    async def ad_script(self, request: Request) -> Response:
        return self._counted(request, Response(self._render("ad.js", request), media_type=SCRIPT))

    async def made_script(self, request: Request) -> Response:
        text = "document.documentElement.dataset.gullwing = 'made';\n"
        return self._counted(request, Response(text, media_type=SCRIPT))

    async def pixel(self, request: Request) -> Response:
        return self._counted(request, Response(PIXEL, media_type="image/gif"))

    async def frame(self, request: Request) -> Response:
        return self._counted(request, HTMLResponse(self._render("frame.html", request)))

    async def forget(self, request: Request) -> Response:
        """A picture by which a browser deletes the cookie, wherever it shows it."""
        response = Response(PIXEL, media_type="image/gif")
        return _with_cookie(response, "", 0)

    async def beacon(self, request: Request) -> Response:
        page = await _page_in(request)
        return self._counted(request, Response(status_code=204, headers=_cors(request)), page)

    async def preflight(self, request: Request) -> Response:
        allowed = {
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "content-type",
        }
        return Response(status_code=204, headers=_cors(request) | allowed)

    async def log(self, request: Request) -> Response:
        headers = {"Cache-Control": "no-store", "Vary": "Accept"}
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse(self._tally.as_json(), headers=headers)
        address = f"http://harbour.localhost:{self._bare_port}/"
        told = {
            "profiles": self._tally.of(browser := _browser(request)),
            "browser": browser,
            "held": self._held,
            "bare": address if await bare.runs(self._bare_port) else "",
            "bare_port": self._bare_port,
        }
        return HTMLResponse(self._render("log.html", request, **told), headers=headers)

    async def privacy(self, request: Request) -> Response:
        return HTMLResponse(self._render("privacy.html", request))

    async def missing(self, request: Request, error: Exception) -> Response:
        return HTMLResponse(self._render("missing.html", request), 404)

    async def reset(self, request: Request) -> Response:
        self._tally.reset()
        return RedirectResponse("/log", status_code=303)

    def _render(self, template: str, request: Request, **more: object) -> str:
        choice = adverts.for_topic(request.query_params.get("topic", ""))
        return self._templates.get_template(template).render(
            choice=choice, tally=self._tally, base=str(request.base_url).rstrip("/"), **more
        )

    def _counted(self, request: Request, response: Response, page: str = "") -> Response:
        id_ = self._tally.note(_call(request, page))
        return _with_cookie(response, id_, COOKIE_SECONDS)


def _with_cookie(response: Response, value: str, seconds: int) -> Response:
    cookie = dump_cookie(
        COOKIE,
        value,
        max_age=seconds,
        secure=True,
        httponly=True,
        samesite="None",
        partitioned=True,
    )
    response.headers.append("Set-Cookie", cookie)
    response.headers["Cache-Control"] = "no-store"
    return response


def _browser(request: Request) -> Browser:
    return (
        request.client.host if request.client else "",
        request.headers.get("user-agent", ""),
        request.headers.get("accept-language", ""),
    )


async def _page_in(request: Request) -> str:
    """The path that a beacon tells, if that is what it has."""
    said = b""
    with suppress(ClientDisconnect):
        async for part in request.stream():
            said += part
            if len(said) > LONGEST_BEACON:
                return ""
    return said.decode(errors="replace") if said.startswith(b"/") else ""


def _clock(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%H:%M:%S} UTC"


def _call(request: Request, page: str) -> Call:
    headers = request.headers
    return Call(
        kind=request.url.path.strip("/"),
        cookie=request.cookies.get(COOKIE, ""),
        browser=_browser(request),
        site=_site(headers.get("referer", "")),
        topic=request.query_params.get("topic", ""),
        page=page,
    )


def _site(referer: str) -> str:
    with suppress(ValueError):  # it is no address
        return urlsplit(referer).netloc
    return ""


def _cors(request: Request) -> dict[str, str]:
    """Open to every site, with its cookie."""
    origin = request.headers.get("origin")
    if origin is None:
        return {"Access-Control-Allow-Origin": "*"}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }
