"""What led to a page, where the app is mounted somewhere."""

from __future__ import annotations

import pytest

from cookiesafe.count import OTHER
from cookiesafe.traffic import TERMS
from cookiesafe.traffic.tally import Tally
from cookiesafe.traffic.values import Pages
from cookiesafe.traffic.views import Views


@pytest.mark.parametrize(
    ("root", "referring", "page"),
    [
        ("", "/bills", "/bills"),
        ("/app", "/app/bills", "/bills"),
        ("/app", "/app/caf%C3%A9", "/café"),
        ("/caf\u00e9", "/caf%C3%A9/bills", "/bills"),
        ("/app", "/apple/bills", OTHER),
        ("/app", "/bills", OTHER),
        ("/app", "/app", OTHER),
    ],
)
def test_the_page_before_is_one_of_the_app(root: str, referring: str, page: str) -> None:
    assert Views(TERMS, "", Pages(), Tally())._page_before(root, referring) == page
