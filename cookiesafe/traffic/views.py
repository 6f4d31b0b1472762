"""Navigations, as they are counted: which device, which page, what led there, and what of ours stood in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple
from urllib.parse import unquote

from ..consent import DAY
from ..count import OTHER
from ..fields import AnyHeader, text_of
from ..jar import Standing
from .left import Seen, Site
from .tally import Tally
from .terms import TrafficTerms
from .values import (
    Pages,
    country_of,
    device_of,
    language_of,
    page_of,
    parts_of,
    site_of,
    value_of,
)

Fields = Mapping[str, str]
MOST_ALIKE: Final = 2000
"""Kinds of page views that are counted together before they are cut; each of a further kind is cut at once."""
_NO_LINK: Final = "none"
_WANTED: Final = frozenset(
    {"user-agent", "accept-language", "referer", "host", "sec-fetch-site", "sec-purpose", "purpose"}
)


class View(NamedTuple):
    """What is counted of a navigation; no more than the day and the status where it came to no page view."""

    day: int
    status: str
    page: str = ""
    hour: str = ""
    device: str = ""
    language: str = ""
    country: str = ""
    notice: str = ""
    signal: str = ""
    about: Site | None = None
    site: str = ""
    since: str = ""
    move: str = ""


class Views:
    """Counts navigations in a ``tally``: those that are alike together, and cut only once that is asked for.

    ``wanted`` are the fields that are looked at; ``pages`` learns those that the framework tells of.
    """

    def __init__(self, terms: TrafficTerms, place_header: str, pages: Pages, tally: Tally) -> None:
        self.wanted = _WANTED | ({place_header} if place_header else frozenset())
        self._wanted_raw: dict[str | bytes, str] = {name: name for name in self.wanted}
        self._wanted_raw |= {name.encode("latin-1"): name for name in self.wanted}
        self._purpose = terms.purpose
        self._place_header = place_header
        self._pages = pages
        self._tally = tally
        self._alike: dict[View, int] = {}

    def count(self, seen: Seen) -> None:
        alike = self._alike
        view = self._view_of(seen)
        if view is None:
            return
        if view in alike:
            alike[view] += 1
        elif len(alike) < MOST_ALIKE:
            alike[view] = 1
        else:
            # By itself: to cut all the others now would take long, and a request may be waiting for it.
            self._count_view(view, 1)

    def cut(self) -> None:
        """Count what was counted together in each cut."""
        alike, self._alike = self._alike, {}
        for view, n in alike.items():
            self._count_view(view, n)

    def forget(self) -> None:
        self._alike.clear()

    def _view_of(self, seen: Seen) -> View | None:
        fields = self._told(seen.fields)
        if _is_ahead(fields):
            return None
        now, status = int(seen.now), seen.status
        code = f"{status // 100 if 200 <= status < 600 else 1}xx"
        if not seen.document or not (200 <= status < 300 or status == 304):
            return View(now // DAY, code)
        standing, device = seen.standing, device_of(fields.get("user-agent", ""))
        page = _page_of(seen)
        if seen.params is not None:
            self._pages.learn(page)
        return View(
            now // DAY,
            code,
            page,
            f"{now % DAY // 3600:02}",
            device,
            language_of(fields.get("accept-language", "")),
            country_of(fields.get(self._place_header, "")) if self._place_header else "",
            _notice_of(seen, device),
            _signal_of(standing),
            seen.site,
            *self._way_of(seen, page, fields),
        )

    def _way_of(self, seen: Seen, page: str, fields: Fields) -> tuple[str, str, str]:
        """The site that led here, since when who was led here has chosen, and the move within the site; each empty for none."""
        purpose, standing = self._purpose, seen.standing
        agrees = purpose is not None and purpose in standing.allowed.purposes
        here = _host_of(seen, fields)
        host, path = parts_of(fields["referer"]) if "referer" in fields else ("", "")
        if not _is_within(fields, host, here):
            site = site_of(host) if host and host != here else _NO_LINK
            return site, _since(int(seen.now) // DAY, standing) if agrees else "", ""
        if agrees and host:
            return "", "", value_of(f"{self._page_before(seen.root, path)} > {page}")
        return "", "", ""

    def _page_before(self, root: str, referring: str) -> str:
        """Of a path as it stands in an address. One that is not below the ``root`` is of no page of the app."""
        path = unquote(referring)
        below = path.removeprefix(root)
        is_below = path.startswith(root) and below.startswith("/")
        return self._pages.page_of(below) if is_below else OTHER

    def _told(self, fields: Iterable[AnyHeader]) -> Fields:
        """The fields that are looked at, as text."""
        raw, told = self._wanted_raw, {}
        for name, value in fields:
            if name in raw:
                told[raw[name]] = text_of(value)
        return told

    def _count_view(self, view: View, n: int) -> None:
        day, cuts = view.day, view._asdict()

        def add(figure: str, *names: str) -> None:
            self._tally.add(day, figure, n=n)
            for name in names:
                self._tally.add(day, figure, name, cuts[name], n)

        add("answers", "status")
        if view.about is None:
            return
        cuts |= {"layout": view.about.layout, "policy": view.about.policy}
        place = ("country",) if self._place_header else ()
        add("pages", "page", "hour", "device", "language", "notice", "signal", *place)
        if view.notice == "shown":
            add("shown", "device", "language", "layout", "policy")
        if view.site:
            add("entries", "page", "site")
        if view.since:
            add("returns", "since")
        if view.move:
            add("moves", "move")


def _page_of(seen: Seen) -> str:
    """Where what the framework has found cannot be told, that is code of the app's own, and the page is none that is known."""
    try:
        params = [str(each) for each in seen.params.values()] if seen.params else []
    except Exception:
        return OTHER
    return page_of(seen.path, params)


def _is_ahead(fields: Fields) -> bool:
    """Whether it is fetched before anybody wants to see it (``Sec-Purpose``, Fetch standard; ``Purpose``, before that)."""
    return "prefetch" in (fields.get("sec-purpose") or fields.get("purpose", ""))


def _notice_of(seen: Seen, device: str) -> str:
    standing = seen.standing
    if device == "bot":
        return "bot"
    if standing.circumstances.child:
        return "child"
    if seen.blocked:
        return "cookies blocked"
    if standing.question is not None:
        return "shown" if seen.placed else "not placed"
    return "decided" if standing.consent.decided else "not needed"


def _signal_of(standing: Standing) -> str:
    signals = standing.circumstances.signals
    return "gpc" if "gpc" in signals else "dnt" if signals else "none"


def _host_of(seen: Seen, fields: Fields) -> str:
    return (
        seen.site.origin.partition("://")[2] if seen.site.origin else fields.get("host", "")
    ).lower()


def _is_within(fields: Fields, host: str, here: str) -> bool:
    """Whether the site itself led here; by the ``Referer`` where the browser does not say so (Fetch Metadata)."""
    site = fields.get("sec-fetch-site")
    return site == "same-origin" if site else bool(host) and host == here


def _since(day: int, standing: Standing) -> str:
    ago = day - (standing.consent.changed or day)
    return "today" if ago <= 0 else "week" if ago <= 7 else "month" if ago <= 30 else "longer"
