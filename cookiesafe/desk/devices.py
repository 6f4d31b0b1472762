"""The browsers in which a user is remembered: listed, signed out, and forgotten."""

from __future__ import annotations

import re

from ..errors import StoreError
from ..login import Login, tick
from ..notice import Device
from ..ports import Append, Reply, Store, ask
from ..ports import Flow as Steps
from ..remember import Series
from ..sayings import say
from ..session import Identity
from .asked import (
    Asked,
    Flow,
    as_json,
    html,
    incomplete,
    local_path,
    one,
    problem,
    query_of,
    see_other,
)
from .forms import read_form

_DEVICE = re.compile(r"[\w-]{22}", re.ASCII)
_WAYS = ("device", "everywhere", "forget", "out")


def show_devices(asked: Asked) -> Flow:
    """The list, for who is signed in."""
    identity = asked.identity
    if asked.unknown:
        return _not_now(asked)
    rows: list[Series] = []
    if identity is not None and asked.settings.revocable:
        (found,) = yield (ask(Store.list_series, identity.user),)
        if isinstance(found, StoreError):
            asked.settings.telling.report_store("browsers were not listed", found)
            return _not_now(asked)
        rows = found
    page = asked.notice.devices(
        asked.request.root,
        local_path(one(query_of(asked), "next"), asked.home),
        _devices(asked, identity, rows),
        stolen=asked.login is not None and asked.login.stolen,
        signed_in=identity is not None,
        remembered=asked.remembered,
        listed=asked.settings.revocable,
    )
    return html(200, page)


def take_devices(asked: Asked) -> Flow:
    """Sign one browser out, this one or all; or forget this one. What is not this user's changes nothing, and looks the same."""
    fields = yield from read_form(asked)
    if isinstance(fields, Reply):
        return fields
    login, identity = asked.login, asked.identity
    if asked.unknown:
        return _not_now(asked)
    if login is None or identity is None:
        why = say("Nobody is signed in in this browser, so nothing was changed.")
        return problem(asked, 403, say("Not signed in"), why)
    match [(way, one(fields, way)) for way in _WAYS if way in fields]:
        case [("device" | "everywhere", _)] if not asked.settings.revocable:
            why = say(
                "This site keeps no list of browsers, so it can sign out no other than this one."
            )
            return problem(asked, 409, say("Not possible here"), why)
        case [("device", str(device))]:
            failure = yield from _sign_out(asked, login, identity, device)
        case [("everywhere", "1")]:
            failure = yield from _sign_out_everywhere(asked, login, identity)
        case [("forget", "1")]:
            shown = "choices" if one(fields, "notice") == "choices" else "devices"
            failure = yield from _forget(asked, login, identity, shown)
        case [("out", "1")] if fields.get("clear", []) in ([], ["1"]):
            failure = None
            login.clears = "clear" in fields
            _end(login)
        case _:
            return incomplete(asked)
    if failure is not None:
        asked.settings.telling.report_store("a browser was not signed out", failure)
        return _not_now(asked)
    if asked.wants_json:
        return as_json(200, {"done": next(way for way in _WAYS if way in fields)})
    return see_other(local_path(one(fields, "next"), asked.request.address()))


def _sign_out(
    asked: Asked, login: Login, identity: Identity, device: str
) -> Steps[StoreError | None]:
    """End the series that the user's list calls ``device``; if it is this browser's, its login ends now."""
    if not _DEVICE.fullmatch(device):
        return None
    now = int(asked.now)
    (done,) = yield (ask(Store.revoke_device, identity.user, device, "device", now),)
    if isinstance(done, StoreError):
        return done
    if done:
        yield from _record_end(asked, "devices")
        if identity.series:
            (loaded,) = yield (ask(Store.load_series, identity.series),)
            if isinstance(loaded, tuple) and loaded[0].device == device:
                _end(login)
    return None


def _sign_out_everywhere(
    asked: Asked, login: Login, identity: Identity
) -> Steps[StoreError | None]:
    """End all that was begun until now: by the epoch, whatever becomes of the sessions in the store."""
    (epoch,) = yield (ask(Store.advance_epoch, identity.user),)
    if isinstance(epoch, StoreError):
        return epoch
    _end(login)
    asked.settings.telling.report_everywhere("visitor")
    (deleted,) = yield (ask(Store.delete_sessions, identity.user),)
    if isinstance(deleted, StoreError):
        asked.settings.telling.report_store("void sessions were not removed", deleted)
    return None


def _forget(asked: Asked, login: Login, identity: Identity, shown: str) -> Steps[StoreError | None]:
    """Remember this browser no longer. Who is signed in stays so for this visit, and no fresher than before."""
    ended: object = asked.remembered
    presented = asked.jar.remember.presented(asked.request.cookie)
    key = identity.series or (presented.key if presented is not None else "")
    if key and asked.settings.revocable:
        (ended,) = yield (ask(Store.revoke_series, key, "withdrawal", int(asked.now)),)
        if isinstance(ended, StoreError):
            return ended
    if ended:
        yield from _record_end(asked, shown)
    login.identity = identity._replace(series="")
    login.renewed = login.forget = True
    login.remember = False
    return None


def _end(login: Login) -> None:
    login.identity, login.begun, login.ended = None, False, True


def _record_end(asked: Asked, shown: str) -> Steps[None]:
    """It has ended, whether or not that can be recorded."""
    record = tick(asked.settings, "forget", int(asked.now), shown, asked.notice.language.tag)
    (failure,) = yield (Append((record,)),)
    if isinstance(failure, StoreError):
        asked.settings.telling.report_store(
            "the end of a remembered login was not recorded", failure
        )


def _devices(asked: Asked, identity: Identity | None, rows: list[Series]) -> list[Device]:
    """This browser first, then the last used."""
    now = int(asked.now)
    devices = [
        Device(
            id=row.device,
            label=row.label,
            first=row.created_at,
            last=row.used_at,
            until=row.idle_until,
            here=row.key == identity.series,
            ended=_why_ended(row, identity.epoch, now),
            ended_at=row.revoked_at,
        )
        for row in rows
        if identity is not None and not row.is_forgotten(now)
    ]
    return sorted(devices, key=lambda device: not device.here)


def _why_ended(row: Series, epoch: int, now: int) -> str:
    """Empty while it lives."""
    state = row.state(epoch, now)
    return "" if row.lives(epoch, now) else (row.revoked_why or state)


def _not_now(asked: Asked) -> Reply:
    why = say(
        "We cannot tell now in which browsers you are signed in. Nothing was changed. Please try again."
    )
    return problem(asked, 503, say("Not now"), why)
