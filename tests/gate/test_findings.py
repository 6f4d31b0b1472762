"""What the log says of what was held, and how much of it."""

from __future__ import annotations

import logging

import pytest

from cookiesafe.events import Event
from cookiesafe.gate import Findings, Held, Sightings
from cookiesafe.gate.findings import MOST_MET, MOST_ROUTES
from cookiesafe.routes import route_of

HELD = Held("hl_ad", "advertising", "not granted")


@pytest.fixture
def findings(caplog: pytest.LogCaptureFixture) -> Findings:
    caplog.set_level(logging.INFO, "cookiesafe")
    return Findings(Sightings(), enforce=True)


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/", "/"),
        ("/bills/pay", "/bills/pay"),
        ("/bills/4711", "/bills/*"),
        ("/u/3f9a1c22-b0de/x", "/u/*/x"),
        ("/" + "a" * 33, "/*"),
        ("/of/ann@harbour.example", "/of/*"),
        ("/bills;jsessionid=abc", "/*"),
        ("/a/b/c/d/e/f/g/h/i/j", "/a/b/c/d/e/f/g/h"),
        ("", ""),
    ],
)
def test_paths_of_one_route_are_one(path: str, route: str) -> None:
    assert route_of(path) == route


def test_each_name_is_said_once_for_a_route(
    findings: Findings, caplog: pytest.LogCaptureFixture
) -> None:
    for path in ("/a/1", "/a/2", "/b", "/b"):
        findings.held(path, "set cookie", HELD)

    assert [message.split()[0] for message in caplog.messages] == ["'/a/*'", "'/b'"]


def test_what_is_logged_is_structured(findings: Findings, caplog: pytest.LogCaptureFixture) -> None:
    findings.held("/a", "set cookie", HELD)

    (record,) = caplog.records
    assert record.__dict__["cookiesafe"] == {
        "event": "held",
        "code": "CS202",
        "what": "cookie",
        "name": "hl_ad",
        "purpose": "advertising",
        "rule": "not granted",
        "route": "/a",
        "enforced": True,
    }


def test_who_listens_hears_it_each_time() -> None:
    heard: list[Event] = []
    findings = Findings(Sightings(), enforce=False, hook=heard.append)
    for path in ("/a/1", "/a/2", "/b"):
        findings.held(path, "set cookie", HELD)
        findings.shortened(path, "hl_ad=1; Max-Age=9999999999")
        findings.repeated(path, ["a=1", "a=2"])

    assert [(each.name, each.data["route"]) for each in heard] == [
        (name, route)
        for route in ("/a/*", "/a/*", "/b")
        for name in ("held", "shortened", "repeated")
    ]
    assert {each.code for each in heard} == {"CS202", "CS208", "CS209"}
    assert {each.data["enforced"] for each in heard if each.name == "held"} == {False}


def test_no_visitor_fills_the_log_with_paths(
    findings: Findings, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(10 * MOST_ROUTES):
        findings.held(f"/{'x' * (number % 30)}{chr(97 + number % 26)}", "set cookie", HELD)

    assert len(caplog.messages) == MOST_ROUTES


def test_no_app_fills_the_memory_with_names(findings: Findings) -> None:
    for number in range(2 * MOST_MET):
        findings.held("/", "set cookie", Held(f"n{number}", None, "undeclared"))

    assert len(findings.met) == MOST_MET
