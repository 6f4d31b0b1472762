"""One request's conversation with the core: open, supply what it needs, depart.

    if exchange.arrive(settings):
        ...  # the app answers, with the request as it came
    if exchange.ours:
        while exchange.needs:
            exchange.supply([perform(need) for need in exchange.needs])
        # exchange.reply is the answer
    else:
        # the app runs, with the exchange as its visit and exchange.app_cookie; before its headers leave:
        headers = exchange.depart(status, headers)

The core never waits: the edges perform what it needs, each in the way of its world.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import AnyStr, Protocol
from urllib.parse import quote

from .desk import EMBED, Asked, Flow, answer
from .errors import UsageError
from .gate import Embeds, HeaderGate, Held, HeldField, PageGate, PageHosts, Place, sweep
from .gate.caches import PRIVATE, SPEAKS, make_private, speaks_to_caches, vary
from .gate.documents import FRAMES, KINDS, Markup, is_plain
from .gate.findings import AnyHeld
from .gate.framing import frames_itself
from .gate.headers import ACTIVE, GATED, NO_ADVERTISING, POLICIES, REFERRER, ROLES, without_reports
from .ports import Answer, Header, Need, Reply, Store
from .settings import Settings
from .visit import Visit

HIDDEN_FROM_APP = frozenset(
    {"accept-encoding", "if-none-match", "if-modified-since", "if-range", "range"}
)
"""Request fields the app does not get where something may be placed in its page: it is to send all of it, plain."""

_SHUT_OUT = (GATED - POLICIES) | {"content-length"}
_UNTRUE_WHEN_PLACED = frozenset(
    {"accept-ranges", "content-digest", "content-md5", "digest", "etag", "last-modified", "repr-digest"}
)  # fmt: skip
_CHANGED_WHEN_PLACED = _UNTRUE_WHEN_PLACED | {"content-length"}
_ENCODED_OR_SAVED = frozenset({"content-encoding", "content-disposition"})
_NO_PAGE = frozenset({204, 205, 206, *range(300, 400)})
_PAGES = FRAMES | {None, "document"}
_STEERS = ("Cookie", "Sec-GPC", "Sec-Fetch-Dest")
_COOKIE_STEERS = _STEERS[:1]
_STEERS_UNNAMED = (*_STEERS, "Accept", "HX-Request")


class Safe(Protocol):
    """What the edges know of a ``CookieSafe``."""

    settings: Settings
    store: Store


class Exchange(Visit):
    """One request and its response, as an edge drives it; the app sees the visit in it.

    If it is ``ours``, the app is not asked: ``needs`` is what the core waits for, ``reply`` our answer. The app gets
    ``app_cookie`` as its ``Cookie`` header (``None``: as it came; empty: none). If ``places``, something may be placed
    in the page: then the app must not see the fields of ``HIDDEN_FROM_APP``. After ``depart``, ``page`` is the gate its
    body is to pass, if any.
    """

    app_cookie: str | None = None
    page: PageGate | None
    places = False
    ours = False
    needs: tuple[Need, ...] = ()
    reply: Reply | None = None
    _flow: Flow | None = None
    _promised = False
    _whole = False
    """Whether the page stands for itself, and is not shown in a frame of another."""
    _embeds: Embeds | None = None
    _policy: str | None = None
    _swept: Place | None = None

    def arrive(self, settings: Settings) -> bool:
        """Read the cookies and the signals, and work out where the visitor stands.

        Whether the app is to answer the request, just as it came. What comes without cookies for what is no document
        always is, and where its visitor stands is worked out only when it is asked.
        """
        # Set here, not on the class: looking a default up costs several times as much as setting it.
        self.page = self._session = None
        self.asked = False
        self._settings = settings
        path = self.path
        if self.destination == "" and not self.cookie and settings.own_paths not in path:
            return True
        self._read_cookies()
        if path.startswith(settings.own_paths):
            self._ask_the_desk()
        elif settings.places and self.destination in _PAGES:
            self._await_page()
        if self.ours:
            return False
        if self.app_cookie is None:
            return not self.places
        self.cookie = self.app_cookie
        return False

    def _await_page(self) -> None:
        """Where something may be placed or swapped in what comes, keep what that takes."""
        arrival = self._arrival
        if self.destination in FRAMES:
            self.places = not arrival.standing.passage.complete
        elif self.is_navigation():
            self.places = self._whole = True
            self._here = self.address() if arrival.standing.to_ask else ""
            if arrival.to_sweep:
                self._swept = self._settings.place_of(self)
        self._shown = self.places and self.method != "HEAD"

    def _read_cookies(self) -> None:
        """On a fault of our own the visitor is one who has sent none: the site works, with nothing optional."""
        settings = self._settings
        self._now = 0.0
        try:
            self._now = now = settings.clock()
            jars, scheme = settings.jars, self.scheme
            self._jar = jar = jars[scheme] if scheme in jars else settings.jar(self)
            gpc = self.gpc is not None and self.asks_privacy()
            if self.cookie:
                self._arrival = arrival = jar.read(self.cookie, gpc, now)
                self.app_cookie = arrival.cookies
            else:
                self._arrival = jar.empty[gpc]
        except Exception:
            settings.report_fault("arrive")
            self._jar = settings.secure_jar
            self._arrival = self._jar.empty[False]
            self.app_cookie = "" if settings.enforce else None

    def supply(self, answers: list[Answer]) -> None:
        """Go on with the answers to ``needs``, in their order."""
        flow = self._flow
        if flow is None:
            raise UsageError("the exchange needs nothing")
        try:
            self.needs = flow.send(answers)
        except StopIteration as end:
            self._conclude(end.value)
        except Exception:
            self._apologise()

    def is_same_for_all(self, fields: Iterable[tuple[AnyStr, AnyStr]]) -> bool:
        """Whether a response with these fields is the same for every visitor: then ``constant`` is all it needs.

        If so, this departs as well, only faster than ``depart``. What fails here fails again there.
        """
        if self.asked or self._session is not None or self.destination:
            return False
        content_type = None
        try:
            for name, value in fields:
                role = ROLES[name]
                if role is not None:
                    if role != "content-type":
                        return False
                    content_type = value
            if KINDS[content_type].document:
                return False
        except Exception:
            return False
        self.departed = True
        self.page = None
        return True

    def depart(self, status: int | str, headers: list[Header]) -> list[Header]:
        """The headers that leave instead of the app's. To be called once, before the first of them does.

        ``status`` is a code, or a line that begins with one. Raises ``UsageError`` where the app gave the session what
        it cannot keep. On a fault of our own nothing optional is allowed.
        """
        if self.is_same_for_all(headers):
            return headers + self._settings.constant
        return self.depart_alone(status, headers)

    def depart_alone(self, status: int | str, headers: list[Header]) -> list[Header]:
        """As ``depart``, for a response that is not the same for every visitor."""
        try:
            code = status if isinstance(status, int) else int(status[:3])
            return self._depart(code, headers)
        except UsageError:
            raise
        except Exception:
            self._settings.report_fault("departure")
            return self._shut(headers)

    def _ask_the_desk(self) -> None:
        self.ours = True
        asked = Asked(self._settings, self, self._jar, self._arrival.standing, self._now)
        try:
            answered = answer(asked)
            if isinstance(answered, Reply):
                self._conclude(answered)
            else:
                self._flow = answered
                self.needs = next(answered)
        except StopIteration as end:
            self._conclude(end.value)
        except Exception:
            self._apologise()

    def _apologise(self) -> None:
        """A page of our own failed, by a fault of our own: say so, and change nothing."""
        self._settings.report_fault("desk")
        self._conclude(
            Reply(
                503,
                [("Content-Type", "text/plain"), ("Cache-Control", "no-store")],
                b"This page does not work now.\n",
            )
        )

    def _conclude(self, reply: Reply) -> None:
        self.needs = ()
        self._policy = reply.policy
        headers = self.depart(reply.status, reply.headers)
        headers += [("Set-Cookie", line) for line in reply.cookies]
        if reply.status != HTTPStatus.NO_CONTENT:
            headers.append(("Content-Length", str(len(reply.body))))
        body = b"" if self.method == "HEAD" else reply.body
        self.reply = Reply(reply.status, headers, body)

    def _depart(self, status: int, headers: list[Header]) -> list[Header]:
        self.page = None
        kept: list[Header] = []
        content_type: str | None = None
        active = False
        cookies: list[str] = []
        names = set()
        for field in headers:
            name = field[0].strip().lower()
            names.add(name)
            if name == "set-cookie":
                line = self._let_out(field[1])
                if line is None:
                    continue
                cookies.append(line)
                field = (field[0], line)
            elif name == "content-type":
                content_type = field[1]
            elif name in ACTIVE:
                active = True
            kept.append(field)
        if active:
            personal = KINDS[content_type].document or bool(self.destination)
            kept = self._gate_fields(kept, personal)
        if len(cookies) > 1:
            self._settings.findings.repeated(self.path, cookies)
        token = self._session_token()
        self.departed = True
        if self._session is not None:
            self._session.closed = True
        sets_cookies = token is not None or bool(cookies)
        if token is not None:
            kept.append(("Set-Cookie", self._jar.write_session(token)))
        if self._swept is not None:
            kept += self._sweep(self._swept)
            sets_cookies = True
        self._protect(status, content_type, kept, names, sets_cookies)
        if self._session is not None and not self._session.accessed:
            self._close(self._session)
        return kept

    def _sweep(self, place: Place) -> list[Header]:
        """End what the browser should not have sent any more, and count that; the choice itself is no page's to write."""
        arrival = self._arrival
        lines = sweep(arrival.to_sweep, place, arrival.sweeps)
        lines.append(self._jar.write_swept(arrival.standing.consent, arrival.sweeps + 1))
        return [("Set-Cookie", line) for line in lines]

    def _session_token(self) -> str | None:
        """As ``Session.token``; a session that cannot be kept is given up, so that the app's error page can leave."""
        session, self._session = self._session, None
        token = None if session is None else session.token()
        self._session = session
        return token

    def _protect(
        self,
        status: int,
        content_type: str | None,
        headers: list[Header],
        names: set[str],
        sets_cookies: bool,
    ) -> None:
        """Add the visitor's policy, place what is to be placed, and keep caches from mixing visitors up.

        ``names`` are those of the app's fields, in lower case.
        """
        settings, destination = self._settings, self.destination
        kind, standing = KINDS[content_type], self._arrival.standing
        # A 304 says no type: what it renews is a document only where one was asked for.
        renews = status == 304 and content_type is None
        document = self.places if renews else kind.document
        personal = document or bool(destination)
        if personal:
            self._protect_document(headers, names)
        else:
            headers += settings.constant
        if (
            self.places
            and personal
            and kind.markup is not None
            and status not in _NO_PAGE
            and (names.isdisjoint(_ENCODED_OR_SAVED) or is_plain(headers))
        ):
            self._place(kind.markup, headers, names)
        self._guarded = guarded = personal and settings.enforce
        touched = self._session is not None and self._session.accessed
        steers: tuple[str, ...] = ()
        if guarded or (renews and settings.enforce and self._says_vary(headers, touched)):
            steers = _STEERS if destination is not None else _STEERS_UNNAMED
        elif self.asked:
            steers = _STEERS[:2]
        elif touched:
            steers = _COOKIE_STEERS
        if "vary" in names:
            vary(headers, steers)
        elif steers:
            headers.append(("Vary", ", ".join(steers)))
        if (
            sets_cookies
            or touched
            or (guarded and self._jar.session.name in self.cookie)
            or ((guarded or self.asked) and standing.consent.grants)
        ):
            if any(map(SPEAKS.__getitem__, names)):
                make_private(headers)
            else:
                headers.append(PRIVATE)

    def _says_vary(self, headers: list[Header], touched: bool) -> bool:
        """Whether a 304 will have a ``Vary``, which replaces the stored one: what if that was a document's?"""
        if touched or self.asked:
            return True
        return not self.part and any(name.lower() == "vary" for name, _ in headers)

    def _protect_document(self, headers: list[Header], names: set[str]) -> None:
        settings, passage = self._settings, self._arrival.standing.passage
        headers.append(settings.document_policy(self._policy or passage.csp, self.root))
        if settings.enforce:
            if not passage.advertising:
                headers.append(NO_ADVERTISING)
            if "referrer-policy" not in names:
                headers.append(REFERRER)

    def _place(self, markup: Markup, headers: list[Header], names: set[str]) -> None:
        """Put the banner into the page, or for who has chosen, the way back; and swap what is held in it."""
        notice, standing = self._settings.notice, self._arrival.standing
        if markup == "xml" and standing.passage.complete:
            return
        fragment = None
        if self._whole and markup == "html":
            fragment = (
                notice.banner(self.root, self._here, standing.gpc)
                if standing.to_ask
                else notice.revisit(self.root)
            )
        if not standing.passage.complete:
            hosts = self.hosts()
            frame = f"{quote(self.root)}{self._settings.own_paths}{EMBED}"
            self._embeds = Embeds(hosts, frame if frames_itself(headers, hosts.address) else None)
        gate = PageGate(fragment, at_end=not standing.to_ask, swaps=self._embeds, markup=markup)
        if not names.isdisjoint(_CHANGED_WHEN_PLACED):
            headers[:] = _true_of(gate, headers)
            self._promised = any(name.lower() == "content-length" for name, _ in headers)
        if self._shown:
            self.page = gate

    def hint(self, headers: list[Header]) -> list[Header]:
        """What leaves of fields that are sent ahead of the response (103 Early Hints, RFC 8297): never a cookie."""
        try:
            plain = [field for field in headers if field[0].lower() != "set-cookie"]
            return self._gate_fields(plain, bool(self.destination))
        except Exception:
            self._settings.report_fault("hint")
            return [] if self._settings.enforce else headers

    def hosts(self, *, personal: bool = True) -> PageHosts:
        """Whom a page at this address may call; what is not ``personal`` may call what nobody has to agree to."""
        standing = self._arrival.standing if personal else self._jar.undecided[False]
        scheme, host = self._settings.site_of(self)
        return standing.passage.hosts.page(f"{scheme}://{host}/")

    def _nobodys_hosts(self) -> PageHosts:
        """Where nothing else can be relied on: whom a page of nowhere may call."""
        return self._settings.secure_jar.undecided[False].passage.hosts.page("")

    def _gate_fields(self, headers: list[Header], personal: bool) -> list[Header]:
        passage = (self._arrival.standing if personal else self._jar.undecided[False]).passage
        gate = HeaderGate(
            self.hosts(personal=personal),
            advertising=passage.advertising,
            complete=passage.complete,
        )
        passing = gate.outgoing(headers)
        if gate.held and not personal:
            # It names somebody who may be agreed to: so it is not the same for everybody.
            self.asked = True
            return self._gate_fields(headers, True)
        for held, field in gate.held.items():
            self._note(held, "sent" if isinstance(held, HeldField) else f"sent {field} with")
        return passing if self._settings.enforce else headers

    def _let_out(self, line: str) -> str | None:
        """What leaves of a ``Set-Cookie`` line of the app's."""
        settings = self._settings
        passed = self._arrival.standing.gate.outgoing(line, self._now)
        if isinstance(passed, Held):
            self._note(passed, "set cookie")
            return None if settings.enforce or passed.rule == "reserved" else line
        if passed != line:
            settings.findings.shortened(self.path, line)
        return passed if settings.enforce else line

    def _note(self, held: AnyHeld, did: str) -> None:
        self.held += (held,)
        self._settings.findings.held(self.path, did, held)

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

    def _give_up(self, page: PageGate, rest: bytes) -> bytes:
        """On a fault of the page gate: the page as it is, and blanks for what was promised."""
        self._settings.report_fault("page")
        self.page = None
        return rest + b" " * page.owed if self._promised else rest

    def _shut(self, headers: list[Header]) -> list[Header]:
        """On a fault of our own: no cookie leaves, nothing is kept, and nothing optional is allowed."""
        self.page = None
        if not self._settings.enforce:
            return headers
        if self.places:
            self.page = PageGate(None, swaps=Embeds(self._nobodys_hosts(), None))
        kept = [
            (name, without_reports(value) if name.lower() in POLICIES else value)
            for name, value in headers
            if name.lower() not in _SHUT_OUT and not speaks_to_caches(name)
        ]
        return [*kept, ("Cache-Control", "no-store"), *self._settings.constant]


def _true_of(gate: PageGate, headers: list[Header]) -> list[Header]:
    """The fields that are still true of a page when it has passed ``gate``, its length corrected where that is known."""
    kept = []
    for name, value in headers:
        lower = name.lower()
        if lower == "content-length":
            if gate.size is None or not value.isdecimal():
                continue
            value = str(int(value) + gate.size)
        if lower not in _UNTRUE_WHEN_PLACED:
            kept.append((name, value))
    return kept
