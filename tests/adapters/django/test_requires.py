"""Views of Django's that need consent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.django_settings import configure

configure()

from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.django import requires
from cookiesafe.testing import ASGIClient, Client, WSGIClient
from cookiesafe.testing.site import KEY, POLICY
from tests.support.django_suite import settings_of
from tests.support.served import served

SCRIPT = {"Accept": "application/json"}


@requires("advertising")
def plain(request: HttpRequest) -> HttpResponse:
    """Documented."""
    return HttpResponse("shown")


@requires(feature="tips")
async def awaited(request: HttpRequest) -> HttpResponse:
    return HttpResponse("shown")


@method_decorator(requires("advertising"), name="dispatch")
class Whole(View):  # type: ignore[misc]
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("shown")


class Part(View):  # type: ignore[misc]
    @method_decorator(requires("advertising"))  # type: ignore[untyped-decorator]
    async def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("shown")


@requires("advertisin")
def misspelt(request: HttpRequest) -> HttpResponse:
    raise AssertionError("it is not asked")


URLS = [
    path("plain", plain),
    path("awaited", awaited),
    path("whole", Whole.as_view()),
    path("part", Part.as_view()),
    path("misspelt", misspelt),
]


@pytest.fixture(params=["wsgi", "asgi"])
def client(request: pytest.FixtureRequest) -> Iterator[Client]:
    safe = CookieSafe(Policy.from_toml(POLICY), secret_key=KEY)
    with override_settings(**settings_of(safe, URLS)):
        if request.param == "wsgi":
            yield WSGIClient(WSGIHandler())
        else:
            yield ASGIClient(served(ASGIHandler()))


@pytest.mark.parametrize("where", ["/plain", "/awaited", "/whole", "/part"])
def test_a_view_of_any_kind_is_shown_only_to_who_agrees(client: Client, where: str) -> None:
    page, script = client.get(where), client.get(where, SCRIPT)
    client.choose("accept")

    assert (page.status, script.status) == (403, 403)
    assert "is off" in page.text
    assert page.header("cache-control") == "no-store"
    assert script.json()["choices"] == f"/cookiesafe/choices?next={where}"
    assert client.get(where).text.startswith("shown")


def test_a_view_keeps_its_name_and_its_words() -> None:
    assert (plain.__name__, plain.__doc__) == ("plain", "Documented.")
    assert awaited.__name__ == "awaited"


def test_what_is_not_declared_is_told_with_the_first_request(client: Client, caplog: Any) -> None:
    assert client.get("/misspelt").status == 500
    assert "UnknownName" in caplog.text
