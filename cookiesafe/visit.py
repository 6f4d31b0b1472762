"""The visit: one request and its response, as the app sees it. Nothing on it waits for anything."""

from __future__ import annotations

from abc import abstractmethod
from functools import partial
from typing import TYPE_CHECKING

from .carry import Carry
from .consent import Consent
from .errors import NotFresh, TooLate
from .form_token import Whom
from .gate.findings import AnyHeld
from .ids import new_id, user_text
from .jar import Arrival
from .login import Login
from .refusing import Refusal, needed, refusal
from .remember import label_of
from .sayings import say
from .scripts import Scripts
from .session import Identity, Session, Stored, the_one
from .session.text import EMPTY

if TYPE_CHECKING:
    from markupsafe import Markup


class Visit(Scripts):
    """What the app asks and keeps: the visitor's choices and the session. An exchange is one.

    ``held`` is what the gate did not let through (in ``observe``, what it would not have), known once the response's
    headers have left, which ``departed`` says. ``asked`` is whether the app has looked at the consent or
    at a carried form, so that its answer depends on the visitor.
    """

    asked: bool
    held: tuple[AnyHeld, ...] = ()
    app_cookie: str | None
    """The ``Cookie`` header for the app: ``None`` as it came, empty for none."""
    _session: Session | None
    _login: Login | None = None
    _stored: Stored | None = None
    _carry: Carry | None
    _linked = False
    """Whether the page has a link to the choices of its own."""
    _guarded = False
    """Whether caches were told that the response may be one visitor's, whatever the app looks at later."""

    def _arrived(self) -> Arrival:
        """What the cookies came to. Of a request without any, that is worked out when it is first asked for."""
        if self._arrival is None:
            return self._read_cookies()
        return self._arrival

    def _read_cookies(self) -> Arrival:
        """On a fault of our own the visitor is one who has sent none: the site works, with nothing optional."""
        settings = self._settings
        self.app_cookie = None
        self._now = 0.0
        try:
            self._now = now = settings.clock()
            if now >= settings.until:
                self._settings = settings = settings.successor(now)
            jars, scheme = settings.jars, self.scheme
            self._jar = jar = jars[scheme] if scheme in jars else settings.jar(self)
            circumstances = settings.ordinary if self.gpc is None else None
            if circumstances is None:
                circumstances = settings.circumstances(self)
            if self.cookie:
                self._arrival = arrival = jar.read(self.cookie, circumstances, now)
                self.app_cookie = arrival.cookies
            else:
                self._arrival = arrival = jar.empty[circumstances]
        except Exception:
            settings.telling.report_fault("arrive")
            self._jar = settings.secure_jar
            self._arrival = arrival = self._jar.nobodys
            self.app_cookie = "" if settings.enforce else None
        return arrival

    @property
    def session(self) -> Session:
        """What is kept for this browser from one request to the next: a mapping of JSON values and dates."""
        if self._session is None:
            self._session = Session(self._session_as_it_came)
            if self.departed:
                self._close(self._session)
        return self._session

    def _session_as_it_came(self) -> str:
        came = self._came()
        return EMPTY if came is None else came.text

    def _came(self) -> Stored | None:
        """The session of the request. One that the store is to be asked about is in ``_login``, if anywhere."""
        if self._login is not None:
            return self._login.came
        if self._stored is None:
            found = the_one(self._arrived().stored, self._settings.session, int(self._now))
            if isinstance(found, Stored) and found.identity is None:
                self._stored = found
        return self._stored

    @property
    def carry(self) -> Carry:
        """Forms that go from step to step without a cookie. To look at it keeps the response out of every cache."""
        if self._carry is None:
            self._arrived()
            if self.departed:
                self._settings.telling.report_late("a carried form")
            else:
                # So that it is not taken for one that is the same for everybody.
                self.asked = True
            settings, now = self._settings, int(self._now)
            self._carry = Carry(
                settings.carries, settings.origin_of(self), now, closed=self.departed
            )
        return self._carry

    @property
    def user_id(self) -> str | None:
        """Who is signed in, as ``login`` was told; ``None`` if nobody is."""
        identity = self._identity()
        return None if identity is None else identity.user

    @property
    def remembered(self) -> bool:
        """Whether who is signed in was let in because this browser is remembered, and has given no password since."""
        identity = self._identity()
        return identity is not None and identity.remembered

    @property
    def fresh(self) -> bool:
        """Whether who is signed in has given the password in this session."""
        identity = self._identity()
        return identity is not None and not identity.remembered

    def require_fresh(self, max_age: int | None = None) -> None:
        """Raise ``NotFresh`` unless the password was given in this session, no more than ``max_age`` seconds ago.

        Catch it, ask for the password, and call ``login`` for the same user: the session and the remembered login stay.
        """
        identity = self._identity()
        if identity is None:
            raise NotFresh("nobody is signed in")
        if identity.remembered:
            raise NotFresh("who is signed in has given no password in this session")
        age = int(self._now) - identity.auth_time
        if max_age is not None and age > max_age:
            raise NotFresh(f"the password was given {age} s ago, and {max_age} s are allowed")

    @property
    def stolen(self) -> bool:
        """Whether this browser's remembered login was ended just now, since two have used it: tell the visitor."""
        self._identity()
        return self._login is not None and self._login.stolen

    def login(self, user_id: str | int, *, remember: bool = False) -> None:
        """Sign a user in, whose password was just checked; with ``remember``, if they ticked the box, for longer.

        The session goes on under another id; what somebody else had left in it is removed. Raises ``TooLate`` after
        the response's headers have left, ``UsageError`` for what is no id.
        """
        user = user_text(user_id)
        login = self._changing_login()
        if login.identity is not None and login.identity.user != user:
            self.session.clear()
        sid = new_id(self._settings.entropy)
        login.identity = Identity(user, int(self._now), sid)
        login.begun, login.remember = True, remember
        login.label = label_of(self.agent) if remember else ""

    def logout(self, *, everywhere: bool = False, clear: bool = False) -> None:
        """Sign out in this browser, and forget it; with ``everywhere``, sign the user out of all others too.

        The session is emptied. With ``clear``, for a computer that others use, the browser is told to delete whatever it
        has of this site, the choice too; but not that a child uses it. Raises ``TooLate`` as ``login`` does.
        """
        login = self._changing_login()
        self.session.clear()
        login.left = login.identity or login.left
        login.identity = None
        login.ended, login.begun = True, False
        login.everywhere, login.clears = login.everywhere or everywhere, login.clears or clear

    def _changing_login(self) -> Login:
        if self.departed:
            raise TooLate(
                "somebody signed in or out after the response's headers had left",
                fix="Call login or logout before the response begins.",
            )
        self.session.mark_accessed()
        if self._login is None:
            came = self._came()
            self._login = Login(came=came, remembers=self._arrived().remembers)
        return self._login

    def _identity(self) -> Identity | None:
        session = self.session
        if not session.accessed:
            if session.late is not None:
                session.late()
            session.mark_accessed()
        return None if self._login is None else self._login.identity

    @property
    def consent(self) -> Consent:
        """All choices of the visitor."""
        return self._ask().standing.consent

    def allows(self, purpose: str) -> bool:
        """Whether the visitor agrees to a purpose now. Raises ``UnknownName``."""
        allowed = self._ask().standing.allowed
        return self._settings.policy.purpose(purpose).id in allowed.purposes

    def allows_vendor(self, vendor: str) -> bool:
        """Whether the visitor agrees to a vendor: by name, or to all its purposes. Raises ``UnknownName``."""
        allowed = self._ask().standing.allowed
        return self._settings.policy.vendor(vendor).id in allowed.vendors

    def can(self, feature: str) -> bool:
        """Whether a feature has the purpose it needs. Raises ``UnknownName``."""
        self._ask()
        return self.allows(self._settings.policy.feature(feature).purpose)

    def refusal(self, purpose: str | None = None, *, feature: str | None = None) -> Refusal | None:
        """What to answer where a page needs a purpose, or a feature, that the visitor does without; else ``None``.

        Its ``reply`` has ``status``, ``headers`` and ``body``: a page, or JSON for a script, that says what is off and
        where that can be changed. In ``observe`` nothing is refused. Raises ``UnknownName``, and ``UsageError`` for both
        or neither.
        """
        self._ask()
        id, _ = needed(self._settings.policy, purpose, feature)
        if self.allows(id) or not self._settings.enforce:
            return None
        return refusal(self._settings, self, purpose, feature)

    @property
    def choices_address(self) -> str:
        """Where the visitor can see and change the choices, from which the way leads back to this page."""
        return self._settings.choices_address(self.root, self.address())

    def choices_link(self, text: str | None = None, language: str | None = None) -> Markup:
        """HTML of a link to there.

        Its ``text``, where none is given, and the choices themselves are in the ``language`` of that tag, that of the
        page, if the site offers it; else the text is in that of the policy's. A page with it has no button of ours.
        """
        from markupsafe import Markup

        self._linked = True
        notices, address = self._settings.notices, self.choices_address
        named = notices.named(language)
        if named is not None:
            address = named.choices_address(self.root, self.address())
        if text is None:
            text = (named or notices.usual).language.plain(say("Cookie choices"))
        return Markup('<a href="{}">{}</a>').format(address, text)

    @abstractmethod
    def cookie_banner(self, language: str | None = None) -> Markup:
        """HTML of the banner, to stand here rather than where the theme's ``layout`` has it.

        With the layout ``inline`` it stands nowhere else. It speaks the ``language`` of that tag, that of the page, if the
        site offers it, and else that of the policy's texts. Empty where there is nothing to ask or to tell, after the
        first time in a page, and in what is no page that somebody opens, such as a part that a script asks for.
        """

    @property
    def form_token(self) -> str:
        """For a hidden field ``cookiesafe-token``, by which a form shows that it was given to this visitor by this site.

        It is needed only where a browser does not say where a form was sent from, and holds for twelve hours.
        """
        whom = Whom(self.user_id, self.consent.receipt)
        return self._settings.form_tokens.write(whom, self._now)

    @property
    def child(self) -> bool:
        """Whether who visits is treated as a child, so that nothing optional is used, whatever was chosen."""
        return self._ask().standing.circumstances.child

    def treat_as_child(self) -> None:
        """From this response on, and for a year, treat who visits as a child: by what the app knows of them.

        Raises ``TooLate`` after the response's headers have left.
        """
        if self.departed:
            raise TooLate(
                "a visitor was found to be a child after the response's headers had left",
                fix="Call treat_as_child before the response begins.",
            )
        if not self.child:
            self._take_back()
            before = self._arrived()
            self._turn(before, self._jar.as_child(before))
            self._news = "child"

    @property
    def policy(self) -> str:
        """The fingerprint of the policy that this visit is under: keep it beside what you collect of a visitor."""
        self._arrived()
        return self._settings.policy.fingerprint

    def _ask(self) -> Arrival:
        if self.departed and not self.asked and not self._guarded:
            self._settings.telling.report_late("the visitor's consent")
        self.asked = True
        # It is known only then which policy is in force.
        return self._arrived()

    @property
    def _outlasts(self) -> bool:
        """Whether the session is in the store, under an id that the browser has: it can change when the headers have left."""
        login = self._login
        return login is not None and login.row is not None and login.came is not None

    def _close(self, session: Session) -> None:
        session.closed = not self._outlasts
        if not self._guarded:
            session.late = partial(self._settings.telling.report_late, "the session")

    def __repr__(self) -> str:
        return "<Visit>"
