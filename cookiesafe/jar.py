"""Our own cookies: their names on a secure and on a plain connection, and what a visitor's consent cookie comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial

from .age import AgeCookie
from .consent import (
    DAY,
    MOST_SWEEPS,
    SWEPT_DAYS,
    UNDECIDED,
    UNKNOWN,
    Allowed,
    Circumstances,
    Consent,
    Question,
    allowed,
    holds,
    lapse,
    question,
    read,
    read_sweeps,
    write,
    write_sweeps,
)
from .cookies import LONGEST_LIFE, expire_set_cookie, find_cookie, write_set_cookie
from .errors import BadToken
from .gate import CookieGate, HostGate, content_security_policy
from .gate.csp import left_out, reporting
from .gate.headers import agrees_to_advertising
from .keys import KeyRing
from .memo import Memo
from .policy import History, Policy, Regime
from .remember.cookie import RememberCookie
from .session import Reference, SessionCookie, SessionTerms, Stored
from .session.cookie import Seal
from .session.marker import LogoutMarker
from .session.seal import Sealing
from .session.terms import TERMS

_REMEMBERED = 1024
_LONGEST_REMEMBERED = 4096
_MOST_PASSAGES = 64


@dataclass(frozen=True, slots=True)
class Passage:
    """What passes with what is allowed: cookies, ``hosts``, and the ``csp`` that says the same to the browser, with the
    address it reports to and ``csp_alone``.

    ``advertising`` is whether the browser may take part in it, ``complete`` whether all that can be agreed to is.
    """

    gate: CookieGate
    hosts: HostGate
    csp: str
    csp_alone: str
    advertising: bool
    complete: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What follows from one visitor's consent in its ``circumstances``: what is ``allowed``, through which ``gate`` and
    ``passage``, and the ``question`` to ask, if any.

    ``personal`` is whether what is made for this visitor is not for everybody: there is a yes, or more is allowed than
    to who has agreed to nothing.
    """

    consent: Consent
    circumstances: Circumstances
    allowed: Allowed
    gate: CookieGate
    passage: Passage
    question: Question | None
    personal: bool

    @property
    def settled(self) -> bool:
        """Whether the visitor has chosen about everything."""
        return self.question is None and (self.consent.decided or self.circumstances.child)


@dataclass
class Arrival:
    """What a ``Cookie`` header comes to: the visitor's ``standing``, and the ``cookies`` the app may see.

    ``cookies`` is ``None`` when they are as they came, and empty when none is left. It holds from ``since`` to
    ``until``, in unix seconds. ``keyed`` is whether the store is to be asked who comes: there is a session or a
    remembered login for which it must be; ``remembers`` whether it is the latter. ``signal_is_news`` is whether a
    signal turns something granted off, and that is not on record yet; ``unknown`` whether there is a yes to words that
    we have not been told of. ``to_sweep`` are the cookies in it that are to be swept out of the browser again, as they
    were ``sweeps`` times since the choice.
    """

    standing: Standing
    cookies: str | None = field(repr=False)
    since: float
    until: float
    header: str = field(repr=False)
    session_cookie: SessionCookie
    to_sweep: tuple[str, ...]
    sweeps: int
    signal_is_news: bool
    unknown: bool
    keyed: bool
    remembers: bool

    @cached_property
    def stored(self) -> tuple[Stored | Reference, ...]:
        """The sessions in it, read when they are first asked for."""
        return self.session_cookie.read(self.header)

    @cached_property
    def renew_at(self) -> float:
        """From when on a session in it should be renewed, in unix seconds; not looked at closer than that takes."""
        return self.session_cookie.written(self.header) + self.session_cookie.terms.renewed_after


