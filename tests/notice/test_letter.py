"""The letter about a policy: what is new, from when, all that differs, and where to answer; in lines that a mail can have."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe import Policy, SettingError
from cookiesafe.notice import Letter, announcement_text
from cookiesafe.policy import Announcement, Purpose, Site

BEFORE = """
[site]
name = "Harbour Light & Water"
contact = "privacy@harbour.example"

[purposes.statistics]
title = "Statistics"
text = "Lets us count visits."

[purposes.tips]
title = "Tips"
"""
AFTER = """
[site]
name = "Harbour Light & Water"
contact = "privacy@harbour.example"

[purposes.statistics]
title = "Statistics"
text = "Lets us count visits, and how long they last."

[purposes.offers]
title = "Offers by e-mail"
text = "Once a month."
channel = "email"
"""
SUMMARY = ("We now measure how long a visit lasts.", "We write to you, if you want that.")
SITE = "https://www.example"


def letter(before: str = BEFORE, after: str = AFTER, site: str = SITE) -> Letter:
    return announcement_text(
        Announcement(
            policy=Policy.from_toml(after),
            before=Policy.from_toml(before),
            summary=SUMMARY,
            in_force=date(2027, 2, 1),
        ),
        site,
    )


def flat(text: str) -> str:
    return " ".join(text.split())


def test_it_says_what_is_new_and_from_when() -> None:
    subject, text = letter()

    assert subject == "Harbour Light & Water: our policy changes on 2027-02-01"
    assert "in force from 2027-02-01 on" in flat(text)
    for said in SUMMARY:
        assert f"- {said}" in text


def test_it_says_all_that_differs_in_words() -> None:
    text = flat(letter().text)

    assert "Purpose “Offers by e-mail” is new: Once a month." in text
    assert "Purpose “Tips” is there no more" in text
    assert (
        "Purpose “Statistics”, text: Lets us count visits. → Lets us count visits, and how long they last."
        in text
    )


def test_it_leads_to_where_it_is_answered_and_says_whom_to_ask() -> None:
    text = letter(site="https://www.example/app/").text

    assert "\nhttps://www.example/app/cookiesafe/changes\n" in text
    assert "Questions? privacy@harbour.example" in text


def test_it_is_about_the_service_and_says_so() -> None:
    assert "no advertising" in flat(letter().text)


def test_a_policy_that_is_only_put_differently_says_that() -> None:
    assert "Only how things are put has changed." in letter(after=BEFORE).text


@pytest.mark.parametrize(
    "site", ["", "www.example", "ftp://a.example", "https://a b", "https://a\nb"]
)
def test_what_is_no_address_is_told_at_once(site: str) -> None:
    with pytest.raises(SettingError, match="site_url"):
        letter(site=site)


@settings(deadline=None)
@given(name=st.text(min_size=1).filter(str.strip), said=st.text(), title=st.text(min_size=1))
def test_whatever_the_words_hold_it_is_lines_of_letters(name: str, said: str, title: str) -> None:
    before = Policy.from_toml(BEFORE)
    policy = Policy(site=Site(name=name), purposes=[Purpose(id="a", title=f"x{title}", text=said)])
    announcement = Announcement(
        policy=policy, before=before, summary=(said,), in_force=date(2027, 2, 1)
    )

    subject, text = announcement_text(announcement, SITE)

    assert len(subject.splitlines()) == 1
    assert not [each for each in subject + text if ord(each) < 32 and each != "\n"]
    (subject + text).encode()
    for line in text.split("\n"):
        assert len(line) <= 72 or " " not in line.strip().removeprefix("- ")


def test_it_is_written_in_a_language_and_says_what_was_translated() -> None:
    translated = "[translations.de.purposes.statistics]\ntitle = 'Statistik'\n"
    announcement = Announcement(
        policy=Policy.from_toml(AFTER + translated),
        before=Policy.from_toml(BEFORE),
        summary=SUMMARY,
        in_force=date(2027, 2, 1),
    )

    subject, text = announcement_text(announcement, SITE, language="de")

    assert subject == "Harbour Light & Water: Unsere Richtlinie ändert sich am 2027-02-01"
    assert "- Zweck „Statistik“, Text: Lets us count visits. → Lets us count visits, and" in flat(
        text
    )
    assert f"{SITE}/cookiesafe/changes?lang=de\n" in text
