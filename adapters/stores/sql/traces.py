"""What SQLite has left in its files of rows that were removed, and how it goes.

``secure_delete`` overwrites a row where it stands. Two more places may have a copy: the write-ahead log, until it is
emptied, and pages whose rows were moved about, now and then, until the file is written anew.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from cookiesafe.adapters.stores.sql.tables import records

SMALL = 16 * 1024 * 1024
"""Bytes of a file that is written anew at once: that takes a tenth of a second, in which others wait."""
_LATELY = 2 * 24 * 60 * 60


def remove(connection: Connection, *, any_size: bool = False) -> bool:
    """Whether nothing is left. A reader who has not finished keeps the log from being emptied, and a large file waits."""
    if connection.dialect.name != "sqlite":
        return True
    anew = any_size or _size(connection) <= SMALL
    if anew:
        connection.exec_driver_sql("VACUUM")
    blocked, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    return anew and not blocked


def remove_late(connection: Connection, now: int) -> None:
    """Again for the erasures of the last two days: whoever made them may not have been able to, or be gone."""
    if connection.dialect.name == "sqlite" and _has_erased(connection, now - _LATELY):
        remove(connection, any_size=True)


def _has_erased(connection: Connection, since: int) -> bool:
    lately = (records.c.event == "erasure") & (records.c.time >= since * 1000)
    return connection.execute(select(records.c.seq).where(lately).limit(1)).first() is not None


def _size(connection: Connection) -> int:
    pages: int = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    size: int = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    return pages * size
