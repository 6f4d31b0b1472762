"""What this portal does on every page, like many sites, without asking anybody: cookies for statistics and adverts."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from .page import Cookie, PageRequest, PageResponse
from .tips import BY_ID

STATISTICS = "hl_stats"
ADVERTISING = "hl_ad"
TOPIC = "hl_ad_topic"
EXPERIMENT = "hl_experiment"
MOST_INTERESTS = 2


@dataclass(frozen=True, slots=True)
class Statistics:
    """One browser's number, how many pages it saw, and the topics it read about, the latest first."""

    id: str
    pages: int
    interests: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: PageRequest) -> Statistics:
        found = re.fullmatch(
            r"([0-9a-f]{16})\.(\d{1,6})\.([a-z_-]*)", request.cookies.get(STATISTICS, "")
        )
        if not found:
            return cls(secrets.token_hex(8), 0)
        interests = tuple(name for name in found[3].split("_") if name in BY_ID)
        return cls(found[1], int(found[2]), interests[:MOST_INTERESTS])

    def one_more(self, topic: str | None) -> Statistics:
        others = tuple(name for name in self.interests if name != topic)
        interests = (topic, *others)[:MOST_INTERESTS] if topic else others
        return Statistics(self.id, min(self.pages + 1, 999_999), interests)

    def __str__(self) -> str:
        return f"{self.id}.{self.pages}.{'_'.join(self.interests)}"


def topic_of(request: PageRequest) -> str | None:
    """The topic this page is about."""
    topic = request.query.get("topic", "") if request.path == "/usage" else ""
    return topic if topic in BY_ID else None


def advert_topic(request: PageRequest) -> str:
    """What the advertiser is told about this visitor's interests."""
    topic = topic_of(request) or request.cookies.get(TOPIC, "")
    return topic if topic in BY_ID else ""


def with_habits(request: PageRequest, response: PageResponse) -> PageResponse:
    topic = topic_of(request)
    cookies = [
        Cookie(STATISTICS, str(Statistics.of(request).one_more(topic)), days=365),
        Cookie(ADVERTISING, _advertising_id(request), days=90, http_only=False),
    ]
    if topic:
        cookies.append(Cookie(TOPIC, topic, days=90, http_only=False))
    return response.with_cookies(*cookies)


def _advertising_id(request: PageRequest) -> str:
    kept = request.cookies.get(ADVERTISING, "")
    return kept if re.fullmatch(r"[0-9a-f]{16}", kept) else secrets.token_hex(8)
