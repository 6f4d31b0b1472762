"""What browsers and others say of where a request was made, and what is to come of it: all of it, as a table."""

from __future__ import annotations

from typing import Literal, NamedTuple

OWN = "https://www.example"
TRUSTED = "https://pay.example"
EVIL = "https://evil.example"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE", "PROPFIND", "post", "get", "")
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")

TABLE = """
Origin                          | absent | same-origin | none | same-site | cross-site | same-planet | Same-Origin | (empty) | twice
absent                          | cookie | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
https://www.example             | +O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
https://www.example:443         | +O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
HTTPS://WWW.Example             | +O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
https://www.example:8443        | -O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
https://www.example:80          | -O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
http://www.example              | -O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
http://www.example:443          | -O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
wss://www.example               | -O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
https://example                 | -O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
https://blog.www.example        | -O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
https://www.example.            | -O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
https://www.example.evil        | -O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
https://evil.example            | -O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
chrome-extension://abcdefgh     | -O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
null                            | -O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
https://pay.example             | +O     | +S          | +S   | +S        | +S         | +S          | +S          | +S      | -F
https://PAY.example:443         | +O     | +S          | +S   | +S        | +S         | +S          | +S          | +S      | -F
https://pay.example:8443        | -O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
http://pay.example              | -O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
https://pay.example.evil        | -O     | +S          | +S   | -S        | -S         | -S          | -S          | -S      | -F
(empty)                         | -F     | -F          | -F   | -F        | -F         | -F          | -F          | -F      | -F
NULL                            | -F     | -F          | -F   | -F        | -F         | -F          | -F          | -F      | -F
www.example                     | -F     | -F          | -F   | -F        | -F         | -F          | -F          | -F      | -F
https://                        | -F     | -F          | -F   | -F        | -F         | -F          | -F          | -F      | -F
https://www.example/            | -F     | -F          | -F   | -F        | -F         | -F          | -F          | -F      | -F
https://www.example#            | -F     | -F          | -F   | -F        | -F         | -F          | -F          | -F      | -F
https://www.example@evil        | -F     | -F          | -F   | -F        | -F         | -F          | -F          | -F      | -F
https://evil\\www.example        | -F     | -F          | -F   | -F        | -F         | -F          | -F          | -F      | -F
https://www.example https://evil| -F     | -F          | -F   | -F        | -F         | -F          | -F          | -F      | -F
https://pay.example, null       | -F     | -F          | -F   | -F        | -F         | -F          | -F          | -F      | -F
twice                           | -F     | -F          | -F   | -F        | -F         | -F          | -F          | -F      | -F
"""
"""Of an unsafe method, at ``OWN``, which trusts ``TRUSTED``. A row for each ``Origin``, a column for each ``Sec-Fetch-Site``.

``+`` is allowed and ``-`` refused, by the rule with that letter. In the place that says ``cookie`` it depends on whether
there is one: ``?C`` with, ``+C`` without. ``twice`` is the site's own word in two fields.
"""

RULES = {
    "M": "method",
    "F": "fields",
    "S": "Sec-Fetch-Site",
    "O": "Origin",
    "C": "cookies",
}
VERDICTS = {"+": "allowed", "-": "refused", "?": "untold"}

AT = [
    # the address that the visitor sees, its Host field, an Origin, whether that is the site's own
    ("https://www.example", "www.example", "https://www.example", True),
    ("https://www.example", "WWW.EXAMPLE", "https://www.example", True),
    ("https://www.example", "www.example:443", "https://www.example", True),
    ("https://www.example", "www.example:80", "https://www.example", False),
    ("https://www.example", "", "https://www.example", False),
    ("https://www.example", "a b", "https://a b", False),
    ("https://www.example", "null", "null", False),
    ("https://www.example:8443", "www.example:8443", "https://www.example:8443", True),
    ("https://www.example:8443", "www.example:8443", "https://www.example", False),
    ("http://localhost:8000", "localhost:8000", "http://localhost:8000", True),
    ("http://localhost:8000", "localhost:8000", "http://localhost:8001", False),
    ("http://localhost:8000", "localhost:8000", "http://127.0.0.1:8000", False),
    ("http://192.0.2.1", "192.0.2.1", "http://192.0.2.1", True),
    ("http://192.0.2.1", "192.0.2.1:80", "http://192.0.2.1", True),
    ("http://192.0.2.1", "192.0.2.1", "https://192.0.2.1", False),
    ("http://192.0.2.1:8000", "192.0.2.1:8000", "http://192.0.2.1:8000", True),
    ("http://192.0.2.1:8000", "192.0.2.1:8000", "http://192.0.2.1", False),
    ("http://[2001:db8::1]:8000", "[2001:db8::1]:8000", "http://[2001:db8::1]:8000", True),
    ("http://[2001:db8::1]", "[2001:DB8::1]:80", "http://[2001:db8::1]", True),
]
"""Where a browser sends no ``Sec-Fetch-Site``: an older one, or over plain http to another machine."""


class Row(NamedTuple):
    """One request: what it says, each field as often as it is there, and what is to come of it."""

    fetch_site: tuple[str, ...]
    origin: tuple[str, ...]
    has_cookies: bool
    verdict: Literal["allowed", "refused", "untold"]
    rule: str

    def __str__(self) -> str:
        cookies = "cookies" if self.has_cookies else "none"
        return f"{self.fetch_site} {self.origin} {cookies}"


def rows() -> list[Row]:
    """The table, two rows for each place in it: with cookies and without."""
    head, *lines = [[each.strip() for each in line.split("|")] for line in TABLE.splitlines()[1:]]
    return [
        _row(site, origin, place, has_cookies)
        for origin, *places in lines
        for site, place in zip(head[1:], places, strict=True)
        for has_cookies in (True, False)
    ]


def _row(site: str, origin: str, place: str, has_cookies: bool) -> Row:
    if place == "cookie":
        place = "?C" if has_cookies else "+C"
    verdict, rule = VERDICTS[place[0]], RULES[place[1]]
    said = _said(site, "same-origin"), _said(origin, OWN)
    return Row(*said, has_cookies, verdict, rule)  # type: ignore[arg-type]


def _said(cell: str, own: str) -> tuple[str, ...]:
    if cell == "absent":
        return ()
    if cell == "twice":
        return (own, own)
    return ("",) if cell == "(empty)" else (cell,)
