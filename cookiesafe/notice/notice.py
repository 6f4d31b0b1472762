"""Renders what the visitor is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape
from typing import Any, Final
from urllib.parse import quote

from ..consent import Circumstances, Question
from ..policy import NECESSARY_ID, Policy, Purpose, Vendor, one_line
from ..sayings import Saying, say, say_in
from .blocked import BlockedNotice
from .choices import ChoicesNotice
from .contact import ContactNotice
from .language import Language
from .limited import LimitedNotice
from .lists import MOST_LISTED, Device, Lasting
from .policies import PolicyNotice
from .receipts import ReceiptNotice
from .rendering import at, rendered
from .script import ScriptNotice
from .shown import TEXT, Shown, as_ascii
from .styles import Sheets, sheets
from .theme import THEME, Theme

_NEXT = "\0next\0"
_MONTHS: Final = (
    say("January"),
    say("February"),
    say("March"),
    say("April"),
    say_in("a month", "May"),
    say("June"),
    say("July"),
    say("August"),
    say("September"),
    say("October"),
    say("November"),
    say("December"),
)


class Notice:
    """The words and pages of one policy, in one language. ``path`` is where our pages live, below what the app is
    mounted under.

    ``lasting`` says how long cookies of ours are kept, ``theme`` how all of it looks. It speaks the policy's own ``language``, unless another is told;
    English, if that is not to be had. With ``tells_language``, its addresses lead to pages in the same one.
    """

    def __init__(
        self,
        policy: Policy,
        path: str,
        lasting: Lasting,
        language: str = "",
        *,
        tells_language: bool = False,
        theme: Theme = THEME,
    ) -> None:
        tag = language or policy.site.language
        self.language = Language(tag)
        self._policy = policy.in_language(self.language.tag, self.language.plain)
        self._titles: dict[str, str] = {
            one_line(each.title): self._policy.purposes[each.id].title
            for each in policy.purposes.values()
        }
        self._path = path
        self._theme = theme
        self._leads = f"?lang={tag}" if tells_language else ""
        self.receipts = ReceiptNotice(self._page, self.language)
        self.contact = ContactNotice(self._render, self._words, self.language)
        self.blocked = BlockedNotice(self._render)
        self.script = ScriptNotice(path, self._render)
        self.policies = PolicyNotice(policy, self._render, self.language, lasting)
        self.choices = ChoicesNotice(
            self._policy,
            self._render,
            self._words,
            self._retold,
            self.contact,
            self.language,
            theme,
        )
        self.limited = LimitedNotice(self._policy, self._render, self._words, self.language)
        self._banner_around = lru_cache(64)(self._render_banner)
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

    def has_button(self, circumstances: Circumstances) -> bool:
        """Whether the way back is a button without words, since no law asks for some."""
        return not circumstances.silenced(self._policy) and not self._opts_out(circumstances)

    def answer(
        self, root: str, next_path: str, circumstances: Circumstances, *, linked: bool
    ) -> bytes:
        """What the script shows after a choice, to stand behind the banner; ASCII. Without the way back where the page
        is ``linked`` to the choices anyhow.
        """
        back = not (linked and self.has_button(circumstances))
        return self.script.answer(root, next_path, back=back, **self._revisiting(circumstances))

    def shown(
        self, layer: str, root: str, question: Question | None, circumstances: Circumstances
    ) -> Shown | None:
        """What a visitor is shown on a layer, ``banner`` or ``choices``, without what is only this visitor's."""
        if layer == "banner" and question is not None:
            return self._banner_around(root, question, circumstances)[1]
        return self.choices.shown(root, circumstances) if layer == "choices" else None

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
            live=live[:MOST_LISTED],
            more=len(live[MOST_LISTED:]),
            ended=ended[:MOST_LISTED],
            stolen=stolen,
            signed_in=signed_in,
            remembered=remembered,
            listed=listed,
        )

    def choices_address(self, root: str, next_path: str) -> str:
        """Where the preference centre is, from which the way leads on to ``next_path``."""
        return at(f"{quote(root)}{self._path}/choices{self._leads}", next=next_path)

    def age(self, root: str, next_path: str, years: Iterable[int], *, answered: bool) -> bytes:
        """The question when somebody was born, or that it was answered."""
        months = map(self.language.plain, _MONTHS)
        return self._page(
            "age.html", root, next=next_path, years=years, months=months, answered=answered
        )

    def placeholder(self, root: str, url: str, vendor: Vendor | None, *, silenced: bool) -> bytes:
        """What stands in the place of an embed that is held."""
        vendor = vendor and self._policy.vendor(vendor.id)
        return self._page("placeholder.html", root, url=url, vendor=vendor, silenced=silenced)

    def embed(self, root: str, url: str, vendor: Vendor, sandbox: str | None) -> bytes:
        """The embed, in a frame with the ``sandbox`` that the page around it asked for."""
        return self._page("embed.html", root, url=url, vendor=vendor, sandbox=sandbox)

    def problem(
        self, root: str, title: str, text: str, *, framed: bool = False, choices: str = ""
    ) -> bytes:
        """A page that says what did not work, and what now; ``framed``: in the place of an embed.

        ``choices`` is the address of the choices, where the way leads back from them.
        """
        title, text = map(self.language.html, (title, text))
        template = "unloaded.html" if framed else "problem.html"
        return self._page(template, root, title=title, text=text, back=choices)

    @property
    def sheets(self) -> Sheets:
        """The style sheets of all of it."""
        return sheets(self._theme)

    def _page(self, template: str, root: str, **context: Any) -> bytes:
        return self._render(template, root, **context).encode("utf-8")

    def _render(self, template: str, root: str, **context: Any) -> str:
        return rendered(template, **self._common(root), **context)

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
            news=[
                (self._policy.purposes[name].title, self._retold(new))
                for name, new in question.news
            ],
            default=[p for p in self.by_default(circumstances) if p.id not in question.off],
            companies=len(others),
            limits=[feature.without for feature in self._policy.features.values()],
            silenced=circumstances.silenced(self._policy),
        )
        words, buttons = (
            self._words(page.replace(_NEXT, "")),
            ",".join([*self._theme.order, "save"]),
        )
        shown = Shown.of(words, self._theme.layout, buttons, self.language.tag)
        around = as_ascii(page.replace(TEXT, shown.text))
        return around.split(_NEXT.encode()), shown

    def _words(self, page: str) -> str:
        """A page without what does not say anything: another policy may have the same words."""
        return page.replace(TEXT, "").replace(self._policy.fingerprint, "")

    def _render_revisit(self, root: str, circumstances: Circumstances) -> bytes:
        return as_ascii(
            self._render("revisit.html", root, unplaced=False, **self._revisiting(circumstances))
        )

    def _revisiting(self, circumstances: Circumstances) -> dict[str, bool]:
        """What the words of the way back depend on."""
        return {
            "opts_out": self._opts_out(circumstances),
            "silenced": bool(circumstances.silenced(self._policy)),
        }

    def _opts_out(self, circumstances: Circumstances) -> bool:
        return any(circumstances.regime.mode(p) == "opt-out" for p in self._policy.optional)

    def by_default(self, circumstances: Circumstances) -> list[Purpose]:
        """What is on for who has not chosen."""
        on = circumstances.by_default(self._policy)
        return [
            purpose
            for purpose in self._policy.optional
            if purpose.id in on and not circumstances.silence(purpose)
        ]

    def _retold(self, news: Iterable[str]) -> tuple[str, ...]:
        """What is new, with titles as they are shown where it has them as they are declared."""
        return tuple(
            each.with_values(self._titles) if isinstance(each, Saying) else each for each in news
        )

    def _common(self, root: str) -> dict[str, Any]:
        root = quote(root)
        own = f"{root}{self._path}"
        return {
            "language": self.language,
            "lang": self._leads.replace("?", "&"),
            "policy": self._policy,
            "purposes": self._policy.optional,
            "home": f"{root}/",
            "choices": f"{own}/choices{self._leads}",
            "contact": f"{own}/contact{self._leads}",
            "cookies": f"{own}/cookies{self._leads}",
            "devices": f"{own}/devices{self._leads}",
            "age": f"{own}/age{self._leads}",
            "changes": f"{own}/changes{self._leads}",
            "receipt": f"{own}/receipt{self._leads}",
            "unsubscribe": f"{own}/unsubscribe",
            "style": f"{own}/notice.css?v={self.sheets.notice.version}",
            "pages_style": f"{own}/pages.css?v={self.sheets.pages.version}",
            "theme": self._theme,
        }
