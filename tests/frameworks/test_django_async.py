"""The suite's site in Django, with views that are awaited. Of ASGI, Django knows neither lifespan nor WebSockets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.test import override_settings

from cookiesafe import CookieSafe
from cookiesafe.testing import ASGIClient, Client, FrameworkSuite
from tests.support.django_suite import awaited, settings_of, streamed_async, urls
from tests.support.served import served


class TestDjangoAsync(FrameworkSuite):
    @pytest.fixture(autouse=True)
    def overriding(self) -> Iterator[None]:
        with ExitStack() as self.overridden:
            yield

    def create_app(self, safe: CookieSafe) -> Any:
        settings = settings_of(safe, urls(awaited, streamed_async))
        self.overridden.enter_context(override_settings(**settings))
        return served(ASGIHandler())

    def open(self, app: Any, root: str) -> Client:
        return ASGIClient(app, root=root)
