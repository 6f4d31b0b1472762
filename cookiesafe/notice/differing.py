"""What differs between two policies, as a visitor reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from markupsafe import Markup

from ..policy import Announcement, Difference, differences
from ..sayings import Saying, say, say_in
from .language import Language
from .lists import SAID

_KINDS: Final = {
    # L10n: what happened to a purpose, a company, a cookie
    "added": say_in("in the new policy", "added"),
    "removed": say_in("in the new policy", "removed"),
}


def told(announcement: Announcement, language: Language) -> Iterator[tuple[Markup, Markup, Markup]]:
    """Of each difference: what it is of, and how that was before and is after."""
    for each in differences(announcement.before, announcement.policy, language.tag):
        yield language.html(what(each)), language.html(each.before), language.html(each.after)


def what(difference: Difference) -> Saying:
    """What it is that differs, with how, or which text of it."""
    named = subject(difference)
    if difference.key:
        return say(
            "%(subject)s: %(text)s", subject=named, text=SAID.get(difference.key, difference.key)
        )
    return say("%(subject)s (%(kind)s)", subject=named, kind=_KINDS[difference.kind])


def subject(difference: Difference) -> Saying:
    """What it is that differs, by what visitors know it by."""
    named = difference.subject
    match difference.noun:
        case "purpose":
            return say("Purpose “%(subject)s”", subject=named)
        case "vendor":
            return say("Vendor “%(subject)s”", subject=named)
        case "cookie":
            return say("Cookie “%(subject)s”", subject=named)
        case _:
            # L10n: of what visitors do without a purpose: Feature “you type your address again”
            return say("Feature “%(subject)s”", subject=named)
