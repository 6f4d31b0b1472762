"""Under which names our cookies are kept, and under which paths our pages are found."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from cookiesafe import SettingError
from tests.support.edges import Client, EdgeName
from tests.support.harbour import (
    BANNER,
    ONLY_ASGI,
    REVISIT,
    Asks,
    MakeClient,
    MakeSafe,
    counting,
    next_of,
)

PREFIXED = {"__Host-cookiesafe", "__Host-cookiesafe-session"}
PLAIN = {"cookiesafe", "cookiesafe-session"}


def names_set(client: Client) -> set[str]:
    """The names of our cookies at this site; each line is one that browsers keep under its name."""
    lines = [*client.choose("reject").cookies, *client.get("/").cookies]
    for line in lines:
        attributes = {part.lower() for part in line.split("; ")[1:]}
        assert {"path=/", "httponly", "samesite=lax"} <= attributes
        assert not any(part.startswith("domain") for part in attributes)
        assert ("secure" in attributes) == line.startswith("__Host-")
    return {line.partition("=")[0] for line in lines}


@pytest.mark.parametrize(
    ("base", "names"),
    [
        ("https://www.example", PREFIXED),
        ("https://www.example:8443", PREFIXED),
        ("https://localhost:8000", PREFIXED),
        ("http://localhost", PLAIN),
        ("http://localhost:8000", PLAIN),
        ("http://harbour.localhost:8000", PLAIN),
        ("http://LOCALHOST:8000", PLAIN),
        ("http://localhost.:8000", PLAIN),
        ("http://127.0.0.1:8000", PLAIN),
        ("http://127.0.0.2", PLAIN),
        ("http://[::1]:8000", PLAIN),
    ],
)
def test_names_have_the_prefix_unless_it_is_plain_http_on_this_machine(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture, base: str, names: set[str]
) -> None:
    assert names_set(make_client(counting, base=base)) == names
    assert caplog.records == []


@pytest.mark.parametrize(
    "base",
    [
        "http://www.example",
        "http://localhost.example",
        "http://notlocalhost",
        "http://192.0.2.1",
        "http://128.0.0.1",
        "http://[2001:db8::1]:8000",
    ],
)
def test_plain_http_elsewhere_is_an_error_said_once(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture, base: str
) -> None:
    with caplog.at_level(logging.WARNING, "cookiesafe"):
        client = make_client(counting, base=base)
        assert names_set(client) == PREFIXED
        client.get("/")

    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "CS502" in record.getMessage()
    assert base.partition("//")[2] in record.getMessage()


def test_on_a_trusted_network_plain_names_can_be_chosen(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(counting, base="http://intranet.example", secure=False)

    assert names_set(client) == PLAIN
    assert caplog.records == []


def test_prefixed_names_can_be_chosen_anywhere(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(counting, base="http://localhost:8000", secure=True)

    assert names_set(client) == PREFIXED
    assert caplog.records == []


# --- behind a proxy ------------------------------------------------------------------------------


def behind_proxy(client: Client, origin: str = "https://www.example") -> Client:
    """The proxy speaks plain http to a host of its own, and passes on what the browser said."""
    client.headers = {"Origin": origin, "Sec-Fetch-Site": None}
    return client


def test_behind_a_proxy_the_sites_origin_decides(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_client(counting, base="http://10.0.0.5:8000", origin="https://www.example")

    assert names_set(behind_proxy(client)) == PREFIXED
    assert caplog.records == []


def test_behind_a_proxy_a_choice_must_come_from_the_sites_origin(make_client: MakeClient) -> None:
    for said, status in [
        ("https://www.example", 303),
        ("http://10.0.0.5:8000", 403),
        ("https://evil.example", 403),
        ("http://www.example", 403),
    ]:
        client = make_client(base="http://10.0.0.5:8000", origin="https://www.example")

        assert behind_proxy(client, said).choose("accept").status == status


def test_a_loopback_origin_has_plain_names(make_client: MakeClient) -> None:
    client = make_client(counting, base="http://10.0.0.5", origin="http://harbour.localhost:8000")

    assert names_set(behind_proxy(client, "http://harbour.localhost:8000")) == PLAIN


@pytest.mark.parametrize("origin", ["https://WWW.example", "https://www.example:443"])
def test_an_origin_may_be_written_otherwise(make_client: MakeClient, origin: str) -> None:
    client = make_client(base="http://10.0.0.5", origin=origin)

    assert behind_proxy(client).choose("accept").status == 303


@pytest.mark.parametrize(
    "settings",
    [
        {"origin": "www.example"},
        {"origin": "https://www.example/"},
        {"origin": "https://www.example/path"},
        {"origin": "ftp://www.example"},
        {"path": "cookiesafe"},
        {"path": "/cookiesafe/"},
        {"path": "/cookie safe"},
        {"path": "/cookiesafe?x"},
        {"path": ""},
        {"secure": "yes"},
        {"mode": "enforced"},
        {"secret_key": "short"},
        {"fallback_keys": ["short"]},
        {"trusted_origins": ["www.example"]},
        {"store": "no-url"},
        {"store": object},
    ],
    ids=str,
)
def test_a_setting_that_cannot_work_is_told_at_once(
    make_safe: MakeSafe, settings: dict[str, Any]
) -> None:
    with pytest.raises(SettingError):
        make_safe(**settings)


# --- our own path --------------------------------------------------------------------------------


def test_our_pages_live_under_the_path_that_was_chosen(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app, path="/legal/cookies")
    page = client.get("/")

    assert 'action="/legal/cookies/choices"' in page.text
    assert client.get("/legal/cookies/choices").status == 200
    assert client.post("/legal/cookies/choices", form={"choice": "accept"}).status == 303
    app.visit = None
    assert client.get("/cookiesafe/choices").status == 200
    assert app.visit is not None


def test_under_a_mount_our_pages_are_below_it(make_client: MakeClient) -> None:
    app = Asks()
    client = make_client(app, root="/portal")

    page = client.get("/cookiesafe/choices?next=/portal/bills")

    assert page.status == 200
    assert app.visit is None
    assert 'action="/portal/cookiesafe/choices"' in page.text
    assert next_of(page) == "/portal/bills"
    assert '<a href="/portal/">' in page.text


def test_under_a_mount_and_a_path_of_its_own(make_client: MakeClient) -> None:
    client = make_client(root="/portal", path="/consent")

    assert 'action="/portal/consent/choices"' in client.get("/").text
    assert client.get("/consent/choices").status == 200


def test_a_mount_outside_ascii(make_client: MakeClient, edge: EdgeName) -> None:
    root = "/caf\xe9" if edge == "asgi" else "/caf\xe9".encode().decode("latin-1")
    client = make_client(root=root)
    page = client.get("/x")

    assert page.status == 200
    assert BANNER in page.text


@ONLY_ASGI
def test_servers_that_leave_the_mount_out_of_the_path(make_client: MakeClient) -> None:
    """PATH_INFO never has the mount in it."""
    client = make_client(root="/portal", options={"old_root": True})

    assert client.get("/cookiesafe/choices").status == 200
    assert next_of(client.get("/bills")) == "/portal/bills"
    client.choose("reject")
    assert REVISIT in client.get("/bills").text
