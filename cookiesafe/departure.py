"""What leaves of a response: its fields, gated and under the visitor's policy. An exchange decides it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import AnyStr, Final

from .carry import Carry
from .fields import TEXT, Fixed, Header, Spelling, are_plain, plain, text_of
from .gate import CookieGate, HeaderGate, Held, HeldField, Place, sweep
from .gate.caches import NO_STORE, PRIVATE, make_private, vary
from .gate.documents import KINDS, Kind, is_plain
from .gate.headers import NO_ADVERTISING, POLICIES, REFERRER, without_reports
from .gate.roles import PERSONAL, ROLES, Role, role_of
from .jar import Arrival, Passage, Standing
from .leaving import Leaving
from .traffic import Counting, Seen

_NO_PAGE: Final = frozenset({204, 205, 206, *range(300, 400)})
_SHUT_OUT: Final = frozenset({"cookie", "active", "length", "caches"})


class Departure(Leaving):
    """The visit's response, up to where its headers leave."""

    own_policy: str | None = None
    """The Content-Security-Policy of a page of ours, where that is not the visitor's."""

    def is_same_for_all(self, fields: Iterable[tuple[AnyStr, AnyStr]]) -> bool:
        """Whether a response with these fields is the same for every visitor: then ``constant`` is all it needs.

        If so, this departs as well, only faster than ``depart``. What fails here fails again there.
        """
        if self.asked or self._session is not None or self.destination:
            return False
        content_type = None
        try:
            for name, value in fields:
                role = PERSONAL[name]
                if role is not None:
                    if role != "type":
                        return False
                    content_type = value
            if KINDS[content_type].document:
                return False
        except Exception:
            return False
        self.departed = True
        return True

    def depart(
        self, status: int, fields: list[tuple[AnyStr, AnyStr]], spelling: Spelling[AnyStr]
    ) -> list[tuple[AnyStr, AnyStr]]:
        """The fields that leave instead of the app's. To be called once, before the first of them does.

        On a fault of our own nothing optional is allowed. Raises ``UsageError`` where a carried form is in them, and for
        fields that are no pairs what servers raise.
        """
        self.page = None
        if self._carry is not None:
            fields = self._unstored(self._carry, plain(fields), spelling)
        if self._at_fault:
            return self._shut(plain(fields), spelling)
        try:
            return self._depart(status, fields, spelling)
        except Exception:
            if not are_plain(fields):
                self.held = ()
                return self.depart(status, plain(fields), spelling)
            self._settings.telling.report_fault("departure")
            return self._shut(fields, spelling)

    def hint(self, headers: list[Header]) -> list[Header]:
        """What leaves of fields that are sent ahead of the response (103 Early Hints, RFC 8297): never a cookie."""
        try:
            plain = [field for field in headers if role_of(field[0]) != "cookie"]
            return self._gate(plain, bool(self.destination), TEXT)
        except Exception:
            self._settings.telling.report_fault("hint")
            return [] if self._settings.enforce else headers

    def _unstored(
        self, carry: Carry, fields: list[tuple[AnyStr, AnyStr]], spelling: Spelling[AnyStr]
    ) -> list[tuple[AnyStr, AnyStr]]:
        """What a carried form had a part in is kept by no cache, whatever the app says."""
        carry.leave(_texts(fields))
        others = [field for field in fields if ROLES[field[0]] != "caches"]
        return others + [spelling.pick(NO_STORE)]

    def _depart(
        self, status: int, fields: list[tuple[AnyStr, AnyStr]], spelling: Spelling[AnyStr]
    ) -> list[tuple[AnyStr, AnyStr]]:
        arrival = self._arrived()
        standing = arrival.standing
        kept: list[tuple[AnyStr, AnyStr]] = []
        told: dict[Role, AnyStr] = {}
        lines: list[str] = []
        for field in fields:
            role = ROLES[field[0]]
            if role is not None:
                told[role] = field[1]
                if role == "cookie":
                    came = text_of(field[1])
                    line = self._let_out(came, standing.gate)
                    if line is None:
                        continue
                    lines.append(line)
                    if line is not came:
                        field = spelling.cookie(line)
            kept.append(field)
        kind = KINDS[told["type"] if "type" in told else None]
        if "active" in told:
            kept = self._gate(kept, kind.document or bool(self.destination), spelling)
        if len(lines) > 1:
            self._settings.findings.repeated(self.path, lines)
        ours = self._lines
        if self.swept_from is not None:
            ours = ours + self._swept_lines(arrival, self.swept_from)
        self.departed = True
        if self._session is not None:
            self._session.closed = self._login is None or not self._outlasts
        if ours:
            if self._login is not None and self._login.begun:
                kept = self._led_on(status, kept, spelling)
            kept += self._set(ours, spelling)
        return self._protect(status, kind, kept, told, bool(lines or ours), standing, spelling)

    def _let_out(self, line: str, gate: CookieGate) -> str | None:
        """What leaves of a ``Set-Cookie`` line of the app's."""
        settings = self._settings
        passed = gate.outgoing(line, self._now)
        if isinstance(passed, Held):
            self._note(passed, "set cookie")
            return None if settings.enforce or passed.rule == "reserved" else line
        if passed != line:
            settings.findings.shortened(self.path, line)
        return passed if settings.enforce else line

    def _set(self, lines: list[str], spelling: Spelling[AnyStr]) -> list[tuple[AnyStr, AnyStr]]:
        """The fields that set these cookies of ours, and end what the browser has kept and is not to have."""
        fields = [spelling.cookie(line) for line in lines]
        if self._login is not None or self._narrowed:
            fields += map(spelling.field, self._clearing())
        return fields

    def _swept_lines(self, arrival: Arrival, place: Place) -> list[str]:
        """What ends cookies the visitor does not agree to, counted apart: the choice itself is no page's to write."""
        if not arrival.to_sweep:
            return []
        lines = sweep(arrival.to_sweep, place, arrival.sweeps)
        return [*lines, self._jar.write_swept(arrival.standing.consent, arrival.sweeps + 1)]

    def _protect(
        self,
        status: int,
        kind: Kind,
        kept: list[tuple[AnyStr, AnyStr]],
        told: dict[Role, AnyStr],
        sets_cookies: bool,
        standing: Standing,
        spelling: Spelling[AnyStr],
    ) -> list[tuple[AnyStr, AnyStr]]:
        """Add the visitor's policy, place what is to be placed, and keep caches from mixing visitors up."""
        settings, session = self._settings, self._session
        # A 304 says no type: what it renews is a document only where one was asked for.
        renews = status == 304 and "type" not in told
        personal = bool(self.destination) or (self.places if renews else kind.document)
        added = (
            self._policies(standing.passage, "referrer" in told)
            if personal
            else [settings.constant]
        )
        if (
            personal
            and self.places
            and kind.markup is not None
            and status not in _NO_PAGE
            and ("wrapped" not in told or is_plain(_texts(kept)))
        ):
            kept = self._place(kind.markup, standing, kept, told, spelling)
        touched = session is not None and session.accessed
        self._guarded = guarded = personal and settings.enforce
        steers = settings.varies.session if touched else None
        if guarded or renews or self.asked:
            steers = self._steers(renews, touched, told)
        if steers is not None and "vary" in told:
            names = steers[0][1].split(", ")
            kept = _restated(kept, "vary", lambda said: vary(said, names), spelling)
        elif steers is not None:
            added.append(steers)
        if (
            sets_cookies
            or touched
            or (guarded and self._jar.session.name in self.cookie)
            or ((guarded or self.asked) and standing.personal)
        ):
            if "caches" in told:
                kept = _restated(kept, "caches", make_private, spelling)
            else:
                added.append(PRIVATE)
        if session is not None and not touched:
            self._close(session)
        if settings.counting is not None and self.navigates:
            self._leave_to_count(settings.counting, status, kind, standing)
        return kept + [spelling.pick(each) for each in added]

    def _leave_to_count(
        self, counting: Counting, status: int, kind: Kind, standing: Standing
    ) -> None:
        """Whatever fails here, the response leaves."""
        settings = self._settings
        try:
            seen = Seen(
                settings.counted,
                self._now,
                status,
                kind.document and (self.shown or self.method != "HEAD"),
                self.page is not None and kind.markup == "html",
                self.root,
                self.path,
                self.params(),
                self.fields_of(counting.wanted),
                standing,
                self._blocked,
            )
            counting.leave(seen)
        except Exception:
            settings.telling.report_fault("counting")

    def _policies(self, passage: Passage, has_referrer: bool) -> list[Fixed]:
        """What a document of this visitor is under."""
        settings = self._settings
        policies = [settings.document_policy(self.own_policy or passage.csp, self.root)]
        if settings.enforce:
            if not passage.advertising:
                policies.append(NO_ADVERTISING)
            if not has_referrer:
                policies.append(REFERRER)
        return policies

    def _steers(self, renews: bool, touched: bool, told: dict[Role, AnyStr]) -> Fixed | None:
        """The ``Vary`` of a response that depends on the visitor."""
        varies = self._settings.varies
        if self._guarded or (
            renews
            and self._settings.enforce
            # A Vary that comes with a 304 replaces the stored one: what if that was a document's?
            and (touched or self.asked or ("vary" in told and not self.part))
        ):
            return varies.unnamed if self.destination is None else varies.document
        if self.asked:
            return varies.consent
        return varies.session if touched else None

    def _gate(
        self, fields: list[tuple[AnyStr, AnyStr]], personal: bool, spelling: Spelling[AnyStr]
    ) -> list[tuple[AnyStr, AnyStr]]:
        """What leaves of fields some of which make a browser call somebody."""
        arrival = self._arrived()
        standing = arrival.standing if personal else self._jar.nobody
        gate = HeaderGate(
            self.hosts(standing),
            advertising=standing.passage.advertising,
            complete=standing.passage.complete,
        )
        texts = _texts(fields)
        passing = gate.outgoing(texts)
        if gate.held and not personal:
            # It names somebody who may be agreed to: so it is not the same for everybody.
            self.asked = True
            return self._gate(fields, True, spelling)
        for held, field in gate.held.items():
            self._note(held, "sent" if isinstance(held, HeldField) else f"sent {field} with")
        if passing == texts or not self._settings.enforce:
            return fields
        return [spelling.field(field) for field in passing]

    def _shut(
        self, fields: list[tuple[AnyStr, AnyStr]], spelling: Spelling[AnyStr]
    ) -> list[tuple[AnyStr, AnyStr]]:
        """On a fault of our own: no cookie leaves, nothing is kept, and nothing optional is allowed."""
        self.page = None
        if not self._settings.enforce:
            return fields
        if self.places:
            self.page = self._nobodys_page()
        kept: list[Header] = []
        for name, value in _texts(fields):
            policy = name.lower() in POLICIES
            if policy or role_of(name) not in _SHUT_OUT:
                kept.append((name, without_reports(value) if policy else value))
        kept.append(("Cache-Control", "no-store"))
        return [spelling.field(field) for field in kept] + [spelling.pick(self._settings.constant)]


def _texts(fields: Iterable[tuple[AnyStr, AnyStr]]) -> list[Header]:
    return [(text_of(name), text_of(value)) for name, value in fields]


def _restated(
    fields: list[tuple[AnyStr, AnyStr]],
    role: Role,
    restate: Callable[[list[Header]], None],
    spelling: Spelling[AnyStr],
) -> list[tuple[AnyStr, AnyStr]]:
    """The fields with those of one role said anew, behind the others."""
    said = _texts(field for field in fields if ROLES[field[0]] == role)
    restate(said)
    others = [field for field in fields if ROLES[field[0]] != role]
    return others + [spelling.field(field) for field in said]
