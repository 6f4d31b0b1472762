"""What is kept as a response leaves: the session, and what the app has said of who is signed in.

What the store cannot keep, no cookie promises.
"""

from __future__ import annotations

from typing import Any

from ..cookies import expire_set_cookie
from ..errors import SessionTooLarge, StoreError
from ..ids import new_id
from ..jar import Jar
from ..migration import Reader
from ..ports import Flow, Store, ask
from ..session import Reference, Session, Stored
from ..session.mapping import merged
from ..session.text import EMPTY
from .login import Keeping, Login, Row
from .signing import sign_in, sign_out

_MOST_TRIES = 4


def keep(keeping: Keeping) -> Flow[list[str]]:
    """The ``Set-Cookie`` lines that leave. Raises ``NotStorable`` and ``SessionTooLarge``."""
    session, login = keeping.session, keeping.login
    text = session.rewritten() if session is not None and not keeping.failed else None
    if login.unknown and not login.begun and not login.ended:
        if text is not None:
            keeping.settings.telling.report_store(
                "a session was not changed", "it is not known whose it is"
            )
        login.row = None
        return []
    if keeping.failed and login.migrated and not login.ended:
        login.row = None
        return []
    if keeping.failed and login.begun:
        login.begun, login.identity = False, None if login.ended else login.before
    if login.begun:
        _check_room(keeping, _as_it_came(keeping) if text is None else text)
    lines: list[str] = []
    if login.ended:
        lines += yield from sign_out(keeping)
    if login.begun and login.identity is not None:
        begun = yield from sign_in(keeping, login.identity)
        if begun is not None:
            lines += begun
        else:
            if not login.ended and _is_another(login):
                lines += yield from sign_out(keeping)
                login.ended = True
            if not login.ended:
                login.row = None
                return lines
            login.begun, login.identity, text = False, None, None
    if login.forget:
        lines.append(keeping.jar.remember.expire())
    elif login.fresh_token is not None and keeping.leaves_at <= login.send_until:
        lasts = login.lasts_until - keeping.now
        lines.append(keeping.jar.remember.write(login.fresh_token, lasts))
    lines += yield from _keep_session(keeping, text)
    if keeping.failed:
        login.row = None
    # Of a name that was expired and then set, the last word alone (RFC 6265bis, section 4.1.1).
    said = {line.partition("=")[0]: line for line in lines}
    return [*said.values(), *(_expire(reader, keeping.jar) for reader in login.migrated)]


def _check_room(keeping: Keeping, text: str) -> None:
    """Raise ``SessionTooLarge`` before anything is begun or ended, if it will be."""
    terms, identity = keeping.settings.session, keeping.login.identity
    if identity is not None and terms.kept == "cookie" and terms.overflow == "raise":
        full = identity._replace(epoch=2**53, series="k" * 64, former=".".join(["s" * 22] * 3))
        keeping.jar.session.write(Stored(text, keeping.now, keeping.now, full))


def _is_another(login: Login) -> bool:
    """Whether somebody else was signed in before, or may have been, than who is to be."""
    former = login.before or login.claimed
    return former is not None and login.identity is not None and former.user != login.identity.user


def keep_late(keeping: Keeping) -> Flow[None]:
    """Keep what was changed since the headers left, of a session that the store has. Raises ``NotStorable``."""
    session, came, row = keeping.session, keeping.login.came, keeping.login.row
    if session is not None and came is not None and row is not None and session.rewritten():
        text = _merged(came.text, session)
        yield from _update(keeping, came._replace(text=text, written=keeping.now), row)


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
        # Any other response may leave after one that has signed somebody in under another id.
        expires = login.void and keeping.renews and keeping.jar.secure
        return [keeping.jar.write_session("")] if expires else []
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
    yield from _forget_row(keeping)
    return [line]


def _as_it_came(keeping: Keeping) -> str:
    if keeping.session is not None:
        return keeping.session.text
    return EMPTY if keeping.login.came is None else keeping.login.came.text


def _drop(keeping: Keeping) -> Flow[list[str]]:
    """There is nothing to keep any more."""
    yield from _forget_row(keeping)
    login = keeping.login
    came = login.came is not None or login.void or login.unknown or login.before is not None
    return [keeping.jar.write_session("")] if came else []


def _forget_row(keeping: Keeping) -> Flow[None]:
    """End what the store has of it."""
    row, keeping.login.row = keeping.login.row, None
    if row is None:
        return
    (done,) = yield (ask(Store.delete_session, row.key),)
    if isinstance(done, StoreError):
        keeping.settings.telling.report_store("a session was not ended", done)


def _put(keeping: Keeping, stored: Stored, *, anew: bool) -> Flow[list[str]]:
    """Keep a session in the store: where it was, or in a new place, the old one given up only then."""
    login = keeping.login
    if login.row is not None and not anew:
        return (yield from _update(keeping, stored, login.row))
    id = new_id(keeping.settings.entropy)
    user = None if stored.identity is None else stored.identity.user
    until = _until(keeping, stored)
    key = Reference(id).key
    (made,) = yield (
        ask(Store.create_session, key, user, keeping.jar.session.dump(stored, key), until),
    )
    if made is not True:
        keeping.settings.telling.report_store("a session was not kept", made)
        login.row = None
        return []
    yield from _forget_row(keeping)
    login.came, login.row = stored, Row(key, 1)
    return [keeping.jar.write_session(keeping.jar.session.refer(id))]


def _update(keeping: Keeping, stored: Stored, row: Row) -> Flow[list[str]]:
    """Change it where it is, with what others have changed meanwhile; never make one anew that was ended."""
    login, now = keeping.login, keeping.now
    login.row = None
    for _ in range(_MOST_TRIES):
        data, until = keeping.jar.session.dump(stored, row.key), _until(keeping, stored)
        (done,) = yield (ask(Store.update_session, row.key, data, until, row.version, now),)
        if done == "kept":
            login.came, login.row = stored, Row(row.key, row.version + 1)
            return []
        if done == "gone":
            return []
        if isinstance(done, StoreError):
            break
        (loaded,) = yield (ask(Store.load_session, row.key, now),)
        if loaded is None:
            return []
        if isinstance(loaded, StoreError):
            break
        theirs, version = loaded
        found = keeping.jar.session.load(theirs, row.key)
        if found is None:
            break
        row = Row(row.key, version)
        stored = stored._replace(text=_merged(found.text, keeping.session), identity=found.identity)
    keeping.settings.telling.report_store("a session was not kept", "the store did not take it")
    return []


def _merged(theirs: str, session: Session | None) -> str:
    return theirs if session is None else merged(theirs, *session.changes())


def _until(keeping: Keeping, stored: Stored) -> int:
    terms = keeping.settings.session
    return min(keeping.now + terms.idle, stored.began + terms.absolute)
