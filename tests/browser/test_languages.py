"""In every language all of it fits into a narrow window, and what is written from right to left is mirrored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page

from cookiesafe.languages import catalogues, direction
from cookiesafe.notice import Notice
from tests.support.layout import cut_off
from tests.support.spoken import LASTING, OWN, all_of, notices, pages

WIDTH = 320
RIGHT_TO_LEFT = sorted(each for each in catalogues() if direction(each) == "rtl")
PAGE = """<!doctype html><html {}><meta charset=utf-8><title>A site</title>
<style>body {{ margin: 0 }}</style><style>{}</style>{}{}"""
MAIN = re.compile("<main>.*</main>", re.DOTALL)
NOTICES = {
    "banner asked first",
    "banner with a signal first",
    "banner opting out again",
    "blocked line",
    "change",
    "limited saved",
    "limited told saved",
    "revisit with a signal",
}
PAGES = {
    "age False",
    "blocked login asked",
    "changes True",
    "checked partly True",
    "choices a company with a signal",
    "choices of one who is signed in",
    "choices reached known",
    "cookies",
    "devices of one who has two",
    "forget []",
    "forgotten []",
    "receipt 12 True",
    "unsubscribe on",
    "unsubscribe stopped",
    "withdrawn 1 True",
}
FRAMES = {"placeholder gull False", "placeholder None True"}
UNFOLD = "() => document.querySelectorAll('details').forEach(each => { each.open = true; })"
BROKEN_WORDS = """
() => [...document.querySelectorAll("button, legend")].filter(each => {
  const before = each.style.overflowWrap;
  each.style.overflowWrap = "normal";
  const over = each.checkVisibility() && each.clientWidth && each.scrollWidth > each.clientWidth + 1;
  each.style.overflowWrap = before;
  return over;
}).map(each => each.textContent.trim())
"""
SCRAMBLED_DATES = """
() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let dates = 0;
  while (walker.nextNode())
    for (const { index } of walker.currentNode.data.matchAll(/[0-9]{4}-[0-9]{2}-[0-9]{2}/g)) {
      const range = document.createRange();
      const left = at => {
        range.setStart(walker.currentNode, index + at);
        range.setEnd(walker.currentNode, index + at + 1);
        return range.getBoundingClientRect().left;
      };
      dates += 1;
      if (left(0) > left(8)) found.push(walker.currentNode.data);
    }
  return dates ? found : ["there is no date"];
}
"""
BUTTONS = re.compile(r"<button[^>]*>(.*?)</button>", re.DOTALL)
MIDDLE = "each => { const box = each.getBoundingClientRect(); return (box.left + box.right) / 2; }"


@pytest.fixture(scope="module")
def narrow(browser: Browser) -> Iterator[Page]:
    with closing(browser.new_context(viewport={"width": WIDTH, "height": 568})) as context:
        yield context.new_page()


def show(page: Page, notice: Notice, html: str, around: str = "") -> None:
    """In a page of a site, or in one of ours or a frame, whose body's class stands ``around`` it."""
    body = f'<body class="cookiesafe {around}">' if around else "<body>"
    language = (
        f"lang={notice.language.tag} dir={notice.language.direction}" if around else "lang=en"
    )
    page.set_content(
        PAGE.format(
            language, (notice.sheets.notice.css + notice.sheets.pages.css).decode(), body, html
        )
    )


def within(name: str, html: str) -> str:
    """What is in the body of a page, or the notice itself."""
    found = MAIN.search(html)
    return f'<div data-state="{name}">{found[0] if found else html}</div>'


@pytest.mark.parametrize("tag", sorted(catalogues()))
def test_nothing_is_cut_off_in_a_narrow_window(narrow: Page, tag: str) -> None:
    notice = Notice(OWN, "/cookiesafe", LASTING, tag)
    ours = {name: within(name, html) for name, html in pages(notice) if name in PAGES | FRAMES}
    put_in = {name: within(name, html) for name, html in notices(notice) if name in NOTICES}
    assert ours.keys() | put_in.keys() == PAGES | FRAMES | NOTICES

    for around, shown in (
        ("", put_in.values()),
        ("cookiesafe-page", [ours[name] for name in sorted(PAGES)]),
        *(("cookiesafe-frame", [ours[name]]) for name in sorted(FRAMES)),
    ):
        show(narrow, notice, "".join(shown), around)
        narrow.evaluate(UNFOLD)
        assert cut_off(narrow) == []
        assert narrow.evaluate(BROKEN_WORDS) == []


def test_every_button_that_there_is_is_looked_at() -> None:
    notice = Notice(OWN, "/cookiesafe", LASTING, "en")
    shown = {name: set(BUTTONS.findall(html)) for name, html in all_of(notice)}

    assert set().union(*(shown[name] for name in NOTICES | PAGES | FRAMES)) == set().union(
        *shown.values()
    )


@pytest.mark.parametrize("tag", RIGHT_TO_LEFT)
def test_a_date_is_in_its_order_where_the_rest_is_from_right_to_left(
    narrow: Page, tag: str
) -> None:
    notice = Notice(OWN, "/cookiesafe", LASTING, tag)
    with_dates = {"change", "changes True", "choices all asked", "devices", "receipt 0 True"}
    shown = {name: html for name, html in all_of(notice) if name in with_dates}
    for name, html in shown.items():
        show(narrow, notice, within(name, html), "" if name == "change" else "cookiesafe-page")
        assert narrow.evaluate(SCRAMBLED_DATES) == [], name


@pytest.mark.parametrize("tag", RIGHT_TO_LEFT)
def test_what_is_written_from_right_to_left_is_mirrored(narrow: Page, tag: str) -> None:
    notice = Notice(OWN, "/cookiesafe", LASTING, tag)
    show(narrow, notice, dict(notices(notice))["banner asked first"])
    narrow.locator("summary").click()

    def middle(selector: str) -> float:
        return float(narrow.locator(selector).first.evaluate(MIDDLE))

    assert middle("[data-cookiesafe=accept]") < middle("[data-cookiesafe=reject]")
    assert middle("label span") < middle("label input")
    assert narrow.locator("h2").evaluate("each => getComputedStyle(each).textAlign") == "start"
    assert narrow.locator("h2").evaluate("each => getComputedStyle(each).direction") == "rtl"
