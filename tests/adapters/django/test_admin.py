"""The records in Django's admin: who sees them, how they are found, and that nothing changes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from tests.support.django_settings import configure

configure()

from django.contrib import admin
from django.test import Client, override_settings
from django.urls import path

from cookiesafe import CookieSafe, LedgerTerms, Policy, StoreError
from cookiesafe.adapters.django.records import _row, page_of
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.ledger import Entry, Record
from cookiesafe.testing.site import POLICY
from tests.support.django_users import MIDDLEWARE, users

URL = "/admin/cookiesafe/record/"


class Down(MemoryStore):
    down = False

    def checkpoint(self) -> Any:
        if self.down:
            raise StoreError("the store is down", fix="Start it.")
        return super().checkpoint()


class Refusing(MemoryStore):
    def entries_of(self, receipt: str) -> Any:
        raise StoreError(f"{receipt!r} is not looked for")


class Site:
    def __init__(self, safe: CookieSafe, store: Down, model: Any) -> None:
        self.safe, self.store, self.model = safe, store, model

    def browser(self, *permissions: str, staff: bool = True, root: bool = False) -> Client:
        from django.contrib.auth.models import Permission

        user = self.model.objects.create_user("ada", is_staff=staff, is_superuser=root)
        for each in permissions:
            user.user_permissions.add(Permission.objects.get(codename=each))
        browser = Client()
        browser.force_login(user)
        return browser

    def record(self, count: int, **values: Any) -> list[str]:
        """So many records, each of its own receipt: their receipts."""
        receipts = [f"{values.get('event', 'grant')}-{at}" for at in range(count)]
        self.store.append(
            [
                Record(
                    id=f"id-{values.get('event', 'grant')}-{at}-0123456789",
                    time=1_800_000_000_000 + at,
                    receipt=receipt,
                    **{"event": "grant", "choices": {"statistics": True, "@gullwing": False}}
                    | values,
                )
                for at, receipt in enumerate(receipts)
            ]
        )
        return receipts


@pytest.fixture
def site() -> Iterator[Site]:
    store = Down()
    safe = CookieSafe(
        Policy.from_toml(POLICY),
        secret_key="a key of this test, which has 32 bytes",
        ledger_key=b"k" * 32,
        ledger=LedgerTerms(seal_after=0),
        store=store,
    )
    with (
        users(COOKIESAFE={"SAFE": safe}, STATIC_URL="/static/") as model,
        # There is an admin only where its app is.
        override_settings(ROOT_URLCONF=(path("admin/", admin.site.urls),)),
    ):
        yield Site(safe, store, model)


def shown(text: str) -> list[str]:
    """The receipts in their order."""
    return re.findall(r'<td><a href="\?q=(.+?)">', text)


def test_who_may_see_them_finds_them_in_the_index(site: Site) -> None:
    browser = site.browser("view_record")
    site.record(1)
    index, page = browser.get("/admin/", secure=True), browser.get(URL, secure=True)

    assert f'href="{URL}"' in index.text
    assert "CookieSafe" in index.text
    assert "Records" in index.text
    assert "add" not in re.findall(r'href="/admin/cookiesafe/record/(.*?)"', index.text)
    assert shown(page.text) == ["grant-0"]
    assert "@gullwing: no, statistics: yes" in page.text


@pytest.mark.parametrize(("permissions", "staff"), [((), True), (("view_record",), False)])
def test_who_may_not_sees_nothing(site: Site, permissions: tuple[str, ...], staff: bool) -> None:
    browser = site.browser(*permissions, staff=staff)
    site.record(1)
    page = browser.get(URL, secure=True)

    assert page.status_code == (403 if staff else 302)
    assert "grant-0" not in page.text
    assert URL not in browser.get("/admin/", secure=True).text


def test_where_there_are_sessions_alone_there_is_no_entry(site: Site) -> None:
    browser = site.browser("view_record")
    sessions = "django.contrib.sessions.backends.db"
    with override_settings(
        COOKIESAFE={"STORE": site.store}, MIDDLEWARE=MIDDLEWARE[1:], SESSION_ENGINE=sessions
    ):
        alone = Client()
        alone.force_login(site.model.objects.get())

        assert URL not in alone.get("/admin/").text
        assert alone.get(URL).status_code == 403
    assert URL in browser.get("/admin/", secure=True).text


def test_nobody_can_change_one(site: Site) -> None:
    browser = site.browser(root=True)
    site.record(1)

    for each in ("add/", "id-grant-0-0123456789/", "id-grant-0-0123456789/delete/"):
        assert browser.get(f"{URL}{each}", secure=True).status_code == 404
    browser.post(URL, {"action": "delete_selected", "_selected_action": "x"}, secure=True)
    assert len(list(site.store.records())) >= 1


def test_they_are_told_apart_by_whether_they_are_sealed(site: Site) -> None:
    browser = site.browser("view_record")
    site.record(2)
    assert browser.get(URL, secure=True).text.count("<td>pending</td>") == 2

    site.safe.seal()
    site.record(1, event="refusal")
    text = browser.get(URL, secure=True).text

    assert shown(text)[0] == "refusal-0"
    assert text.count("<td>pending</td>") == 1
    assert "<td>sealed, 1</td>" in text


def test_those_of_a_receipt_are_found(site: Site) -> None:
    browser = site.browser("view_record")
    site.record(3)

    assert shown(browser.get(URL, {"q": " grant-1 "}, secure=True).text) == ["grant-1"]
    assert "no record of this receipt" in browser.get(URL, {"q": "nobodys"}, secure=True).text


def test_they_are_shown_page_by_page_the_newest_first_and_each_once(site: Site) -> None:
    browser = site.browser("view_record")
    receipts = site.record(120)
    site.safe.seal()
    seen: list[str] = []
    where: str | None = "?"
    while where:
        text = browser.get(f"{URL}{where}", secure=True).text
        seen += shown(text)
        older = re.search(r'href="(\?before=\d+)" rel="next"', text)
        where = older and older[1]

    assert seen == receipts[::-1]


@pytest.mark.parametrize(
    "query", ["?before=x", "?before=-1", "?before=" + "9" * 99, "?q=" + "%00" * 99]
)
def test_what_is_asked_wrongly_is_a_page_all_the_same(site: Site, query: str) -> None:
    browser = site.browser("view_record")
    site.record(1)

    assert browser.get(f"{URL}{query}", secure=True).status_code == 200


def test_markup_in_a_record_is_shown_as_text_and_a_damaged_one_is_said_to_be(site: Site) -> None:
    browser = site.browser("view_record")
    site.record(1, language="<script>alert(1)</script>")
    text = browser.get(URL, secure=True).text

    assert "<script>alert" not in text
    assert "<script>alert(1)" in unescape(text)

    row = _row(Entry("id", 0, "grant", None, "no json", 3))
    assert (row.damaged, row.time, row.all) == (True, None, "no json")


@pytest.mark.parametrize(
    "values", [{"time": 10**15}, {"time": -(10**400)}, {"choices": {"\ud800": True}}]
)
def test_a_record_that_no_page_can_show_is_said_to_be_damaged(
    site: Site, values: dict[str, Any]
) -> None:
    """As somebody may have written it into the store."""
    browser = site.browser("view_record")
    record = Record(id="id-0123456789", time=1, receipt="grant-0", event="grant")
    site.store.append([replace(record, **values)])
    text = browser.get(URL, secure=True).text

    assert shown(text) == ["grant-0"]
    assert "cannot be read" in text


def test_what_is_no_number_of_a_receipt_is_not_looked_for(site: Site) -> None:
    """PostgreSQL refuses to look for a NUL."""
    assert page_of(Refusing(), "a\0b", None).rows == []


def test_the_time_is_that_of_utc_wherever_the_site_is(site: Site) -> None:
    browser = site.browser("view_record")
    site.record(1)
    with override_settings(TIME_ZONE="Asia/Tokyo"):
        assert "2027-01-15 08:00:00" in browser.get(URL, secure=True).text


def test_while_the_store_is_down_the_page_says_so(site: Site) -> None:
    browser = site.browser("view_record")
    site.store.down = True
    page = browser.get(URL, secure=True)

    assert page.status_code == 503
    assert "The store is down. Start it." in page.text


def test_nothing_is_to_be_migrated_for_it(site: Site) -> None:
    from io import StringIO

    from django.core.management import call_command

    out = StringIO()
    call_command("makemigrations", "--check", "--dry-run", stdout=out)

    assert "No changes" in out.getvalue()
