"""A theme: what a site can choose, and what is refused so that everybody can read it, and nobody is led."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe import SettingError, Theme, ThemeError
from cookiesafe.consent import Circumstances, Question
from cookiesafe.notice import Lasting, Notice
from cookiesafe.notice.colour import contrast
from cookiesafe.notice.styles import sheets
from cookiesafe.notice.theme import SIDES
from cookiesafe.policy import Policy, Purpose, Site

COLOURS = ("ground", "text", "line", "brand")
INJECTING = [
    "red;}",
    "#fff;",
    "#fff}body{display:none",
    "#fff/*",
    "url(//tracker.example/a.gif)",
    "var(--x)",
    "#fff !important",
    "</style><script>",
    "\\23 fff",
    "expression(alert(1))",
    "",
    " ",
]
ODD: list[Any] = [
    7,
    None,
    True,
    b"#fff",
    [],
    ["#fff", "#000"],
    ("#fff",),
    ("#fff",) * 3,
    ("#fff", 7),
]
POLICY = Policy(
    site=Site(name="Harbour"), purposes=[Purpose(id="ads", title="Ads"), Purpose(id="b", title="B")]
)


def stands(**given: Any) -> bool:
    return isinstance(Theme(**given), Theme)


def problems_of(**given: Any) -> list[tuple[str, str]]:
    """Code and place of each."""
    with pytest.raises(ThemeError) as raised:
        Theme(**given)
    assert str(raised.value).count("\n") == len(raised.value.problems) - 1
    return [(each.code, *each.path) for each in raised.value.problems]  # type: ignore[misc]


# --- what stands out ---------------------------------------------------------------------------


def test_our_own_texts_have_what_is_asked_for_at_the_highest_level() -> None:
    theme = Theme()
    for side in SIDES:
        ground = theme.colour("ground", side)
        assert contrast(theme.colour("text", side), ground) >= 7
        assert contrast(theme.colour("brand", side), ground) >= 7
        assert contrast(theme.colour("line", side), ground) >= 3


def test_a_brand_that_is_too_faint_is_refused_and_another_is_offered() -> None:
    with pytest.raises(ThemeError) as raised:
        Theme(brand="#ffcc00")

    said = str(raised.value)
    assert isinstance(raised.value, SettingError)
    assert said.startswith("theme brand: #ffcc00 on #ffffff, light, has a contrast of 1.51:1")
    assert said.endswith("[CS521]")
    pair = re.search(r'brand=\("(#\w{6})", "(#\w{6})"\)', said)
    assert pair
    assert Theme(brand=(pair[1], pair[2])).brand == (pair[1], pair[2])
    assert pair[2] == "#ffcc00"  # which is well seen in the dark


def test_what_fails_in_the_dark_alone_fails() -> None:
    assert problems_of(brand="#1a5fb4") == [("CS521", "brand")]
    assert problems_of(brand=("#1a5fb4", "#1a5fb4")) == [("CS521", "brand")]
    assert stands(brand=("#1a5fb4", "#78aeed"))
    assert stands(brand="#1a5fb4", scheme="light")
    assert problems_of(brand="#1a5fb4", scheme="dark") == [("CS521", "brand")]


def test_a_ratio_is_never_rounded_up_to_what_is_enough() -> None:
    with pytest.raises(ThemeError, match=r"has a contrast of 4\.47:1; it needs 4\.5:1"):
        Theme(brand="#777777", scheme="light")
    assert stands(brand="#767676", scheme="light")


def test_lines_need_less_than_texts() -> None:
    assert stands(line="#8f8f8f", scheme="light")
    assert problems_of(line="#999999", scheme="light") == [("CS521", "line")]
    assert problems_of(text="#8f8f8f", scheme="light") == [("CS521", "text")]


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert problems_of(ground="#777777") == [("CS521", "text"), ("CS521", "line")]
    assert problems_of(layout="modal", brand="red", radius="1px;") == [
        ("CS520", "layout"),
        ("CS520", "brand"),
        ("CS520", "radius"),
    ]


hexes = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@settings(max_examples=40, deadline=None)
@given(st.fixed_dictionaries({}, optional={name: st.tuples(hexes, hexes) for name in COLOURS}))
def test_what_is_offered_is_taken(given: dict[str, Any]) -> None:
    """Each of the problems mended as it says."""
    try:
        Theme(**given)
    except ThemeError as error:
        for problem in error.problems:
            found = re.findall(r"#\w{6}", problem.fix)
            given[problem.path[0]] = (found[0], found[-1])
        Theme(**given)


# --- what is no value --------------------------------------------------------------------------


@pytest.mark.parametrize("name", COLOURS)
@pytest.mark.parametrize("value", [*INJECTING, *ODD], ids=repr)
def test_what_is_no_colour_is_refused(name: str, value: Any) -> None:
    if (name, value) == ("brand", None):
        assert stands(brand=None)
        return
    assert problems_of(**{name: value}) == [("CS520", name)]
    if isinstance(value, str):
        assert problems_of(**{name: ("#ffffff", value)}) == [("CS520", name)]


@pytest.mark.parametrize(
    "value",
    [
        *INJECTING,
        *ODD,
        'Inter";}',
        "Inter;",
        "a,,b",
        "a" * 70,
        "-x",
        "7up",
        "Inter, url(x)",
        "'Inter",
    ],
    ids=repr,
)
def test_what_is_no_font_is_refused(value: Any) -> None:
    assert problems_of(font=value) == [("CS520", "font")]


@pytest.mark.parametrize(
    "value", ["1", "1px;", "-1px", "1%", "calc(1px)", "100px", "1rem 2rem", "١px", None, ""]
)
def test_what_is_no_radius_is_refused(value: Any) -> None:
    assert problems_of(radius=value) == [("CS520", "radius")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("layout", "modal"),
        ("layout", "botom"),
        ("layout", None),
        ("layout", ["top"]),
        ("scheme", "Dark"),
        ("first", "accpet"),
        ("buttons", "accept filled"),
        ("heading", 0),
        ("heading", 7),
        ("heading", "2"),
        ("heading", 2.0),
        ("heading", True),
    ],
)
def test_what_is_no_choice_is_refused(name: str, value: Any) -> None:
    assert problems_of(**{name: value}) == [("CS520", name)]


def test_a_slip_is_told_from_a_wall() -> None:
    with pytest.raises(ThemeError, match='Did you mean "bottom"'):
        Theme(layout="botom")  # type: ignore[arg-type]
    with pytest.raises(ThemeError, match="Nothing may stand between a visitor and the page"):
        Theme(layout="modal")  # type: ignore[arg-type]


def test_no_setting_is_of_one_button_alone() -> None:
    named = {each.name for each in fields(Theme)}

    assert not any(re.search("accept|reject", name) for name in named)
    with pytest.raises(TypeError, match="accept_colour"):
        Theme(accept_colour="#00aa00")  # type: ignore[call-arg]


def test_it_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Theme().brand = "#ffcc00"  # type: ignore[misc]


# --- what comes of it --------------------------------------------------------------------------


def css_of(theme: Theme) -> str:
    return sheets(theme).notice.css.decode()


def test_a_theme_is_in_the_style_sheet_and_in_its_address() -> None:
    plain, blue = Theme(), Theme(brand=("#1a5fb4", "#78aeed"), font="'Open Sans', sans-serif")

    assert "light-dark(#1a5fb4, #78aeed)" in css_of(blue)
    assert '--cookiesafe-font: "Open Sans",sans-serif !important;' in css_of(blue)
    assert "#1a5fb4" not in css_of(plain)
    assert sheets(plain).notice.version != sheets(blue).notice.version
    assert sheets(plain).pages.version == sheets(blue).pages.version


def test_browsers_that_do_not_know_light_and_dark_get_plain_colours() -> None:
    before, _, after = css_of(Theme()).partition("@supports (color: light-dark(#000, #fff))")

    assert "--cookiesafe-ground: #ffffff !important" in before
    assert "light-dark(" not in before
    assert "--cookiesafe-ground: light-dark(#ffffff, #16181b) !important" in after


@pytest.mark.parametrize("side", SIDES)
def test_a_scheme_that_is_told_is_the_only_one(side: Any) -> None:
    css = css_of(Theme(scheme=side))

    assert f"color-scheme: {side} !important" in css
    assert "light-dark" not in css


@pytest.mark.parametrize("layout", ["top", "bottom", "corner", "inline"])
def test_every_declaration_is_out_of_the_sites_reach(layout: Any) -> None:
    for sheet in sheets(Theme(layout=layout)):
        css = sheet.css.decode()
        declared = re.findall(r"[{;]\s*(?:--)?[a-z-]+:[^{}]*?;", css)
        assert len(re.findall(r" !important;", css)) == css.count(";") > 20
        assert declared
        assert css.startswith("@layer cookiesafe {")
        assert css.count("{") == css.count("}")


def test_only_layouts_that_cover_something_have_rules_for_it() -> None:
    floating = {
        each
        for each in ("top", "bottom", "corner", "inline")
        if "60vh" in css_of(Theme(layout=each))
    }

    assert floating == {"bottom", "corner"}


def banner_of(theme: Theme) -> tuple[str, str, str]:
    """The banner, and how it is recorded that it was shown."""
    notice = Notice(POLICY, "/cookiesafe", Lasting(idle=60, absolute=60, marker=60), theme=theme)
    where = Circumstances(frozenset(), POLICY.regime(""))
    question = Question(("ads", "b"))
    shown = notice.shown("banner", "", question, where)
    assert shown
    return notice.banner("", "/", question, where).decode(), shown.layout, shown.buttons


def test_the_button_that_stands_first_is_recorded() -> None:
    for first in ("reject", "accept"):
        html, layout, buttons = banner_of(Theme(first=first, layout="corner"))
        stand = re.findall(r'name="choice" value="(\w+)"', html)
        assert stand == buttons.split(",")
        assert stand[0] == first
        assert layout == "corner"


def test_the_level_of_the_heading_can_be_chosen() -> None:
    assert '<h2 id="cookiesafe-heading">' in banner_of(Theme())[0]
    assert '<h3 id="cookiesafe-heading">' in banner_of(Theme(heading=3))[0]
