"""What is kept of a visit as its response leaves, and when it has ended: the session, and who is signed in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import AnyStr

from .age import Age
from .choosing import Choice, recorded
from .consent import DAY, Consent, write
from .conversation import Conversation
from .cookies import parse_cookie
from .desk import local_path, through_check
from .errors import UsageError
from .fields import Header, Spelling, text_of
from .gate import Place, sweep
from .gate.caches import CLEAR_CACHE, CLEAR_SITE
from .gate.roles import ROLES
from .login import Keeping, Login, keep, keep_late, keep_nobodys
from .placing import Placing
from .ports import Append, Flow
from .recording import once, record_of
from .session import Session
from .traffic import Press


class Leaving(Placing, Conversation):
    """The visit's session and login, up to where its headers leave, and after."""

    navigates = False
    """Whether a browser is going to show what comes as a page of its own."""
    swept_from: Place | None = None
    """Where cookies are to be swept out of the browser, if they are."""
    _lines: list[str] = []  # noqa: RUF012
    """What is set for the session and the login."""
    _at_fault = False

    def leave(self, status: int, fields: list[tuple[AnyStr, AnyStr]]) -> bool:
        """Keep the session and the login, where there is something to keep: to be called before ``depart``.

        Whether there are ``needs`` first. Raises ``UsageError`` where the app gave the session what it cannot keep.
        """
        session, login = self._session, self._login
        due = self._news is not None or (
            self.navigates and (self._now >= self._renew_at() or self._arrived().signal_is_news)
        )
        if session is not None and login is None and not due:
            if self._keep_nobodys(status, session):
                return False
        elif not (
            due
            or (login is not None and login.speaks)
            or (session is not None and session.may_differ)
        ):
            return False
        self._converse(self.keeping(status, fields))
        return bool(self.needs)

    def _renew_at(self) -> float:
        """From when on the session is to be renewed. Of one in the store, the cookie does not say when it was written."""
        came = None if self._login is None else self._login.came
        if came is None:
            return self._arrived().renew_at
        return came.written + self._settings.session.renewed_after

    def _keep_nobodys(self, status: int, session: Session) -> bool:
        """Where nobody is signed in, and no store is needed."""
        self._lines = []
        if status >= 500 or self._settings.session.kept != "cookie":
            return status >= 500
        # One that cannot be kept is given up, so that the app's error page can leave.
        self._session = None
        try:
            came = self._came()
            lines = keep_nobodys(self._jar, session, came, int(self._now))
        except UsageError:
            raise
        except Exception:
            self._fail("session")
            return True
        self._session = session
        if lines is None:
            return False
        self._lines = lines
        return True

    def keeping(self, status: int, fields: Iterable[tuple[AnyStr, AnyStr]]) -> Flow[None]:
        """The steps of it."""
        session, self._session = self._session, None
        try:
            keeping = self._keeping(session, int(self._now))
            keeping.failed = status >= 500
            keeping.renews = (
                self.navigates and status < 400 and status != 304 and not _is_public(fields)
            )
            self._lines = yield from keep(keeping)
            self._login = keeping.login
            self._lines += yield from self._keep_standing(notes=keeping.renews)
            if self._login.clears:
                self._lines, self.swept_from = self._clearing_lines(), None
            if session is not None and self._outlasts:
                session.settle()
        except UsageError:
            raise
        except Exception:
            self._fail("session")
        self._session = session

    def _keep_standing(self, *, notes: bool) -> Flow[list[str]]:
        """What is new of where the visitor stands: a choice, that it is a child, or, if it ``notes`` that, that a signal counts."""
        news = self._news
        if isinstance(news, tuple):
            return (yield from self._keep_choice(news[0]))
        if news is not None:
            return (yield from self._keep_age(news))
        if notes and self._arrived().signal_is_news:
            return (yield from self._keep_signal())
        return []

    def _keep_choice(self, choice: Choice) -> Flow[list[str]]:
        """What is not recorded is not chosen: the visitor stands where they stood. But a no holds all the same."""
        line = self._write_consent(choice.consent)
        by = Press("save", self.agent, script=False)
        if (yield from recorded(self._settings, choice, by)) or self._narrowed:
            return [line]
        self._take_back()
        return []

    def _keep_age(self, age: Age) -> Flow[list[str]]:
        settings = self._settings
        if age == "child":
            circumstances = self._arrived().standing.circumstances
            record = record_of(
                settings, "child", self._now, layer="app", circumstances=circumstances
            )
            # Who keeps no cookie is found to be one with each request, and nothing tells one from another.
            day = int(self._now) // DAY
            record = once(record, f"{day} {record.policy} {record.regime} {record.signals}")
            (failure,) = yield (Append((record,)),)
            if failure is not None:
                settings.telling.report_store("that a visitor is a child was not recorded", failure)
        return [self._jar.age.write(age)]

    def _keep_signal(self) -> Flow[list[str]]:
        settings, standing = self._settings, self._arrived().standing
        consent = standing.consent
        record = record_of(
            settings,
            "signal",
            self._now,
            circumstances=standing.circumstances,
            consent=consent,
            receipt=consent.receipt,
        )
        (failure,) = yield (Append((once(record, write(consent)),)),)
        if failure is not None:
            settings.telling.report_store("a signal was not recorded", failure)
            return []
        return [self._write_consent(replace(consent, signalled=True))]

    def _write_consent(self, consent: Consent) -> str:
        age = int(self._now) // DAY - (consent.changed or 0)
        regime = self._arrived().standing.circumstances.regime
        return self._jar.write_consent(consent, regime, age)

    def _clearing_lines(self) -> list[str]:
        """What ends all cookies that came, the choice too, before what is set for the session, the login and a child.

        Marks stay: that of a child, and that of a logout, without which a late response would sign in again.
        """
        jar, header = self._jar, self._arrived().header
        ours = {line: line.partition("=")[0] for line in self._lines}
        lines = [line for line, name in ours.items() if name != jar.consent_name]
        kept = {*ours.values(), jar.consent_name, jar.marker.name}
        if jar.age.read(header) == "child":
            kept.add(jar.age.name)
        names = dict.fromkeys(name for name, _ in parse_cookie(header) if name not in kept)
        swept = sweep([*names], self._settings.place_of(self))
        return [*swept, jar.expire_consent(), *lines]

    def _clearing(self) -> list[Header]:
        """What has the browser drop more than cookies, if it is to.

        Browsers take it only where a connection can be trusted. Storage is the whole origin's, and so not for who is
        mounted in a part of it to drop.
        """
        if self._login is not None and self._login.clears:
            trustworthy = self._settings.place_of(self).trustworthy
            return [CLEAR_CACHE if self.root else CLEAR_SITE] if trustworthy else []
        return [CLEAR_CACHE] if self._narrowed and self._settings.enforce else []

    def _led_on(
        self, status: int, fields: list[tuple[AnyStr, AnyStr]], spelling: Spelling[AnyStr]
    ) -> list[tuple[AnyStr, AnyStr]]:
        """The fields of a response that signs somebody in: whose browser has shown no cookie is led on through the check of
        that. A way to anywhere else than this very site stays as it is.
        """
        if status not in (302, 303) or self.destination != "document" or self._arrived().header:
            return fields
        led = [at for at, (name, _) in enumerate(fields) if text_of(name).lower() == "location"]
        if len(led) != 1:
            return fields
        way = text_of(fields[led[0]][1]).removeprefix(self._settings.origin_of(self))
        then = local_path(way, "") if way.isascii() else ""
        if then:
            way = through_check(self._settings, self.root, then, "login")
            fields[led[0]] = spelling.field(("Location", way))
        return fields

    def finish(self) -> None:
        """Keep what the app has changed in the session since the headers left. There may be ``needs`` then.

        To be called when the response has ended. Raises ``NotStorable``.
        """
        session = self._session
        if self.departed and session is not None and not session.closed and session.may_differ:
            self._converse(self._finishing(session))

    def _finishing(self, session: Session) -> Flow[None]:
        try:
            yield from keep_late(self._keeping(session, int(self._settings.clock())))
        except UsageError:
            raise
        except Exception:
            self._settings.telling.report_fault("session")
        session.closed = True

    def _keeping(self, session: Session | None, now: int) -> Keeping:
        login = Login(came=self._came()) if self._login is None else self._login
        header, leaves_at = self._arrived().header, int(self._settings.clock())
        return Keeping(self._settings, self._jar, header, now, leaves_at, session, login)

    def _fail(self, where: str) -> None:
        """By a fault of our own: the response leaves with nothing optional."""
        self._settings.telling.report_fault(where)
        self._at_fault = True


def _is_public(fields: Iterable[tuple[AnyStr, AnyStr]]) -> bool:
    """Whether caches are told to keep a response for everybody, as far as that can be read."""
    try:
        said = [text_of(value).lower() for name, value in fields if ROLES[name] == "caches"]
    except (TypeError, ValueError, AttributeError):
        return True
    return any(word in each for each in said for word in ("public", "immutable", "s-maxage"))
