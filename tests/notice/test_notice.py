"""What the visitor is shown, as a browser parses it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.consent import (
    DAY,
    UNDECIDED,
    Allowed,
    Circumstances,
    Consent,
    Question,
    choose,
)
from cookiesafe.gate import CookieGate
from cookiesafe.notice import Device, Lasting, Notice
from cookiesafe.policy import Cookie, Feature, Policy, Purpose, Site, Vendor

POLICY = Policy(
    site=Site(name="Harbour Light & Water", contact="privacy@harbour.example"),
    purposes=[
        Purpose(id="remember", title="Remember me", text="Keeps you signed in."),
        Purpose(id="advertising", title="Advertising", text="Shows adverts.", signal="gpc"),
        Purpose(id="tips", title="Tips"),
    ],
    vendors=[
        Vendor(
            id="gullwing",
            name="Gullwing Adverts",
            hosts=("gullwing.example", "*.gullwing.example"),
            purposes=("advertising",),
            privacy="https://gullwing.example/privacy",
        ),
        Vendor(id="tern", name="Tern", hosts=("tern.example",), purposes=("advertising", "tips")),
        Vendor(
            id="pay",
            name="Payfast",
            hosts=("pay.example",),
            purposes=("necessary",),
            why="shows the card form",
        ),
    ],
    cookies=[
        Cookie(name="cart", purpose="necessary", why="holds your payment"),
        Cookie(name="hl_ad*", purpose="advertising", vendor="gullwing", lifetime=90 * DAY),
        Cookie(name="hl_tip", purpose="tips", why="remembers your tip", lifetime=0),
    ],
    features=[Feature(id="saved", purpose="remember", without="you type your address again")],
)
LASTING = Lasting(idle=30 * DAY, absolute=180 * DAY, marker=600)
ALL = tuple(purpose.id for purpose in POLICY.optional)
HOSTILE_TEXTS = [
    "<script>alert(1)</script>",
    "</section></body><h1>x",
    "\"><img src=x onerror=alert(1)>'",
    "' onmouseover='alert(1)",
    "&lt;b&gt; &amp; &",
    "<!-- --!> ]]>",
    "žluťoučký kůň 🐎 \u2028",
    "{{ 7 * 7 }} {% raw %} {# x #}",
    "{next}",
    "%s %(name)s {0} {}",
]
BARE = {
    "a name alone": Policy(site=Site(name="S")),
    "one purpose alone": Policy(site=Site(name="S"), purposes=[Purpose(id="a", title="A")]),
    "a signal alone": Policy(
        site=Site(name="S"), purposes=[Purpose(id="a", title="A", signal="gpc")]
    ),
    "no vendors": Policy(
        site=Site(name="S", contact="c"),
        purposes=[Purpose(id="a", title="A", text="t")],
        cookies=[Cookie(name="c", purpose="a")],
        features=[Feature(id="f", purpose="a", without="w")],
    ),
    "a vendor without cookies": Policy(
        site=Site(name="S"),
        purposes=[Purpose(id="a", title="A")],
        vendors=[Vendor(id="v", name="V", hosts=(), purposes=("a",))],
    ),
    "a necessary vendor alone": Policy(
        site=Site(name="S"),
        vendors=[Vendor(id="v", name="V", hosts=("v.example",), purposes=("necessary",), why="w")],
    ),
    "everything": POLICY,
}


class Shop:
    """The notice of a policy, for who is asked first, with a signal or without."""

    def __init__(self, policy: Policy, path: str) -> None:
        self.notice = Notice(policy, path, LASTING)
        self._policy = policy
        rules = policy.regime("")
        self._in = {gpc: Circumstances(frozenset({"gpc"} if gpc else ()), rules) for gpc in (0, 1)}

    def banner(self, root: str, here: str, gpc: bool) -> bytes:
        question = Question(tuple(purpose.id for purpose in self._policy.optional))
        return self.notice.banner(root, here, question, self._in[gpc])

    def revisit(self, root: str) -> bytes:
        return self.notice.revisit(root, self._in[False])

    def choices(self, root: str, here: str, consent: Consent, gpc: bool, **more: Any) -> bytes:
        return self.notice.choices.page(root, here, consent, self._in[gpc], **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.notice, name)


def the_notice(policy: Policy = POLICY, path: str = "/cookiesafe") -> Shop:
    return Shop(policy, path)


def hostile_policy(text: str) -> Policy:
    """A policy that has ``text`` wherever words may stand."""
    return Policy(
        site=Site(name=text, contact=text),
        purposes=[Purpose(id="ads", title=text, text=text, signal="gpc")],
        vendors=[
            Vendor(id="v", name=text, hosts=("v.example",), purposes=("ads",)),
            Vendor(id="w", name=text, hosts=(), purposes=("necessary",), why=text),
        ],
        cookies=[Cookie(name="ad", purpose="ads", vendor="v", why=text)],
        features=[Feature(id="f", purpose="ads", without=text)],
    )


def parsed(page: bytes, *, fragment: bool = False) -> Element:
    """The tree a browser makes of it; a parse error fails the test."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    text = page.decode("utf-8")
    tree: Any = parser.parseFragment(text) if fragment else parser.parse(text)
    assert isinstance(tree, Element)
    return tree


