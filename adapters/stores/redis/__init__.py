"""A store for remembered logins, epochs and sessions in Redis. It keeps no ledger."""

from __future__ import annotations

from cookiesafe.adapters.stores.redis.store import RedisStore

__all__ = ["RedisStore"]
