"""Django's users and the visit's: what signs in to one signs in to the other, and what ends one ends the other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.django_settings import configure

configure()

from django.apps import apps
from django.conf import settings
from django.contrib import auth as django_auth
from django.contrib.auth.hashers import make_password
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import DatabaseError, connection
from django.db.models import signals
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from cookiesafe import CookieSafe, Policy, StoreError
from cookiesafe.adapters.django import auth
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.testing import ASGIClient, Client, WSGIClient
from cookiesafe.testing.site import KEY, POLICY, REMEMBER, SESSION, Clock
from tests.support.django_users import MIDDLEWARE, users
from tests.support.served import served

ENGINES = [
    "cookiesafe.adapters.django.sessions",
    "django.contrib.sessions.backends.db",
    "django.contrib.sessions.backends.signed_cookies",
]


class Falling(MemoryStore):
    """A store that can be down."""

    down = False

    def epoch(self, user: str) -> int:
        self._check()
        return super().epoch(user)

    def load_series(self, key: str) -> Any:
        self._check()
        return super().load_series(key)

    def advance_epoch(self, user: str) -> int:
        self._check()
        return super().advance_epoch(user)

    def _check(self) -> None:
        if self.down:
            raise StoreError("it is down")


# --- the site ---------------------------------------------------------------------------------------


def told(request: HttpRequest, user: Any) -> HttpResponse:
    visit = request.visit
    said = [user.get_username(), visit.user_id is not None, visit.fresh, visit.remembered]
    return JsonResponse({"said": said})


def me(request: HttpRequest) -> HttpResponse:
    return told(request, request.user)


async def me_async(request: HttpRequest) -> HttpResponse:
    return told(request, await request.auser())


def sign_in(request: HttpRequest) -> HttpResponse:
    """As Django's ``LoginView`` does it."""
    form = request.POST
    user = django_auth.authenticate(request, username=form["user"], password=form["password"])
    if user is not None:
        django_auth.login(request, user)
    return told(request, request.user)


def sign_in_by_ours(request: HttpRequest) -> HttpResponse:
    user = django_auth.authenticate(request, username=request.POST["user"], password="lovelace")
    auth.login(request, user, remember="stay" in request.POST)
    return told(request, request.user)


async def sign_in_by_ours_async(request: HttpRequest) -> HttpResponse:
    user = await django_auth.aauthenticate(
        request, username=request.POST["user"], password="lovelace"
    )
    await auth.alogin(request, user, remember="stay" in request.POST)
    return told(request, await request.auser())


def give_token(request: HttpRequest) -> HttpResponse:
    """As some packages tell of a token that they have given out, which is no session."""
    user = django_auth.get_user_model().objects.get()
    django_auth.user_logged_in.send(sender=type(user), request=request, user=user)
    return HttpResponse("the token")


def sign_out(request: HttpRequest) -> HttpResponse:
    if "everywhere" in request.POST:
        auth.logout(request, everywhere=True)
    else:
        django_auth.logout(request)
    return told(request, request.user)


async def sign_out_async(request: HttpRequest) -> HttpResponse:
    await auth.alogout(request, everywhere="everywhere" in request.POST)
    return told(request, await request.auser())


def change(request: HttpRequest) -> HttpResponse:
    """As Django's ``PasswordChangeView`` does it."""
    request.visit.session["cart"] = "7"
    request.user.set_password("byron")
    request.user.save()
    django_auth.update_session_auth_hash(request, request.user)
    return HttpResponse(request.visit.session["cart"])


def sign_the_visit_in(request: HttpRequest) -> HttpResponse:
    request.visit.login(request.POST["id"])
    return HttpResponse("")


def me_twice(request: HttpRequest) -> HttpResponse:
    """As a view does it that goes on without a user, where one cannot be had."""
    try:
        return told(request, request.user)
    except DatabaseError:
        return told(request, request.user)