def parsed_banner(
    policy: Policy = POLICY, root: str = "", here: str = "/", gpc: bool = False
) -> Element:
    return parsed(the_notice(policy).banner(root, here, gpc), fragment=True)


def text_of(element: Element | None) -> str:
    assert element is not None
    return " ".join("".join(element.itertext()).split())


def all_pages(notice: Shop, policy: Policy, root: str = "") -> Iterator[bytes]:
    yes = [purpose.id for purpose in policy.optional]
    for gpc in (False, True):
        yield notice.choices(root, "/", UNDECIDED, gpc)
        yield notice.choices(root, "/", UNDECIDED, gpc, signed_in=True, remembered=gpc)
        for chosen in ([], yes):
            consent = choose(policy, chosen)
            yield notice.choices(
                root,
                "/",
                Consent(choices=consent.choices, grounds=consent.grounds, day=20_779),
                gpc,
            )
    yield notice.policies.cookies(root)
    yield notice.devices(root, "/", [a_device(), a_device(ended="theft")], remembered=True)
    yield notice.devices(root, "/", [], signed_in=False, stolen=True)
    yield notice.problem(root, "Not taken", "The form was not complete.")


# --- the banner --------------------------------------------------------------------------------


@pytest.mark.parametrize("changed", [True, False], ids=["has become wider", "has run out"])
def test_who_is_asked_again_is_told_why(changed: bool) -> None:
    plain = Circumstances(frozenset(), POLICY.regime(""))
    about = ("advertising",)
    again = Question(about, keeps=True, again=True, changed=about if changed else ())
    text = text_of(parsed(the_notice().notice.banner("", "/", again, plain), fragment=True))

    assert ("Something has changed, so we ask you again about: Advertising." in text) is changed
    assert ("none that still holds, about: Advertising." in text) is not changed
    assert "Your other choices stay as they are." in text


@pytest.mark.parametrize("gpc", [False, True], ids=["no signal", "signal"])
def test_the_banner_is_one_section_in_ascii(gpc: bool) -> None:
    banner = the_notice().banner("", "/", gpc)
    (section,) = parsed(banner, fragment=True)

    assert banner.isascii()
    assert (section.tag, section.get("id"), section.get("data-cookiesafe")) == (
        "section",
        "cookiesafe",
        "banner",
    )
    heading = section.find(".//h2")
    assert heading is not None
    assert section.get("aria-labelledby") == heading.get("id")


@pytest.mark.law("T-A")
def test_reject_and_accept_are_equal() -> None:
    section = parsed_banner()[0]
    (form,) = [
        each for each in section.iter("form") if "cookiesafe-buttons" in (each.get("class") or "")
    ]
    reject, accept = form.findall("button")

    assert [reject.get("value"), accept.get("value")] == ["reject", "accept"]
    assert [reject.get("data-cookiesafe"), accept.get("data-cookiesafe")] == ["reject", "accept"]
    # Nothing else tells them apart: the same attributes, no class, adjacent, and words as long.
    others = [
        {name: value for name, value in each.items() if name not in ("value", "data-cookiesafe")}
        for each in (reject, accept)
    ]
    assert others == [{"name": "choice"}] * 2
    assert list(form)[-2:] == [reject, accept]
    assert text_of(reject).split()[1:] == text_of(accept).split()[1:] == ["all"]
    assert len(text_of(reject)) == len(text_of(accept))


