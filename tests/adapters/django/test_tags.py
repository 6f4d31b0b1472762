"""The template tags: in a view, with the request in the template's context or without, and where there is no visit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.django_settings import configure

configure()

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template, engines
from django.test import RequestFactory, override_settings
from django.urls import path

from cookiesafe import CookieSafe, Policy, UsageError
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.testing import Client, WSGIClient
from cookiesafe.testing.site import KEY, POLICY
from tests.support.django_suite import settings_of

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"context_processors": ["cookiesafe.adapters.django.context.visit"]},
    }
]


class Page:
    text = opens = ""
    context: dict[str, Any]
    with_request = True

    def view(self, request: HttpRequest) -> HttpResponse:
        if self.opens:
            self.context = {"carried": request.visit.carry.open("order", self.opens)}
        template = engines["django"].from_string("{% load cookiesafe %}" + self.text)
        body = template.render(self.context, request if self.with_request else None)
        return HttpResponse(body, content_type="text/plain")


@pytest.fixture
def page() -> Page:
    page = Page()
    page.context = {}
    return page


@pytest.fixture
def browser(page: Page) -> Iterator[Client]:
    safe = CookieSafe(Policy.from_toml(POLICY), secret_key=KEY, store=MemoryStore())
    settings = settings_of(safe, [path("", page.view)], TEMPLATES=TEMPLATES)
    with override_settings(INSTALLED_APPS=["cookiesafe.adapters.django"], **settings):
        yield WSGIClient(WSGIHandler())


ASKED = """{% allows "advertising" as adverts %}{% can "tips" as tips %}{% allows_vendor "gullwing" as gullwing %}
{{ adverts }} {{ tips }} {{ gullwing }} {{ "advertising"|allows }} {{ "tips"|can }} {{ "gullwing"|allows_vendor }}"""


@pytest.mark.parametrize("with_request", [True, False])
def test_a_template_asks_the_visit_whatever_is_in_its_context(
    browser: Client, page: Page, with_request: bool
) -> None:
    page.text, page.with_request = ASKED, with_request

    assert browser.get("/").text.split() == ["False"] * 6
    browser.choose("accept")
    assert browser.get("/").text.split() == ["True"] * 6


def test_the_visit_is_in_every_template_that_is_rendered_for_a_request(
    browser: Client, page: Page
) -> None:
    page.text = "{{ visit.user_id }} {{ visit.choices_address }}"

    assert browser.get("/").text == "None /cookiesafe/choices?next=/"


def test_a_form_is_carried_and_has_its_token(browser: Client, page: Page) -> None:
    page.text = '{% form_token %}{% carry_field "order" data step=2 name="so far" %}'
    page.context = {"data": {"name": "Ada"}}
    fields = re.findall(
        r'<input type="hidden" name="(.+?)" value="([^"]+)">', browser.get("/").text
    )

    assert [name for name, _ in fields] == ["cookiesafe-token", "so far"]
    page.opens = fields[1][1]
    page.text = "{{ carried.data.name }} {{ carried.step }}"
    assert browser.get("/").text == "Ada 2"


def test_an_unknown_name_says_which_there_are(browser: Client, page: Page) -> None:
    page.text = '{% allows "adverts" as adverts %}'
    with override_settings(DEBUG_PROPAGATE_EXCEPTIONS=True):
        error = browser.outcome("/").error

    assert "Did you mean" in str(error)


def test_outside_of_a_visit_a_tag_says_what_is_missing() -> None:
    from cookiesafe.adapters.django.context import visit

    with override_settings(INSTALLED_APPS=["cookiesafe.adapters.django"], TEMPLATES=TEMPLATES):
        template = Template("{% load cookiesafe %}{% choices_link %}")
        with pytest.raises(UsageError, match="that CookieSafeMiddleware passes on"):
            template.render(Context())

    assert visit(RequestFactory().get("/")) == {"visit": None}
