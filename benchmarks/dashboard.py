"""What a look at 90 days of the dashboard takes: milliseconds of one processor, and bytes on the wire.

``python -m benchmarks.dashboard`` asks for the page on WSGI, with the counts in a SQLite file: those of the demo, and those of a
site with hundreds of pages. Times are of the processor, not of the clock, and the least of several.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from wsgiref.util import setup_testing_defaults

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.stores import open_store
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from cookiesafe.count import Count
from cookiesafe.dashboard import style
from demo_app import history

DAY = 86_400
_TIMES = 15
_PAGES = 250
_POLICY = Policy.from_toml("""
[site]
name = "Quay"
[purposes.statistics]
title = "Statistics"
text = "Lets us count visits."
""")


def large(today: int) -> Iterator[Count]:
    """The demo's, and on each day as many pages and sites as are counted by themselves."""
    yield from history.counts(today, _POLICY.fingerprint)
    for day in range(today - history.DAYS + 1, today + 1):
        for each in range(_PAGES):
            yield Count(day, "pages", "page", f"/catalogue/{each}", 40)
            yield Count(day, "entries", "site", f"site-{each}.example", 11)


def main() -> None:
    today = int(time.time()) // DAY
    print(f"{'the counts of':24} {'rows':>7} {'ms':>6} {'bytes, gzip':>12}")
    demo = list(history.counts(today, _POLICY.fingerprint))
    for name, counts in {"the demo": demo, f"{_PAGES} pages a day": list(large(today))}.items():
        with TemporaryDirectory() as folder:
            milliseconds, size = _look(Path(folder) / "counts.db", counts)
        print(f"{name:24} {len(counts):7,} {milliseconds:6.1f} {size:12,}")


def _look(file: Path, counts: Iterable[Count]) -> tuple[float, int]:
    with closing(open_store(f"sqlite:///{file}")) as store:
        store.add_counts(list(counts))  # type: ignore[attr-defined]
        safe = CookieSafe(
            _POLICY,
            secret_key="a key of this page, which has 32 bytes",
            ledger_key="bm90IGEgc2VjcmV0OiBpdCBpcyBvbiB0aGlzIHBhZ2U",
            store=store,
            traffic=True,
            dashboard=lambda visit: True,
        )
        app = CookieSafeMiddleware(_no_app, safe)
        took = []
        for _ in range(_TIMES):
            began = time.process_time()
            page = _asked(app)
            took.append(time.process_time() - began)
        safe.close()
    return min(took) * 1000, len(gzip.compress(page)) + len(gzip.compress(style()))


def _asked(app: Any) -> bytes:
    environ: dict[str, Any] = {"PATH_INFO": "/cookiesafe/dashboard", "QUERY_STRING": "days=90"}
    setup_testing_defaults(environ)
    body = b"".join(app(environ, lambda status, headers: None))
    if b"<h1>Dashboard</h1>" not in body:
        raise SystemExit(body.decode())
    return body


def _no_app(environ: Any, start_response: Any) -> list[bytes]:
    raise SystemExit("the dashboard was not there")


if __name__ == "__main__":
    main()
