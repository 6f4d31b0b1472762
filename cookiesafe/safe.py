"""CookieSafe: policy, keys, store, clock and entropy put together."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, Literal

from . import contacting
from .adapters._commits import when_committed
from .adapters._later import Later
from .adapters._perform import follow
from .adapters.stores import store_of
from .carry import TERMS as CARRY_TERMS
from .carry import CarryTerms
from .contacting import Said
from .errors import SettingError, UsageError
from .gate.sightings import suggestions
from .ids import user_text
from .ledger import LedgerKey
from .ledger.terms import TERMS as LEDGER_TERMS
from .ledger.terms import LedgerTerms
from .links import Link, headers_of
from .migration import Reader
from .policy import Announcement, Policy
from .ports import Store
from .publishing import publish
from .remember import Terms as RememberTerms
from .remember.series import TERMS as REMEMBER_TERMS
from .session import SessionTerms
from .session.terms import TERMS as SESSION_TERMS
from .settings import Mode, Settings
from .upkeep import Verdict, seal, verify
from .upkeep.erasing import retain
from .upkeep.exporting import Drive, Item, all_entries, held_of
from .upkeep.forms import Form, check_form, lines_of, policies_in


class CookieSafe:
    """Consent and sessions for one site; give it to ``CookieSafeMiddleware``.

    ``secret_key`` signs and it and ``fallback_keys`` verify; each has 32 bytes or more. ``store`` keeps the records: an
    SQLAlchemy URL, a ``Store``, or ``None`` for the memory of this process. ``mode`` is ``enforce``, or ``observe``,
    which lets everything through and says what it would have held. ``path`` is where our own pages live. ``origin``
    such as ``https://www.example`` tells what visitors see behind a proxy; ``trusted_origins`` are others that may send
    what only the site itself may. With ``check_origin``, what any other site sends does not reach the app either, unless
    its method is a safe one. ``secure`` is ``"auto"`` (https: yes; plain
    http on this very machine: no), ``True`` or ``False``. ``session`` and ``remember`` say how long sessions and
    remembered logins are kept, and where, ``carry`` for how long forms are carried; ``migrate`` are readers of what
    another library wrote (``cookiesafe.migration``). ``place_headers`` name the fields in which a proxy of yours, and
    nobody else, says where visitors are: a country (ISO 3166-1), and perhaps its region (ISO 3166-2) in another.
    ``ledger_key`` seals the ledger, and has 32 bytes; ``ledger_fallback_keys`` are earlier ones, which sign too while a
    new one takes over; ``ledger`` says how it is kept. ``clock`` gives unix seconds, ``entropy`` random bytes.

    Raises ``SettingError``: ``WeakKey`` for a short key, ``PolicyError`` for a policy that cannot be.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        secret_key: str | bytes,
        fallback_keys: Sequence[str | bytes] = (),
        store: str | Store | None = None,
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
        ledger_key: str | bytes | None = None,
        ledger_fallback_keys: Sequence[str | bytes] = (),
        ledger: LedgerTerms = LEDGER_TERMS,
        clock: Callable[[], float] = time.time,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._settings_of = partial(
            Settings,
            secret_key=secret_key,
            fallback_keys=fallback_keys,
            mode=mode,
            path=path,
            origin=origin,
            trusted_origins=tuple(trusted_origins),
            check_origin=check_origin,
            secure=secure,
            session=session,
            remember=remember,
            carry=carry,
            migrate=tuple(migrate),
            revocable=store is not None,
            place_headers=place_headers,
            sealed=ledger_key is not None,
            clock=clock,
            entropy=entropy,
        )
        self.settings = self._settings_of(policy)
        if ledger_key is None and ledger_fallback_keys:
            raise SettingError(
                "ledger_fallback_keys without a ledger_key",
                fix="Give the newest as ledger_key: it seals, the others vouch for it.",
            )
        given = [key for key in (ledger_key, *ledger_fallback_keys) if key is not None]
        self._ledger_keys = [LedgerKey(key) for key in given]
        self._ledger = ledger
        self.store = store_of(store)
        seal_after = ledger.seal_after if self._ledger_keys else 0
        self._sealing = Later(self.seal, seal_after, "the ledger was not sealed")
        when_committed(self.store, self._sealing.due)

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
        announcement = follow(publish(self.settings, policy, summary, in_force), self.store)
        after = self.settings
        if announcement.before is self.settings.policy:
            after = self._settings_of(policy)
        after.learn([*self.settings.versions.earlier, announcement.before])
        self.settings.announce(announcement, self._hand_over, after)
        return announcement

    def _hand_over(self, after: Settings) -> None:
        self.settings = after

    def seal(self) -> int:
        """Seal what was recorded since the last time; how many records that were.

        It is done by itself ``LedgerTerms.seal_after`` seconds after something was recorded. Call it where that is 0, or
        from a job of its own: several processes may seal at once. Raises ``StoreError``, and ``UsageError`` without a
        ``ledger_key``.
        """
        if not self._ledger_keys:
            raise UsageError(
                "there is no key to seal the ledger with",
                fix="Give ledger_key, and keep it apart from secret_key. "
                "Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
            )
        now = int(self.settings.clock() * 1000)
        return follow(seal(self._ledger_keys, self._log_name(), now), self.store)

    def verify(self, keys: Sequence[str] | None = None) -> Verdict:
        """Verify the whole ledger: every record, every place, every checkpoint.

        ``keys`` are the public keys that you trust, as they were printed or published; without any, the first key in the
        ledger is. Raises ``StoreError``, and ``BadNote`` for what is no key.
        """
        return follow(verify(keys), self.store)

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
        check_form(form)
        drive: Drive = partial(follow, store=self.store)
        if receipt is None and user_id is None:
            items: Iterable[Item] = all_entries(drive)
        else:
            user = None if user_id is None else str(user_id)
            items = held_of(drive, receipt, user, int(self.settings.clock()))
        address = f"{self.settings.origin or ''}{self.settings.path}/choices"
        return lines_of(form, items, policies_in(drive), address)

    def _log_name(self) -> str:
        """A log that was begun keeps its own."""
        if self._ledger.origin:
            return self._ledger.origin
        site = re.sub(r"[^a-z0-9]+", "-", self.policy.site.name.lower()).strip("-")
        return f"cookiesafe/{site or 'site'}"

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

    def may_contact(self, user_id: str | int, purpose: str) -> bool:
        """Whether a user may be written to, called or visited for a purpose that has a ``channel``.

        Yes where it is ``always`` on, and where the user has said so of all it asks for today; no where nothing was said.
        Ask just before you send. It asks the store, and waits for it. Raises ``StoreError``: then send nothing; ``UnknownName``; and
        ``UsageError`` for a purpose without a channel, and where there is no store.
        """
        settings, user = self._contacting(user_id)
        return follow(contacting.may_contact(settings, user, purpose), self.store)

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
        follow(contacting.choose_in_app(settings, user, said), self.store)

    def forget_contact(self, user_id: str | int) -> None:
        """Remove what a user has chosen, when the account is closed. The records stay, and name nobody.

        It asks the store, and waits for it. Raises ``StoreError``, and ``UsageError`` where there is no store.
        """
        _, user = self._contacting(user_id)
        follow(contacting.forget(user), self.store)

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
        settings = self.settings
        while settings.clock() >= settings.until:
            settings = settings.succeeded()
        return settings, user_text(user_id)

    def _check_store(self, without: str) -> None:
        if not self.settings.revocable:
            raise UsageError(without, fix='Give a store, such as store="sqlite:///cookiesafe.db".')

    def purge(self) -> int:
        """Remove sessions that are over, remembered logins 30 days after their end, and records that were kept for as
        long as ``LedgerTerms`` says; how many these were.

        Call it once a day, in a job of its own: nothing else removes them. Raises ``StoreError``.
        """
        now = self.settings.clock()
        retention = retain(self._ledger.kept_days, int(now * 1000), self.settings.entropy)
        return self.store.purge(int(now)) + follow(retention, self.store)

    def close(self) -> None:
        """Seal what is to be sealed, and give back what the store holds. It is of no use afterwards."""
        self._sealing.close()
        self.store.close()
