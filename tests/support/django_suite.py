"""The suites' site in Django: its views, and its settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.django_settings import configure

configure()

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.urls import path
from django.views.decorators.http import require_GET, require_POST, require_safe

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

Answer = Callable[[HttpRequest], HttpResponse]
Settings = dict[str, Any]


def settings_of(safe: Any, urlpatterns: list[Any], *middleware: str, **more: Any) -> Settings:
    """Of a site behind ours, with what stands behind it."""
    return {
        "COOKIESAFE": {"SAFE": safe},
        "MIDDLEWARE": ["cookiesafe.adapters.django.CookieSafeMiddleware", *middleware],
        "ROOT_URLCONF": tuple(urlpatterns),
        **more,
    }


def first(request: HttpRequest) -> HttpResponse:
    # Django leaves it to servers to send no body with HEAD.
    response = HttpResponse(PAGE if request.method == "GET" else b"")
    for name, value in COOKIES.items():
        response.set_cookie(name, value)
    return response


def streamed(request: HttpRequest) -> HttpResponse:
    return StreamingHttpResponse(iter(CHUNKS))


async def streamed_async(request: HttpRequest) -> HttpResponse:
    async def chunks() -> Any:
        for chunk in CHUNKS:
            yield chunk

    return StreamingHttpResponse(chunks())


def greeted(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(hello(name))


def styled(request: HttpRequest) -> HttpResponse:
    return HttpResponse(STYLE, content_type="text/css", headers={"Cache-Control": PUBLIC})


def asked(request: HttpRequest) -> HttpResponse:
    return JsonResponse(told(request.visit, request.COOKIES))


def failing(request: HttpRequest) -> HttpResponse:
    request.visit.session["lost"] = True
    raise AppError


def kept(request: HttpRequest) -> HttpResponse:
    request.visit.session.clear()
    request.visit.session.update(request.POST.dict())
    return _see_told()


def signed_in(request: HttpRequest) -> HttpResponse:
    request.visit.login(request.POST["user"], remember="stay" in request.POST)
    return _see_told()


def signed_out(request: HttpRequest) -> HttpResponse:
    request.visit.logout(everywhere="everywhere" in request.POST)
    return _see_told()


def ordered(request: HttpRequest) -> HttpResponse:
    return HttpResponse(order(request.visit, request.POST.dict()))


def _see_told() -> HttpResponse:
    response = HttpResponseRedirect("/told")
    response.status_code = 303
    return response


def awaited(view: Callable[..., HttpResponse]) -> Callable[..., Any]:
    """The same view as a coroutine."""

    async def view_async(*args: Any, **kwargs: Any) -> HttpResponse:
        return view(*args, **kwargs)

    return view_async


def urls(in_which: Callable[[Any], Any], stream: Callable[..., Any]) -> list[Any]:
    """The site's, its views as they are written or ``awaited``."""
    return [
        path("", require_safe(in_which(first))),
        path("stream", require_GET(stream)),
        path("hello/<name>", require_GET(in_which(greeted))),
        path("style.css", require_GET(in_which(styled))),
        path("told", require_GET(in_which(asked))),
        path("fail", in_which(failing)),
        path("keep", require_POST(in_which(kept))),
        path("sign-in", require_POST(in_which(signed_in))),
        path("sign-out", require_POST(in_which(signed_out))),
        path("order", require_POST(in_which(ordered))),
    ]
