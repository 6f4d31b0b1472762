"""Finding the line of a key without a parser's help."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.policy.lines import LineMap

TEXT = '''\
# [not.a.table] = 1
top = 1
[site]   # comment with "quotes" and ] in it
name = """
[site]
name = "no"
""\\" still inside """""
other = 'it\\'
path = \'\'\'
hosts = []
\'\'\'
hosts = [
  "a", # "b"
  'c',
  { in = 1, deep."x.y" = [1,
    2] },
]
when = 1979-05-27 07:32:00
float = 1.5

[ vendors . "a.b" ]
name = "x"
"quoted \\u0041" = {}
[cookies."hl_ad*"]
purpose="p"
[[many]]
one = 1
[[many]]
two = 2
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("site",), 3),
        (("site", "name"), 4),
        (("site", "other"), 8),
        (("site", "path"), 9),
        (("site", "hosts"), 12),
        (("site", "hosts", "0"), 13),
        (("site", "hosts", "1"), 14),
        (("site", "hosts", "2", "in"), 15),
        (("site", "hosts", "2", "deep", "x.y", "1"), 16),
        (("site", "when"), 18),
        (("site", "float"), 19),
        (("vendors", "a.b"), 21),
        (("vendors", "a.b", "name"), 22),
        (("vendors", "a.b", "quoted A"), 23),
        (("cookies", "hl_ad*", "purpose"), 25),
        (("many", "two"), 29),
        (("cookies", "hl_ad*", "missing"), 24),
        (("nowhere", "at", "all"), 1),
        ((), 1),
    ],
)
def test_a_key_is_found_on_its_line_or_at_what_it_stands_in(
    path: tuple[str, ...], line: int
) -> None:
    tomllib.loads(TEXT)

    assert LineMap(TEXT).line_of(path) == line


def test_windows_line_ends_count_once() -> None:
    assert LineMap('[site]\r\n\r\nname = "x"\r\n').line_of(("site", "name")) == 3


KEYS = st.text("ab.*#[]='\\\" \n\t", min_size=1, max_size=4)
VALUES = st.one_of(
    st.integers(),
    st.booleans(),
    st.text("ab=[]{}#'\\\"\n, ", max_size=12),
    st.lists(st.text("a=,[\n", max_size=3), max_size=3),
)


def basic(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'.replace("\t", "\\t")


def shown(value: object) -> Iterator[str]:
    match value:
        case str() if "'''" not in value and not value.endswith("'") and "\n" in value:
            yield f"'''\n{value}'''"
        case str():
            yield basic(value)
        case list():
            yield "[\n" + "".join(f"  {basic(item)},\n" for item in value) + "]"
        case _:
            yield str(value).lower()


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=4), max_size=4))
def test_every_key_of_any_document_is_found_where_it_was_written(
    tables: dict[str, dict[str, object]],
) -> None:
    text = ""
    places: dict[tuple[str, ...], int] = {}
    for table, values in tables.items():
        places[(table,)] = text.count("\n") + 1
        text += f"[{basic(table)}]\n"
        for key, value in values.items():
            places[(table, key)] = text.count("\n") + 1
            text += f"{basic(key)} = {''.join(shown(value))}\n"
    tomllib.loads(text)

    lines = LineMap(text)

    assert {path: lines.line_of(path) for path in places} == places


@given(st.text("a=[]{}.,'\"\n#\\ 1", max_size=40))
def test_the_walk_ends_on_any_text(text: str) -> None:
    assert LineMap(text).line_of(()) == 1
