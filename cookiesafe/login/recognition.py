"""Who comes: the session that holds, or a remembered login. What cannot be told is nobody, and loses nothing."""

from __future__ import annotations

import json
from logging import DEBUG, WARNING

from ..cookies import find_cookie
from ..errors import StoreError
from ..events import REMEMBERED, Hook, say
from ..ids import new_id
from ..jar import Arrival, Jar
from ..ports import Flow, Store, ask
from ..remember import ATTEMPTS, Presented, Terms, Verdict, present
from ..session import Identity, Reference, Stored, the_one
from ..settings import Settings
from .login import Login, Row


def recognise(settings: Settings, jar: Jar, arrival: Arrival, now: int) -> Flow[Login]:
    """The login of a request whose cookies say that there may be one."""
    login = Login(remembers=arrival.remembers)
    yield from _find_session(login, settings, jar, arrival, now)
    if login.came is not None:
        yield from _check_identity(login, settings, jar, arrival, now)
    elif not login.unknown:
        yield from _migrate(login, settings, arrival, now)
    if arrival.remembers and not login.unknown:
        if settings.revocable:
            if login.identity is None or _is_due(login, settings, now):
                yield from _remembered(login, settings, jar, arrival, now)
        elif login.identity is None:
            _remembered_unkept(login, jar, arrival, now)
    login.before = login.identity
    return login


def _find_session(
    login: Login, settings: Settings, jar: Jar, arrival: Arrival, now: int
) -> Flow[None]:
    """The session that came with the request, wherever it is kept. One that is not there any more is not made anew."""
    found = the_one(arrival.stored, settings.session, now)
    if isinstance(found, Stored):
        login.came = found
    elif isinstance(found, Reference):
        (loaded,) = yield (ask(Store.load_session, found.key, now),)
        if isinstance(loaded, StoreError):
            login.row = Row(found.key, 0)
            _not_known(login, settings, loaded)
        elif loaded is None:
            login.void = True
        else:
            data, version = loaded
            stored = jar.session.load(data, found.key)
            if stored is not None and settings.session.holds(stored.began, stored.written, now):
                login.came, login.row = stored, Row(found.key, version)


def _check_identity(
    login: Login, settings: Settings, jar: Jar, arrival: Arrival, now: int
) -> Flow[None]:
    """Whether who was signed in still is: not out of this browser, nor, as the store knows, out of all."""
    identity = None if login.came is None else login.came.identity
    if identity is None:
        return
    holds = identity.sid not in jar.marker.read(arrival.header)
    if holds and settings.revocable:
        holds = yield from _holds(login, settings, identity, now)
    if holds:
        login.identity = identity
    elif login.unknown:
        login.claimed = identity
    else:
        _end_session(login)


def _end_session(login: Login) -> None:
    """What is kept from here on is another session, which has no place yet."""
    login.identity, login.came, login.row, login.void = None, None, None, True


def _is_due(login: Login, settings: Settings, now: int) -> bool:
    """Whether a session has gone on for so long that its browser counts as one that came back."""
    came = login.came
    return came is not None and now - came.written >= settings.session.renewed_after


def _holds(login: Login, settings: Settings, identity: Identity, now: int) -> Flow[bool]:
    if settings.vouched.holds(identity, now):
        return True
    holds = yield from _asked(login, settings, identity, now)
    if holds:
        settings.vouched.add(identity, now)
    return holds


def _asked(login: Login, settings: Settings, identity: Identity, now: int) -> Flow[bool]:
    if identity.series:
        (loaded,) = yield (ask(Store.load_series, identity.series),)
    else:
        (loaded,) = yield (ask(Store.epoch, identity.user),)
    if isinstance(loaded, StoreError):
        _not_known(login, settings, loaded)
        return False
    if not identity.series:
        return bool(loaded == identity.epoch)
    if loaded is None:
        return False
    row, epoch = loaded
    return bool(row.lives(epoch, now) and epoch == identity.epoch)


