"""Drives a browser through a site for ``cookiesafe.audit``. It needs ``cookiesafe[audit]``, and a Chromium."""

from __future__ import annotations

from .auditing import Manner, Seen, look_through

__all__ = ["Manner", "Seen", "look_through"]
