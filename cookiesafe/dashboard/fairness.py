"""The fairness light: signs that who says no has as easy a way as who says yes, and what to do where one is missing.

It looks for no notice that more accept. The limits are ours, and no law's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from ..traffic import Cells, Traffic
from ..traffic.report import rate

State = Literal["ok", "look", "act", "few"]
"""All as it should be, to be looked at, to be put right, or too little was counted to tell."""
ENOUGH: Final = 100
"""Answers from which on a share says something."""
MOVED: Final = 0.1
NEARLY_ALL: Final = 0.95
FURTHER: Final = 0.1
MUCH_FURTHER: Final = 0.3
UNPLACED: Final = 0.02
MOSTLY_UNPLACED: Final = 0.25
_BY_SETTINGS: Final = ("kept", "buttons")
"""The signs that are the same whatever visitors do."""
_WORST: Final = {"act": 3, "look": 2, "few": 1, "ok": 0}


@dataclass(frozen=True, slots=True)
class Sign:
    """``seen`` is what it stands on, ``do`` what to do, if anything."""

    name: str
    state: State
    title: str
    seen: str
    do: str = ""


def light(signs: Iterable[Sign]) -> State:
    """The worst of what can be told; ``few`` where nothing can, as by settings alone."""
    told = [each for each in signs if each.state != "few"]
    if all(each.name in _BY_SETTINGS and each.state == "ok" for each in told):
        return "few"
    return max((each.state for each in told), key=_WORST.__getitem__)


def signs(traffic: Traffic, policy: str, *, enforce: bool) -> tuple[Sign, ...]:
    """All of them. ``policy`` is the fingerprint of the one in force, ``enforce`` whether what is not agreed to is held."""
    return (
        _kept(enforce=enforce),
        _buttons(),
        _placed(traffic),
        _way_to_no(traffic),
        _hardly_a_no(traffic),
        _way_back(traffic),
        _moved(traffic, policy),
    )


def _kept(*, enforce: bool) -> Sign:
    title = "A no is kept to"
    if enforce:
        return Sign("kept", "ok", title, "The mode is enforce: what was not agreed to is held.")
    return Sign(
        "kept",
        "act",
        title,
        "The mode is observe: what nobody has agreed to goes on all the same, and visitors are not asked.",
        'Declare what the log has found, and set mode="enforce".',
    )


def _buttons() -> Sign:
    seen = (
        "The notice draws “Reject all” and “Accept all” as two buttons of one size and one colour, beside each other. No "
        "theme can change that."
    )
    return Sign("buttons", "ok", "Both buttons are equal", seen)


def _placed(traffic: Traffic) -> Sign:
    title = "Visitors are asked"
    cells = traffic.by("pages", "notice")
    shown, missing = cells.get("shown", 0) or 0, cells.get("not placed", 0) or 0
    share = rate(missing, shown + missing)
    if shown + missing < ENOUGH or share is None:
        return _few("placed", title, shown + missing, "pages on which a banner was due")
    seen = f"On {_percent(share)} of the pages on which it was due, the banner could not be placed."
    if share < UNPLACED:
        return Sign("placed", "ok", title, seen)
    return Sign(
        "placed",
        "act" if share > MOSTLY_UNPLACED else "look",
        title,
        seen,
        "Have the app send pages uncompressed, and compress in front of CookieSafe; or put visit.cookie_banner() into your "
        "templates.",
    )


def _way_to_no(traffic: Traffic) -> Sign:
    title = "The way to a no is as short"
    # Who withdraws has no banner any more. Who does so by the other button is not among those who reject.
    later = traffic.by("withdrawn", "press").get("choices reject") or 0
    no = _on_banner(traffic.by("rejected", "where"), later)
    yes = _on_banner(traffic.by("accepted", "where"))
    if no is None or yes is None:
        return _few("way", title, None, "answers of both kinds")
    seen = f"{_percent(no)} of those who reject do so on the banner itself, and {_percent(yes)} of those who accept."
    if yes - no <= FURTHER:
        return Sign("way", "ok", title, seen)
    return Sign(
        "way",
        "act" if yes - no > MUCH_FURTHER else "look",
        title,
        seen,
        "Look at the banner on a telephone and on a small screen: something of your pages may cover its left button.",
    )


def _hardly_a_no(traffic: Traffic) -> Sign:
    title = "Some say no"
    choices = traffic.total("choices")
    share = traffic.notices.of_choices("accepted")
    if choices is None or choices < ENOUGH or share is None:
        return _few("no", title, choices, "choices")
    seen = f"{_percent(share)} of {choices:,} choices accept all."
    if share <= NEARLY_ALL:
        return Sign("no", "ok", title, seen)
    return Sign(
        "no",
        "look",
        title,
        seen,
        "That hardly anybody rejects is rare. Look at whether a page style hides or covers the button, or a test presses it.",
    )


def _way_back(traffic: Traffic) -> Sign:
    title = "A yes can be taken back"
    accepted = traffic.total("accepted")
    withdrawn = traffic.total("withdrawn")
    if lost := traffic.by("unrecorded", "event").get("withdrawal"):
        return Sign(
            "back",
            "look",
            title,
            f"{lost:,} times somebody tried to, and it was not recorded.",
            "See in the log what the ledger's store did not do, and try it yourself.",
        )
    if accepted is None or accepted < ENOUGH:
        return _few("back", title, accepted, "visitors who accepted all")
    if withdrawn is None:
        return Sign(
            "back", "ok", title, "Fewer than 10 have withdrawn all that they had agreed to."
        )
    if withdrawn:
        return Sign(
            "back", "ok", title, f"{withdrawn:,} have withdrawn all that they had agreed to."
        )
    return Sign(
        "back",
        "look",
        title,
        f"{accepted:,} have accepted all, and nobody has withdrawn.",
        "Try it on a page of yours: the link to the choices must be where visitors find it.",
    )


def _moved(traffic: Traffic, policy: str) -> Sign:
    """Whether other words have others accept: by the policy before the one in force that has the most choices."""
    title = "Other words have moved nobody"
    choices, accepted = traffic.by("choices", "policy"), traffic.by("accepted", "policy")
    before = [each for each in choices if each not in (policy, "other")]
    n = choices.get(policy, 0)
    if not before and (n is None or n < ENOUGH):
        return _few("moved", title, n, "choices")
    if not before:
        return Sign("moved", "ok", title, "There was one policy in this time.")
    now = _share(accepted, choices, policy)
    then = _share(accepted, choices, before[0])
    if now is None or then is None:
        return _few("moved", title, None, "choices under both policies")
    points = round((now - then) * 100)
    seen = f"{_percent(now)} of choices accept all under the policy in force, and {_percent(then)} did under the one before."
    if abs(now - then) <= MOVED:
        return Sign("moved", "ok", title, seen)
    return Sign(
        "moved",
        "look",
        title,
        seen,
        f"That is {points:+} points. Read both texts side by side (cookiesafe policy diff): is one kinder to a yes?",
    )


def _on_banner(cells: Cells, later: int = 0) -> float | None:
    """Of those who answered on the banner or on the page of choices, how many did on the banner; without so many ``later``."""
    banner = cells.get("banner") or 0
    whole = banner + max(0, (cells.get("choices") or 0) - later)
    return banner / whole if whole >= ENOUGH else None


def _share(parts: Cells, wholes: Cells, value: str) -> float | None:
    whole = wholes.get(value)
    return rate(parts.get(value), whole) if whole is not None and whole >= ENOUGH else None


def _few(name: str, title: str, n: int | None, what: str) -> Sign:
    counted = "" if n is None else f", and there were {n:,}"
    return Sign(name, "few", title, f"It takes {ENOUGH} {what}{counted} in this time.")


def _percent(share: float) -> str:
    return f"{share:.0%}"
