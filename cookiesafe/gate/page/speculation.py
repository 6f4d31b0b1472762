"""Speculation rules: what a browser may load ahead, as JSON in a script element (HTML Standard, section 7.6).

No Content-Security-Policy covers the addresses in them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

_OF_THE_SITE = re.compile(r"/(?!/)[a-zA-Z0-9_./%~*-]*")


def is_harmless(rules: bytes, held: Callable[[str], bool]) -> bool:
    """Whether every address in ``rules`` may be called.

    A list of URLs is asked about one by one. A rule for the links of the page must be bound to paths of the site itself,
    as ``{"href_matches": "/*"}`` binds it. What cannot be read is not harmless.
    """
    try:
        sets = json.loads(rules)
        return isinstance(sets, dict) and all(
            _is_harmless_rule(rule, held)
            for rule_list in sets.values()
            if isinstance(rule_list, list)
            for rule in rule_list
        )
    except (ValueError, RecursionError):
        return False


def _is_harmless_rule(rule: Any, held: Callable[[str], bool]) -> bool:
    if not isinstance(rule, dict):
        return False
    urls = rule.get("urls")
    if isinstance(urls, list):
        listed = all(isinstance(url, str) and not held(url) for url in urls)
        return listed and ("where" not in rule or _stays_here(rule["where"], held))
    return _stays_here(rule.get("where"), held)


def _stays_here(where: Any, held: Callable[[str], bool]) -> bool:
    """Whether a condition lets only links to the site itself through."""
    if not isinstance(where, dict) or len(where) != 1:
        return False
    if "and" in where:
        return isinstance(where["and"], list) and any(_stays_here(w, held) for w in where["and"])
    if "or" in where:
        return isinstance(where["or"], list) and all(_stays_here(w, held) for w in where["or"])
    patterns = where.get("href_matches")
    return all(
        isinstance(pattern, str) and _OF_THE_SITE.fullmatch(pattern) and not held("/")
        for pattern in (patterns if isinstance(patterns, list) else [patterns])
    )
