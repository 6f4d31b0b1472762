"""Recalls earlier policies from the ledger: what a yes was said to, where that is not known any more."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from .asking import told
from .errors import StoreError
from .ledger import Entry, Record
from .policy import Policy
from .ports import Flow, Store, ask
from .settings import Settings

_MOST = 1_000
_MOST_AT_ONCE = 20
"""How many are read at a time, the newest first: more would take longer than a request waits for the store."""


class _Read(NamedTuple):
    """The ``policies`` of the records with these ``ids``, and whether these are ``all`` that had not been read."""

    ids: frozenset[str]
    policies: tuple[Policy, ...]
    all: bool


def recall(settings: Settings, former: Mapping[str, str]) -> Flow[None]:
    """Have the settings learn those that may have these grounds, as far as they were not read before.

    Where that fails, whoever said yes to unknown words is asked again.
    """
    versions = settings.versions
    read = partial(_read, known=frozenset(versions.read))
    (found,) = yield (ask(Store.find_entries, "policy", None, _MOST, then=read),)
    if isinstance(found, StoreError):
        settings.telling.report_store("earlier policies were not recalled", found)
        return
    settings.learn(found.policies)
    versions.read |= found.ids
    if found.all:
        versions.recalled(former)


def _read(entries: Sequence[Entry], known: Collection[str]) -> _Read:
    unread = [each for each in entries if each.id not in known]
    new = unread[-_MOST_AT_ONCE:]
    policies = tuple(filter(None, (policy_of(each.body) for each in new)))
    for policy in policies:
        # What they are compared by is worked out once.
        _ = policy.grounds, policy.substances
    return _Read(frozenset(each.id for each in new), policies, len(new) == len(unread))


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
