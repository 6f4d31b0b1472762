"""``requires("advertising")``: a view that only those see who agree to that."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from asgiref.sync import iscoroutinefunction
from django.http import HttpResponse

from cookiesafe.current import current_visit

View = TypeVar("View", bound=Callable[..., Any])


def requires(purpose: str | None = None, *, feature: str | None = None) -> Callable[[View], View]:
    """A decorator for views, plain or ``async``; for those that are classes, by Django's ``method_decorator``.

    Who does without the purpose, or the feature, is answered with ``Visit.refusal``. What the policy does not declare
    raises ``UnknownName`` with the first request.
    """

    def refused() -> HttpResponse | None:
        refusal = current_visit().refusal(purpose, feature=feature)
        if refusal is None:
            return None
        reply = refusal.reply
        return HttpResponse(reply.body, status=reply.status, headers=dict(reply.headers))

    def decorate(view: Any) -> Any:
        if not iscoroutinefunction(view):

            @wraps(view)
            def asking(*args: Any, **kwargs: Any) -> Any:
                refusal = refused()
                return view(*args, **kwargs) if refusal is None else refusal

            return asking

        @wraps(view)
        async def asking_async(*args: Any, **kwargs: Any) -> Any:
            refusal = refused()
            return await view(*args, **kwargs) if refusal is None else refusal

        return asking_async

    return decorate
