"""The page on which a receipt may be changed, by hand or by its button, and what the check says then."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest

from demo_app.portal.guard import BareGuard, CookieSafeGuard
from demo_app.portal.site import Site
from demo_app.portal.views.tampering import LONGEST
from tests.demo.test_portal_edges import KEY, Browser, Kind, kind, served, site
from tests.demo.test_portal_pages import Visitor

__all__ = ["kind", "site"]

LEDGER_KEY = "l" * 43
CHECK = "/cookiesafe/receipt"


@pytest.fixture
def portal(kind: Kind, site: Site, tmp_path: Path) -> Iterator[Browser]:
    guard = CookieSafeGuard(
        secret_key=KEY,
        ledger_key=LEDGER_KEY,
        store=f"sqlite:///{tmp_path / 'cookiesafe.db'}",
        mode="enforce",
        gullwing_port=8802,
    )
    with closing(guard), served(kind, site, guard) as browser:
        yield browser


def receipt_on(page: str) -> str:
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", page, re.DOTALL)
    assert found
    return unescape(found[1])


def agree(portal: Browser) -> None:
    portal.post("/cookiesafe/choices", choice="accept")


def main(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", unescape(page[page.index("<main") :])).split())


def test_who_has_agreed_to_nothing_has_none_and_is_told_why(portal: Browser) -> None:
    page = portal.get("/tamper")

    assert page.status == 200
    assert "There is no receipt here" in page.body
    assert "<textarea" not in page.body


def test_the_true_one_is_shown_as_it_can_be_downloaded(portal: Browser) -> None:
    agree(portal)

    shown = receipt_on(portal.get("/tamper").body)

    portal.headers["Accept"] = "application/json"
    assert json.loads(shown) == json.loads(portal.get(CHECK).body)


def test_one_digit_is_changed_by_the_button_and_the_check_names_the_field(portal: Browser) -> None:
    agree(portal)
    before = receipt_on(portal.get("/tamper").body)

    page = portal.post("/tamper", receipt=before.replace("\n", "\r\n"))
    after = receipt_on(page.body).replace("\r\n", "\n")

    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
    assert re.search(
        r"It was <code>&#34;time&#34;: \d+</code> and is now <code>&#34;time&#34;: \d+</code>",
        page.body,
    )
    told = main(portal.post(CHECK, do="check", receipt=after).body)
    assert "The receipt does not hold: something in it was changed." in told
    assert "What differs from what this site has: time" in told


def test_whatever_else_is_changed_is_named_too(portal: Browser) -> None:
    agree(portal)
    before = receipt_on(portal.get("/tamper").body)

    for old, new, field in (
        ('"advertising": true', '"advertising": false', "choices (advertising)"),
        ('"event": "grant"', '"event": "grand"', "event"),
    ):
        assert old in before
        told = main(portal.post(CHECK, do="check", receipt=before.replace(old, new)).body)
        assert f"What differs from what this site has: {field}" in told


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 422),
        ("{}", 422),
        ("no receipt", 200),
        ('</textarea><script>alert(1)</script>"', 200),
        ("x" * (LONGEST + 1), 413),
        ('{"time": 99999999999999999999999999}', 200),
    ],
)
def test_what_is_no_receipt_is_taken_with_good_grace(site: Site, text: str, status: int) -> None:
    page = Visitor(site).post("/tamper", receipt=text)

    assert page.status == status
    assert page.headers["Cache-Control"] == "no-store"
    assert "<script>alert" not in page.body


def test_without_cookiesafe_nothing_is_proved(kind: Kind, site: Site) -> None:
    with served(kind, site, BareGuard(KEY)) as portal:
        assert "There is no receipt here" in portal.get("/tamper").body
