"""Forms as lists of fields, and what was typed into them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Check = Callable[[str], str | None]
LONGEST = 200


def filled(value: str) -> str | None:
    return None if value else "This is missing"


def email(value: str) -> str | None:
    if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        return None
    return "Write an e-mail address, like name@example.com"


def phone(value: str) -> str | None:
    digits = sum(character.isdigit() for character in value)
    return None if digits >= 6 else "Write a telephone number with at least 6 digits"


def new_password(value: str) -> str | None:
    return None if len(value) >= 8 else "Choose a password of at least 8 characters"


def card(value: str) -> str | None:
    if re.fullmatch(r"\d{12,19}", value.replace(" ", "")):
        return None
    return "Write the 12 to 19 digits on the front of the card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """``autocomplete`` is HTML's own word for what goes in, so that browsers can help."""

    name: str
    label: str
    autocomplete: str
    check: Check = filled
    kind: str = "text"
    hint: str = ""
    width: str = "wide"

    @property
    def secret(self) -> bool:
        return self.kind == "password"


@dataclass(frozen=True, slots=True)
class Form:
    """``errors`` has a sentence for each field that needs another look."""

    fields: tuple[Field, ...]
    values: Mapping[str, str]
    errors: Mapping[str, str]

    @property
    def ok(self) -> bool:
        return not self.errors

    def value(self, field: Field) -> str:
        """What to put back into the field: never a password."""
        return "" if field.secret else self.values.get(field.name, "")

    def complain(self, name: str, sentence: str) -> Form:
        return Form(self.fields, self.values, {**self.errors, name: sentence})


def blank(fields: tuple[Field, ...], values: Mapping[str, str] | None = None) -> Form:
    return Form(fields, values or {}, {})


def read(fields: tuple[Field, ...], typed: Mapping[str, str]) -> Form:
    values = {field.name: _tidy(field, typed.get(field.name, "")) for field in fields}
    complaints = {field.name: _complaint(field, values[field.name]) for field in fields}
    return Form(fields, values, {name: text for name, text in complaints.items() if text})


def _tidy(field: Field, value: str) -> str:
    return value if field.secret else " ".join(value.split())


def _complaint(field: Field, value: str) -> str | None:
    if len(value) > LONGEST:
        return f"This is longer than {LONGEST} characters"
    return filled(value) or field.check(value)


CONTACT = (
    Field(name="name", label="Full name", autocomplete="name"),
    Field(name="email", label="E-mail address", autocomplete="email", kind="email", check=email),
    Field(
        name="phone", label="Telephone", autocomplete="tel", kind="tel", check=phone, width="middle"
    ),
)
BILLING = (
    Field(name="street", label="Street and number", autocomplete="billing street-address"),
    Field(name="town", label="Town", autocomplete="billing address-level2", width="middle"),
    Field(name="postcode", label="Postcode", autocomplete="billing postal-code", width="narrow"),
)
DETAILS = CONTACT + BILLING
CARD = Field(
    name="card",
    label="Card number",
    autocomplete="cc-number",
    check=card,
    hint="Nothing is charged here. Any number works, such as 4242 4242 4242 4242. We keep its last four digits.",
    width="middle",
)
REGISTRATION = (
    *CONTACT[:2],
    Field(
        name="password",
        label="Password",
        autocomplete="new-password",
        kind="password",
        check=new_password,
        hint="At least 8 characters.",
        width="middle",
    ),
)
CONFIRMATION = (
    Field(
        name="password",
        label="Password",
        autocomplete="current-password",
        kind="password",
        width="middle",
    ),
)
SIGN_IN = (CONTACT[1], *CONFIRMATION)
