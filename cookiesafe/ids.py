"""Random ids: 128 bits as 22 letters, digits, ``-`` and ``_``."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Callable


def new_id(entropy: Callable[[int], bytes]) -> str:
    """An id that nobody has."""
    return urlsafe_b64encode(entropy(16)).decode().rstrip("=")
