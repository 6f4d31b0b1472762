"""What was answered, and by that what must be so: each response is checked as it comes, the ledger at the end."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPMessage
from threading import Lock
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from cookiesafe.cookies import parse_set_cookie
from cookiesafe.ledger import Record
from tests.faults.site import ADVERT, HOSTS, OPTIONAL
from tests.support.agent import Agent
from tests.support.servers import FORM

DROPPED = 30
"""Seconds after which a client gives up."""
OURS = "/cookiesafe/"


class Answered(NamedTuple):
    status: int
    headers: HTTPMessage
    body: str
    seconds: float


@dataclass
class Book:
    """Shared by all visitors. ``wrong`` is what must not be."""

    wrong: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    receipts: list[str] = field(default_factory=list)
    kept: Counter[str] = field(default_factory=Counter)
    """Choices that were answered as kept, by the event that they are."""
    told: Counter[str] = field(default_factory=Counter)
    """Those of which the visitor was told that they were not kept."""
    longest: dict[str, float] = field(default_factory=dict)
    """Seconds that a response took, by what was going on."""
    going_on: str = "calm"
    hesitations: int = 0
    """What was not done at once though nothing was wrong, but soon."""
    _lock: Lock = field(default_factory=Lock)

    def __str__(self) -> str:
        longest = {name: round(seconds, 2) for name, seconds in self.longest.items()}
        done = f"{self.statuses} kept {self.kept}, not {self.told}, hesitations {self.hesitations}"
        return f"{done}, seconds at most {longest}"

    def blame(self, what: str) -> None:
        with self._lock:
            self.wrong.append(f"[{self.going_on}] {what}")

    def hesitates(self) -> None:
        with self._lock:
            self.hesitations += 1

    def note(self, status: int, seconds: float, during: str) -> None:
        with self._lock:
            self.statuses[status] += 1
            self.longest[during] = max(seconds, self.longest.get(during, 0))

    def chosen(self, event: str, receipt: str | None, *, kept: bool) -> None:
        with self._lock:
            (self.kept if kept else self.told)[event] += 1
            if kept and receipt:
                self.receipts.append(receipt)

    def compare(self, records: Sequence[Record]) -> list[str]:
        """What the ledger has that was not answered, or the other way round. What was answered as not kept may be there."""
        found = Counter(record.event for record in records)
        grants = Counter(each.receipt for each in records if each.event == "grant")
        wrong = [f"a grant is lost: {each}" for each in self.receipts if each not in grants]
        wrong += [
            f"a grant is there {many} times: {each}" for each, many in grants.items() if many > 1
        ]
        for event, kept in self.kept.items():
            if not kept <= found[event] <= kept + self.told[event]:
                wrong.append(
                    f"{found[event]} times {event}, of {kept} kept and {self.told[event]} not"
                )
        return wrong


class Browser:
    """A visitor's, at one site. What was agreed to is known by what was answered."""

    def __init__(self, url: str, book: Book) -> None:
        self.url = url
        self.book = book
        self.agent = Agent(int(time.time()))
        self.agreed: frozenset[str] = frozenset()

    def get(self, path: str) -> Answered:
        return self._ask("GET", path)

    def choose(self, choice: str, *purposes: str) -> bool:
        """Whether it was kept."""
        had = self.agreed
        fields = [("choice", choice), ("next", "/"), *(("purpose", each) for each in purposes)]
        answered = self._ask("POST", f"{OURS}choices", urlencode(fields))
        agreed = frozenset({"accept": OPTIONAL.values(), "reject": ()}.get(choice, purposes))
        event = "grant" if agreed else "withdrawal" if had else "refusal"
        kept = answered.status == 303
        consent = self.cookie("cookiesafe")
        receipt = re.fullmatch(r"1\..*\.([\w-]{22})\..*", consent or "")
        self.book.chosen(event, receipt[1] if receipt else None, kept=kept)
        if kept:
            self.agreed = agreed
        elif answered.headers.get_all("Set-Cookie") or "could not save" not in answered.body:
            self.book.blame(f"{choice} was not kept, and that was not said: {answered}")
        return kept

    def cookie(self, name: str) -> str | None:
        return next((k.cookie.value for k in self.agent.kept if k.cookie.name == name), None)

    def restart(self) -> None:
        """What has no lifetime is gone."""
        ended = [kept for kept in self.agent.kept if kept.cookie.max_age is None]
        for kept in ended:
            self.agent.receive(f"{self.url}/", f"{kept.cookie.name}=; Path=/; Max-Age=0")

    def _ask(self, method: str, path: str, form: str | None = None) -> Answered:
        during, began = self.book.going_on, time.monotonic()
        site = urlsplit(self.url)
        fields = {"Host": site.netloc, "Origin": self.url, "Accept": "text/html"}
        fields |= {"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin"}
        fields["Sec-Fetch-Mode"] = "navigate"
        if cookies := self.agent.send(f"{self.url}{path.partition('?')[0]}"):
            fields["Cookie"] = cookies
        if form is not None:
            fields["Content-Type"] = FORM
        connection = HTTPConnection("127.0.0.1", site.port, timeout=DROPPED)
        try:
            connection.request(method, path, form, fields)
            response = connection.getresponse()
            found = Answered(response.status, response.headers, response.read().decode(), 0)
        except (OSError, HTTPException) as error:
            found = Answered(0, HTTPMessage(), repr(error), 0)
        finally:
            connection.close()
        found = found._replace(seconds=time.monotonic() - began)
        self.book.note(found.status, found.seconds, during)
        self._check(method, path, found)
        for line in found.headers.get_all("Set-Cookie") or []:
            self.agent.receive(f"{self.url}{path}", line)
        return found

    def _check(self, method: str, path: str, found: Answered) -> None:
        """No answer but those there are, and nothing in them that was not agreed to."""
        fine = {200, 303, 503} if path.startswith(OURS) else {200}
        if found.status not in fine:
            self.book.blame(f"{method} {path} was answered {found.status}: {found.body[:300]}")
            return
        agreed = self.agreed
        for line in found.headers.get_all("Set-Cookie") or []:
            cookie = parse_set_cookie(line)
            purpose = OPTIONAL.get(cookie.name) if cookie else None
            if cookie and purpose and purpose not in agreed and cookie.max_age != 0:
                self.book.blame(f"{path} sets {line!r}, and {set(agreed)} was agreed to")
        policy = " ".join(found.headers.get_all("Content-Security-Policy") or [""])
        let_in = {purpose for host, purpose in HOSTS.items() if host in policy}
        if not let_in <= agreed or not policy:
            self.book.blame(f"{path} lets in {let_in}, and {set(agreed)} was agreed to")
        if ADVERT in found.body and "advertising" not in agreed:
            self.book.blame(f"{path} shows an advert, and {set(agreed)} was agreed to")
        if path == "/" and found.body.count(" ".join(sorted(agreed))) == 0:
            self.book.blame(f"{path} says {found.body!r}, and {set(agreed)} was agreed to")
