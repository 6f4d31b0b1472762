"""One request's conversation with the core: open, supply what it needs, depart.

    exchange.arrive(safe)
    if exchange.ours:
        while exchange.needs:
            exchange.supply([perform(need) for need in exchange.needs])
        # exchange.reply is the answer
    else:
        # the app runs, with the exchange as its visit and exchange.cookies; before its headers leave:
        headers = exchange.depart(status, headers)

The core never waits: the edges perform what it needs, each in the way of its world.
"""

from __future__ import annotations

from collections.abc import Callable
from logging import INFO, WARNING
from typing import Protocol

from .desk import Asked, Flow, answer
from .errors import UsageError
from .events import log
from .gate import PageGate
from .gate.caches import make_private, vary
from .gate.documents import DESTINATIONS, is_plain, kind_of
from .ports import Answer, Header, Need, Reply, Request, Store
from .settings import Settings
from .visit import Visit

HIDDEN_FROM_APP = frozenset(
    {"accept-encoding", "if-none-match", "if-modified-since", "if-range", "range"}
)
"""Request fields the app does not get where something may be placed in its page: it is to send all of it, plain."""

_UNTRUE_WHEN_PLACED = frozenset(
    {"accept-ranges", "content-digest", "content-md5", "digest", "etag", "last-modified", "repr-digest"}
)  # fmt: skip
_NO_PAGE = frozenset({204, 205, 206, *range(300, 400)})
_NAVIGABLE = (None, "document")
_STEERS = ("Cookie", "Sec-GPC", "Sec-Fetch-Dest")
_STEERS_UNNAMED = (*_STEERS, "Accept", "HX-Request")


class Safe(Protocol):
    """What the edges know of a ``CookieSafe``."""

    settings: Settings
    store: Store
    clock: Callable[[], float]
    entropy: Callable[[int], bytes]


