"""What is known of who this browser is signed in as, and what the app has changed about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..jar import Jar
from ..migration import Reader
from ..remember import Presented
from ..session import Identity, Session, Stored
from ..settings import Settings


@dataclass(frozen=True, slots=True)
class Row:
    """Where the store keeps the session, and in which version it came."""

    key: str
    version: int


@dataclass(slots=True)
class Login:
    """One browser's login in one request.

    As it came: ``came`` is the session, ``row`` where the store keeps it, ``presented`` what the remember cookie shows,
    ``before`` who was signed in. ``unknown`` is whether the store could not say: then nobody is signed in, ``claimed``
    is who may be, and nothing that came is changed, unless the app signs out. ``void`` and ``forget`` are whether the session's and the remember cookie are to be
    expired, ``stolen`` whether that is because two have used it.

    As it is to be: ``identity`` is who is signed in now. ``fresh_token`` is for the remember cookie, and holds for a
    response that leaves by ``send_until``. ``migrated`` are the readers that have found something, whose cookies are not
    needed any more. The rest is what the app has asked for.
    """

    identity: Identity | None = None
    before: Identity | None = None
    claimed: Identity | None = None
    came: Stored | None = field(default=None, repr=False)
    row: Row | None = None
    presented: Presented | None = None
    remembers: bool = False
    unknown: bool = False
    void: bool = False
    forget: bool = False
    stolen: bool = False
    fresh_token: str | None = field(default=None, repr=False)
    send_until: int = 0
    lasts_until: int = 0
    migrated: list[Reader[Any]] = field(default_factory=list)
    renewed: bool = False
    """Whether the session must be written under another id, whatever is in it."""
    begun: bool = False
    remember: bool = False
    label: str = ""
    ended: bool = False
    everywhere: bool = False
    clears: bool = False
    """Whether the browser is to delete what it has of this site: others use it, too."""
    left: Identity | None = None
    """Who signed in and out again by this very response."""

    @property
    def speaks(self) -> bool:
        """Whether the response has something to tell the browser, whatever is in the session."""
        changed = self.renewed or self.begun or self.ended or self.void or self.forget
        return changed or self.fresh_token is not None


@dataclass(slots=True)
class Keeping:
    """One response: the ``cookies`` that its request came with at ``now``, and what the app has done up to ``leaves_at``.

    ``session`` is there if the app has touched it. ``renews`` is whether the response may renew a session that was not
    changed, ``failed`` whether it is an error of the server's (5xx), which keeps no change of the session.
    """

    settings: Settings
    jar: Jar
    cookies: str = field(repr=False)
    now: int
    leaves_at: int
    session: Session | None
    login: Login
    renews: bool = False
    failed: bool = False
