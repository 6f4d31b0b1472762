"""A shared cache in front of the site never gives one visitor what is another's, whatever it makes of ``Vary``.

Ten thousand requests of several visitors, the same ones in each run. What a visitor is given is held against what that
visitor has agreed to and is signed in as; where the cache does as it is told, it is exactly that.
"""

from __future__ import annotations

import random
import re
from base64 import b64decode
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Literal

import pytest

from cookiesafe import SessionTerms, Visit
from tests.support.edges import AppRequest, AppResponse, EdgeName, Response, answer, client_at
from tests.support.harbour import BANNER, SESSION, Clock, MakeSafe, policies
from tests.support.portal import REMEMBER
from tests.support.shared_cache import EVERYTHING, CachedClient, SharedCache, behind, first_of

REQUESTS = 10_000
STAYING = ("ann", "cat", "eve")
"""They tick the box when they sign in."""
Kept = Literal["cookie", "store"]
HOSTS = {"statistics": "count.tidepool.example", "advertising": "ads.gullwing.example"}
PURPOSES = tuple(HOSTS)
MINUTE = ("Cache-Control", "public, max-age=60")
MOMENT = ("Cache-Control", "public, max-age=5")
YEAR = ("Cache-Control", "public, max-age=31536000, immutable")
CDN = [
    ("Cache-Control", "no-cache"),
    ("CDN-Cache-Control", "max-age=60"),
    ("Surrogate-Control", "max-age=60"),
    ("X-Accel-Expires", "60"),
]
FIXED = ("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")

FILES = {
    "/site.css": ("text/css", [YEAR]),
    "/app.js": ("text/javascript", [YEAR]),
    "/logo.png": ("image/png", [YEAR]),
    "/card.svg": ("image/svg+xml", [("Cache-Control", "max-age=300")]),
    "/short.css": ("text/css", [MOMENT]),
    "/dated.js": ("text/javascript", [FIXED]),
    "/prices.json": ("application/json", [MINUTE]),
    "/held.css": ("text/css", [MINUTE, ("Set-Cookie", "hl_ad=1")]),
}
PAGES = {
    "/": [MINUTE],
    "/news": [MOMENT],
    "/plain": [],
    "/aged": [("Cache-Control", "max-age=300"), FIXED],
    "/stale": [("Cache-Control", "max-age=2, stale-while-revalidate=60")],
    "/cdn": CDN,
    "/missing": [MINUTE],
}
MINE = {
    "/mine": ("text/html", [MINUTE]),
    "/mine-short": ("text/html", [MOMENT]),
    "/mine-cdn": ("text/html", CDN),
    "/mine.json": ("application/json", [MINUTE]),
    "/mine-cdn.json": ("application/json", CDN),
    "/mine-odd.json": ("application/json", [("Cache-Control", 'max-age=9, x="a, private, b')]),
    "/late": ("text/html", [MINUTE]),
    "/in.json": ("application/json", [MINUTE]),
    "/len.json": ("application/json", CDN),
}
ASKING = {
    "/adverts": ("text/html", [MINUTE]),
    "/adverts-short": ("text/html", [MOMENT]),
    "/adverts.json": ("application/json", [MINUTE]),
    "/adverts-short.json": ("application/json", [MOMENT]),
    "/adverts.js": ("text/javascript", CDN),
}
SETTING = {"/basket": "text/html", "/basket.css": "text/css"}
MOVED = {"/moved": 301, "/moved-basket": 308, "/moved-mine": 301}
PATHS = [*FILES, *PAGES, *MINE, *ASKING, *SETTING, *MOVED, "/sign-in", "/sign-out"]
DESTINATIONS = ["document", "document", "iframe", "empty", "script", "image", "worker", None]


# --- the site ------------------------------------------------------------------------------------


