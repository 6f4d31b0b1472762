"""The token of a form: it holds for whom it was given to, as it was given, for a while."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.form_token import LASTS, FormTokens, Whom
from cookiesafe.keys import KeyRing
from tests.support.harbour import KEY, NOW, OTHER_KEY

TOKENS = FormTokens(KeyRing(KEY))
ids = st.none() | st.text(min_size=1)
whoms = st.builds(Whom, ids, ids)


@given(whom=whoms, later=st.floats(0, LASTS - 1))
def test_it_holds_for_whom_it_was_given_to(whom: Whom, later: float) -> None:
    token = TOKENS.write(whom, NOW)

    assert re.fullmatch(r"[0-9]+\.[A-Za-z0-9_-]{43}", token)
    assert TOKENS.holds(token, whom, NOW + later)
    assert not TOKENS.holds(token, whom, NOW + LASTS + 1)


@given(one=whoms, other=whoms)
def test_it_holds_for_nobody_else(one: Whom, other: Whom) -> None:
    assert TOKENS.holds(TOKENS.write(one, NOW), other, NOW) is (one == other)


@given(token=st.text() | st.from_regex(r"[0-9]{1,12}\.[A-Za-z0-9_-]{43}", fullmatch=True))
def test_what_was_not_given_does_not_hold(token: str) -> None:
    assert not TOKENS.holds(token, Whom("ada", None), 0)


@given(at=st.integers(0), character=st.characters())
def test_a_token_with_one_character_changed_does_not_hold(at: int, character: str) -> None:
    whom = Whom("ada", None)
    token = TOKENS.write(whom, NOW)
    at %= len(token)
    changed = token[:at] + character + token[at + 1 :]

    assert TOKENS.holds(changed, whom, NOW) is (changed == token)


def test_one_of_another_key_does_not_hold() -> None:
    whom = Whom("ada", None)

    assert not TOKENS.holds(FormTokens(KeyRing(OTHER_KEY)).write(whom, NOW), whom, NOW)


def test_somebody_is_known_by_either_id() -> None:
    assert [Whom(*each).known for each in (("a", None), (None, "r"), ("a", "r"), (None, None))] == [
        True,
        True,
        True,
        False,
    ]
