"""Where records, remembered logins and sessions are kept: in memory, in a SQL database that SQLAlchemy speaks to, or all
but the ledger in Redis.

SQLAlchemy, redis-py and drivers are imported when a store of theirs is opened, not before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from logging import ERROR
from typing import TYPE_CHECKING, TypeVar

from cookiesafe.adapters.stores.divided import DividedStore
from cookiesafe.adapters.stores.memory import MemoryStore
from cookiesafe.errors import SettingError, did_you_mean
from cookiesafe.events import SETTING, say
from cookiesafe.ports import Counts, Ledger, Logins, Store

if TYPE_CHECKING:
    from cookiesafe.adapters.stores.sql.upgrade import SQLTables

__all__ = ["DividedStore", "MemoryStore", "logins_of", "open_store", "store_of", "tables_at"]

T = TypeVar("T")
_EXTRAS = {
    "sqlite": "sql",
    "postgres": "postgres",
    "postgresql": "postgres",
    "mysql": "mariadb",
    "mariadb": "mariadb",
    "redis": "redis",
    "rediss": "redis",
    "unix": "redis",
}
_SCHEME = re.compile(r"([a-z]+)(\+[a-z0-9_]+)?://")
_WHY_NOT = "what it has answered may be gone after a crash or a failover, and a record that was answered may not"


def open_store(url: str) -> Store:
    """The store at a URL: ``sqlite:///file.db``, ``postgresql://…``, ``mysql://…``, ``mariadb://…``; or ``redis://…``.

    Neither disk nor network is touched before the store is first used. Beside Redis, which keeps no ledger, records are
    kept in the memory of this process, which is logged. Raises ``SettingError`` for a URL that it cannot read and for
    an extra that is not installed. No error repeats a password.
    """
    return _beside_memory(_open(url))


def store_of(given: str | Store | Logins | None, ledger: str | Ledger | None = None) -> Store:
    """What was given as a store: a URL, a ``Store`` or ``Logins``, or nothing, which is logged.

    ``ledger`` is where records and contact choices are kept instead, if anywhere. Raises ``SettingError``.
    """
    if ledger is not None:
        if given is None:
            raise SettingError(
                "ledger_store without a store", fix="Give it as store: it keeps all."
            )
        return DividedStore(_ledger_of(ledger), logins_of(given))
    if given is None:
        say(
            SETTING,
            "store=None: choices and logins are kept in the memory of this process only, and gone when it ends. "
            'Give store="sqlite:///cookiesafe.db".',
            code="CS503",
            about="store",
        )
        return MemoryStore()
    return _beside_memory(logins_of(given))


def logins_of(given: str | Store | Logins) -> Logins:
    """What keeps sessions and remembered logins, of what was given for that. Raises ``SettingError``."""
    if isinstance(given, str):
        return _open(given)
    if isinstance(given, Logins):
        return given
    raise SettingError(
        f"store={given!r}", fix='Give a URL such as "sqlite:///cookiesafe.db", or a Store.'
    )


def _ledger_of(given: str | Ledger) -> Ledger:
    found = _open(given) if isinstance(given, str) else given
    if isinstance(found, Ledger):
        return found
    if isinstance(found, Logins):
        raise SettingError(
            f"ledger_store={found!r} keeps no ledger: {_WHY_NOT}",
            fix='Give a database, such as ledger_store="postgresql://user@host/database".',
        )
    raise SettingError(
        f"ledger_store={given!r}", fix='Give a URL such as "sqlite:///cookiesafe.db", or a Store.'
    )


def _beside_memory(opened: Logins) -> Store:
    if isinstance(opened, Store):
        return opened
    say(
        SETTING,
        "%r keeps sessions and logins alone. Records and contact choices are kept in the memory of this process, and "
        "gone when it ends: a Redis is not for them, as %s. Give the ledger a database: "
        'ledger_store="postgresql://user@host/database", or "sqlite:///cookiesafe.db".',
        opened,
        _WHY_NOT,
        code="CS509",
        level=ERROR,
        about="ledger_store",
    )
    return DividedStore(MemoryStore(), opened, opened if isinstance(opened, Counts) else None)


def tables_at(url: str) -> SQLTables:
    """The tables of the database at a URL, to be looked after by hand. Raises ``SettingError`` where there can be none."""

    def in_redis() -> SQLTables:
        raise SettingError(
            "a Redis has no tables", fix="Give the URL of the database with the ledger."
        )

    def in_sql() -> SQLTables:
        from cookiesafe.adapters.stores.sql.upgrade import SQLTables

        return SQLTables(url)

    return _by_scheme(url, in_redis, in_sql)


def _open(url: str) -> Store | Logins:
    def in_redis() -> Store | Logins:
        from cookiesafe.adapters.stores.redis import RedisStore

        return RedisStore(url)

    def in_sql() -> Store | Logins:
        from cookiesafe.adapters.stores.sql import SQLStore

        return SQLStore(url)

    return _by_scheme(url, in_redis, in_sql)


def _by_scheme(url: str, in_redis: Callable[[], T], in_sql: Callable[[], T]) -> T:
    """What one of them makes of a URL, by its scheme. Raises ``SettingError``, for a package that is not there too."""
    match = _SCHEME.match(url)
    if match is None:
        raise SettingError("the store is no URL", fix='Write it as "sqlite:///cookiesafe.db".')
    extra = _EXTRAS.get(match[1])
    if extra is None:
        raise SettingError(
            f'there is no store for "{match[1]}"', fix=did_you_mean(match[1], _EXTRAS)
        )
    try:
        return in_redis() if extra == "redis" else in_sql()
    except ImportError as error:
        raise SettingError(
            f'a store for "{match[1]}" needs the package {error.name}',
            fix="Install it, or leave the driver out of the URL."
            if match[2]
            else f'Run: pip install "cookiesafe[{extra}]".',
        ) from error
