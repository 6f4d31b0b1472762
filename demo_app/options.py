"""What can be asked for on the command line."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

PORT = 8801
ADVERTISER_PORT = 8802


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    data: Path = Path(".demo")
    port: int = PORT
    advertiser_port: int = ADVERTISER_PORT
    wsgi: bool = False
    guard: Literal["enforce", "observe", "bare"] = "enforce"


def read(arguments: Sequence[str] | None = None) -> Options:
    parser = ArgumentParser(
        prog="python -m demo_app",
        description="Harbour Light & Water, a customer portal, and Gullwing Adverts, its advertiser.",
    )
    add = parser.add_argument
    add("--wsgi", action="store_true", help="serve the portal on WSGI instead of ASGI")
    add("--port", type=int, default=PORT, help="of the portal (default: %(default)s)")
    add("--advertiser-port", type=int, default=ADVERTISER_PORT, help="default: %(default)s")
    add("--data", type=Path, default=Path(".demo"), metavar="DIR", help="default: %(default)s")
    guard = parser.add_mutually_exclusive_group()
    guard.set_defaults(guard="enforce")
    guard.add_argument(
        "--observe",
        dest="guard",
        action="store_const",
        const="observe",
        help="let everything pass, and report what would be held",
    )
    guard.add_argument(
        "--bare",
        dest="guard",
        action="store_const",
        const="bare",
        help="leave CookieSafe out, to see what an unprotected site does",
    )
    return Options(**vars(parser.parse_args(arguments)))
