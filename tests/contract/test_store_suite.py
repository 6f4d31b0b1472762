"""What every store does, over every kind of store, on real servers: the suite that is shipped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cookiesafe.adapters.stores import DividedStore, MemoryStore, open_store
from cookiesafe.adapters.stores.redis import RedisStore
from cookiesafe.ports import Ledger, Logins, Store
from cookiesafe.testing.stores import CountsSuite, LoginSuite, StoreSuite
from cookiesafe.testing.stores.log import WRONG
from tests.support.redis import fresh_prefix
from tests.support.stores import DATABASES, Databases, empty_database


class TestMemory(StoreSuite, CountsSuite):
    outlives = False

    def make_store(self, place: Path) -> Store:
        return MemoryStore()


class TestSQLiteInMemory(StoreSuite, CountsSuite):
    outlives = False

    def make_store(self, place: Path) -> Store:
        return open_store("sqlite://")


class TestDatabases(StoreSuite, CountsSuite):
    """SQLite in a file, PostgreSQL and MariaDB."""

    @pytest.fixture(params=DATABASES)
    def place(self, request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> str:
        return empty_database(request.param, tmp_path, databases)

    def make_store(self, place: str) -> Store:
        return open_store(place)

    @pytest.mark.law("P-01", "P-04")
    @pytest.mark.parametrize("wrong", WRONG)
    def test_what_does_not_go_on_from_the_log_changes_nothing(
        self, store: Ledger, wrong: str
    ) -> None:
        super().test_what_does_not_go_on_from_the_log_changes_nothing(store, wrong)

    @pytest.mark.law("P-04")
    def test_erased_records_are_gone_and_places_stay(self, store: Ledger) -> None:
        super().test_erased_records_are_gone_and_places_stay(store)


class InRedis:
    @pytest.fixture
    def place(self) -> Iterator[str]:
        with fresh_prefix() as url:
            yield url


class TestRedis(InRedis, LoginSuite, CountsSuite):
    goes_by_itself = True

    def make_store(self, place: str) -> Logins:
        return RedisStore(place)


class TestRedisBesideSQLite(InRedis, LoginSuite, CountsSuite):
    """The logins of a store that is two. Other processes are tried with its halves."""

    outlives = False
    goes_by_itself = True

    def make_store(self, place: str) -> Store:
        return DividedStore(open_store("sqlite://"), RedisStore(place))
