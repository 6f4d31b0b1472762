"""What a field of a response is to us, however its name is written."""

from __future__ import annotations

from typing import Final, Literal

from ..fields import text_of
from ..memo import Memo
from .caches import speaks_to_caches
from .headers import ACTIVE

Role = Literal[
    "cookie", "type", "active", "vary", "caches", "length", "untrue", "wrapped", "referrer"
]
"""``active`` makes a browser call somebody, ``caches`` tells some cache how long to keep the response, ``untrue`` is not
true any more of a page that something was placed in, ``wrapped`` may say that it is compressed, or to be saved."""

_ROLES: dict[str, Role] = {
    "set-cookie": "cookie",
    "content-type": "type",
    "vary": "vary",
    "content-length": "length",
    "content-encoding": "wrapped",
    "content-disposition": "wrapped",
    "referrer-policy": "referrer",
    **dict.fromkeys(ACTIVE, "active"),
    **dict.fromkeys(
        ("accept-ranges", "content-digest", "content-md5", "digest", "etag", "last-modified", "repr-digest"),
        "untrue",
    ),
}  # fmt: skip
_PERSONAL = frozenset({"cookie", "type", "active"})


def role_of(name: str | bytes) -> Role | None:
    """The role of a field's name, if it has one."""
    lower = text_of(name).strip().lower()
    return "caches" if speaks_to_caches(lower) else _ROLES.get(lower)


def _personal(name: str | bytes) -> Role | None:
    role = role_of(name)
    return role if role in _PERSONAL else None


ROLES: Final = Memo(role_of)
PERSONAL: Final = Memo(_personal)
"""As ``ROLES``, of those alone that decide whether a response is the same for everybody."""
