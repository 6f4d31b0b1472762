"""What changed between two policies, in a visitor's words, as data for a page or a message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from ..sayings import Listed, say
from .declared import Cookie, Feature, Purpose, Vendor
from .lifetimes import duration
from .shape import SECTIONS
from .words import one_line

if TYPE_CHECKING:
    from .policy import Policy

# What a visitor reads of each, in this order.
_SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "purposes": ("title", "text", "signal", "channel", "always", "why"),
    "vendors": ("name", "hosts", "purposes", "why", "privacy"),
    "cookies": ("purpose", "why", "vendor", "lifetime"),
    "features": ("purpose", "without"),
}
_CHANNELS: Final = {
    # L10n: ways to be reached: e-mail, post, telephone, text message
    "email": say("e-mail"),
    "post": say("post"),
    "phone": say("telephone"),
    "sms": say("text message"),
}
_SIGNALS: Final = {"gpc": say("off while the browser sends Global Privacy Control")}

_Entry: TypeAlias = Purpose | Vendor | Cookie | Feature


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs. ``noun`` is purpose, vendor, cookie or feature, ``id`` its id or name.

    ``subject`` is what visitors know it by. Of what was added, ``after`` says in a few words what it
    is, and ``before`` of what was removed. Of what was changed, ``key`` is the key of the policy
    file; it was ``before`` and is ``after``, in words, each empty where there is nothing.
    """

    kind: Literal["added", "changed", "removed"]
    noun: str
    id: str
    subject: str
    key: str = ""
    before: str = ""
    after: str = ""


def differences(old: Policy, new: Policy, language: str = "") -> tuple[Difference, ...]:
    """What a visitor can tell ``new`` from ``old`` by: purposes, then vendors, cookies, features.

    It is told in the words of the texts as they are declared, or with a ``language`` in that, as far as they
    were translated. One more translation is no difference.

    Of each, what was added comes first, then what was changed, in the order of ``new``, then what
    was removed, in the order of ``old``. The order in which things are declared is no difference.
    """
    found = tuple(each for name in _SHOWN for each in _of_section(name, old, new))
    if not language:
        return found
    told = differences(old.in_language(language), new.in_language(language))
    same = {(each.kind, each.noun, each.id, each.key): each for each in told}
    return tuple(same.get((each.kind, each.noun, each.id, each.key), each) for each in found)


def _of_section(name: str, old: Policy, new: Policy) -> Iterator[Difference]:
    noun = SECTIONS[name].noun
    before, after = _entries(name, old), _entries(name, new)
    for id, entry in after.items():
        if id not in before:
            words, subject = _told(entry, new), _subject(entry)
            yield Difference(kind="added", noun=noun, id=id, subject=subject, after=words)
    for id, entry in after.items():
        if id in before:
            changed = _changed(_SHOWN[name], (before[id], old), (entry, new))
            for key, was, now in changed:
                yield Difference(
                    kind="changed",
                    noun=noun,
                    id=id,
                    subject=_subject(entry),
                    key=key,
                    before=was,
                    after=now,
                )
    for id, entry in before.items():
        if id not in after:
            words, subject = _told(entry, old), _subject(entry)
            yield Difference(kind="removed", noun=noun, id=id, subject=subject, before=words)


def _changed(
    keys: Iterable[str], before: tuple[_Entry, Policy], after: tuple[_Entry, Policy]
) -> Iterator[tuple[str, str, str]]:
    for key in keys:
        was, now = _said(key, *before), _said(key, *after)
        if was != now:
            yield key, was, now


def _entries(name: str, policy: Policy) -> dict[str, _Entry]:
    if name == "cookies":
        return {cookie.name: cookie for cookie in policy.cookies}
    return dict(getattr(policy, name))


def _subject(entry: _Entry) -> str:
    match entry:
        case Purpose():
            return one_line(entry.title)
        case Feature():
            return one_line(entry.without)
        case _:
            return one_line(entry.name)


def _told(entry: _Entry, policy: Policy) -> str:
    """What ``entry`` is, in its most telling words."""
    match entry:
        case Purpose():
            return one_line(entry.text)
        case Vendor():
            return _said("purposes", entry, policy)
        case Cookie():
            return Listed((_said("purpose", entry, policy), duration(entry.lifetime)))
        case Feature():
            return _said("purpose", entry, policy)


def _said(key: str, entry: _Entry, policy: Policy) -> str:
    """The value of ``key`` in words."""
    value: Any = getattr(entry, key)
    match key:
        case "lifetime":
            return duration(value)
        case "purpose":
            return _title(value, policy)
        case "purposes":
            return Listed(tuple(sorted(_title(id, policy) for id in set(value))))
        case "vendor":
            vendor = policy.vendors.get(value)
            return one_line(vendor.name if vendor else value or policy.site.name)
        case "hosts":
            return ", ".join(sorted(set(value)))
        case "always":
            return say("always on") if value else ""
        case "signal":
            return _SIGNALS.get(value, "")
        case "channel":
            return _CHANNELS.get(value, "")
        case _:
            return one_line(value)


def _title(id: str, policy: Policy) -> str:
    purpose = policy.purposes.get(id)
    return one_line(purpose.title) if purpose else id
