"""How apps and ledgers are named: ``MODULE:APP``, or ``--store URL`` where there is no app."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from cookiesafe.adapters._perform import follow
from cookiesafe.adapters.stores import open_store, tables_at
from cookiesafe.errors import SettingError
from cookiesafe.ports import Flow, Store
from cookiesafe.safe import CookieSafe

T = TypeVar("T")
debugging: ContextVar[bool] = ContextVar("debugging", default=False)
AppArgument = Annotated[
    str,
    typer.Argument(
        metavar="MODULE:APP",
        help='The app, as servers name it, such as "shop.asgi:app". A call works, too: "shop:create_app()".',
        show_default=False,
    ),
]
AppOrNone = Annotated[
    str | None,
    typer.Argument(
        metavar="[MODULE:APP]",
        help="The app whose ledger it is, as servers name it. Without one, --store says where the ledger is.",
        show_default=False,
    ),
]
StoreOption = Annotated[
    str | None,
    typer.Option(
        envvar="COOKIESAFE_STORE",
        help="Where the ledger is, if no app is named: the URL of a database.",
        show_default=False,
    ),
]


@dataclass(frozen=True)
class Kept:
    """A ledger, and the CookieSafe that it is of, if an app was named."""

    store: Store
    safe: CookieSafe | None

    def follow(self, flow: Flow[T]) -> T:
        return follow(flow, self.store)


@contextmanager
def kept(app: str | None, url: str | None) -> Iterator[Kept]:
    """The ledger that was named. An app that is named counts more than ``COOKIESAFE_STORE``. Raises ``SettingError``."""
    if app is not None:
        safe = loaded(app)
        try:
            yield Kept(safe.store, safe)
        finally:
            safe.close()
        return
    if url is None:
        raise SettingError(
            "neither an app nor a store was named",
            fix='Name the app as your server does, "shop.asgi:app", or --store URL.',
        )
    with tables_at(url) as tables:
        if tables.version == 0:
            raise SettingError(f"there is no ledger at {tables.where}", fix="Check the URL.")
    store = open_store(url)
    try:
        yield Kept(store, None)
    finally:
        store.close()


def loaded(app: str) -> CookieSafe:
    """That of an app. Raises ``NoApp``, and what the app itself raises of ours."""
    from cookiesafe.inspection import find_app

    with quiet():
        return find_app(app, Path.cwd()).safe


@contextmanager
def quiet() -> Iterator[None]:
    """What an app prints is not part of what a subcommand says, unless --debug asks for it."""
    if debugging.get():
        yield
        return
    nowhere = io.StringIO()
    with redirect_stdout(nowhere), redirect_stderr(nowhere):
        yield
