"""The documentation as a site: everybody can read it, its links hold, and it asks nobody but itself."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.exceptions import NotFound
from werkzeug.middleware.shared_data import SharedDataMiddleware

from tests.support import axe
from tests.support.serving import serving

ROOT = Path(__file__).parents[2]
ZENSICAL = Path(sys.executable).parent / "zensical"
WHOLE = {"width": 1280, "height": 1700}
"""High enough for the navigation to be seen whole: axe-core decides of no text that is scrolled away."""
NARROW = {"width": 360, "height": 800}
_OVER = """
() => [...document.querySelectorAll("body *")]
  .filter(each => each.getBoundingClientRect().right > innerWidth && !each.closest(".md-typeset__scrollwrap, pre"))
  .filter(each => each.checkVisibility() && getComputedStyle(each).position !== "fixed")
  .map(each => `beside the window: ${each.localName}.${each.className}`)
"""


@dataclass
class Read(HTMLParser):
    """What a page of the site has in it: ids, where its links lead, and what it loads."""

    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif name in ("href", "src", "srcset", "action", "poster") and value:
                (self.links if tag == "a" else self.loads).append(value)


@dataclass
class Seen:
    """What a browser has met on the whole site."""

    asked: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    findings: dict[str, list[str]] = field(default_factory=dict)
    narrow: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the site and its pages are."""
    if not ZENSICAL.exists():
        missing = "no Zensical: scripts/setup docs brings it"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    folder = tmp_path_factory.mktemp("documentation")
    environment = {**os.environ, "ZENSICAL": str(ZENSICAL)}
    site = [ROOT / "scripts" / "site", folder]
    subprocess.run(site, env=environment, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def pages(made: Path) -> dict[Path, Read]:
    read = {}
    for path in sorted((made / "site").rglob("*.html")):
        if path.name != "404.html":  # its links begin at the root of a host, wherever it is served
            read[path] = Read()
            read[path].feed(path.read_text("utf-8"))
    return read


@pytest.fixture(scope="module")
def seen(made: Path, pages: dict[Path, Read], browser: Browser) -> Seen:
    seen = Seen()
    app = SharedDataMiddleware(NotFound(), {"/": str(made / "site")})
    context = browser.new_context(color_scheme="light", viewport=WHOLE)  # type: ignore[arg-type]
    axe.prepare(context)
    context.on("request", lambda request: seen.asked.add(urlsplit(request.url).netloc))
    with serving(app) as port, context:
        page = context.new_page()
        page.on("console", lambda said: seen.errors.append(said.text))
        kinds: dict[str, set[str]] = {"light": set(), "dark": set()}
        for path in pages:
            name = path.relative_to(made / "site").as_posix()
            page.goto(f"http://127.0.0.1:{port}/{name}")
            seen.findings[name] = looked_at(page, kinds)
            seen.narrow[name] = looked_at_narrow(page)
        page.goto(f"http://127.0.0.1:{port}/index.html")
        search(page, "CS202")
    seen.asked -= {f"127.0.0.1:{port}"}
    return seen


def looked_at(page: Page, kinds: dict[str, set[str]]) -> list[str]:
    """In light, and its colours in dark as well: the theme writes on the body which of them it is.

    ``kinds`` are the texts that were looked at in each.
    """
    light = axe.faults_of_structure(page) + axe.faults_of_colour(page, kinds["light"])
    page.add_style_tag(content="* { transition: none !important }")
    page.evaluate("document.body.dataset.mdColorScheme = 'slate'")
    return light + axe.faults_of_colour(page, kinds["dark"])


def looked_at_narrow(page: Page) -> list[str]:
    """As on a telephone: what a keyboard cannot scroll, and what stands beside the window."""
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    found = axe.faults_of(page, "scrollable-region-focusable")
    wide = page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
    over: list[str] = page.evaluate(_OVER) if wide else []
    page.set_viewport_size(WHOLE)  # type: ignore[arg-type]
    return found + over


def search(page: Page, word: str) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type(word)
    expect(page.get_by_role("link", name="Errors").first).to_be_visible()


def test_no_page_asks_another_host_for_anything(seen: Seen) -> None:
    assert seen.asked == set()
    assert seen.errors == []


def test_no_page_names_another_host_to_load_from(pages: dict[Path, Read]) -> None:
    assert {urlsplit(each).netloc for page in pages.values() for each in page.loads} == {""}


def test_axe_finds_nothing_on_any_page(seen: Seen) -> None:
    assert {name: found for name, found in seen.findings.items() if found} == {}
    assert len(seen.findings) > 40


def test_in_a_narrow_window_all_is_seen_or_scrolled_to_by_the_keyboard(seen: Seen) -> None:
    assert {name: found for name, found in seen.narrow.items() if found} == {}
    assert len(seen.narrow) > 40


def test_the_keyboard_reaches_a_wide_table_as_long_as_it_is_wider_than_the_window(
    made: Path, browser: Browser
) -> None:
    app = SharedDataMiddleware(NotFound(), {"/": str(made / "site")})
    with serving(app) as port, browser.new_context(viewport=NARROW) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/docs/peers.html")
        table = page.get_by_role("group", name="Wide table")
        table.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("() => document.activeElement.scrollLeft > 0")
        page.set_viewport_size({"width": 2000, "height": 800})
        expect(table).to_have_count(0)


def test_whoever_prefers_dark_gets_it(made: Path, browser: Browser) -> None:
    app = SharedDataMiddleware(NotFound(), {"/": str(made / "site")})
    with serving(app) as port, browser.new_context(color_scheme="dark") as context:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/docs/themes.html")
        scheme = page.evaluate("document.body.dataset.mdColorScheme")

    assert scheme == "slate"


def test_every_link_of_the_site_leads_somewhere(pages: dict[Path, Read]) -> None:
    nowhere = []
    for path, page in pages.items():
        for link in [*page.links, *page.loads]:
            url = urlsplit(link)
            if url.scheme or url.netloc:
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            there = target.is_file() and (
                not url.fragment
                or target not in pages
                or unquote(url.fragment) in pages[target].ids
            )
            if not there:
                nowhere.append((path.name, link))

    assert nowhere == []


def test_every_page_is_in_the_navigation_and_has_its_own_place(made: Path) -> None:
    listed = list(
        listed_in(tomllib.loads((ROOT / "zensical.toml").read_text("utf-8"))["project"]["nav"])
    )
    there = {each.relative_to(made / "pages").as_posix() for each in (made / "pages").rglob("*.md")}

    assert sorted(listed) == sorted(there)


def listed_in(chapters: list[dict[str, str | list[dict[str, str]]]]) -> Iterator[str]:
    for chapter in chapters:
        for inside in chapter.values():
            if isinstance(inside, str):
                yield inside
            else:
                yield from listed_in(inside)  # type: ignore[arg-type]


@pytest.mark.parametrize("link", ["nowhere.md", "themes.md#nowhere"])
def test_the_build_stops_at_a_link_that_leads_nowhere(
    made: Path, tmp_path: Path, link: str
) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "themes.md").write_text("# Themes\n")
    (tmp_path / "pages" / "README.md").write_text(f"# Start\n\n[there]({link})\n")
    (tmp_path / "zensical.toml").write_text('[project]\nsite_name = "S"\ndocs_dir = "pages"\n')

    done = subprocess.run(
        [ZENSICAL, "build", "--strict"], cwd=tmp_path, capture_output=True, check=False
    )

    assert done.returncode != 0
