"""A site of Django's with users: its tables, made once, and what signs them in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from tests.support.django_settings import APPS, configure

configure()

from django.core.management import call_command
from django.db import connections
from django.test import override_settings

OURS = "cookiesafe.adapters.django.CookieSafeMiddleware"
MIDDLEWARE = [
    OURS,
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@cache
def _make_tables() -> None:
    call_command("migrate", run_syncdb=True, verbosity=0)


@contextmanager
def users(**settings: Any) -> Iterator[Any]:
    """Within, there are users: the model of them, and none yet."""
    given = {
        "INSTALLED_APPS": list(APPS),
        "MIDDLEWARE": MIDDLEWARE,
        "TEMPLATES": TEMPLATES,
        "PASSWORD_HASHERS": HASHERS,
        **settings,
    }
    with override_settings(**given):
        from django.contrib.auth.models import User

        _make_tables()
        User.objects.all().delete()
        try:
            yield User
        finally:
            User.objects.all().delete()
            connections.close_all()
