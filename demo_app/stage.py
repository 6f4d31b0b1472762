"""What the portal stands on, from the beginning; and again from there, as often as somebody starts again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from markupsafe import Markup

from . import data, history
from .guide.guide import HEAD
from .options import Options
from .portal.guard import BareGuard, CookieSafeGuard, Guard
from .portal.seed import seed
from .portal.site import Site

if TYPE_CHECKING:
    from cookiesafe.adapters.mail import Letter

NOTICE_DAYS = 14
"""From when a policy is published until it is in force."""
NEWSLETTER = "newsletter"


@dataclass(frozen=True, slots=True)
class Others:
    """The other companies: where they are, and how each forgets what it knows."""

    gullwing_port: int
    tidepool_port: int
    forget: Sequence[Callable[[], object]] = ()

    @property
    def gullwing(self) -> str:
        return f"http://gullwing.localhost:{self.gullwing_port}"

    @property
    def tidepool(self) -> str:
        return f"http://tidepool.localhost:{self.tidepool_port}"


@dataclass(frozen=True, slots=True)
class Play:
    """One run of the portal, and the folder that it is kept in."""

    site: Site
    guard: Guard
    folder: Path

    def close(self) -> None:
        self.site.close()
        self.guard.close()


@dataclass(frozen=True, slots=True)
class Mail:
    subject: str
    fields: dict[str, str]
    stop: str = ""
    """The token of the link that stops such mails."""
    text: str = ""


class Clock:
    """Unix seconds, which the guide can have run ahead."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead

    def now(self) -> datetime:
        return datetime.fromtimestamp(self())


class Stage:
    """``play`` is what is on. What was published, and how far the clock was put on, is kept beside the databases.

    ``home`` is where the portal is.
    """

    def __init__(self, options: Options, folder: Path, home: str, others: Others) -> None:
        self.others = others
        self._home = home
        self.strip: Callable[[], Markup] = Markup
        self.in_force: date | None = None
        self._options = options
        self._root = folder
        self._folder = data.last(folder)
        self._before: Play | None = None
        self._changing = Lock()
        self._letter: Letter | None = None
        self._clock = Clock()
        for play in data.plays(folder)[:-1]:
            data.remove(play)
        self.play = self._begin()

    def start_again(self) -> None:
        """As on the first day, for all companies; with other keys, so that no cookie of before holds.

        What was on is kept until the next time: somebody may be answered from it just now.
        """
        with self._changing:
            self._clear_away()
            self._folder = data.another(self._root)
            for forget in self.others.forget:
                forget()
            self._before, self.play = self.play, self._begin()

    def publish(self) -> None:
        """Announce the next policy, once."""
        with self._changing:
            if self.in_force is None:
                today = datetime.fromtimestamp(self._clock(), UTC).date()
                self.in_force = today + timedelta(days=NOTICE_DAYS)
                self._letter = self.play.guard.publish(self.in_force)
                self._keep()

    def bring_the_day(self) -> None:
        """Put the clock on to the morning of the day on which the next policy is in force."""
        with self._changing:
            if self.in_force is not None:
                morning = datetime.combine(self.in_force, time_of_day(9), UTC)
                self._clock.ahead = max(self._clock.ahead, morning.timestamp() - time.time())
                self._keep()

    @property
    def guard(self) -> str:
        return self._options.guard

    @property
    def has_come(self) -> bool:
        """Whether the next policy is in force."""
        today = datetime.fromtimestamp(self._clock(), UTC).date()
        return self.in_force is not None and today >= self.in_force

    def mails(self) -> list[Mail]:
        """What the portal would send to the customer whose account is there from the beginning, the newest first."""
        mails = []
        guard = self.play.guard
        if self._letter is not None:
            subject, text = self._letter
            mails.append(Mail(subject, {"Auto-Submitted": "auto-generated"}, text=text))
        if guard.may_contact(self._ada.id, NEWSLETTER):
            fields = dict(guard.mail_fields(self._ada.id, NEWSLETTER))
            stop = fields.get("List-Unsubscribe", "").strip("<>").partition("?")[2]
            mails.append(Mail("The harbour letter: warm rooms, small bills", fields, stop))
        return mails

    def close(self) -> None:
        self._clear_away()
        self.play.close()

    def _clear_away(self) -> None:
        """What was on before this play."""
        if self._before is not None:
            self._before.close()
            data.remove(self._before.folder)
            self._before = None

    def _begin(self) -> Play:
        folder = self._folder
        self.in_force, self._letter, self._clock.ahead = None, None, 0.0
        site = Site.open(
            data.database_url(folder, "portal"),
            gullwing=self.others.gullwing,
            tidepool=self.others.tidepool,
            now=self._clock.now,
            head=HEAD,
            strip=lambda: self.strip(),
        )
        play = Play(site, self._guard(site), folder)
        play.guard.add_history(history.counts)
        self._go_on(play.guard)
        self._ada = seed(site, play.guard, self._clock.now().date())
        return play

    def _guard(self, site: Site) -> Guard:
        key = data.secret_key(self._folder)
        if self._options.guard == "bare":
            return BareGuard(key)
        return CookieSafeGuard(
            secret_key=key,
            ledger_key=data.ledger_key(self._folder),
            store=data.database_url(self._folder, "cookiesafe"),
            mode=self._options.guard,
            gullwing_port=self.others.gullwing_port,
            tidepool_port=self.others.tidepool_port,
            origin=self._home,
            inspector=self._options.inspector,
            works_here=site.customers.works_here,
            clock=self._clock,
        )

    def _go_on(self, guard: Guard) -> None:
        """With the story of before, if the demo was only stopped: a policy is published at every start."""
        with suppress(FileNotFoundError):
            kept = json.loads(self._story.read_text(encoding="utf-8"))
            self._clock.ahead = kept["ahead"]
            self.in_force = date.fromisoformat(kept["in_force"])
            self._letter = guard.publish(self.in_force)

    def _keep(self) -> None:
        kept = {"ahead": self._clock.ahead, "in_force": str(self.in_force)}
        self._story.write_text(json.dumps(kept), encoding="utf-8")

    @property
    def _story(self) -> Path:
        return self._folder / data.STORY