@pytest.mark.law("T-D")
def test_the_style_does_not_tell_the_buttons_apart() -> None:
    sheets = the_notice().sheets
    style = (sheets.notice.css + sheets.pages.css).decode()

    assert not re.search(
        r"accept|reject|button:(first|last|nth)|\[value|\[data-cookiesafe(?!=banner)", style
    )


@pytest.mark.law("L-10", "T-B", "T-H")
def test_no_box_of_the_banner_is_ticked() -> None:
    for gpc in (False, True):
        boxes = [
            each for each in parsed_banner(gpc=gpc).iter("input") if each.get("type") == "checkbox"
        ]

        assert [box.get("value") for box in boxes] == list(ALL)
        assert {box.get("name") for box in boxes} == {"purpose"}
        assert not any("checked" in box.keys() for box in boxes)  # noqa: SIM118


def test_every_form_of_the_banner_posts_a_choice_and_leads_back() -> None:
    forms = list(parsed_banner(root="/app", here="/bills?year=2026&page=2").iter("form"))

    assert len(forms) == 2
    for form in forms:
        hidden = {
            each.get("name"): each.get("value")
            for each in form.iter("input")
            if each.get("type") == "hidden"
        }
        assert (form.get("method"), form.get("action")) == ("post", "/app/cookiesafe/choices")
        assert re.fullmatch("[0-9a-f]{32}", hidden.pop("text") or "")
        assert re.fullmatch("[0-9a-f]{12}", hidden.pop("policy") or "")
        assert hidden == {"notice": "banner", "next": "/bills?year=2026&page=2"}
        assert {each.get("name") for each in form.iter("button")} == {"choice"}
    assert [each.get("value") for form in forms for each in form.iter("button")] == [
        "reject",
        "accept",
        "save",
    ]


def test_the_banner_says_what_for_with_whom_and_what_is_lost() -> None:
    text = text_of(parsed_banner())

    assert "Cookies on Harbour Light & Water" in text
    assert "Remember me, Advertising, Tips." in text
    assert "we and 2 other companies would" in text
    assert "the site still works, but you type your address again." in text


@pytest.mark.parametrize(
    ("vendors", "words"),
    [
        (0, "With your agreement we would"),
        (1, "we and one other company would"),
        (3, "we and 3 other companies would"),
    ],
)
def test_the_banner_counts_the_companies_that_can_be_refused(vendors: int, words: str) -> None:
    policy = Policy(
        site=Site(name="S"),
        purposes=[Purpose(id="ads", title="Ads")],
        vendors=[
            Vendor(id=f"v{number}", name="V", hosts=(), purposes=("ads",))
            for number in range(vendors)
        ]
        + [Vendor(id="pay", name="P", hosts=(), purposes=("necessary",), why="w")],
    )

    assert words in text_of(parsed_banner(policy)).replace(" also", "")


@pytest.mark.law("N-CA2")
def test_a_signal_is_said_to_have_turned_off_what_it_turns_off_and_no_more() -> None:
    with_signal, without = parsed_banner(gpc=True), parsed_banner(gpc=False)
    off = [each for each in with_signal.iter("label") if each.find(".//em") is not None]

    assert "this is off: Advertising." in text_of(with_signal)
    assert [each.findtext(".//strong") for each in off] == ["Advertising"]
    assert "turned off" not in text_of(without)
    assert without.find(".//em") is None


