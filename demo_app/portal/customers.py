"""Who has an account, and their contact and billing details."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash, generate_password_hash

from .database import collected, customers, staff

CustomerRow = Row[tuple[Any, ...]]


class EmailTakenError(Exception):
    """There is an account with this e-mail address already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The names are those of the form's fields."""

    name: str
    email: str
    phone: str = ""
    street: str = ""
    town: str = ""
    postcode: str = ""

    @classmethod
    def typed(cls, values: Mapping[str, str]) -> Details:
        return cls(**{name: values[name] for name in cls.__slots__ if name in values})

    @property
    def address(self) -> str:
        return ", ".join(part for part in (self.street, self.town, self.postcode) if part)

    def values(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Customer:
    """``policy`` is the fingerprint of the policy that the details were given under; empty where there was none."""

    id: int
    details: Details
    policy: str = ""
    works_here: bool = False

    @property
    def first_name(self) -> str:
        return self.details.name.split(" ")[0]


class Customers:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, user_id: str | None) -> Customer | None:
        """The customer with this id: ``None`` for nobody, and for one that is gone."""
        row = None if user_id is None else self._row(customers.c.id == int(user_id))
        return _customer(row) if row else None

    def with_email(self, email: str) -> Customer | None:
        row = self._row(customers.c.email == email.lower())
        return _customer(row) if row else None

    def works_here(self, user_id: str | None) -> bool:
        """Whether this is somebody of the staff."""
        customer = self.find(user_id)
        return customer is not None and customer.works_here

    def employ(self, customer: Customer) -> None:
        with self._engine.begin() as connection:
            connection.execute(insert(staff).values(customer=customer.id))

    def register(self, details: Details, password: str, policy: str = "") -> Customer:
        values = {**_stored(details), "password_hash": generate_password_hash(password)}
        try:
            with self._engine.begin() as connection:
                new = connection.execute(
                    insert(customers).values(values).returning(customers)
                ).one()
                _mark(connection, new.id, policy)
        except IntegrityError as error:
            raise EmailTakenError from error
        return Customer(new.id, details, policy)

    def sign_in(self, email: str, password: str) -> Customer | None:
        row = self._row(customers.c.email == email.lower())
        known = row.password_hash if row else _nobodys()
        matches = check_password_hash(known, password)  # as slow for an address nobody has
        return _customer(row) if row and matches else None

    def change(self, customer: Customer, details: Details, policy: str = "") -> None:
        chosen = update(customers).where(customers.c.id == customer.id)
        try:
            with self._engine.begin() as connection:
                connection.execute(chosen.values(_stored(details)))
                _mark(connection, customer.id, policy)
        except IntegrityError as error:
            raise EmailTakenError from error

    def _row(self, wanted: ColumnElement[bool]) -> CustomerRow | None:
        with self._engine.connect() as connection:
            found = (
                select(customers, collected.c.policy, staff.c.customer)
                .outerjoin(collected)
                .outerjoin(staff, staff.c.customer == customers.c.id)
            )
            return connection.execute(found.where(wanted)).first()


def _mark(connection: Connection, customer: int, policy: str) -> None:
    connection.execute(delete(collected).where(collected.c.customer == customer))
    connection.execute(insert(collected).values(customer=customer, policy=policy))


@cache
def _nobodys() -> str:
    return generate_password_hash("nobody has this password")


def _stored(details: Details) -> dict[str, str]:
    return {**details.values(), "email": details.email.lower()}


def _customer(row: CustomerRow) -> Customer:
    kept = row._mapping
    details = Details(**{name: kept[name] for name in Details.__slots__})
    return Customer(kept["id"], details, kept["policy"] or "", kept["customer"] is not None)
