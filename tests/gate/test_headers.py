"""The gate for response fields: entries for held hosts go, everything else stays byte for byte."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.consent import Allowed
from cookiesafe.fields import Header
from cookiesafe.gate import HostGate, PageHosts
from cookiesafe.gate.headers import ACTIVE, ADVERTISING, HeaderGate, refresh_url
from cookiesafe.policy import Policy, Purpose, Site, Vendor

POLICY = Policy(
    site=Site(name="Site", hosts=("static.example",)),
    purposes=[Purpose(id="ads", title="A")],
    vendors=[
        Vendor(id="gull", name="G", hosts=("ads.example",), purposes=("ads",)),
        Vendor(id="tern", name="T", hosts=("ok.example",), purposes=("ads",)),
    ],
)
PAGE: PageHosts = HostGate(POLICY, Allowed(vendors=frozenset({"tern"}))).page(
    "https://www.example/"
)


def left(name: str, value: str) -> str | None:
    """What is left of a field."""
    fields = HeaderGate(PAGE, advertising=False).outgoing([(name, value)])
    return fields[0][1] if fields else None


def held(*fields: Header) -> dict[str, str]:
    gate = HeaderGate(PAGE, advertising=False)
    gate.outgoing(fields)
    return {each.name: field for each, field in gate.held.items()}


# --- Link ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rel",
    [
        "preload", "preconnect", "prefetch", "dns-prefetch", "modulepreload", "prerender", "PreLoad",
        '"preconnect"', '"nofollow preconnect"', '"canonical  preload"', "stylesheet", "icon", "next",
        "compression-dictionary",
    ],
)  # fmt: skip
@pytest.mark.parametrize("anchor", ["", '; anchor="https://www.example/other"'])
def test_a_link_that_calls_a_held_host_goes(rel: str, anchor: str) -> None:
    link = f"<https://ads.example/a>; rel={rel}{anchor}"

    assert left("Link", link) is None
    assert left("link", f"</a.css>; rel=preload, {link},</b>; rel=next") == (
        "</a.css>; rel=preload,</b>; rel=next"
    )
    assert left("Link", f"{link}, </b>; rel=next") == "</b>; rel=next"


@pytest.mark.parametrize(
    "link",
    [
        "",
        ",",
        "</a.css>; rel=preload; as=style",
        "<https://www.example/a>;rel=preload,,<b>;rel=next",
        "<//static.example/a>; rel=preconnect",
        "<https://ok.example/>; rel=preconnect; crossorigin",
        "<https://ads.example/>; rel=canonical",
        '<https://ads.example/preload>; rel=alternate; title="a, b; c"',
        "<https://ads.example/>",
        "<data:,x>; rel=preload",
        "not a link at all",
        '<a>; rel=preload; title="\xe9"',
        "\x00<a>; rel=preload",
    ],
)
def test_any_other_link_stays_byte_for_byte(link: str) -> None:
    assert left("Link", link) == link


@pytest.mark.parametrize(
    "link",
    [
        "<a,b>; rel=preload, <https://ads.example/>; rel=preconnect",
        '<a>; title="x, <b>", <https://ads.example/>; rel=preconnect',
        '<a>; title="x \\", <b>", <https://ads.example/>; rel=preconnect',
    ],
)
def test_commas_in_addresses_and_texts_part_no_links(link: str) -> None:
    assert "ads.example" not in (left("Link", link) or "")


@pytest.mark.parametrize(
    "link",
    [
        '<https://ads.example/>; rel="preconnect',
        "<https://ads.example/; rel=preconnect",
        "<https://ads.example/>; title='a, b'; rel=preconnect",
        '<https://ads.example/>; title="a\\", b"; rel=preconnect',
        '<a>; title="x, <https://ads.example/>; rel=preconnect',
        "<https://ads.example/> rel=preconnect",
        "<https://ads.example/>; rel = preconnect",
        "<ht\ttps://ads.example/>; rel=preconnect",
        "<\\\\ads.example>; rel=preconnect",
    ],
)
def test_what_browsers_may_read_in_another_way_goes_whole(link: str) -> None:
    assert left("Link", link) is None


@pytest.mark.parametrize(
    ("sources", "stays"),
    [
        ('"a.png 1x, https://ads.example/b.png 2x"', False),
        ('"https://ads.example/b.png"', False),
        ("https://ads.example/b.png", False),
        ('"a.png 1x, //static.example/b.png 2x"', True),
    ],
)
def test_the_pictures_a_link_may_choose_from_are_looked_at(sources: str, stays: bool) -> None:
    link = f"<a.png>; rel=preload; as=image; imagesrcset={sources}"

    assert left("Link", link) == (link if stays else None)


# --- where reports go ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('a="/r"', 'a="/r"'),
        ('a="https://ads.example/r"', None),
        (
            'a="/r", b="https://ads.example/r";x=1 ,  c="//static.example/r"',
            'a="/r",  c="//static.example/r"',
        ),
        ('b="https://ads.example/a,b", a="/r"', 'a="/r"'),
        ('a="https://\\ads.example"', None),
        ('a="https://ads.example', None),
        ("a=1, b", "a=1, b"),
        ('"/rules.json", "https://ads.example/rules.json"', '"/rules.json"'),
        ("", ""),
    ],
)
def test_addresses_of_held_hosts_go(value: str, expected: str | None) -> None:
    assert left("Reporting-Endpoints", value) == expected
    field = ("Speculation-Rules", value)
    gate = HeaderGate(PAGE, advertising=True, complete=True)
    assert gate.outgoing([field]) == ([] if expected is None else [(field[0], expected)])


def test_rules_that_were_not_looked_at_stay_only_for_who_agrees_to_everything() -> None:
    assert left("Speculation-Rules", '"/rules.json"') is None
    assert held(("Speculation-Rules", '"/rules.json"')) == {
        "speculation-rules": "Speculation-Rules"
    }


GROUP = '{"group":"g","max_age":9,"endpoints":[{"url":"https://ads.example/r"}]}'
TAKEN_BACK = {"group": "g", "max_age": 0, "endpoints": []}


def test_a_group_that_browsers_keep_is_taken_back_with_what_logs_errors_to_it() -> None:
    own = '{ "group":"own", "max_age": 9,"endpoints":[{"url":"/r"}] }'
    fields = [
        ("NEL", '{"report_to":"g","max_age":9}'),
        ("Report-To", f"{own} , {GROUP}"),
        ("NEL", '{"report_to": "own","max_age":9}'),
    ]

    one, two, three = HeaderGate(PAGE, advertising=False).outgoing(fields)

    assert json.loads(one[1]) == {"report_to": "g", "max_age": 0}
    assert two[1].startswith(f"{own},")
    assert json.loads(two[1].removeprefix(f"{own},")) == TAKEN_BACK
    assert three == fields[2]


@pytest.mark.parametrize(
    "nel", ["", "{", "[]", '{"report_to":[]}', "[" * 5000, '{"report_to":"other"}']
)
def test_other_error_logging_stays(nel: str) -> None:
    fields = HeaderGate(PAGE, advertising=False).outgoing([("Report-To", GROUP), ("NEL", nel)])

    assert fields[1] == ("NEL", nel)


@pytest.mark.parametrize(
    "value",
    [
        '{"endpoints":[{"url":"/r"}],"max_age":1}',
        '{"endpoints":{"url":"https://ads.example"}}',
        '{"endpoints":[1,{"url":2}]}, 7',
    ],
)
def test_groups_that_call_no_held_host_stay(value: str) -> None:
    assert left("Report-To", value) == value


@pytest.mark.parametrize("value", ["", "{", f"{GROUP} {GROUP}", f"{GROUP},", "[" * 100_000, "nope"])
def test_groups_that_are_no_json_go_whole(value: str) -> None:
    assert left("Report-To", value) is None


@pytest.mark.parametrize("name", ["Content-Security-Policy", "content-security-policy-report-only"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("default-src https://ads.example", "default-src https://ads.example"),
        ("default-src 'self' ;; report-uri /r ", "default-src 'self' ;; report-uri /r "),
        ("img-src *; report-uri https://ads.example/r; x-y  z", "img-src *; x-y  z"),
        ("img-src *; Report-URI  /r  https://ads.example/r", "img-src *; Report-URI /r"),
        ("report-uri https://ads.example/r", None),
        (
            "a; report-uri //ads.example,b; report-uri /r, c; report-uri //ads.example",
            "a,b; report-uri /r, c",
        ),
        ("report-uri", "report-uri"),
        (";;report-uri//ads.example", ";;report-uri//ads.example"),
    ],
)
def test_a_policy_of_the_app_s_keeps_everything_but_held_addresses(
    name: str, value: str, expected: str | None
) -> None:
    assert left(name, value) == expected


# --- the rest ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("5; url=https://ads.example/", "https://ads.example/"),
        ("0;URL = 'https://ads.example/'x", "https://ads.example/"),
        ('0 "https://ads.example/', "https://ads.example/"),
        ("0.5, //ads.example", "//ads.example"),
        ("0;url=//ads.example", "//ads.example"),
        ("0;url//ads.example", "url//ads.example"),
        ("5", None),
        ("", None),
        ("now; url=/", None),
    ],
)
def test_where_a_refresh_leads_is_read_as_in_html(value: str, url: str | None) -> None:
    assert refresh_url(value) == url


def test_a_refresh_to_a_held_host_goes() -> None:
    assert left("Refresh", "5; url=https://ads.example/") is None
    assert left("Refresh", "5; url=/next") == "5; url=/next"
    assert left("Refresh", "5") == "5"


@pytest.mark.parametrize("name", sorted(ADVERTISING))
def test_a_field_that_takes_part_in_advertising_passes_only_with_it(name: str) -> None:
    field = (name.title(), "?1")

    assert HeaderGate(PAGE, advertising=False).outgoing([field]) == []
    assert HeaderGate(PAGE, advertising=True).outgoing([field]) == [field]


def test_what_was_held_is_told_once_each_with_its_field() -> None:
    told = held(
        ("Link", "<//ads.example>; rel=preload, <//no.example>; rel=preload"),
        ("Refresh", "0; url=//ads.example"),
        ("Observe-Browsing-Topics", "?1"),
    )

    assert told == {
        "ads.example": "Link",
        "no.example": "Link",
        "observe-browsing-topics": "Observe-Browsing-Topics",
    }


@settings(deadline=None)
@given(st.sampled_from(sorted(ACTIVE)), st.text(st.characters(max_codepoint=255)))
def test_no_value_raises_and_what_holds_nothing_leaves_as_it_came(name: str, value: str) -> None:
    gate = HeaderGate(PAGE, advertising=True)

    fields = gate.outgoing([(name, value)])

    if not gate.held and name != "report-to":
        assert fields == [(name, value)]


PIECES = st.sampled_from(
    [
        "<",
        ">",
        '"',
        "'",
        ",",
        ";",
        " ",
        "\\",
        "=",
        "rel",
        "preload",
        "title",
        "/x",
        "https://ads.example",
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_no_link_that_names_a_held_host_in_brackets_gets_by(noise: str) -> None:
    link = f"{noise}, <https://ads.example/>; rel=preload"

    assert "<https://ads.example/>; rel=preload" not in (left("Link", link) or "")


@settings(deadline=None)
@given(st.text())
def test_other_fields_stay(value: str) -> None:
    assert left("X-Anything", value) == value
