"""The tables of a database, looked after by hand: of which version they are, and what makes them of ours."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import Connection

from cookiesafe.adapters._patience import for_good
from cookiesafe.adapters.stores.sql.engine import file_of, make_engine, remedy, shown
from cookiesafe.adapters.stores.sql.schema import ensure_tables, version_of
from cookiesafe.adapters.stores.sql.tables import SCHEMA
from cookiesafe.errors import CookieSafeError, StoreError

T = TypeVar("T")


class SQLTables:
    """Those at a SQLAlchemy URL. Waits for as long as it takes: for others who upgrade them, and for an index to be made.

    Raises ``StoreError`` where the database cannot be asked, and ``NewerTables`` for an upgrade of those of a later version.
    """

    known = SCHEMA
    """The version that this CookieSafe has."""

    def __init__(self, url: str) -> None:
        self._engine = make_engine(url, patient=True)
        self.where = shown(self._engine.url)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._engine.dispose()

    @property
    def version(self) -> int:
        """0 where there are none. A file that is not there is not made."""
        file = file_of(self._engine.url)
        if file and os.path.isdir(os.path.dirname(file)) and not os.path.exists(file):
            return 0
        return self._do("the version of the tables was not read", version_of)

    def upgrade(self) -> int:
        """See that they are of our version, which is returned."""
        self._do("the tables were not upgraded", ensure_tables)
        return SCHEMA

    def _do(self, failure: str, work: Callable[[Connection], T]) -> T:
        try:
            with for_good(), self._engine.connect() as connection:
                return work(connection)
        except CookieSafeError:
            raise
        # A driver raises more than its own errors, such as TypeError for an option of the URL that it does not have.
        except Exception as error:
            url = self._engine.url
            raise StoreError(failure, where=self.where, fix=remedy(url)) from error
