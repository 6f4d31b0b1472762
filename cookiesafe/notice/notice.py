"""Renders what the visitor is shown. Templates are Jinja's, with everything escaped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from functools import cache, cached_property, lru_cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ..consent import DAY, UNDECIDED, Circumstances, Consent, Question, allowed
from ..policy import NECESSARY_ID, Announcement, Policy, Purpose, Vendor
from .blocked import BlockedNotice
from .contact import ContactNotice, Reached
from .limited import LimitedNotice
from .lists import SAID, Device, KeptFrom, Lasting, Version, groups, left_over, well_known
from .receipts import ReceiptNotice
from .shown import TEXT, Shown, as_ascii

if TYPE_CHECKING:
    import jinja2

_NEXT = "\0next\0"
_MOST_LISTED = 50
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_NOBODY = Reached("nobody")
_NOTHING_OWN: dict[str, Any] = {
    "next": "",
    "left": (),
    "more": 0,
    "held": (),
    "observing": False,
    "signed_in": False,
    "remembered": False,
    "reached": _NOBODY,
    "contact_text": "",
}
"""The preference centre of nobody in particular."""


class Notice:
    """The words and pages of one policy. ``path`` is where our pages live, below what the app is mounted under.

    ``lasting`` says how long cookies of ours are kept.
    """

    def __init__(self, policy: Policy, path: str, lasting: Lasting) -> None:
        self._policy = policy
        self._path = path
        self._lasting = lasting
        self.receipts = ReceiptNotice(self._page)
        self.contact = ContactNotice(self._render, self._words)
        self.blocked = BlockedNotice(self._render)
        self.limited = LimitedNotice(policy, self._render, self._words)
        self._banner_around = lru_cache(64)(self._render_banner)
        self._choices_shown = lru_cache(64)(self._render_shown_choices)
        self._revisit = lru_cache(64)(self._render_revisit)

    def banner(
        self, root: str, next_path: str, question: Question, circumstances: Circumstances
    ) -> bytes:
        """The first layer, to stand first in the body; ASCII. ``next_path`` is where the answer leads back to."""
        around, _ = self._banner_around(root, question, circumstances)
        return as_ascii(escape(next_path)).join(around)

    def revisit(self, root: str, circumstances: Circumstances) -> bytes:
        """The way back to the choices for who has chosen, to stand last in the page; ASCII."""
        return self._revisit(root, circumstances)

    def change(self, root: str, next_path: str, announcement: Announcement) -> bytes:
        """That a policy was announced, to stand first in the body; ASCII. ``next_path`` is where the answer leads to."""
        page = self._render(
            "change.html",
            root,
            next=next_path,
            announcement=announcement,
            in_force=self._policy.fingerprint == announcement.id,
        )
        return as_ascii(page)

    def changes(
        self,
        root: str,
        next_path: str,
        announcement: Announcement | None,
        versions: Sequence[Version],
        *,
        to_answer: bool,
    ) -> bytes:
        """What differs in an announced policy, and the versions there were."""
        return self._page(
            "changes.html",
            root,
            next=next_path,
            announcement=announcement,
            in_force=announcement is not None and self._policy.fingerprint == announcement.id,
            versions=versions,
            said=SAID,
            to_answer=to_answer,
        )

    def shown(
        self, layer: str, root: str, question: Question | None, circumstances: Circumstances
    ) -> Shown | None:
        """What a visitor is shown on a layer, ``banner`` or ``choices``, without what is only this visitor's."""
        if layer == "banner" and question is not None:
            return self._banner_around(root, question, circumstances)[1]
        return self._choices_shown(root, circumstances) if layer == "choices" else None

    def choices(
        self,
        root: str,
        next_path: str,
        consent: Consent,
        circumstances: Circumstances,
        still_sent: Sequence[str] = (),
        held: Sequence[KeptFrom] = (),
        *,
        observing: bool = False,
        signed_in: bool = False,
        remembered: bool = False,
        reached: Reached = _NOBODY,
    ) -> bytes:
        """The preference centre.

        ``still_sent`` are names of cookies that came without being agreed to, ``held`` what the site was kept from.
        ``observing``: choices are taken, and do not count yet. ``signed_in`` is whether somebody is in this browser,
        ``remembered`` whether for longer than the visit, ``reached`` how they may be contacted.
        """
        shown = self._choices_shown(root, circumstances)
        page = self._choices_page(
            root,
            consent,
            circumstances,
            next=next_path,
            left=left_over(self._policy, still_sent[:_MOST_LISTED]),
            more=len(still_sent[_MOST_LISTED:]),
            held=held[:_MOST_LISTED],
            observing=observing,
            signed_in=signed_in,
            remembered=remembered,
            reached=reached,
            contact_text=self.contact.shown(root).text,
        )
        return page.replace(TEXT, shown.text).encode("utf-8")

    def _choices_page(
        self, root: str, consent: Consent, circumstances: Circumstances, **context: Any
    ) -> str:
        may = allowed(self._policy, consent, circumstances)
        return self._render(
            "choices.html",
            root,
            consent=consent,
            granted=[p for p in self._policy.optional if consent.state(p.id) == "granted"],
            assumed=[
                purpose
                for purpose in self._policy.optional
                if consent.state(purpose.id) == "undecided" and purpose.id in may.purposes
            ],
            waiting=[purpose for purpose in self._policy.optional if purpose.id in consent.former],
            by_name=[v for v in self._policy.vendors.values() if f"@{v.id}" in consent.grants],
            date="" if consent.day is None else _date(consent.day),
            silenced=circumstances.silenced(self._policy),
            child=circumstances.child,
            elsewhere=self._elsewhere(consent, may.vendors),
            text=TEXT,
            **context,
        )

    def devices(
        self,
        root: str,
        next_path: str,
        devices: Sequence[Device],
        *,
        stolen: bool = False,
        signed_in: bool = True,
        remembered: bool = False,
        listed: bool = True,
    ) -> bytes:
        """The browsers that a user is remembered in, in their order.

        ``stolen`` is whether this browser's login was ended just now since two had used it; ``signed_in`` and
        ``remembered`` are as for ``choices``. ``listed`` is whether the site knows of more browsers than this one.
        """
        live = [each for each in devices if not each.ended]
        ended = [each for each in devices if each.ended]
        return self._page(
            "devices.html",
            root,
            next=next_path,
            live=live[:_MOST_LISTED],
            more=len(live[_MOST_LISTED:]),
            ended=ended[:_MOST_LISTED],
            stolen=stolen,
            signed_in=signed_in,
            remembered=remembered,
            listed=listed,
        )

    def cookies(self, root: str) -> bytes:
        """The tables of cookies and vendors, made from the policy."""
        return self.version(root, self._policy)

    def version(self, root: str, policy: Policy, since: int | None = None) -> bytes:
        """The same, of another version of the policy, which was first used at ``since`` (unix seconds)."""
        return self._page(
            "cookies.html",
            root,
            since=since,
            groups=groups(policy, self._lasting),
            known=well_known(policy),
        )

    def choices_address(self, root: str, next_path: str) -> str:
        """Where the preference centre is, from which the way leads on to ``next_path``."""
        return f"{quote(root)}{self._path}/choices?next={quote(next_path, safe='/')}"

    def age(self, root: str, next_path: str, years: Iterable[int], *, answered: bool) -> bytes:
        """The question when somebody was born, or that it was answered."""
        return self._page(
            "age.html", root, next=next_path, years=years, months=_MONTHS, answered=answered
        )

    def placeholder(self, root: str, url: str, vendor: Vendor | None, *, silenced: bool) -> bytes:
        """What stands in the place of an embed that is held."""
        return self._page("placeholder.html", root, url=url, vendor=vendor, silenced=silenced)

    def embed(self, root: str, url: str, vendor: Vendor, sandbox: str | None) -> bytes:
        """The embed, in a frame with the ``sandbox`` that the page around it asked for."""
        return self._page("embed.html", root, url=url, vendor=vendor, sandbox=sandbox)

    def problem(self, root: str, title: str, text: str, *, framed: bool = False) -> bytes:
        """A page that says what did not work, and what now; ``framed``: in the place of an embed."""
        template = "unloaded.html" if framed else "problem.html"
        return self._page(template, root, title=title, text=text)

    @cached_property
    def style(self) -> bytes:
        """The style sheet of all of it."""
        return files(__package__).joinpath("style.css").read_bytes()

    @cached_property
    def style_version(self) -> str:
        """Changes when the style sheet does, so that it can be cached for good."""
        return hashlib.sha256(self.style).hexdigest()[:12]

    def _page(self, template: str, root: str, **context: Any) -> bytes:
        return self._render(template, root, **context).encode("utf-8")

    def _render(self, template: str, root: str, **context: Any) -> str:
        return _templates().get_template(template).render(**self._common(root), **context)

    def _render_banner(
        self, root: str, question: Question, circumstances: Circumstances
    ) -> tuple[list[bytes], Shown]:
        """The banner around the address that its answer leads back to, and what is shown with it."""
        others = {v.id for v in self._policy.vendors.values() if set(v.purposes) != {NECESSARY_ID}}
        page = self._render(
            "banner.html",
            root,
            next=_NEXT,
            text=TEXT,
            question=question,
            asked=[self._policy.purposes[name] for name in question.purposes],
            news=[(self._policy.purposes[name].title, new) for name, new in question.news],
            default=[p for p in self.by_default(circumstances) if p.id not in question.off],
            companies=len(others),
            limits=[feature.without for feature in self._policy.features.values()],
            silenced=circumstances.silenced(self._policy),
        )
        shown = Shown.of(self._words(page.replace(_NEXT, "")), "top", "reject,accept,save")
        around = as_ascii(page.replace(TEXT, shown.text))
        return around.split(_NEXT.encode()), shown

    def _render_shown_choices(self, root: str, circumstances: Circumstances) -> Shown:
        page = self._choices_page(root, UNDECIDED, circumstances, **_NOTHING_OWN)
        return Shown.of(self._words(page), "page", "save,reject,accept")

    def _words(self, page: str) -> str:
        """A page without what does not say anything: another policy may have the same words."""
        return page.replace(TEXT, "").replace(self._policy.fingerprint, "")

    def _render_revisit(self, root: str, circumstances: Circumstances) -> bytes:
        text = self._render(
            "revisit.html",
            root,
            opts_out=any(circumstances.regime.mode(p) == "opt-out" for p in self._policy.optional),
            silenced=circumstances.silenced(self._policy),
        )
        return as_ascii(text)

    def by_default(self, circumstances: Circumstances) -> list[Purpose]:
        """What is on for who has not chosen."""
        on = circumstances.by_default(self._policy)
        return [
            purpose
            for purpose in self._policy.optional
            if purpose.id in on and not circumstances.silence(purpose)
        ]

    def _elsewhere(self, consent: Consent, allowed: AbstractSet[str]) -> list[Vendor]:
        """The companies that a visitor who has chosen does not agree to: what they keep is out of our reach."""
        vendors = self._policy.vendors.values() if consent.decided else ()
        return [vendor for vendor in vendors if vendor.hosts and vendor.id not in allowed]

    def _common(self, root: str) -> dict[str, Any]:
        root = quote(root)
        own = f"{root}{self._path}"
        return {
            "policy": self._policy,
            "purposes": self._policy.optional,
            "home": f"{root}/",
            "choices": f"{own}/choices",
            "contact": f"{own}/contact",
            "cookies": f"{own}/cookies",
            "devices": f"{own}/devices",
            "age": f"{own}/age",
            "changes": f"{own}/changes",
            "receipt": f"{own}/receipt",
            "unsubscribe": f"{own}/unsubscribe",
            "style": f"{own}/notice.css?v={self.style_version}",
        }


@cache
def _templates() -> jinja2.Environment:
    import jinja2

    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("cookiesafe.notice"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    templates.filters |= {"date": lambda seconds: _date(seconds // DAY), "minute": _minute}
    return templates


def _date(day: int) -> str:
    return datetime.fromtimestamp(day * DAY, UTC).date().isoformat()


def _minute(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
