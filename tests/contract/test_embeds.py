"""What takes the place of an embed that is held: said, loaded once, or always from then on."""

from __future__ import annotations

import html as markup
import logging
import re
from collections.abc import Sequence
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from cookiesafe import StoreError
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.desk.embed import ONCE_SECONDS
from cookiesafe.gate import MAX_QUERY
from cookiesafe.ledger import Record
from tests.support.edges import NO_FIELDS, Client, Fields, Response, html
from tests.support.harbour import BANNER, REVISIT, Asks, Clock, MakeClient, policies

AD = "https://ads.gullwing.example/film?a=1&b=2"
COUNT = "https://count.tidepool.example/chart"
NOBODY = "https://nobody.example/"
GPC = {"Sec-GPC": "1"}
SHOWN = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-origin"}
"""What a frame of the site's own page is asked with."""
BUTTON = '<button name="choice" value="'
NESTED = "<iframe"


def embedding(*urls: str) -> str:
    frames = "".join(f'<iframe src="{markup.escape(url)}" sandbox></iframe>' for url in urls)
    return f"<!doctype html><html><head><title>Films</title></head><body>{frames}</body></html>"


def frame_of(url: str, **fields: str) -> str:
    return f"/cookiesafe/embed?{urlencode({'url': url, **fields})}"


def frames_in(text: str) -> list[str]:
    """Where the frames of a page lead to."""
    found = re.findall(r"<(?:iframe|frame|embed|object) (?:src|data)=([^ >]+)", text)
    return [markup.unescape(each.strip('"')) for each in found]


def show(client: Client, address: str, **fields: str) -> Response:
    return client.get(address, {**SHOWN, **fields})


def press(
    client: Client, choice: str, address: str = frame_of(AD), headers: Fields = NO_FIELDS
) -> Response:
    """A button of the frame at ``address``."""
    return client.post(address, form={"choice": choice}, headers={**SHOWN, **headers})


def load_once(client: Client, address: str = frame_of(AD), **fields: str) -> Response:
    led = press(client, "once", address, fields)
    assert led.status == 303
    where = led.header("location")
    assert where is not None
    return show(client, where, **fields)


def loaded(response: Response) -> list[str]:
    """What is in the frame; nothing if it is only offered."""
    return [markup.unescape(each) for each in re.findall(r'<iframe src="([^"]*)"', response.text)]


def is_framed_by_the_site_alone(response: Response) -> bool:
    return any("frame-ancestors 'self'" in policy for policy in policies(response))


# --- the page around it --------------------------------------------------------------------------


def test_what_is_held_is_swapped_for_our_frame_and_nothing_else(make_client: MakeClient) -> None:
    own, cards = "/own", "https://js.payfast.example/form"
    client = make_client(lambda v, r: html(embedding(AD, own, cards, NOBODY, "data:text/html,x")))

    text = client.get("/").text

    ours = [frame_of(AD, sandbox=""), frame_of(NOBODY, sandbox="")]
    assert frames_in(text) == [ours[0], own, cards, ours[1], "data:text/html,x"]
    assert BANNER in text


def test_who_agrees_to_some_gets_only_the_rest_swapped(make_client: MakeClient) -> None:
    client = make_client(lambda v, r: html(embedding(AD, COUNT)))
    client.choose("save", purpose=["statistics"])

    text = client.get("/").text

    assert frames_in(text) == [frame_of(AD, sandbox=""), COUNT]
    assert REVISIT in text


def test_who_agrees_to_all_gets_the_page_as_it_came_and_chunk_by_chunk(
    make_client: MakeClient,
) -> None:
    page = embedding(AD, COUNT)
    half = len(page) // 2
    order: list[str] = []

    def chunks() -> list[bytes]:
        return [page[:half].encode(), page[half:].encode()]

    client = make_client(lambda v, r: html(iter(chunks()), ("Content-Length", str(len(page)))))
    client.choose("accept")
    client.on_chunk = lambda chunk: order.append(chunk.decode())

    response = client.get("/")

    assert response.text.startswith(page)
    assert int(response.header("content-length") or 0) == len(response.body) > len(page)
    assert order[:2] == [page[:half], page[half:]]


@pytest.mark.parametrize("kind", ["iframe", "frame", "object", "embed"])
def test_a_page_of_the_site_in_a_frame_is_swapped_too_and_asks_nothing(
    make_client: MakeClient, kind: str
) -> None:
    client = make_client(lambda v, r: html(embedding(AD)))

    text = client.get("/", {"Sec-Fetch-Dest": kind}).text

    assert frames_in(text) == [frame_of(AD, sandbox="")]
    assert "data-cookiesafe" not in text


