"""Django's sessions in a store of ours: ``SESSION_ENGINE = "cookiesafe.adapters.django.sessions"``.

``COOKIESAFE = {"STORE": "postgresql://…"}`` in the settings says where: a URL, or a ``Store``. The key in
the cookie is random, and the store has its SHA-256 alone. Of every method there is the asynchronous one, as Django
has them: the store is called in a thread.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from django.contrib.sessions.backends.base import (
    VALID_KEY_CHARS,
    CreateError,
    SessionBase,
    UpdateError,
)
from django.utils.crypto import get_random_string

from cookiesafe.adapters.django.setting import store
from cookiesafe.errors import StoreError
from cookiesafe.session.cookie import key_of

_LENGTH = 32
_KEY = re.compile(f"[{VALID_KEY_CHARS}]{{{_LENGTH}}}")
_MOST_TRIES = 4


class SessionStore(SessionBase):  # type: ignore[misc]
    """A session, kept under a key that only ``create`` makes and ``save`` never brings back.

    ``modified`` tells of changes at whatever depth. What others have changed meanwhile is merged, key by key; of one key
    the last change holds.
    """

    _modified = False
    _version = 0
    _came = b""
    """What the store had when this was last loaded or saved, in that version."""
    _unmodified: bytes | None = None
    """What is no change."""

    # --- what SessionBase asks for ---------------------------------------------------------------

    def exists(self, session_key: str | None) -> bool:
        return _loaded(session_key) is not None

    def load(self) -> dict[str, Any]:
        """What the store has. A key that it does not know is dropped, and never used."""
        loaded = _loaded(self.session_key)
        if loaded is None:
            self._session_key = None
            return {}
        data, version = loaded
        session = self._read(data)
        if session is None:
            self._session_key = None
            return {}
        self._known(data, version)
        return session

    def create(self) -> None:
        while True:
            self._session_key = get_random_string(_LENGTH, VALID_KEY_CHARS)
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Raises ``UpdateError`` where the session was deleted meanwhile, ``CreateError`` where its key is taken."""
        if self.session_key is None:
            self.create()
        elif must_create:
            data = self._write(self._get_session(no_load=True))
            if not store().create_session(key_of(self.session_key), None, data, self._until()):
                raise CreateError
            self._known(data, 1)
        else:
            self._update()

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None and _KEY.fullmatch(key):
            store().delete_session(key_of(key))

    @classmethod
    def clear_expired(cls) -> None:
        store().purge(int(time.time()))

    # --- what has changed ------------------------------------------------------------------------

    @property
    def modified(self) -> bool:
        """Whether there is something to be saved; may be set."""
        return self._modified or self._differs()

    @modified.setter
    def modified(self, value: bool) -> None:
        self._modified = value
        if not value and hasattr(self, "_session_cache"):
            self._unmodified = self._write(self._session_cache)

    def _differs(self) -> bool:
        if self._unmodified is None or not hasattr(self, "_session_cache"):
            return False
        return self._write(self._session_cache) != self._unmodified

    def _known(self, data: bytes, version: int) -> None:
        self._came = self._unmodified = data
        self._version = version

    def _update(self) -> None:
        """Change it where it is, with what others have changed meanwhile; never make one anew that was ended."""
        ours = session = self._get_session()
        if not self._version:
            # It was emptied without a look: all that is there is to go.
            self._came, self._version = _loaded(self.session_key) or (b"", 0)
        for _ in range(_MOST_TRIES):
            if self.session_key is None or not self._version:
                raise UpdateError
            data, key, now = self._write(session), key_of(self.session_key), int(time.time())
            done = store().update_session(key, data, self._until(), self._version, now)
            if done == "kept":
                self._session_cache = session
                self._known(data, self._version + 1)
                return
            theirs, self._version = _loaded(self.session_key) or (b"", 0)
            session = self._merged(self._read(theirs) or {}, ours)
        raise StoreError("a session was not kept: others were faster each time")

    def _merged(self, theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
        """What the store has now, with what was changed here key by key since it was loaded."""
        came = self._read(self._came) or {}
        changed = {
            key: value
            for key, value in ours.items()
            if key not in came or self._write({key: value}) != self._write({key: came[key]})
        }
        removed = came.keys() - ours.keys()
        return {key: value for key, value in theirs.items() if key not in removed} | changed

    def _until(self) -> int:
        return int(time.time()) + int(self.get_expiry_age())

    def _read(self, data: bytes) -> dict[str, Any] | None:
        """``None`` for what Django's serializer does not read, such as what another one has written."""
        try:
            session = self.serializer().loads(data)
        except Exception:
            return None
        return session if isinstance(session, dict) else None

    def _write(self, session: Mapping[str, Any]) -> bytes:
        data: bytes = self.serializer().dumps(session)
        return data


def _loaded(key: str | None) -> tuple[bytes, int] | None:
    """Data and version of a session. What cannot be a key of ours is not looked for."""
    if key is None or not _KEY.fullmatch(key):
        return None
    return store().load_session(key_of(key), int(time.time()))
