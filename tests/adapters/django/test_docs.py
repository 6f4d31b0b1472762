"""What docs/django.md shows does what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import html5lib
import pytest

from tests.support.django_settings import configure

configure()

from django.http import HttpResponse
from django.template import Context, Engine
from django.test import Client, override_settings
from django.urls import path

PAGE = (Path(__file__).parents[3] / "docs" / "django.md").read_text("utf-8")
POLICY = '[site]\nname = "Harbour"\n[purposes.statistics]\ntitle = "Statistics"\n'


HTML = re.findall(r"^ *```html\n(.*?)^ *```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def shown(tmp_path: Path) -> Any:
    """What its examples come to, beside a policy in its file."""
    (tmp_path / "cookiesafe.toml").write_text(POLICY)
    shown: dict[str, Any] = {"__name__": "example"}
    for text in re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE):
        exec(text, shown)  # noqa: S102
    return shown


def test_its_first_lines_are_enough(shown: Any, tmp_path: Path) -> None:
    names = ("INSTALLED_APPS", "MIDDLEWARE", "COOKIESAFE")
    settings = {name: shown[name] for name in names}
    settings["COOKIESAFE"] = {**shown["COOKIESAFE"], "STORE": f"sqlite:///{tmp_path}/site.db"}
    pages = (path("", lambda request: HttpResponse("<body>page")),)
    with override_settings(**settings, BASE_DIR=tmp_path, ROOT_URLCONF=pages):
        browser = Client()
        answer = browser.get("/", secure=True, headers={"accept": "text/html"})
        choices = browser.get("/cookiesafe/choices", secure=True)

    assert 'data-cookiesafe="banner"' in answer.text
    assert answer["Content-Security-Policy"]
    assert choices.status_code == 200


def test_its_test_browses_as_one_who_has_agreed(shown: Any) -> None:
    ours = "cookiesafe.adapters.django.CookieSafeMiddleware"
    pages = (path("", shown["tips"]),)
    with shown["in_tests"], override_settings(MIDDLEWARE=[ours], ROOT_URLCONF=pages):
        assert shown["browse"]().get("/").text.startswith("Tips for you")
        assert Client().get("/").text.startswith("Tips for everybody")


@pytest.mark.parametrize("shown_html", HTML)
def test_its_html_is_html_once_django_has_filled_it_in(shown_html: str) -> None:
    policy = f'{POLICY}[purposes.advertising]\ntitle = "Advertising"\n'
    engine = Engine(libraries={"cookiesafe": "cookiesafe.adapters.django.templatetags.cookiesafe"})
    template = engine.from_string(shown_html)
    pages = (path("", lambda request: HttpResponse(template.render(Context()))),)
    settings = {
        "MIDDLEWARE": ["cookiesafe.adapters.django.CookieSafeMiddleware"],
        "COOKIESAFE": {"POLICY": policy, "SECURE": False},
        "ROOT_URLCONF": pages,
    }
    with override_settings(**settings):
        browser = Client(headers={"sec-fetch-site": "same-origin"})
        before = browser.get("/").text
        browser.post("/cookiesafe/choices", "choice=accept", "application/x-www-form-urlencoded")
        after = browser.get("/").text

    for text in (before, after):
        html5lib.HTMLParser(strict=True).parseFragment(text)
    assert ("match.js" in before, "match.js" in after) == (False, "match.js" in shown_html)
