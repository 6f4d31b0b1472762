"""The session as the app sees it: a mapping that is read when it is touched, and written when it has changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any, Self

from ..errors import NotStorable, TooLate

EMPTY = "{}"
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_decode = json.JSONDecoder().raw_decode
_MUTABLE = (dict, list)


class Session(MutableMapping[str, Any]):
    """What the app keeps from one request of a browser to the next: JSON values by string keys.

    ``accessed`` and ``modified`` say whether it was touched and changed. Changing it when it is ``closed`` raises
    ``TooLate``: after the headers have left, unless the store keeps it.
    """

    accessed = False
    closed = False
    late: Callable[[], None] | None = None
    """Called when it is first read after the headers have left, where caches could have been told but were not."""
    _data: dict[str, Any] | None = None
    _text = EMPTY
    _changed = False
    _exposed = False

    def __init__(self, came: Callable[[], str]) -> None:
        """``came`` gives the JSON object that it holds so far. It is asked when the session is first touched."""
        self._came = came

    def __getitem__(self, key: str) -> Any:
        value = self._load()[key]
        if isinstance(value, _MUTABLE):
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
        return self.may_differ and self._written() != self._text

    def rewritten(self) -> str | None:
        """The JSON object to keep instead of the one it came with, or ``None`` when nothing changed.

        Raises ``NotStorable``.
        """
        if not self.may_differ:
            return None
        text = self._written()
        return None if text == self._text else text

    def settle(self) -> None:
        """What it holds now was kept: only what is changed from here on is a change."""
        if self.may_differ:
            self._text, self._changed = self._written(), False

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
        before, _ = _decode(self._text)
        now = self._load()
        new = {
            key: value
            for key, value in now.items()
            if key not in before or _encode(value) != _encode(before[key])
        }
        return new, frozenset(before.keys() - now.keys())

    def _load(self) -> dict[str, Any]:
        if self._data is None:
            if self.late is not None and not self.accessed:
                self.late()
            self._text = self._came()
            self._data = self._read()
        self.accessed = True
        return self._data

    def _read(self) -> dict[str, Any]:
        """What it came with. It was signed; all the same, what is no object is nothing, and no error of the app's."""
        try:
            data, _ = _decode(self._text)
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict):
            self._text, data = EMPTY, {}
        return data

    def _change(self) -> dict[str, Any]:
        if self.closed:
            raise TooLate(
                "the session was changed after the response's headers had left",
                fix="Change it before the response begins.",
            )
        data = self._load()
        self._changed = True
        return data

    def _written(self) -> str:
        try:
            return _encode(self._data)
        except (TypeError, ValueError, RecursionError) as error:
            raise NotStorable(
                f"the session holds what JSON does not: {error}",
                fix="Store text, numbers, lists and dicts.",
            ) from error


def merged(text: str, new: Mapping[str, Any], removed: frozenset[str]) -> str:
    """The JSON object ``text`` with ``changes`` made to it."""
    data, _ = _decode(text)
    return _encode({**{key: value for key, value in data.items() if key not in removed}, **new})
