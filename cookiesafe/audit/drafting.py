"""A policy, or what is to be added to one, from what was seen."""

from __future__ import annotations

from ..gate.sightings import Sightings, suggestions
from ..policy import Policy
from ..policy.draft import draft
from .evidence import Evidence
from .judging import Judge, Standing
from .plan import Plan


def drafted(evidence: Evidence, plan: Plan, judge: Judge, text: str = "") -> str:
    """``text`` of a policy, or a new one's, with the lines that declare what nobody has declared.

    Of each the purpose is to be filled in. What no policy can declare, such as a key with a blank, is left out.
    """
    text = text or draft(plan.hosts[0], "", "en", ())
    met = Sightings()
    for thing, seen in evidence.things.items():
        standing = judge.judge(thing, seen).standing
        if standing not in (Standing.UNDECLARED, Standing.UNKNOWN) or judge.remembers_choice(thing):
            continue
        for _ in seen:
            if thing.is_call:
                met.saw_host(thing.name)
            else:
                met.saw_cookie(thing.name)
    added = suggestions(Policy.from_toml(text, "the draft"), met)
    return "\n".join(filter(None, (text.rstrip("\n") + "\n", added)))
