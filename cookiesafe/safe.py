"""CookieSafe: policy, keys, store, clock and entropy put together."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, Literal, TypeVar

from . import contacting
from .adapters._commits import when_committed
from .adapters._later import Later
from .adapters._perform import follow
from .adapters._probing import Probe
from .adapters._start import start
from .adapters._tallying import Tallying
from .adapters.key_sources import keys_of
from .adapters.stores import store_of
from .carry import TERMS as CARRY_TERMS
from .carry import CarryTerms
from .consent import DAY
from .contacting import Said
from .desk.recorded import evidence_of
from .errors import SettingError, UsageError
from .events import Event, is_async
from .gate.sightings import suggestions
from .health import Health
from .ids import user_text
from .inspector import Inspector
from .keys import Key, KeyRing, KeySource
from .ledger import LedgerKey, make_receipt
from .ledger.terms import TERMS as LEDGER_TERMS
from .ledger.terms import LedgerTerms
from .links import Link, headers_of
from .migration import Reader
from .notice import THEME, Theme
from .policy import Announcement, Policy
from .ports import Counts, Flow, Ledger, Logins, Store
from .publishing import publish
from .remember import Terms as RememberTerms
from .remember.series import TERMS as REMEMBER_TERMS
from .rotation import Rotation
from .session import SessionTerms
from .session.terms import TERMS as SESSION_TERMS
from .settings import Mode, Settings, check_kinds
from .succession import Succession
from .telling import Telling
from .traffic import EPOCH, Counting, Traffic, TrafficTerms
from .traffic import TERMS as TRAFFIC_TERMS
from .upkeep import Verdict, seal, verify
from .upkeep.erasing import forget, retain
from .upkeep.forms import Form, exported
from .visit import Visit

T = TypeVar("T")


class CookieSafe:
    """Consent and sessions for one site; give it to ``CookieSafeMiddleware``.

    ``policy``
        What the site stores in browsers, and who else is involved: ``Policy.from_file(path)``,
        ``Policy.from_toml(text)`` or ``Policy(...)``.
    ``secret_key``
        Signs the cookies: 32 bytes or more. What is called instead of a key gives all of them, the newest first, and
        others at any time: ``keys_from_file(path)``, ``keys_from_env(name)``, ``keys_from(function)``, or a function of
        yours, which is called once a minute.
    ``fallback_keys``
        Retired keys, which still verify.
    ``store``
        Where records, logins and sessions are kept: an SQLAlchemy URL, a ``Store``, or ``None`` for the memory of this
        process, with a warning. It may be a ``redis://`` URL if there is a ``ledger_store``.
    ``ledger_store``
        Where records and contact choices are kept instead: a URL or a ``Store``.
    ``mode``
        ``enforce``; or ``observe``, which lets everything through and says what it would have held.
    ``path``
        Where CookieSafe's own pages live.
    ``origin``
        What visitors see behind a proxy, such as ``https://www.example``.
    ``trusted_origins``
        Other origins that may send what only the site itself may: choices, WebSockets with a session, and with
        ``check_origin`` any form.
    ``check_origin``
        Whether what any other site sends is kept from the app too, unless its method is a safe one.
    ``secure``
        ``auto``: over https cookies are ``Secure`` and have ``__Host-`` names, over plain http on this very machine
        they are plain. ``True`` and ``False`` fix it.
    ``session``
        How long sessions are kept, where, and whether they are encrypted.
    ``remember``
        How long and how strictly a browser is remembered.
    ``carry``
        For how long a form without cookies can be gone on with, and how large it may be.
    ``migrate``
        Readers of what another library wrote, from ``cookiesafe.migration``.
    ``place_headers``
        The fields in which a proxy of yours, and nobody else, says where visitors are: a country (ISO 3166-1), and
        perhaps its region (ISO 3166-2) in another.
    ``theme``
        How the notice looks, in which colours, and where it stands.
    ``ledger_key``
        Seals the ledger, so that it proves itself: 32 bytes of its own. It may be called as ``secret_key`` may.
    ``ledger_fallback_keys``
        The ledger's earlier keys, which sign too while a new one takes over.
    ``ledger``
        The name of the log, how soon it is sealed, for how long records are kept.
    ``health``
        Whether ``/cookiesafe/health`` says if the store answers.
    ``traffic``
        Whether page views and answers to notices are counted, for ``traffic()`` to tell: ``True`` or ``TrafficTerms``.
    ``inspector``
        Tells at the end of each page what was held of the last requests, for who develops the site: ``True`` on this
        very machine; elsewhere a token, for whoever has it, on a page of its own.
    ``dashboard``
        Says of a visit whether it is one of who runs the site: ``True`` has it see ``/cookiesafe/dashboard``, where what
        was counted is. It may wait, and is no async function; it needs ``traffic``.
    ``on_event``
        Is called with each ``Event``, in the thread in which it happens, as often as it does. It is no async function.
    ``clock``
        Gives unix seconds.
    ``entropy``
        Gives so many random bytes.

    Raises ``SettingError``: ``WeakKey`` for a short key, ``PolicyError`` for a policy that cannot be.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        secret_key: Key | KeySource,
        fallback_keys: Sequence[Key] = (),
        store: str | Store | Logins | None = None,
        ledger_store: str | Ledger | None = None,
        mode: Mode = "enforce",
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
        ledger_key: Key | KeySource | None = None,
        ledger_fallback_keys: Sequence[Key] = (),
        ledger: LedgerTerms = LEDGER_TERMS,
        health: bool = False,
        traffic: TrafficTerms | bool = False,
        inspector: bool | str = False,
        dashboard: Callable[[Visit], bool] | None = None,
        on_event: Callable[[Event], object] | None = None,
        clock: Callable[[], float] = time.time,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        start()
        check_kinds(ledger=ledger)
        self._telling = Telling(on_event)
        self._keys = keys_of("cookies", secret_key, fallback_keys, KeyRing, self._telling)
        if ledger_key is None and ledger_fallback_keys:
            raise SettingError(
                "ledger_fallback_keys without a ledger_key",
                fix="Give the newest as ledger_key: it seals, the others vouch for it.",
            )
        self._ledger_keys: list[LedgerKey] | Rotation[list[LedgerKey]] = []
        if ledger_key is not None:
            self._ledger_keys = keys_of(
                "ledger", ledger_key, ledger_fallback_keys, _sealing_keys, self._telling
            )
        counting = _counting(traffic, place_headers)
        make = partial(
            Settings,
            telling=self._telling,
            mode=mode,
            path=path,
            origin=origin,
            trusted_origins=_origins(trusted_origins),
            check_origin=check_origin,
            secure=secure,
            session=session,
            remember=remember,
            carry=carry,
            migrate=tuple(migrate),
            revocable=store is not None,
            place_headers=place_headers,
            theme=theme,
            sealed=ledger_key is not None,
            health=health,
            inspector=Inspector.of(inspector, origin, time.perf_counter),
            dashboard=_dashboard(dashboard, counting),
            counting=counting,
            clock=clock,
            entropy=entropy,
        )
        self.settings: Settings
        self._succession = Succession(make, policy, self._keys, self._hand_over)
        self._ledger = ledger
        self.store = store_of(store, ledger_store)
        seal_after = ledger.seal_after if ledger_key is not None else 0
        self._sealing = Later(self.seal, seal_after, "the ledger was not sealed", on_event)
        when_committed(self.store, self._sealing.due)
        self._tallying: Tallying | None = None
        if counting is not None:
            if not isinstance(self.store, Counts):
                raise SettingError(
                    f"traffic, with store={self.store!r}, which keeps no counts",
                    fix="Give it the methods of cookiesafe.ports.Counts, or another store.",
                )
            self._tallying = Tallying(counting, self.store, clock, on_event)
        self._probe = Probe(self.store)

    @property
    def policy(self) -> Policy:
        """The policy that is in force."""
        return self.settings.policy

    def suggestions(self) -> str:
        """TOML to add to the policy: the cookies and hosts that this process has met and nobody declared.

        Hosts are known from the reports of browsers. Empty when all is declared. Everything is put under a purpose
        ``unsorted``, so that it stays held until it was given its own.
        """
        return suggestions(self.policy, self.settings.sightings)

    def publish(self, policy: Policy, *, summary: Sequence[str], in_force: date) -> Announcement:
        """Announce a policy: tell visitors from now on, and have it in force from the day ``in_force`` (UTC) on.

        ``summary`` says in a few sentences what is new. Both versions are kept in the ledger. Call it in every process,
        where it starts: what is announced is recorded once, and again with another day or summary. When the policy of
        this ``CookieSafe`` is that one already, visitors are told of it as it was announced.

        It asks the store, and waits for it. Raises ``StoreError``, ``SettingError`` for an empty summary, and
        ``UsageError`` for the policy that is in force and was never announced.
        """
        announcement = self._follow(publish(self._in_force(), policy, summary, in_force))
        self._succession.announce(announcement)
        return announcement

    def _hand_over(self, settings: Settings) -> None:
        self.settings = settings

    def _in_force(self) -> Settings:
        settings, now = self.settings, self.settings.clock()
        return settings.successor(now) if now >= settings.until else settings

    def seal(self) -> int:
        """Seal what was recorded since the last time; how many records that were.

        It is done by itself ``LedgerTerms.seal_after`` seconds after something was recorded. Call it where that is 0, or
        from a job of its own: several processes may seal at once. Raises ``StoreError``, and ``UsageError`` without a
        ``ledger_key``.
        """
        keys = self._ledger_keys
        if isinstance(keys, Rotation):
            keys.renew()
            keys = keys.made
        if not keys:
            raise UsageError(
                "there is no key to seal the ledger with",
                fix="Give ledger_key, and keep it apart from secret_key. "
                "Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
            )
        now = int(self.settings.clock() * 1000)
        sealed = self._follow(seal(keys, self._log_name(), now))
        if sealed:
            self._telling.report_sealed(sealed)
        return sealed

    def verify(self, keys: Sequence[str] | None = None) -> Verdict:
        """Verify the whole ledger: every record, every place, every checkpoint.

        ``keys`` are the public keys that you trust, as they were printed or published; without any, the first key in the
        ledger is. Raises ``StoreError``, and ``BadNote`` for what is no key.
        """
        return self._follow(verify(keys))

    def export(
        self,
        form: Form = "jsonl",
        *,
        receipt: str | None = None,
        user_id: str | int | None = None,
    ) -> Iterator[str]:
        """What the ledger has, as lines: all records, or what is held of one visitor, by receipt, or of one user.

        Of a user, that is ways to be contacted, remembered logins, and the records of both. ``form`` is ``jsonl``,
        which has records exactly; ``csv``, for a spreadsheet; or ``27560``, which has consents alone, as ISO/IEC TS
        27560 and the W3C's vocabulary (DPV) have them. Write the lines as UTF-8, and with ``newline=""``.

        It reads as it goes on, and waits for the store. Raises ``StoreError``, and ``UsageError`` for another form.
        """
        return exported(
            self._follow,
            form,
            receipt=receipt,
            user=None if user_id is None else str(user_id),
            now=int(self.settings.clock()),
            address=f"{self.settings.origin or ''}{self.settings.path}/choices",
        )

    def receipt(self, number: str) -> str | None:
        """What a visitor can download under the number ``visit.consent.receipt``, as JSON; ``None`` if nothing is recorded.

        It asks the store, and waits for it. Raises ``StoreError``.
        """
        evidence = self._follow(evidence_of(number))
        if not evidence.records:
            return None
        return json.dumps(make_receipt(self.policy.site.name, number, *evidence))

    def _log_name(self) -> str:
        """A log that was begun keeps its own."""
        if self._ledger.origin:
            return self._ledger.origin
        site = re.sub(r"[^a-z0-9]+", "-", self.policy.site.name.lower()).strip("-")
        return f"cookiesafe/{site or 'site'}"

    def traffic(self, since: date | None = None, until: date | None = None) -> Traffic:
        """What was counted from the day ``since`` to the day ``until`` (UTC), both included; without them, in the last 30.

        It asks the store, and waits for it: for what this process has counted until now, and what others have brought. Raises
        ``StoreError``, ``SettingError`` for days the wrong way round, and ``UsageError`` where nothing is counted.
        """
        if self._tallying is None:
            raise UsageError("nothing is counted", fix="Give traffic=True, or TrafficTerms(…).")
        today = EPOCH + timedelta(int(self.settings.clock()) // DAY)
        until = today if until is None else until
        since = until - timedelta(29) if since is None else since
        if since > until:
            raise SettingError(f"from {since} to {until}", fix="Give the earlier day first.")
        return self._tallying.read(since, until)

    def sign_out_everywhere(self, user_id: str | int) -> None:
        """End all sessions and remembered logins of a user: when a password was reset, or an account is closed.

        It asks the store, and waits for it: call it in a thread where nothing may wait. Raises ``StoreError``, and
        ``UsageError`` where there is no store, and for what is no user's id.
        """
        self._check_store(
            "nobody knows who is signed in, and nothing can be ended but in the browser itself"
        )
        user = user_text(user_id)
        self.store.advance_epoch(user)
        self.store.delete_sessions(user)
        self._telling.report_everywhere("site")

    def may_contact(self, user_id: str | int, purpose: str) -> bool:
        """Whether a user may be written to, called or visited for a purpose that has a ``channel``.

        Yes where it is ``always`` on, and where the user has said so of all it asks for today; no where nothing was said.
        Ask just before you send. It asks the store, and waits for it. Raises ``StoreError``: then send nothing; ``UnknownName``; and
        ``UsageError`` for a purpose without a channel, and where there is no store.
        """
        settings, user = self._contacting(user_id)
        return self._follow(contacting.may_contact(settings, user, purpose))

    def choose_contact(
        self, user_id: str | int, choices: Mapping[str, bool], where: str = "registration"
    ) -> None:
        """Take what a user has said in a form of your own, by purpose: what was ticked there, and what was not.

        ``where`` names the form in the records: lower-case letters, digits, ``-`` and ``_``, up to 64. A yes is recorded
        before it counts. It asks the store, and waits for it. Raises ``StoreError`` where that does not keep them, which
        leaves every yes as it was; ``UnknownName``; and ``UsageError`` for a purpose that cannot be chosen, for what is
        neither ``True`` nor ``False``, and where there is no store.
        """
        settings, user = self._contacting(user_id)
        said = Said(choices=dict(choices), now=settings.clock(), layer=where)
        self._follow(contacting.choose_in_app(settings, user, said))

    def forget_contact(self, user_id: str | int) -> None:
        """Remove what a user has chosen, when the account is closed. The records stay, and name nobody.

        It asks the store, and waits for it. Raises ``StoreError``, and ``UsageError`` where there is no store.
        """
        _, user = self._contacting(user_id)
        self._follow(contacting.forget(user))

    def forget_receipt(self, number: str) -> int:
        """Erase all records under the number of a receipt, as its visitor can; how many these were.

        For who asks with the number, and has the browser no more: one that still has it keeps its choice, and goes on under
        the number. Of a number for a user's ways to be contacted, call ``forget_contact`` first, or a yes stays that nothing
        proves. What others have recorded stays provable. It asks the store, and waits for it. Raises ``StoreError``, and what
        is not erased by then is by the next call; and ``UsageError`` where there is no store.
        """
        self._check_store("no records are kept beyond this process")
        now = int(self.settings.clock() * 1000)
        return self._follow(forget(number, now, self.settings.entropy))

    def unsubscribe_headers(
        self, user_id: str | int, purpose: str, url: str | None = None
    ) -> dict[str, str]:
        """The fields for a mail, by which one click stops such mails to this user (RFC 2369; RFC 8058).

        ``url`` is where the app is, such as ``https://www.example``, if ``origin`` does not say so. The link in it
        may stand in the mail's text as well. It works as long as one of the keys is the one it was made with. Have both
        fields signed (DKIM). Raises ``UnknownName``; and ``UsageError`` for a purpose that is not refused by e-mail,
        for a ``url`` without https, and where there is no store.
        """
        settings, user = self._contacting(user_id)
        contacting.check_mailed(settings, purpose)
        return headers_of(
            settings.links, Link(user, purpose), url or settings.origin, settings.path
        )

    def _contacting(self, user_id: str | int) -> tuple[Settings, str]:
        """What is in force now, and the user. Raises ``UsageError``."""
        self._check_store("nobody's choices about being contacted are kept")
        return self._in_force(), user_text(user_id)

    def health(self, timeout: float = 2.0) -> Health:
        """How this node is: whether the store answers within ``timeout`` seconds, and what is in force. Raises nothing.

        It asks each part of the store one or two cheap questions, all at once, and no more where one still waits for the
        answer to those of before.
        """
        settings = self._in_force()
        ledger_keys = len(self._ledger_keys) if settings.sealed else 0
        return self._probe.health(settings, len(self._keys), ledger_keys, timeout)

    def _follow(self, flow: Flow[T]) -> T:
        return follow(flow, self.store, self._telling.hear)

    def _check_store(self, without: str) -> None:
        if not self.settings.revocable:
            raise UsageError(without, fix='Give a store, such as store="sqlite:///cookiesafe.db".')

    def purge(self) -> int:
        """Remove sessions that are over, remembered logins 30 days after their end, and records that were kept for as
        long as ``LedgerTerms`` says; how many these were.

        Call it once a day, in a job of its own: nothing else removes them. Raises ``StoreError``.
        """
        now = self.settings.clock()
        counted = 0 if self._tallying is None else self._tallying.purge()
        retention = retain(self._ledger.kept_days, int(now * 1000), self.settings.entropy)
        removed = self.store.purge(int(now)) + self._follow(retention) + counted
        self._telling.report_purged(removed)
        return removed

    def close(self) -> None:
        """Keep what was counted, seal what is to be sealed, and give back what the store holds. It is of no use afterwards."""
        if self._tallying is not None:
            self._tallying.close()
        self._sealing.close()
        self.store.close()


def _origins(given: Iterable[str]) -> tuple[str, ...]:
    if isinstance(given, str):
        raise SettingError(f"trusted_origins={given!r}", fix=f'It is a list: ["{given}"].')
    return tuple(given)


def _counting(traffic: TrafficTerms | bool, place_headers: Sequence[str]) -> Counting | None:
    if traffic is False:
        return None
    terms = TRAFFIC_TERMS if traffic is True else traffic
    if not isinstance(terms, TrafficTerms):
        raise SettingError(f"traffic={traffic!r}", fix="Give TrafficTerms(…), True or False.")
    return Counting(terms, next(iter(place_headers), "").lower())


def _dashboard(check: Any, counting: Counting | None) -> Callable[[Visit], bool] | None:
    if check is None:
        return None
    if not callable(check) or is_async(check):
        raise SettingError(
            f"dashboard={check!r}, which is no plain function",
            fix="Give one that takes the visit and returns True for who runs the site: "
            'dashboard=lambda visit: visit.user_id in {"1", "2"}.',
        )
    if counting is None:
        raise SettingError(
            "a dashboard where nothing is counted",
            fix="Give traffic=True, or TrafficTerms(…), as well.",
        )
    asked: Callable[[Visit], bool] = check
    return asked


def _sealing_keys(newest: Key, fallbacks: Sequence[Key]) -> list[LedgerKey]:
    return [LedgerKey(each) for each in (newest, *fallbacks)]
