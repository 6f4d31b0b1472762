"""What is put into a page as it leaves: the banner or the way back, and placeholders for what is held. An exchange does."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, AnyStr
from urllib.parse import quote

from .desk import EMBED
from .fields import Header, Spelling, text_of
from .gate import Embeds, InLanguage, PageGate, PageHosts
from .gate.documents import Markup
from .gate.findings import AnyHeld
from .gate.framing import frames_itself
from .gate.roles import ROLES, Role
from .gate.scripting import ANYHOW, Scripting, scripting
from .jar import Standing
from .notice import Notice
from .traffic import HeldBack
from .visit import Visit

if TYPE_CHECKING:
    import markupsafe


class Placing(Visit):
    """The visit's page. Once its headers have left, ``page`` is the gate that its body is to pass, if any.

    If it ``places``, something may be put into what comes. That stands for itself if it is ``whole``, and is not shown
    in a frame of another; a body is to be ``shown``.
    """

    page: PageGate | None
    places = False
    whole = False
    shown = False
    _promised = False
    """Whether a length was promised that the page must come to."""
    _embeds: Embeds | None = None
    _scripting: Scripting | None = None
    """How a script of ours runs in the page, if it does."""
    _bannered = _answered = False
    """Whether the template has put the banner into the page itself, and with it what the script shows."""

    def cookie_banner(self, language: str | None = None) -> markupsafe.Markup:
        """See ``Visit``."""
        from markupsafe import Markup as Html

        standing, notices = self._ask().standing, self._settings.notices
        if self._bannered or not (self.whole and self._settings.places):
            return Html()
        if standing.circumstances.child or (self.departed and not self._is_inline):
            return Html()
        self._bannered, self._answered = True, self._scripts
        html = self._question(standing, notices.named(language) or notices.usual) or b""
        return Html(html.decode())  # noqa: S704 (its template escapes)

    def hosts(self, standing: Standing) -> PageHosts:
        """Whom a page at this address may call, of a visitor who stands so."""
        scheme, host = self._settings.site_of(self)
        return standing.passage.hosts.page(f"{scheme}://{host}/")

    def body(self, chunk: bytes, *, last: bool) -> bytes:
        """What leaves of the body when the app sends ``chunk``."""
        page = self.page
        if page is None:
            return chunk
        waiting = page.held
        try:
            passed = page.feed(chunk)
        except Exception:
            return self._give_up(page, waiting + chunk)
        if not last:
            return passed
        try:
            passed += page.close()
        except Exception:
            return self._give_up(page, passed + page.held)
        if self._embeds is not None:
            for key, kind in page.swapped:
                if key in self._embeds.found:
                    self._note(self._embeds.found[key], f"showed {kind} of")
        return passed

    def _place(
        self,
        markup: Markup,
        standing: Standing,
        fields: list[tuple[AnyStr, AnyStr]],
        told: dict[Role, AnyStr],
        spelling: Spelling[AnyStr],
    ) -> list[tuple[AnyStr, AnyStr]]:
        """Begin the page's way, and give the fields that are true of what will leave; ``told`` are their roles."""
        complete = standing.passage.complete
        if complete and markup == "xml":
            return fields
        speaking = fields if "active" in told else []
        if not complete:
            self._embeds = self._placeholders(standing, speaking)
        first: bytes | None = None
        fragment: bytes | InLanguage | None = None
        at_end, notices = False, self._settings.notices
        if self.whole and markup == "html":
            first = self._script_first(standing, speaking)
            fragment, at_end = self._fragment(standing, notices.usual)
            if notices.several and fragment is not None:
                fragment = partial(self._in_language, standing)
        gate = PageGate(fragment, at_end=at_end, swaps=self._embeds, first=first, markup=markup)
        if "length" in told or "untrue" in told:
            fields = _true_of(gate, fields, spelling)
            self._promised = gate.size is not None and "length" in told
        if self.shown:
            self.page = gate
        return fields

    def _in_language(self, standing: Standing, tag: str) -> bytes:
        """What is placed in a page that gives itself this language tag."""
        notices = self._settings.notices
        fragment, _ = self._fragment(standing, notices.named(tag) or notices.usual)
        return fragment or b""

    def _fragment(self, standing: Standing, notice: Notice) -> tuple[bytes | None, bool]:
        """The banner, or for who has chosen, what was announced or the way back, and whether it stands at the end.

        Where no choice can be kept, one line says so. A child is shown none of them. What the template has itself is not
        placed once more.
        """
        if standing.circumstances.child:
            return None, True
        question = self._question(standing, notice)
        if question is not None and self._bannered:
            return None if self._answered else self._behind(standing, notice), True
        if question is not None:
            return None if self._is_inline else question, False
        if self._linked and notice.has_button(standing.circumstances):
            return None, True
        return notice.revisit(self.root, standing.circumstances), True

    def _question(self, standing: Standing, notice: Notice) -> bytes | None:
        """What stands where the banner does: what a visitor who is no child is asked or told, if anything."""
        settings = self._settings
        if standing.question is not None:
            here, question = self.address(), standing.question
            banner = notice.banner(self.root, here, question, standing.circumstances)
            return banner + (self._behind(standing, notice) or b"")
        # Asked first, since looking a default up costs more.
        if not standing.personal and self._blocked:
            return notice.blocked.banner(self.root)
        announcement = settings.versions.announcement
        if announcement is not None and settings.versions.is_to_tell(standing, self._now):
            return notice.policies.announced(self.root, self.address(), announcement)
        return None

    @property
    def _is_inline(self) -> bool:
        return self._settings.theme.layout == "inline"

    @property
    def _scripts(self) -> bool:
        """Whether a script of ours takes the choice."""
        return self.scripted or (self._scripting is not None and self._scripting.calls)

    def _behind(self, standing: Standing, notice: Notice) -> bytes | None:
        """What stands behind the banner: what the script shows and, if it is not in the page already, the script."""
        if standing.question is None or not self._scripts:
            return None
        here, circumstances = self.address(), standing.circumstances
        shown = notice.answer(self.root, here, circumstances, linked=self._linked)
        if self.scripted or self._scripting is None:
            return shown
        nonce = self._scripting.nonce
        return shown + self._script(standing, notice, nonce=nonce, deferred=True).encode()

    def _script_first(
        self, standing: Standing, fields: list[tuple[AnyStr, AnyStr]]
    ) -> bytes | None:
        """The script, where Google's tags are to hear from it before they begin."""
        settings = self._settings
        tells = settings.policy.google_consent
        if self.scripted or (standing.question is None and not tells):
            return None
        runs: Scripting | None = ANYHOW
        if fields:
            runs = scripting(_texts(fields), self.hosts(standing).address)
        self._scripting = runs
        if runs is None or not tells:
            return None
        self.scripted = True
        notice = settings.notices.usual
        return self._script(standing, notice, nonce=runs.nonce, native=not runs.calls).encode()

    def _placeholders(self, standing: Standing, fields: list[tuple[AnyStr, AnyStr]]) -> Embeds:
        hosts = self.hosts(standing)
        frame = f"{quote(self.root)}{self._settings.own_paths}{EMBED}"
        return Embeds(hosts, frame if frames_itself(_texts(fields), hosts.address) else None)

    def _nobodys_page(self) -> PageGate:
        """Where nothing else can be relied on: what nobody agreed to is swapped, of whatever page this is."""
        nobody = self._settings.secure_jar.nobody
        return PageGate(None, swaps=Embeds(nobody.passage.hosts.page(""), None))

    def _note(self, held: AnyHeld, did: str) -> None:
        self.held += (held,)
        settings = self._settings
        settings.findings.held(self.path, did, held)
        if settings.counting is not None:
            settings.counting.leave(HeldBack(self._now, self.path, held))

    def _give_up(self, page: PageGate, rest: bytes) -> bytes:
        """On a fault of the page gate: the page as it is, and blanks for what was promised."""
        self._settings.telling.report_fault("page")
        self.page = None
        return rest + b" " * page.owed if self._promised else rest


def _texts(fields: Iterable[tuple[AnyStr, AnyStr]]) -> list[Header]:
    return [(text_of(name), text_of(value)) for name, value in fields]


def _true_of(
    gate: PageGate, fields: list[tuple[AnyStr, AnyStr]], spelling: Spelling[AnyStr]
) -> list[tuple[AnyStr, AnyStr]]:
    """The fields that are still true of a page when it has passed ``gate``, its length corrected where that is known."""
    kept = []
    for field in fields:
        role = ROLES[field[0]]
        if role == "length":
            if gate.size is None or not text_of(field[1]).isdecimal():
                continue
            field = spelling.field(("Content-Length", str(int(field[1]) + gate.size)))
        if role != "untrue":
            kept.append(field)
    return kept
