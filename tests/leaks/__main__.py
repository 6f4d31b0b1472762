"""Try all ways and print what differs from the corpus; or write the page in the docs.

python -m tests.leaks                  all of them on the bare site, before a choice, after a yes
python -m tests.leaks NAME …           those whose names have one of these in them
python -m tests.leaks --head FILE      the bare site with this markup in the head of every page
python -m tests.leaks --https | --wsgi | --no-scripts
python -m tests.leaks --write-docs
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from tests.leaks import page
from tests.leaks.campaign import Configuration, expected, reached
from tests.leaks.corpus import WAYS
from tests.leaks.runner import Setting
from tests.leaks.way import Reach, Way


def main(arguments: Sequence[str]) -> None:
    parser = ArgumentParser(prog="python -m tests.leaks")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--head", type=Path)
    for option in ("--https", "--wsgi", "--no-scripts", "--write-docs"):
        parser.add_argument(option, action="store_true")
    options = parser.parse_args(arguments)
    if options.write_docs:
        page.PAGE.write_text(page.made(), encoding="utf-8")
        return
    ways = [way for way in WAYS if not options.names or any(n in way.name for n in options.names)]
    for title, configuration in configurations(options).items():
        report(title, configuration, ways)


def configurations(options: Namespace) -> dict[str, Configuration]:
    def configuration(*, bare: bool = False, accept: bool = False) -> Configuration:
        return Configuration(
            bare=bare,
            edge="wsgi" if options.wsgi else "asgi",
            scheme="https" if options.https else "http",
            setting=Setting(scripts=not options.no_scripts, choice="accept" if accept else None),
            head=options.head,
        )

    if options.head:
        return {f"with {options.head}": configuration(bare=True)}
    return {
        "bare": configuration(bare=True),
        "before a choice": configuration(),
        "after a yes": configuration(accept=True),
    }


def report(title: str, configuration: Configuration, ways: Sequence[Way]) -> None:
    began = monotonic()
    found = reached(configuration, ways)
    seconds = monotonic() - began
    print(f"{title}: {len(found)} of {len(ways)} ways reach the other host, in {seconds:.0f} s")
    is_open = configuration.bare or configuration.setting.choice == "accept"
    for way in ways:
        wanted = expected(way, configuration)
        if not is_open:
            wanted = min(wanted, way.before)
        actual = found.get(way.name, Reach.NONE)
        if actual != wanted:
            print(f"  {way.name}: {actual.name.lower()}, not {wanted.name.lower()} ({way.by})")


if __name__ == "__main__":
    main(sys.argv[1:])
