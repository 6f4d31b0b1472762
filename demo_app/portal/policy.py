"""The portal's policy, the next version of it, and the words of it that pages repeat."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("cookiesafe.toml")
ADDED = Path(__file__).with_name("cookiesafe-3.toml")
GULLWING_PORT = 8802
TIDEPOOL_PORT = 8803
SUMMARY = (
    "We would like to have Tern Surveys ask you, now and then, how we are doing.",
    "It is off until you turn it on.",
)
"""What version 3 brings, in a few sentences."""


def text(gullwing_port: int = GULLWING_PORT, tidepool_port: int = TIDEPOOL_PORT) -> str:
    """As on disk, with the companies' ports as they are served in this run."""
    written = PATH.read_text(encoding="utf-8")
    for name, usual, port in (
        ("gullwing", GULLWING_PORT, gullwing_port),
        ("tidepool", TIDEPOOL_PORT, tidepool_port),
    ):
        written = written.replace(f"{name}.localhost:{usual}", f"{name}.localhost:{port}")
    return written


def next_text(gullwing_port: int = GULLWING_PORT, tidepool_port: int = TIDEPOOL_PORT) -> str:
    """Version 3: that, and what it adds."""
    added = ADDED.read_text(encoding="utf-8")
    return f"{text(gullwing_port, tidepool_port)}\n{added}"


def without(feature: str) -> str:
    """The policy's own sentence about what is lost, with the purpose that brings it back."""
    declared = _policy()
    purpose = declared["purposes"][declared["features"][feature]["purpose"]]
    return f"“{purpose['title']}” is off, so {declared['features'][feature]['without']}."


@cache
def _policy() -> dict[str, Any]:
    return tomllib.loads(text())
