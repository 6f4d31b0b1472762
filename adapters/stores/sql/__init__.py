"""All that is kept, in a SQL database: SQLite, PostgreSQL, MariaDB or MySQL, through SQLAlchemy Core.

Every statement is a transaction of its own, and does no harm when it is done again. That makes it safe to
repeat one when the connection broke, and no lock is held between two statements.

No single wait is longer than a second or two (psycopg waits two for a connection): a database that
is down must not hold up a request. A server keeps what it is given as durably as it is set to; SQLite
syncs to the disk.
"""

from cookiesafe.adapters.stores.sql.store import SQLStore

__all__ = ["SQLStore"]
