"""Where a visit goes, and what stands on the buttons it looks for."""

from __future__ import annotations

import pytest

from cookiesafe.audit import Limits, Pages, Plan
from cookiesafe.audit.words import CLOSING, spoken, words
from cookiesafe.errors import SettingError
from cookiesafe.languages import catalogues
from cookiesafe.notice.language import Language

PLAN = Plan.of("https://www.quay.example/start#top", ["quay.example"], Limits(pages=3))


def all_of(pages: Pages) -> list[str]:
    return list(iter(pages.next, None))


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8000",
        "127.0.0.1",
        "http://[::1]:80/",
        "http://shop.localhost/x",
        "http://0x7f.1/",
        "http://localhost./",
    ],
)
def test_a_site_of_this_machine_needs_no_name(url: str) -> None:
    assert Plan.of(url).local


@pytest.mark.parametrize(
    "url",
    [
        "quay.example",
        "https://localhost.example/",
        "http://128.0.0.1/",
        "http://ads.example\\.localhost/",
        "http://ads.example\\@localhost/",
        "//ads.example\\.localhost",
    ],
)
def test_any_other_site_has_to_be_named(url: str) -> None:
    with pytest.raises(SettingError, match="--site"):
        Plan.of(url)


def test_a_host_is_read_and_written_as_browsers_do() -> None:
    plan = Plan.of("https://BÜCHER.example/x", ["https://bücher.example:8443/"])

    assert plan.start == "https://xn--bcher-kva.example/x"
    assert plan.is_own("xn--bcher-kva.example")


@pytest.mark.parametrize("named", ["", "a b", "https://", "["])
def test_a_site_that_is_no_host_is_refused(named: str) -> None:
    with pytest.raises(SettingError, match="is no host"):
        Plan.of("localhost", [named])


def test_a_site_is_its_hosts_and_what_is_below_them() -> None:
    assert PLAN.start == "https://www.quay.example/start"
    assert all(map(PLAN.is_own, ["quay.example", "cdn.quay.example:8443", ".quay.example"]))
    assert not any(map(PLAN.is_own, ["notquay.example", "quay.example.ads.example", ""]))


def test_pages_are_of_the_same_origin_and_each_is_opened_once_and_few() -> None:
    pages = Pages(PLAN)
    here = "https://www.quay.example"
    links = ["/a?x=1", "/a", "/a#b", "/start", "/b", "/sign-out", "/cookiesafe/choices", "/c", "/d"]

    pages.found(here + each for each in links)
    pages.found(
        ["http://www.quay.example/plain", "https://quay.example/", "javascript:0", "https://["]
    )

    assert pages.expected == 3
    assert all_of(pages) == [f"{here}/start", f"{here}/a?x=1", f"{here}/b"]


def test_pages_that_differ_by_their_query_alone_come_last() -> None:
    pages = Pages(Plan.of("localhost", (), Limits(pages=4)))

    pages.found(f"http://localhost/{each}" for each in ("a?n=1", "a?n=2", "b"))

    assert [each.rpartition("/")[2] for each in all_of(pages)] == ["", "a?n=1", "b", "a?n=2"]


def test_robots_txt_keeps_from_all_pages_but_the_one_that_was_named() -> None:
    pages = Pages(PLAN)
    pages.begin(PLAN.start, "User-agent: cookiesafe-audit\nDisallow: /start\nDisallow: /private")

    pages.found(["https://www.quay.example/private/x", "https://www.quay.example/open"])

    assert all_of(pages) == [PLAN.start, "https://www.quay.example/open"]
    assert pages.disallowed == {"https://www.quay.example/private/x"}


@pytest.mark.parametrize("answer", ["reject", "accept"])
def test_a_button_is_known_in_every_language_of_ours(answer: str) -> None:
    text = f"{answer.title()} all"

    said = {Language(tag).gettext(text) for tag in catalogues()}

    assert {each for each in said if spoken(each) not in words(answer)} == set()


def test_no_word_says_two_things() -> None:
    assert words("reject") & words("accept") == set()
    assert CLOSING & (words("reject") | words("accept")) == set()
    assert spoken("  Accept\n all! ") == "accept all"
