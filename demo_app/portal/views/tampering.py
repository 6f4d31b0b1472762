"""A receipt that the visitor may change, to see that it shows."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from ..page import PageRequest, PageResponse
from ..site import Site

LONGEST = 64 * 1024
"""In characters: no receipt has as many."""

_TIME = re.compile(r'"time":\s*(\d{8,})')
_ANY = re.compile(r"[0-9A-Za-z]")
_AROUND = 40
_DIGIT = -8
"""Which digit of a time in milliseconds: some three hours."""


def show(site: Site, request: PageRequest) -> PageResponse:
    """The visitor's receipt, as it can be downloaded."""
    text = request.contacts.receipt(request.visit)
    return _page(site, request, "" if text is None else _legible(text))


def change(site: Site, request: PageRequest) -> PageResponse:
    """One character of it, wherever the visitor has left it as it was."""
    text = request.form.get("receipt", "")
    if len(text) > LONGEST:
        return _page(
            site, request, "", "That was too long for a receipt, so nothing was done with it.", 413
        )
    at = _place_in(text)
    if at is None:
        return _page(site, request, text, "There is no letter or digit in it to change.", 422)
    changed = f"{text[:at]}{_other(text[at])}{text[at + 1 :]}"
    said = f"One character was changed, in line {text.count(chr(10), 0, at) + 1}."
    return _page(site, request, changed, said, was=_line(text, at), now=_line(changed, at))


def _page(
    site: Site,
    request: PageRequest,
    text: str,
    said: str = "",
    status: int = 200,
    *,
    was: str = "",
    now: str = "",
) -> PageResponse:
    page = site.show(request, "tamper.html", status, receipt=text, said=said, was=was, now=now)
    return replace(page, headers={**page.headers, "Cache-Control": "no-store"})


def _line(text: str, at: int) -> str:
    """The line that a character is in, as far as it is shown."""
    begins = text.rfind("\n", 0, at) + 1
    return text[max(begins, at - _AROUND) : at + _AROUND].partition("\n")[0].strip()


def _legible(text: str) -> str:
    return json.dumps(json.loads(text), indent=2)


def _place_in(text: str) -> int | None:
    time = _TIME.search(text)
    if time is not None:
        return time.end(1) + _DIGIT
    found = _ANY.search(text)
    return None if found is None else found.start()


def _other(character: str) -> str:
    if character.isdecimal():
        return str((int(character) + 1) % 10)
    return "b" if character == "a" else "a"
