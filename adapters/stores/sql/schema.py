"""Makes the tables, and those that later versions have added, once in a database's life."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateColumn

from cookiesafe.adapters._patience import for_good
from cookiesafe.adapters.stores.sql.engine import shown
from cookiesafe.adapters.stores.sql.tables import SCHEMA, records, schema, tables
from cookiesafe.errors import NewerTables, StoreError

_LOCKS = {
    "sqlite": ("BEGIN IMMEDIATE", "COMMIT"),
    "postgresql": (
        "SELECT pg_advisory_lock(hashtext('cookiesafe_schema'))",
        "SELECT pg_advisory_unlock(hashtext('cookiesafe_schema'))",
    ),
    "mysql": (
        "SELECT GET_LOCK(CONCAT('cookiesafe_schema.', DATABASE()), @@lock_wait_timeout)",
        "SELECT RELEASE_LOCK(CONCAT('cookiesafe_schema.', DATABASE()))",
    ),
}
_LOCKS["mariadb"] = _LOCKS["mysql"]


def ensure_tables(connection: Connection) -> None:
    """See that they are of our version. Raises ``NewerTables`` where they are of a later one.

    Raises ``StoreError`` while another process is making them: the next use tries again.
    """
    version = version_of(connection)
    if version < SCHEMA:
        with _alone(connection):
            version = version_of(connection)
            if version < SCHEMA:
                version = _upgrade(connection)
    if version > SCHEMA:
        raise NewerTables(
            f"the tables of the store are of version {version}, this CookieSafe knows {SCHEMA}",
            where=shown(connection.engine.url),
            fix="Upgrade cookiesafe, or give it another database.",
        )


def version_of(connection: Connection) -> int:
    """0 where there are none."""
    if not inspect(connection).has_table(schema.name):
        return 0
    return connection.scalar(select(func.max(schema.c.version))) or 0


def _upgrade(connection: Connection) -> int:
    """Make what is missing: a database has what the version before left, or what was made until somebody fell down."""
    try:
        with _patience(connection):
            tables.create_all(connection)
            _complete_records(connection)
            connection.execute(schema.insert(), {"version": SCHEMA})
    except DBAPIError as error:
        if not _may_not(error):
            raise
        raise StoreError(
            "its user may not make the tables",
            where=shown(connection.engine.url),
            fix='Run "cookiesafe db upgrade", with the URL of a user who may.',
        ) from error
    return SCHEMA


def _may_not(error: DBAPIError) -> bool:
    """Insufficient privilege: PostgreSQL's 42501, and 1142 and 1044 of MariaDB and MySQL."""
    cause = error.orig
    sqlstate, args = getattr(cause, "sqlstate", None), getattr(cause, "args", ())
    return sqlstate == "42501" or args[:1] in ((1142,), (1044,))


def _complete_records(connection: Connection) -> None:
    """The place in the sealed log that records have since version 3, and indexes."""
    known = {column["name"] for column in inspect(connection).get_columns(records.name)}
    if records.c.place.name not in known:
        column = CreateColumn(records.c.place).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {records.name} ADD COLUMN {column}")
    for index in records.indexes:
        index.create(connection, checkfirst=True)


@contextmanager
def _patience(connection: Connection) -> Iterator[None]:
    """To index what a table holds already may take longer than any other statement.

    MariaDB and MySQL go on when the driver has given up, and have done it by some later use.
    """
    patient = connection.dialect.name == "postgresql"
    if patient:
        connection.exec_driver_sql("SET statement_timeout = 0")
    try:
        with for_good():
            yield
    finally:
        if patient:
            connection.exec_driver_sql("RESET statement_timeout")


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """No other process makes tables meanwhile. What stays half made is finished at the next use."""
    lock, unlock = _LOCKS[connection.dialect.name]
    answer = connection.exec_driver_sql(lock)
    # MariaDB and MySQL raise nothing when the time is up: they say 0, and NULL for what went wrong.
    if answer.returns_rows and answer.scalar() in (0, None):
        raise StoreError("another process is making the tables", where=shown(connection.engine.url))
    try:
        yield
    finally:
        connection.exec_driver_sql(unlock)
