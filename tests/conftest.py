"""What all tests of one process share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import stores


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stores.Databases]:
    with stores.databases(tmp_path_factory.mktemp("databases")) as databases:
        yield databases