def test_what_is_no_page_is_left_alone(make_client: MakeClient) -> None:
    client = make_client(lambda v, r: html(embedding(AD)))

    assert client.get("/", {"Sec-Fetch-Dest": "empty"}).text == embedding(AD)


def test_in_observe_nothing_is_swapped(make_client: MakeClient) -> None:
    client = make_client(lambda v, r: html(embedding(AD, NOBODY)), mode="observe")

    assert client.get("/").text == embedding(AD, NOBODY)


def test_below_a_mount_our_frame_is_there_too(make_client: MakeClient) -> None:
    client = make_client(lambda v, r: html(embedding(AD)), root="/my app")

    (address,) = frames_in(client.get("/").text)

    assert address.startswith("/my%20app/cookiesafe/embed?")
    below = address.removeprefix("/my%20app")
    assert loaded(load_once_below(client, below)) == [AD]
    assert press(client, "always", below).header("location") == address


def load_once_below(client: Client, address: str) -> Response:
    where = press(client, "once", address).header("location") or ""
    assert where.startswith("/my%20app/cookiesafe/embed?")
    return show(client, where.removeprefix("/my%20app"))


@pytest.mark.parametrize(
    ("csp", "swapped"),
    [("frame-src 'self'", True), ("frame-src https://ads.gullwing.example", False)],
)
def test_where_the_apps_policy_refuses_our_frame_the_embed_stays_for_the_browser_to_refuse(
    make_client: MakeClient, csp: str, swapped: bool
) -> None:
    page = embedding(AD)
    client = make_client(lambda v, r: html(page, ("Content-Security-Policy", csp)))

    response = client.get("/")

    assert frames_in(response.text) == [frame_of(AD, sandbox="") if swapped else AD]
    assert "ads.gullwing.example" not in policies(response)[-1]


