"""Recalls earlier policies from the ledger: what a yes was said to, where that is not known any more."""

from __future__ import annotations

from collections.abc import Iterator

from .asking import told
from .errors import StoreError
from .ledger import Record
from .policy import Policy
from .ports import Flow, Store
from .settings import Settings

_MOST = 1_000


def recall(settings: Settings) -> Flow[None]:
    """Have the settings learn them. Where that fails, whoever said yes to unknown words is asked again."""
    try:
        settings.learn((yield from recorded_policies()))
    except StoreError as error:
        settings.report_store("earlier policies were not recalled", error)


def recorded_policies() -> Flow[Iterator[Policy]]:
    """Those that the ledger has, without what cannot be read. Raises ``StoreError``."""
    found = yield from told(Store.find_entries, "policy", None, _MOST)
    return filter(None, (policy_of(each.body) for each in found))


def policy_of(body: str) -> Policy | None:
    """The policy in a record; one that cannot be read is none."""
    try:
        return Policy.from_json(Record.from_json(body).detail["policy"])
    except (KeyError, TypeError, ValueError):
        return None
