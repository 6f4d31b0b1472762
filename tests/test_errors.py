"""The errors: one tree, one code each, and a message that helps."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe import errors
from cookiesafe.errors import (
    BadCarry,
    BadNote,
    BadProof,
    BadToken,
    CarryTooLarge,
    CookieSafeError,
    DamagedLog,
    LogError,
    NewerTables,
    NoApp,
    NoBrowser,
    NotFresh,
    NotStorable,
    OpenInspector,
    PolicyError,
    Problem,
    SessionTooLarge,
    SettingError,
    StoreError,
    ThemeError,
    TooLate,
    UnknownName,
    UsageError,
    WeakKey,
    did_you_mean,
    sentence,
)

CLASSES = {
    each.__name__: each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, Exception)
}
PLAIN = [
    CookieSafeError,
    SettingError,
    WeakKey,
    OpenInspector,
    NewerTables,
    NoApp,
    NoBrowser,
    UsageError,
    TooLate,
    NotStorable,
    SessionTooLarge,
    CarryTooLarge,
    NotFresh,
    StoreError,
    DamagedLog,
    LogError,
    BadProof,
    BadNote,
    BadToken,
]
PROBLEM = Problem("CS104", ("cookies", "a", "purpose"), 'no purpose "x" is declared', "Add it.", 7)
EVERY = [
    *(each("it broke", where="here", fix="Mend it.") for each in PLAIN),
    UnknownName("purpose", "adz", ["ads"]),
    PolicyError([PROBLEM], "cookiesafe.toml"),
    ThemeError([PROBLEM]),
    BadCarry("expired"),
]


def drawn_tree() -> dict[str, str | None]:
    """Each class of the tree in the docstring, with the one it hangs from."""
    above: list[str] = []
    found: dict[str, str | None] = {}
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"((?:│   |    )*(?:├── |└── )?)([A-Z]\w+)(?:\s{2,}|$)", line)
        if match:
            depth = len(match[1]) // 4
            del above[depth:]
            found[match[2]] = above[-1] if above else None
            above.append(match[2])
    return found


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    real = {
        name: next((base.__name__ for base in each.__bases__ if base in CLASSES.values()), None)
        for name, each in CLASSES.items()
    }

    assert drawn_tree() == real


def test_what_the_tree_says_of_builtin_bases_is_so() -> None:
    said = {
        match[1]: match[2]
        for match in re.finditer(
            r"── (\w+).*\(an? (\w+Error)\)$", errors.__doc__ or "", re.MULTILINE
        )
    }
    builtin = {
        name: base.__name__
        for name, each in CLASSES.items()
        for base in each.__bases__
        if base.__module__ == "builtins" and base is not Exception
    }

    assert said == builtin == {"UnknownName": "LookupError", "NotStorable": "TypeError"}


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [getattr(each, "code", None) for each in CLASSES.values()]

    assert all(re.fullmatch(r"CS\d{3}", code or "") for code in codes)
    assert len(set(codes)) == len(codes)
    assert all("code" in vars(each) for each in CLASSES.values())


def test_every_error_is_tried_here() -> None:
    assert {type(each) for each in EVERY} == set(CLASSES.values())


@pytest.mark.parametrize("kind", PLAIN)
def test_a_message_says_where_what_and_how_to_mend_it(kind: type[CookieSafeError]) -> None:
    error = kind("it broke", where="line 3", fix="Mend it.")

    assert str(error) == f"line 3: it broke. Mend it. [{kind.code}]"


@pytest.mark.parametrize("kind", PLAIN)
def test_a_message_is_whole_without_place_and_remedy(kind: type[CookieSafeError]) -> None:
    error = kind("it broke")

    assert str(error) == f"it broke. [{kind.code}]"
    assert (error.what, error.where, error.fix) == ("it broke", "", "")


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_every_error_carries_what_where_and_fix(error: CookieSafeError) -> None:
    carried = (error.what, error.where, error.fix)

    assert all(isinstance(each, str) for each in carried)
    assert error.what


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize(
    "again",
    [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy],  # noqa: S301
    ids=["another process", "a copy", "a deep copy"],
)
def test_an_error_is_the_same_wherever_it_is_raised_again(
    error: CookieSafeError, again: Callable[[CookieSafeError], CookieSafeError]
) -> None:
    came = again(error)

    assert type(came) is type(error)
    assert (str(came), came.args, vars(came)) == (str(error), error.args, vars(error))


def test_an_unknown_name_says_which_and_the_closest_known() -> None:
    error = UnknownName("purpose", "adverts", ["advertising", "statistics", "necessary"])

    assert (error.kind, error.name) == ("purpose", "adverts")
    assert str(error) == ('no purpose "adverts" is declared. Did you mean "advertising"? [CS301]')


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        pytest.param("adz", ["tips", "ads"], 'Did you mean "ads"?', id="a near one"),
        pytest.param("ads", iter(["ads"]), 'Did you mean "ads"?', id="from an iterator"),
        pytest.param("xyz", ["tips", "ads"], "Known: ads, tips.", id="no near one"),
        pytest.param("", ["tips", "ads"], "Known: ads, tips.", id="an empty name"),
        pytest.param("ads", [], "None are declared.", id="nothing known"),
    ],
)
def test_a_suggestion_names_what_is_known(name: str, known: Any, expected: str) -> None:
    assert did_you_mean(name, known) == expected


def test_a_policy_error_has_a_line_for_each_problem_in_their_order() -> None:
    second = Problem("CS103", ("site",), "name is empty", "Write some words.")
    error = PolicyError(iter([PROBLEM, second]), "cookiesafe.toml")  # type: ignore[arg-type]

    assert error.problems == (PROBLEM, second)
    assert error.source == "cookiesafe.toml"
    assert str(error).splitlines() == [
        'cookiesafe.toml:7: no purpose "x" is declared. Add it. [CS104]',
        "cookiesafe.toml site: name is empty. Write some words. [CS103]",
    ]


def test_a_problem_of_the_whole_file_names_the_file_alone() -> None:
    assert Problem("CS112", (), "it cannot be read", "Check the path.").sentence("a.toml") == (
        "a.toml: it cannot be read. Check the path. [CS112]"
    )


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(deadline=None, max_examples=50)
@given(TEXT, TEXT, TEXT)
def test_nothing_of_a_message_is_lost(what: str, where: str, fix: str) -> None:
    text = sentence("CS999", what, where, fix)

    assert text.endswith(" [CS999]")
    assert text.startswith(where)
    assert what in text
    assert fix in text


def test_the_driver_s_own_error_is_the_cause_of_a_store_error() -> None:
    driver = OSError("disk full")

    with pytest.raises(StoreError) as caught:
        raise StoreError("the record was not kept") from driver

    assert caught.value.__cause__ is driver
