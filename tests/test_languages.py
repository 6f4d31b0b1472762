"""Which language suits: tags as RFC 4647 looks them up, and Accept-Language as browsers and others send it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.languages import accepted, catalogued, direction, look_up

OFFERED = ("en", "de", "pt-BR", "zh", "nb", "he")
FIELDS = st.text() | st.lists(
    st.sampled_from(
        ["de", "EN-gb", "*", "zh-Hant-TW", "iw", ";q=", "0.5", "1", " ", ",", "x-y", "-"]
    )
).map("".join)


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("de", "de"),
        ("DE-Latn-AT", "de"),
        ("zh-a-DE", "zh"),  # a single letter goes with what was cut off behind it
        ("pt", "pt-BR"),
        ("pt-pt", "pt-BR"),
        ("no", "nb"),
        ("iw-IL", "he"),
        ("zh-Hans-TW", "zh"),
        ("zh-TW", None),  # who reads traditional characters
        ("zh-Hant", None),
        ("den", None),
        ("fr", None),
        ("", None),
        ("de-" * 20, None),
    ],
)
def test_a_tag_is_looked_up_by_cutting_it_short(tag: str, found: str | None) -> None:
    assert look_up(tag, OFFERED) == found


def test_one_that_has_two_names_is_offered_by_either() -> None:
    for tag in ("zh-tw", "zh-Hant-TW", "zh-Hant"):
        assert look_up(tag, ["zh", "zh-TW"]) == "zh-TW"
    assert look_up("nb", ["no"]) == "no"
    assert catalogued("zh-HK") is None


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("da, en-gb;q=0.8, de;q=0.7", "en"),
        ("de;q=0.5, nb", "nb"),
        ("fr, de;q=0.1", "de"),
        ("de;Q=0.3 , en ; q=0.4", "en"),
        ("*", "en"),
        ("en;q=0, *;q=0.1", "de"),
        ("de;q=0", None),
        ("de;q=2", None),
        ("de;q=1.5", "de"),
        ("fr", None),
        ("", None),
        ("de" + " " * 500, "de"),
        ("fr," * 30 + "de", None),
    ],
)
def test_the_best_that_is_offered_is_taken(field: str, found: str | None) -> None:
    assert accepted(field, OFFERED) == found


@given(FIELDS)
def test_whatever_comes_the_answer_is_one_of_those_offered_or_none(field: str) -> None:
    assert accepted(field, OFFERED) in (*OFFERED, None)
    assert look_up(field, OFFERED) in (*OFFERED, None)


@pytest.mark.parametrize(
    ("tag", "way"),
    [("ar", "rtl"), ("ar-EG", "rtl"), ("he", "rtl"), ("iw", "rtl"), ("de", "ltr"), ("", "ltr")],
)
def test_some_are_written_from_right_to_left(tag: str, way: str) -> None:
    assert direction(tag) == way


@pytest.mark.parametrize(("tag", "name"), [("de-AT", "de"), ("en-GB", "en"), ("tlh", None)])
def test_a_language_has_the_catalogue_of_its_nearest_relation(tag: str, name: str | None) -> None:
    assert catalogued(tag) == name
