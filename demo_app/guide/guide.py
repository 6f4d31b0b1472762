"""The guide's pages, its strip on every page of the portal, and its buttons."""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..portal.page import Cookie, PageResponse, go_to, html
from .signal import COOKIE
from .steps import STEPS

if TYPE_CHECKING:
    from ..stage import Stage

HERE = Path(__file__).parent
ROOT = "/demo"
LEFT_OUT = "/cookiesafe"
"""Where CookieSafe's own pages are, when it is there."""
STYLE = (HERE / "static" / "guide.css").read_text(encoding="utf-8")
HEAD = Markup('<link rel="stylesheet" href="/demo/guide.css">')
CLEAR = {"Clear-Site-Data": '"cookies", "cache", "storage"'}
signalled: ContextVar[bool] = ContextVar("signalled", default=False)
"""Whether this request is given the signal."""


APART = {
    "observe": "CookieSafe only watches: it has no banner, and holds nothing back. What it would have held is in the server’s log.",
    "bare": "CookieSafe is left out: nobody is asked, and nothing is held back. Of what there is to see, look for what is missing.",
}
"""What to know of a portal by which not all of the steps come true."""


@dataclass(frozen=True, slots=True)
class Asked:
    """``fetch_site`` is where the request was made, as the browser has it."""

    method: str
    path: str
    fetch_site: str = ""

    def under(self, root: str) -> bool:
        return self.path == root or self.path.startswith(f"{root}/")


class Guide:
    """Remembers in this process, and in no browser, at which step it is: it is shown to one person."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._at = 1
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def strip(self) -> Markup:
        """One line, and more on demand, for the end of a page."""
        return Markup(self._render("strip.html"))  # noqa: S704 (the template escapes)

    def answers(self, asked: Asked) -> bool:
        """Its own pages, and those that lead nowhere where CookieSafe is left out."""
        return asked.under(ROOT) or (asked.under(LEFT_OUT) and self._stage.guard == "bare")

    def answer(self, asked: Asked) -> PageResponse:
        if asked.under(LEFT_OUT):
            return self._page("left-out.html", 404)
        if asked.method != "POST":
            return self._show(asked.path.removeprefix(ROOT).strip("/"))
        if asked.fetch_site not in ("", "none", "same-origin"):
            return self._page("wrong.html", 403)
        return self._do(asked.path.removeprefix(ROOT).strip("/"))

    def _show(self, page: str) -> PageResponse:
        step = re.fullmatch(r"step/(\d{1,2})", page)
        if step and 1 <= int(step[1]) <= len(STEPS):
            self._at = int(step[1])
            return go_to(STEPS[self._at - 1].path)
        match page:
            case "":
                return self._page("guide.html")
            case "mail":
                return self._page("mail.html", mails=self._stage.mails())
            case "anew":
                return self._page("anew.html")
            case "guide.css":
                return PageResponse(body=STYLE, headers={"Content-Type": "text/css; charset=utf-8"})
        return self._page("wrong.html", 404)

    def _do(self, what: str) -> PageResponse:
        match what:
            case "signal/on" | "signal/off":
                on = what.endswith("on")
                # What the browser has kept was made without the signal, or with it.
                there = PageResponse(
                    status=303, headers={"Location": "/", "Clear-Site-Data": '"cache"'}
                )
                return there.with_cookies(Cookie(COOKIE, "1" if on else "", days=int(on)))
            case "publish":
                self._stage.publish()
                return go_to("/")
            case "day":
                self._stage.bring_the_day()
                return go_to("/")
            case "start-again":
                self._stage.start_again()
                self._at = 1
                return PageResponse(status=303, headers={"Location": f"{ROOT}/anew", **CLEAR})
        return self._page("wrong.html", 404)

    def _page(self, template: str, status: int = 200, **values: object) -> PageResponse:
        page = html(self._render(template, **values), status)
        return PageResponse(
            status=status, body=page.body, headers={**page.headers, "Cache-Control": "no-store"}
        )

    def _render(self, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(
            steps=STEPS,
            at=self._at,
            step=STEPS[self._at - 1],
            signalled=signalled.get(),
            stage=self._stage,
            apart=APART.get(self._stage.guard, ""),
            **values,
        )
