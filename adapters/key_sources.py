"""Where keys come from that change while the site runs: the environment, a file, or whatever gives them.

What they give is the very same list until there is another one, so that to ask costs next to nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from stat import S_ISREG
from threading import Thread
from time import monotonic
from typing import NamedTuple, TypeVar, cast

from cookiesafe.errors import SettingError
from cookiesafe.events import is_async
from cookiesafe.keys import Key, KeySource
from cookiesafe.rotation import Rotation
from cookiesafe.telling import Telling

T = TypeVar("T")
LARGEST = 64 * 1024
"""In bytes; a larger file is no file of keys."""
EVERY = 60.0
_HANGS = 60.0
"""Seconds after which whoever was to have given the keys long ago is told of."""
_BETWEEN = re.compile(r"[\s,]+")
_REPLACE = (
    "Write another file and rename it over this one, as secrets that are mounted are replaced."
)


def keys_from_env(name: str) -> KeySource:
    """The keys in an environment variable, with commas or spaces between them, the newest first.

    A process sees what it changes in its own environment; from outside nothing changes that before a restart. Raises
    ``SettingError``, when it is asked, for one that is not set.
    """
    return _Env(name)


def keys_from_file(path: str | os.PathLike[str]) -> KeySource:
    """The keys in a file in UTF-8: one a line, the newest first; empty lines, and those with a ``#`` first, are none.

    Each request looks whether the file is another one, and reads it only then: one that was renamed over it, one that a
    symbolic link leads to by now (mounted secrets of Kubernetes), or one that was written anew, which is to end with a
    line break, so that half a key is no key. Raises ``SettingError``, when it is asked, for what cannot be read.
    """
    return _File(Path(path))


def keys_from(fetch: Callable[[], Sequence[Key]], *, every: float = EVERY) -> KeySource:
    """The keys that ``fetch`` gives, the newest first: from a vault, or a key management service.

    It is called once at the start, and then not before ``every`` seconds have passed, by a thread of its own, so that no
    request waits for it: the first request after it has answered has the new keys. Raises whatever ``fetch`` does at the
    start; what it raises later leaves the keys as they are, and it is called again ``every`` seconds later. One that does
    not return is told of a minute after it was to be called again, and is called no more until it has.
    """
    if every < 0:
        raise SettingError(f"every={every}", fix="It is how many seconds pass between two calls.")
    if is_async(fetch):
        raise SettingError(
            "what gives the keys is an async function",
            fix="Give a plain one: a thread of its own calls it, and may wait.",
        )
    return _Fetched(fetch, every)


def source_of(given: object) -> KeySource | None:
    """What was given instead of a key, if it was a source or anything else that can be called."""
    if isinstance(given, (_Env, _File, _Fetched)):
        return given
    return keys_from(given) if callable(given) else None


def keys_of(
    use: str,
    newest: Key | KeySource,
    fallbacks: Sequence[Key],
    make: Callable[[Key, Sequence[Key]], T],
    telling: Telling,
) -> T | Rotation[T]:
    """What is made of keys that stay, or of those that a source gives. Raises ``SettingError``."""
    source = source_of(newest)
    if source is None:
        return make(cast("Key", newest), fallbacks)
    if fallbacks:
        raise SettingError(
            f"keys for the {use} beside what gives them all",
            fix="Have it give the earlier ones too, behind the newest.",
        )
    return Rotation(use, source, make, telling)


class _Env:
    def __init__(self, name: str) -> None:
        self._name = name
        self._text: str | None = None
        self._keys: Sequence[Key] = ()

    def __repr__(self) -> str:
        return f"keys_from_env({self._name!r})"

    def __call__(self) -> Sequence[Key]:
        text = os.environ.get(self._name)
        if text is None:
            raise SettingError(f"{self._name} is not set", fix="Set it in the environment.")
        if text != self._text:
            self._text, self._keys = text, tuple(filter(None, _BETWEEN.split(text)))
        return self._keys


class _Stamp(NamedTuple):
    """What tells one state of a file from another, without reading it."""

    device: int
    inode: int
    size: int
    written: int
    changed: int

    @classmethod
    def of(cls, found: os.stat_result) -> _Stamp:
        """With when it was changed: who copies may set when it was written to what it was elsewhere."""
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


class _File:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: _Stamp | None = None
        self._keys: Sequence[Key] = ()

    def __repr__(self) -> str:
        return f"keys_from_file({str(self._path)!r})"

    def __call__(self) -> Sequence[Key]:
        try:
            found = os.stat(self._path)
            if _Stamp.of(found) != self._stamp:
                # To open a pipe would wait for who writes to it.
                if not S_ISREG(found.st_mode) or found.st_size > LARGEST:
                    raise self._is_no("is no file of keys", f"It has {LARGEST} bytes at most.")
                self._keys, self._stamp = self._read()
        except OSError as error:
            raise self._is_no(f"cannot be read: {error.strerror}", "Put it there.") from error
        return self._keys

    def _read(self) -> tuple[Sequence[Key], _Stamp]:
        with self._path.open("rb") as file:
            before = _Stamp.of(os.fstat(file.fileno()))
            data = file.read(LARGEST + 1)
            stamp = _Stamp.of(os.fstat(file.fileno()))
        if stamp != before or len(data) != stamp.size:
            raise self._is_no("was written while it was read", _REPLACE)
        try:
            # With a mark of its byte order a file's first comment would be a key, which anybody may know.
            lines = [line.strip() for line in data.decode("utf-8-sig").splitlines()]
        except UnicodeDecodeError:
            raise self._is_no("is not UTF-8", "Keys are text, one a line.") from None
        keys = tuple(line for line in lines if line and not line.startswith("#"))
        anew = self._stamp is not None and self._stamp[:2] == stamp[:2] and keys != self._keys
        if anew and not data.endswith(b"\n"):
            raise self._is_no("was written anew, and has no line break at its end", _REPLACE)
        return keys, stamp

    def _is_no(self, why: str, fix: str) -> SettingError:
        return SettingError(f"the file {str(self._path)!r} {why}", fix=fix)


class _Fetched:
    """``_thread`` is at work, or has been last. After a fork it counts as one that has ended."""

    def __init__(self, fetch: Callable[[], Sequence[Key]], every: float) -> None:
        self._fetch = fetch
        self._every = every
        self._keys: Sequence[Key] | None = None
        self._failed: str | None = None
        self._due = 0.0
        self._thread: Thread | None = None

    def __repr__(self) -> str:
        name = getattr(self._fetch, "__name__", type(self._fetch).__name__)
        return f"<keys from {name} every {self._every:g} s>"

    def __call__(self) -> Sequence[Key]:
        if self._keys is None:
            self._keys = self._fetched()
            self._due = monotonic() + self._every
        elif (late := monotonic() - self._due) >= 0:
            if self._thread is None or not self._thread.is_alive():
                self._due = monotonic() + self._every
                self._thread = Thread(target=self._fetch_again, name="cookiesafe-keys", daemon=True)
                self._thread.start()
            elif late >= _HANGS:
                raise SettingError("what gives the keys does not answer")
        if self._failed is not None:
            raise SettingError(self._failed)
        return self._keys

    def _fetched(self) -> Sequence[Key]:
        keys = self._fetch()
        return keys if isinstance(keys, (str, bytes)) else tuple(keys)

    def _fetch_again(self) -> None:
        try:
            keys = self._fetched()
        except Exception as error:
            # Of what it says nobody knows whether it may be told.
            self._failed = f"what gives the keys raised {type(error).__name__}"
            return
        if keys != self._keys:
            self._keys = keys
        self._failed = None