def test_the_banner_needs_no_script_and_asks_no_other_host() -> None:
    for page in (the_notice().banner("", "/", True), *all_pages(the_notice(), POLICY)):
        tree = parsed(page, fragment=page.startswith(b"<section"))
        assert not list(tree.iter("script"))
        for element in tree.iter():
            assert not any(name.startswith("on") or name == "style" for name in element.keys())  # noqa: SIM118
            if element.tag in ("link", "img", "form"):
                address = element.get("href") or element.get("src") or element.get("action") or ""
                assert address.startswith("/cookiesafe/")


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=30) | st.sampled_from(HOSTILE_TEXTS))
def test_wherever_it_leads_back_to_is_kept_and_stays_in_its_place(here: str) -> None:
    banner = the_notice().banner("", f"/{here}", False)

    assert banner.isascii()
    if re.search("[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]", here) or any(
        ord(each) & 0xFFFE == 0xFFFE for each in here
    ):
        return  # not in a URL, and an error to a strict parser
    section = parsed(banner, fragment=True)[0]
    leads = [each.get("value") for each in section.iter("input") if each.get("name") == "next"]
    assert leads == [f"/{here}"] * 2


# --- whatever the words are --------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_no_words_of_a_policy_are_markup(text: str) -> None:
    policy, plain = hostile_policy(text), hostile_policy("plain")
    notice = the_notice(policy)
    banner = notice.banner("", "/", True)

    assert banner.isascii()
    assert notice.revisit("").isascii()
    assert shape(parsed(banner, fragment=True)) == shape(parsed_banner(plain, gpc=True))
    assert " ".join(f"Cookies on {text}".split()) in text_of(parsed(banner, fragment=True))
    pages = zip(all_pages(notice, policy), all_pages(the_notice(plain), plain), strict=True)
    for page, like in pages:
        assert shape(parsed(page)) == shape(parsed(like))
        assert " ".join(text.split()) in text_of(parsed(page).find("body"))


def shape(tree: Element) -> list[tuple[str, list[str]]]:
    """Elements and the names of their attributes: what markup in a text would change."""
    return [(each.tag, sorted(each.keys())) for each in tree.iter()]


@pytest.mark.parametrize("root", ["", "/app", "/a/b", '/"><script>', "/é", "/a&b", "/{next}"])
def test_everything_leads_below_where_the_site_is_mounted(root: str) -> None:
    notice, mounted = the_notice(), quote(root)
    fragments = [notice.banner(root, "/", False), notice.revisit(root)]

    for page in [*fragments, *all_pages(notice, POLICY, root)]:
        tree = parsed(page, fragment=page in fragments)
        own = [
            each.get("href") or each.get("action") or ""
            for each in tree.iter()
            if each.tag in ("a", "form", "link")
        ]
        assert own
        for address in own:
            assert address.startswith((f"{mounted}/cookiesafe/", "https://gullwing.example/")) or (
                address in (f"{mounted}/", "/")
            )


def test_our_pages_live_where_they_were_told_to() -> None:
    notice = the_notice(path="/privacy/choices")

    assert b'action="/privacy/choices/choices"' in notice.banner("", "/", False)
    assert b'href="/app/privacy/choices/choices"' in notice.revisit("/app")


@pytest.mark.parametrize("name", BARE)
def test_nothing_is_missing_whatever_a_policy_leaves_out(name: str) -> None:
    policy = BARE[name]
    notice = the_notice(policy)

    for gpc in (False, True):
        assert parsed(notice.banner("", "/", gpc), fragment=True)[0].tag == "section"
    assert parsed(notice.revisit(""), fragment=True)[0].tag == "nav"
    for page in all_pages(notice, policy):
        assert parsed(page).find("body/main/h1") is not None


# --- the way back ------------------------------------------------------------------------------


def test_the_way_back_is_one_small_link() -> None:
    fragment = the_notice().revisit("/app")
    (paragraph,) = parsed(fragment, fragment=True)

    assert fragment.isascii()
    assert len(gzip.compress(fragment, 9)) <= 300
    assert (paragraph.get("id"), paragraph.get("data-cookiesafe")) == ("cookiesafe", "revisit")
    assert [each.get("href") for each in paragraph.iter("a")] == ["/app/cookiesafe/choices"]


# --- the preference centre ---------------------------------------------------------------------


def _choices(consent: Consent, gpc: bool = False, here: str = "/bills") -> Element:
    return parsed(the_notice().choices("", here, consent, gpc))


def _chosen(*yes: str) -> Consent:
    made = choose(POLICY, yes)
    return Consent(choices=made.choices, grounds=made.grounds, day=20_779)


