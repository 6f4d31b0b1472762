"""The site's own texts in further languages: read, checked, kept, and shown."""

from __future__ import annotations

import pytest

from cookiesafe.errors import PolicyError
from cookiesafe.policy import Cookie, Policy, Purpose, Site, Translation, differences

POLICY = """
[site]
name = "Harbour"

[purposes.ads]
title = "Adverts"
text = "Shows adverts."

[vendors.pay]
name = "Payfast"
hosts = ["pay.example"]
purposes = ["necessary"]
why = "shows the card form"

[cookies."hl.cart"]
purpose = "necessary"
why = "holds your bill"

[features.tips]
purpose = "ads"
without = "you see the same tips"
"""
GERMAN = """
[translations.de]
site.name = "Hafen"
purposes.ads.title = "Werbung"
vendors.pay.why = "zeigt das Kartenformular"
cookies."hl.cart".why = "hält Ihre Rechnung"
features.tips.without = "sehen Sie dieselben Tipps"
"""
OFFERED = POLICY.replace("[site]", '[site]\nlanguages = ["ar"]')


def problems(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        Policy.from_toml(POLICY + text, "p")
    return str(caught.value).splitlines()


def test_what_was_translated_stands_in_the_place_of_what_was_declared() -> None:
    policy = Policy.from_toml(POLICY + GERMAN).in_language("de")

    assert policy.site.name == "Hafen"
    assert policy.purpose("ads").title == "Werbung"
    assert policy.vendor("pay").why == "zeigt das Kartenformular"
    assert policy.cookies[0].why == "hält Ihre Rechnung"
    assert policy.feature("tips").without == "sehen Sie dieselben Tipps"
    assert [each.title for each in policy.optional] == ["Werbung"]


def test_what_was_not_translated_says_which_language_it_is_in() -> None:
    text = Policy.from_toml(POLICY + GERMAN).in_language("de").purpose("ads").text

    assert text == "Shows adverts."
    assert getattr(text, "lang", "") == "en"


def test_in_its_own_language_nothing_is_foreign() -> None:
    policy = Policy.from_toml(POLICY + GERMAN)

    assert not hasattr(policy.in_language("EN").purpose("ads").text, "lang")


def test_a_translation_is_no_part_of_what_is_agreed_to() -> None:
    one, two = Policy.from_toml(POLICY), Policy.from_toml(POLICY + GERMAN)

    assert one.grounds == two.grounds == two.in_language("de").grounds
    assert one.substances == two.substances
    assert one.fingerprint != two.fingerprint == two.in_language("de").fingerprint
    assert differences(one, two) == differences(one, two, "de") == ()


def test_a_difference_is_told_in_the_words_of_a_language() -> None:
    old = Policy.from_toml(POLICY + GERMAN)
    new = Policy.from_toml((POLICY + GERMAN).replace("Shows adverts", "Shows many adverts"))

    (found,) = differences(old, new, "de")

    assert (found.subject, found.after) == ("Werbung", "Shows many adverts.")


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        (POLICY, ("en",)),
        (POLICY + GERMAN, ("en", "de")),
        (OFFERED, ("en", "ar")),
        (OFFERED.replace('"ar"', '"de", "EN", "ar", "de"'), ("en", "de", "ar")),
        (OFFERED.replace("[site]", '[site]\nlanguage = "is"'), ("is", "ar")),
    ],
)
def test_a_site_offers_its_own_language_first(text: str, languages: tuple[str, ...]) -> None:
    assert Policy.from_toml(text).languages == languages


def test_it_may_offer_all_there_are() -> None:
    languages = Policy.from_toml(OFFERED.replace('"ar"', '"*"')).languages

    assert languages[0] == "en"
    assert {"ar", "de"} <= set(languages)
    assert len(set(languages)) == len(languages)


def test_what_is_kept_has_the_translations_too() -> None:
    policy = Policy.from_toml(POLICY + GERMAN)
    kept = Policy.from_json(policy.to_json())

    assert kept.fingerprint == policy.fingerprint
    assert kept.in_language("de").purpose("ads").title == "Werbung"
    assert "translations" not in Policy.from_toml(POLICY).to_json()


