"""The portal's policy, and the words of it that pages repeat."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("cookiesafe.toml")
GULLWING_PORT = 8802


def text(gullwing_port: int = GULLWING_PORT) -> str:
    """As on disk, with the advertiser's port as it is served in this run."""
    written = PATH.read_text(encoding="utf-8")
    return written.replace(
        f"gullwing.localhost:{GULLWING_PORT}", f"gullwing.localhost:{gullwing_port}"
    )


def without(feature: str) -> str:
    """The policy's own sentence about what is lost, with the purpose that brings it back."""
    declared = _policy()
    purpose = declared["purposes"][declared["features"][feature]["purpose"]]
    return f"“{purpose['title']}” is off, so {declared['features'][feature]['without']}."


@cache
def _policy() -> dict[str, Any]:
    return tomllib.loads(text())