@pytest.mark.law("T-B")
@pytest.mark.parametrize(
    ("consent", "ticked", "status"),
    [
        pytest.param(UNDECIDED, [], "You have not chosen yet.", id="undecided"),
        pytest.param(_chosen(), [], "On 2026-11-22 you rejected everything", id="refused"),
        pytest.param(
            _chosen("tips"), ["tips"], "On 2026-11-22 you agreed to: Tips. Everything", id="one"
        ),
        pytest.param(
            _chosen(*ALL), list(ALL), "you agreed to: Remember me, Advertising, Tips.", id="all"
        ),
    ],
)
@pytest.mark.parametrize("gpc", [False, True], ids=["no signal", "signal"])
def test_the_choices_page_shows_the_choice_as_it_is(
    consent: Consent, ticked: list[str], status: str, gpc: bool
) -> None:
    page = _choices(consent, gpc)
    boxes = [each for each in page.iter("input") if each.get("type") == "checkbox"]

    assert [box.get("value") for box in boxes] == list(ALL)
    assert [box.get("value") for box in boxes if box.get("checked") is not None] == ticked
    assert status in text_of(page.find(".//*[@role='status']"))
    assert ("Opt-out request honoured" in text_of(page)) is gpc


@pytest.mark.law("T-A")
def test_the_choices_page_has_equal_buttons_and_leads_back() -> None:
    page = _choices(UNDECIDED)
    buttons = {each.get("value"): each for each in page.iter("button")}

    assert list(buttons) == ["save", "reject", "accept"]
    assert {*buttons["reject"].keys(), *buttons["accept"].keys()} == {
        "name",
        "value",
        "data-cookiesafe",
    }
    (form,) = page.iter("form")
    assert form.get("action") == "/cookiesafe/choices"
    hidden = {
        each.get("name"): each.get("value")
        for each in form.iter("input")
        if each.get("type") == "hidden"
    }
    assert re.fullmatch("[0-9a-f]{32}", hidden.pop("text") or "")
    assert re.fullmatch("[0-9a-f]{12}", hidden.pop("policy") or "")
    assert hidden == {"notice": "choices", "next": "/bills"}
    assert "/bills" in [each.get("href") for each in page.iter("a")]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_the_address_to_go_back_to_is_no_markup(text: str) -> None:
    page = _choices(UNDECIDED, here=f"/{text}")

    assert shape(page) == shape(_choices(UNDECIDED))
    assert f"/{text}" in [each.get("value") for each in page.iter("input")]
    assert f"/{text}" in [each.get("href") for each in page.iter("a")]


def test_every_box_has_words_of_its_own() -> None:
    for tree in (parsed_banner(), _choices(UNDECIDED)):
        labels = {
            box.get("value"): text_of(label)
            for label in tree.iter("label")
            for box in label.iter("input")
        }
        assert labels.keys() == {*ALL}
        for purpose in POLICY.optional:
            assert labels[purpose.id].startswith(purpose.title)
            assert purpose.text in labels[purpose.id]


def test_every_id_is_there_once_and_every_reference_has_its_aim() -> None:
    for page in all_pages(the_notice(), POLICY):
        tree = parsed(page)
        ids = [each.get("id") for each in tree.iter() if each.get("id")]
        aims = " ".join(each.get("aria-labelledby", "") for each in tree.iter()).split()

        assert len(ids) == len(set(ids))
        assert set(aims) <= set(ids)


# --- the tables --------------------------------------------------------------------------------


def _rows(page: Element) -> list[list[str]]:
    return [[text_of(cell) for cell in row] for row in page.iter("tr")]


def test_every_declared_cookie_is_listed_with_its_owner_reason_and_life() -> None:
    rows = _rows(parsed(the_notice().policies.cookies("")))

    assert ["cart", "Harbour Light & Water", "holds your payment", "not stated"] in rows
    assert ["hl_ad*", "Gullwing Adverts", "Shows adverts.", "90 days"] in rows
    assert [
        "hl_tip",
        "Harbour Light & Water",
        "remembers your tip",
        "until the browser is closed",
    ] in rows
    own = {f"cookiesafe{end}" for end in ("", "-session", "-out", "-swept", "-remember")}
    assert own <= {row[0] for row in rows}
    staying = next(row for row in rows if row[0] == "cookiesafe-remember")
    assert staying[3] == "30 days after you were last here, 180 days in all"


