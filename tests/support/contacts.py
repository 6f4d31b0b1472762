"""A site that writes to its users: its policy, the app they sign in to, and stores that fail or are changed by others."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from cookiesafe import Policy, Visit
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.contact import Answer, Contact
from cookiesafe.errors import StoreError
from cookiesafe.ledger import Record
from tests.support.edges import AppRequest, AppResponse, Client, Response, answer
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
CONTACT, CHOICES = "/cookiesafe/contact", "/cookiesafe/choices"
SITE = "https://www.example"
GROUNDS = Policy.from_toml(CONTACTS).grounds


def app(visit: Visit, request: AppRequest) -> AppResponse:
    """``/in/USER`` signs in."""
    _, what, *user = request.path.split("/")
    if what == "in":
        visit.login(user[0])
    return answer("text/plain", visit.user_id or "nobody")


def signed_in(client: Client, user: str = "ann") -> Client:
    client.get(f"/in/{user}")
    return client


def save(client: Client, *purposes: str, **fields: str) -> Response:
    return client.post(CONTACT, form={"purpose": purposes, **fields})


def section(client: Client) -> str:
    page = client.get(CHOICES).text
    found = re.search(r'<section aria-labelledby="contact">.*?</section>', page, re.DOTALL)
    assert found, "the page has no such section"
    return found[0]


def ticked(client: Client) -> list[str]:
    return re.findall(r'name="purpose" value="(\w+)" checked', section(client))


def text_of(client: Client) -> str:
    found = re.search(r'name="text" value="([^"]*)"', section(client))
    assert found
    return found[1]


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
            new = {
                id: Answer(yes=yes, ground=GROUNDS[id] if yes else "")
                for id, yes in choices.items()
            }
            return MemoryStore.save_contact(
                self,
                Contact(
                    user=user,
                    receipt=old.receipt,
                    answers={**old.answers, **new},
                    version=old.version,
                ),
            )

        return put
