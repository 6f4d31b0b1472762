"""What templates may call, in Jinja of Starlette and of Flask, and in Django's own, whose views may be coroutines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import flask
import jinja2
import pytest
from django.apps import apps
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import override_settings
from django.urls import path
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from cookiesafe import CookieSafe, Policy, UsageError, current_visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.adapters.templates import HELPERS
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from tests.support.billing import POLICY
from tests.support.django_settings import configure
from tests.support.edges import ASGIClient, Client, WSGIClient
from tests.support.harbour import KEY
from tests.support.served import served

configure()

JINJA = """<form method="post">{{ limited_notice("saved_details") }}<input name="name" value="{{ name }}">
{% if can("saved_details") %}filled in{% endif %} {% if allows("remember") %}allowed{% endif %}
{{ choices_link() }} {{ choices_link(words) }}</form>"""
DJANGO = """{% load cookiesafe %}<form method="post">{% limited_notice "saved_details" %}<input name="name" value="{{ name }}">
{% if "saved_details"|can %}filled in{% endif %} {% if "remember"|allows %}allowed{% endif %}
{% choices_link %} {% choices_link words %}</form>"""
OURS = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("django.template.loaders.locmem.Loader", {"bill.html": DJANGO})],
        },
    }
]
WORDS = "What <you> chose"
LINKS = (
    '<a href="/cookiesafe/choices?next=/bill">Cookie choices</a> '
    '<a href="/cookiesafe/choices?next=/bill">What &lt;you&gt; chose</a>'
)


def safe() -> CookieSafe:
    return CookieSafe(Policy.from_toml(POLICY), secret_key=KEY, store=MemoryStore())


def typed(form: Any) -> str:
    """What is shown in the form again; a form that no notice sent has done something."""
    name = form.get("name", "")
    return f"{name}" if not form or current_visit().take_answer(form) else f"paid by {name}"


def by_starlette() -> Client:
    templates = Jinja2Templates(
        env=jinja2.Environment(loader=jinja2.DictLoader({"bill.html": JINJA}), autoescape=True)
    )
    templates.env.globals.update(HELPERS)

    async def bill(request: Request) -> Response:
        context = {"name": typed(await request.form()), "words": WORDS}
        return templates.TemplateResponse(request, "bill.html", context)

    app = Starlette(routes=[Route("/bill", bill, methods=["GET", "POST"])])
    return ASGIClient(ASGIMiddleware(app, safe()))


def by_flask() -> Client:
    app = flask.Flask(__name__)
    app.jinja_env.globals.update(HELPERS)

    @app.route("/bill", methods=["GET", "POST"])
    def bill() -> str:
        name = typed(flask.request.form)
        return flask.render_template_string(JINJA, name=name, words=WORDS)

    return WSGIClient(WSGIMiddleware(app.wsgi_app, safe()))


def django_view(request: HttpRequest) -> HttpResponse:
    return render(request, "bill.html", {"name": typed(request.POST), "words": WORDS})


async def django_coroutine(request: HttpRequest) -> HttpResponse:
    return django_view(request)


urlpatterns = [path("bill", django_view), path("later", django_coroutine)]


def by_django() -> Client:
    return WSGIClient(WSGIMiddleware(WSGIHandler(), safe()))


def by_django_on_asgi() -> Client:
    return ASGIClient(served(ASGIMiddleware(ASGIHandler(), safe())))


@pytest.fixture(autouse=True)
def django() -> Iterator[None]:
    with override_settings(
        INSTALLED_APPS=["cookiesafe.adapters.django"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=[],
        TEMPLATES=OURS,
    ):
        yield


SITES = [
    (by_starlette, "/bill"),
    (by_flask, "/bill"),
    (by_django, "/bill"),
    (by_django, "/later"),
    (by_django_on_asgi, "/bill"),
    (by_django_on_asgi, "/later"),
]


@pytest.mark.parametrize(("make", "page"), SITES)
def test_a_page_says_what_is_off_and_takes_the_answer(
    make: Callable[[], Client], page: str
) -> None:
    client = make()
    text = client.get(page).text

    assert "“Remember me” is off, so you type your contact and billing details again." in unescape(
        text
    )
    assert "filled in" not in text
    assert "allowed" not in text
    assert LINKS.replace("/bill", page) in text

    value = unescape(re.findall('name="cookiesafe-feature" value="(on:.*?)"', text)[0])
    answered = client.post(page, form={"name": "Ada <Co>", "cookiesafe-feature": value}).text
    assert 'name="name" value="Ada &lt;Co&gt;"' in answered
    assert "cookiesafe-limited" not in answered
    assert "filled in allowed" in answered
    assert "paid by Ada" in client.post(page, form={"name": "Ada"}).text


def test_every_helper_of_jinja_is_one_of_djangos() -> None:
    from cookiesafe.adapters.django.templatetags.cookiesafe import register

    assert HELPERS.keys() == register.tags.keys()
    assert register.filters.keys() == {"can", "allows", "allows_vendor"}


def test_its_app_in_django_is_called_cookiesafe() -> None:
    config = apps.get_app_config("cookiesafe")

    assert (config.name, config.verbose_name) == ("cookiesafe.adapters.django", "CookieSafe")
    assert [model._meta.managed for model in config.get_models()] == [False]


@pytest.mark.parametrize("name", HELPERS)
def test_outside_of_a_request_a_helper_says_what_to_do(name: str) -> None:
    with pytest.raises(UsageError, match="there is no visit here"):
        HELPERS[name](*(["saved_details"] if name != "form_token" else []))
