"""Measures all, prints the table and writes it into docs/peers.md. Some minutes; nothing else should run meanwhile."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from tests.support import axe
from tests.support.browser import launched

from .measures import Bench, measure
from .pages import PACKAGES, PEERS, Peer, bundle, served
from .table import Column, table, written

PAGE = Path(__file__).parents[2] / "docs" / "peers.md"
_AS_ALL = "--disable-blink-features=AutomationControlled"
"""A browser that does not say it is driven: one of the peers hides from those that do."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument(
        "--shots", type=Path, metavar="FOLDER", help="keep pictures of all notices there"
    )
    parser.add_argument(
        "--only",
        choices=[each.name for each in PEERS],
        help="measure one notice, print it and write nothing",
    )
    asked = parser.parse_args()
    if not PACKAGES.is_dir():
        parser.exit(
            2, "The peers are not here: scripts/node benchmarks/peers brings them, where npm is.\n"
        )
    if asked.shots:
        asked.shots.mkdir(parents=True, exist_ok=True)
    peers = [each for each in PEERS if asked.only in (None, each.name)]
    with TemporaryDirectory() as folder, launched(_AS_ALL) as browser:
        bundle(Path(folder))
        columns = [_column(browser, each, Path(folder), asked.shots) for each in peers]
        told = f"{_made(browser)}\n\n{table(columns)}"
    print(told)
    if not asked.only:
        PAGE.write_text(written(PAGE.read_text("utf-8"), told), "utf-8")


def _column(browser: Browser, peer: Peer, built: Path, shots: Path | None) -> Column:
    print(f"{peer.name} …", flush=True)
    with served(peer, built) as origin:
        return Column(
            f"{peer.name} {peer.version}".strip(), measure(Bench(browser, peer, origin, shots))
        )


def _made(browser: Browser) -> str:
    """When and with what."""
    day = f"{datetime.now(UTC):%d %B %Y}".lstrip("0")
    version = axe.source().partition("axe v")[2].partition("\n")[0].strip()
    load = f"{os.cpu_count()} cores, load {os.getloadavg()[1]:.0f}"
    return f"{day}, Chromium {browser.version}, axe-core {version}, {load}."


main()
