"""Flask's session as its app sees it: read when it is touched, with the types that Flask's tags keep."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

from flask.json.provider import JSONProvider
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SessionMixin

from cookiesafe.adapters.flask.wire import Wire
from cookiesafe.cookies import find_cookie
from cookiesafe.errors import NotStorable
from cookiesafe.events import LATE, Once, say
from cookiesafe.migration import FlaskSession, SessionReader, TaggedFlaskSession
from cookiesafe.session import Stored, mapping, the_one
from cookiesafe.session.text import EMPTY

_once = Once()


class TaggedJSON:
    """JSON as the app's provider writes it, with the tags that its session knows."""

    def __init__(self, provider: JSONProvider, serializer: TaggedJSONSerializer) -> None:
        self._provider = provider
        self._serializer = serializer

    def read(self, text: str) -> Any:
        # Looking for tags in every value takes longer than all the rest.
        if any(_as_key(tag) in text for tag in self._serializer.tags):
            return self._serializer.loads(text)
        return self._provider.loads(text)

    def write(self, value: Any) -> str:
        return self.write_tagged(self._serializer.tag(value))

    def write_tagged(self, value: Any) -> str:
        """As ``write``, of a value in which the tags are already."""
        return self._provider.dumps(value, separators=(",", ":"))


@lru_cache
def _as_key(tag: str) -> str:
    return f"{json.dumps(tag)}:"


class Arrival:
    """A request's ``Cookie`` header, and the session in it, which is looked for when it is first asked for."""

    def __init__(
        self, wire: Wire, header: str, now: int, codec: TaggedJSON, readers: Sequence[SessionReader]
    ) -> None:
        self.wire = wire
        self.now = now
        self.codec = codec
        self._header = header
        self._readers = readers

    @cached_property
    def stored(self) -> Stored | None:
        """The session of ours."""
        found = the_one(self.wire.read(self._header), self.wire.terms, self.now)
        return found if isinstance(found, Stored) else None

    @cached_property
    def read_by(self) -> SessionReader | None:
        """Who has read it, where it is another library's."""
        return None if self._theirs is None else self._theirs[0]

    def text(self) -> str:
        """The JSON object that the session holds."""
        if self.stored is not None:
            return self.stored.text
        return EMPTY if self._theirs is None else self._theirs[1]

    @cached_property
    def _theirs(self) -> tuple[SessionReader, str] | None:
        """Only where none of ours came, whatever became of that."""
        if not self._readers or self.wire.read(self._header):
            return None
        for reader in self._readers:
            values = find_cookie(self._header, reader.cookie)
            texts = {
                self._text(reader, found)
                for each in values
                if (found := reader.read(each, self.now))
            }
            if len(texts) == 1:
                return reader, texts.pop()
        return None

    def _text(self, reader: SessionReader, found: dict[str, Any]) -> str:
        tagged = isinstance(reader, TaggedFlaskSession) and not isinstance(reader, FlaskSession)
        return self.codec.write_tagged(found) if tagged else self.codec.write(found)


class Session(mapping.Session, SessionMixin):
    """What the app keeps from one request of a browser to the next, as ``flask.session``.

    ``modified`` says whether a key was set or removed, or something in it changed, at whatever depth. It may be set, as
    in Flask: ``True`` has the session sent, ``False`` not, unless it is changed after that. A change after the headers
    have left is lost, as in Flask, and logged.
    """

    _mutable = (dict, list, tuple, set)
    _said: bool | None = None
    given_up = False
    """Whether it cannot be kept, which was told already."""
    sent = False
    """Whether the headers have left."""

    def __init__(self, arrival: Arrival) -> None:
        super().__init__(arrival.text)
        self.arrival = arrival

    def __setitem__(self, key: str, value: Any) -> None:
        # As in Flask, JSON makes a text of any key.
        self._change()[key] = value

    def copy(self) -> dict[str, Any]:
        return dict(self)

    @property
    def modified(self) -> bool:
        return (self._changed or super().modified) if self._said is None else self._said

    @modified.setter
    def modified(self, value: bool) -> None:
        self._said = value

    @property
    def leaving(self) -> str | None:
        """The JSON object that is to be sent since it was changed, if it was. Raises ``NotStorable``."""
        if self._said is False:
            return None
        return self.rewritten() or (self.text if self._said or self._changed else None)

    def _change(self) -> dict[str, Any]:
        if self._said is False:
            self._said = None
        if self.sent and _once.first("late"):
            say(
                LATE,
                "flask.session was changed after the response's headers had left, and that is lost. Change it before the "
                "response begins.",
                code="CS302",
                what="flask.session",
            )
        return super()._change()

    def _read(self, text: str) -> dict[str, Any]:
        data: dict[str, Any] = self.arrival.codec.read(text)
        return data

    def _write(self, value: Any) -> str:
        try:
            return self.arrival.codec.write(value)
        except (TypeError, ValueError, RecursionError) as error:
            raise NotStorable(
                f"the session holds what JSON does not: {error}",
                fix="Store what Flask's sessions hold: text, numbers, lists, dicts, dates.",
            ) from error
