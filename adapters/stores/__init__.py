"""Where records, remembered logins and sessions are kept: in memory, or in a SQL database that SQLAlchemy speaks to.

SQLAlchemy and its drivers are imported when a store of theirs is opened, not before.
"""

from __future__ import annotations

import re

from cookiesafe.adapters.stores.memory import MemoryStore
from cookiesafe.errors import SettingError, did_you_mean
from cookiesafe.events import log
from cookiesafe.ports import Store

__all__ = ["MemoryStore", "open_store", "store_of"]

_EXTRAS = {
    "sqlite": "sql",
    "postgres": "postgres",
    "postgresql": "postgres",
    "mysql": "mariadb",
    "mariadb": "mariadb",
}
_SCHEME = re.compile(r"([a-z]+)(\+[a-z0-9_]+)?://")


def open_store(url: str) -> Store:
    """The store at a URL: ``sqlite:///file.db``, ``postgresql://…``, ``mysql://…``, ``mariadb://…``.

    Neither disk nor network is touched before the store is first used. Raises ``SettingError`` for
    a URL that it cannot read and for an extra that is not installed. No error repeats a password.
    """
    match = _SCHEME.match(url)
    if match is None:
        raise SettingError("the store is no URL", fix='Write it as "sqlite:///cookiesafe.db".')
    extra = _EXTRAS.get(match[1])
    if extra is None:
        raise SettingError(
            f'there is no store for "{match[1]}"', fix=did_you_mean(match[1], _EXTRAS)
        )
    try:
        from cookiesafe.adapters.stores.sql import SQLStore

        return SQLStore(url)
    except ImportError as error:
        raise SettingError(
            f'a store for "{match[1]}" needs the package {error.name}',
            fix="Install it, or leave the driver out of the URL."
            if match[2]
            else f'Run: pip install "cookiesafe[{extra}]".',
        ) from error


def store_of(given: str | Store | None) -> Store:
    """What was given as a store: a URL, a ``Store``, or nothing, which is logged. Raises ``SettingError``."""
    if given is None:
        log.warning(
            "store=None: choices and logins are kept in the memory of this process only, and gone when it ends. "
            'Give store="sqlite:///cookiesafe.db". [CS503]'
        )
        return MemoryStore()
    if isinstance(given, str):
        return open_store(given)
    if isinstance(given, Store):
        return given
    raise SettingError(
        f"store={given!r}", fix='Give a URL such as "sqlite:///cookiesafe.db", or a Store.'
    )
