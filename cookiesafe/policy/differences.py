"""What changed between two policies, as data for a page or a message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from .lifetimes import duration
from .shape import SECTIONS

if TYPE_CHECKING:
    from .policy import Policy

# What a visitor reads of each, in this order.
_SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "purposes": ("title", "text", "channel", "always", "why", "signal", "category"),
    "vendors": ("name", "hosts", "purposes", "why", "privacy"),
    "cookies": ("purpose", "why", "vendor", "lifetime"),
    "features": ("purpose", "without"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs: ``noun`` (purpose, vendor, cookie, feature) ``id``, known as ``subject``.

    Of what was added or removed, ``key`` is empty and ``after`` or ``before`` says what it is. Of
    what was changed, ``key`` is what about it, from ``before`` to ``after``, in words.
    """

    kind: Literal["added", "removed", "changed"]
    noun: str
    id: str
    subject: str
    key: str = ""
    before: str = ""
    after: str = ""


def differences(old: Policy, new: Policy) -> tuple[Difference, ...]:
    """What differs between ``old`` and ``new``: purposes, then vendors, cookies and features.

    In each, what was added, then changed, then removed, in the order of the policies.
    """
    return tuple(each for name in _SHOWN for each in _of_section(name, old, new))


def _of_section(name: str, old: Policy, new: Policy) -> Iterator[Difference]:
    noun = SECTIONS[name].noun
    before, after = _entries(name, old), _entries(name, new)
    for id, entry in after.items():
        if id not in before:
            words = _told(name, entry, new)
            yield Difference(kind="added", noun=noun, id=id, subject=_name(entry), after=words)
    for id, entry in after.items():
        if id in before:
            for key in _SHOWN[name]:
                was, now = _said(before[id], key, old), _said(entry, key, new)
                if was != now:
                    yield Difference(
                        kind="changed",
                        noun=noun,
                        id=id,
                        subject=_name(entry),
                        key=key,
                        before=was,
                        after=now,
                    )
    for id, entry in before.items():
        if id not in after:
            words = _told(name, entry, old)
            yield Difference(kind="removed", noun=noun, id=id, subject=_name(entry), before=words)


def _entries(name: str, policy: Policy) -> dict[str, Any]:
    if name == "cookies":
        return {cookie.name: cookie for cookie in policy.cookies}
    return dict(getattr(policy, name))


def _name(entry: Any) -> str:
    """What a visitor knows ``entry`` by."""
    return str(
        getattr(entry, "title", None)
        or getattr(entry, "name", None)
        or getattr(entry, "without", "")
    )


def _told(name: str, entry: Any, policy: Policy) -> str:
    """The most telling words of ``entry``."""
    key = {"purposes": "text", "vendors": "hosts", "cookies": "purpose", "features": "without"}[
        name
    ]
    return _said(entry, key, policy)


def _said(entry: Any, key: str, policy: Policy) -> str:
    value = getattr(entry, key)
    match key:
        case "lifetime":
            return duration(value)
        case "purpose" | "purposes":
            ids = (value,) if isinstance(value, str) else value
            return ", ".join(
                policy.purposes[id].title if id in policy.purposes else id for id in ids
            )
        case "vendor":
            return policy.vendors[value].name if value in policy.vendors else (value or "")
        case "hosts":
            return ", ".join(sorted(value))
        case "always":
            return "always on" if value else "can be refused"
        case _:
            return " ".join((value or "").split())
