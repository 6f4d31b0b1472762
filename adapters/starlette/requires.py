"""``requires("advertising")``: an endpoint that only those see who agree to that."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper, wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from starlette.responses import Response
from starlette.websockets import WebSocket

from cookiesafe.current import current_visit
from cookiesafe.refusing import Refusal

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
POLICY_VIOLATION = 1008
"""What a WebSocket is closed with (RFC 6455, section 7.4.1); before it is accepted, servers answer 403."""


def requires(
    purpose: str | None = None, *, feature: str | None = None
) -> Callable[[Endpoint], Endpoint]:
    """A decorator for functions, coroutines, ``HTTPEndpoint``, ``WebSocketEndpoint`` and their methods.

    Who does without the purpose, or the feature, is answered with ``Visit.refusal``, and a WebSocket is closed. What the
    policy does not declare raises ``UnknownName`` with the first request.
    """

    def refused() -> Refusal | None:
        return current_visit().refusal(purpose, feature=feature)

    def decorate(endpoint: Any) -> Any:
        if isinstance(endpoint, type):
            return _class(endpoint, refused)
        return (_coroutine if _is_awaited(endpoint) else _function)(endpoint, refused)

    return decorate


def response_of(refusal: Refusal) -> Response:
    """The refusal as a response."""
    reply = refusal.reply
    return Response(reply.body, reply.status, dict(reply.headers))


def _is_awaited(endpoint: Any) -> bool:
    return iscoroutinefunction(endpoint) or iscoroutinefunction(type(endpoint).__call__)


def _function(endpoint: Any, refused: Callable[[], Refusal | None]) -> Any:
    @wraps(endpoint)
    def asking(*args: Any, **kwargs: Any) -> Any:
        refusal = refused()
        return endpoint(*args, **kwargs) if refusal is None else response_of(refusal)

    return asking


def _coroutine(endpoint: Any, refused: Callable[[], Refusal | None]) -> Any:
    @wraps(endpoint)
    async def asking(*args: Any, **kwargs: Any) -> Any:
        refusal = refused()
        if refusal is None:
            return await endpoint(*args, **kwargs)
        for each in (*args, *kwargs.values()):
            if isinstance(each, WebSocket):
                return await each.close(POLICY_VIOLATION)
        return response_of(refusal)

    return asking


def _class(endpoint: Any, refused: Callable[[], Refusal | None]) -> Any:
    class Asking(endpoint):  # type: ignore[misc]
        async def dispatch(self) -> None:
            refusal = refused()
            if refusal is None:
                await super().dispatch()
            elif self.scope["type"] == "websocket":
                await WebSocket(self.scope, self.receive, self.send).close(POLICY_VIOLATION)
            else:
                await response_of(refusal)(self.scope, self.receive, self.send)

    return update_wrapper(Asking, endpoint, updated=())