def test_what_was_swapped_is_in_visit_held_and_in_the_log_once(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    app = Asks()

    def films(visit: object, request: object) -> object:
        app(visit, request)  # type: ignore[arg-type]
        return html(embedding(AD, AD, NOBODY))

    client = make_client(films)  # type: ignore[arg-type]
    with caplog.at_level(logging.INFO, "cookiesafe"):
        client.get("/")
        client.get("/")

    assert app.visit is not None
    assert [held.name for held in app.visit.held] == [
        "ads.gullwing.example",
        "ads.gullwing.example",
        "nobody.example",
    ]
    assert [re.findall(r"\[(CS\d+)\]", line) for line in caplog.messages] == [["CS206"], ["CS205"]]
    assert "showed iframe of 'ads.gullwing.example'" in caplog.messages[0]


# --- the offer -----------------------------------------------------------------------------------


def test_the_offer_says_whose_it_is_and_what_can_be_done(make_client: MakeClient) -> None:
    response = show(make_client(), frame_of(AD))

    assert response.status == 200
    assert "Content from Gullwing Adverts</h1>" in response.text
    assert [response.text.count(f'{BUTTON}{each}"') for each in ("once", "always")] == [1, 1]
    assert f'<a href="{markup.escape(AD)}" target="_blank" rel="noopener' in response.text
    assert NESTED not in response.text
    assert response.cookies == []
    assert response.header("cache-control") == "no-store"
    assert is_framed_by_the_site_alone(response)
    assert not any("gullwing" in policy for policy in policies(response))


def test_what_nobody_declared_has_no_buttons(make_client: MakeClient) -> None:
    client = make_client()

    response = show(client, frame_of(NOBODY))

    assert "Content from another company</h1>" in response.text
    assert "nobody.example" not in response.text
    assert "not on the list of this site’s partners" in response.text
    assert "<button" not in response.text
    for choice in ("once", "always"):
        refused = press(client, choice, frame_of(NOBODY))
        assert (refused.status, refused.cookies) == (404, [])
    assert client.records == []


def test_head_is_answered_as_get_without_the_body(make_client: MakeClient) -> None:
    client = make_client()

    got, headed = show(client, frame_of(AD)), client.head(frame_of(AD), SHOWN)

    assert (headed.status, headed.headers) == (got.status, got.headers)


def test_another_method_is_refused(make_client: MakeClient) -> None:
    response = make_client().request("PUT", frame_of(AD))

    assert (response.status, response.header("allow")) == (405, "GET, POST")


# --- once ----------------------------------------------------------------------------------------


def test_once_loads_it_and_keeps_nothing(make_client: MakeClient) -> None:
    client = make_client()

    led = press(client, "once")
    response = show(client, led.header("location") or "")

    assert loaded(response) == [AD]
    assert led.cookies == response.cookies == []
    assert [each.header("cache-control") for each in (led, response)] == ["no-store"] * 2
    assert client.jar == {}
    assert client.records == []
    assert loaded(show(client, frame_of(AD))) == []


@pytest.mark.parametrize("choice", [None, "accept", "reject"])
def test_its_policy_lets_in_this_vendor_alone(make_client: MakeClient, choice: str | None) -> None:
    client = make_client()
    if choice:
        client.choose(choice)

    own, ours = policies(load_once(client))

    assert "frame-src ads.gullwing.example" in own.split("; ")
    assert "default-src 'none'" in own
    assert "frame-ancestors 'self'" in own
    assert re.findall(r"[a-z.]+\.example", own + ours) == [
        "ads.gullwing.example",
        "static.harbour.example",
        "ads.gullwing.example",
    ]


@pytest.mark.parametrize("sandbox", [None, "", "allow-scripts allow-forms"])
def test_the_sandbox_of_the_page_is_kept(make_client: MakeClient, sandbox: str | None) -> None:
    address = frame_of(AD) if sandbox is None else frame_of(AD, sandbox=sandbox)

    text = load_once(make_client(), address).text

    found = re.findall(r'<iframe [^>]* sandbox="([^"]*)"', text)
    assert found == ([] if sandbox is None else [sandbox])


def test_the_address_it_leads_to_does_not_last(make_client: MakeClient, clock: Clock) -> None:
    client = make_client()
    where = press(client, "once").header("location") or ""
    clock.now += ONCE_SECONDS
    assert loaded(show(client, where)) == [AD]
    clock.now += 1

    response = show(client, where)

    assert loaded(response) == []
    assert f'{BUTTON}once"' in response.text
    assert loaded(load_once(client, where)) == [AD]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("film", "other"),
        ("ads.gullwing", "count.tidepool"),
        ("until=1", "until=2"),
        ("&until", "&sandbox=allow-scripts&until"),
        ("&until=", "&nothing="),
    ],
)
def test_an_address_that_was_changed_loads_nothing(
    make_client: MakeClient, old: str, new: str
) -> None:
    client = make_client()
    where = press(client, "once").header("location") or ""
    assert old in where

    assert loaded(show(client, where.replace(old, new))) == []


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_link_from_elsewhere_loads_nothing(make_client: MakeClient, site: str) -> None:
    client = make_client()
    where = press(client, "once").header("location") or ""

    assert loaded(client.get(where, {"Sec-Fetch-Site": site})) == []


def test_a_consent_is_no_such_address(make_client: MakeClient) -> None:
    client = make_client()
    client.choose("accept")
    token = next(iter(client.jar.values()))

    assert loaded(show(client.another(), f"{frame_of(AD)}&until={token}")) == []


# --- always --------------------------------------------------------------------------------------


def test_always_is_recorded_for_this_vendor_alone_and_the_banner_still_asks(
    make_client: MakeClient,
) -> None:
    app = Asks()
    client = make_client(app)

    response = press(client, "always")

    assert (response.status, response.header("location")) == (303, frame_of(AD))
    assert loaded(show(client, frame_of(AD))) == [AD]
    (record,) = client.records
    assert (record.event, record.notice) == ("grant", "embed")
    assert record.choices == {"@gullwing": True}
    assert record.receipt is not None
    assert BANNER in client.get("/").text
    assert (app.allowed, app.vendors) == (set(), {"gullwing"})
    assert app.visit is not None
    assert app.visit.consent.state("advertising") == "undecided"


def test_pages_then_show_it_at_once(make_client: MakeClient) -> None:
    client = make_client(lambda v, r: html(embedding(AD, COUNT)))
    press(client, "always")

    response = client.get("/")

    assert frames_in(response.text) == [AD, frame_of(COUNT, sandbox="")]
    assert "ads.gullwing.example" in policies(response)[0]


