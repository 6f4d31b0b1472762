"""The video host's server: a player to embed, which stores a cookie as soon as it is loaded."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from werkzeug.http import dump_cookie

from . import films

if TYPE_CHECKING:
    from starlette.types import ASGIApp

HERE = Path(__file__).parent
COOKIE = "tp_viewer"
COOKIE_SECONDS = 400 * 24 * 60 * 60


def create_app(loads: Counter[str] | None = None) -> ASGIApp:
    """``loads`` is how often each browser has loaded a player."""
    tidepool = Tidepool(Counter() if loads is None else loads)
    return Starlette(
        routes=[
            Route("/", tidepool.home),
            Route("/embed/{film}", tidepool.embed),
            Route("/watch/{film}", tidepool.watch),
            Route("/privacy", tidepool.privacy),
            Route("/forget.svg", tidepool.forget),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        exception_handlers={404: tidepool.missing},
    )


class Tidepool:
    def __init__(self, loads: Counter[str]) -> None:
        self._loads = loads
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    async def home(self, request: Request) -> Response:
        return self._page("home.html", films=films.FILMS)

    async def embed(self, request: Request) -> Response:
        return self._player(request, "embed.html")

    async def watch(self, request: Request) -> Response:
        return self._player(request, "watch.html")

    async def privacy(self, request: Request) -> Response:
        return self._page("privacy.html")

    async def missing(self, request: Request, error: Exception) -> Response:
        return self._page("missing.html", 404)

    async def forget(self, request: Request) -> Response:
        """A picture by which a browser deletes the cookie, wherever it shows it."""
        picture = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
        response = Response(picture, media_type="image/svg+xml")
        response.headers["Cache-Control"] = "no-store"
        return _with_cookie(response, "", 0)

    def _player(self, request: Request, template: str) -> Response:
        film = films.BY_ID.get(request.path_params["film"])
        if film is None:
            raise HTTPException(404)
        viewer = request.cookies.get(COOKIE, "")
        if not re.fullmatch(r"[0-9a-f]{16}", viewer):
            viewer = secrets.token_hex(8)
        playing = "play" in request.query_params
        self._loads[viewer] += not playing
        page = self._page(template, film=film, playing=playing, loads=self._loads[viewer])
        page.headers["Cache-Control"] = "no-store"
        return _with_cookie(page, viewer, COOKIE_SECONDS)

    def _page(self, template: str, status: int = 200, **values: object) -> Response:
        return HTMLResponse(self._templates.get_template(template).render(values), status)


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
    return response
