"""A site that writes to its users: its policy, the app they sign in to, and stores that fail or are changed by others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cookiesafe import Visit
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.contact import Contact
from cookiesafe.errors import StoreError
from cookiesafe.ledger import Record
from tests.support.edges import AppRequest, AppResponse, Client, answer
from tests.support.harbour import POLICY

CONTACTS = f"""{POLICY}
[purposes.service]
title = "Service messages"
text = "Bills, outages and changes of our policy."
channel = "email"
always = true
why = "you need them as a customer"

[purposes.newsletter]
title = "Offers by e-mail"
text = "Once a month, what is new."
channel = "email"

[purposes.calls]
title = "Offers by telephone"
channel = "phone"
"""
SITE = "https://www.example"


def app(visit: Visit, request: AppRequest) -> AppResponse:
    """``/in/USER`` signs in."""
    _, what, *user = request.path.split("/")
    if what == "in":
        visit.login(user[0])
    return answer("text/plain", visit.user_id or "nobody")


def signed_in(client: Client, user: str = "ann") -> Client:
    client.get(f"/in/{user}")
    return client


class Failing(MemoryStore):
    """Fails at what is named in ``broken``."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: set[str] = set()

    def append(self, records: Sequence[Record]) -> None:
        self._check("append")
        super().append(records)

    def load_contact(self, user: str) -> Contact | None:
        self._check("load_contact")
        return super().load_contact(user)

    def save_contact(self, contact: Contact) -> bool:
        self._check("save_contact")
        return super().save_contact(contact)

    def _check(self, what: str) -> None:
        if what in self.broken:
            raise StoreError(f"{what} is broken")


class Contested(MemoryStore):
    """Others get in first: each of ``others`` changes something just before one save."""

    def __init__(self) -> None:
        super().__init__()
        self.others: list[Callable[[], object]] = []

    def save_contact(self, contact: Contact) -> bool:
        if self.others:
            self.others.pop(0)()
        return super().save_contact(contact)

    def puts(self, user: str, **choices: bool) -> Callable[[], object]:
        """What has another request save these."""

        def put() -> bool:
            old = self.load_contact(user) or Contact(user=user, receipt="another")
            return MemoryStore.save_contact(
                self,
                Contact(
                    user=user,
                    receipt=old.receipt,
                    choices={**old.choices, **choices},
                    version=old.version,
                ),
            )

        return put
