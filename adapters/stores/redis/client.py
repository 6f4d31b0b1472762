"""Connections to Redis: what its URL says, how many there are, and how long each waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.connection import UnixDomainSocketConnection, parse_url
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import ReadOnlyError, ResponseError
from redis.retry import Retry

from cookiesafe.errors import SettingError

PATIENCE = 1.0
"""Seconds to wait for a connection that is free, for one to be made, and for an answer."""
PLACES = 8
"""Connections at most."""
PREFIX = "cookiesafe"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store is: ``options`` of its connections, the ``prefix`` of its keys, and ``shown`` without a password."""

    options: dict[str, Any] = field(repr=False)
    prefix: str
    places: int
    shown: str


def read_url(url: str) -> Address:
    """What a URL says: ``redis://``, ``rediss://`` or ``unix://``, its query as redis-py reads it, and ``prefix``.

    Raises ``SettingError``, which repeats nothing of it: what was not understood may be a password.
    """
    try:
        options: dict[str, Any] = parse_url(url)  # type: ignore[no-untyped-call]
        prefix = options.pop("prefix", PREFIX)
        places = options.pop("max_connections", PLACES)
        if not prefix or set("{}") & set(prefix) or places < 1:
            raise ValueError
        address = Address(options, prefix, places, _shown(options))
        # Tells of options that there are not, and connects to nothing.
        new_client(address).connection_pool.make_connection()
    # What redis-py makes of text where it takes an object raises anything.
    except (ValueError, TypeError, AttributeError):
        raise SettingError(
            "the URL of a Redis cannot be read",
            fix="Percent-encode what is special in the password, and check port and options: "
            '"redis://user:password@host:6379/0?prefix=shop".',
        ) from None
    return address


def new_client(address: Address) -> Any:
    """One that tries again, once and at once, where a connection was lost or leads to what is a replica by now.

    What was not answered in time is not asked again: who waits has waited long enough.
    """
    again = Retry(NoBackoff(), 1, supported_errors=(NotConnected, ReadOnlyError))
    ours: dict[str, Any] = {
        "socket_connect_timeout": PATIENCE,
        "socket_timeout": PATIENCE,
    }
    # A URL for several libraries may ask for text; what we keep is bytes.
    settled: dict[str, Any] = {
        "retry": again,
        "max_connections": address.places,
        "decode_responses": False,
    }
    options = ours | address.options | settled
    return redis.Redis(connection_pool=redis.ConnectionPool(**options))


def evicts(client: Any) -> str | None:
    """The server's policy for when its memory is full, if that lets go of keys that have no end."""
    try:
        policy = client.info("memory").get("maxmemory_policy", "")
    except ResponseError:
        # Not everybody may ask.
        return None
    return policy if policy.startswith("allkeys") else None


def _shown(options: dict[str, Any]) -> str:
    db = options.get("db", 0)
    kind = options.get("connection_class")
    if kind is UnixDomainSocketConnection:
        return f"unix://{options.get('path', '')}?db={db}"
    scheme = "rediss" if kind is not None else "redis"
    return f"{scheme}://{options.get('host', 'localhost')}:{options.get('port', 6379)}/{db}"
