"""What requests leave to be counted. To leave it is all that a request does; it is read some time later, by a thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from ..consent import DAY
from ..count import OTHER, Count
from ..fields import AnyHeader, text_of
from ..gate.findings import AnyHeld, kind_of_held
from ..jar import Standing
from ..ledger import Record
from .report import Traffic, report
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
MOST_LEFT: Final = 2000
"""What may be left before whoever leaves more has to help."""
MOST_ALIKE: Final = 2000
"""Kinds of page views that are counted together before they are cut."""
_HELP: Final = 32
_NO_LINK: Final = "none"
_WANTED: Final = frozenset(
    {"user-agent", "accept-language", "referer", "host", "sec-fetch-site", "sec-purpose", "purpose"}
)


class Site(NamedTuple):
    """What is the same for everybody: the ``origin``, where it is settled, the fingerprint of the ``policy``, and the
    ``layout`` of its notice.
    """

    origin: str | None
    policy: str
    layout: str


class Seen(NamedTuple):
    """A navigation, as its response leaves.

    ``root`` is what the app is mounted under, ``path`` below it, ``params`` what the framework has found in it, ``None``
    where it said nothing. ``fields`` are those of the request. Of the response, ``document`` is whether it is one,
    ``placed`` whether a notice was put into it. ``standing`` is where the visitor stands, ``blocked`` whether the browser
    keeps no cookie.
    """

    site: Site
    now: float
    status: int
    document: bool
    placed: bool
    root: str
    path: str
    params: Mapping[str, object] | None
    fields: Sequence[AnyHeader]
    standing: Standing
    blocked: bool


class Press(NamedTuple):
    """What a choice was made by: the ``button``, ``accept``, ``reject`` or ``save``, in which browser, and whether a
    ``script`` has sent it, and no form.
    """

    button: str
    agent: str
    script: bool


class Answer(NamedTuple):
    """A choice that was recorded, and what was ``said`` of each purpose and vendor that was asked about."""

    record: Record
    said: Mapping[str, bool]
    by: Press


class Loaded(NamedTuple):
    """An embed was loaded ``once`` or ``always``."""

    now: float
    how: str


class HeldBack(NamedTuple):
    """Something that the app sent at a path was held, or would have been."""

    now: float
    path: str
    held: AnyHeld


class Blocked(NamedTuple):
    """A browser has reported that it did not call a ``host``, declared for that ``vendor`` or for none."""

    now: float
    host: str
    vendor: str | None


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


Left = Seen | Answer | Loaded | HeldBack | Blocked


class Counting:
    """Takes what requests leave, and counts it. Any number of threads leave; one at a time works off and takes.

    ``due`` is called when something was left; ``help`` may work some of it off, when there is too much; ``settle`` is to be
    called when the process is about to end. ``read`` gives what was counted on some days and those between, and waits for
    the store; it raises ``StoreError``. ``place_header``
    names the field with the visitor's country, if any; ``wanted`` are the fields that are looked at.
    """

    def __init__(self, terms: TrafficTerms, place_header: str = "") -> None:
        self.terms = terms
        self.due: Callable[[], object] = _nothing
        self.help: Callable[[int], object] = self.work_off
        self.settle: Callable[[], object] = _nothing
        self.read: Callable[[date, date], Traffic] = _unread
        self.wanted = _WANTED | ({place_header} if place_header else frozenset())
        self._wanted_raw: dict[str | bytes, str] = {name: name for name in self.wanted}
        self._wanted_raw |= {name.encode("latin-1"): name for name in self.wanted}
        self._place_header = place_header
        self._tally = Tally()
        self._pages = Pages()
        self._alike: dict[View, int] = {}
        self._left: deque[Left] = deque()
        self._ways: dict[type, Callable[[Any], None]] = {
            Seen: self._count_seen,
            Answer: self._count_answer,
            Loaded: self._count_embed,
            HeldBack: self._count_held,
            Blocked: self._count_blocked,
        }

    def leave(self, what: Left) -> None:
        """To be counted later. Costs a request next to nothing."""
        left = self._left
        left.append(what)
        self.due()
        if len(left) > MOST_LEFT:
            self.help(_HELP)

    def work_off(self, most: int = 1 << 62) -> bool:
        """Count what was left, or ``most`` of it. Whether nothing is left."""
        left = self._left
        for _ in range(min(most, len(left))):
            try:
                what = left.popleft()
            except IndexError:
                break
            self._ways[type(what)](what)
        return not left

    def take(self) -> list[Count]:
        """What was counted since the last time."""
        self._cut()
        return self._tally.take()

    def give_back(self, counts: Sequence[Count]) -> None:
        """What was taken, and the store did not keep."""
        self._tally.give_back(counts)

    def forget(self) -> None:
        """As in a child process: what its parent has left to count is its parent's."""
        self._left.clear()
        self._alike.clear()
        self._tally.take()

    # --- how it is counted ------------------------------------------------------------------------

    def _count_seen(self, seen: Seen) -> None:
        """Those that are alike are counted together, and cut only then."""
        alike = self._alike
        view = self._view_of(seen)
        if view is None:
            return
        if view in alike:
            alike[view] += 1
            return
        if len(alike) >= MOST_ALIKE:
            self._cut()
        self._alike[view] = 1

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
        purpose, standing = self.terms.purpose, seen.standing
        agrees = purpose is not None and purpose in standing.allowed.purposes
        here = _host_of(seen, fields)
        host, path = parts_of(fields["referer"]) if "referer" in fields else ("", "")
        if not _is_within(fields, host, here):
            site = site_of(host) if host and host != here else _NO_LINK
            return site, _since(int(seen.now) // DAY, standing) if agrees else "", ""
        if agrees and host:
            before = self._pages.page_of(path.removeprefix(seen.root))
            return "", "", value_of(f"{before} > {page}")
        return "", "", ""

    def _told(self, fields: Iterable[AnyHeader]) -> Fields:
        """The fields that are looked at, as text."""
        raw, told = self._wanted_raw, {}
        for name, value in fields:
            if name in raw:
                told[raw[name]] = text_of(value)
        return told

    def _cut(self) -> None:
        """Count what was counted together in each cut."""
        alike, self._alike = self._alike, {}
        for view, n in alike.items():
            self._count_view(view, n)

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

    def _count_answer(self, answer: Answer) -> None:
        add, record = self._tally.add, answer.record
        day = record.time // 1000 // DAY
        cuts = {
            "where": record.notice or OTHER,
            "way": "script" if answer.by.script else "form",
            "layout": record.layout or "unknown",
            "policy": record.policy,
            "device": device_of(answer.by.agent),
            "language": language_of(record.language),
        }
        for figure in ("choices", _BUTTONS[answer.by.button]):
            add(day, figure)
            for cut, value in cuts.items():
                add(day, figure, cut, value)
        for name, yes in answer.said.items():
            add(day, "answered")
            add(day, "answered", "purpose", f"{name} {'yes' if yes else 'no'}")
        if record.notice == "embed":
            self._count_embed(Loaded(record.time / 1000, "always"))
        if record.event == "withdrawal":
            add(day, "withdrawn")
            for cut in ("where", "policy"):
                add(day, "withdrawn", cut, cuts[cut])

    def _count_embed(self, loaded: Loaded) -> None:
        now, how = loaded
        self._tally.add(int(now) // DAY, "embeds")
        self._tally.add(int(now) // DAY, "embeds", "how", how)

    def _count_held(self, what: HeldBack) -> None:
        now, path, held = what
        add, day = self._tally.add, int(now) // DAY
        kind, name, page = kind_of_held(held), value_of(held.name), self._pages.page_of(path)
        add(day, "held")
        add(day, "held", "kind", kind)
        add(day, "held", "rule", held.rule)
        add(day, "held", "for", held.purpose or "undeclared")
        add(day, "held", "name", name)
        add(day, "held", "page", page)
        if kind == "cookie":
            add(day, "held", "cookie", value_of(f"{page} > {name}"))
        if held.rule == "undeclared":
            add(day, "undeclared")
            add(day, "undeclared", "kind", kind)
            add(day, "undeclared", "name", name)

    def _count_blocked(self, what: Blocked) -> None:
        now, host, vendor = what
        add, day = self._tally.add, int(now) // DAY
        add(day, "blocked")
        add(day, "blocked", "vendor", vendor or "undeclared")
        add(day, "blocked", "host", value_of(host))


_BUTTONS: Final = {"accept": "accepted", "reject": "rejected", "save": "saved"}


def _nothing() -> None:
    pass


def _unread(since: date, until: date) -> Traffic:
    return report(since, until, ())


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
