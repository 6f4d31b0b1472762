"""What stands in the place of held embeds: the address of our frame, and when there is none."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from cookiesafe.consent import Allowed
from cookiesafe.gate import MAX_QUERY, Embeds, HostGate
from cookiesafe.gate.documents import Markup
from cookiesafe.gate.framing import frames_itself
from cookiesafe.gate.page.judge import Inner, Judge
from cookiesafe.gate.page.tags import TagText
from cookiesafe.gate.urls import Address
from cookiesafe.policy import Policy, Purpose, Site, Vendor

PAGE = "https://www.example/news/today"
FRAME = "/app/cookiesafe/embed"
VIDEO = "https://video.example/v?a=1&b=2#t"
POLICY = Policy(
    site=Site(name="Site", hosts=("static.example",)),
    purposes=[Purpose(id="media", title="Media")],
    vendors=[
        Vendor(id="video", name="Video", hosts=("video.example",), purposes=("media",)),
        Vendor(id="maps", name="Maps", hosts=("maps.example",), purposes=("media",)),
    ],
)


def no_inner(markup: Markup, text: bytes, base: str | None) -> Inner | None:
    return None


def embeds(*allowed: str, frame: str | None = FRAME) -> Embeds:
    return Embeds(HostGate(POLICY, Allowed(vendors=frozenset(allowed))).page(PAGE), frame)


def swapped(tag: bytes, found: Embeds) -> bytes:
    """A tag with the edits in it."""
    name = tag[1:].split(b" ")[0]
    for at, put in sorted(Judge(found, no_inner).edits(TagText(tag, name)), reverse=True):
        tag = tag[:at] + put + tag[at:]
    return tag


def query_of(address: str) -> dict[str, list[str]]:
    path, mark, query = address.partition("?")
    assert (path, mark) == (FRAME, "?")
    return parse_qs(query, keep_blank_values=True, strict_parsing=True)


# --- what is held --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "base", "key"),
    [
        (VIDEO, None, VIDEO),
        ("//video.example/v", None, "//video.example/v"),
        (" https://video.example/v\n", None, " https://video.example/v\n"),
        ("v/7", "https://video.example/a/b", "https://video.example/a/v/7"),
        ("/v/7", "//video.example/a/", "//video.example/v/7"),
        ("?v=7", "https://video.example/a", "https://video.example/a?v=7"),
        (VIDEO, "https://maps.example/", VIDEO),
        (VIDEO, "/elsewhere/", VIDEO),
        ("https://[", None, "https://["),
        ("x", "https://[", "https://["),
    ],
)
def test_a_held_url_is_kept_so_that_it_can_be_loaded_without_the_page(
    url: str, base: str | None, key: str
) -> None:
    assert embeds().held(url, base) == key


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("/videos/7", None),
        ("", None),
        ("v/7", "/videos/"),
        ("https://www.example/v", "https://video.example/"),
        ("https://static.example/v", None),
        ("data:text/html,x", "https://video.example/"),
        ("javascript:alert(1)", None),
        ("about:blank", None),
        ("https://maps.example/", None),
        ("x", "https://maps.example/"),
    ],
)
def test_the_sites_own_what_calls_nobody_and_what_was_agreed_to_is_not_held(
    url: str, base: str | None
) -> None:
    found = embeds("maps")

    assert found.held(url, base) is None
    assert found.found == {}


def test_what_was_found_is_told_by_its_key() -> None:
    found = embeds()
    found.held("v/7", "https://video.example/a/")
    found.held("https://nobody.example/", None)

    assert {key: held.vendor for key, held in found.found.items()} == {
        "https://video.example/a/v/7": "video",
        "https://nobody.example/": None,
    }


def test_of_any_number_of_embeds_only_a_hundred_are_kept_in_mind() -> None:
    found = embeds()
    for number in range(1000):
        assert found.held(f"https://video.example/{number}", None) is not None

    assert len(found.found) == 100


# --- the address of our frame --------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", [VIDEO, "//video.example/ü \U0001f600", "https://video.example/'\"><script>&amp;%22+ \n"]
)
@pytest.mark.parametrize("sandbox", [None, "", "allow-scripts  allow-forms", '"><script>'])
def test_the_address_carries_the_url_and_the_sandbox_as_they_are(
    url: str, sandbox: str | None
) -> None:
    address = embeds().placeholder(url, sandbox)

    assert address is not None
    assert query_of(address) == {"url": [url]} | ({} if sandbox is None else {"sandbox": [sandbox]})
    assert not set("\"'<>` \n") & set(address)


def test_the_address_is_never_too_long_for_a_server() -> None:
    longest = "https://video.example/".ljust(MAX_QUERY - len("url=%3A%2F%2F") + len("://") - 2, "v")

    address = embeds().placeholder(longest, None)

    assert address is not None
    assert query_of(address) == {"url": [longest]}
    assert len(address) == len(FRAME) + len("?") + MAX_QUERY
    assert embeds().placeholder(longest + "v", None) == FRAME
    assert embeds().placeholder(VIDEO, "allow-scripts " * 1000) == FRAME


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (
            b'<iframe width=320 src="https://video.example/v" sandbox="allow-scripts">',
            (
                b"<iframe src=/app/cookiesafe/embed?url=https%3A%2F%2Fvideo.example%2Fv&amp;sandbox=allow-scripts"
                b' width=320 data-held-src="https://video.example/v" data-held-sandbox="allow-scripts">'
            ),
        ),
        (
            b"<iframe src=//video.example/v sandbox>",
            (
                b"<iframe src=/app/cookiesafe/embed?url=%2F%2Fvideo.example%2Fv&amp;sandbox="
                b" data-held-src=//video.example/v data-held-sandbox>"
            ),
        ),
        (
            b'<object data="https://video.example/v" type="text/html">',
            (
                b"<object data=/app/cookiesafe/embed?url=https%3A%2F%2Fvideo.example%2Fv"
                b' data-held-data="https://video.example/v" data-held-type="text/html">'
            ),
        ),
    ],
)
def test_in_a_tag_it_needs_no_quotes(tag: bytes, expected: bytes) -> None:
    assert swapped(tag, embeds()) == expected


def test_a_relative_url_is_swapped_when_the_base_leads_to_a_vendor() -> None:
    found = embeds()
    judge = Judge(found, no_inner)
    base, frame = b'<base href="https://video.example/a/">', b"<iframe src=v/7>"

    assert judge.edits(TagText(base, b"base")) == []
    edits = judge.edits(TagText(frame, b"iframe"))

    assert edits[0][1].startswith(
        b" src=/app/cookiesafe/embed?url=https%3A%2F%2Fvideo.example%2Fa%2Fv%2F7"
    )
    assert judge.swapped == [("https://video.example/a/v/7", "iframe")]


# --- where the app lets no page of the site into a frame ------------------------------------------


def test_without_a_frame_embeds_stay_as_they_are_and_hints_still_go() -> None:
    found = embeds(frame=None)

    assert swapped(frame := b"<iframe src=https://video.example/v sandbox>", found) == frame
    assert swapped(b"<link rel=preconnect href=//video.example>", found) == (
        b"<link data-held-rel=preconnect href=//video.example>"
    )


@pytest.mark.parametrize(
    ("csp", "lets_in"),
    [
        ("", True),
        ("script-src 'none'; object-src 'none'", True),
        ("frame-src 'self' https://video.example", True),
        ("FRAME-SRC 'SELF'", True),
        ("frame-src *", True),
        ("frame-src https:", True),
        ("frame-src http:", True),
        ("frame-src www.example", True),
        ("frame-src https://*.example.com https://www.example/", True),
        ("frame-src *.www.example", False),
        ("frame-src https://www.example:8443", False),
        ("frame-src wss:", False),
        ("frame-src https://video.example", False),
        ("frame-src 'none'", False),
        ("frame-src", False),
        ("default-src 'none'", False),
        ("default-src 'self'; frame-src https://video.example", False),
        ("default-src 'none'; frame-src 'self'", True),
        ("default-src 'none'; child-src 'self'", True),
        ("child-src 'self'; frame-src 'none'", False),
        ("frame-src 'none'; frame-src 'self'", False),
        ("default-src 'self', frame-src 'none'", False),
        ("; ;frame-src \t 'self' ;", True),
        ("frame-src \x00 \xff [::1] 'nonce-x' ://", False),
    ],
)
def test_what_an_apps_own_policy_says_of_frames_is_heeded(csp: str, lets_in: bool) -> None:
    page = Address("https", "www.example", 443)

    assert frames_itself([("Content-Security-Policy", csp)], page) is lets_in
    assert (
        frames_itself(
            [("content-security-policy", "img-src *"), ("Content-Security-Policy", csp)], page
        )
        is lets_in
    )
    assert frames_itself([("Content-Security-Policy-Report-Only", csp)], page)
