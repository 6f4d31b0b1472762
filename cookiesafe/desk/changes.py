"""Changes of the policy: what was announced, what differs, and what the visitor makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..errors import StoreError
from ..ledger import Entry
from ..notice import Version
from ..policy.archive import from_json
from ..policy.rules import breaches
from ..ports import Append, Reply, Store, ask
from ..recalling import policy_of
from ..sayings import say
from .asked import (
    Asked,
    Flow,
    as_json,
    html,
    incomplete,
    local_path,
    not_saved,
    of_a_child,
    one,
    problem,
    query_of,
    see_other,
)
from .evidence import evidence
from .forms import read_form
from .recorded import UNFIT, is_time

_MOST = 200


def show_changes(asked: Asked) -> Flow:
    """The announced change and all that differs, and the versions there were; or one of these, as it was."""
    query = query_of(asked)
    (found,) = yield (ask(Store.find_entries, "policy", None, _MOST),)
    entries: Sequence[Entry] = () if isinstance(found, StoreError) else found
    if "version" in query:
        return _show_version(asked, entries, one(query, "version"))
    announcement = asked.settings.versions.announcement
    page = asked.notice.policies.changes(
        asked.request.root,
        local_path(one(query, "next"), asked.home),
        announcement,
        [Version(_fingerprint(each), each.time // 1000) for each in entries if is_time(each.time)],
        to_answer=asked.settings.versions.is_to_tell(asked.standing, asked.now),
    )
    return html(200, page)


def _show_version(asked: Asked, entries: Sequence[Entry], fingerprint: str | None) -> Reply:
    page = next((_page(asked, each) for each in entries if _fingerprint(each) == fingerprint), None)
    if page is None:
        why = say("This site has no such version of its policy.")
        return problem(asked, 404, say("No such version"), why)
    return html(200, page)


def _page(asked: Asked, entry: Entry) -> bytes | None:
    """A version as it was; none if it is no policy, or no longer one that could be declared: somebody else put it there."""
    policy = policy_of(entry.body)
    if policy is None or not is_time(entry.time):
        return None
    try:
        if any(breaches(from_json(policy.to_json()))):
            return None
        return asked.notice.policies.version(asked.request.root, policy, entry.time // 1000)
    except UNFIT:
        return None


def _fingerprint(entry: Entry) -> str:
    return entry.id.partition(".")[2]


def take_changes(asked: Asked) -> Flow:
    """*Keep* and *change* both end the notice; neither agrees to anything new."""
    fields = yield from read_form(asked)
    if isinstance(fields, Reply):
        return fields
    announcement, old = asked.settings.versions.announcement, asked.standing.consent
    choice = one(fields, "choice")
    if announcement is None or one(fields, "policy") != announcement.id or not old.decided:
        return incomplete(asked)
    if asked.child:
        return of_a_child(asked)
    if choice not in ("keep", "change"):
        return incomplete(asked)
    if choice == "keep" and old.receipt is not None:
        detail = {"announced": announcement.id}
        records = evidence(
            asked, "kept", layer="change", consent=old, receipt=old.receipt, detail=detail
        )
        (failure,) = yield (Append(records),)
        if isinstance(failure, StoreError):
            return not_saved(asked)
    then = local_path(one(fields, "next"), asked.home)
    if choice == "change":
        then = asked.notice.choices_address(asked.request.root, then)
    reply = as_json(200, {"done": choice}) if asked.wants_json else see_other(then)
    told = replace(old, told=announcement.id)
    regime = asked.standing.circumstances.regime
    reply.cookies.append(
        asked.jar.write_consent(told, regime, asked.today - (old.changed or asked.today))
    )
    return reply
