"""What is put into a page as it leaves: the banner or the way back, and placeholders for what is held. An exchange does."""

from __future__ import annotations

from typing import AnyStr
from urllib.parse import quote

from .desk import EMBED
from .fields import Spelling, text_of
from .gate import Embeds, PageGate, PageHosts
from .gate.documents import Markup
from .gate.findings import AnyHeld
from .gate.framing import frames_itself
from .gate.roles import ROLES, Role
from .jar import Standing
from .visit import Visit


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
        if not complete:
            self._embeds = self._placeholders(standing, fields if "active" in told else [])
        fragment, at_end = None, False
        if self.whole and markup == "html":
            fragment, at_end = self._fragment(standing)
        gate = PageGate(fragment, at_end=at_end, swaps=self._embeds, markup=markup)
        if "length" in told or "untrue" in told:
            fields = _true_of(gate, fields, spelling)
            self._promised = gate.size is not None and "length" in told
        if self.shown:
            self.page = gate
        return fields

    def _fragment(self, standing: Standing) -> tuple[bytes | None, bool]:
        """The banner, or for who has chosen, what was announced or the way back, and whether it stands at the end.

        Where no choice can be kept, one line says so. A child is shown none of them.
        """
        settings, notice = self._settings, self._settings.notice
        if standing.circumstances.child:
            return None, True
        if standing.question is not None:
            here, question = self.address(), standing.question
            return notice.banner(self.root, here, question, standing.circumstances), False
        # Asked first, since looking a default up costs more.
        if not standing.personal and self._blocked:
            return notice.blocked.banner(self.root), False
        announcement = settings.versions.announcement
        if announcement is not None and settings.versions.is_to_tell(standing, self._now):
            return notice.change(self.root, self.address(), announcement), False
        return notice.revisit(self.root, standing.circumstances), True

    def _placeholders(self, standing: Standing, fields: list[tuple[AnyStr, AnyStr]]) -> Embeds:
        hosts = self.hosts(standing)
        frame = f"{quote(self.root)}{self._settings.own_paths}{EMBED}"
        texts = [(text_of(name), text_of(value)) for name, value in fields]
        return Embeds(hosts, frame if frames_itself(texts, hosts.address) else None)

    def _nobodys_page(self) -> PageGate:
        """Where nothing else can be relied on: what nobody agreed to is swapped, of whatever page this is."""
        nobody = self._settings.secure_jar.nobody
        return PageGate(None, swaps=Embeds(nobody.passage.hosts.page(""), None))

    def _note(self, held: AnyHeld, did: str) -> None:
        self.held += (held,)
        self._settings.findings.held(self.path, did, held)

    def _give_up(self, page: PageGate, rest: bytes) -> bytes:
        """On a fault of the page gate: the page as it is, and blanks for what was promised."""
        self._settings.report_fault("page")
        self.page = None
        return rest + b" " * page.owed if self._promised else rest


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
