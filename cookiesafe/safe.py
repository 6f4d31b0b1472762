"""CookieSafe: policy, keys, store, clock and entropy put together."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from .adapters.stores import store_of
from .errors import UsageError
from .gate.sightings import suggestions
from .migration import Reader
from .policy import Policy
from .ports import Store
from .remember import Terms as RememberTerms
from .remember.series import TERMS as REMEMBER_TERMS
from .session import SessionTerms
from .session.terms import TERMS as SESSION_TERMS
from .settings import Mode, Settings


class CookieSafe:
    """Consent and sessions for one site; give it to ``CookieSafeMiddleware``.

    ``secret_key`` signs and it and ``fallback_keys`` verify; each has 32 bytes or more. ``store`` keeps the records: an
    SQLAlchemy URL, a ``Store``, or ``None`` for the memory of this process. ``mode`` is ``enforce``, or ``observe``,
    which lets everything through and says what it would have held. ``path`` is where our own pages live. ``origin``
    such as ``https://www.example`` tells what visitors see behind a proxy. ``secure`` is ``"auto"`` (https: yes; plain
    http on this very machine: no), ``True`` or ``False``. ``session`` and ``remember`` say how long sessions and
    remembered logins are kept, and where; ``migrate`` are readers of what another library wrote
    (``cookiesafe.migration``). ``clock`` gives unix seconds, ``entropy`` random bytes.

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
        secure: bool | Literal["auto"] = "auto",
        session: SessionTerms = SESSION_TERMS,
        remember: RememberTerms = REMEMBER_TERMS,
        migrate: Iterable[Reader[Any]] = (),
        clock: Callable[[], float] = time.time,
        entropy: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.settings = Settings(
            policy,
            secret_key=secret_key,
            fallback_keys=fallback_keys,
            mode=mode,
            path=path,
            origin=origin,
            trusted_origins=trusted_origins,
            secure=secure,
            session=session,
            remember=remember,
            migrate=migrate,
            revocable=store is not None,
            clock=clock,
            entropy=entropy,
        )
        self.policy = policy
        self.store = store_of(store)

    def suggestions(self) -> str:
        """TOML to add to the policy: the cookies and hosts that this process has met and nobody declared.

        Hosts are known from the reports of browsers. Empty when all is declared. Everything is put under a purpose
        ``unsorted``, so that it stays held until it was given its own.
        """
        return suggestions(self.policy, self.settings.sightings)

    def sign_out_everywhere(self, user_id: str | int) -> None:
        """End all sessions and remembered logins of a user: when a password was reset, or an account is closed.

        It asks the store, and waits for it: call it in a thread where nothing may wait. Raises ``StoreError``, and
        ``UsageError`` where there is no store.
        """
        if not self.settings.revocable:
            raise UsageError(
                "nobody knows who is signed in, and nothing can be ended but in the browser itself",
                fix='Give a store, such as store="sqlite:///cookiesafe.db".',
            )
        self.store.advance_epoch(str(user_id))
        self.store.delete_sessions(str(user_id))

    def purge(self) -> int:
        """Remove sessions that are over, and remembered logins 30 days after their end; how many these were.

        Call it once a day, in a job of its own: nothing else removes them. Raises ``StoreError``.
        """
        return self.store.purge(int(self.settings.clock()))

    def close(self) -> None:
        """Give back what the store holds."""
        self.store.close()
