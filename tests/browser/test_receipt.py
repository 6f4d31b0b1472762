"""A visitor's receipt in a real browser: seen, kept, checked, withdrawn and forgotten, with scripts and without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from cookiesafe.ledger import check_receipt
from tests.support.browser import choose, computed_style
from tests.support.servers import Edge, served

RECEIPT = "/cookiesafe/receipt"


@pytest.fixture
def site(edge: Edge, tmp_path: Path) -> Iterator[str]:
    with served(["tests.support.sealed", edge], tmp_path) as started:
        yield started.url
        assert b"Traceback" not in started.errors.read_bytes()


@pytest.fixture
def page(browser: Browser, site: str, scripts: bool) -> Iterator[Page]:
    """That of a visitor who has agreed, and whose record is sealed."""
    with closing(browser.new_context(java_script_enabled=scripts)) as context:
        context.set_default_timeout(10_000)
        page = context.new_page()
        agree(page, site)
        yield page


def agree(page: Page, site: str) -> None:
    page.goto(site)
    choose(page, "accept")
    page.goto(f"{site}/seal")
    page.goto(site + RECEIPT)


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def downloaded(page: Page) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "consent-receipt.json"
    return Path(download.value.path()).read_bytes()


def as_file(content: bytes) -> Any:
    return {"name": "receipt.json", "mimeType": "application/json", "buffer": content}


def has_number(page: Page) -> bool:
    """Whether the browser keeps the number of a receipt."""
    kept = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    return kept["cookiesafe"].count(".") > 3


def test_a_receipt_is_seen_kept_checked_and_withdrawn(page: Page, site: str) -> None:
    main = page.locator("main")
    expect(page.get_by_role("heading", name="You agreed")).to_be_visible()
    expect(main).to_contain_text("of the log")

    content = downloaded(page)
    assert check_receipt(content, json.loads(content)["keys"]).sealed == 1

    page.get_by_label("A file").set_input_files(as_file(content))
    press(page, "Check it")
    expect(main).to_contain_text("The receipt holds.")

    changed = content.replace(b'"statistics": true', b'"statistics": fals')
    page.get_by_label("A file").set_input_files(as_file(changed))
    press(page, "Check it")
    expect(main).not_to_contain_text("The receipt holds.")

    page.get_by_label("Or its text").fill(content.decode().replace('"grant"', '"grunt"'))
    press(page, "Check it")
    expect(main).to_contain_text("changed. What differs from what this site has: event.")

    page.goto(site + RECEIPT)
    press(page, "Withdraw everything")
    expect(main).to_contain_text("This is the last time")
    assert not has_number(page)
    document = json.loads(page.get_by_label("The file, to copy").input_value())
    assert [each["record"]["event"] for each in document["records"]] == ["grant", "withdrawal"]
    last = json.loads(downloaded(page))
    assert last["receipt"] == document["receipt"]
    page.goto(site + RECEIPT)
    expect(main).to_contain_text("There is nothing to show.")


def test_who_is_forgotten_is_asked_again(page: Page, site: str) -> None:
    content = downloaded(page)
    press(page, "Forget me")
    forget, keep = (
        computed_style(page.get_by_role("button", name=each)) for each in ("Forget me", "Keep it")
    )
    assert forget == {**keep, **{name: forget[name] for name in forget if "origin" in name}}
    press(page, "Keep it")
    expect(page.get_by_role("heading", name="You agreed")).to_be_visible()

    press(page, "Forget me")
    press(page, "Forget me")

    expect(page.get_by_role("heading", level=1)).to_have_text("You are forgotten")
    assert page.context.cookies() == []
    page.goto(site)
    expect(page.locator("[data-cookiesafe=banner]")).to_have_count(1)
    page.goto(site + RECEIPT)
    page.get_by_label("A file").set_input_files(as_file(content))
    press(page, "Check it")
    expect(page.locator("main")).to_contain_text("this site has it no longer")


def test_on_paper_it_has_what_happened_and_no_buttons(page: Page) -> None:
    page.emulate_media(media="print")

    expect(page.get_by_role("heading", name="You agreed")).to_be_visible()
    for button in page.get_by_role("button").all():
        expect(button).to_be_hidden()
