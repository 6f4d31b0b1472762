"""The portal's tables."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    inspect,
)

metadata = MetaData()

customers = Table(
    "customers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String, nullable=False, unique=True),
    Column("password_hash", String, nullable=False),
    Column("name", String, nullable=False),
    Column("phone", String, nullable=False, default=""),
    Column("street", String, nullable=False, default=""),
    Column("town", String, nullable=False, default=""),
    Column("postcode", String, nullable=False, default=""),
)

# Who works here, and may see the dashboard.
staff = Table(
    "staff",
    metadata,
    Column("customer", ForeignKey("customers.id"), primary_key=True),
)

# By which version of the policy a customer's details were given: they stay marked with it.
collected = Table(
    "collected",
    metadata,
    Column("customer", ForeignKey("customers.id"), primary_key=True),
    Column("policy", String, nullable=False),
)

bills = Table(
    "bills",
    metadata,
    Column("number", String, primary_key=True),
    Column("customer", ForeignKey("customers.id"), nullable=True, index=True),
    Column("service", String, nullable=False),
    Column("period", String, nullable=False),
    Column("pence", Integer, nullable=False),
    Column("due", Date, nullable=False),
)

# A bill is paid when it has a payment, and UNIQUE sees to it that it never has two. The flow is what all copies of one
# form have in common: sent twice, they are one payment.
payments = Table(
    "payments",
    metadata,
    Column("reference", String, primary_key=True),
    Column("bill", ForeignKey("bills.number"), nullable=False, unique=True),
    Column("flow", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("address", String, nullable=False),
    Column("card_end", String, nullable=False),
    Column("paid_at", DateTime, nullable=False),
)


def connect(url: str) -> Engine:
    """Payments that an earlier version of the demo has kept in another form are dropped.

    What is typed is in no message of an error: those are logged.
    """
    engine = create_engine(url, hide_parameters=True)
    if not _is_of_today(engine, payments):
        metadata.drop_all(engine, tables=[payments])
    metadata.create_all(engine)
    return engine


def _is_of_today(engine: Engine, table: Table) -> bool:
    found = inspect(engine)
    return not found.has_table(table.name) or (
        {column["name"] for column in found.get_columns(table.name)} == set(table.c.keys())
    )
