"""The advertiser's server: every call sets or recognises its cookie, and is counted."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from werkzeug.http import dump_cookie

from . import adverts
from .tally import Call, Tally

if TYPE_CHECKING:
    from starlette.types import ASGIApp

HERE = Path(__file__).parent
COOKIE = "gw_id"
COOKIE_SECONDS = 400 * 24 * 60 * 60
PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
SCRIPT = "text/javascript"


def create_app(tally: Tally | None = None) -> ASGIApp:
    gullwing = Gullwing(tally or Tally())
    return Starlette(
        routes=[
            Route("/", lambda request: RedirectResponse("/log")),
            Route("/ad.js", gullwing.ad_script),
            Route("/made.js", gullwing.made_script),
            Route("/pixel.gif", gullwing.pixel),
            Route("/frame.html", gullwing.frame),
            Route("/beacon", gullwing.beacon, methods=["GET", "POST"]),
            Route("/beacon", gullwing.preflight, methods=["OPTIONS"]),
            Route("/log", gullwing.log),
            Route("/privacy", gullwing.privacy),
            Route("/log/reset", gullwing.reset, methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]
    )


class Gullwing:
    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def ad_script(self, request: Request) -> Response:
        return self._counted(request, Response(self._render("ad.js", request), media_type=SCRIPT))

    async def made_script(self, request: Request) -> Response:
        text = "document.documentElement.dataset.gullwing = 'made';\n"
        return self._counted(request, Response(text, media_type=SCRIPT))

    async def pixel(self, request: Request) -> Response:
        return self._counted(request, Response(PIXEL, media_type="image/gif"))

    async def frame(self, request: Request) -> Response:
        return self._counted(request, HTMLResponse(self._render("frame.html", request)))

    async def beacon(self, request: Request) -> Response:
        return self._counted(request, Response(status_code=204, headers=_cors(request)))

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
        return HTMLResponse(self._render("log.html", request), headers=headers)

    async def privacy(self, request: Request) -> Response:
        return HTMLResponse(self._render("privacy.html", request))

    async def reset(self, request: Request) -> Response:
        self._tally.reset()
        return RedirectResponse("/log", status_code=303)

    def _render(self, template: str, request: Request) -> str:
        choice = adverts.for_topic(request.query_params.get("topic", ""))
        return self._templates.get_template(template).render(
            choice=choice, tally=self._tally, base=str(request.base_url).rstrip("/")
        )

    def _counted(self, request: Request, response: Response) -> Response:
        id_ = self._tally.note(_call(request))
        cookie = dump_cookie(
            COOKIE,
            id_,
            max_age=COOKIE_SECONDS,
            secure=True,
            httponly=True,
            samesite="None",
            partitioned=True,
        )
        response.headers.append("Set-Cookie", cookie)
        response.headers["Cache-Control"] = "no-store"
        return response


def _call(request: Request) -> Call:
    headers = request.headers
    return Call(
        kind=request.url.path.strip("/"),
        cookie=request.cookies.get(COOKIE, ""),
        browser=(
            request.client.host if request.client else "",
            headers.get("user-agent", ""),
            headers.get("accept-language", ""),
        ),
        site=urlsplit(headers.get("referer", "")).netloc,
        topic=request.query_params.get("topic", ""),
    )


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