def test_every_vendor_is_listed_under_each_of_its_purposes() -> None:
    rows = _rows(parsed(the_notice().policies.cookies("")))

    gull = ["Gullwing Adverts", "gullwing.example, *.gullwing.example", "Their privacy policy"]
    assert rows.count(gull) == 1
    assert rows.count(["Tern", "tern.example", ""]) == 2
    assert rows.count(["Payfast", "pay.example", "shows the card form"]) == 1


def test_no_cookie_passes_unasked_that_the_list_does_not_name() -> None:
    page = text_of(parsed(the_notice().policies.cookies("")))
    assert "what is not on it is not let through" in page

    gate = CookieGate(POLICY, Allowed(), [])
    passing = [
        name for name in ("cart", "sessionid", "csrftoken", "PHPSESSID") if gate.passes(name)
    ]

    assert [name for name in passing if name not in page] == []


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(["necessary", "ads"]), st.booleans()), max_size=8))
def test_the_lists_have_as_many_rows_as_the_policy_has_entries(
    cookies: list[tuple[str, bool]],
) -> None:
    policy = Policy(
        site=Site(name="S"),
        purposes=[Purpose(id="ads", title="Ads")],
        vendors=[Vendor(id="v", name="V", hosts=(), purposes=("ads",))],
        cookies=[
            Cookie(
                name=f"c{number}",
                purpose=purpose,
                why="w",
                vendor="v" if vendor and purpose == "ads" else None,
            )
            for number, (purpose, vendor) in enumerate(cookies)
        ],
    )
    named = [row[0] for row in _rows(parsed(the_notice(policy).policies.cookies("")))]

    assert sorted(name for name in named if re.fullmatch(r"c\d", name)) == [
        f"c{number}" for number in range(len(cookies))
    ]
    assert named.count("V") == 1


# --- browsers ----------------------------------------------------------------------------------


def a_device(**fields: Any) -> Device:
    at = 1_800_000_000
    given = {"id": "d" * 22, "label": "Firefox, Linux", "first": at, "last": at, "until": at}
    return Device(**{**given, **fields})


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_whatever_a_browser_is_called_is_text(text: str) -> None:
    devices = [a_device(id=text, label=text), a_device(label=text, ended="theft", ended_at=1)]
    page = parsed(the_notice(hostile_policy(text)).devices("", "/", devices))

    assert [each for each in page.iter() if each.tag in ("script", "img")] == []
    heading = page.find(".//h2[@id='browser-1']")
    assert heading is not None
    assert text_of(heading) == " ".join(text.split())
    assert page.find(".//button[@name='device']").get("value") == text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "why", ["logout", "theft", "device", "withdrawal", "outdated", "expired", "another"]
)
def test_every_end_has_its_words(why: str) -> None:
    words = text_of(parsed(the_notice().devices("", "/", [a_device(ended=why)])).find(".//li"))

    assert words.startswith("Firefox, Linux, signed in 2027-01-15 08:00 UTC: ")
    assert why == "another" or "was signed out" not in words.replace("all browsers were", "")


# --- looks -------------------------------------------------------------------------------------


def test_the_style_asks_no_other_host_and_its_address_changes_with_it() -> None:
    notice = the_notice()

    for name, sheet in notice.sheets._asdict().items():
        assert sheet.css
        assert not re.search(rb"@import|url\(", sheet.css)
        assert re.fullmatch("[0-9a-f]{12}", sheet.version)
        assert f"{name}.css?v={sheet.version}".encode() in notice.policies.cookies("")


def test_a_problem_says_what_and_where_to_go() -> None:
    page = parsed(the_notice().problem("/app", "Not <taken>", 'Say "why" & <b>'))

    assert text_of(page.find(".//h1")) == "Not <taken>"
    assert 'Say "why" & <b>' in text_of(page)
    hrefs = [each.get("href") for each in page.iter("a")]
    assert {"/app/cookiesafe/choices", "/app/"} <= set(hrefs)
