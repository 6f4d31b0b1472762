"""``cookiesafe db``: the tables of a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cookiesafe.adapters.stores import tables_at

if TYPE_CHECKING:
    from cookiesafe.adapters.stores.sql.upgrade import SQLTables

URL = Annotated[
    str,
    typer.Argument(
        envvar="COOKIESAFE_STORE",
        help='Where the store is, such as "postgresql://owner:password@host/database".',
        show_default=False,
    ),
]

app = typer.Typer(help="The tables of a database.", no_args_is_help=True)


@app.command()
def upgrade(url: URL) -> None:
    """Make the tables, or bring those of an earlier version up to date, with all that is in them.

    May be called at any time, by several at once, and again where it was interrupted.
    """
    with tables_at(url) as tables:
        before = tables.version
        after = tables.upgrade()
        if before == after:
            typer.echo(f"{tables.where}: nothing to do, the tables are of version {after}")
        elif before == 0:
            typer.echo(f"{tables.where}: made the tables, of version {after}")
        else:
            typer.echo(f"{tables.where}: upgraded the tables from version {before} to {after}")


@app.command()
def version(url: URL) -> None:
    """Say of which version the tables are; exit with 1 if that is not the one this CookieSafe has."""
    with tables_at(url) as tables:
        typer.echo(f"{tables.where}: {_told(tables)}")
        if tables.version != tables.known:
            raise typer.Exit(1)


def _told(tables: SQLTables) -> str:
    found, known = tables.version, tables.known
    if found == 0:
        return f'no tables yet, this CookieSafe has version {known}: run "cookiesafe db upgrade"'
    if found < known:
        return f'version {found}, this CookieSafe has {known}: run "cookiesafe db upgrade"'
    if found > known:
        return f"version {found}, this CookieSafe knows {known}: upgrade cookiesafe"
    return f"version {found}, as it should be"
