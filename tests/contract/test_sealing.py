"""What the edges have recorded is sealed: by itself, when it is asked for, and as the site is closed."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from cookiesafe import CookieSafe, LedgerTerms, Policy, SettingError, UsageError
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.errors import DamagedLog
from cookiesafe.ledger import Batch, Record
from cookiesafe.testing.stores.samples import a_record
from tests.support.edges import Client
from tests.support.harbour import KEY, POLICY, Clock, MakeClient

LEDGER_KEY, OLDER_KEY = "l" * 43, "o" * 43
PATIENCE = 20.0


class TellingStore(MemoryStore):
    """Says when a batch was sealed."""

    def __init__(self) -> None:
        super().__init__()
        self.sealed = Event()

    def seal(self, batch: Batch) -> bool:
        done = super().seal(batch)
        self.sealed.set()
        return done


def the_safe(client: Client) -> CookieSafe:
    assert client.safe is not None
    return client.safe


def a_site(**more: object) -> CookieSafe:
    return CookieSafe(Policy.from_toml(POLICY), secret_key=KEY, **more)  # type: ignore[arg-type]


def test_a_choice_is_sealed_by_itself(make_client: MakeClient) -> None:
    store = TellingStore()
    client = make_client(store=store, ledger_key=LEDGER_KEY, ledger=LedgerTerms(seal_after=0.01))

    client.choose("accept")

    assert store.sealed.wait(PATIENCE)
    assert the_safe(client).verify().holds


def test_what_is_pending_is_sealed_as_the_site_is_closed(
    make_client: MakeClient, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    client = make_client(store=url, ledger_key=LEDGER_KEY)
    client.choose("accept")

    the_safe(client).close()

    verdict = a_site(store=url).verify()
    assert verdict.holds
    assert (verdict.size > 0, verdict.pending) == (True, 0)


def test_a_job_seals_what_is_not_sealed_by_itself(make_client: MakeClient) -> None:
    terms = LedgerTerms(seal_after=0, origin="harbour.example/choices")
    client = make_client(store=MemoryStore(), ledger_key=LEDGER_KEY, ledger=terms)
    client.choose("accept")
    safe = the_safe(client)
    pending = safe.verify().pending

    # The key's own record goes first.
    assert safe.seal() == pending + 1
    assert safe.seal() == 0
    assert (safe.verify().origin, safe.verify().pending) == ("harbour.example/choices", 0)


def test_a_log_goes_on_under_its_name_whatever_the_site_is_called_later() -> None:
    store = MemoryStore()
    first = a_site(store=store, ledger_key=LEDGER_KEY)
    store.append(_one(1))
    first.seal()
    store.append(_one(2))
    later = a_site(
        store=store, ledger_key=LEDGER_KEY, ledger=LedgerTerms(origin="another.example/log")
    )
    later.seal()

    assert later.verify().origin == "cookiesafe/harbour-light-water"
    assert later.verify().holds


def test_a_new_key_is_vouched_for_by_the_old_one() -> None:
    store = MemoryStore()
    store.append(_one(1))
    a_site(store=store, ledger_key=OLDER_KEY).seal()
    store.append(_one(2))
    a_site(store=store, ledger_key=LEDGER_KEY, ledger_fallback_keys=[OLDER_KEY]).seal()
    store.append(_one(3))
    newest = a_site(store=store, ledger_key=LEDGER_KEY)
    newest.seal()

    assert newest.verify().holds
    assert len(newest.verify().keys) == 2


def test_a_new_key_that_nobody_vouches_for_seals_nothing_and_says_what_to_do() -> None:
    store = MemoryStore()
    store.append(_one(1))
    a_site(store=store, ledger_key=OLDER_KEY).seal()
    store.append(_one(2))
    stranger = a_site(store=store, ledger_key=LEDGER_KEY)

    with pytest.raises(DamagedLog, match="ledger_fallback_keys"):
        stranger.seal()

    assert stranger.verify().holds


def test_nothing_is_sealed_without_a_key() -> None:
    with pytest.raises(UsageError, match="no key to seal"):
        a_site(store=MemoryStore()).seal()


@pytest.mark.parametrize("key", ["short", "", b"x" * 31, "é" * 32, KEY])
def test_a_ledger_key_is_32_bytes_or_their_base64(key: str | bytes) -> None:
    with pytest.raises(SettingError, match="ledger key"):
        a_site(store=MemoryStore(), ledger_key=key)


def test_older_keys_alone_seal_nothing_and_that_is_told() -> None:
    with pytest.raises(SettingError, match="without a ledger_key"):
        a_site(store=MemoryStore(), ledger_fallback_keys=[OLDER_KEY])


# --- for how long records are kept ----------------------------------------------------------------


def test_a_purge_removes_what_was_kept_long_enough_and_the_log_still_verifies(
    make_client: MakeClient, clock: Clock
) -> None:
    terms = LedgerTerms(seal_after=0, kept_days={"grant": 400, "refusal": 200})
    client = make_client(store=MemoryStore(), ledger_key=LEDGER_KEY, ledger=terms)
    client.choose("accept")
    client.another().choose("reject")
    safe = the_safe(client)
    safe.seal()
    clock.days(201)
    assert safe.purge() == 1
    assert [each.event for each in client.records] == ["grant", "key", "erasure"]
    clock.days(200)

    assert safe.purge() == 1
    safe.seal()

    verdict = safe.verify()
    assert (verdict.holds, verdict.erased) == (True, 2)
    assert {each.event for each in safe.store.records()} == {"policy", "key", "erasure"}
    assert safe.purge() == 0


def test_what_is_erased_before_it_is_sealed_leaves_no_place(
    make_client: MakeClient, clock: Clock
) -> None:
    terms = LedgerTerms(seal_after=0, kept_days={"grant": 1})
    client = make_client(store=MemoryStore(), ledger_key=LEDGER_KEY, ledger=terms)
    client.choose("accept")
    clock.days(3)
    safe = the_safe(client)

    assert safe.purge() == 1
    safe.seal()
    assert (safe.verify().holds, safe.verify().erased) == (True, 0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kept_days": {"grants": 3}}, "grant"),
        ({"kept_days": {"key": 3}}, "kept_days"),
        ({"kept_days": {"grant": 0}}, "one day or more"),
        ({"seal_after": -1}, "seal_after"),
        ({"origin": "with a space"}, "origin"),
    ],
)
def test_terms_that_cannot_be_are_told(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(SettingError, match=said):
        LedgerTerms(**wrong)  # type: ignore[arg-type]


def _one(number: int) -> list[Record]:
    return [a_record(number)]
