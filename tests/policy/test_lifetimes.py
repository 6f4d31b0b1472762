"""Lifetimes from words to seconds, and back."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.policy import MAX_LIFETIME, duration, parse_lifetime


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("session", 0),
        ("Session", 0),
        ("1 second", 1),
        ("30 minutes", 1_800),
        ("1 hour", 3_600),
        ("90 days", 7_776_000),
        ("2 weeks", 1_209_600),
        ("12 months", 360 * 86_400),
        ("1 year", 365 * 86_400),
        (" 90  Days ", 7_776_000),
        ("90days", 7_776_000),
        ("400 days", MAX_LIFETIME),
    ],
)
def test_words_become_seconds(text: str, seconds: int) -> None:
    assert parse_lifetime(text) == seconds


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", 'Write it such as "90 days"'),
        ("90", 'Write it such as "90 days"'),
        ("-3 days", 'Write it such as "90 days"'),
        ("1.5 days", 'Write it such as "90 days"'),
        ("٩ days", 'Write it such as "90 days"'),
        ("90 dayz", 'Did you mean "days"?'),
        ("0 days", 'Write "session"'),
        ("401 days", "over 400 days"),
        ("2 years", "over 400 days"),
        ("999999999 years", "over 400 days"),
    ],
)
def test_what_is_no_lifetime_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        parse_lifetime(text)


@given(st.one_of(st.text(), st.from_regex(r"[0-9]{1,12} ?[a-z]{1,8}", fullmatch=True)))
def test_any_text_is_a_lifetime_a_browser_keeps_or_refused(text: str) -> None:
    try:
        seconds = parse_lifetime(text)
    except ValueError:
        return

    assert 0 <= seconds <= MAX_LIFETIME


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "not stated"),
        (0, "until the browser is closed"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (90, "90 seconds"),
        (3600, "1 hour"),
        (7200, "2 hours"),
        (86_400, "1 day"),
        (90 * 86_400, "90 days"),
        (183 * 86_400, "183 days"),
        (365 * 86_400, "1 year"),
        (730 * 86_400, "2 years"),
        (366 * 86_400, "366 days"),
    ],
)
def test_a_lifetime_in_words(seconds: int | None, words: str) -> None:
    assert duration(seconds) == words
