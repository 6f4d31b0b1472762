"""Ids: random ones, 128 bits as 22 letters, digits, ``-`` and ``_``; those of receipts and records, which begin with their
time; and an app's for its users."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable

from .errors import UsageError


def new_id(entropy: Callable[[int], bytes]) -> str:
    """An id that nobody has."""
    return _written(entropy(16))


def new_receipt_id(now: float, entropy: Callable[[int], bytes]) -> str:
    """An id that no receipt has, for one given ``now`` (unix seconds): 32 bits of that second, and 96 that are random.

    Those given one after the other stand beside each other in an index, as those of records do. The clock may be wrong.
    """
    return _written((int(now) % 2**32).to_bytes(4, "big") + entropy(12))


def _written(bits: bytes) -> str:
    return urlsafe_b64encode(bits).decode().rstrip("=")


def new_record_id(time: int, entropy: Callable[[int], bytes]) -> str:
    """An id that no record has, for one of ``time``, in milliseconds.

    The time, which the record has too, comes first: ids that are made one after the other stand beside each other in an
    index, and a commit of many changes few of its pages.
    """
    return f"{time:011x}{new_id(entropy)}"


def user_text(user_id: object) -> str:
    """A user's id as text. Raises ``UsageError`` for what is none: what an unsaved user has would be everybody's."""
    if isinstance(user_id, bool) or not isinstance(user_id, (str, int)) or user_id == "":
        raise UsageError(
            f"a user's id is text or a number, not {user_id!r}",
            fix="Give what your database has given the user.",
        )
    return str(user_id)