def as_another(get_response: Any) -> Any:
    """Middleware by which staff look at the site as a customer."""

    def look(request: HttpRequest) -> Any:
        name = request.GET.get("as")
        if name and request.user.is_authenticated:
            request.user = django_auth.get_user_model().objects.get(username=name)
        return get_response(request)

    return look


class Permissions:
    """A backend that only knows who may do what, as some packages bring one."""

    def authenticate(self, request: HttpRequest, **_: Any) -> None:
        return None


class Directory:
    """A backend that asks nobody whether an account is active."""

    def authenticate(self, request: HttpRequest, **_: Any) -> None:
        return None

    def get_user(self, user_id: Any) -> Any:
        return django_auth.get_user_model().objects.filter(pk=user_id).first()


urlpatterns = [
    path("me", me),
    path("me/twice", me_twice),
    path("me/async", me_async),
    path("in", csrf_exempt(sign_in)),
    path("in/ours", csrf_exempt(sign_in_by_ours)),
    path("in/ours/async", csrf_exempt(sign_in_by_ours_async)),
    path("token", csrf_exempt(give_token)),
    path("out", csrf_exempt(sign_out)),
    path("out/async", csrf_exempt(sign_out_async)),
    path("change", csrf_exempt(change)),
    path("visit", csrf_exempt(sign_the_visit_in)),
]
NOBODY = ["", False, False, False]
ADA = ["ada", True, True, False]
ADA_AGAIN = ["ada", True, False, True]
PASSWORD = {"user": "ada", "password": "lovelace"}


class Site:
    def __init__(self, edge: str, model: Any, store: Falling) -> None:
        self.ada = model.objects.create_user("ada", password="lovelace")
        self.edge, self.store, self.clock = edge, store, Clock()

    def browser(self) -> Client:
        client: Client
        if self.edge == "wsgi":
            client = WSGIClient(WSGIHandler())
        else:
            client = ASGIClient(served(ASGIHandler()))
        return client


