"""Keys that change while the site runs: what is made of them, and made anew where there are others."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

from .errors import CookieSafeError, WeakKey
from .keys import MOST_KEYS, Key, KeySource
from .telling import Telling

T = TypeVar("T")


class Rotation(Generic[T]):
    """What is ``made`` of the keys of a source. ``use`` says what they are for: ``cookies``, ``ledger``.

    At the start whatever the source and ``make`` raise is raised. Later on the keys that were in force stay so instead,
    and the operator is told of it: once, until there are keys again that can be used.
    """

    def __init__(
        self,
        use: str,
        source: KeySource,
        make: Callable[[Key, Sequence[Key]], T],
        telling: Telling,
    ) -> None:
        self._use = use
        self._source = source
        self._make = make
        self._telling = telling
        self._failing = False
        self._news: deque[Callable[[], None]] = deque()
        self._seen = source()
        self.made = self._made(self._seen)

    def __repr__(self) -> str:
        return f"<Rotation of {len(self._seen)}>"

    def __len__(self) -> int:
        """How many keys are in force."""
        return len(self._seen)

    def renew(self) -> bool:
        """Whether ``made`` is of other keys now than it was, which is told. Raises nothing."""
        renewed = self.take()
        self.tell()
        return renewed

    def take(self) -> bool:
        """As ``renew``, which tells nothing yet: for who holds a lock, since nobody knows what a listener waits for.

        Of two threads at once, both may say so.
        """
        try:
            keys = self._source()
            if keys is self._seen:
                self._failing = False
                return False
            if list(keys) == list(self._seen):
                self._seen, self._failing = keys, False
                return False
            made = self._made(keys)
        except Exception as error:
            if not self._failing:
                # What another library says of its keys may have them in it.
                what = error.what if isinstance(error, CookieSafeError) else type(error).__name__
                self._news.append(partial(self._telling.report_keys_refused, self._use, what))
            self._failing = True
            return False
        self._seen, self.made, self._failing = keys, made, False
        self._news.append(partial(self._telling.report_keys_changed, self._use, len(keys)))
        return True

    def tell(self) -> None:
        """What was found out and not told yet."""
        while self._news:
            try:
                tell = self._news.popleft()
            except IndexError:
                # Another thread was faster.
                return
            tell()

    def _made(self, keys: Sequence[Key]) -> T:
        if isinstance(keys, (str, bytes)) or not keys:
            raise WeakKey("there are no keys", fix="Give a list of them, the newest first.")
        if len(keys) > MOST_KEYS:
            raise WeakKey(f"there are {len(keys)} keys", fix=f"Keep {MOST_KEYS} at most.")
        return self._make(keys[0], keys[1:])
