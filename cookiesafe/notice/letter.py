"""An announcement as a letter: plain text, for a mail to who is not on the site to read it there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import wrap
from typing import Final, NamedTuple
from unicodedata import category

from ..errors import SettingError
from ..policy import Announcement, Difference, differences, one_line
from ..sayings import Saying, say
from .differing import subject
from .language import Language
from .lists import SAID

_WIDTH: Final = 72
_LONGEST_SUBJECT: Final = 200
_SITE: Final = re.compile(r"https?://[^\s\"<>?#\\]+")
_NO_LETTERS: Final = ("Cc", "Cs")
_BEFORE_YOU_AGREE: Final = say(
    "Nothing new is used before you agree to it. What you agreed to before was collected under the earlier "
    "policy, and stays marked so. Read both, and keep or change your choices:"
)
_WHY_YOU: Final = say(
    "You get this since you are a customer. It is about our service, and no advertising."
)


class Letter(NamedTuple):
    """``subject`` is one line. ``text`` has lines of up to 72 characters, unless a word is longer, and ends with one."""

    subject: str
    text: str


def announcement_text(
    announcement: Announcement, site_url: str, path: str = "/cookiesafe", language: str = ""
) -> Letter:
    """What to write to users about a policy: what is new, from when on, all that differs, and where to answer.

    ``site_url`` is where the app is, such as ``https://www.example``, and ``path`` where our pages are in it. It is in
    the ``language`` of that tag, or without one in that of the policy's texts. Whatever the policy and the summary hold,
    the subject has no line break and neither has a control character. Raises ``SettingError`` for an address that is none.
    """
    if not _SITE.fullmatch(site_url):
        raise SettingError(
            f"site_url={site_url!r}", fix='Give the address of the app: "https://www.example".'
        )
    spoken = Language(language or announcement.policy.site.language)
    site = announcement.policy.in_language(spoken.tag).site
    name, day = _plain(site.name), spoken.isolated(announcement.in_force)
    subject = spoken.plain(say("%(site)s: our policy changes on %(day)s", site=name, day=day))
    told = f"?lang={spoken.tag}" if len(announcement.policy.languages) > 1 else ""
    address = f"{site_url.removesuffix('/')}{path}/changes{told}"
    opening = say(
        "The policy of %(site)s changes. The new one is in force from %(day)s on.",
        site=name,
        day=day,
    )
    question = say("Questions? %(contact)s", contact=_plain(site.contact))
    paragraphs = [
        *_filled(spoken.plain(opening)),
        "",
        *(line for said in announcement.summary for line in _point(_plain(said))),
        "",
        *_all_that_differs(announcement, spoken),
        "",
        *_filled(spoken.plain(_BEFORE_YOU_AGREE)),
        address,
        "",
        *_filled(spoken.plain(_WHY_YOU)),
        *(_filled(spoken.plain(question)) if site.contact else ()),
    ]
    return Letter(subject[:_LONGEST_SUBJECT], "\n".join(paragraphs) + "\n")


def _all_that_differs(announcement: Announcement, spoken: Language) -> Iterator[str]:
    found = differences(announcement.before, announcement.policy, spoken.tag)
    if not found:
        yield from _filled(spoken.plain(say("Only how things are put has changed.")))
        return
    yield spoken.plain(say("All that differs:"))
    yield ""
    for each in found:
        yield from _point(_plain(spoken.plain(_difference(each))))


def _difference(each: Difference) -> Saying:
    named = subject(each)
    before, after = (text if _plain(text) else "–" for text in (each.before, each.after))
    match each.kind:
        case "added":
            return say("%(subject)s is new: %(after)s", subject=named, after=after)
        case "removed":
            return say("%(subject)s is there no more: %(before)s", subject=named, before=before)
        case _:
            return say(
                # L10n: such as: Purpose “Statistics”, text: Lets us count visits. → Lets us count who comes.
                "%(subject)s, %(text)s: %(before)s → %(after)s",
                subject=named,
                text=SAID.get(each.key, each.key),
                before=before,
                after=after,
            )


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
