"""What can be asked for on the command line."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

PORT = 8801
ADVERTISER_PORT = 8802
VIDEO_PORT = 8803
HIGHEST_PORT = 65_535
Guarding = Literal["enforce", "observe", "bare"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    data: Path = Path(".demo")
    port: int = PORT
    advertiser_port: int = ADVERTISER_PORT
    video_port: int = VIDEO_PORT
    wsgi: bool = False
    guard: Guarding = "enforce"
    inspector: bool = True


def port(text: str) -> int:
    """0 is any that is free."""
    number = int(text)
    if not 0 <= number <= HIGHEST_PORT:
        raise ArgumentTypeError(f"there are ports 0 to {HIGHEST_PORT}, and not {number}")
    return number


def read(arguments: Sequence[str] | None = None) -> Options:
    parser = ArgumentParser(
        prog="python -m demo_app",
        description="Harbour Light & Water, a customer portal; Gullwing Adverts, its advertiser; and Tidepool Video, whose films it shows.",
    )
    add = parser.add_argument
    add("--wsgi", action="store_true", help="serve the portal on WSGI instead of ASGI")
    add("--port", type=port, default=PORT, help="of the portal (default: %(default)s)")
    add("--advertiser-port", type=port, default=ADVERTISER_PORT, help="default: %(default)s")
    add("--video-port", type=port, default=VIDEO_PORT, help="default: %(default)s")
    add("--data", type=Path, default=Path(".demo"), metavar="DIR", help="default: %(default)s")
    add(
        "--no-inspector",
        dest="inspector",
        action="store_false",
        help="leave out what the gate did, at the end of each page",
    )
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
