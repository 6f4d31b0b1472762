"""What a page has a browser call, and what of it is the visitor's own."""

from __future__ import annotations

import pytest

from cookiesafe.inspection.reading import links_in, script_cookies, script_texts, urls_in

CALLED = [
    '<script src="URL"></script>',
    "<img src=URL>",
    '<img srcset="URL 2x, /b.png 1x">',
    '<link rel="stylesheet" href="URL">',
    '<iframe src="URL"></iframe>',
    '<video poster="URL"></video>',
    '<object data="URL"></object>',
    '<svg><image href="URL"/></svg>',
    "<style>@import 'URL';</style>",
    "<p style=\"background: url('URL')\">",
    '<script>fetch("URL")</script>',
    '<script>navigator.sendBeacon("URL", x)</script>',
    '<script>new WebSocket("URL")</script>',
    '<script>pixel.src = "URL"</script>',
    '<script>request.open("GET", "URL")</script>',
]
NOT_CALLED = [
    '<a href="URL">there</a>',
    '<form action="URL"></form>',
    '<link rel="canonical" href="URL">',
    "<p>URL",
    '<script>// see "URL"</script>',
    "<!-- <img src=URL> -->",
]
URL = "https://there.example/a"


@pytest.mark.parametrize("markup", CALLED)
def test_what_is_fetched_by_itself_is_seen(markup: str) -> None:
    page = f"<!doctype html><body>{markup.replace('URL', URL)}"

    assert URL in urls_in(page, "text/html")


@pytest.mark.parametrize("markup", NOT_CALLED)
def test_what_a_visitor_has_to_click_is_not(markup: str) -> None:
    page = f"<!doctype html><body>{markup.replace('URL', URL)}"

    assert URL not in urls_in(page, "text/html")


def test_style_sheets_and_scripts_are_read_by_themselves() -> None:
    assert urls_in(f"h1 {{ background: url({URL}) }}", "text/css") == [URL]
    assert urls_in(f'import("{URL}")', "text/javascript") == [URL]
    assert urls_in(f'{{"url": "{URL}"}}', "application/json") == []


@pytest.mark.parametrize("page", ["<![", "<!", "<a", "<script>", "\x00<p", "<![x[<img src=>"])
def test_a_page_that_is_cut_off_is_read_as_far_as_it_goes(page: str) -> None:
    assert urls_in(page, "text/html") == []
    assert links_in(page) == []


def test_cookies_that_scripts_set_are_named() -> None:
    page = "<script>document.cookie = 'one=1; path=/'; document.cookie=`two=${x}`</script>"

    assert script_cookies(script_texts(page, "text/html")) == ["one", "two"]
