"""What is the same for every visitor: the policy, and how and where it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from math import inf
from typing import Any, Literal

from .addresses import LONGEST_HOST, checked_origin, checked_path, is_loopback, origin_at
from .carry import TERMS as CARRY_TERMS
from .carry import Carries, CarryTerms
from .consent import Circumstances
from .errors import SettingError, did_you_mean
from .events import log
from .fields import Fixed, fixed
from .form_token import FormTokens
from .gate import Findings, Place, Sightings
from .gate.csp import everything, left_out, reporting_below
from .gate.reports import Allowance
from .gpc import STATEMENT
from .jar import Jar
from .keys import KeyRing
from .links import Links
from .migration import Reader, in_force
from .notice import Lasting, Notice
from .origin import Ruling, judge
from .policy import Announcement, History, Policy
from .ports import Request
from .remember import Terms as RememberTerms
from .remember.series import TERMS as REMEMBER_TERMS
from .session import SessionTerms
from .session.terms import TERMS as SESSION_TERMS
from .telling import Telling
from .versions import Versions

Mode = Literal["enforce", "observe"]
_FIELD_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_REPORTS_A_SECOND, _REPORTS_AT_ONCE = 10, 100
_MOST_TOLD = 20
_MOST_POLICIES = 64
_PAGES_OF = {"ws": "http", "wss": "https"}


class Varies:
    """The ``Vary`` fields of what depends on the visitor: by its cookies alone, or on what ``steering`` names as well."""

    def __init__(self, steering: str) -> None:
        self.session = fixed("Vary", "Cookie")
        self.consent = fixed("Vary", f"Cookie, {steering}")
        self.document = fixed("Vary", f"Cookie, {steering}, Sec-Fetch-Dest")
        self.unnamed = fixed("Vary", f"Cookie, {steering}, Sec-Fetch-Dest, Accept, HX-Request")
        """Where a browser does not say what it asks for, that is told by other fields."""


class Settings(Telling):
    """Checked once. Raises ``SettingError`` for what cannot work."""

    def __init__(
        self,
        policy: Policy,
        *,
        secret_key: str | bytes,
        fallback_keys: Sequence[str | bytes] = (),
        mode: str = "enforce",
        path: str = "/cookiesafe",
        origin: str | None = None,
        trusted_origins: Iterable[str] = (),
        check_origin: bool = False,
        secure: bool | Literal["auto"] = "auto",
        session: SessionTerms = SESSION_TERMS,
        remember: RememberTerms = REMEMBER_TERMS,
        carry: CarryTerms = CARRY_TERMS,
        migrate: Iterable[Reader[Any]] = (),
        place_headers: Sequence[str] = (),
        revocable: bool = True,
        sealed: bool = False,
        clock: Callable[[], float],
        entropy: Callable[[int], bytes],
    ) -> None:
        super().__init__()
        _check(mode, secure)
        self._keys = keys = KeyRing(secret_key, fallback_keys)
        self.policy = policy
        self.clock = clock
        self.entropy = entropy
        self.session = session
        self.remember = remember
        readers = tuple(migrate)
        self.readers = in_force(readers, int(clock())) if readers else ()
        self.revocable = revocable
        """Whether there is a store that knows who is signed in, so that a login can be ended everywhere."""
        self.sealed = sealed
        """Whether there is a key that the ledger is sealed with."""
        self.enforce = mode == "enforce"
        self.places = self.enforce and bool(policy.optional)
        """Whether there is anything to ask visitors about, so that something may be placed in pages."""
        self._place_headers = _field_names(place_headers)
        self._circumstances: dict[tuple[frozenset[str], str], Circumstances] = {}
        ordinary = self._in_circumstances(frozenset(), "")
        self.ordinary = None if policy.site.dnt or self._place_headers else ordinary
        """The circumstances of who sends no ``Sec-GPC``, where nothing else tells any."""
        self.check_origin = check_origin
        """Whether what another site sends is kept from the app, too."""
        self.at_once = self.ordinary is not None and not check_origin
        """Whether what comes without cookies, for what is no document, is the app's whatever its method."""
        steering = ["Sec-GPC", *(["DNT"] if policy.site.dnt else []), *self._place_headers]
        self.varies = Varies(", ".join(steering))
        self.path = checked_path(path)
        self.own_paths = f"{path}/"
        self.statement = STATEMENT if policy.site.gpc else None
        """Where the site states that it honours Global Privacy Control, if it does."""
        self.reports = f"{path}/reports"
        self.report_allowance = Allowance(rate=_REPORTS_A_SECOND, burst=_REPORTS_AT_ONCE)
        self.sightings = Sightings()
        self.origin = None if origin is None else checked_origin(origin)
        self.trusted_origins = frozenset(checked_origin(each) for each in trusted_origins)
        self.form_tokens = FormTokens(keys)
        marked = session.idle if revocable else max(session.idle, remember.idle)
        lasts = Lasting(idle=remember.idle, absolute=remember.absolute, marker=marked)
        self.notice = Notice(policy, self.path, lasts)
        self.findings = Findings(self.once, self.sightings, enforce=self.enforce)
        self.secure_jar = self._make_jar(keys, marked, secure=True)
        self._plain_jar = self._make_jar(keys, marked, secure=False)
        self.load_signer = keys.signer("embed", "load")
        """Signs the addresses under which an embed is loaded once."""
        self.receipt_signer = keys.signer("receipt", "download")
        """Signs what lets a receipt be downloaded once more after its number was dropped."""
        self.jars = self._jars_by_scheme(secure)
        """The jar of each scheme that decides it alone."""
        nobody = self.secure_jar.nobody.passage
        self.constant = self._csp_field(nobody.csp_alone)
        """What is no document carries this field, whoever asks: as if nothing had been agreed to."""
        self.constant_text, self.constant_raw = [self.constant[0]], [self.constant[1]]
        self.document_policy = lru_cache(_MOST_POLICIES)(self._document_policy)
        """``(csp, root)`` gives the policy of a visitor's documents, for an app that is mounted under ``root``."""
        self.until: float = inf
        """When another policy is in force, in unix seconds: ``succeeded`` are the settings by then."""
        self._after: tuple[Settings, Callable[[Settings], None]] | None = None
        self.versions = Versions()
        self.history = History(policy)
        """Which consent to earlier policies still holds, as far as they are known."""
        self._carry = carry
        self._check_room()

    @cached_property
    def links(self) -> Links:
        """The links in mails: made where one is first needed, since sealing takes long to import."""
        return Links(self._keys, self.entropy)

    @cached_property
    def carries(self) -> Carries:
        """What seals and opens the forms that are carried: made where it is first needed, for the same reason."""
        return Carries(self._keys, self._carry, self.entropy)

    def learn(self, earlier: Iterable[Policy]) -> None:
        """From now on, consent that was given under these policies, too, holds as far as ours asks for no more."""
        known = {each.fingerprint: each for each in self.versions.earlier}
        new = {each.fingerprint: each for each in earlier if each.fingerprint not in known}
        if not new:
            return
        self.versions.earlier = (*known.values(), *new.values())
        self.history = History(self.policy, self.versions.earlier)
        for jar in (self.secure_jar, self._plain_jar):
            jar.learn(self.history)

    def announce(
        self, announcement: Announcement, hand_over: Callable[[Settings], None], after: Settings
    ) -> None:
        """Tell visitors of a policy, and hand over to the settings ``after`` once it is in force."""
        self.versions.announcement = after.versions.announcement = announcement
        if after is not self:
            self._after, self.until = (after, hand_over), announcement.starts

    def succeeded(self) -> Settings:
        """The settings that these are over for."""
        if self._after is None:
            return self
        after, hand_over = self._after
        hand_over(after)
        return after

    def _make_jar(self, keys: KeyRing, marked: int, *, secure: bool) -> Jar:
        return Jar(
            self.policy,
            keys,
            secure=secure,
            enforce=self.enforce,
            reports=self.reports,
            session=self.session,
            entropy=self.entropy,
            migrating=[reader.cookie for reader in self.readers],
            marked=marked,
        )

    def circumstances(self, request: Request) -> Circumstances:
        """What holds for who sends this, whatever they choose: to be asked while the request arrives."""
        signals = set()
        if request.asks_privacy():
            signals.add("gpc")
        if self.policy.site.dnt and (request.header("dnt") or "").strip(" \t") == "1":
            signals.add("dnt")
        # A region alone is no place: CA is California, or Canada.
        country, *regions = [request.header(name) or "" for name in self._place_headers] or [""]
        place = "-".join(filter(None, [country, *regions])) if country else ""
        return self._in_circumstances(frozenset(signals), place)

    def _in_circumstances(self, signals: frozenset[str], place: str) -> Circumstances:
        regime = self.policy.regime(place)
        key = signals, regime.id
        if key not in self._circumstances:
            self._circumstances[key] = Circumstances(signals, regime)
        return self._circumstances[key]

    def jar(self, request: Request) -> Jar:
        """Our cookies as browsers keep them on this connection."""
        scheme, host = self.site_of(request)
        jar = self.jars.get(scheme)
        if jar is not None:
            return jar
        loopback = len(host) <= LONGEST_HOST and is_loopback(host)
        return self._plain_jar if loopback else self._refused_jar(host[:LONGEST_HOST])

    def site_of(self, request: Request) -> tuple[str, str]:
        """Scheme and authority the visitor sees."""
        if self.origin is not None:
            scheme, _, host = self.origin.partition("://")
            return scheme, host
        return request.scheme, request.host

    def origin_of(self, request: Request) -> str:
        """The origin the visitor sees, that of a WebSocket's page too."""
        scheme, host = self.site_of(request)
        return origin_at(_PAGES_OF.get(scheme, scheme), host)

    def judge(self, request: Request, *, has_cookies: bool) -> Ruling:
        """What is to come of a request, by what it says of where it was made; see ``origin.judge``."""
        return judge(
            request.method,
            self.origin_of(request),
            self.trusted_origins,
            fetch_site=request.header("sec-fetch-site"),
            origin=request.header("origin"),
            has_cookies=has_cookies,
        )

    def _document_policy(self, csp: str, root: str) -> Fixed:
        return self._csp_field(reporting_below(root, csp) if root else csp)

    def place_of(self, request: Request) -> Place:
        """Where the browser keeps what is set in answer to this request."""
        scheme, authority = self.site_of(request)
        authority = authority[:LONGEST_HOST].lower()
        trustworthy = scheme in ("https", "wss") or is_loopback(authority)
        path = request.address().partition("?")[0]
        return Place(authority.partition(":")[0], path, trustworthy)

    def _csp_field(self, policy: str) -> Fixed:
        """The field that carries a Content-Security-Policy; in ``observe`` it only reports."""
        return fixed(
            "Content-Security-Policy" if self.enforce else "Content-Security-Policy-Report-Only",
            policy,
        )

    def _jars_by_scheme(self, secure: bool | Literal["auto"]) -> dict[str, Jar]:
        if secure != "auto":
            jar = self.secure_jar if secure else self._plain_jar
            return dict.fromkeys(("http", "https", "ws", "wss"), jar)
        if self.origin is not None and self.origin.startswith("https:"):
            return dict.fromkeys(("http", "https", "ws", "wss"), self.secure_jar)
        return dict.fromkeys(("https", "wss"), self.secure_jar) if self.origin is None else {}

    def _check_room(self) -> None:
        """What the longest of our policies leaves out will not work for anybody who agrees to it."""
        too_many = sorted(left_out(self.policy, everything(self.policy)))
        if too_many:
            log.error(
                "the Content-Security-Policy has no room for %d hosts, which stay held: %s. Declare fewer, or *.domain "
                "for several of one domain. [CS504]",
                len(too_many),
                ", ".join([*too_many[:_MOST_TOLD], *(["…"] if len(too_many) > _MOST_TOLD else [])]),
            )

    def _refused_jar(self, host: str) -> Jar:
        """Plain http off this machine: browsers refuse our cookies there, and that is safer than plain ones."""
        if self.once.first("plain http"):
            log.error(
                "%s is served over plain http, where browsers keep none of our cookies. Serve it over https, tell us "
                'origin="https://…" if a proxy already does, or set secure=False on a trusted network. [CS502]',
                host or "the site",
            )
        return self.secure_jar


def _check(mode: str, secure: object) -> None:
    if mode not in ("enforce", "observe"):
        raise SettingError(f'mode="{mode}"', fix=did_you_mean(mode, ("enforce", "observe")))
    if secure not in (True, False, "auto"):
        raise SettingError(f"secure={secure!r}", fix='It is "auto", True or False.')


def _field_names(names: Sequence[str]) -> tuple[str, ...]:
    if isinstance(names, str) or not all(_FIELD_NAME.fullmatch(name) for name in names):
        fix = "It is a list of field names: [\"CF-IPCountry\"], or a country's and a region's."
        raise SettingError(f"place_headers={names!r}", fix=fix)
    return tuple(name.lower() for name in names)
