"""Write the reference anew: ``python -m tests.reference``."""

from __future__ import annotations

from pathlib import Path

from tests.reference import api, codes, options, settings

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {each.NAME: each.made for each in (settings, api, options, codes)}

if __name__ == "__main__":
    for name, made in PAGES.items():
        (DOCS / name).write_text(made(), encoding="utf-8")
