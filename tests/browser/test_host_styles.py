"""Whatever the style of the site is, what we put into its pages looks and works as it does alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from cookiesafe import Theme
from tests.support.browser import assert_side_by_side, computed_style, contrast_of, contrasts
from tests.support.hosts import HOSTS, PLAIN, Host, Hosts, choose, hosts, style_of

ENHANCED, LINES = 7.0, 3.0
"""The contrast that WCAG 2.2 asks for of texts at level AAA (1.4.6), and of what bounds a control (1.4.11)."""
SCHEMES: Final[tuple[Literal["light"], Literal["dark"]]] = ("light", "dark")
PLACES = {"banner": "section#cookiesafe", "limited": "section.cookiesafe-limited"}

Boxes = list[dict[str, Any]]


@pytest.fixture(scope="module")
def sites(browser: Browser) -> Iterator[Hosts]:
    with hosts(browser) as sites:
        yield sites


@pytest.fixture
def new_host(sites: Hosts) -> Iterator[Hosts]:
    yield sites
    sites.close_pages()


@pytest.fixture(scope="module")
def alone(sites: Hosts) -> dict[str, Boxes]:
    """All boxes on a page without a style of its own, by where they are."""
    page = shown(sites(), PLAIN)
    return {**asking(page), "revisit": way_back(page)}


def shown(host: Host, style: str) -> Page:
    host.style = style
    page = host.open("/form")
    page.locator("summary").click()
    return page


def asking(page: Page) -> dict[str, Boxes]:
    return {name: boxes(page, inside) for name, inside in PLACES.items()}


def way_back(page: Page) -> Boxes:
    choose(page, "reject")
    page.mouse.move(600, 300)
    return boxes(page, ".cookiesafe-revisit > a")


def boxes(page: Page, inside: str) -> Boxes:
    """Where each visible element is, from the corner of the first, and how it looks."""
    found: Boxes = page.evaluate(_BOXES, inside)
    return found


def moved(now: Boxes, before: Boxes) -> list[str]:
    """What is more than a pixel from where it was, or of another size or colour."""
    assert [each["name"] for each in now] == [each["name"] for each in before]
    return [
        f"{a['name']}: {a['box']} {a['looks']}, alone {b['box']} {b['looks']}"
        for a, b in zip(now, before, strict=True)
        if a["looks"] != b["looks"]
        or max(abs(x - y) for x, y in zip(a["box"], b["box"], strict=True)) > 1
    ]


@pytest.mark.parametrize("name", HOSTS)
def test_no_style_of_a_site_moves_or_colours_it(
    new_host: Hosts, alone: dict[str, Boxes], name: str
) -> None:
    page = shown(new_host(), style_of(name))
    theirs = asking(page)

    assert len(alone["banner"]) > 20
    assert moved(theirs["banner"], alone["banner"]) == []
    # What stands in a form is as wide as the form.
    for now, before in zip(theirs["limited"], alone["limited"], strict=True):
        assert now["looks"] == before["looks"]
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        stands_out(page)
    page.emulate_media(color_scheme="light")
    assert moved(way_back(page), alone["revisit"]) == []


def stands_out(page: Page) -> None:
    """Both buttons are one and the same, and whatever is ours can be read."""
    reject, accept, save = (
        page.locator(f"[data-cookiesafe={each}]") for each in ("reject", "accept", "save")
    )
    assert_side_by_side(reject, accept)
    for each in (reject, accept):
        expect(each).to_be_in_viewport(ratio=1)
    for inside in PLACES.values():
        ratios = contrasts(page, inside)
        assert len(ratios) > 2
        assert {text: ratio for text, ratio in ratios.items() if ratio < ENHANCED} == {}
    ground = computed_style(page.locator(PLACES["banner"]))["background-color"]
    for each in (reject, accept, save, page.locator("fieldset")):
        style = computed_style(each)
        assert style["opacity"] == "1"
        assert contrast_of(style["border-top-color"], ground) >= LINES


@pytest.mark.law("T-D")
@pytest.mark.parametrize(
    "theme",
    [Theme(layout="bottom"), Theme(layout="corner", buttons="filled"), Theme(first="accept")],
    ids=["bottom", "corner", "accept first"],
)
def test_no_layout_lets_a_site_prefer_a_button(new_host: Hosts, theme: Theme) -> None:
    host = new_host(theme)
    host.style = "\n".join(map(style_of, ("one button alone", "nothing is there", "own controls")))
    page = host.open()
    buttons = page.locator("#cookiesafe > form button").all()

    assert len(buttons) == 2
    assert_side_by_side(*buttons)
    for each in buttons:
        each.click(trial=True)


def test_a_move_is_found(new_host: Hosts, alone: dict[str, Boxes]) -> None:
    """An earlier layer may do what no other style may: so it is seen when something does."""
    page = shown(
        new_host(), f"@layer before {{ #cookiesafe h2 {{ margin-top: 3px !important }} }} {PLAIN}"
    )

    assert moved(boxes(page, PLACES["banner"]), alone["banner"])


_BOXES = """
inside => {
  const root = document.querySelector(inside), from = root.getBoundingClientRect();
  const names = ["color", "background-color", "border-top-color", "border-top-style", "font-family", "font-size", "font-style",
    "font-weight", "letter-spacing", "line-height", "opacity", "text-align", "text-decoration-line", "text-shadow",
    "text-transform", "visibility", "white-space", "transition-property", "animation-name", "cursor"];
  return [root, ...root.querySelectorAll("*")].filter(each => each.checkVisibility()).map(each => {
    const box = each.getBoundingClientRect(), style = getComputedStyle(each);
    return {
      name: each.tagName + " " + each.textContent.trim().slice(0, 30),
      box: [box.left - from.left, box.top - from.top, box.width, box.height],
      looks: names.map(name => style.getPropertyValue(name)).join("|")
        + ["::before", "::after"].map(which => getComputedStyle(each, which).content).join("|"),
    };
  });
}
"""
