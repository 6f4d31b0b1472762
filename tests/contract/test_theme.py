"""Where the banner stands and how the way back looks, as the theme and the app's templates have it, on each edge."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cookiesafe import SettingError, Theme
from tests.support.edges import AppRequest, AppResponse, Client, html
from tests.support.harbour import BANNER, POLICY, REVISIT, MakeClient, MakeSafe, varies_by

INLINE = Theme(layout="inline")
NAVIGATION = {"Sec-Fetch-Dest": "document"}
OPTING_OUT = {"CF-IPCountry": "US", "CF-Region": "CA"}
SORTED = POLICY.replace('signal = "gpc"', 'signal = "gpc"\ncategory = "advertising"')


class Templates:
    """A page with what its template calls: ``banner`` and ``link``, each as often as it is in the query."""

    def __call__(self, visit: Any, request: AppRequest) -> AppResponse:
        banners = [visit.cookie_banner() for _ in range(request.query.count("banner"))]
        links = [visit.choices_link() for _ in range(request.query.count("link"))]
        aside, foot = "".join(banners), "".join(links)
        return html(
            f"<!doctype html><body><h1>Bills</h1><aside>{aside}</aside><footer>{foot}</footer>"
        )


def decided(client: Client) -> Client:
    client.choose("reject")
    return client


# --- the banner --------------------------------------------------------------------------------


def test_inline_it_stands_where_the_template_has_it(make_client: MakeClient) -> None:
    client = make_client(Templates(), theme=INLINE)
    page = client.get("/?banner", NAVIGATION)

    assert page.text.count(BANNER) == 1
    assert '<h1>Bills</h1><aside><section id="cookiesafe"' in page.text
    assert 'name="next" value="/?banner"' in page.text
    assert varies_by(page) >= {"cookie", "sec-gpc"}
    assert BANNER not in decided(client).get("/?banner", NAVIGATION).text


def test_inline_a_page_without_it_has_none(make_client: MakeClient) -> None:
    client = make_client(Templates(), theme=INLINE)

    assert BANNER not in client.get("/", NAVIGATION).text
    assert REVISIT in decided(client).get("/", NAVIGATION).text


@pytest.mark.parametrize("layout", ["top", "bottom", "corner"])
def test_elsewhere_the_place_in_the_template_comes_first(
    make_client: MakeClient, layout: Any
) -> None:
    client = make_client(Templates(), theme=Theme(layout=layout))

    for path in ("/", "/?banner", "/?banner&banner"):
        page = client.get(path, NAVIGATION).text
        assert page.count(BANNER) == 1
        assert ("<aside><section" in page) == ("banner" in path)


def test_there_is_none_in_what_nobody_opens(make_client: MakeClient) -> None:
    client = make_client(Templates(), theme=INLINE)
    for fields in (
        {"Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Dest": None, "HX-Request": "true", "Accept": "text/html"},
        {"Sec-Fetch-Dest": None, "Accept": "application/json"},
    ):
        assert BANNER not in client.get("/?banner", fields).text


def test_a_child_and_a_site_that_observes_have_none(make_client: MakeClient) -> None:
    assert BANNER not in make_client(Templates(), theme=INLINE, mode="observe").get("/?banner").text
    client = make_client(Templates(), theme=INLINE)
    client.post("/cookiesafe/age", form={"year": "2020", "month": "1", "next": "/"})
    assert BANNER not in client.get("/?banner", NAVIGATION).text


def test_what_was_shown_is_recorded_as_it_stood(make_client: MakeClient) -> None:
    client = make_client(Templates(), theme=Theme(layout="corner", first="accept"))
    page = client.get("/", NAVIGATION)
    text = re.findall(r'name="text" value="(\w+)"', page.text)[0]
    client.choose("accept", notice="banner", text=text)

    [record] = [each for each in client.records if each.event == "grant"]
    assert (record.layout, record.buttons) == ("corner", "accept,reject,save")


# --- the way back ------------------------------------------------------------------------------


def test_a_page_with_a_link_of_its_own_has_no_button(make_client: MakeClient) -> None:
    client = decided(make_client(Templates()))

    assert REVISIT in client.get("/", NAVIGATION).text
    linked = client.get("/?link", NAVIGATION).text
    assert REVISIT not in linked
    assert "/cookiesafe/choices?next=" in linked


def test_what_the_law_has_a_site_say_stays_beside_such_a_link(make_client: MakeClient) -> None:
    client = decided(make_client(Templates(), policy=SORTED, place_headers=list(OPTING_OUT)))

    there = client.get("/?link", NAVIGATION | OPTING_OUT).text
    signalled = client.get("/?link", NAVIGATION | {"Sec-GPC": "1"}).text

    assert "Your privacy choices" in there
    assert "Opt-out request honoured" in signalled
    for page in (there, signalled):
        assert "<span>Cookie choices" not in page


# --- our own pages -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "told"), [("auto", "light dark"), ("light", "light"), ("dark", "dark")]
)
def test_our_own_pages_are_in_the_same_scheme(
    make_client: MakeClient, scheme: Any, told: str
) -> None:
    page = make_client(theme=Theme(scheme=scheme)).get("/cookiesafe/choices").text

    assert f'<meta name="color-scheme" content="{told}">' in page


def test_the_first_button_is_the_first_on_our_own_page_too(make_client: MakeClient) -> None:
    page = make_client(theme=Theme(first="accept")).get("/cookiesafe/choices").text

    assert page.index('value="accept"') < page.index('value="reject"')


@pytest.mark.parametrize("theme", [None, "dark", {"layout": "bottom"}, Theme])
def test_what_is_no_theme_is_refused_at_the_start(make_safe: MakeSafe, theme: Any) -> None:
    with pytest.raises(SettingError, match="Give a Theme") as raised:
        make_safe(POLICY, theme=theme)
    assert raised.value.code == "CS500"
