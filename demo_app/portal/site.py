"""What the pages stand on: the customers, the bills and the templates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy import Engine

from . import database, habits, policy
from .bills import Bills
from .customers import Customer, Customers
from .page import PageRequest, PageResponse, html

HERE = Path(__file__).parent
STATIC = HERE / "static"
NAME = "Harbour Light & Water"
GULLWING = f"http://gullwing.localhost:{policy.GULLWING_PORT}"
TIDEPOOL = f"http://tidepool.localhost:{policy.TIDEPOOL_PORT}"

NOTHING = Markup()


@dataclass(frozen=True, slots=True)
class Site:
    engine: Engine
    customers: Customers
    bills: Bills
    templates: Environment
    now: Callable[[], datetime]

    @classmethod
    def open(
        cls,
        url: str,
        *,
        gullwing: str = GULLWING,
        tidepool: str = TIDEPOOL,
        now: Callable[[], datetime] = datetime.now,
        head: Markup = NOTHING,
        strip: Callable[[], Markup] = lambda: NOTHING,
    ) -> Site:
        """``gullwing`` is where the advertiser's tags on every page point to, ``tidepool`` where films come from.

        ``head`` and ``strip`` are what the demo adds to each page, in its head and at its end.
        """
        engine = database.connect(url)
        templates = _templates(gullwing=gullwing, tidepool=tidepool, head=head, strip=strip)
        return cls(engine, Customers(engine), Bills(engine), templates, now)

    def close(self) -> None:
        self.engine.dispose()

    def customer(self, request: PageRequest) -> Customer | None:
        """Who is signed in."""
        return self.customers.find(request.visit.user_id)

    def show(
        self, request: PageRequest, template: str, status: int = 200, **values: object
    ) -> PageResponse:
        page = self.templates.get_template(template)
        body = page.render(
            path=request.path,
            customer=self.customer(request),
            stolen=request.visit.stolen,
            child=request.visit.child,
            advert_topic=habits.advert_topic(request),
            **values,
        )
        return html(body, status)


def _templates(**values: object) -> Environment:
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"money": _money, "day": _day}
    templates.globals |= {"site": NAME, "without": policy.without, **values}
    return templates


def _money(pence: int) -> str:
    return f"£{pence / 100:,.2f}"


def _day(when: date) -> str:
    return f"{when.day} {when:%B %Y}"
