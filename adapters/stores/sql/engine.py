"""Connections to a database: which driver, how many, and how long each waits."""

from __future__ import annotations

import os
import sqlite3

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from cookiesafe.adapters.stores.sql.drivers import connector
from cookiesafe.errors import SettingError

_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
HURRIED = 0.9
"""Seconds: who has fewer left is not to wait for as long as others where an SQLite file is locked."""
PATIENCE = 60
"""Seconds that whoever is patient waits for others."""
_LOG_PAGES = 2000
"""Pages of SQLite's write-ahead log, 8 MB, after which a commit brings them into the database.

That a page was changed more than once in them is what makes it cheaper, and that others wait meanwhile what bounds it.
"""


def make_engine(text: str, *, patient: bool = False) -> Engine:
    """Raises ``SettingError`` for a URL that cannot be read, ``ImportError`` without a driver.

    ``patient`` is who no request waits for: it waits a minute for a lock, and for a statement as long as it takes.
    """
    try:
        url = make_url(text)
        url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
        engine = create_engine(
            url,
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,
            poolclass=QueuePool,
            pool_size=places(url),
            max_overflow=0,
            # Who has a turn finds room in it.
            pool_timeout=0,
            # To close a connection rolls back what it left open. One that a fork inherited is closed by nobody, and is to
            # say nothing on the parent's socket when it is cleared away.
            pool_reset_on_return=None,
            connect_args=_driver_options(url, patient),
        )
    except (ArgumentError, ValueError):
        # Their messages may repeat what they did not understand, a password with it.
        raise SettingError(
            "the store's URL cannot be read",
            fix="Percent-encode what is special in the password, and check driver and port.",
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
    connect = connector(engine.dialect.driver)
    if connect is not None:
        event.listen(engine, "do_connect", lambda _, record, given, named: connect(*given, **named))
    return engine


def places(url: URL) -> int:
    """Connections at most. SQLite has one writer at a time, so a process's threads share one."""
    return 1 if url.get_backend_name() == "sqlite" else 8


def _driver_options(url: URL, patient: bool) -> dict[str, object]:
    """What the URL's own query does not say, its PostgreSQL ``options`` with ours before them."""
    dialect = url.get_backend_name()
    lock, statement = (PATIENCE, 0) if patient else (1, 1)
    if dialect == "sqlite":
        return _unsaid(url, timeout=float(lock), check_same_thread=False)
    if dialect == "postgresql":
        options = f"-c statement_timeout={statement}000 -c lock_timeout={lock}000 {url.query.get('options', '')}"
        return {
            **_unsaid(url, connect_timeout=lock, tcp_user_timeout=lock * 1000),
            "options": options,
        }
    return _unsaid(
        url,
        connect_timeout=lock,
        read_timeout=statement or None,
        write_timeout=statement or None,
        # Strict, since MariaDB may be set up to shorten what does not fit instead of refusing it.
        init_command=f"SET innodb_lock_wait_timeout={lock}, lock_wait_timeout={lock},"
        " sql_mode=CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')",
    )


def _unsaid(url: URL, **options: object) -> dict[str, object]:
    return {key: value for key, value in options.items() if key not in url.query}


def _open_sqlite(connection: sqlite3.Connection, _: object) -> None:
    try:
        _use_wal(connection)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint={_LOG_PAGES}")
        connection.execute("PRAGMA secure_delete=ON")
    except BaseException:
        connection.close()
        raise


def hurry(connection: Connection, seconds: float) -> float:
    """Wait for so long where an SQLite file is locked; how long that was before. Others look at it by themselves."""
    if connection.dialect.name != "sqlite":
        return seconds
    before: int = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    connection.exec_driver_sql(f"PRAGMA busy_timeout={max(0, int(seconds * 1000))}")
    return before / 1000


def _use_wal(connection: sqlite3.Connection) -> None:
    """One process changes the mode, once in a file's life; others then may find it locked.

    That error comes at once, whatever the busy time-out. To begin a transaction does wait.
    """
    for _ in range(5):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    connection.execute("PRAGMA journal_mode=WAL")


def shown(url: URL) -> str:
    """Without the password, and without a query that may hold another."""
    return url.set(query={}).render_as_string(hide_password=True)


def file_of(url: URL) -> str:
    """Where a SQLite database is, if it is a file that the URL names plainly; else nothing."""
    name = url.database or ""
    plain = url.get_backend_name() == "sqlite" and not name.startswith(("file:", ":memory:"))
    return os.path.abspath(name) if plain and name else ""


def remedy(url: URL) -> str:
    directory = os.path.dirname(file_of(url))
    return (
        "" if not directory or os.path.isdir(directory) else f'Create the directory "{directory}".'
    )
