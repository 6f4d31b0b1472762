"""What a form does is done once, in the app's own transaction, on each database: with Django."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pymysql
import pytest
from django.db import IntegrityError, connection, connections, models, transaction
from sqlalchemy.engine import make_url

from tests.support.django_settings import configure
from tests.support.stores import DATABASES, fresh_database

configure()
# Django asks for mysqlclient, which PyMySQL can stand for.
pymysql.install_as_MySQLdb()

# Django reads its settings when this is imported.
from cookiesafe.adapters.django.once import create_once

FLOW, OTHER = "a" * 22, "b" * 22
THREADS = 16
PATIENCE = 20.0


class Order(models.Model):  # type: ignore[misc]
    flow = models.CharField(max_length=22, unique=True)
    name = models.CharField(max_length=40)
    number = models.IntegerField(unique=True, null=True)

    class Meta:
        app_label = "orders"


BACKENDS = {"sqlite": "sqlite3", "postgresql": "postgresql", "mariadb": "mysql"}


def settings_of(kind: str, url: str) -> dict[str, Any]:
    """As Django has them."""
    parts = make_url(url)
    given = {
        "ENGINE": f"django.db.backends.{BACKENDS[kind]}",
        "NAME": parts.database,
        "USER": parts.username or "",
        "PASSWORD": parts.password or "",
        "HOST": parts.host or "",
        "PORT": str(parts.port or ""),
    }
    return dict(connections.configure_settings({"default": given})["default"])


@pytest.fixture(scope="module", params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[str]:
    """One for all tests: to make it takes longer than they do."""
    before = connections.settings["default"]
    with fresh_database(request.param, tmp_path_factory.mktemp("orders")) as url:
        use(settings_of(request.param, url))
        with connection.schema_editor() as editor:
            editor.create_model(Order)
        yield request.param
        use(before)


def use(given: dict[str, Any]) -> None:
    connection.close()
    connections.settings["default"] = given
    del connections["default"]


@pytest.fixture(autouse=True)
def empty(database: str) -> None:
    Order.objects.all().delete()


def names() -> list[str]:
    return list(Order.objects.order_by("id").values_list("name", flat=True))


def in_a_thread(work: Callable[[], Any]) -> Any:
    """On a connection of its own."""

    def run() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(PATIENCE)


def test_the_second_time_finds_what_the_first_has_made() -> None:
    first, again = (create_once(Order, FLOW, name=name) for name in ("Ada", "Grace"))
    _, other = create_once(Order, OTHER, name="Grace")

    assert (first[0].name, first[1]) == ("Ada", True)
    assert (again[0], again[1]) == (first[0], False)
    assert other
    assert names() == ["Ada", "Grace"]


def test_of_many_at_once_one_does_it_and_all_get_the_same() -> None:
    ready = Barrier(THREADS, timeout=PATIENCE)

    def click(number: int) -> tuple[int, str, bool]:
        try:
            connection.ensure_connection()
            ready.wait()
            with transaction.atomic():
                order, created = create_once(Order, FLOW, name=f"click {number}")
            return order.pk, order.name, created
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        done = list(pool.map(click, range(THREADS)))

    assert len({(id, name) for id, name, _ in done}) == 1
    assert sum(created for *_, created in done) == 1
    assert len(names()) == 1


def test_it_is_undone_with_the_transaction() -> None:
    with transaction.atomic():
        create_once(Order, FLOW, name="Ada")
        transaction.set_rollback(True)

    assert names() == []
    assert create_once(Order, FLOW, name="Grace")[1]


def test_any_other_conflict_raises_and_the_transaction_goes_on() -> None:
    create_once(Order, FLOW, name="Ada", number=7)
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            create_once(Order, OTHER, name="Grace", number=7)
        create_once(Order, OTHER, name="Grace", number=8)

    assert names() == ["Ada", "Grace"]


@pytest.mark.parametrize("isolation", ["read committed", "repeatable read"])
@pytest.mark.parametrize("database", ["mariadb"], indirect=True)
def test_what_was_committed_since_the_transaction_began_to_read_is_found(
    monkeypatch: pytest.MonkeyPatch, isolation: str
) -> None:
    options = {**connection.settings_dict["OPTIONS"], "isolation_level": isolation}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    connection.close()
    with transaction.atomic():
        assert names() == []
        in_a_thread(lambda: create_once(Order, FLOW, name="first"))

        order, created = create_once(Order, FLOW, name="second")

    assert (order.name, created) == ("first", False)
    connection.close()
