"""The dashboard on Django: its check is named by its dotted path, and asks Django's users."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.django_settings import configure

configure()

from django.contrib import auth as django_auth
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from cookiesafe.adapters.django import setting
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.errors import SettingError
from cookiesafe.testing import ASGIClient, Client, WSGIClient
from cookiesafe.testing.site import KEY, POLICY
from tests.support.django_users import users
from tests.support.served import served

DASHBOARD = "/cookiesafe/dashboard"


def sign_in(request: HttpRequest) -> HttpResponse:
    user = django_auth.authenticate(request, username=request.POST["user"], password="lovelace")
    django_auth.login(request, user)
    return HttpResponse("")


urlpatterns = [path("in", csrf_exempt(sign_in))]


def is_staff(visit: Any) -> bool:
    from django.contrib.auth import get_user_model

    users = get_user_model().objects
    return bool(users.filter(pk=visit.user_id, is_active=True, is_staff=True).exists())


def at(edge: str) -> Client:
    client: Client
    if edge == "wsgi":
        client = WSGIClient(WSGIHandler())
    else:
        client = ASGIClient(served(ASGIHandler()))
    return client


@contextmanager
def site(**given: Any) -> Iterator[Any]:
    keys = {"POLICY": POLICY, "SECRET_KEY": KEY, "STORE": MemoryStore(), "AUTH": True, **given}
    with users(
        COOKIESAFE={"TRAFFIC": True, **keys},
        ROOT_URLCONF=tuple(urlpatterns),
        SESSION_ENGINE="cookiesafe.adapters.django.sessions",
    ) as model:
        yield model


@pytest.mark.parametrize("edge", ["wsgi", "asgi"])
def test_staff_sees_it_and_other_users_do_not(edge: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, __name__, sys.modules[__name__])
    seen = {}
    with site(DASHBOARD=f"{__name__}.is_staff") as model:
        model.objects.create_user("ada", password="lovelace")
        model.objects.create_user("kit", password="lovelace", is_staff=True)
        for user in ("ada", "kit"):
            browser: Client = (
                WSGIClient(WSGIHandler()) if edge == "wsgi" else ASGIClient(served(ASGIHandler()))
            )
            browser.post("/in", form={"user": user})
            seen[user] = browser.get(DASHBOARD).status

    assert seen == {"ada": 404, "kit": 200}


def test_a_path_that_leads_nowhere_is_refused_at_the_start() -> None:
    keys = {"POLICY": POLICY, "STORE": MemoryStore(), "TRAFFIC": True, "DASHBOARD": "nowhere.check"}
    with (
        override_settings(COOKIESAFE=keys),
        pytest.raises(SettingError, match="DASHBOARD") as refused,
    ):
        setting.site()

    assert refused.value.fix


@pytest.mark.parametrize("edge", ["wsgi", "asgi"])
def test_a_connection_that_is_too_old_is_not_used_again(
    edge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that was lost: nothing else would have that thread begin another."""
    asked: list[bool] = []

    def check(visit: Any) -> bool:
        from django.db import connection

        asked.append(connection.connection is None)
        connection.ensure_connection()
        connection.close_at = 0
        return True

    with site(DASHBOARD=check):
        browser = at(edge)
        assert [browser.get(DASHBOARD).status for _ in range(3)] == [200, 200, 200]

    assert asked == [True, True, True]
