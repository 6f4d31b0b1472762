"""Write docs/law.md: ``python -m tests.law``."""

from __future__ import annotations

from tests.law import page

if __name__ == "__main__":
    page.PAGE.write_text(page.made(), encoding="utf-8")
