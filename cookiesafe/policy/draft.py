"""The draft of a policy file, from a few answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

_HEAD: Final = """\
# What this site stores in browsers, and who else is involved. All keys: docs/policy.md
# Frameworks' session and CSRF cookies are declared already. "cookiesafe check MODULE:APP" says what is missing.
"""
DRAFTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "statistics": (
            'title = "Usage statistics"',
            'text = "Counts visits, so that we can mend slow or confusing pages."',
            'category = "statistics"',
        ),
        "advertising": (
            'title = "Advertising"',
            'text = "Lets us and the companies below show adverts that match your interests."',
            'category = "advertising"',
            'signal = "gpc"',
        ),
        "preferences": (
            'title = "Preferences"',
            'text = "Keeps how you like the site to be, such as sizes and sorting."',
            'category = "preferences"',
        ),
        "media": (
            'title = "Films and maps"',
            'text = "Shows films and maps of other companies, who then learn that you look at them."',
        ),
    }
)
"""Purposes that many sites have, by their ids, as the lines of a policy file."""


def draft(name: str, contact: str, language: str, purposes: Iterable[str]) -> str:
    """The text of a policy file. ``purposes`` are ids of ``DRAFTS``, whose texts are to be made the site's own."""
    lines = [_HEAD, "[site]", f"name = {_text(name)}"]
    if contact:
        lines.append(f"contact = {_text(contact)}")
    lines.append(f"language = {_text(language)}")
    for id in dict.fromkeys(purposes):
        lines += ["", f"[purposes.{id}]", *DRAFTS[id]]
    return "\n".join([*lines, ""])


def _text(text: str) -> str:
    """As TOML has it, which allows all that JSON does but the character DEL."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False).replace("\x7f", "\\u007f")
