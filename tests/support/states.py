"""Every state in which visitors see the notice or one of our pages: one line each.

A state is what a visitor does, step by step, at the site of ``tests.support.walks``; the answer to the last step is what is
looked at. ``tests.support.shown`` shows them to a browser.
"""

from __future__ import annotations

from dataclasses import dataclass

from cookiesafe.testing.client import Response
from tests.support.walks import (
    ELSEWHERE,
    MANY,
    OWN,
    RECEIPT,
    SEABIRD,
    Step,
    Walk,
    accept,
    announce,
    blocks_cookies,
    check,
    choose,
    declare,
    in_frame,
    many_choices,
    on_two_browsers,
    post,
    reject,
    seal,
    see,
    sign_in,
    store_is_down,
    told_of_mail,
    unsubscribe,
)


@dataclass(frozen=True)
class State:
    """``opens`` are what is unfolded in the page. ``around`` is whether a page of the site is around it."""

    steps: tuple[Step, ...]
    opens: str = ""
    around: bool = False

    def of(self, walk: Walk) -> Response:
        answers = [step(walk) for step in self.steps]
        last = answers[-1]
        assert last is not None, "the last step shows nothing"
        return last


def page(*steps: Step, opens: str = "") -> State:
    return State(steps, opens)


def placed(*steps: Step, opens: str = "") -> State:
    return State(steps, opens, around=True)


STATES: dict[str, State] = {
    # In pages of the site.
    "banner": placed(see("/")),
    "banner, choices open": placed(see("/"), opens="#cookiesafe summary"),
    "banner, with a signal": placed(see("/", sec_gpc="1"), opens="#cookiesafe summary"),
    "banner, asked again": placed(accept, declare(SEABIRD), see("/"), opens="#cookiesafe summary"),
    "after a choice": placed(reject, see("/")),
    "change of policy": placed(accept, announce, see("/")),
    "cookies blocked, one line": placed(see("/?cookiesafe=blocked")),
    "form, limited": placed(reject, see("/details")),
    "embed, held": placed(reject, see("/films")),
    "embed, loaded": placed(accept, see("/films")),
    # Pages of ours.
    "choices, undecided": page(see(f"{OWN}/choices")),
    "choices, decided": page(choose("save", "statistics"), see(f"{OWN}/choices")),
    "choices, with a signal": page(accept, see(f"{OWN}/choices", sec_gpc="1")),
    "choices, 25 companies": page(declare(MANY), see(f"{OWN}/choices")),
    "choices, signed in": page(told_of_mail, sign_in, see(f"{OWN}/choices")),
    "choices, of a child": page(
        accept, post(f"{OWN}/age", year="2020", month="6", next="/"), see(f"{OWN}/choices")
    ),
    "cookies": page(see(f"{OWN}/cookies")),
    "changes": page(accept, announce, see(f"{OWN}/changes")),
    "changes, none": page(see(f"{OWN}/changes")),
    "cookies blocked": page(blocks_cookies, post(f"{OWN}/choices", choice="reject", next="/")),
    "age": page(see(f"{OWN}/age")),
    "age, answered": page(post(f"{OWN}/age", year="1990", month="6", next="/"), see(f"{OWN}/age")),
    "receipt, none": page(reject, see(RECEIPT)),
    "receipt, pending": page(accept, see(RECEIPT)),
    "receipt, sealed": page(accept, seal, see(RECEIPT)),
    "receipt, timeline": page(accept, many_choices, seal, see(RECEIPT)),
    "check, holds": page(accept, seal, check()),
    "check, pending": page(accept, seal, choose("save", "media"), check()),
    "check, does not hold": page(
        accept, seal, check(lambda text: text.replace('"media": true', '"media": false'))
    ),
    "check, no receipt": page(accept, seal, check(lambda text: text[:90])),
    "forget": page(accept, post(RECEIPT, do="forget")),
    "forgotten": page(accept, post(RECEIPT, do="forget", sure="1")),
    "withdrawn": page(accept, seal, post(RECEIPT, do="withdraw")),
    "devices": page(on_two_browsers, see(f"{OWN}/devices")),
    "devices, nobody": page(see(f"{OWN}/devices")),
    "unsubscribe": page(told_of_mail, unsubscribe()),
    "unsubscribe, stopped": page(told_of_mail, unsubscribe("stop")),
    "unsubscribe, undone": page(told_of_mail, unsubscribe("stop", "undo")),
    # In the place of an embed.
    "frame, held": page(reject, in_frame()),
    "frame, of nobody known": page(in_frame("https://unknown.example/")),
    "frame, not to be loaded": page(in_frame("nothing")),
    # What went wrong, or is not to be had.
    "403, from elsewhere": page(post(f"{OWN}/choices", ELSEWHERE, choice="accept")),
    "403, needs consent": page(see("/statistics")),
    "413, too large": page(post(f"{OWN}/choices", choice="accept" * 20_000)),
    "503, not saved": page(store_is_down, post(f"{OWN}/choices", choice="accept")),
}
