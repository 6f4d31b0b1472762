"""The session as the app sees it: a mapping that is read when it is touched, and written when it has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any, Self

from ..errors import NotStorable, TooLate
from .text import EMPTY, read, write


class Session(MutableMapping[str, Any]):
    """What the app keeps from one request of a browser to the next: JSON values and dates by string keys.

    ``accessed`` and ``modified`` say whether it was touched and changed. Changing it when it is ``closed`` raises
    ``TooLate``: after the headers have left, unless the store keeps it.
    """

    _mutable: tuple[type, ...] = (dict, list)
    """What may be changed without the session's being told."""
    _read, _write = staticmethod(read), staticmethod(write)
    late: Callable[[], None] | None = None
    """Called when it is first read after the headers have left, where caches could have been told but were not."""

    def __init__(self, came: Callable[[], str]) -> None:
        """``came`` gives the JSON object that it holds so far. It is asked when the session is first touched."""
        self._came = came
        self._data: dict[str, Any] | None = None
        self._text = EMPTY
        self._changed = self._exposed = self.accessed = self.closed = False

    def __getitem__(self, key: str) -> Any:
        value = self._load()[key]
        if isinstance(value, self._mutable):
            self._exposed = True
        return value

    def __setitem__(self, key: str, value: Any) -> None:
        if not isinstance(key, str):
            raise NotStorable(f"a session key is {type(key).__name__}, not str")
        self._change()[key] = value

    def __delitem__(self, key: str) -> None:
        if key in self._load():
            self._change()
        del self._load()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._load())

    def __len__(self) -> int:
        return len(self._load())

    def __contains__(self, key: object) -> bool:
        return key in self._load()

    def clear(self) -> None:
        """Remove everything; the cookie is expired with the response."""
        if self._load():
            self._change().clear()

    def __or__(self, other: Mapping[str, Any]) -> dict[str, Any]:
        return {**self, **other}

    def __ior__(self, other: Mapping[str, Any]) -> Self:
        self.update(other)
        return self

    def __repr__(self) -> str:
        return "<Session>"

    def mark_accessed(self) -> None:
        """Say that the response depends on the session, as Starlette's ``Request.session`` does."""
        self.accessed = True

    @property
    def modified(self) -> bool:
        """Whether it now holds something else than it came with, at whatever depth."""
        return self.may_differ and self._write(self._data) != self._text

    def rewritten(self) -> str | None:
        """The JSON object to keep instead of the one it came with, or ``None`` when nothing changed.

        Raises ``NotStorable``.
        """
        if not (self._changed or self._exposed):
            return None
        text = self._write(self._data)
        return None if text == self._text else text

    def settle(self) -> None:
        """What it holds now was kept: only what is changed from here on is a change."""
        if self.may_differ:
            self._text, self._changed = write(self._data), False

    @property
    def may_differ(self) -> bool:
        """Whether it was changed, or something in it may have been."""
        return self._changed or self._exposed

    @property
    def text(self) -> str:
        """The JSON object that it came with."""
        return self._came() if self._data is None else self._text

    def changes(self) -> tuple[dict[str, Any], frozenset[str]]:
        """What was changed, key by key: the values that are new, and the keys that were removed."""
        before = self._read(self._text)
        now = self._load()
        new = {
            key: value
            for key, value in now.items()
            if key not in before or self._write(value) != self._write(before[key])
        }
        return new, frozenset(before.keys() - now.keys())

    def _load(self) -> dict[str, Any]:
        if self._data is None:
            if self.late is not None and not self.accessed:
                self.late()
            self._text = self._came()
            self._data = self._read(self._text)
        self.accessed = True
        return self._data

    def _change(self) -> dict[str, Any]:
        if self.closed:
            raise TooLate(
                "the session was changed after the response's headers had left",
                fix="Change it before the response begins.",
            )
        data = self._load()
        self._changed = True
        return data


def merged(text: str, new: Mapping[str, Any], removed: frozenset[str]) -> str:
    """The JSON object ``text`` with ``changes`` made to it."""
    data = read(text)
    return write({**{key: value for key, value in data.items() if key not in removed}, **new})
