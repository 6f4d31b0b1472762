"""What is kept as a response leaves: the session, and what the app has said of who is signed in.

What the store cannot keep, no cookie promises.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..cookies import expire_set_cookie
from ..errors import SessionTooLarge, StoreError
from ..jar import Jar
from ..migration import Reader
from ..ports import Append, Store, ask
from ..remember import begin
from ..remember.cookie import Unkept
from ..session import Identity, Reference, Session, Stored
from ..session.mapping import merged
from ..session.text import EMPTY
from ..settings import Settings
from .login import Flow, Login, Row, new_id
from .ticks import tick

_MOST_TRIES = 4


@dataclass(slots=True)
class Keeping:
    """One response: the ``cookies`` that its request came with at ``now``, and what the app has done up to ``leaves_at``.

    ``session`` is there if the app has touched it. ``renews`` is whether the response may renew a session that was not
    changed, ``failed`` whether it is an error of the server's (5xx), which keeps no change of the session.
    """

    settings: Settings
    jar: Jar
    cookies: str
    now: int
    leaves_at: int
    session: Session | None
    login: Login
    renews: bool
    failed: bool


def keep(keeping: Keeping) -> Flow[list[str]]:
    """The ``Set-Cookie`` lines that leave. Raises ``NotStorable`` and ``SessionTooLarge``."""
    session, login = keeping.session, keeping.login
    text = session.rewritten() if session is not None and not keeping.failed else None
    if login.unknown and not login.begun:
        if login.ended:
            return [keeping.jar.write_session(""), keeping.jar.remember.expire()]
        if text is not None:
            keeping.settings.report_store(
                "a session was not changed", "it is not known whose it is"
            )
        return []
    if keeping.failed and login.begun:
        login.begun, login.identity = False, login.before
    lines: list[str] = []
    if login.ended:
        lines += yield from _end(keeping)
    if login.begun and login.identity is not None:
        begun = yield from _begin(keeping, login.identity)
        if begun is None:
            return lines
        lines += begun
    if login.forget:
        lines.append(keeping.jar.remember.expire())
    elif (
        login.fresh_token is not None and keeping.leaves_at <= login.send_until and not login.ended
    ):
        lasts = login.lasts_until - keeping.now
        lines.append(keeping.jar.remember.write(login.fresh_token, lasts))
    lines += yield from _keep_session(keeping, text)
    return lines + [_expire(reader, keeping.jar) for reader in login.migrated]


def keep_nobodys(jar: Jar, session: Session, came: Stored | None, now: int) -> list[str] | None:
    """As ``keep``, several times as fast, of a changed session in which nobody is signed in and which a cookie holds.

    ``None``: it is too large for that.
    """
    text = session.rewritten()
    if text is None:
        return []
    if text == EMPTY:
        return [jar.write_session("")]
    try:
        token = jar.session.write(Stored(text, now if came is None else came.began, now))
    except SessionTooLarge:
        if jar.session.terms.overflow == "raise":
            raise
        return None
    return [jar.write_session(token)]


def _expire(reader: Reader[Any], jar: Jar) -> str:
    """The line that removes what another library wrote, which we go on with."""
    domain = None if reader.domain is None else reader.domain.removeprefix(".")
    return expire_set_cookie(
        reader.cookie,
        path=reader.path,
        domain=domain,
        secure=jar.secure,
        partitioned=reader.partitioned and jar.secure,
    )


# --- the session ---------------------------------------------------------------------------------


def _keep_session(keeping: Keeping, text: str | None) -> Flow[list[str]]:
    login, came, now = keeping.login, keeping.login.came, keeping.now
    anew = login.renewed or login.begun or login.ended
    due = (
        came is not None
        and keeping.renews
        and now - came.written >= keeping.settings.session.renewed_after
    )
    if text is None and not anew and not due:
        return [keeping.jar.write_session("")] if login.void and keeping.jar.secure else []
    if text is None:
        text = EMPTY if login.ended and not login.begun else _as_it_came(keeping)
    if text == EMPTY and login.identity is None:
        return (yield from _drop(keeping))
    began = came.began if came is not None and not (login.begun or login.ended) else now
    stored = Stored(text, began, now, login.identity)
    if keeping.settings.session.kept == "store":
        return (yield from _put(keeping, stored, anew=anew))
    try:
        line = keeping.jar.write_session(keeping.jar.session.write(stored))
    except SessionTooLarge:
        if keeping.settings.session.overflow == "raise":
            raise
        return (yield from _put(keeping, stored, anew=anew))
    yield from _forget_row(keeping.settings, login.row)
    return [line]


def _as_it_came(keeping: Keeping) -> str:
    if keeping.session is not None:
        return keeping.session.text
    return EMPTY if keeping.login.came is None else keeping.login.came.text


def _drop(keeping: Keeping) -> Flow[list[str]]:
    """There is nothing to keep any more."""
    yield from _forget_row(keeping.settings, keeping.login.row)
    came = keeping.login.came is not None or keeping.login.void or keeping.login.before is not None
    return [keeping.jar.write_session("")] if came else []


def _forget_row(settings: Settings, row: Row | None) -> Flow[None]:
    if row is None:
        return
    (done,) = yield (ask(Store.delete_session, row.key),)
    if isinstance(done, StoreError):
        settings.report_store("a session was not ended", done)


def _put(keeping: Keeping, stored: Stored, *, anew: bool) -> Flow[list[str]]:
    """Keep a session in the store: where it was, or in a new place, the old one given up only then."""
    row = keeping.login.row
    if row is not None and not anew:
        return (yield from _update(keeping, stored, row))
    id = new_id(keeping.settings.entropy)
    user = None if stored.identity is None else stored.identity.user
    until = _until(keeping, stored)
    key = Reference(id).key
    (made,) = yield (ask(Store.create_session, key, user, keeping.jar.session.dump(stored), until),)
    if made is not True:
        keeping.settings.report_store("a session was not kept", made)
        return []
    yield from _forget_row(keeping.settings, row)
    return [keeping.jar.write_session(keeping.jar.session.refer(id))]


def _update(keeping: Keeping, stored: Stored, row: Row) -> Flow[list[str]]:
    """Change it where it is, with what others have changed meanwhile; never make one anew that was ended."""
    now = keeping.now
    for _ in range(_MOST_TRIES):
        data, until = keeping.jar.session.dump(stored), _until(keeping, stored)
        (done,) = yield (ask(Store.update_session, row.key, data, until, row.version, now),)
        if done == "kept":
            return []
        if done == "gone":
            return [keeping.jar.write_session("")]
        if isinstance(done, StoreError):
            break
        (loaded,) = yield (ask(Store.load_session, row.key, now),)
        if loaded is None:
            return [keeping.jar.write_session("")]
        if isinstance(loaded, StoreError):
            break
        theirs, version = loaded
        found = keeping.jar.session.load(theirs)
        if found is None:
            break
        row = Row(row.key, version)
        stored = stored._replace(text=_merged(found.text, keeping.session), identity=found.identity)
    keeping.settings.report_store("a session was not kept", "the store did not take it")
    return []


def _merged(theirs: str, session: Session | None) -> str:
    return theirs if session is None else merged(theirs, *session.changes())


def _until(keeping: Keeping, stored: Stored) -> int:
    terms = keeping.settings.session
    return min(keeping.now + terms.idle, stored.began + terms.absolute)


# --- who is signed in ----------------------------------------------------------------------------


def _begin(keeping: Keeping, identity: Identity) -> Flow[list[str] | None]:
    """Sign in, and remember if that was asked for. ``None``: the store cannot say what would end it again."""
    login, before, now = keeping.login, keeping.login.before, keeping.now
    if keeping.settings.revocable:
        (epoch,) = yield (ask(Store.epoch, identity.user),)
        if isinstance(epoch, StoreError):
            keeping.settings.report_store("a user was not signed in", epoch)
            return None
        identity = identity._replace(epoch=epoch)
    lines: list[str] = []
    stays = before is not None and before.user == identity.user and not login.ended
    if login.remember:
        former = keeping.jar.remember.presented(keeping.cookies)
        keys = {
            former.key if former is not None else "",
            before.series if before is not None else "",
        }
        for key in sorted(keys - {""}):
            yield (ask(Store.revoke_series, key, "logout", now),)
        identity, lines = yield from _remember(keeping, identity)
    elif stays and before is not None:
        identity = identity._replace(series=before.series)
    elif login.remembers and not login.ended:
        lines = yield from _forget(keeping)
    login.identity = identity
    return lines


def _remember(keeping: Keeping, identity: Identity) -> Flow[tuple[Identity, list[str]]]:
    """Begin a series, once the tick is on record."""
    settings, now, cookie = keeping.settings, keeping.now, keeping.jar.remember
    terms = settings.remember
    shown = "migration" if identity.remembered else "login"
    record = tick(settings, "remember", now, shown)
    (failure,) = yield (Append(record),)
    if isinstance(failure, StoreError):
        settings.report_store("a login is not remembered, as its record was not kept", failure)
        return identity, []
    if not settings.revocable:
        unkept = Unkept(identity.user, identity.auth_time, now + terms.idle)
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
        settings.report_store("a login is not remembered", added)
        return identity, []
    return identity._replace(series=row.key), [cookie.write(payload, terms.idle)]


def _end(keeping: Keeping) -> Flow[list[str]]:
    """Sign out: this browser, and with ``everywhere`` all others."""
    login, jar, before = keeping.login, keeping.jar, keeping.login.before
    lines = []
    if before is not None and login.row is None:
        lines.append(jar.marker.write(keeping.cookies, before.sid))
    if login.remembers:
        lines += yield from _forget(keeping)
    elif before is not None and before.series:
        yield (ask(Store.revoke_series, before.series, "logout", keeping.now),)
    if login.everywhere and before is not None and keeping.settings.revocable:
        user = before.user
        done = yield (ask(Store.advance_epoch, user), ask(Store.delete_sessions, user))
        for each in done:
            if isinstance(each, StoreError):
                keeping.settings.report_store("a user was not signed out everywhere", each)
    return lines


def _forget(keeping: Keeping) -> Flow[list[str]]:
    """End what the remember cookie stands for."""
    login = keeping.login
    presented = login.presented or keeping.jar.remember.presented(keeping.cookies)
    if presented is not None and keeping.settings.revocable:
        (done,) = yield (ask(Store.revoke_series, presented.key, "logout", keeping.now),)
        if isinstance(done, StoreError):
            keeping.settings.report_store("a remembered login was not ended", done)
        elif done and login.ended:
            yield (Append(tick(keeping.settings, "forget", keeping.now, "login")),)
    login.forget = False
    return [keeping.jar.remember.expire()]