def _remembered(
    login: Login, settings: Settings, jar: Jar, arrival: Arrival, now: int
) -> Flow[None]:
    """Let in who is remembered, by the rules of ``remember``, or ask them who is signed in by a session that is due."""
    presented = jar.remember.presented(arrival.header)
    signed_in = login.identity
    if signed_in is not None and (presented is None or presented.key != signed_in.series):
        return
    if presented is None:
        login.forget = jar.secure
        return
    login.presented = presented
    verdict = yield from returned(presented, settings.remember, now, settings.telling.hook)
    if isinstance(verdict, StoreError):
        _not_known(login, settings, verdict)
        return
    if verdict.outcome == "accepted" and verdict.series is not None:
        row = verdict.series
        if signed_in is None:
            sid = new_id(settings.entropy)
            login.identity = Identity(
                row.user, row.auth_time, sid, row.epoch, row.key, remembered=True
            )
            login.renewed = True
        login.fresh_token, login.send_until = verdict.payload, verdict.send_until
        login.lasts_until = row.idle_until
        return
    login.forget = True
    login.stolen = verdict.outcome == "stolen"
    if signed_in is not None:
        _end_session(login)


def returned(
    presented: Presented, terms: Terms, now: int, hook: Hook | None = None
) -> Flow[Verdict | StoreError]:
    """What becomes of a remembered login whose browser came back: judged, told of, and ended if two have used it.

    What cannot be ended is not known yet: the next request finds it out again.
    """
    verdict = yield from _judged(presented, terms, now)
    if isinstance(verdict, StoreError):
        return verdict
    if verdict.outcome == "stolen" and verdict.series is not None:
        user = verdict.series.user
        ends = [ask(Store.revoke_series, presented.key, "theft", now)]
        if verdict.everywhere:
            ends = [ask(Store.advance_epoch, user), ask(Store.delete_sessions, user), *ends]
        for end in ends:
            (done,) = yield (end,)
            if isinstance(done, StoreError):
                return done
    say(
        REMEMBERED,
        "a remembered login: %s",
        verdict.rule.says,
        code="CS601" if verdict.event else "",
        level=WARNING if verdict.event else DEBUG,
        hook=hook,
        rule=verdict.rule.name,
        outcome=verdict.outcome,
    )
    return verdict


def _judged(presented: Presented, terms: Terms, now: int) -> Flow[Verdict | StoreError]:
    """The verdict that holds, after others that were faster."""
    for _ in range(ATTEMPTS):
        (loaded,) = yield (ask(Store.load_series, presented.key),)
        if isinstance(loaded, StoreError):
            return loaded
        row, epoch = loaded or (None, 0)
        verdict = present(presented, row, epoch, now, terms)
        if verdict.replace is None:
            return verdict
        (swapped,) = yield (ask(Store.swap_series, verdict.replace, verdict.expected),)
        if isinstance(swapped, StoreError):
            return swapped
        if swapped:
            return verdict
    return StoreError("others were faster each time")


def _remembered_unkept(login: Login, jar: Jar, arrival: Arrival, now: int) -> None:
    """Where no store is, the cookie alone says who is remembered, and until when."""
    known = jar.remember.unkept(arrival.header)
    if known is None or now >= known.until or known.sid in jar.marker.read(arrival.header):
        login.forget = jar.secure or known is not None
        return
    login.identity = Identity(known.user, known.auth_time, known.sid, remembered=True)
    login.renewed = True


def _migrate(login: Login, settings: Settings, arrival: Arrival, now: int) -> Flow[None]:
    """Go on with what another library wrote. Two of one name that differ are nobody's, as with ours."""
    for reader in settings.readers:
        values = find_cookie(arrival.header, reader.cookie)
        found = [each for value in values if (each := reader.read(value, now)) is not None]
        value = found[0] if found and all(each == found[0] for each in found) else None
        if isinstance(value, dict) and login.came is None:
            login.came = Stored(json.dumps(value, separators=(",", ":")), now, now)
        elif isinstance(value, str) and login.identity is None and not arrival.remembers:
            yield from _migrate_user(login, settings, value)
        else:
            continue
        login.renewed = True
        login.migrated.append(reader)


def _migrate_user(login: Login, settings: Settings, user: str) -> Flow[None]:
    """Somebody whom another library has remembered, unless they were signed out everywhere since."""
    epoch = 0
    if settings.revocable:
        (epoch,) = yield (ask(Store.epoch, user),)
    if isinstance(epoch, StoreError):
        _not_known(login, settings, epoch)
    elif epoch == 0:
        login.identity = Identity(user, 0, new_id(settings.entropy), remembered=True)
        login.begun = login.remember = True


def _not_known(login: Login, settings: Settings, error: StoreError) -> None:
    """The store does not answer: nobody is signed in for now."""
    login.claimed, login.identity = login.claimed or login.identity, None
    login.unknown, login.came = True, None
    settings.telling.report_store("who is signed in was not found out, so nobody was", error)
