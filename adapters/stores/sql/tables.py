"""The tables of version 4. Version 1 had the records only; 2 knew of no sealed log and no contacts; 3 counted nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator, TypeEngine

from cookiesafe.count import LONGEST_VALUE

SCHEMA = 4
USER_LENGTH = 255


class UserId(TypeDecorator[str]):
    """Text that equals nothing but itself. Collations of MariaDB and MySQL do not see blanks at its end."""

    impl = String(USER_LENGTH)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        as_bytes = mysql.VARBINARY(4 * USER_LENGTH)
        return dialect.type_descriptor(as_bytes if _is_mysql(dialect) else self.impl_instance)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        return value.encode() if value is not None and _is_mysql(dialect) else value

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return value.decode() if isinstance(value, bytes) else value


def _is_mysql(dialect: Dialect) -> bool:
    return dialect.name in ("mysql", "mariadb")


# By itself MariaDB takes "a" and "A" for the same id.
_EXACT: dict[str, Any] = {"mysql_collate": "utf8mb4_bin", "mariadb_collate": "utf8mb4_bin"}

tables = MetaData()
schema = Table(
    "cookiesafe_schema",
    tables,
    Column("version", Integer, primary_key=True, autoincrement=False),
)
records = Table(
    "cookiesafe_records",
    tables,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("time", BigInteger, nullable=False),
    Column("event", String(32), nullable=False),
    Column("receipt", String(64), index=True),
    Column("body", Text().with_variant(mysql.MEDIUMTEXT, "mysql", "mariadb"), nullable=False),
    Column("place", BigInteger),
    sqlite_autoincrement=True,
    **_EXACT,
)
# An index, since a unique column cannot be added to a table of SQLite. Rows without a place stand in it by their key:
# it finds what is pending, in its order, everywhere but on PostgreSQL.
Index("ix_cookiesafe_records_place", records.c.place, unique=True)
Index("ix_cookiesafe_records_event_time", records.c.event, records.c.time)
Index(
    "ix_cookiesafe_records_pending", records.c.seq, postgresql_where=records.c.place.is_(None)
).ddl_if(dialect="postgresql")
tiles = Table(
    "cookiesafe_tiles",
    tables,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)
checkpoints = Table(
    "cookiesafe_checkpoints",
    tables,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("base", BigInteger, nullable=False, unique=True),
    Column("note", Text, nullable=False),
    **_EXACT,
)
contacts = Table(
    "cookiesafe_contacts",
    tables,
    Column("user", UserId, primary_key=True),
    Column("receipt", String(64), nullable=False),
    Column("answers", Text().with_variant(mysql.MEDIUMTEXT, "mysql", "mariadb"), nullable=False),
    Column("version", BigInteger, nullable=False),
    **_EXACT,
)
series = Table(
    "cookiesafe_series",
    tables,
    Column("key", String(64), primary_key=True),
    Column("device", String(32), nullable=False),
    Column("user", UserId, nullable=False, index=True),
    Column("mac_key", LargeBinary(32), nullable=False),
    Column("gen", BigInteger, nullable=False),
    Column("seen_gen", BigInteger, nullable=False),
    Column("rotated_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("idle_until", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("auth_time", BigInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("record", String(64), nullable=False),
    Column("label", String(64), nullable=False),
    Column("revoked_at", BigInteger),
    Column("revoked_why", String(32)),
    **_EXACT,
)
epochs = Table(
    "cookiesafe_epochs",
    tables,
    Column("user", UserId, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    **_EXACT,
)
sessions = Table(
    "cookiesafe_sessions",
    tables,
    Column("key", String(64), primary_key=True),
    Column("user", UserId, index=True),
    Column(
        "data",
        LargeBinary().with_variant(mysql.MEDIUMBLOB, "mysql", "mariadb"),
        nullable=False,
    ),
    Column("until", BigInteger, nullable=False, index=True),
    Column("version", BigInteger, nullable=False),
    **_EXACT,
)
counts = Table(
    "cookiesafe_counts",
    tables,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("figure", String(32), primary_key=True),
    Column("cut", String(32), primary_key=True),
    Column("value", String(LONGEST_VALUE), primary_key=True),
    Column("n", BigInteger, nullable=False),
    **_EXACT,
)
