"""``manage.py cookiesafe purge``, ``seal``, ``verify``, ``export`` and ``upgrade``: what is done beside any request."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError

from cookiesafe.adapters._files import OWN, write_whole
from cookiesafe.adapters._perform import perform
from cookiesafe.adapters.django.setting import Site, site
from cookiesafe.errors import CookieSafeError, StoreError
from cookiesafe.health import questions
from cookiesafe.upkeep.forms import FORMS


class Command(BaseCommand):  # type: ignore[misc]
    """Raises ``CommandError`` where the store does not answer, and where the ledger is not as it was sealed."""

    help = "Looks after what CookieSafe keeps: consents, sessions, remembered logins, and the sealed ledger."

    def add_arguments(self, parser: ArgumentParser) -> None:
        does = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
        does.add_parser("purge", help="remove what is over and kept for long enough; once a day")
        does.add_parser("seal", help="seal what was recorded since the last time")
        verify = does.add_parser(
            "verify", help="verify the whole ledger; fails if it was tampered with"
        )
        verify.add_argument(
            "--key",
            action="append",
            metavar="VKEY",
            help="a public key to trust, as it was published",
        )
        export = does.add_parser(
            "export", help="write records, or what is held of one visitor or user"
        )
        export.add_argument("--form", choices=FORMS, default=FORMS[0])
        whose = export.add_mutually_exclusive_group()
        whose.add_argument("--receipt", metavar="ID", help="the number on a visitor's receipt")
        whose.add_argument("--user", metavar="ID", help="the id by which a user is signed in")
        export.add_argument(
            "--output", metavar="FILE", help="where to; - is the standard output", default="-"
        )
        does.add_parser("upgrade", help="make the tables, or see that they are of this version")

    def handle(self, *, what: str, **options: Any) -> None:
        try:
            self._does[what](self, site(), options)
        except (CookieSafeError, OSError) as error:
            raise CommandError(str(error)) from error

    def _purge(self, site: Site, options: dict[str, Any]) -> None:
        self.stdout.write(f"{site.safe.purge()} removed")

    def _seal(self, site: Site, options: dict[str, Any]) -> None:
        self.stdout.write(f"{site.safe.seal()} sealed")

    def _verify(self, site: Site, options: dict[str, Any]) -> None:
        verdict = site.safe.verify(options["key"])
        self.stdout.write(verdict.summary)
        for key in verdict.keys:
            self.stdout.write(f"key: {key}")
        for finding in verdict.findings:
            self.stderr.write(str(finding))
        if not verdict.holds:
            raise CommandError(f"the ledger is not as it was sealed: {verdict.count} findings")

    def _export(self, site: Site, options: dict[str, Any]) -> None:
        lines = site.safe.export(
            options["form"], receipt=options["receipt"], user_id=options["user"]
        )
        if options["output"] == "-":
            self._write(lines)
            return
        write_whole(Path(options["output"]), lines, mode=OWN)

    def _write(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.stdout.write(line, ending="")

    def _upgrade(self, site: Site, options: dict[str, Any]) -> None:
        # A store sees to its tables when it is first used, each part of one that is two.
        for question in questions(time.time()).values():
            answer = perform(question, site.safe.store)
            if isinstance(answer, StoreError):
                raise answer
        self.stdout.write("the tables are there, and of this version")

    _does: ClassVar[dict[str, Callable[[Command, Site, dict[str, Any]], None]]] = {
        "purge": _purge,
        "seal": _seal,
        "verify": _verify,
        "export": _export,
        "upgrade": _upgrade,
    }
