"""One request for a page of ours: what is known of who asks, and the forms that answers have."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from ..consent import DAY
from ..jar import Jar, Standing
from ..login import Login
from ..origin import is_cross_site
from ..ports import Flow as Steps
from ..ports import ReadBody, Reply, Request
from ..session import Identity
from ..settings import Settings
from .multipart import TYPE as MULTIPART
from .multipart import parts_of

MAX_BODY = 64 * 1024
MAX_FIELDS = 1000
MAX_PARTS = 20
MAX_NEXT = 2048
FORM = "application/x-www-form-urlencoded"
PLAIN = ("Content-Type", "text/plain; charset=utf-8")

_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")
_ELSEWHERE = re.compile(r"/[/\\]|.*[\\\x00-\x1f\x7f]", re.DOTALL)
_OWN_PAGES = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)

Flow = Steps[Reply]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for a page of ours, and what is known of who asks.

    ``framed``: what is answered is shown in a frame of the site's own pages.
    """

    settings: Settings
    request: Request
    jar: Jar
    standing: Standing
    now: float
    login: Login | None = None
    framed: bool = False

    @property
    def today(self) -> int:
        """In days since 1970-01-01 UTC."""
        return int(self.now) // DAY

    @property
    def home(self) -> str:
        """The path of the site's first page."""
        return f"{quote(self.request.root)}/"

    @property
    def identity(self) -> Identity | None:
        """Who is signed in, as far as that is known."""
        return None if self.login is None else self.login.identity

    @property
    def unknown(self) -> bool:
        """Whether the store could not say who is signed in."""
        return self.login is not None and self.login.unknown

    @property
    def remembered(self) -> bool:
        """Whether who is signed in is remembered in this browser."""
        if self.identity is None:
            return False
        if self.settings.revocable:
            return bool(self.identity.series)
        return self.jar.remember.unkept(self.request.cookie) is not None

    @property
    def child(self) -> bool:
        """Whether who asks is treated as a child, so that nothing can be agreed to."""
        return self.standing.circumstances.child

    @property
    def wants_json(self) -> bool:
        accept = self.request.header("accept") or ""
        return "application/json" in accept and "text/html" not in accept


def local_path(path: str | None, default: str) -> str:
    """``path`` if a browser that goes there stays on this site, else ``default``.

    It is a path and perhaps a query, without what browsers read as another host: ``//``, a backslash, a control
    character, each also behind a percent sign.
    """
    if path is None or len(path) > MAX_NEXT or not _LOCAL.fullmatch(path):
        return default
    if _ELSEWHERE.match(unquote(path.partition("?")[0], "latin-1")):
        return default
    return quote(path, safe="%/?&=+:@!$'()*,;~#[]", errors="replace")


def from_elsewhere(asked: Asked) -> Reply | None:
    """What to answer to what another site has sent, or ``None`` if this very site did."""
    header = asked.request.header
    if not is_cross_site(
        asked.request.method,
        asked.settings.origin_of(asked.request),
        asked.settings.trusted_origins,
        fetch_site=header("sec-fetch-site"),
        origin=header("origin"),
        has_cookies=bool(header("cookie")),
    ):
        return None
    why = "This was sent from another site, so nothing was changed."
    return problem(asked, 403, "Not taken", why)


def read_form(asked: Asked, kinds: Container[str] = (FORM,)) -> Steps[dict[str, list[str]] | Reply]:
    """The fields of the form that was sent from this very site, or what to answer instead.

    ``kinds`` are the media types that it may have; of a form in parts, files are fields as others are.
    """
    refused = from_elsewhere(asked)
    return (yield from read_fields(asked, kinds)) if refused is None else refused


def read_fields(asked: Asked, kinds: Container[str]) -> Steps[dict[str, list[str]] | Reply]:
    """The same, whoever has sent it."""
    kind = media_type(asked)
    if kind not in kinds:
        return no_form(asked)
    (body,) = yield (ReadBody(MAX_BODY),)
    if body is None:
        return too_large(asked)
    if kind == MULTIPART:
        fields = parts_of(asked.request.header("content-type") or "", body, MAX_PARTS)
    else:
        fields = fields_of(body)
    return incomplete(asked) if fields is None else fields


def no_form(asked: Asked) -> Reply:
    why = "This did not come as a form, so nothing was changed."
    return problem(asked, 415, "Not taken", why)


def too_large(asked: Asked) -> Reply:
    why = "The form was too large, so nothing was changed."
    return problem(asked, 413, "Not taken", why)


def incomplete(asked: Asked) -> Reply:
    return problem(asked, 400, "Not taken", "The form was not complete, so nothing was changed.")


def of_a_child(asked: Asked, title: str = "Not taken") -> Reply:
    why = (
        "This is being used by a child, so everything optional stays off, and nothing was changed."
    )
    return problem(asked, 403, title, why)


def not_saved(asked: Asked) -> Reply:
    why = "We could not save your choice, so nothing was changed. Please try again."
    return problem(asked, 503, "Not saved", why)


def media_type(asked: Asked) -> str:
    return (asked.request.header("content-type") or "").partition(";")[0].strip().lower()


def query_of(asked: Asked) -> dict[str, list[str]]:
    return fields_of(asked.request.query.encode("latin-1", "replace")[:MAX_BODY]) or {}


def problem(asked: Asked, status: int, title: str, text: str) -> Reply:
    if asked.wants_json:
        return as_json(status, {"error": title, "detail": text})
    notice = asked.settings.notice
    page = notice.problem(asked.request.root, title, text, framed=asked.framed)
    return html(status, page, framed=asked.framed)


def html(status: int, page: bytes, *, framed: bool = False, frames: Sequence[str] = ()) -> Reply:
    """A page of ours, which may have ``frames`` of others; ``framed`` as it was ``Asked``."""
    policy = [_OWN_PAGES + ("'self'" if framed else "'none'")]
    if frames:
        policy.append(" ".join(["frame-src", *frames]))
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "; ".join(policy)),
    ]
    return Reply(status, headers, page)


def see_other(address: str) -> Reply:
    return Reply(303, [("Location", address), ("Cache-Control", "no-store"), PLAIN])


def as_json(status: int, value: Any) -> Reply:
    body = json.dumps(value).encode()
    return Reply(
        status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")], body
    )


def fields_of(body: bytes) -> dict[str, list[str]] | None:
    """The fields of a form, or ``None`` when there are too many of them."""
    try:
        return parse_qs(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS
        )
    except ValueError:
        return None


def is_outdated(asked: Asked, fields: Mapping[str, list[str]]) -> bool:
    """Whether a form was made under another policy: a yes to its words is none to those of today.

    What does not say under which policy it was made is of today's: a form of the site's own need not.
    """
    today = [asked.settings.policy.fingerprint]
    return fields.get("policy", today) != today


def outdated(asked: Asked) -> Reply:
    """The answer to a yes from such a form."""
    why = "Our policy has changed since this was shown, so nothing was changed. Please look at it again."
    return problem(asked, 409, "Not taken", why)


def one(fields: Mapping[str, list[str]], name: str) -> str | None:
    values = fields.get(name, [])
    return values[0] if len(values) == 1 else None