@dataclass
class Site:
    """An app whose every page claims to be public, and says what it was made from."""

    clock: Clock

    def __call__(self, visit: Visit, request: AppRequest) -> AppResponse:
        path = request.path
        if path == "/sign-in":
            who = request.header("x-who") or ""
            visit.session["who"] = who
            visit.login(who, remember=who in STAYING)
            return answer("text/html", "<p>welcome")
        if path == "/sign-out":
            visit.logout()
            return AppResponse(303, [("Location", "/mine")])
        if path in MOVED:
            return self._moved(visit, request)
        if path in SETTING:
            cookie = ("Set-Cookie", f"cart={request.header('x-who')}; Path=/")
            return self._answer(request, SETTING[path], [MINUTE, cookie], "made=basket")
        if path in MINE:
            content_type, fields = MINE[path]
            if path == "/late":
                return AppResponse(200, [("Content-Type", content_type), *fields], late(visit))
            return self._answer(request, content_type, fields, self._of_session(visit, path))
        if path in ASKING:
            content_type, fields = ASKING[path]
            shown = "".join(f"{each}={visit.allows(each)};" for each in PURPOSES)
            return self._answer(request, content_type, fields, shown)
        if path in FILES:
            content_type, fields = FILES[path]
            return self._answer(request, content_type, fields, "made=file;")
        status = 404 if path == "/missing" else 200
        return self._answer(request, "text/html", PAGES[path], "made=page;", status)

    def _of_session(self, visit: Visit, path: str) -> str:
        if path == "/in.json":
            return f"holds={'who' in visit.session};"
        if path == "/len.json":
            return f"holds={len(visit.session) > 0};"
        return f"session={visit.user_id};"

    def _answer(
        self,
        request: AppRequest,
        content_type: str,
        fields: list[tuple[str, str]],
        shown: str,
        status: int = 200,
    ) -> AppResponse:
        """With an ETag that is true, and a 304 to who has it already."""
        version = int(self.clock()) // 40
        tag = f'"{shown}{version}"'
        if tag in (request.header("if-none-match") or ""):
            return AppResponse(304, [("ETag", tag), *fields])
        return answer(
            content_type,
            f"<p>{shown}version={version};</p>",
            *fields,
            ("ETag", tag),
            status=status,
        )

    def _moved(self, visit: Visit, request: AppRequest) -> AppResponse:
        fields = [MINUTE]
        place = "basket"
        if request.path == "/moved":
            place = f"adverts={visit.allows('advertising')}"
        elif request.path == "/moved-mine":
            place = f"session={visit.user_id}"
        else:
            fields.append(("Set-Cookie", f"cart={request.header('x-who')}"))
        return AppResponse(MOVED[request.path], [("Location", f"/to?{place};"), *fields])


def late(visit: Visit) -> Iterator[bytes]:
    """Looks at the session for the first time when the headers have left."""
    yield b"<p>"
    yield f"session={visit.user_id};".encode()


# --- the visitors --------------------------------------------------------------------------------


@dataclass
class Visitor:
    """A browser, and what its visitor has agreed to and is signed in as."""

    name: str
    browser: CachedClient
    signals: bool = False
    chooses: bool = True
    keeps_cookies: bool = True
    agreed: frozenset[str] = frozenset()
    decided: bool = False
    who: str | None = None
    holds: bool = False
    tags: dict[str, str] = field(default_factory=dict)

    def now(self, gpc: bool) -> set[str]:
        """What this visitor agrees to in a request with or without the signal."""
        return set(self.agreed) - ({"advertising"} if gpc else set())


