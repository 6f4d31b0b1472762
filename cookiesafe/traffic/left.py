"""What requests leave to be counted. To leave it is all that a request does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from ..fields import AnyHeader
from ..gate.findings import AnyHeld
from ..jar import Standing
from ..ledger import Record


class Site(NamedTuple):
    """What is the same for everybody: the ``origin``, where it is settled, the fingerprint of the ``policy``, and the
    ``layout`` of its notice.
    """

    origin: str | None
    policy: str
    layout: str


class Seen(NamedTuple):
    """A navigation, as its response leaves.

    ``root`` is what the app is mounted under, ``path`` below it, ``params`` what the framework has found in it, ``None``
    where it said nothing. ``fields`` are those of the request. Of the response, ``document`` is whether it is one,
    ``placed`` whether a notice was put into it. ``standing`` is where the visitor stands, ``blocked`` whether the browser
    keeps no cookie.
    """

    site: Site
    now: float
    status: int
    document: bool
    placed: bool
    root: str
    path: str
    params: Mapping[str, object] | None
    fields: Sequence[AnyHeader]
    standing: Standing
    blocked: bool


class Press(NamedTuple):
    """What a choice was made by: the ``button``, ``accept``, ``reject`` or ``save``, in which browser, and whether a
    ``script`` has sent it, and no form.
    """

    button: str
    agent: str
    script: bool


class Answer(NamedTuple):
    """A choice that was recorded, and what was ``said`` of each purpose and vendor that was asked about."""

    record: Record
    said: Mapping[str, bool]
    by: Press

    @property
    def now(self) -> float:
        return self.record.time / 1000


class Unrecorded(NamedTuple):
    """A choice that was not recorded, and what it would have been: the ``event`` of its record."""

    now: float
    event: str


class Done(NamedTuple):
    """Something else that a visitor has done, ``how``: ``figure`` is what counts it."""

    now: float
    figure: Literal["embeds", "receipts"]
    how: str


class HeldBack(NamedTuple):
    """Something that the app sent at a path was held, or would have been."""

    now: float
    path: str
    held: AnyHeld


class Blocked(NamedTuple):
    """A browser has reported that it did not call a ``host``, declared for that ``vendor`` or for none."""

    now: float
    host: str
    vendor: str | None


Left = Seen | Answer | Unrecorded | Done | HeldBack | Blocked
