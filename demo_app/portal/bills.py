"""What is owed, and what has been paid."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, Row, Select, insert, select
from sqlalchemy.exc import IntegrityError

from cookiesafe.adapters.sqlalchemy import insert_once

from .customers import Customer, Details
from .database import bills, payments


class AlreadyPaidError(Exception):
    """The bill has a payment."""


@dataclass(frozen=True, slots=True)
class Bill:
    """``customer`` is whose account it belongs to, if to any; ``payment`` the reference of what paid it, in which ``flow``."""

    number: str
    customer: int | None
    service: str
    period: str
    pence: int
    due: date
    payment: str | None
    flow: str | None

    @property
    def paid(self) -> bool:
        return self.payment is not None


@dataclass(frozen=True, slots=True)
class NewBill:
    service: str
    period: str
    pence: int
    due: date


@dataclass(frozen=True, slots=True)
class Payment:
    reference: str
    bill: str
    name: str
    email: str
    address: str
    card_end: str
    paid_at: datetime


class Bills:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def issue(self, customer: Customer | None, new: Iterable[NewBill]) -> list[Bill]:
        """Bills of nobody are samples for guests to try."""
        issued = [
            Bill(
                number=_number(),
                customer=customer.id if customer else None,
                service=bill.service,
                period=bill.period,
                pence=bill.pence,
                due=bill.due,
                payment=None,
                flow=None,
            )
            for bill in new
        ]
        rows = [
            {
                "number": bill.number,
                "customer": bill.customer,
                "service": bill.service,
                "period": bill.period,
                "pence": bill.pence,
                "due": bill.due,
            }
            for bill in issued
        ]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(insert(bills), rows)
        return issued

    def of(self, customer: Customer | None) -> list[Bill]:
        """Open ones first, the most urgent on top; then paid ones, newest first."""
        owner = bills.c.customer
        mine = owner.is_(None) if customer is None else owner == customer.id
        with self._engine.connect() as connection:
            found = [_bill(row) for row in connection.execute(_BILLS.where(mine))]
        still_open = sorted((bill for bill in found if not bill.paid), key=lambda bill: bill.due)
        done = sorted(
            (bill for bill in found if bill.paid), key=lambda bill: bill.due, reverse=True
        )
        return still_open + done

    def find(self, number: str) -> Bill | None:
        wanted = _BILLS.where(bills.c.number == "".join(number.split()).upper())
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
        return _bill(row) if row else None

    def pay(
        self, bill: Bill, flow: str, details: Details, card: str, now: datetime
    ) -> tuple[Payment, bool]:
        """The payment, and whether it was made just now: however often a form is sent, it pays once."""
        values = {
            "reference": secrets.token_urlsafe(12),
            "bill": bill.number,
            "name": details.name,
            "email": details.email,
            "address": details.address,
            "card_end": card.replace(" ", "")[-4:],
            "paid_at": now,
        }
        try:
            with self._engine.begin() as connection:
                row, made = insert_once(connection, payments, flow, values)
        except IntegrityError as error:
            raise AlreadyPaidError from error
        return _payment(row), made

    def payment(self, reference: str) -> tuple[Bill, Payment] | None:
        """Whoever knows the reference may see the receipt: it cannot be guessed."""
        wanted = select(payments).where(payments.c.reference == reference)
        with self._engine.connect() as connection:
            row = connection.execute(wanted).first()
        if row is None:
            return None
        payment = _payment(row)
        bill = self.find(payment.bill)
        return (bill, payment) if bill else None


_BILLS: Select[tuple[object, ...]] = select(
    bills.c.number,
    bills.c.customer,
    bills.c.service,
    bills.c.period,
    bills.c.pence,
    bills.c.due,
    payments.c.reference.label("payment"),
    payments.c.flow,
).join_from(bills, payments, isouter=True)


def _bill(row: Row[tuple[object, ...]]) -> Bill:
    return Bill(**row._mapping)


def _payment(row: Row[tuple[object, ...]]) -> Payment:
    kept = row._mapping
    return Payment(**{name: kept[name] for name in Payment.__slots__})


def _number() -> str:
    return f"HL-{secrets.randbelow(9000) + 1000}-{secrets.randbelow(9000) + 1000}"
