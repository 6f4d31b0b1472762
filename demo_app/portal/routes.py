"""Which page answers what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .habits import with_habits
from .page import PageRequest, PageResponse
from .site import Site
from .views import account, billing, general, paying

View = Callable[[Site, PageRequest], PageResponse]


@dataclass(frozen=True, slots=True)
class Route:
    path: str
    get: View
    post: View | None = None

    @property
    def methods(self) -> list[str]:
        return ["GET", "POST"] if self.post else ["GET"]

    def answer(self, site: Site, request: PageRequest) -> PageResponse:
        return with_habits(request, self._view(request)(site, request))

    def _view(self, request: PageRequest) -> View:
        return self.get if request.method != "POST" or self.post is None else self.post


ROUTES = (
    Route("/", general.home),
    Route("/usage", general.usage),
    Route("/register", account.register, account.do_register),
    Route("/sign-in", account.sign_in, account.do_sign_in),
    Route("/sign-out", account.sign_out, account.do_sign_out),
    Route("/details", account.details, account.change_details),
    Route("/bills", billing.bills),
    Route("/pay", paying.bookmarked, paying.pay),
    Route("/paid", billing.paid),
)


def missing(site: Site, request: PageRequest, status: int) -> PageResponse:
    """For addresses and methods that no route has."""
    return with_habits(request, general.missing(site, request, status))
