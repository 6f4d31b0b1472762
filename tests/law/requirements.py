"""What is asked, read from ``requirements.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Requirement:
    """``reason``: why no test shows it, or, where one does, what of it is left."""

    id: str
    asks: str
    source: str
    reason: str = ""


def _read() -> dict[str, tuple[Requirement, ...]]:
    tables = tomllib.loads(Path(__file__).with_name("requirements.toml").read_text("utf-8"))
    titles = tables.pop("sections")
    return {
        titles[section]: tuple(Requirement(id, **keys) for id, keys in lines.items())
        for section, lines in tables.items()
    }


SECTIONS = _read()
"""All of them, by the title of their section."""
REQUIREMENTS = {each.id: each for lines in SECTIONS.values() for each in lines}