def test_it_changes_no_other_choice(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("save", purpose=["statistics"], vendor=["tidepool"])
    press(client, "always")

    first, second = client.records
    client.get("/")

    assert (second.event, second.receipt) == ("change", first.receipt)
    assert second.choices == {**first.choices, "@gullwing": True}
    assert second.grounds.keys() == {"statistics", "@tidepool", "@gullwing"}
    assert (app.allowed, app.vendors) == ({"statistics"}, {"tidepool", "gullwing"})


def test_after_a_refusal_it_is_the_one_exception(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("reject")
    press(client, "always")

    text = client.get("/").text

    assert REVISIT in text
    assert BANNER not in text
    assert (app.allowed, app.vendors) == (set(), {"gullwing"})
    assert client.records[-1].choices == {
        "statistics": False,
        "advertising": False,
        "@gullwing": True,
    }


def test_what_was_chosen_before_holds_no_longer_for_it(
    make_client: MakeClient, clock: Clock
) -> None:
    client = make_client(app := Asks())
    client.choose("save", purpose=["statistics"])
    clock.days(100)

    (line,) = press(client, "always").cookies
    assert f"; Max-Age={183 * 86_400};" in line, "for as long as any choice holds"
    clock.days(84)

    assert BANNER in client.get("/").text
    assert (app.allowed, app.vendors) == (set(), {"gullwing"})


@pytest.mark.parametrize(("choice", "vendor", "stays"), [
    ("save", ["gullwing"], True), ("save", [], False), ("reject", [], False),
])  # fmt: skip
def test_the_preference_centre_lists_it_and_takes_it_back(
    make_client: MakeClient, choice: str, vendor: list[str], stays: bool
) -> None:
    client = make_client()
    assert 'name="vendor"' not in client.get("/cookiesafe/choices").text
    press(client, "always")
    text = client.get("/cookiesafe/choices").text
    assert re.findall(r'name="vendor" value="(\w+)" checked', text) == ["gullwing"]
    assert "you agreed to content of: Gullwing Adverts." in text

    client.choose(choice, vendor=vendor)

    assert loaded(show(client, frame_of(AD))) == ([AD] if stays else [])
    assert client.records[-1].event == ("change" if stays else "withdrawal")


def test_a_signal_keeps_always_from_counting_and_the_offer_says_so(
    make_client: MakeClient,
) -> None:
    client = make_client()

    response = show(client, frame_of(AD), **GPC)

    assert f'{BUTTON}once"' in response.text
    assert f'{BUTTON}always"' not in response.text
    assert "Your browser asks sites not to share or sell your data" in response.text
    assert f'{BUTTON}always"' in show(client, frame_of(COUNT), **GPC).text
    press(client, "always", headers=GPC)
    assert loaded(show(client, frame_of(AD), **GPC)) == []
    assert loaded(load_once(client, **GPC)) == [AD]


# --- what goes wrong -----------------------------------------------------------------------------


class DownStore(MemoryStore):
    def append(self, records: Sequence[Record]) -> None:
        raise StoreError("down")


def test_without_its_record_always_is_not_taken_and_the_frame_says_so(
    make_client: MakeClient,
) -> None:
    client = make_client(store=DownStore())

    response = press(client, "always")

    assert (response.status, response.cookies) == (503, [])
    assert "could not save your choice" in response.text
    assert '<a href="">Try again</a>' in response.text
    assert is_framed_by_the_site_alone(response)
    assert loaded(show(client, frame_of(AD))) == []
    assert loaded(load_once(client)) == [AD]


OTHER_SITE = {"Sec-Fetch-Site": "cross-site", "Origin": "https://other.example"}
BAD_POSTS: dict[str, tuple[int, Fields, bytes]] = {
    "another site": (403, OTHER_SITE, b"choice=CHOICE"),
    "a subdomain": (403, {"Sec-Fetch-Site": "same-site"}, b"choice=CHOICE"),
    "no form": (415, {"Content-Type": "text/plain"}, b"choice=CHOICE"),
    "no type": (415, {"Content-Type": None}, b"choice=CHOICE"),
    "too large": (413, {}, b"choice=CHOICE&x=" + b"x" * 70_000),
    "too many": (400, {}, b"choice=CHOICE" + b"&x=1" * 2000),
    "twice": (400, {}, b"choice=CHOICE&choice=CHOICE"),
    "nothing": (400, {}, b""),
    "another": (400, {}, b"choice=accept"),
    "bytes": (400, {}, b"choice=%ff%00\xff"),
}


@pytest.mark.parametrize("choice", ["once", "always"])
@pytest.mark.parametrize("kind", BAD_POSTS)
def test_a_bad_form_changes_nothing_and_the_frame_says_so(
    make_client: MakeClient, kind: str, choice: str
) -> None:
    client = make_client()
    status, fields, body = BAD_POSTS[kind]
    body = body.replace(b"CHOICE", choice.encode())

    response = client.post(frame_of(AD), body=body, headers={**SHOWN, **fields})

    assert (response.status, response.cookies) == (status, [])
    assert is_framed_by_the_site_alone(response)
    assert client.records == []
    assert NESTED not in response.text


OURS = "/cookiesafe/embed"


def asking(fields: list[tuple[str, str]]) -> str:
    return f"{OURS}?{urlencode(fields)}"


NO_EMBEDS = {
    "no query": OURS,
    "no url": f"{OURS}?sandbox=",
    "empty": f"{OURS}?url=",
    "twice": asking([("url", AD), ("url", AD)]),
    "two sandboxes": asking([("url", AD), ("sandbox", ""), ("sandbox", "x")]),
    "the site's own": frame_of("/bills"),
    "the site by name": frame_of("https://www.example/"),
    "the site's other host": frame_of("https://static.harbour.example/"),
    "necessary": frame_of("https://js.payfast.example/"),
    "data": frame_of("data:text/html,<script>alert(1)</script>"),
    "javascript": frame_of(" java\tscript:alert(1)"),
    "blob": frame_of("blob:https://ads.gullwing.example/1"),
    "too long": frame_of(AD.ljust(MAX_QUERY + 100, "x")),
    "a megabyte": f"{OURS}?url={AD}{'x' * 1_000_000}",
    "many fields": f"{OURS}?url={AD}" + "&x" * 1100,
}


@pytest.mark.parametrize("kind", NO_EMBEDS)
def test_where_there_is_nothing_to_load_nothing_is_offered(
    make_client: MakeClient, kind: str
) -> None:
    client = make_client()
    address = NO_EMBEDS[kind]

    for response in (
        show(client, address),
        press(client, "once", address),
        press(client, "always", address),
    ):
        assert response.status == 404
        assert response.cookies == []
        assert "<button" not in response.text
        assert NESTED not in response.text
        assert is_framed_by_the_site_alone(response)
    assert client.records == []


@pytest.mark.parametrize(
    "url",
    [
        "https://ads.gullwing.example/\"><script>alert(1)</script>'",
        "//ads.gullwing.example/<b>",
        "\\\\ads.gullwing.example\\x",
        "https://ads.gullwing.example/\r\nSet-Cookie: a=b",
        "https://ads.gullwing.example/\0\ufffd\U0001f600{{ url }}",
        "https://user:\"x'@ads.gullwing.example:443/",
    ],
)
def test_no_url_becomes_markup_or_another_field(make_client: MakeClient, url: str) -> None:
    client = make_client()
    address = frame_of(url, sandbox='"><script>')

    offered, response = show(client, address), load_once(client, address)

    assert loaded(response) == [url]
    for each in (offered, response):
        assert "<script" not in each.text
        assert "<b>" not in each.text
        assert each.cookies == []
    where = press(client, "always", address).header("location") or ""
    assert parse_qs(urlsplit(where).query)["url"] == [url]
    assert loaded(show(client, where)) == [url]


@pytest.mark.parametrize(
    "url",
    [
        "https://[",
        "https://ads.gullwing.example@nobody.example/",
        "https://ads.gullwing.example:99999/",
        "https://ads.gullwing.example.nobody.example/",
        "http://ads.gullwing.example:8080/",
        "https://faß.example/",
        "https://\"'<script>.example/",
        "ftp://ads.gullwing.example/",
    ],
)
def test_a_url_that_leads_elsewhere_or_nowhere_is_nobodys(
    make_client: MakeClient, url: str
) -> None:
    client = make_client()
    response = show(client, frame_of(url))

    assert response.status == 200
    assert "<button" not in response.text
    assert "<script" not in response.text
    assert press(client, "once", frame_of(url)).status == 404
    assert press(client, "always", frame_of(url)).status == 404


@pytest.mark.parametrize("query", ["url=%", "url=%ff%fe", "%00=&url=%00", "=&=&;", "url=\xff\x80"])
def test_no_query_is_a_fault_of_ours(make_client: MakeClient, query: str) -> None:
    client = make_client()
    for response in (
        show(client, f"/cookiesafe/embed?{query}"),
        press(client, "once", f"/cookiesafe/embed?{query}"),
    ):
        assert response.status == 404
