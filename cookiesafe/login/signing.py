"""What the app has said of who is signed in, as a response leaves: begun, remembered and ended, in the store and in cookies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..cookies import find_cookie
from ..errors import StoreError
from ..migration import Reader
from ..ports import Append, Flow, Store, ask
from ..remember import begin
from ..remember.cookie import Unkept
from ..session import Identity
from .login import Keeping
from .ticks import tick

_MOST_FORMER = 3


def sign_in(keeping: Keeping, identity: Identity) -> Flow[list[str] | None]:
    """Sign in, and remember if that was asked for. ``None``: the store cannot say what would end it again."""
    login, before = keeping.login, keeping.login.before
    if keeping.settings.revocable:
        (epoch,) = yield (ask(Store.epoch, identity.user),)
        if isinstance(epoch, StoreError):
            keeping.settings.telling.report_store("a user was not signed in", epoch)
            return None
        identity = identity._replace(epoch=epoch)
    lines: list[str] = []
    remembered: list[str] = []
    stays = before is not None and before.user == identity.user and not login.ended
    if login.remember:
        identity, remembered = yield from _remember(keeping, identity)
    if before is not None and stays:
        identity = identity._replace(former=".".join(before.sids[:_MOST_FORMER]))
    if before is not None and stays and not remembered:
        identity = identity._replace(series=before.series)
    elif not login.ended:
        lines += [] if stays else _mark(keeping)
        yield from _revoke(keeping)
        lines += [keeping.jar.remember.expire()] if login.remembers else []
    login.identity = identity
    how = "migration" if identity.remembered else "password"
    keeping.settings.telling.report_login(how, stays=bool(remembered))
    return lines + remembered


def sign_out(keeping: Keeping) -> Flow[list[str]]:
    """Sign out: this browser, and with ``everywhere`` all others."""
    login = keeping.login
    leaving = login.before or login.claimed or login.left
    if leaving is not None:
        keeping.settings.telling.report_logout(shared=login.clears)
    lines = _mark(keeping)
    if (yield from _revoke(keeping)):
        yield (Append((tick(keeping.settings, "forget", keeping.now, "login"),)),)
    if login.remembers:
        lines.append(keeping.jar.remember.expire())
    if login.everywhere and leaving is None and login.unknown:
        keeping.settings.telling.report_store(
            "a user was not signed out everywhere", "it is not known who"
        )
    if login.everywhere and leaving is not None and keeping.settings.revocable:
        user = leaving.user
        done = yield (ask(Store.advance_epoch, user), ask(Store.delete_sessions, user))
        for each in done:
            if isinstance(each, StoreError):
                keeping.settings.telling.report_store("a user was not signed out everywhere", each)
        if not isinstance(done[0], StoreError):
            keeping.settings.telling.report_everywhere("visitor")
    return lines


def _remember(keeping: Keeping, identity: Identity) -> Flow[tuple[Identity, list[str]]]:
    """Begin a series, once the tick is on record."""
    settings, now, cookie = keeping.settings, keeping.now, keeping.jar.remember
    terms = settings.remember
    record = tick(settings, "remember", now, "migration" if identity.remembered else "login")
    (failure,) = yield (Append((record,)),)
    if isinstance(failure, StoreError):
        settings.telling.report_store(
            "a login is not remembered, as its record was not kept", failure
        )
        return identity, []
    if not settings.revocable:
        unkept = Unkept(identity.user, identity.auth_time, now + terms.idle, identity.sid)
        return identity, [cookie.write_unkept(unkept, terms.idle)]
    row, payload = begin(
        identity.user,
        epoch=identity.epoch,
        record=record.id,
        now=now,
        entropy=settings.entropy,
        label=keeping.login.label,
        terms=terms,
    )
    row = replace(row, auth_time=identity.auth_time)
    (added,) = yield (ask(Store.add_series, row),)
    if added is not True:
        settings.telling.report_store("a login is not remembered", added)
        return identity, []
    return identity._replace(series=row.key), [cookie.write(payload, terms.idle)]


def _mark(keeping: Keeping) -> list[str]:
    """The mark of who was signed in by what a cookie alone may carry: no late response brings that back."""
    login, jar, settings = keeping.login, keeping.jar, keeping.settings
    ending = login.before or login.claimed
    if ending is None or (login.row is not None and settings.session.kept == "store"):
        return []
    sids = ending.sids
    if not settings.revocable and (known := jar.remember.unkept(keeping.cookies)) is not None:
        sids.append(known.sid)
    return [jar.marker.write(keeping.cookies, *sids)]


def _revoke(keeping: Keeping) -> Flow[bool]:
    """End the series that this browser was remembered by, as its session and its remember cookie have it.

    What another library wrote is not gone on with any more, either.
    """
    login, settings = keeping.login, keeping.settings
    login.forget, login.fresh_token = False, None
    login.migrated = [each for each in settings.readers if _reads(each, keeping)]
    presented = login.presented or keeping.jar.remember.presented(keeping.cookies)
    ending = login.before or login.claimed
    keys = {presented.key if presented else "", ending.series if ending else ""} - {""}
    if not settings.revocable or not keys:
        return False
    done = yield tuple(ask(Store.revoke_series, key, "logout", keeping.now) for key in keys)
    for each in done:
        if isinstance(each, StoreError):
            settings.telling.report_store("a remembered login was not ended", each)
    return True in done


def _reads(reader: Reader[Any], keeping: Keeping) -> bool:
    """Whether it finds something of another library's in the request."""
    values = find_cookie(keeping.cookies, reader.cookie)
    return any(reader.read(value, keeping.now) is not None for value in values)
