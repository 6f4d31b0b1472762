"""What users agreed to that is no matter of a browser."""

from __future__ import annotations

import json
from dataclasses import asdict

from sqlalchemy import Connection, delete, select

from cookiesafe.adapters.stores.sql import statements
from cookiesafe.adapters.stores.sql.tables import contacts as table
from cookiesafe.contact import Answer, Contact

_user, _version = table.c.user, table.c.version


def load(connection: Connection, user: str) -> Contact | None:
    found = connection.execute(select(table).where(_user == user)).one_or_none()
    if found is None:
        return None
    return Contact(
        user=found.user,
        receipt=found.receipt,
        answers={id: Answer(**each) for id, each in json.loads(found.answers).items()},
        version=found.version,
    )


def save(connection: Connection, contact: Contact) -> bool:
    answers = {id: asdict(each) for id, each in contact.answers.items()}
    text = json.dumps(answers, sort_keys=True)
    new = {"receipt": contact.receipt, "answers": text, "version": contact.version + 1}
    if contact.version == 0:
        return statements.add(connection, table, {"user": contact.user, **new})
    same = table.update().where(_user == contact.user, _version == contact.version)
    return connection.execute(same.values(new)).rowcount > 0


def remove(connection: Connection, user: str) -> None:
    connection.execute(delete(table).where(_user == user))
