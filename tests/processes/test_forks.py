"""A child that was forked while others were at it has locks and threads of its own."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from cookiesafe import CookieSafe, Policy, keys_from_file
from cookiesafe.adapters._commits import commits_of
from cookiesafe.traffic import Done
from tests.support.forks import PATIENCE, fork, forking
from tests.support.harbour import KEY, OTHER_KEY
from tests.support.nodes import Keys

LEDGER_KEY = "bm90IGEgc2VjcmV0OiBpdCBpcyBvbiB0aGlzIHBhZ2U"


@forking
def test_a_child_takes_other_keys_and_says_how_it_is_whoever_held_a_lock(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys", KEY)
    safe = CookieSafe(
        Policy.from_toml('[site]\nname = "S"'),
        secret_key=keys_from_file(keys.path),
        ledger_key=LEDGER_KEY,
        store=f"sqlite:///{tmp_path}/store.db",
    )
    assert safe.health().ok
    committing = commits_of(safe.store)._committing

    def child() -> bool:
        keys.are(OTHER_KEY, KEY)
        safe._sealing.due()
        commits_of(safe.store).commit_waiting(safe.store)
        health = safe.health(timeout=PATIENCE)
        return health.ok and health.keys == 2

    with safe._succession._lock, safe._probe._lock, safe._sealing._lock, committing:
        ended = fork(child)

    assert ended()
    safe.close()


@forking
def test_a_child_counts_whoever_was_bringing_counts(tmp_path: Path) -> None:
    safe = CookieSafe(
        Policy.from_toml('[site]\nname = "S"'),
        secret_key=KEY,
        store=f"sqlite:///{tmp_path}/store.db",
        traffic=True,
    )
    tallying, counting = safe._tallying, safe.settings.counting
    assert tallying is not None
    assert counting is not None
    leave = partial(counting.leave, Done(safe.settings.clock(), "embeds", "once"))
    leave()

    def child() -> bool:
        for _ in range(20):
            leave()
        return safe.traffic().total("embeds") == 20

    with tallying._lock, tallying._turn, tallying._reading._lock, tallying._bringing._lock:
        ended = fork(child)

    assert ended()
    counted = safe.traffic()
    assert counted.total("embeds") == 21
    safe.close()