class Exchange(Visit, Request):
    """One request and its response, as an edge drives it; the app sees the visit in it.

    If it is ``ours``, the app is not asked: ``needs`` is what the core waits for, ``reply`` our answer. The app gets
    ``app_cookie`` as its ``Cookie`` header (``None``: as it came; empty: none). If ``places``, something may be placed
    in the page: then the app must not see the fields of ``HIDDEN_FROM_APP``. After ``depart``, ``page`` is the gate its
    body is to pass, if any.
    """

    app_cookie: str | None
    needs: tuple[Need, ...]
    reply: Reply | None
    page: PageGate | None
    places: bool
    ours: bool
    _flow: Flow | None = None
    _promised = False

    def arrive(self, safe: Safe) -> None:
        """Read the cookies and the signals, and work out where the visitor stands.

        On a fault of our own the visitor is one who has sent no cookies: the site works, with nothing optional.
        """
        # Set here, not on the class: looking a default up costs several times as much as setting it.
        self.needs = ()
        self.reply = self.page = self._session = None
        self.places = self.asked = self.ours = False
        self._settings = settings = safe.settings
        self._now = now = safe.clock()
        try:
            jars, scheme = settings.jars, self.scheme
            self._jar = jar = jars[scheme] if scheme in jars else settings.jar(self)
            gpc = self.gpc is not None and self.asks_privacy()
            if self.cookie:
                self._arrival = arrival = jar.read(self.cookie, gpc, now)
            else:
                self._arrival = arrival = jar.empty[gpc]
            self.app_cookie = arrival.cookies
        except Exception:
            settings.report_fault("arrive")
            self._jar = settings.secure_jar
            self._arrival = self._jar.empty[False]
            self.app_cookie = "" if settings.enforce else None
        if self.path.startswith(settings.own_paths):
            self._ask_the_desk(safe)
        elif settings.places and self.destination in _NAVIGABLE and self.is_navigation():
            self.places = True
            self._root = self.root
            self._here = self.address() if self._arrival.standing.to_ask else ""
            self._shown = self.method != "HEAD"

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

    def is_same_for_all(self, content_type: str | bytes | None) -> bool:
        """Whether a response without cookies is the same for every visitor: then ``constant`` is all it needs.

        If so, this departs as well, only faster than ``depart``.
        """
        try:
            if (
                self.asked
                or self._session is not None
                or kind_of(content_type).document
                or self.destination in DESTINATIONS
            ):
                return False
        except Exception:
            self._settings.report_fault("departure")
            return False
        self.departed = True
        self.page = None
        return True

    def depart(self, status: int | str, headers: list[Header]) -> list[Header]:
        """The headers that leave instead of the app's. To be called once, before the first of them does.

        ``status`` is a code, or a line that begins with one. Raises ``UsageError`` where the app gave the session what
        it cannot keep. On a fault of our own nothing optional is allowed.
        """
        try:
            content_type = None
            for name, value in headers:
                lower = name.lower()
                if lower == "content-type":
                    content_type = value
                elif lower == "set-cookie":
                    break
            else:
                if self.is_same_for_all(content_type):
                    return [*headers, self._settings.constant]
            code = status if isinstance(status, int) else int(status[:3])
            return self._depart(code, headers)
        except UsageError:
            raise
        except Exception:
            self._settings.report_fault("departure")
            return self._shut(headers)

    def _ask_the_desk(self, safe: Safe) -> None:
        self.ours = True
        asked = Asked(
            self._settings, self, self._jar, self._arrival.standing, self._now, safe.entropy
        )
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
            Reply(503, [("Content-Type", "text/plain")], b"This page does not work now.\n")
        )

    def _conclude(self, reply: Reply) -> None:
        self.needs = ()
        headers = self.depart(reply.status, reply.headers)
        headers += [("Set-Cookie", line) for line in reply.cookies]
        headers.append(("Content-Length", str(len(reply.body))))
        body = b"" if self.method == "HEAD" else reply.body
        self.reply = Reply(reply.status, headers, body)

    def _depart(self, status: int, headers: list[Header]) -> list[Header]:
        self.page = None
        kept: list[Header] = []
        content_type: str | None = None
        sets_cookies = False
        for field in headers:
            name = field[0].lower()
            if name == "set-cookie":
                if not self._lets_out(field[1]):
                    continue
                sets_cookies = True
            elif name == "content-type":
                content_type = field[1]
            kept.append(field)
        token = self._session_token()
        self.departed = True
        if self._session is not None:
            self._session.closed = True
        if token is not None:
            kept.append(("Set-Cookie", self._jar.write_session(token)))
            sets_cookies = True
        self._protect(status, content_type, kept, sets_cookies)
        return kept

    def _session_token(self) -> str | None:
        """As ``Session.token``; a session that cannot be kept is given up, so that the app's error page can leave."""
        session, self._session = self._session, None
        token = None if session is None else session.token()
        self._session = session
        return token

    def _protect(
        self, status: int, content_type: str | None, headers: list[Header], sets_cookies: bool
    ) -> None:
        """Add the visitor's policy, place what is to be placed, and keep caches from mixing visitors up."""
        settings, destination = self._settings, self.destination
        kind = kind_of(content_type)
        personal = kind.document or destination in DESTINATIONS
        headers.append(
            settings.csp_header(self._arrival.standing.csp) if personal else settings.constant
        )
        if self.places and kind.placeable and status not in _NO_PAGE and is_plain(headers):
            self._place(headers)
        touched = self._session is not None and self._session.accessed
        if personal and settings.enforce:
            vary(headers, _STEERS if destination is not None else _STEERS_UNNAMED)
        elif self.asked:
            vary(headers, _STEERS[:2])
        elif touched:
            vary(headers, _STEERS[:1])
        if sets_cookies or (personal and (touched or self._arrival.standing.consent.grants)):
            make_private(headers)

    def _place(self, headers: list[Header]) -> None:
        """Put the banner into the page, or for who has chosen, the way back to the choices."""
        notice, standing = self._settings.notice, self._arrival.standing
        if standing.to_ask:
            gate = PageGate(notice.banner(self._root, self._here, standing.gpc))
        else:
            gate = PageGate(notice.revisit(self._root), at_end=True)
        headers[:] = [field for field in headers if field[0].lower() not in _UNTRUE_WHEN_PLACED]
        for at, (name, value) in enumerate(headers):
            if name.lower() == "content-length" and value.isdecimal() and gate.size is not None:
                headers[at] = (name, str(int(value) + gate.size))
                self._promised = True
        if self._shown:
            self.page = gate

    def _lets_out(self, line: str) -> bool:
        held = self._arrival.standing.gate.outgoing(line, self._now)
        if held is None:
            return True
        self.held += (held,)
        stays = self._settings.enforce or held.rule == "reserved"
        if self._settings.once.first("held", held.name, held.rule):
            log.log(
                INFO if held.rule == "not granted" else WARNING,
                "%r set cookie %r, %s: it %s held back. %s [%s]",
                self.path,
                held.name,
                held.reason,
                "was" if stays else "would be",
                held.remedy,
                held.code,
                extra={"cookiesafe": held, "path": self.path},
            )
        return not stays

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
            return passed + page.close()
        except Exception:
            return self._give_up(page, passed + page.held)

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
        kept = [(k, v) for k, v in headers if k.lower() not in ("set-cookie", "cache-control")]
        return [*kept, ("Cache-Control", "no-store"), self._settings.constant]
