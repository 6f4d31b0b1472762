"""What it takes to import an edge, beside Starlette's session: ``python -m benchmarks.imports``.

Each import is one fresh ``python -I``, all take turns, and what ``pass`` takes is subtracted from each beside it. The modules are
those that Python itself has not loaded.
"""

from __future__ import annotations

import subprocess
import sys
from statistics import median
from time import perf_counter
from typing import Final

ROUNDS: Final = 25
GOAL: Final = 0.6
MOST_MODULES: Final = 80
_NOTHING, _THEIRS = "nothing", "starlette.middleware.sessions"
_OURS = "cookiesafe.adapters.asgi"
_READY = "a site that is ready, in this edge"
_STATEMENTS: Final = {
    _NOTHING: "pass",
    _THEIRS: f"import {_THEIRS}",
    _OURS: f"from {_OURS} import CookieSafeMiddleware",
    "cookiesafe.adapters.wsgi": "from cookiesafe.adapters.wsgi import CookieSafeMiddleware",
    _READY: (
        "import logging; logging.disable(); from cookiesafe import CookieSafe, Policy; "
        f"from {_OURS} import CookieSafeMiddleware; "
        """safe = CookieSafe(Policy.from_toml('site.name = "S"'), secret_key="k" * 32); """
        "CookieSafeMiddleware(None, safe)"
    ),
}


def _run(statement: str) -> str:
    command = [sys.executable, "-I", "-c", statement]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _seconds(statement: str) -> float:
    begun = perf_counter()
    _run(statement)
    return perf_counter() - begun


def _modules(statement: str) -> set[str]:
    return set(_run(f"{statement}\nimport sys; print(*sys.modules)").split())


def main() -> None:
    rounds: list[dict[str, float]] = []
    for n in range(ROUNDS):
        order = _STATEMENTS if n % 2 else dict(reversed(_STATEMENTS.items()))
        spent = {what: _seconds(statement) for what, statement in order.items()}
        rounds.append({what: each - spent[_NOTHING] for what, each in spent.items()})
    python, theirs = _modules("pass"), _modules(_STATEMENTS[_THEIRS])
    for what, statement in list(_STATEMENTS.items())[1:]:
        added = median(spent[what] for spent in rounds)
        ratio = median(spent[what] / spent[_THEIRS] for spent in rounds)
        loaded = _modules(statement) - python
        print(
            f"{what:36} {added * 1000:6.0f} ms {ratio:6.2f} x {len(loaded):4} modules, "
            f"{len(loaded - theirs)} of them beyond Starlette's"
        )
    print(f"goal of {_OURS}: {GOAL} x, {MOST_MODULES} modules")


if __name__ == "__main__":
    main()
