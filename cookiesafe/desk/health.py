"""Whether the store answers, for who balances the load: which part of it does not, and nothing else."""

from __future__ import annotations

from ..errors import StoreError
from ..health import questions
from .asked import Asked, Flow, as_json
from .dead_end import missing


def show_health(asked: Asked) -> Flow:
    """200 if all of it answers, else 503."""
    if not asked.settings.health:
        return missing(asked)
    asking = questions(asked.now)
    answers = yield tuple(asking.values())
    down = [
        name for name, answer in zip(asking, answers, strict=True) if isinstance(answer, StoreError)
    ]
    said = {name: "down" if name in down else "up" for name in asking}
    return as_json(503 if down else 200, {"ok": not down, **said})
