"""Where a page is: any path, and an app that is mounted under a prefix."""

from __future__ import annotations

from html import unescape
from urllib.parse import quote, unquote

from ..reading import next_of
from ..site import BANNER
from .opening import Opening

NAMES = ("Ada", "Grüße", "海", "a b", "100%", "x&y=z", "a+b")


class Places(Opening):
    """Paths in any script, and prefixes."""

    def test_a_page_of_any_name_is_found_and_led_back_to(self) -> None:
        browser = self.browser()
        for name in NAMES:
            page = browser.get(f"/hello/{quote(name)}?page=2&q={quote(name)}")
            leads_to = unescape(next_of(page))

            assert f"Hello, {name}!" in unescape(page.text)
            assert unquote(leads_to.partition("?")[0]) == f"/hello/{name}"
            assert browser.get(leads_to).text == page.text

    def test_under_a_prefix_our_pages_are_below_it(self) -> None:
        browser = self.browser(root="/shop")
        page = browser.get("/hello/Ada")

        assert "Hello, Ada!" in page.text
        assert 'action="/shop/cookiesafe/choices"' in page.text
        assert next_of(page) == "/shop/hello/Ada"
        assert browser.get("/cookiesafe/choices").status == 200

    def test_under_a_prefix_choices_and_sessions_are_kept(self) -> None:
        browser = self.browser(root="/shop")
        browser.choose("accept", next="/shop/hello/Ada")
        browser.post("/keep", form={"cart": "7"})
        told = browser.get("/told").json()

        assert (told["allows"], told["session"]) == (["statistics", "advertising"], {"cart": "7"})
        assert BANNER not in browser.get("/hello/Ada").text
