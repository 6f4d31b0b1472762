"""What is the same for every visitor: the policy, and how and where it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from logging import ERROR
from math import inf
from typing import Any, Final, Literal
from urllib.parse import quote

from .addresses import LONGEST_HOST, checked_origin, checked_path, is_loopback, origin_at
from .carry import TERMS as CARRY_TERMS
from .carry import Carries, CarryTerms
from .consent import Circumstances
from .errors import SettingError, did_you_mean
from .fields import Fixed, fixed
from .form_token import FormTokens
from .gate import Findings, Place, Sightings
from .gate.csp import everything, left_out, reporting_below
from .gate.reports import Allowance
from .gpc import STATEMENT
from .inspector import Inspector
from .jar import Jar
from .keys import KeyRing
from .ledger.terms import LedgerTerms
from .links import Links
from .migration import Reader, in_force
from .notice import THEME, Lasting, Notices, Theme, at
from .origin import Ruling, judge
from .policy import History, Policy
from .ports import Request
from .remember import Terms as RememberTerms
from .remember.series import TERMS as REMEMBER_TERMS
from .session import SessionTerms, Vouched
from .session.terms import TERMS as SESSION_TERMS
from .telling import Telling
from .traffic import Counting, Left, Site
from .versions import Versions

Mode = Literal["enforce", "observe"]
_FIELD_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_REPORTS_A_SECOND, _REPORTS_AT_ONCE = 10, 100
_MOST_TOLD = 20
_MOST_POLICIES = 64
_PAGES_OF = {"ws": "http", "wss": "https"}
_KINDS: Final[dict[str, tuple[Any, str]]] = {
    "policy": (Policy, 'a Policy, as Policy.from_file("cookiesafe.toml") reads one'),
    "path": (str, 'the text "/cookiesafe", or another path'),
    "session": (SessionTerms, "SessionTerms(…)"),
    "remember": (RememberTerms, "RememberTerms(…)"),
    "carry": (CarryTerms, "CarryTerms(…)"),
    "ledger": (LedgerTerms, "LedgerTerms(…)"),
    "theme": (Theme, 'a Theme(…): Theme(layout="bottom")'),
    "clock": (Callable, "a function that returns unix seconds, as time.time does"),
    "entropy": (Callable, "a function that returns so many bytes, as os.urandom does"),
}
"""What a setting is, and what to give."""


class Varies:
    """The ``Vary`` fields of what depends on the visitor: by its cookies alone, or on what ``steering`` names as well."""

    def __init__(self, steering: str) -> None:
        self.session = fixed("Vary", "Cookie")
        self.consent = fixed("Vary", f"Cookie, {steering}")
        self.document = fixed("Vary", f"Cookie, {steering}, Sec-Fetch-Dest")
        self.unnamed = fixed("Vary", f"Cookie, {steering}, Sec-Fetch-Dest, Accept, HX-Request")
        """Where a browser does not say what it asks for, that is told by other fields."""


class Settings:
    """Checked once. Raises ``SettingError`` for what cannot work.

    ``before`` are those that these succeed in the same process: what was met and told there is not forgotten.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        keys: KeyRing,
        telling: Telling | None = None,
        before: Settings | None = None,
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
        theme: Theme = THEME,
        revocable: bool = True,
        sealed: bool = False,
        health: bool = False,
        inspector: Inspector | None = None,
        dashboard: Callable[[Any], object] | None = None,
        counting: Counting | None = None,
        clock: Callable[[], float],
        entropy: Callable[[int], bytes],
    ) -> None:
        _check(mode, secure)
        check_kinds(
            policy=policy,
            path=path,
            session=session,
            remember=remember,
            carry=carry,
            theme=theme,
            clock=clock,
            entropy=entropy,
        )
        self.telling = Telling() if telling is None else telling
        self.policy = policy
        self.clock = clock
        self.entropy = entropy
        self.session = session
        self.vouched = Vouched(session.trusted)
        self.remember = remember
        if before is None:
            readers = tuple(migrate)
            self.readers = in_force(readers, int(clock())) if readers else ()
        else:
            self.readers = before.readers
        self.revocable = revocable
        """Whether there is a store that knows who is signed in, so that a login can be ended everywhere."""
        self.sealed = sealed
        """Whether there is a key that the ledger is sealed with."""
        self.health = health
        """Whether there is a page that says whether the store answers."""
        self.inspector = inspector
        """What tells of each request, for who develops the site."""
        self.dashboard = dashboard
        """Says of a visit whether it is one of who runs the site, by ``True``, if there is a page for these."""
        self.counting = counting
        """Counts what visitors do, if that is wanted."""
        self.counted = Site(origin, policy.fingerprint, theme.layout)
        if counting is not None:
            counting.terms.check(policy)
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
        self.theme = theme
        self.path = checked_path(path)
        self.own_paths = f"{path}/"
        self.statement = STATEMENT if policy.site.gpc else None
        """Where the site states that it honours Global Privacy Control, if it does."""
        self.reports = f"{path}/reports"
        self.origin = None if origin is None else checked_origin(origin)
        self.trusted_origins = frozenset(checked_origin(each) for each in trusted_origins)
        self.form_tokens = FormTokens(keys)
        marked = session.idle if revocable else max(session.idle, remember.idle)
        lasts = Lasting(idle=remember.idle, absolute=remember.absolute, marker=marked)
        self.notices = Notices(policy, self.path, lasts, theme)
        self.secure_jar = self._make_jar(keys, marked, secure=True)
        self.plain_jar = self._make_jar(keys, marked, secure=False)
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
        self.links = Links(keys, entropy)
        """The links in mails."""
        self.carries = Carries(keys, carry, entropy)
        """What seals and opens the forms that are carried."""
        self.until: float = inf
        """From when on others may be in force, in unix seconds: ``successor`` gives those."""
        self.successor: Callable[[float], Settings] = lambda now: self
        if before is None:
            self.report_allowance = Allowance(rate=_REPORTS_A_SECOND, burst=_REPORTS_AT_ONCE)
            self.sightings = Sightings()
            hook = self.telling.hook
            self.findings = Findings(self.sightings, enforce=self.enforce, hook=hook)
        else:
            self.report_allowance, self.sightings = before.report_allowance, before.sightings
            self.findings = before.findings
        self.versions = Versions()
        self.history = History(policy)
        """Which consent to earlier policies still holds, as far as they are known."""
        if before is not None and before.policy is policy:
            self._know(before.versions)
        else:
            self._check_room()

    @property
    def plain_on_https(self) -> bool:
        """Whether our cookies have neither ``Secure`` nor their prefix where the site is served over https."""
        jar = self.jars.get("https")
        return jar is not None and jar is not self.secure_jar

    def count(self, what: Left) -> None:
        """Leave it to be counted, where anything is."""
        if self.counting is not None:
            self.counting.leave(what)

    def learn(self, earlier: Iterable[Policy]) -> None:
        """From now on, consent that was given under these policies, too, holds as far as ours asks for no more."""
        known = {each.fingerprint: each for each in self.versions.earlier}
        new = {each.fingerprint: each for each in earlier if each.fingerprint not in known}
        if not new:
            return
        self.versions.earlier = (*known.values(), *new.values())
        self._know(self.versions)

    def _know(self, versions: Versions) -> None:
        self.versions = versions
        self.history = History(self.policy, versions.earlier)
        for jar in (self.secure_jar, self.plain_jar):
            jar.learn(self.history)

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

    def choices_address(self, root: str, next_path: str) -> str:
        """Where the preference centre is, in whatever language suits who goes there."""
        return at(f"{quote(root)}{self.own_paths}choices", next=next_path)

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
        return self.plain_jar if loopback else self._refused_jar(host[:LONGEST_HOST])

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
            jar = self.secure_jar if secure else self.plain_jar
            return dict.fromkeys(("http", "https", "ws", "wss"), jar)
        if self.origin is not None and self.origin.startswith("https:"):
            return dict.fromkeys(("http", "https", "ws", "wss"), self.secure_jar)
        return dict.fromkeys(("https", "wss"), self.secure_jar) if self.origin is None else {}

    def _check_room(self) -> None:
        """What the longest of our policies leaves out will not work for anybody who agrees to it."""
        too_many = sorted(left_out(self.policy, everything(self.policy)))
        if too_many:
            self.telling.report_setting(
                "CS504",
                "policy",
                "the Content-Security-Policy has no room for %d hosts, which stay held: %s. Declare fewer, or *.domain "
                "for several of one domain.",
                len(too_many),
                ", ".join([*too_many[:_MOST_TOLD], *(["…"] if len(too_many) > _MOST_TOLD else [])]),
                level=ERROR,
            )

    def _refused_jar(self, host: str) -> Jar:
        """Plain http off this machine: browsers refuse our cookies there, and that is safer than plain ones."""
        if self.telling.once.first("plain http"):
            self.telling.report_setting(
                "CS502",
                "secure",
                "%s is served over plain http, where browsers keep none of our cookies. Serve it over https, tell us "
                'origin="https://…" if a proxy already does, or set secure=False on a trusted network.',
                host or "the site",
                level=ERROR,
            )
        return self.secure_jar


def check_kinds(**given: object) -> None:
    """Whether these settings are what they are to be at all, and not found out to be something else by a request.

    Raises ``SettingError``.
    """
    for name, value in given.items():
        kind, example = _KINDS[name]
        if not isinstance(value, kind):
            raise SettingError(f"{name}={value!r}", fix=f"Give {example}.")


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
