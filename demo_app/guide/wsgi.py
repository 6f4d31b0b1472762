"""The guide in front of the portal, on WSGI."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..portal.wsgi import create_app, response_of
from .guide import Asked, Guide, signalled
from .signal import taken_off

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from ..stage import Play, Stage


class GuidedWSGI:
    def __init__(self, guide: Guide, stage: Stage) -> None:
        self._guide = guide
        self._stage = stage
        self._portal: tuple[Play, WSGIApplication] | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        _read_signal(environ)
        fetch_site = environ.get("HTTP_SEC_FETCH_SITE", "")
        asked = Asked(environ["REQUEST_METHOD"], environ["PATH_INFO"], fetch_site)
        if self._guide.answers(asked):
            return response_of(self._guide.answer(asked))(environ, start_response)
        return self._app()(environ, start_response)

    def _app(self) -> WSGIApplication:
        """Around what the stage has now."""
        play, portal = self._stage.play, self._portal
        if portal is None or portal[0] is not play:
            portal = self._portal = play, create_app(play.site, play.guard)
        return portal[1]


def _read_signal(environ: WSGIEnvironment) -> None:
    rest, asked_for = taken_off(environ.pop("HTTP_COOKIE", ""))
    if rest:
        environ["HTTP_COOKIE"] = rest
    signalled.set(asked_for)
    if asked_for:
        environ["HTTP_SEC_GPC"] = "1"
