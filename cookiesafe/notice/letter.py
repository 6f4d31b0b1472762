"""An announcement as a letter: plain text, for a mail to who is not on the site to read it there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import wrap
from typing import Final, NamedTuple
from unicodedata import category

from ..errors import SettingError
from ..policy import Announcement, one_line
from .lists import SAID

_WIDTH: Final = 72
_LONGEST_SUBJECT: Final = 200
_SITE: Final = re.compile(r"https?://[^\s\"<>?#\\]+")
_NO_LETTERS: Final = ("Cc", "Cs")


class Letter(NamedTuple):
    """``subject`` is one line. ``text`` has lines of up to 72 characters, unless a word is longer, and ends with one."""

    subject: str
    text: str


def announcement_text(
    announcement: Announcement, site_url: str, path: str = "/cookiesafe"
) -> Letter:
    """What to write to users about a policy: what is new, from when on, all that differs, and where to answer.

    ``site_url`` is where the app is, such as ``https://www.example``, and ``path`` where our pages are in it. Whatever
    the policy and the summary hold, the subject has no line break and neither has a control character. Raises
    ``SettingError`` for an address that is none.
    """
    if not _SITE.fullmatch(site_url):
        raise SettingError(
            f"site_url={site_url!r}", fix='Give the address of the app: "https://www.example".'
        )
    site = announcement.policy.site
    name, day = _plain(site.name), announcement.in_force.isoformat()
    subject = f"{name}: our policy changes on {day}"
    address = f"{site_url.removesuffix('/')}{path}/changes"
    paragraphs = [
        *_filled(f"The policy of {name} changes. The new one is in force from {day} on."),
        "",
        *(line for said in announcement.summary for line in _point(_plain(said))),
        "",
        *_all_that_differs(announcement),
        "",
        *_filled(
            "Nothing new is used before you agree to it. What you agreed to before was collected under the earlier "
            "policy, and stays marked so. Read both, and keep or change your choices:"
        ),
        address,
        "",
        *_filled(
            "You get this since you are a customer. It is about our service, and no advertising."
        ),
        *(_filled(f"Questions? {_plain(site.contact)}") if site.contact else ()),
    ]
    return Letter(subject[:_LONGEST_SUBJECT], "\n".join(paragraphs) + "\n")


def _all_that_differs(announcement: Announcement) -> Iterator[str]:
    if not announcement.differences:
        yield from _filled("Only how things are put has changed.")
        return
    yield "All that differs:"
    yield ""
    for each in announcement.differences:
        what = f"{each.noun.capitalize()} “{_plain(each.subject)}”"
        before, after = _plain(each.before) or "–", _plain(each.after) or "–"
        match each.kind:
            case "added":
                yield from _point(f"{what} is new: {after}")
            case "removed":
                yield from _point(f"{what} is there no more: {before}")
            case "changed":
                yield from _point(f"{what}, {SAID.get(each.key, each.key)}: {before} → {after}")


def _point(text: str) -> list[str]:
    return _filled(text, "- ", "  ")


def _filled(text: str, first: str = "", then: str = "") -> list[str]:
    return wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=then,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _plain(text: str) -> str:
    """``text`` in one line, of letters only."""
    return "".join(each for each in one_line(text) if category(each) not in _NO_LETTERS)
