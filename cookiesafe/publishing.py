"""Announces a policy: both versions are kept in the ledger, with when the later is in force and what is new in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256

from .asking import appended, told
from .errors import SettingError, UsageError
from .ledger import Entry
from .policy import Announcement, Policy, one_line
from .ports import Flow, Store
from .recalling import recorded_policies
from .recording import policy_record, record_of
from .settings import Settings

_MOST = 1_000


def publish(
    settings: Settings, policy: Policy, summary: Sequence[str], in_force: date
) -> Flow[Announcement]:
    """Announce ``policy``, or find out how it was. Raises ``SettingError``, ``UsageError`` and ``StoreError``."""
    said = tuple(one_line(each) for each in summary)
    if isinstance(summary, str) or not said or not all(said):
        raise SettingError(
            f"summary={summary!r}",
            fix='Say in a few sentences what is new: ["We now work with Seabird Adverts."].',
        )
    before = settings.policy
    if policy.fingerprint == before.fingerprint:
        before = yield from _before(policy)
    announcement = Announcement(policy=policy, before=before, summary=said, in_force=in_force)
    now = settings.clock()
    detail = {"before": before.fingerprint, "summary": list(said), "in_force": in_force.isoformat()}
    # Announced anew, with another day or summary, it is another announcement: what is shown is on record.
    what = sha256(json.dumps([detail["summary"], detail["in_force"]]).encode()).hexdigest()[:12]
    record = replace(
        record_of(settings, "announcement", now, detail=detail),
        id=f"announcement.{policy.fingerprint}.{what}",
        policy=policy.fingerprint,
    )
    yield from appended(policy_record(before, now), policy_record(policy, now), record)
    return announcement


def _before(policy: Policy) -> Flow[Policy]:
    """The policy that this one, which is in force already, was announced to follow."""
    announced = yield from told(Store.find_entries, "announcement", None, _MOST)
    of = {entry.id.split(".")[1]: entry for entry in announced if "." in entry.id}
    if policy.fingerprint in of:
        fingerprint = _detail(of[policy.fingerprint], "before")
        for before in (yield from recorded_policies()):
            if before.fingerprint == fingerprint:
                return before
    raise UsageError(
        "this policy is in force already, and was never announced",
        fix="Make CookieSafe with the earlier policy, and publish the later one.",
    )


def _detail(entry: Entry, name: str) -> object:
    try:
        return entry.record.detail.get(name)
    except (TypeError, ValueError):
        return None
