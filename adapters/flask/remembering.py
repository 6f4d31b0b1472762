"""Remembered browsers of an app that has Flask-Login: what its store is asked, and what the store's answers come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from cookiesafe.adapters._perform import follow, perform
from cookiesafe.cookies import find_cookie
from cookiesafe.errors import StoreError
from cookiesafe.events import STORE_FAILED, Once, kind_of, say
from cookiesafe.ids import new_record_id
from cookiesafe.ledger import Record
from cookiesafe.login import returned
from cookiesafe.migration import FlaskLoginRemember
from cookiesafe.policy import STAYING_ID
from cookiesafe.ports import Append, Flow, Store, ask
from cookiesafe.remember import Presented, Series, Terms, Verdict, begin
from cookiesafe.remember.series import CAP, GRACE, TERMS

Standing = Literal["holds", "ended", "unknown"]


@dataclass(frozen=True, slots=True)
class Begun:
    """A series that was begun: its row, and the payload of its first cookie."""

    row: Series
    payload: str = field(repr=False)

    @property
    def id(self) -> str:
        return self.payload.partition(".")[0]


class Remembering:
    """Begins series, judges what comes back with one, and ends them. What the store cannot say is logged, once."""

    def __init__(
        self,
        store: Store,
        readers: Sequence[FlaskLoginRemember],
        clock: Callable[[], float],
        entropy: Callable[[int], bytes],
    ) -> None:
        self.store = store
        self._readers = readers
        self._clock = clock
        self._entropy = entropy
        self._once = Once()

    @property
    def now(self) -> int:
        """Unix seconds."""
        return int(self._clock())

    def begin(self, user: str, terms: Terms, label: str) -> Begun | None:
        """A new series of a user, once the tick of the box is on record."""
        begun = follow(self._beginning(user, terms, label), self.store)
        if isinstance(begun, Begun):
            return begun
        self._report("a login is not remembered", begun)
        return None

    def returned(self, presented: Presented) -> Verdict | None:
        """What becomes of who came back; ``None`` where the store does not say."""
        verdict = follow(self._returned(presented), self.store)
        if isinstance(verdict, StoreError):
            self._report("who is remembered was not found out, so nobody was", verdict)
            return None
        return verdict

    def standing(self, key: str, user: str) -> Standing:
        """Whether a login that a session goes with was ended meanwhile; one that only ran out was not."""
        loaded = perform(ask(Store.load_series, key), self.store)
        if isinstance(loaded, StoreError):
            self._report("who is signed in was not found out, so nobody was", loaded)
            return "unknown"
        if loaded is None:
            return "ended"
        row, epoch = loaded
        ended = row.user != user or row.state(epoch, self.now) in ("revoked", "outdated")
        return "ended" if ended else "holds"

    def prolong(self, key: str) -> Series | None:
        """A series that lives, which goes on from now for as long as it was begun with, to within a minute."""
        loaded = perform(ask(Store.load_series, key), self.store)
        if isinstance(loaded, StoreError) or loaded is None:
            return None
        row: Series = loaded[0]
        epoch, now = loaded[1], self.now
        if not row.lives(epoch, now):
            return None
        longer = replace(row, idle_until=min(now + idle_of(row), row.until), used_at=now)
        if longer.idle_until - row.idle_until >= GRACE:
            perform(ask(Store.swap_series, longer, row.gen), self.store)
        return longer

    def end(self, key: str) -> None:
        """Sign out of a series."""
        done = perform(ask(Store.revoke_series, key, "logout", self.now), self.store)
        if isinstance(done, StoreError):
            self._report("a remembered login was not ended", done)
        elif done:
            perform(Append((self._record("forget"),)), self.store)

    def read(self, header: str) -> tuple[str, FlaskLoginRemember] | None:
        """Whom an older cookie names, and who has read it. It knows no epoch, so it was made in the first."""
        for reader in self._readers:
            values = find_cookie(header, reader.cookie)
            users = {user for each in values if (user := reader.read(each, self.now)) is not None}
            if len(users) == 1:
                user = users.pop()
                epoch = perform(ask(Store.epoch, user), self.store)
                return (user, reader) if epoch == 0 else None
        return None

    def _returned(self, presented: Presented) -> Flow[Verdict | StoreError]:
        """Judged by the terms that the series was begun with: a login may have said how long it is to last."""
        (loaded,) = yield (ask(Store.load_series, presented.key),)
        if isinstance(loaded, StoreError):
            return loaded
        terms = Terms(idle=idle_of(loaded[0]), absolute=CAP) if loaded else TERMS
        return (yield from returned(presented, terms, self.now))

    def _beginning(self, user: str, terms: Terms, label: str) -> Flow[Begun | object]:
        (epoch,) = yield (ask(Store.epoch, user),)
        if isinstance(epoch, StoreError):
            return epoch
        record = self._record("remember")
        (failure,) = yield (Append((record,)),)
        if isinstance(failure, StoreError):
            return failure
        row, payload = begin(
            user,
            epoch=epoch,
            record=record.id,
            now=self.now,
            entropy=self._entropy,
            label=label,
            terms=terms,
        )
        (added,) = yield (ask(Store.add_series, row),)
        return Begun(row, payload) if added is True else added

    def _record(self, event: str) -> Record:
        """The tick of the site's own box, or its end (WP194, section 3.2)."""
        time = self.now * 1000
        return Record(
            id=new_record_id(time, self._entropy),
            time=time,
            event=event,
            policy="",
            notice="flask-login",
            language="",
            choices={STAYING_ID: event == "remember"},
        )

    def _report(self, what: str, why: object) -> None:
        logged = self._once.first(what)
        error = kind_of(why)
        say(STORE_FAILED, "%s: %s", what, why, code="CS602", logged=logged, what=what, error=error)


def idle_of(row: Series) -> int:
    """The seconds without a return that it was begun with, or those that it had left in all."""
    return row.idle_until - row.used_at
