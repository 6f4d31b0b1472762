"""``python -m demo_app``: both sites, until Ctrl-C."""

from __future__ import annotations

import sys

INTERRUPTED = 130


def run() -> int:
    try:
        from .demo import main  # takes a second, in which Ctrl-C is as welcome as later

        return main()
    except KeyboardInterrupt:
        return INTERRUPTED


sys.exit(run())
