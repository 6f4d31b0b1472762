"""The command ``cookiesafe``. It needs ``cookiesafe[cli]``."""

from __future__ import annotations

import sys


def main() -> None:
    """Exit with 0 when all is well, 1 when something was found that is not, 2 when it was called in a wrong way, and 130
    when it was interrupted."""
    try:
        from cookiesafe.cli.app import run

        run(sys.argv[1:])
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in ("typer", "rich"):
            raise
        print(
            'error: this needs Typer and Rich. Run: pip install "cookiesafe[cli]"', file=sys.stderr
        )
        raise SystemExit(2) from None