@dataclass
class Walk:
    """The requests, one after the other, and what must hold of each answer."""

    cache: SharedCache
    clock: Clock
    visitors: list[Visitor]
    random: random.Random
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def exact(self) -> bool:
        """Whether the cache does as ``Vary`` tells it."""
        return not self.cache.ignores

    def step(self) -> None:
        rolled = self.random.random()
        visitor = self.random.choice(self.visitors)
        self.clock.now += self.random.choice((0, 0, 0, 0, 1))
        if rolled < 0.05 and visitor.chooses:
            self._choose(visitor)
        else:
            self._browse(visitor)
        if not visitor.keeps_cookies:
            visitor.browser.jar.clear()
            visitor.who, visitor.holds = None, False
        elif rolled > 0.97:
            self._lose_session(visitor)

    def _lose_session(self, visitor: Visitor) -> None:
        """The browser is closed, or somebody puts another cookie in the place of its session."""
        jar = visitor.browser.jar
        jar.pop(SESSION, None)
        if self.random.random() < 0.5:
            jar[SESSION] = self.random.choice(("junk", "s.junk.x", "u.e30=.e30=.1.0.x"))
        visitor.holds = False
        if REMEMBER not in jar:
            visitor.who = None

    def _choose(self, visitor: Visitor) -> None:
        purposes = [each for each in PURPOSES if self.random.random() < 0.4]
        response = visitor.browser.choose("save", purpose=purposes)
        assert response.status == 303
        visitor.agreed, visitor.decided = frozenset(purposes), True
        self.counts["choices"] += 1

    def _browse(self, visitor: Visitor) -> None:
        pick = self.random
        path = pick.choice(PATHS)
        gpc = visitor.signals or pick.random() < 0.1
        destination = pick.choice(DESTINATIONS)
        method = "GET"
        if path in ("/sign-in", "/sign-out"):
            if pick.random() < 0.8:
                return
            method = "POST"
            visitor.who = visitor.name if path == "/sign-in" else None
            visitor.holds = path == "/sign-in"
        elif pick.random() < 0.1:
            method = "HEAD"
        headers = {
            "X-Who": visitor.name,
            "Sec-Fetch-Dest": destination,
            "Sec-GPC": "1" if gpc else None,
            "Accept": "*/*" if destination is None and pick.random() < 0.5 else "text/html",
            "If-None-Match": visitor.tags.get(path) if pick.random() < 0.3 else None,
            "Cache-Control": "no-cache" if pick.random() < 0.05 else None,
            "Range": "bytes=0-9" if pick.random() < 0.05 else None,
        }
        response = visitor.browser.request(method, path, headers=headers)
        if (tag := first_of(response.headers, "etag")) is not None:
            visitor.tags[path] = tag
        self._check(visitor, response, gpc)
        if method == "GET":
            self.counts["renewed"] += SESSION in response.cookie_names
            self.counts["remembered"] += REMEMBER in response.cookie_names
        if visitor.agreed and is_hit(response):
            self.counts[f"{path} from the cache to who has agreed"] += 1
        if method == "GET" and destination == "document" and response.status in (200, 404):
            self._check_banner(visitor, response)

    def _check(self, visitor: Visitor, response: Response, gpc: bool) -> None:
        allowed = visitor.now(gpc)
        assert policies(response), "no policy"
        for purpose, host in HOSTS.items():
            if all(host in policy for policy in policies(response)):
                assert purpose in allowed, f"another's policy lets in {host}"
        for line in response.cookies:
            assert not is_hit(response), f"a cache gave a cookie: {line}"
            assert whose(line) in (visitor.name, None), f"another's cookie: {line}"
        text = response.text + (first_of(response.headers, "location") or "")
        shown = dict(re.findall(r"(\w+)=(\w+);", text))
        if "session" in shown:
            mine = {str(visitor.who)} if self.exact else {str(visitor.who), "None"}
            assert shown["session"] in mine, "another's page"
        if "holds" in shown:
            mine = {str(visitor.holds)} if self.exact else {str(visitor.holds), "False"}
            assert shown["holds"] in mine, "made from another's session"
        for purpose in PURPOSES:
            if shown.get(purpose) == "True":
                assert purpose in allowed, "a page for who has agreed"
            elif shown.get(purpose) == "False" and self.exact:
                assert purpose not in allowed, "a page for who has not agreed"
        tag = first_of(response.headers, "etag")
        if tag and "version" in shown:
            assert tag.strip('"').endswith(f";{shown['version']}") or "basket" in tag
            assert BANNER not in response.text
        self.counts[str(response.status)] += 1
        self.counts["cookies"] += len(response.cookies)

    def _check_banner(self, visitor: Visitor, response: Response) -> None:
        if not (first_of(response.headers, "content-type") or "").startswith("text/html"):
            return
        asks = BANNER in response.text
        self.counts["asked" if asks else "not asked"] += 1
        if self.exact:
            assert asks is not visitor.decided


