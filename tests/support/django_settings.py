"""Django's settings for the tests, made once: a process has but one Django."""

from __future__ import annotations

import django
from django.conf import settings

from tests.support.written import KEY


def configure() -> None:
    if not settings.configured:
        settings.configure(
            SECRET_KEY=KEY,
            ALLOWED_HOSTS=["*"],
            MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
            SESSION_ENGINE="cookiesafe.adapters.django.sessions",
            USE_TZ=True,
        )
        django.setup()
