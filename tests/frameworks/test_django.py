"""The suite's site in Django, with views that are not awaited."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings

from cookiesafe import CookieSafe
from cookiesafe.testing import WSGISuite
from tests.support.django_suite import settings_of, streamed, urls


class TestDjango(WSGISuite):
    @pytest.fixture(autouse=True)
    def overriding(self) -> Iterator[None]:
        with ExitStack() as self.overridden:
            yield

    def create_app(self, safe: CookieSafe) -> Any:
        settings = settings_of(safe, urls(lambda view: view, streamed))
        self.overridden.enter_context(override_settings(**settings))
        return WSGIHandler()
