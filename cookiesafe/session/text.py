"""What a session holds, as text: JSON, and where it has dates, which JSON has not, JSON in which they are marked.

Marked text begins with ``~``. In it, ``{"~": ["d", "2026-11-25"]}`` is a date, ``{"~": ["t", "2026-11-25T08:00:00+01:00"]}``
one with a time (ISO 8601), and ``{"~": ["=", …]}`` is ``{"~": …}`` itself.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any, Final

from ..errors import NotStorable

EMPTY: Final = "{}"
_MARK: Final = "~"


class _Dates(Exception):
    """There are some."""


def _raise(value: object) -> None:
    if isinstance(value, date):
        raise _Dates
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


# What holds itself runs out of stack, and is refused for that.
_options: dict[str, Any] = {"separators": (",", ":"), "allow_nan": False, "check_circular": False}
_plain = json.JSONEncoder(default=_raise, **_options).encode
_marked = json.JSONEncoder(**_options).encode
_decode = json.JSONDecoder().raw_decode


def write(data: Any) -> str:
    """The text of ``data``. Raises ``NotStorable`` for what is neither JSON nor a date."""
    try:
        try:
            return _plain(data)
        except _Dates:
            return _MARK + _marked(_mark(data))
    except (TypeError, ValueError, RecursionError) as error:
        raise NotStorable(
            f"there is something in it that JSON does not hold: {error}",
            fix="Store text, numbers, dates, lists and dicts.",
        ) from error


def read(text: str) -> dict[str, Any]:
    """The data of a text that ``write`` made of a dict. Any other is nothing, though it was signed: no error of the app's."""
    try:
        if text.startswith(_MARK):
            data = json.loads(text[1:], object_hook=_unmark)
        else:
            data, _ = _decode(text)
    except (ValueError, TypeError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _mark(value: Any) -> Any:
    if isinstance(value, datetime):
        return {_MARK: ["t", value.isoformat()]}
    if isinstance(value, date):
        return {_MARK: ["d", value.isoformat()]}
    if isinstance(value, dict):
        marked = {key: _mark(each) for key, each in value.items()}
        return {_MARK: ["=", marked[_MARK]]} if value.keys() == {_MARK} else marked
    return [_mark(each) for each in value] if isinstance(value, (list, tuple)) else value


def _unmark(data: dict[str, Any]) -> Any:
    if data.keys() != {_MARK}:
        return data
    kind, value = data[_MARK]
    if kind == "=":
        return data | {_MARK: value}
    return date.fromisoformat(value) if kind == "d" else datetime.fromisoformat(value)