@pytest.mark.parametrize(
    "text",
    [
        '{"site":{"name":"S"},"translations":[]}',
        '{"site":{"name":"S"},"translations":{"de":{"regimes":{}}}}',
        '{"site":{"name":"S"},"translations":{"de":{"site":{"name":7}}}}',
    ],
)
def test_what_nobody_kept_is_no_policy(text: str) -> None:
    with pytest.raises(ValueError, match="kept policy"):
        Policy.from_json(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            "[translations.de.purposes.adds]\ntitle = 'W'",
            'p:22: no purpose "adds" is declared. Did you mean "ads"? [CS117]',
            id="of a purpose nobody declared",
        ),
        pytest.param(
            "[translations.de.cookies.cart]\nwhy = 'W'",
            'p:22: no cookie "cart" is declared. Did you mean "hl.cart"? [CS117]',
            id="of a cookie nobody declared",
        ),
        pytest.param(
            "[translations.de.purposes.ads]\ntitel = 'W'",
            'p:23: "titel" is no text of a purpose that is translated. Did you mean "title"? [CS102]',
            id="of a key that is none",
        ),
        pytest.param(
            "[translations.de.regimes]",
            'p:22: "regimes" is no part of a policy that is translated. '
            "Known: cookies, features, purposes, site, vendors. [CS102]",
            id="of a part without texts",
        ),
        pytest.param(
            "[translations.de.purposes]\nads = 'Werbung'",
            'p:23: "ads" is text, expected a table. '
            'Write [translations.de.purposes.ID] with title = "…" below it. [CS103]',
            id="a text for a table",
        ),
        pytest.param(
            "[translations.de.purposes.ads]\ntitle = 7",
            'p:23: title is a whole number, expected text. Write title = "…". [CS103]',
            id="a number",
        ),
        pytest.param(
            "[translations.de.purposes.ads]\ntitle = ' '",
            "p:23: title is empty. Leave it out where there is no translation. [CS103]",
            id="empty",
        ),
        pytest.param(
            "[translations.tlh.site]\nname = 'X'",
            'p:22: there are no words of ours in the language "tlh".',
            id="into what nobody here speaks",
        ),
        pytest.param(
            "[translations.en.site]\nname = 'X'",
            'p:22: language "en" is that of the texts themselves. '
            "Change these, or [site] language. [CS117]",
            id="into its own language",
        ),
        pytest.param(
            "[translations.de.site]\nname = 'X'\n[translations.DE.site]\nname = 'Y'",
            'p:24: language "DE" is translated into twice. Put all of it in one. [CS117]',
            id="twice",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, problem: str) -> None:
    assert any(line.startswith(problem) for line in problems(text)), problems(text)


def test_what_is_translated_into_is_to_be_offered() -> None:
    with pytest.raises(PolicyError, match='"de" is translated into and not offered'):
        Policy.from_toml(OFFERED + GERMAN)


def test_a_language_that_is_offered_is_one_that_is_spoken() -> None:
    with pytest.raises(PolicyError, match='no words of ours in the language "tlh"'):
        Policy.from_toml(OFFERED.replace('"ar"', '"tlh"'))


def test_a_policy_made_in_python_is_checked_too() -> None:
    def policy(*translations: Translation) -> Policy:
        return Policy(
            site=Site(name="Harbour"),
            purposes=[Purpose(id="ads", title="Adverts")],
            cookies=[Cookie(name="ad", purpose="ads")],
            translations=translations,
        )

    german = Translation(language="de", purposes={"ads": {"title": "Werbung"}})
    assert policy(german).in_language("de").purpose("ads").title == "Werbung"
    wrong: list[object] = [
        "de",
        Translation(language=7),  # type: ignore[arg-type]
        Translation(language="de", purposes={"ads": "Werbung"}),  # type: ignore[dict-item]
        Translation(language="de", purposes=[]),  # type: ignore[arg-type]
    ]
    for each in wrong:
        with pytest.raises(PolicyError, match="CS103"):
            policy(each)  # type: ignore[arg-type]