class Jar:
    """Our cookies, with the ``__Host-`` prefix where the connection is ``secure`` (RFC 6265bis, section 4.1.3.2).

    ``reports`` is the path that violations of our policy are reported to; ``migrating`` are the cookies of another
    library's that are still read; ``marked`` is for how many seconds a logout is, if not for as long as a session can
    be read.
    """

    def __init__(
        self,
        policy: Policy,
        keys: KeyRing,
        *,
        secure: bool,
        enforce: bool,
        reports: str = "/cookiesafe/reports",
        session: SessionTerms = TERMS,
        entropy: Callable[[int], bytes] | None = None,
        migrating: Iterable[str] = (),
        marked: int | None = None,
    ) -> None:
        prefix = "__Host-" if secure else ""
        name = f"{prefix}cookiesafe-session"
        self.secure = secure
        self._enforce = enforce
        self._reports = reports
        self.consent_name = f"{prefix}cookiesafe"
        self.swept_name = f"{prefix}cookiesafe-swept"
        seal: Seal = keys.signer("session", name)
        rows: Seal | None = None
        if session.encrypted and entropy is not None:
            seal = Sealing(keys.sealer("session", name), entropy)
            rows = Sealing(keys.sealer("stored session", name), entropy)
        self.session = SessionCookie(name, seal, session, rows)
        self._migrating = tuple(migrating)
        self._session_attributes = write_set_cookie(name, "", secure=secure).removeprefix(
            f"{name}="
        )
        self.marker = LogoutMarker(
            f"{prefix}cookiesafe-out", session.idle if marked is None else marked, secure=secure
        )
        remember = f"{prefix}cookiesafe-remember"
        self.remember = RememberCookie(remember, keys.signer("remember", remember), secure=secure)
        self._policy = policy
        self._signer = keys.signer("consent", self.consent_name)
        self.age = AgeCookie(f"{prefix}cookiesafe-age", secure=secure)
        self.own_names = (
            self.consent_name,
            self.session.name,
            self.swept_name,
            self.remember.name,
            self.marker.name,
            self.age.name,
        )
        self._passage = lru_cache(_MOST_PASSAGES)(self._work_out_passage)
        nothing = Circumstances(frozenset(), policy.regime(""), child=True)
        self._nobodys_allowed = allowed(policy, UNDECIDED, nothing)
        self.nobody = self._stand_by(History(policy), UNDECIDED, nothing)
        """Who has agreed to nothing, and is asked nothing."""
        self.learn(History(policy))
        self.nobodys = self._arrive("", self.nobody)

    def learn(self, history: History) -> None:
        """From now on, read consents by what is known of earlier policies."""
        self._history = history
        self._remembered = lru_cache(_REMEMBERED)(self._work_out)
        self.undecided: Memo[Circumstances, Standing] = Memo(partial(self.stand, UNDECIDED))
        self.empty: Memo[Circumstances, Arrival] = Memo(
            lambda circumstances: self._arrive("", self.undecided[circumstances])
        )

    def read(self, header: str, circumstances: Circumstances, now: float) -> Arrival:
        """What a ``Cookie`` header comes to at ``now``. Remembered, since a page's requests all send the same one."""
        work_out = self._remembered if len(header) <= _LONGEST_REMEMBERED else self._work_out
        arrival = work_out(header, circumstances)
        if arrival.since <= now <= arrival.until:
            return arrival
        standing = arrival.standing
        left = lapse(standing.consent, now, standing.circumstances.regime)
        return self._arrive(header, self.stand(left, standing.circumstances))

    def _work_out(self, header: str, circumstances: Circumstances) -> Arrival:
        if self.age.read(header) == "child":
            circumstances = circumstances.of_a_child
        tokens = find_cookie(header, self.consent_name)
        return self._arrive(header, self._standing_of(tokens, circumstances))

    def as_child(self, arrival: Arrival) -> Arrival:
        """The same, of a child."""
        standing = arrival.standing
        child = self.stand(standing.consent, standing.circumstances.of_a_child)
        return self._arrive(arrival.header, child)

    def with_consent(self, arrival: Arrival, consent: Consent) -> Arrival:
        """The same, of who has chosen something else."""
        return self._arrive(arrival.header, self.stand(consent, arrival.standing.circumstances))

    def _arrive(self, header: str, standing: Standing) -> Arrival:
        since, until = holds(standing.consent, standing.circumstances.regime)
        cookies = standing.gate.incoming(header) if header and self._enforce else None
        sweeps = 0
        to_sweep: tuple[str, ...] = ()
        if cookies is not None and standing.settled:
            sweeps = read_sweeps(find_cookie(header, self.swept_name), standing.consent)
            to_sweep = standing.gate.withdrawn(header) if sweeps < MOST_SWEEPS else ()
        remembers = bool(find_cookie(header, self.remember.name))
        return Arrival(
            standing,
            cookies,
            since,
            until,
            header,
            self.session,
            to_sweep,
            sweeps,
            signal_is_news=self._signal_is_news(standing),
            unknown=any(
                not self._history.knows(name, ground)
                for name, ground in standing.consent.former.items()
            ),
            keyed=(
                remembers
                or self.session.is_keyed(header)
                or any(find_cookie(header, name) for name in self._migrating)
            ),
            remembers=remembers,
        )

    def _signal_is_news(self, standing: Standing) -> bool:
        consent = standing.consent
        if consent.receipt is None or consent.signalled:
            return False
        grants = consent.grants
        silenced = {purpose.id for purpose in standing.circumstances.silenced(self._policy)}
        return not silenced.isdisjoint(grants) or any(
            f"@{vendor.id}" in grants and not silenced.isdisjoint(vendor.purposes)
            for vendor in self._policy.vendors.values()
        )

    def _standing_of(self, tokens: list[str], circumstances: Circumstances) -> Standing:
        """None that can be read, or several that differ, are no consent: one of them is somebody else's (RFC 6265bis,
        section 8.6). Nor do they leave anything on by default: one of them may be a no.
        """
        if not tokens:
            return self.undecided[circumstances]
        found: Standing | None = None
        for token in tokens:
            try:
                consent = read(self._signer.verify(token), self._policy, self._history)
            except BadToken:
                continue
            if found is not None and found.consent != consent:
                return self.stand(UNKNOWN, circumstances)
            found = self.stand(consent, circumstances)
        return found or self.stand(UNKNOWN, circumstances)

    def is_ours(self, header: str) -> bool:
        """Whether anything in a ``Cookie`` header is a cookie of ours, or one that we still read."""
        names = (*self.own_names, *self._migrating)
        return any(find_cookie(header, name) for name in names)

    def signs_in(self, header: str) -> bool:
        """Whether something in a ``Cookie`` header may sign somebody in, or holds a session."""
        names = (self.session.name, self.remember.name, *self._migrating)
        return any(find_cookie(header, name) for name in names)

    def write_consent(self, consent: Consent, regime: Regime, age: int = 0) -> str:
        """The ``Set-Cookie`` line that carries ``consent``, which is ``age`` days old, for as long as any of it holds.

        Where something is on by default, a no is kept for as long as browsers keep anything.
        """
        token = self._signer.sign(write(consent))
        lasts = max(DAY, max(regime.lifetime, regime.ask_again) - age * DAY)
        if regime.defaults and (consent.against or not all(consent.choices.values())):
            lasts = LONGEST_LIFE
        return write_set_cookie(self.consent_name, token, max_age=lasts, secure=self.secure)

    def expire_consent(self) -> str:
        """The ``Set-Cookie`` line that forgets it."""
        return expire_set_cookie(self.consent_name, secure=self.secure)

    def write_swept(self, consent: Consent, sweeps: int) -> str:
        """The ``Set-Cookie`` line that counts the ``sweeps`` since ``consent``; for 0, the one that forgets them."""
        if not sweeps:
            return expire_set_cookie(self.swept_name, secure=self.secure)
        count = write_sweeps(consent, sweeps)
        return write_set_cookie(
            self.swept_name, count, max_age=SWEPT_DAYS * DAY, secure=self.secure
        )

    def withdrawn(
        self, header: str, consent: Consent, circumstances: Circumstances
    ) -> tuple[str, ...]:
        """The declared cookies in a ``Cookie`` header that ``consent`` does not cover."""
        return self.stand(consent, circumstances).gate.withdrawn(header)

    def write_session(self, token: str) -> str:
        """The ``Set-Cookie`` line for a session's token, or, for ``""``, the one that expires it."""
        if not token:
            return expire_set_cookie(self.session.name, secure=self.secure)
        return f"{self.session.name}={token}{self._session_attributes}"

    def stand(self, consent: Consent, circumstances: Circumstances) -> Standing:
        """What follows from a consent."""
        return self._stand_by(self._history, consent, circumstances)

    def _stand_by(
        self, history: History, consent: Consent, circumstances: Circumstances
    ) -> Standing:
        may = allowed(self._policy, consent, circumstances)
        passage = self._passage(may)
        asking = question(self._policy, history, consent, circumstances)
        personal = bool(consent.grants) or may.exceeds(self._nobodys_allowed)
        return Standing(consent, circumstances, may, passage.gate, passage, asking, personal)

    def _work_out_passage(self, may: Allowed) -> Passage:
        policy = self._policy
        csp = content_security_policy(policy, may)
        return Passage(
            CookieGate(policy, may, self.own_names),
            HostGate(policy, may, left_out(policy, may)),
            reporting(csp, self._reports),
            csp,
            agrees_to_advertising(policy, may),
            may.vendors == policy.vendors.keys() and may.purposes == policy.purposes.keys(),
        )
