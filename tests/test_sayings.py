"""Texts that are said in the visitor's language are texts like any other to whoever does not care."""

from __future__ import annotations

import json
import pickle
from copy import deepcopy

import pytest

from cookiesafe.notice.language import Language
from cookiesafe.sayings import Foreign, Listed, say, say_in, say_many

NEWS = say("a new company: %(company)s", company="Gull & Co")
DAYS = say_many("%(num)s day", "%(num)s days", 3)
ALL = [NEWS, DAYS, say_in("a month", "May"), Foreign("Oui", "fr"), Listed((NEWS, DAYS))]


@pytest.mark.parametrize("text", ALL)
def test_it_equals_its_english_and_is_kept_as_that(text: str) -> None:
    plain = "".join(text)

    assert text == plain
    assert hash(text) == hash(plain)
    assert json.dumps(text) == json.dumps(plain)


@pytest.mark.parametrize("text", ALL)
def test_a_copy_can_be_said_in_other_languages_too(text: str) -> None:
    spoken = Language("de")

    for copy in (deepcopy(text), pickle.loads(pickle.dumps(text))):  # noqa: S301 (its own)
        assert type(copy) is type(text)
        assert spoken.plain(copy) == spoken.plain(text)
        assert spoken.html(copy) == spoken.html(text)


def test_what_is_in_it_is_said_as_well() -> None:
    text = say(
        "%(cookie)s is kept for %(time)s instead of %(before)s", cookie="hl", time=DAYS, before=DAYS
    )

    assert text == "hl is kept for 3 days instead of 3 days"
    assert Language("de").plain(text) == "hl wird länger aufbewahrt: 3 Tage (vorher: 3 Tage)"


def test_as_html_what_is_in_it_is_escaped_and_says_its_language() -> None:
    french = say("a new company: %(company)s", company=Foreign("<Oui>", "fr"))

    assert Language("de").html(NEWS) == "ein neues Unternehmen: Gull &amp; Co"
    assert Language("de").html(french) == (
        'ein neues Unternehmen: <span lang="fr" dir="auto">&lt;Oui&gt;</span>'
    )
    assert Language("de").plain(french) == "ein neues Unternehmen: <Oui>"


def test_a_list_has_the_commas_of_the_language() -> None:
    assert Language("ar").plain(Listed(("a", "b"))) == "a، b"


def test_a_language_that_nobody_speaks_is_english() -> None:
    spoken = Language("tlh")

    assert (spoken.tag, spoken.direction) == ("en", "ltr")
    assert spoken.plain(DAYS) == "3 days"
