"""A context processor: ``{{ visit.user_id }}`` in every template that is rendered for a request."""

from __future__ import annotations

from django.http import HttpRequest

from cookiesafe.visit import Visit


def visit(request: HttpRequest) -> dict[str, Visit | None]:
    """``"context_processors": [..., "cookiesafe.adapters.django.context.visit"]``; ``None`` outside of the middleware."""
    return {"visit": getattr(request, "visit", None)}
