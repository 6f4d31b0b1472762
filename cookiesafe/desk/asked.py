"""One request that is ours to answer: what is known of who asks, and the forms that answers have."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from ..consent import DAY
from ..form_token import Whom
from ..jar import Jar, Standing
from ..login import Login
from ..notice import Notice
from ..ports import Flow as Steps
from ..ports import Reply, Request
from ..sayings import say
from ..session import Identity
from ..settings import Settings

LANGUAGE = "lang"
"""The field of a query that names the language of the page around the link."""
MAX_QUERY = 64 * 1024
MAX_FIELDS = 1000
MAX_NEXT = 2048
HTML = ("Content-Type", "text/html; charset=utf-8")
PLAIN = ("Content-Type", "text/plain; charset=utf-8")

_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")
_ELSEWHERE = re.compile(r"/[/\\]|.*[\\\x00-\x1f\x7f]", re.DOTALL)
_OWN_PAGES = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)

_NOT_TAKEN = say("Not taken")

Flow = Steps[Reply]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, and what is known of who asks.

    ``framed``: what is answered is shown in a frame of the site's own pages. ``checks``: a script wants to know whether the
    browser keeps cookies.
    """

    settings: Settings
    request: Request
    jar: Jar
    standing: Standing
    now: float
    login: Login | None = None
    framed: bool = False
    checks: bool = False

    @property
    def named_notice(self) -> Notice | None:
        """The words and pages in the language that the address asked for names, if it does."""
        if not self.settings.notices.several:
            return None
        return self.settings.notices.named(one(query_of(self), LANGUAGE))

    @property
    def notice(self) -> Notice:
        """The words and pages in the language of who asks: that of the page they come from, or of their browser."""
        notices = self.settings.notices
        if not notices.several:
            return notices.usual
        return self.named_notice or notices.accepted(self.request.header("accept-language"))

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
    def whom(self) -> Whom:
        """Whom a form is given to that is shown now."""
        identity = self.identity
        user = None if identity is None else identity.user
        return Whom(user, self.standing.consent.receipt)

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
        return self.request.wants_json()


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


def incomplete(asked: Asked) -> Reply:
    return problem(
        asked, 400, say("Not taken"), say("The form was not complete, so nothing was changed.")
    )


def of_a_child(asked: Asked, title: str = _NOT_TAKEN) -> Reply:
    why = say(
        "This is being used by a child, so everything optional stays off, and nothing was changed."
    )
    return problem(asked, 403, title, why)


def not_saved(asked: Asked) -> Reply:
    why = say("We could not save your choice, so nothing was changed. Please try again.")
    return problem(asked, 503, say("Not saved"), why)


def query_of(asked: Asked) -> dict[str, list[str]]:
    return fields_of(asked.request.query.encode("latin-1", "replace")[:MAX_QUERY]) or {}


def problem(asked: Asked, status: int, title: str, text: str) -> Reply:
    notice = asked.notice
    if asked.wants_json:
        title, text = map(notice.language.plain, (title, text))
        return as_json(status, {"error": title, "detail": text})
    page = notice.problem(asked.request.root, title, text, framed=asked.framed)
    return html(status, page, framed=asked.framed)


def html(status: int, page: bytes, *, framed: bool = False, frames: Sequence[str] = ()) -> Reply:
    """A page of ours, which may have ``frames`` of others; ``framed`` as it was ``Asked``."""
    policy = [_OWN_PAGES + ("'self'" if framed else "'none'")]
    if frames:
        policy.append(" ".join(["frame-src", *frames]))
    headers = [
        HTML,
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


def versioned(asked: Asked, kind: str, body: bytes, version: str) -> Reply:
    """It can be kept for good under its own version; another node may be of another one, whose name is not ours to fill."""
    ours = one(query_of(asked), "v") == version
    headers = [
        ("Content-Type", f"{kind}; charset=utf-8"),
        ("Cache-Control", "public, max-age=31536000, immutable" if ours else "no-store"),
    ]
    return Reply(200, headers, body)


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
    why = say(
        "Our policy has changed since this was shown, so nothing was changed. Please look at it again."
    )
    return problem(asked, 409, say("Not taken"), why)


def one(fields: Mapping[str, list[str]], name: str) -> str | None:
    values = fields.get(name, [])
    return values[0] if len(values) == 1 else None
