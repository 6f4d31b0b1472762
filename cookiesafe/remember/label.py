"""What a person recognises a browser by: its family and its system, and no more of what it says about itself."""

from __future__ import annotations

import re

_MOST = 512
"""Characters of a User-Agent that are looked at."""

# The first that is found holds: most browsers also say that they are Chrome, and Chrome that it is Safari.
_FAMILIES = {
    "Edge": r"\bEdg(?:e|A|iOS)?/",
    "Opera": r"\b(?:OPR|OPT|Opera)/",
    "Samsung Internet": r"\bSamsungBrowser/",
    "Vivaldi": r"\bVivaldi/",
    "Firefox": r"\b(?:Firefox|FxiOS)/",
    "Chrome": r"\b(?:(?:Headless)?Chrome|Chromium|CriOS)/",
    "Safari": r"\bSafari/",
}
_SYSTEMS = {
    "iPhone": r"\biPhone\b",
    "iPad": r"\biPad\b",
    "Android": r"\bAndroid\b",
    "ChromeOS": r"\bCrOS\b",
    "Windows": r"\bWindows\b",
    "macOS": r"\bMac(?:intosh)?\b",
    "Linux": r"\bLinux\b",
}
_family, _system = (
    [(name, re.compile(pattern)) for name, pattern in table.items()]
    for table in (_FAMILIES, _SYSTEMS)
)


def label_of(user_agent: str) -> str:
    """Such as ``Firefox, Windows``, of a field ``User-Agent`` (RFC 9110, section 10.1.5); one alone if that is all.

    Nothing of the field itself is in it: what is not known gives ``""``.
    """
    said = user_agent[:_MOST]
    found = (
        next((name for name, pattern in table if pattern.search(said)), "")
        for table in (_family, _system)
    )
    return ", ".join(filter(None, found))
