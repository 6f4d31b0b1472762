"""``python -m cookiesafe``: the same as ``cookiesafe``."""

from __future__ import annotations

from cookiesafe.cli import main

main()
