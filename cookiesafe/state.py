"""Where a visitor stands, as scripts of the page are told it."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

from .consent import Allowed
from .jar import Standing
from .policy import GOOGLE_CONSENT, NECESSARY_ID, Policy

_MOST_REMEMBERED: Final = 256

State = dict[str, Any]


def state_of(policy: Policy, standing: Standing) -> State:
    """As JSON: whether all is ``decided``, and what the visitor ``allows``, vendors by an ``@`` and their id.

    ``id`` changes with these, ``page`` with the Content-Security-Policy that follows from them. ``google`` is what
    Google's tags are told, where the policy has anything for them.
    """
    state = _state(policy, standing.allowed, standing.settled, standing.passage.csp)
    if policy.google_consent:
        state["google"] = [["consent", "update", _google_consent(policy, standing.allowed)]]
    return state


def beginning(policy: Policy, standing: Standing) -> str:
    """The same as text, where a page begins: everything is denied to Google's tags until they are told otherwise."""
    return _beginning(policy, standing.allowed, standing.settled, standing.passage.csp)


@lru_cache(_MOST_REMEMBERED)
def _beginning(policy: Policy, allowed: Allowed, decided: bool, csp: str) -> str:
    state = _state(policy, allowed, decided, csp)
    if policy.google_consent:
        granted = _google_consent(policy, allowed)
        state["google"] = [["consent", "default", dict.fromkeys(GOOGLE_CONSENT, "denied")]]
        if "granted" in granted.values():
            state["google"].append(["consent", "update", granted])
    return json.dumps(state, separators=(",", ":"))


def _state(policy: Policy, allowed: Allowed, decided: bool, csp: str) -> State:
    purposes = [NECESSARY_ID, *(each.id for each in policy.optional)]
    allows = [id for id in purposes if id in allowed.purposes]
    allows += [f"@{id}" for id in policy.vendors if id in allowed.vendors]
    return {
        "decided": decided,
        "allows": allows,
        "id": _digest(json.dumps([decided, allows])),
        "page": _digest(csp),
    }


def _google_consent(policy: Policy, allowed: Allowed) -> dict[str, str]:
    granted = policy.google_consent
    return {
        name: "granted" if granted.get(name) in allowed.purposes else "denied"
        for name in GOOGLE_CONSENT
    }


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:8]
