"""The figures: what each counts, and by what it is cut."""

from __future__ import annotations

from typing import Final, NamedTuple

LEAST: Final = 10
"""What was counted less often than this is given as "fewer than 10", or under ``other``."""


class Cut(NamedTuple):
    """By what a figure is cut: its ``title``, and what its values are.

    The values of an ``open`` one are of visitors, or come of what clients send: rare ones are put together under
    ``other``, for good once a day has ended, and there are only so many. The values of any other are a few words of ours.
    """

    title: str
    text: str
    open: bool = False


class Figure(NamedTuple):
    """A figure: its ``title``, what it counts, and the names of its ``cuts``."""

    title: str
    text: str
    cuts: tuple[str, ...] = ()


CUTS: Final = {
    "page": Cut(
        "Page", "the path, without its query; `*` stands for ids and parameters", open=True
    ),
    "hour": Cut("Hour", "the hour of the day, UTC: `00` to `23`"),
    "device": Cut("Device", "`desktop`, `phone`, `tablet`, `bot` or `unknown`", open=True),
    "language": Cut("Language", "the one that the browser asks for first", open=True),
    "country": Cut("Country", "as the first of `place_headers` says; `unknown`", open=True),
    "signal": Cut("Signal", "what the browser says by itself: `gpc`, `dnt`, `none`"),
    "notice": Cut("Notice", "what stood in the page: see below"),
    "status": Cut("Status", "`2xx` to `5xx`; `1xx` for what is no status"),
    "site": Cut("Site", "the host that links here; `none` where no link was followed", open=True),
    "move": Cut("Move", "from which page to which", open=True),
    "since": Cut("Since", "how long ago the visitor chose: `today`, `week`, `month`, `longer`"),
    "layout": Cut("Layout", "where the notice stood, such as `top`; `unknown`"),
    "policy": Cut("Policy", "the fingerprint of the policy"),
    "where": Cut("Where", "`banner`, `choices`, `embed`, `feature` (a limited notice), `receipt`"),
    "press": Cut("Press", "where, and by which button: `accept`, `reject` or `save`"),
    "way": Cut("Way", "`form`, as without JavaScript, or `script`"),
    "event": Cut("Event", "what it would have been: `grant`, `change`, `refusal` or `withdrawal`"),
    "purpose": Cut("Purpose", "a purpose, or a vendor behind an `@`, with `yes` or `no`"),
    "how": Cut(
        "How", "an embed `once` or `always`; a receipt `downloaded`, `checked` or `forgotten`"
    ),
    "kind": Cut("Kind", "`cookie`, `host` or `field`"),
    "rule": Cut("Rule", "why it was held"),
    "name": Cut("Name", "of the cookie, the host or the field", open=True),
    "cookie": Cut("Cookie", "which page sets it, and its name", open=True),
    "for": Cut("Purpose", "the one that it is declared for; `undeclared`"),
    "host": Cut("Host", "the one that was not called", open=True),
    "vendor": Cut("Vendor", "the one that it is declared for; `undeclared`"),
}
_OF_VISITOR = ("device", "language")
_OF_ANSWER = ("where", "way", "layout", "policy", *_OF_VISITOR)

FIGURES: Final = {
    "pages": Figure(
        "Page views",
        "Pages that a browser was led to and got: a document, with a status of 2xx or 304. What a page is made up of, our "
        "own pages, and pages that are fetched ahead are none.",
        ("page", "hour", "notice", "signal", "country", *_OF_VISITOR),
    ),
    "answers": Figure(
        "Answers", "What a browser was answered that was led to a page, whatever it was.", ("status",)
    ),
    "entries": Figure(
        "Entries", "Page views that no link, form or redirect of the site itself led to.", ("page", "site")
    ),
    "moves": Figure(
        "Moves",
        "Page views that another page of the site led to, of visitors who agree to the purpose for it.",
        ("move",),
    ),
    "returns": Figure(
        "Visits", "Entries of visitors who agree to that purpose, by how long ago they last chose.", ("since",)
    ),
    "shown": Figure(
        "Banners shown", "Page views with the banner in them, but of bots.", ("layout", "policy", *_OF_VISITOR)
    ),
    "choices": Figure("Choices", "Answers that were recorded, wherever they were given.", _OF_ANSWER),
    "accepted": Figure("All accepted", "Choices by the button that accepts all that was asked.", _OF_ANSWER),
    "rejected": Figure("All rejected", "Choices by the button that rejects all, or that withdraws.", _OF_ANSWER),
    "saved": Figure("Some chosen", "Choices of each by itself, or of one alone.", _OF_ANSWER),
    "answered": Figure("Answers by purpose", "Yes and no to each purpose that a choice was about.", ("purpose",)),
    "withdrawn": Figure("Withdrawals", "Choices that left nothing of what was agreed to before.", ("where", "policy", "press")),
    "unrecorded": Figure(
        "Not recorded",
        "Choices that the ledger did not take, or not in time. None is in force, except a no that the app passes on from a form of its own.",
        ("event",),
    ),
    "embeds": Figure("Embeds loaded", "Presses of *load once* and *always* in the place of an embed.", ("how",)),
    "receipts": Figure(
        "Receipts used", "Downloads of a receipt, checks of any, and receipts whose records were erased.", ("how",)
    ),
    "held": Figure(
        "Held",
        "What the app sent and was held back, and in `observe`, what would have been.",
        ("kind", "rule", "for", "name", "page", "cookie"),
    ),
    "undeclared": Figure("Undeclared", "What of that nobody has declared.", ("kind", "name")),
    "blocked": Figure(
        "Blocked by browsers",
        "Calls of other hosts that browsers have reported as refused, for the Content-Security-Policy. Anybody can send "
        "such a report.",
        ("vendor", "host"),
    ),
    "missed": Figure(
        "Not counted",
        "What came faster than it could be counted, whatever it was: the other figures lack it, and no page was slower for it.",
    ),
}  # fmt: skip

NOTICES: Final = {
    "shown": "the banner",
    "decided": "the way back to the choices: the visitor has chosen before",
    "not needed": "nothing is to be asked, by the policy, the rules of the place, or in `observe`",
    "not placed": "the banner would be due, and could not be placed: compressed by the app, or XML",
    "cookies blocked": "that the browser keeps no cookie, and so no choice",
    "child": "nothing, as a child uses it",
    "bot": "whatever it was, nobody read it",
}
"""The values of the cut ``notice``. Each page view has one."""
