"""Cases of a Django app: bare, in our middleware, and with the one of django-cookie-consent. Also its own URL module."""

from __future__ import annotations

from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

from .site import BODY, KEY, Run, cookie_header, drive_wsgi, our_cookies, safe

GROUPS, EACH = ("statistics", "advertising", "comfort"), 5


def usage(request: HttpRequest) -> HttpResponse:
    if hasattr(request, "user"):
        assert request.user.is_authenticated
    return HttpResponse(BODY, content_type="text/plain")


urlpatterns = [path("api/usage", usage)]


def _set_up() -> None:
    """One Django for all cases of a process: only its middleware differs, which each handler reads anew."""
    if settings.configured:
        return
    settings.configure(
        SECRET_KEY=KEY,
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=[
            "cookie_consent",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        USE_TZ=True,
    )
    django.setup()
    _declare()


def _declare() -> None:
    from cookie_consent.models import Cookie, CookieGroup
    from django.db import connection

    with connection.schema_editor() as editor:
        editor.create_model(CookieGroup)
        editor.create_model(Cookie)
    for name in GROUPS:
        group = CookieGroup.objects.create(varname=name, name=name)
        for n in range(EACH):
            Cookie.objects.create(cookiegroup=group, name=f"{name}_{n}")


def _signed_in() -> str:
    """The session's key of a user who is."""
    from django.contrib.auth import login
    from django.contrib.auth.models import Group, Permission, User
    from django.contrib.contenttypes.models import ContentType
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session
    from django.db import connection

    with connection.schema_editor() as editor:
        for model in (ContentType, Permission, Group, User, Session):
            editor.create_model(model)
    user = User(username="ada")
    user.set_unusable_password()
    user.save()
    request = HttpRequest()
    request.session = SessionStore()
    login(request, user)
    request.session.save()
    return str(request.session.session_key)


def _handler(*middleware: str) -> Any:
    _set_up()
    settings.MIDDLEWARE = list(middleware)
    return WSGIHandler()


def wsgi_django(how: str) -> Run:
    if how == "cookiesafe":
        from cookiesafe.adapters.wsgi import CookieSafeMiddleware

        return drive_wsgi(CookieSafeMiddleware(_handler(), safe()), our_cookies())
    if how == "bare":
        return drive_wsgi(_handler(), cookie_header({}))
    if how == "user":
        handler = _handler(
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        )
        return drive_wsgi(handler, cookie_header({"sessionid": _signed_in()}))
    agreed = "|".join(f"{name}=2026-01-01T00:00:00" for name in GROUPS)
    middleware = "cookie_consent.middleware.CleanCookiesMiddleware"
    return drive_wsgi(_handler(middleware), cookie_header({"cookie_consent": agreed}))
