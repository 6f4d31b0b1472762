"""Which page answers what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .habits import with_habits
from .page import PageRequest, PageResponse
from .site import Site
from .views import account, billing, general, letters, paying, tampering, young

View = Callable[[Site, PageRequest], PageResponse]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """``personal`` is a page on which somebody says who they are, or reads it: that no child is asked, or told."""

    path: str
    get: View
    post: View | None = None
    personal: bool = False

    @property
    def methods(self) -> list[str]:
        return ["GET", "POST"] if self.post else ["GET"]

    def answer(self, site: Site, request: PageRequest) -> PageResponse:
        return with_habits(request, self._view(request)(site, request))

    def _view(self, request: PageRequest) -> View:
        if self.personal and request.visit.child:
            return young.ask_a_grown_up
        return self.get if request.method != "POST" or self.post is None else self.post


ROUTES = (
    Route(path="/", get=general.home),
    Route(path="/usage", get=general.usage),
    Route(path="/outages", get=general.outages),
    Route(path="/privacy", get=general.privacy),
    Route(path="/register", get=account.register, post=account.do_register, personal=True),
    Route(path="/sign-in", get=account.sign_in, post=account.do_sign_in, personal=True),
    Route(path="/sign-out", get=account.sign_out, post=account.do_sign_out),
    Route(path="/details", get=account.details, post=account.change_details, personal=True),
    Route(path="/bills", get=billing.bills, personal=True),
    Route(path="/pay", get=paying.bookmarked, post=paying.pay, personal=True),
    Route(path="/paid", get=billing.paid, personal=True),
    Route(path="/newsletter", get=letters.newsletter, post=letters.choose, personal=True),
    Route(path="/newsletter/stop/{token}", get=letters.stop),
    Route(path="/young", get=young.corner),
    Route(path="/young/quiz", get=young.quiz, post=young.answers),
    Route(path="/tamper", get=tampering.show, post=tampering.change),
)


def missing(site: Site, request: PageRequest, status: int) -> PageResponse:
    """For addresses and methods that no route has."""
    return with_habits(request, general.missing(site, request, status))
