"""The session of the current visit, as ASGI apps find it in their scope."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any, Final

from cookiesafe.current import current_visit


class _CurrentSession(MutableMapping[str, Any]):
    """Stands for the session of the current visit, so that one is only made where it is asked for."""

    def __getitem__(self, key: str) -> Any:
        return current_visit().session[key]

    def __setitem__(self, key: str, value: Any) -> None:
        current_visit().session[key] = value

    def __delitem__(self, key: str) -> None:
        del current_visit().session[key]

    def __iter__(self) -> Iterator[str]:
        return iter(current_visit().session)

    def __len__(self) -> int:
        return len(current_visit().session)

    def mark_accessed(self) -> None:
        current_visit().session.mark_accessed()


CURRENT_SESSION: Final = _CurrentSession()
