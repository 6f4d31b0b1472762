"""What a screen reader is given of the main states: the accessibility tree, as the browser makes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator

from tests.support.shown import Shown, showing
from tests.support.walks import AROUND

TREES = {
    "banner, choices open": (
        "#cookiesafe",
        """
- region "Cookies on Harbour Light & Water":
  - heading "Cookies on Harbour Light & Water" [level=2]
  - paragraph: "Some cookies are needed to run this site. With your agreement we and 2 other companies would also use cookies for: Remember me, Usage statistics, Films, Advertising. If you reject them the site still works, but you type your contact and billing details again, and you see the same tips as everybody."
  - button "Reject all"
  - button "Accept all"
  - paragraph:
    - link "Cookie list and partners"
  - group:
    - text: Choose cookies
    - group "Allow cookies for":
      - text: Allow cookies for
      - checkbox "Remember me – Keeps you signed in and fills in your contact and billing details."
      - strong: Remember me
      - text: – Keeps you signed in and fills in your contact and billing details.
      - checkbox "Usage statistics – Counts visits so that we can fix slow or confusing pages."
      - strong: Usage statistics
      - text: – Counts visits so that we can fix slow or confusing pages.
      - checkbox "Films – Shows films of other companies."
      - strong: Films
      - text: – Shows films of other companies.
      - checkbox "Advertising – Lets us show adverts that match your interests."
      - strong: Advertising
      - text: – Lets us show adverts that match your interests.
    - button "Save my choices"
""",
    ),
    "change of policy": (
        "#cookiesafe",
        """
- region "Our policy is about to change":
  - heading "Our policy is about to change" [level=2]
  - paragraph: "From 2027-01-25: We will work with one more company, Seabird. Nothing new is used before you agree to it."
  - button "Keep my choices"
  - button "Change them"
  - paragraph:
    - link "All that differs"
""",
    ),
    "cookies blocked, one line": (
        "#cookiesafe",
        """
- region "Cookies":
  - paragraph:
    - text: Your browser blocks cookies, so nothing optional is stored, and no choice can be remembered.
    - link "Cookie choices"
""",
    ),
    "after a choice": (
        "#cookiesafe",
        """
- navigation "Cookie choices":
  - link "Cookie choices"
""",
    ),
    "form, limited": (
        "form",
        """
- 'group "Remember me: off"':
  - paragraph: “Remember me” is off, so you type your contact and billing details again.
  - button "Keep off"
  - button "Turn on"
- paragraph:
  - text: Name
  - textbox "Name"
- paragraph:
  - button "Send"
""",
    ),
    "frame, held": (
        "main",
        """
- main "Content from Tidepool Video":
  - heading "Content from Tidepool Video" [level=1]
  - paragraph: If you load it, Tidepool Video can see that you are here and store cookies in your browser.
  - button "Load once"
  - button "Always load Tidepool Video"
  - paragraph:
    - link "Open it at Tidepool Video"
    - text: ·
    - link "Privacy policy"
""",
    ),
    "choices, decided": (
        "main form",
        """
- region "Necessary":
  - heading "Necessary" [level=3]
  - paragraph:
    - text: Keeps the site working and secure, such as signing in and sending forms.
    - strong: Always on.
- region "Remember me":
  - checkbox "Remember me – Keeps you signed in and fills in your contact and billing details."
  - strong: Remember me
  - text: – Keeps you signed in and fills in your contact and billing details.
  - paragraph: "If off: you type your contact and billing details again."
- region "Usage statistics":
  - checkbox "Usage statistics – Counts visits so that we can fix slow or confusing pages." [checked]
  - strong: Usage statistics
  - text: – Counts visits so that we can fix slow or confusing pages.
  - paragraph: "If off: you see the same tips as everybody."
- region "Films":
  - checkbox "Films – Shows films of other companies."
  - strong: Films
  - text: – Shows films of other companies.
  - paragraph: "With it, these companies can use cookies and see that you are here:"
  - list:
    - listitem:
      - text: "Tidepool Video:"
      - link "their privacy policy"
- region "Advertising":
  - checkbox "Advertising – Lets us show adverts that match your interests."
  - strong: Advertising
  - text: – Lets us show adverts that match your interests.
  - paragraph: "With it, these companies can use cookies and see that you are here:"
  - list:
    - listitem:
      - text: "Gullwing Adverts:"
      - link "their privacy policy"
- paragraph:
  - button "Save my choices"
- button "Reject all"
- button "Accept all"
""",
    ),
    "receipt, sealed": (
        "main ol",
        """
- list:
  - listitem:
    - heading "You agreed" [level=3]
    - term: When
    - definition:
      - time: 2027-01-15 08:00 UTC
    - term: Agreed to
    - definition: Remember me, Usage statistics, Films, Advertising
    - term: Language
    - definition: en
    - term: Policy
    - definition:
      - link "as it was then"
    - term: Sealed
    - definition: at place 2 of the log
""",
    ),
    "cookies blocked": (
        "main",
        """
- main:
  - heading "Your browser is blocking cookies" [level=1]
  - status: So nothing optional is stored, and we cannot remember this choice. You can use the site, but you type your contact and billing details again, and you see the same tips as everybody.
  - paragraph:
    - link "Continue"
  - heading "To allow cookies here" [level=2]
  - paragraph:
    - text: Your browser’s settings for this site, often behind the sign beside its address, can allow them. A private window or an add-on may block them too. Then
    - link "make your choice again"
    - text: .
""",
    ),
    "check, does not hold": (
        "main > [role=status]",
        """
- status:
  - strong: "The receipt does not hold: something in it was changed."
""",
    ),
    "forget": (
        "main form",
        """
- button "Forget me"
- button "Keep it"
""",
    ),
    "503, not saved": (
        "body",
        """
- banner:
  - link "Harbour Light & Water"
- main:
  - heading "Not saved" [level=1]
  - paragraph: We could not save your choice, so nothing was changed. Please try again.
  - paragraph:
    - link "Cookie choices"
    - text: ·
    - link "Back to the site"
- contentinfo:
  - navigation "Cookies":
    - link "Cookie choices"
    - link "Cookie list and partners"
    - link "Changes"
  - paragraph: Questions? privacy@harbour.example
""",
    ),
}
"""Of each state, which part of the page, and its tree without the addresses of links."""


@pytest.fixture(scope="module")
def shown(browser: Browser) -> Iterator[Shown]:
    with showing(browser, AROUND["left to right"]) as shown:
        yield shown


def tree_of(part: Locator) -> str:
    lines = part.aria_snapshot().splitlines()
    return "\n".join(
        line.removesuffix(":") if at_link(line) else line for line in lines if "/url:" not in line
    )


def at_link(line: str) -> bool:
    return line.lstrip(" -'").startswith("link ")


@pytest.mark.parametrize("name", TREES)
def test_it_is_told_what_is_there_in_this_order(shown: Shown, name: str) -> None:
    part, tree = TREES[name]
    shown.show(name)

    assert tree_of(shown.page.locator(part).first) == tree.strip()
