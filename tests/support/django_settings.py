"""Django's settings for the tests, made once: a process has but one Django."""

from __future__ import annotations

import atexit
import tempfile
from pathlib import Path

import django
from django.conf import settings

from tests.support.written import KEY

APPS = (
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "cookiesafe.adapters.django",
)
"""For who needs all that a site of Django's has."""


def configure() -> None:
    if not settings.configured:
        settings.configure(
            SECRET_KEY=KEY,
            ALLOWED_HOSTS=["*"],
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": _file()}},
            MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"],
            SESSION_ENGINE="cookiesafe.adapters.django.sessions",
            USE_TZ=True,
        )
        django.setup()


def _file() -> Path:
    """A database that several threads can share, made where one is first used."""
    folder = tempfile.TemporaryDirectory(prefix="cookiesafe-django-")
    atexit.register(folder.cleanup)
    return Path(folder.name) / "site.db"