@pytest.fixture(params=["wsgi", "asgi"])
def edge(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def engine() -> str:
    return ENGINES[0]


@pytest.fixture
def site(edge: str, engine: str) -> Iterator[Site]:
    store, clock = Falling(), Clock()
    safe = CookieSafe(Policy.from_toml(POLICY), secret_key=KEY, store=store, clock=clock)
    given = {"SAFE": safe, "AUTH": True}
    with users(COOKIESAFE=given, ROOT_URLCONF=tuple(urlpatterns), SESSION_ENGINE=engine) as model:
        # As where the settings are there before the apps.
        apps.get_app_config("cookiesafe").ready()
        site = Site(edge, model, store)
        site.clock = clock
        yield site


def said(browser: Client, where: str = "/me") -> list[Any]:
    answer: list[Any] = browser.get(where).json()["said"]
    return answer


def reopen(browser: Client) -> None:
    """The browser was closed: what lasts no longer is gone. Django's cookie lasts, ours for a remembered login too."""
    browser.jar = {name: value for name, value in browser.jar.items() if name != SESSION}


# --- signing in and out -----------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("where", ["/me", "/me/async"])
def test_who_signs_in_by_django_is_signed_in_in_the_visit(site: Site, where: str) -> None:
    browser = site.browser()
    assert said(browser, where) == NOBODY

    assert browser.post("/in", form=PASSWORD).json()["said"] == ADA
    assert said(browser, where) == ADA
    assert REMEMBER not in browser.jar

    browser.post("/out")
    assert said(browser, where) == NOBODY


def test_who_gives_a_wrong_password_is_signed_in_nowhere(site: Site) -> None:
    browser = site.browser()

    assert browser.post("/in", form={**PASSWORD, "remember": "on", "password": "x"}).json() == {
        "said": NOBODY
    }
    assert REMEMBER not in browser.jar


def test_who_is_given_a_token_alone_is_not_signed_in_in_the_browser(site: Site) -> None:
    browser = site.browser()
    browser.post("/token", form={"remember": "on"})

    assert browser.jar == {}
    assert said(browser) == NOBODY


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("where", ["/me", "/me/async"])
def test_who_ticked_the_box_is_signed_in_again_and_not_fresh(site: Site, where: str) -> None:
    browser = site.browser()
    browser.post("/in", form={**PASSWORD, "remember": "on"})
    reopen(browser)
    browser.jar.pop("sessionid")

    assert said(browser, where) == ADA_AGAIN
    assert said(browser, where) == ADA_AGAIN
    assert browser.post("/in", form=PASSWORD).json()["said"] == ADA


@pytest.mark.parametrize("value", ["", "0", "false", "Off"])
def test_a_box_that_is_sent_unticked_is_not_ticked(site: Site, value: str) -> None:
    browser = site.browser()
    browser.post("/in", form={**PASSWORD, "remember": value})

    assert REMEMBER not in browser.jar


def test_a_box_in_the_address_is_nobodys_tick(site: Site) -> None:
    browser = site.browser()
    browser.post("/in?remember=on", form=PASSWORD)

    assert REMEMBER not in browser.jar


def test_a_login_without_the_box_ends_with_the_browser(site: Site) -> None:
    browser = site.browser()
    browser.post("/in", form=PASSWORD)
    reopen(browser)
    assert "sessionid" in browser.jar

    assert said(browser) == NOBODY


@pytest.mark.parametrize("ending", ["", "/async"])
def test_the_helpers_remember_and_sign_out_everywhere(site: Site, ending: str) -> None:
    browser, other = site.browser(), site.browser()
    for each in (browser, other):
        assert each.post(f"/in/ours{ending}", form={"user": "ada", "stay": "on"}).json() == {
            "said": ADA
        }
        assert REMEMBER in each.jar

    browser.post(f"/out{ending}", form={"everywhere": "on"})

    assert said(browser) == NOBODY
    assert said(other) == NOBODY


def test_our_page_of_devices_ends_djangos_session_elsewhere_too(site: Site) -> None:
    browser, other = site.browser(), site.browser()
    for each in (browser, other):
        each.post("/in", form={**PASSWORD, "remember": "on"})

    assert browser.post("/cookiesafe/devices", form={"everywhere": "1"}).status == 303
    assert said(other) == NOBODY


def test_who_signs_in_as_another_is_that_one_alone(site: Site) -> None:
    site.ada._meta.model.objects.create_user("bob", password="lovelace")
    browser = site.browser()
    browser.post("/in", form={**PASSWORD, "remember": "on"})
    browser.post("/in", form={**PASSWORD, "user": "bob"})

    assert said(browser) == ["bob", True, True, False]
    reopen(browser)
    browser.jar.pop("sessionid")
    assert said(browser) == NOBODY


def test_whom_the_visit_alone_signs_in_django_takes(site: Site) -> None:
    browser = site.browser()
    browser.post("/visit", form={"id": str(site.ada.pk)})

    assert said(browser) == ADA


@pytest.mark.parametrize("id", ["999999", "not-a-key"])
def test_whom_django_does_not_know_is_signed_out_of_the_visit(site: Site, id: str) -> None:
    browser = site.browser()
    browser.post("/visit", form={"id": id})

    assert said(browser) == NOBODY
    assert SESSION not in browser.jar


def test_whose_account_was_closed_does_not_come_back(site: Site) -> None:
    browser = site.browser()
    browser.post("/in", form={**PASSWORD, "remember": "on"})
    site.ada.is_active = False
    site.ada.save()
    reopen(browser)
    browser.jar.pop("sessionid")

    assert said(browser) == NOBODY
    assert REMEMBER not in browser.jar


@pytest.mark.parametrize("how", ["one", "all"])
def test_who_is_given_the_id_of_an_account_that_is_gone_is_not_met_by_its_browsers(
    site: Site, how: str
) -> None:
    browser, users = site.browser(), site.ada._meta.model.objects
    browser.post("/in", form={**PASSWORD, "remember": "on"})
    reopen(browser)
    browser.jar.pop("sessionid")
    id = site.ada.pk
    if how == "one":
        site.ada.delete()
    else:
        users.all().delete()
    users.create_user("bob", id=id)

    assert said(browser) == NOBODY


@pytest.mark.parametrize("backend", [Permissions, Directory])
def test_a_closed_account_does_not_come_back_by_another_backend(site: Site, backend: type) -> None:
    backends = ["django.contrib.auth.backends.ModelBackend", f"{__name__}.{backend.__name__}"]
    with override_settings(AUTHENTICATION_BACKENDS=backends):
        browser = site.browser()
        browser.post("/in", form={**PASSWORD, "remember": "on"})
        site.ada._meta.model.objects.update(is_active=False)
        reopen(browser)
        browser.jar.pop("sessionid")

        assert said(browser) == NOBODY
        assert REMEMBER not in browser.jar


def test_a_backend_may_let_in_who_is_not_active(site: Site) -> None:
    backend = "django.contrib.auth.backends.AllowAllUsersModelBackend"
    with override_settings(AUTHENTICATION_BACKENDS=[backend]):
        browser = site.browser()
        browser.post("/in", form={**PASSWORD, "remember": "on"})
        site.ada._meta.model.objects.update(is_active=False)
        reopen(browser)
        browser.jar.pop("sessionid")

        assert said(browser) == ADA_AGAIN


def test_whom_other_middleware_puts_there_stays_for_as_long_as_the_session_holds(
    site: Site,
) -> None:
    site.ada._meta.model.objects.create_user("bob")
    with override_settings(MIDDLEWARE=[*MIDDLEWARE, f"{__name__}.as_another"]):
        browser, other = site.browser(), site.browser()
        for each in (browser, other):
            each.post("/in", form=PASSWORD)

        assert said(browser, "/me?as=bob") == ["bob", True, True, False]
        assert said(browser) == ADA

        other.post("/cookiesafe/devices", form={"everywhere": "1"})
        assert said(browser, "/me?as=bob") == NOBODY


def test_a_session_of_djangos_that_began_before_holds(site: Site) -> None:
    browser = site.browser()
    without = {"SAFE": CookieSafe(Policy.from_toml(POLICY), secret_key=KEY, store=MemoryStore())}
    with override_settings(COOKIESAFE=without, SESSION_ENGINE=ENGINES[1]):
        old = site.browser()
        old.post("/in", form=PASSWORD)
    browser.jar = {"sessionid": old.jar["sessionid"]}
    with override_settings(SESSION_ENGINE=ENGINES[1]):
        assert said(site_again(site, browser)) == ["ada", False, False, False]


def site_again(site: Site, browser: Client) -> Client:
    """The same browser, at a site that has started anew."""
    again = site.browser()
    again.jar = browser.jar
    return again


# --- another password -------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("how", ["save", "update"])
def test_another_password_signs_out_everywhere_else(site: Site, how: str) -> None:
    browser = site.browser()
    browser.post("/in", form=PASSWORD)
    assert said(browser) == ADA

    site.ada.set_password("byron")
    if how == "save":
        site.ada.save()
    else:
        # Nobody hears of that: but Django's session and ours know what they began with.
        site.ada._meta.model.objects.update(password=site.ada.password)

    assert said(browser) == NOBODY


def test_another_password_ends_remembered_logins(site: Site) -> None:
    browser, other = site.browser(), site.browser()
    for each in (browser, other):
        each.post("/in", form={**PASSWORD, "remember": "on"})
    reopen(other)
    other.jar.pop("sessionid")

    assert browser.post("/change").text.endswith("7")
    assert said(browser) == ADA
    assert said(other) == NOBODY


@pytest.mark.parametrize("password", ["byron", None])
def test_one_that_is_only_assigned_ends_remembered_logins_too(
    site: Site, password: str | None
) -> None:
    browser = site.browser()
    browser.post("/in", form={**PASSWORD, "remember": "on"})
    reopen(browser)
    browser.jar.pop("sessionid")

    site.ada.password = make_password(password)
    site.ada.save()

    assert said(browser) == NOBODY


def test_one_that_is_hashed_anew_ends_no_remembered_login(site: Site) -> None:
    browser = site.browser()
    browser.post("/in", form={**PASSWORD, "remember": "on"})
    reopen(browser)
    browser.jar.pop("sessionid")
    hashers = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
    with override_settings(PASSWORD_HASHERS=[*hashers, *settings.PASSWORD_HASHERS]):
        site.browser().post("/in", form=PASSWORD)
        site.ada.refresh_from_db()
        assert site.ada.password.startswith("scrypt")

        assert said(browser) == ADA_AGAIN


def test_one_that_no_site_has_served_anybody_changes_signs_out_too(site: Site) -> None:
    """As ``manage.py changepassword`` does, in a process that has no middleware."""
    signals.pre_save.disconnect(dispatch_uid=auth.__name__)
    apps.get_app_config("cookiesafe").ready()
    site.ada.set_password("byron")
    site.ada.save()

    assert site.store.epoch(str(site.ada.pk)) == 1


def test_where_nobody_can_be_signed_out_password_and_account_stay(site: Site) -> None:
    site.store.down = True
    site.ada.set_password("byron")
    with pytest.raises(StoreError):
        site.ada.save()
    with pytest.raises(StoreError):
        site.ada.delete()
    site.store.down = False
    site.ada.refresh_from_db()

    assert site.ada.check_password("lovelace")


def test_what_is_no_other_password_signs_nobody_out(site: Site) -> None:
    browser = site.browser()
    browser.post("/in", form=PASSWORD)
    site.ada.first_name = "Ada"
    site.ada.save()

    assert said(browser) == ADA


# --- faults -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", [ENGINES[1]])
def test_who_could_not_be_signed_out_is_nobody_all_the_same(site: Site) -> None:
    browser, other = site.browser(), site.browser()
    for each in (browser, other):
        each.post("/in", form=PASSWORD)
    other.post("/cookiesafe/devices", form={"everywhere": "1"})

    def fail(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("DELETE"):
            raise DatabaseError
        return execute(sql, *rest)

    with connection.execute_wrapper(fail):
        assert said(browser, "/me/twice") == NOBODY


def test_while_the_store_is_down_nobody_is_signed_in_and_nothing_is_lost(site: Site) -> None:
    browser = site.browser()
    browser.post("/in", form={**PASSWORD, "remember": "on"})
    site.store.down = True
    assert said(browser) == NOBODY

    site.store.down = False
    assert said(browser) == ADA


def test_a_page_that_asks_for_no_user_asks_no_database(site: Site) -> None:
    browser = site.browser()
    browser.post("/in", form=PASSWORD)
    asked: list[object] = []

    def hear(execute: Any, sql: Any, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(hear):
        browser.get("/cookiesafe/choices")
        browser.get("/nothing")

    assert asked == []


def test_several_at_once_are_each_their_own(site: Site) -> None:
    if site.edge == "wsgi":
        pytest.skip("one after the other")
    site.ada._meta.model.objects.create_user("bob", password="lovelace")
    names = ["ada", "bob"] * 4
    browsers = [site.browser() for _ in names]
    for name, browser in zip(names, browsers, strict=True):
        browser.post("/in", form={**PASSWORD, "user": name})

    async def all_at_once() -> list[Any]:
        asks = [each.exchange(each.prepared("/me/async")) for each in browsers]  # type: ignore[attr-defined]
        return [answer.json()["said"][0] for answer in await asyncio.gather(*asks)]

    assert asyncio.run(all_at_once()) == names
