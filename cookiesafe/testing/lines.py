"""Which line of an app's code sets a cookie, told by who calls: the setters of frameworks, or what sends the response."""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

from cookiesafe.cookies import set_cookie_name

_LIBRARIES: Final = tuple(
    sorted(
        {f"{sysconfig.get_path(name)}/" for name in ("purelib", "platlib", "stdlib", "platstdlib")},
        key=len,
        reverse=True,
    )
)


@dataclass(frozen=True)
class Line:
    """A line of code, and what it ``does`` with a cookie. ``of_library``: no line of the app's is behind it."""

    file: str
    number: int
    does: str
    of_library: bool = False

    def told(self, root: Path) -> str:
        file = self.file
        for folder in (*_LIBRARIES, f"{root}/"):
            file = file.removeprefix(folder)
        return f"{self.does} {file}:{self.number}{', a library' if self.of_library else ''}"


def setter_of(frame: FrameType) -> Line:
    """Who calls for a cookie to be set: the app's line that is nearest, or, behind a framework alone, that one's."""
    found: FrameType | None = frame
    while found is not None and not _is_ours(found):
        if not _is_library(found):
            return Line(found.f_code.co_filename, found.f_lineno, "set in")
        found = found.f_back
    return Line(frame.f_code.co_filename, frame.f_lineno, "set in", of_library=True)


def sender_of(frame: FrameType) -> Line | None:
    """Who begins the response, if that is a line of the app's; behind a framework nothing is known."""
    found: FrameType | None = frame
    while found is not None and _is_ours(found):
        found = found.f_back
    if found is None or _is_library(found):
        return None
    return Line(found.f_code.co_filename, found.f_lineno, "sent from")


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith("cookiesafe.")


def _is_library(frame: FrameType) -> bool:
    file = frame.f_code.co_filename
    return file.startswith(("<", *_LIBRARIES))


def _key(key: Any = None, *_: Any, **given: Any) -> str | None:
    """The cookie that ``set_cookie`` is called for."""
    name = given.get("name") if key is None else key
    return None if name is None else str(name)


def _field(name: Any = None, value: Any = None, *_: Any, **__: Any) -> str | None:
    """The cookie of a field that is added, if it is of one."""
    is_one = str(name).lower() == "set-cookie" and value is not None
    return set_cookie_name(str(value)) if is_one else None


SETTERS: Final[tuple[tuple[str, str, str, Callable[..., str | None]], ...]] = (
    ("starlette.responses", "Response", "set_cookie", _key),
    ("starlette.datastructures", "MutableHeaders", "append", _field),
    ("starlette.datastructures", "MutableHeaders", "__setitem__", _field),
    ("werkzeug.sansio.response", "Response", "set_cookie", _key),
    ("werkzeug.datastructures.headers", "Headers", "add", _field),
    ("werkzeug.datastructures.headers", "Headers", "__setitem__", _field),
    ("django.http.response", "HttpResponseBase", "set_cookie", _key),
    ("bottle", "BaseResponse", "set_cookie", _key),
    ("falcon.response", "Response", "set_cookie", _key),
    ("webob.response", "Response", "set_cookie", _key),
)
"""By module, class and method: where frameworks are told of cookies, and which one it is."""
