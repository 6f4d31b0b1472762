"""What the page says of events is what the code tells, field by field."""

from __future__ import annotations

import ast
import logging
import re
from collections import Counter
from collections.abc import Iterator
from logging import DEBUG, ERROR
from pathlib import Path

import pytest

from cookiesafe import events
from cookiesafe.errors import StoreError
from cookiesafe.events import HELD, KINDS, RECORDED, Event, Once, kind_of, log, say
from cookiesafe.ledger import Record
from cookiesafe.ports import Append, ReadBody, Store, ask
from cookiesafe.telling import Telling

ROOT = Path(__file__).parents[1]
NOT_DATA = {"code", "level", "logged", "hook", "exc_info"}
SOURCES = [
    each for top in ("cookiesafe", "adapters") for each in sorted((ROOT / top).rglob("*.py"))
]


def rows() -> list[list[str]]:
    """The table of events on the page."""
    text = (ROOT / "docs" / "observability.md").read_text("utf-8")
    _, _, table = text.partition("\n## Events\n")
    lines = table.partition("\n## ")[0].splitlines()
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines if line.startswith("| `")]
    return [[cell.strip() for cell in row] for row in rows]


def said() -> Iterator[tuple[str, str, set[str]]]:
    """Each place where an event is told: its kind, and the names of its data."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            first = node.args[0]
            kind = first.attr if isinstance(first, ast.Attribute) else getattr(first, "id", "")
            if name == "say" and kind.isupper():
                keywords = {each.arg for each in node.keywords if each.arg}
                yield f"{path.name}:{node.lineno}", kind, keywords - NOT_DATA


def test_the_page_has_every_event_with_its_fields() -> None:
    told = {row[0].strip("`"): tuple(re.findall(r"`(\w+)`", row[3])) for row in rows()}

    assert told == {kind.name: kind.fields for kind in KINDS.values()}


def test_the_page_has_the_codes_of_each_event() -> None:
    for row in rows():
        kind, cell = KINDS[row[0].strip("`")], row[1]
        spans = re.findall(r"CS(\d{3})(?: to CS(\d{3}))?", cell)
        codes = [
            f"CS{n}" for first, last in spans for n in range(int(first), int(last or first) + 1)
        ]
        assert tuple(codes) == kind.codes
        assert logging.getLevelName(kind.level).lower() in row[2]


def test_every_place_that_tells_an_event_gives_just_its_fields() -> None:
    places = list(said())
    kinds = {name: kind for name, kind in vars(events).items() if name.isupper()}

    assert [(where, data) for where, kind, data in places if data != set(kinds[kind].fields)] == []
    assert {kinds[kind].name for _, kind, _ in places} == KINDS.keys()


def test_nothing_is_logged_in_another_way() -> None:
    calls = re.compile(
        r"\blog\.(debug|info|warning|error|critical|exception|log)\(|getLogger\((?!\))"
    )
    found = {path.name for path in SOURCES if calls.search(path.read_text("utf-8"))}

    assert found == {"events.py"}


# --- how it is said ------------------------------------------------------------------------------


def a_cookie(**more: object) -> dict[str, object]:
    fields = {"what": "cookie", "name": "a", "purpose": "", "rule": "undeclared", "route": "/"}
    return {**fields, "enforced": True, **more}


def test_what_is_said_is_logged_with_its_data_and_heard(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard: list[Event] = []
    say(HELD, "a cookie %r", "a", code="CS201", hook=heard.append, **a_cookie())  # type: ignore[arg-type]

    (record,) = caplog.records
    assert record.getMessage() == "a cookie 'a' [CS201]"
    assert record.__dict__["cookiesafe"] == {"event": "held", "code": "CS201", **a_cookie()}
    assert heard == [Event("held", logging.WARNING, "CS201", a_cookie())]  # type: ignore[arg-type]


def test_what_is_not_to_be_logged_is_heard_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(DEBUG)
    heard: list[Event] = []
    say(HELD, "a cookie", hook=heard.append, logged=False, **a_cookie())  # type: ignore[arg-type]

    assert len(heard) == 1
    assert caplog.records == []


def test_a_listener_that_raises_harms_nobody_and_is_told_of_once(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_deaf", Once())

    def raise_it(event: Event) -> None:
        raise ZeroDivisionError

    telling = Telling(raise_it)
    for _ in range(3):
        telling.report_logout(shared=False)
        telling.report_sealed(1)

    assert [each.__dict__["cookiesafe"] for each in caplog.records] == [
        {"event": "deaf", "code": "CS508", "to": name, "error": "ZeroDivisionError"}
        for name in ("logout", "sealed")
    ]
    assert all(each.exc_info and each.levelno == ERROR for each in caplog.records)


def test_an_error_is_told_by_what_it_is_and_not_by_what_it_says() -> None:
    error = StoreError("postgresql://user:tell-nobody@db.example is down")
    assert kind_of(error) == "StoreError"
    error.__cause__ = OSError("tell-nobody")
    assert kind_of(error) == "OSError"
    assert kind_of("tell-nobody") == ""


# --- the store -----------------------------------------------------------------------------------


def heard_of(*answered: tuple[object, object]) -> list[tuple[str, object]]:
    heard: list[Event] = []
    telling = Telling(heard.append)
    for need, answer in answered:
        telling.hear([need], [answer])  # type: ignore[list-item]
    return [(each.name, each.data.get("part", each.data.get("record"))) for each in heard]


def a_record(event: str = "grant") -> Record:
    return Record(id="1" * 32, time=1, event=event, choices={"ads": True, "maps": False})


def test_a_store_is_down_once_and_up_once() -> None:
    down, need = StoreError("down"), ask(Store.load_session, "k", 1)

    assert heard_of((need, None), (need, down), (need, down), (need, None), (need, None)) == [
        ("store_down", "logins"),
        ("store_up", "logins"),
    ]


def test_of_two_that_fail_at_once_one_says_that_the_store_is_down() -> None:
    """Or nobody would, where the second counts before the first has looked at what it had counted."""
    heard: list[Event] = []
    telling = Telling(heard.append)

    class Meanwhile(Counter[str]):
        def __setitem__(self, part: str, failures: int) -> None:
            super().__setitem__(part, failures)
            if failures == 1:
                telling.hear([need], [StoreError("down")])

    need, telling._failures = ask(Store.epoch, "ann"), Meanwhile()
    telling.hear([need], [StoreError("down")])

    assert [each.name for each in heard] == ["store_down"]


def test_one_part_that_answers_says_nothing_of_the_other() -> None:
    down = StoreError("down")
    ledger, logins = ask(Store.checkpoint), ask(Store.epoch, "ann")

    assert heard_of((logins, down), (ledger, None), (ReadBody(1), b""), (Append(()), down)) == [
        ("store_down", "logins"),
        ("store_down", "ledger"),
    ]


def test_what_was_recorded_is_told_and_words_are_not() -> None:
    records = (a_record("policy"), a_record("notice"), a_record("key"), a_record())
    heard: list[Event] = []
    Telling(heard.append).hear([Append(records)], [None])

    assert [each.data for each in heard] == [
        {"record": "grant", "layer": "", "regime": "", "granted": ("ads",), "refused": ("maps",)}
    ]
    assert heard_of((Append((a_record(),)), StoreError("down"))) == [("store_down", "ledger")]


def test_the_levels_of_the_log_keep_what_is_ordinary_out_of_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert log.name == "cookiesafe"
    with caplog.at_level(logging.INFO):
        Telling().report_sealed(1)
    assert RECORDED.level == DEBUG
    assert caplog.records == []