def is_hit(response: Response) -> bool:
    """Whether the app was not asked."""
    return first_of(response.headers, "x-cache") == "hit"


def whose(line: str) -> str | None:
    """Whose cookie a ``Set-Cookie`` line is, or ``None`` if it says nothing of anybody."""
    name, _, value = line.partition(";")[0].partition("=")
    if name == "cart":
        return value
    if name == SESSION and value[:2] in ("a.", "u."):
        found = re.search(r'"who":"(\w+)"', b64decode(value.split(".")[1]).decode())
        return found[1] if found else None
    return None


@pytest.fixture(params=["asgi", "wsgi"])
def edge(request: pytest.FixtureRequest) -> EdgeName:
    chosen: EdgeName = request.param
    return chosen


def walk_through(
    edge: EdgeName, clock: Clock, make_safe: MakeSafe, ignores: Collection[str], kept: Kept
) -> Walk:
    safe = make_safe(session=SessionTerms(idle=240, kept=kept))
    origin = client_at(edge, safe, Site(clock))
    cache = SharedCache(origin._send, clock, ignores)
    visitors = [Visitor(name, behind(cache)) for name in ("ann", "ben", "cat", "dan")]
    visitors += [Visitor(name, behind(cache), signals=True) for name in ("eve", "fay")]
    visitors += [Visitor(name, behind(cache), chooses=False) for name in ("gil", "hal")]
    visitors += [
        Visitor(name, behind(cache), chooses=False, keeps_cookies=False) for name in ("ira", "jon")
    ]
    return Walk(cache, clock, visitors, random.Random(20261125))  # noqa: S311


@pytest.mark.parametrize(
    ("ignores", "kept"),
    [
        pytest.param(frozenset(), "cookie", id="vary honoured"),
        pytest.param(frozenset({"cookie"}), "cookie", id="vary by cookie ignored"),
        pytest.param(EVERYTHING, "cookie", id="vary ignored"),
        pytest.param(EVERYTHING, "store", id="vary ignored, sessions in the store"),
    ],
)
def test_no_visitor_is_given_anothers_page_cookie_or_policy(
    edge: EdgeName, clock: Clock, make_safe: MakeSafe, ignores: Collection[str], kept: Kept
) -> None:
    walk = walk_through(edge, clock, make_safe, ignores, kept)

    for _ in range(REQUESTS):
        walk.step()

    assert_something_was_tried(walk)
    assert_what_is_the_same_for_all_was_kept(walk)


def assert_something_was_tried(walk: Walk) -> None:
    cache, counts = walk.cache, walk.counts
    assert all(cache.hits[path] + cache.misses[path] > 50 for path in PATHS if "sign" not in path)
    assert counts["choices"] > 100
    assert min(counts[each] for each in ("asked", "not asked", "301", "304", "308", "404")) > 30
    assert counts["cookies"] > 100
    assert min(counts["renewed"], counts["remembered"]) > 9


def assert_what_is_the_same_for_all_was_kept(walk: Walk) -> None:
    hits, misses, revalidated = walk.cache.hits, walk.cache.misses, walk.cache.revalidated
    for path in ("/site.css", "/app.js", "/logo.png"):
        assert hits[path] > misses[path], path
    for path in FILES:
        assert walk.counts[f"{path} from the cache to who has agreed"] > 5, path
    assert min(revalidated[path] for path in ("/short.css", "/prices.json")) > 0
    for path in [*PAGES, *ASKING, "/moved"]:
        assert walk.exact or hits[path] > 2, path
    assert min(hits["/"], hits["/adverts"], hits["/adverts.json"]) > 0
    assert sum(hits[path] for path in PAGES) > 50
    for path in [*MINE.keys() - {"/late"}, *SETTING, "/moved-mine", "/moved-basket"]:
        assert hits[path] == 0, path
