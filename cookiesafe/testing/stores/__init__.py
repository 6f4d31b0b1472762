"""What every store does, as tests: the suite that ours pass, for one of your own.

    class TestMine(StoreSuite):
        def make_store(self, place):
            return MyStore(place / "store.db")

Every test has a store of its own, which begins empty. ``LedgerSuite`` is for one that keeps records and contact choices
alone, ``LoginSuite`` for one that keeps remembered logins, epochs and sessions, and ``CountsSuite``, beside these, for one
that keeps what is counted. Needs ``cookiesafe[testing]``.
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite(
    *(
        f"{__name__}.{each}"
        for each in (
            "contacts",
            "counts",
            "epochs",
            "erasing",
            "log",
            "records",
            "series",
            "sessions",
        )
    )
)

from cookiesafe.testing.stores.contacts import Contacts
from cookiesafe.testing.stores.counts import CountsSuite
from cookiesafe.testing.stores.epochs import Epochs
from cookiesafe.testing.stores.erasing import Erasing
from cookiesafe.testing.stores.log import SealedLog
from cookiesafe.testing.stores.records import Records
from cookiesafe.testing.stores.series import RememberedLogins
from cookiesafe.testing.stores.sessions import Sessions

__all__ = ["CountsSuite", "LedgerSuite", "LoginSuite", "StoreSuite"]


class LedgerSuite(Records, SealedLog, Erasing, Contacts):
    """What keeps records and contact choices: a ``Ledger``."""


class LoginSuite(RememberedLogins, Epochs, Sessions):
    """What keeps remembered logins, epochs and sessions: ``Logins``."""


class StoreSuite(LedgerSuite, LoginSuite):
    """What keeps all of it: a ``Store``."""
