"""Answer choices and seal the ledger until somebody kills it: ``python -m tests.processes.crashing URL``.

Two visitors choose at once, over and over, each by the middleware; the ledger is sealed meanwhile, by itself and by a
job. The receipt of each choice is printed once it was answered with 303, and once, when the log has grown, ``sealed``.
"""

from __future__ import annotations

import os
import re
import sys
from threading import Thread

from werkzeug.test import Client

from cookiesafe import CookieSafe, LedgerTerms, Policy
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from tests.support.harbour import KEY, POLICY

LEDGER_KEY = "l" * 43
SEALED = "sealed"
_RECEIPT = re.compile(r"cookiesafe=1\.[^;]*\.([\w-]{22})\.")


def a_site(url: str) -> CookieSafe:
    """It seals what it has recorded at once."""
    return CookieSafe(
        Policy.from_toml(POLICY),
        secret_key=KEY,
        store=url,
        ledger_key=LEDGER_KEY,
        ledger=LedgerTerms(origin="harbour.example/choices", seal_after=0.001),
    )


def choose_on(safe: CookieSafe) -> None:
    app = CookieSafeMiddleware(lambda environ, start_response: [], safe)
    while True:
        # Without cookies of its own: each choice is a new visitor's.
        client = Client(app, use_cookies=False)
        answer = client.post("/cookiesafe/choices", data={"choice": "accept", "next": "/"})
        found = _RECEIPT.search(answer.headers["Set-Cookie"])
        if answer.status_code != 303 or found is None:
            os._exit(1)
        os.write(1, f"{found[1]}\n".encode())


def seal_on(safe: CookieSafe) -> None:
    begun, told = _size(safe), False
    while True:
        safe.seal()
        if not told and _size(safe) > begun:
            os.write(1, f"{SEALED}\n".encode())
            told = True


def _size(safe: CookieSafe) -> int:
    checkpoint = safe.store.checkpoint()
    return 0 if checkpoint is None else checkpoint.size


def main(url: str) -> None:
    safe = a_site(url)
    Thread(target=seal_on, args=(safe,), daemon=True).start()
    Thread(target=choose_on, args=(safe,), daemon=True).start()
    choose_on(safe)


if __name__ == "__main__":
    main(*sys.argv[1:])
