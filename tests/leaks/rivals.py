"""What an unmodified site with another consent script reached, measured once each: ``python -m tests.leaks --head FILE``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rival:
    """``reached`` of the ``bare`` ways, before any choice, over http with scripts."""

    name: str
    version: str
    day: str
    reached: int
    bare: int


RIVALS: tuple[Rival, ...] = (
    Rival("vanilla-cookieconsent", "3.1.0", "2026-11-25", 507, 507),
    Rival("klaro", "0.7.22", "2026-11-25", 507, 507),
)
