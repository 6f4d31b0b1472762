"""What the gate did is told at the end of a page and on a page of its own: to who develops the site, and nobody else."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cookiesafe import CookieSafe, Policy, Visit
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.errors import SettingError
from cookiesafe.inspector import Inspector
from cookiesafe.inspector.inspector import MOST_KEPT
from cookiesafe.inspector.story import LONGEST_NAME, MOST_ROWS
from tests.support.edges import AppRequest, AppResponse, Client, EdgeName, Handler, answer, html
from tests.support.harbour import (
    BANNER,
    KEY,
    ONLY_ASGI,
    PAGE,
    POLICY,
    MakeClient,
    MakeSafe,
    page,
    policies,
    setting,
)
from tests.support.portal import DownStore

HERE = "http://localhost:8000"
INSPECTOR = "/cookiesafe/inspector"
MARK = 'data-cookiesafe="inspector"'
JSON = {"accept": "application/json"}
TOKEN = "a token of the inspector that nobody guesses"
FRAME = '<!doctype html><body><iframe src="https://ads.gullwing.example/film"></iframe>'


@pytest.fixture
def at_home(make_client: MakeClient) -> Any:
    """A developer's browser at a site on this machine."""

    def make(handler: Handler = page, **given: Any) -> Client:
        wanted = {"base": HERE, "origin": HERE, "inspector": True, **given}
        client = make_client(handler, **wanted)
        client.peer = "127.0.0.1"
        return client

    return make


def told(client: Client, **headers: str) -> list[dict[str, Any]]:
    """What the inspector says for a script, the newest first."""
    stories: list[dict[str, Any]] = client.get(INSPECTOR, headers={**JSON, **headers}).json()[
        "requests"
    ]
    return stories


def rows(story: dict[str, Any], title: str) -> dict[str, str]:
    """What was done, by name."""
    return {row["name"]: row["did"] for row in story["rows"][title]}


# --- where it may be on ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"inspector": True},
        {"inspector": True, "origin": "https://www.example"},
        {"inspector": True, "origin": "http://localhost.example"},
        {"inspector": "short", "origin": HERE},
        {"inspector": "", "origin": HERE},
        {"inspector": 1, "origin": HERE},
    ],
)
def test_it_refuses_to_start_where_anybody_could_look(given: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match="CS511") as refused:
        CookieSafe(Policy.from_toml(POLICY), secret_key=KEY, store=MemoryStore(), **given)

    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize("origin", [HERE, "http://portal.localhost", "http://[::1]:80"])
def test_it_starts_on_this_machine(make_safe: MakeSafe, origin: str) -> None:
    assert make_safe(origin=origin, inspector=True).settings.inspector is not None


def test_without_it_there_is_no_such_page_and_nothing_is_kept(make_client: MakeClient) -> None:
    client = make_client(base=HERE, origin=HERE)
    client.peer = "127.0.0.1"

    assert MARK not in client.get("/").text
    assert client.get(INSPECTOR).status == 404
    assert client.get(f"{INSPECTOR}.css").status == 404
    assert client.safe is not None
    assert client.safe.settings.inspector is None


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("203.0.113.7", {}),
        ("", {}),
        ("nonsense\r\n", {}),
        ("127.0.0.1", {"host": "rebound.example"}),
        ("127.0.0.1", {"host": ""}),
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.7"}),
        ("127.0.0.1", {"forwarded": "for=203.0.113.7"}),
        ("127.0.0.1", {"via": "1.1 proxy"}),
        ("127.0.0.1", {"x-real-ip": "203.0.113.7"}),
        ("127.0.0.1", {"host": "rebound.example", "x-forwarded-host": "localhost"}),
        ("127.0.0.1", {"x-forwarded-host": "www.example"}),
    ],
)
def test_nobody_elsewhere_sees_it(at_home: Any, peer: str, headers: dict[str, str]) -> None:
    client = at_home()
    client.peer = peer

    assert MARK not in client.get("/", headers=headers).text
    assert client.get(INSPECTOR, headers=headers).status == 404
    assert client.get(INSPECTOR, headers={**JSON, **headers}).status == 404


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "127.8.9.10"])
def test_who_sits_at_this_machine_sees_it(at_home: Any, peer: str) -> None:
    client = at_home()
    client.peer = peer

    assert MARK in client.get("/").text
    assert MARK in client.get(INSPECTOR).text


def basic(password: str, user: str = "any") -> dict[str, str]:
    return {"authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic(TOKEN[:-1]),
        basic(""),
        {"authorization": f"Bearer {TOKEN}"},
        {"authorization": "Basic"},
        {"authorization": "Basic \xff\xff"},
        {"authorization": "Basic " + "A" * 100_000},
        {"authorization": "Basic =="},
    ],
)
def test_with_a_token_who_lacks_it_is_asked_for_it(at_home: Any, headers: dict[str, str]) -> None:
    client = at_home(inspector=TOKEN, origin="https://www.example", base="https://www.example")

    response = client.get(INSPECTOR, headers=headers)

    assert response.status == 401
    assert str(response.header("www-authenticate")).startswith("Basic ")
    assert "GET /" not in response.text


def test_with_the_token_it_is_open_from_anywhere_and_stands_in_no_page(at_home: Any) -> None:
    client = at_home(inspector=TOKEN, origin="https://www.example", base="https://www.example")
    client.peer = "203.0.113.7"

    assert MARK not in client.get("/").text
    response = client.get(INSPECTOR, headers=basic(TOKEN, user="Ädä"))

    assert response.status == 200
    assert "GET /" in response.text
    assert response.header("cache-control") == "no-store"
    assert TOKEN not in response.text


def test_no_other_site_frames_it(at_home: Any) -> None:
    response = at_home().get(INSPECTOR)

    assert "frame-ancestors 'none'" in " ".join(response.headers_of("content-security-policy"))


# --- what it says ---------------------------------------------------------------------------------


def test_it_says_what_came_and_what_was_held_and_why(at_home: Any) -> None:
    client = at_home(setting("cart=7", "hl_ad=secret-value; Max-Age=60", "surprise=1", body=FRAME))

    response = client.get("/bills/4711", cookies="hl_stat=secret-value; cart=1; gone=1")
    (story,) = told(client)

    assert rows(story, "Cookies received") == {
        "hl_stat": "hidden from the app",
        "cart": "passed to the app",
        "gone": "hidden from the app",
    }
    assert rows(story, "Cookies the app set") == {
        "cart": "sent",
        "hl_ad": "held back",
        "surprise": "held back",
    }
    assert rows(story, "Tags and embeds") == {"ads.gullwing.example": "held back"}
    assert rows(story, "Decision") == {
        "Source": "none",
        "statistics": "off",
        "advertising": "off",
    }
    assert rows(story, "Policy for the browser")["content-security-policy"] == "added"
    assert rows(story, "Policy for the browser")["ads.gullwing.example"] == "may not be called"
    assert rows(story, "Caching") == {"vary": "added", "cache-control": "added"}
    assert (story["method"], story["route"], story["status"]) == ("GET", "/bills/*", 200)
    assert story["held"] == 5
    assert story["spent"] > 0
    assert "hl_ad" in response.text[response.text.index(MARK) :]
    assert "secret-value" not in response.text + json.dumps(story)


def test_its_log_lines_are_those_of_the_log(at_home: Any, caplog: pytest.LogCaptureFixture) -> None:
    client = at_home(setting("surprise=1", body=FRAME))

    with caplog.at_level("INFO", "cookiesafe"):
        client.get("/")

    written = [record.getMessage() for record in caplog.records if "held back" in record.msg]
    assert told(client)[0]["log"] == written
    assert len(written) == 2


def test_a_choice_its_record_and_the_redirect_are_told(at_home: Any) -> None:
    client = at_home()

    client.choose("accept", notice="banner", next="/bills")
    client.get("/bills")
    newest, chosen = told(client)[:2]

    assert (chosen["method"], chosen["route"], chosen["status"]) == (
        "POST",
        "/cookiesafe/choices",
        303,
    )
    assert chosen["own"]
    assert rows(chosen, "Records") == {"grant": "kept"}
    (record,) = chosen["rows"]["Records"]
    assert "source: banner" in record["why"]
    assert "advertising: yes" in record["why"]
    assert rows(chosen, "Cookies CookieSafe set") == {"cookiesafe": "sent"}
    assert rows(newest, "Decision")["Source"] == "choices"
    assert rows(newest, "Decision")["advertising"] == "on"
    assert rows(newest, "Policy for the browser")["ads.gullwing.example"] == "may be called"


def test_the_number_of_a_receipt_is_masked(at_home: Any) -> None:
    client = at_home()
    client.choose("accept")
    receipt = client.records[0].receipt
    assert receipt is not None

    shown = client.get("/").text
    said = json.dumps(told(client))

    assert receipt not in shown + said
    assert rows(told(client)[0], "Decision")["Receipt"] == f"{receipt[:4]}…"


def test_what_was_not_recorded_is_said_too(at_home: Any) -> None:
    client = at_home(store=(store := DownStore()))
    store.down = True

    client.choose("accept")

    assert rows(told(client)[0], "Records") == {"grant": "not kept: the store failed"}


def test_a_withdrawal_says_which_cookies_it_deletes(at_home: Any) -> None:
    client = at_home()
    client.choose("accept")
    client.jar["hl_stat"] = "1"

    client.choose("reject")

    deleted = told(client)[0]["rows"]["Cookies deleted"]
    assert [row["name"] for row in deleted if row["did"] == "deleted"] == ["hl_stat"]


def test_a_signal_and_a_child_are_the_source(at_home: Any) -> None:
    client = at_home(lambda visit, request: visit.treat_as_child() or html(PAGE))

    client.get("/", headers={"sec-gpc": "1"})

    said = told(client)[0]
    assert rows(said, "Decision")["Signals"] == "GPC"
    assert rows(said, "Decision")["Source"] == "child"


def test_what_the_app_says_to_caches_and_what_became_of_it(at_home: Any) -> None:
    def public(visit: Visit, request: AppRequest) -> AppResponse:
        visit.session["a"] = 1
        return html(PAGE, ("Cache-Control", "public, max-age=60"), ("ETag", '"x"'))

    client = at_home(public)
    client.get("/")

    assert rows(told(client)[0], "Caching")["cache-control"] == "changed"


def test_an_address_in_a_field_is_not_shown(at_home: Any) -> None:
    hint = ("Link", "<https://ads.gullwing.example/?secret-value>; rel=preconnect")
    client = at_home(lambda visit, request: html(PAGE, hint))

    client.get("/")

    assert rows(told(client)[0], "Other header fields")["link"] == "taken out"
    assert "secret-value" not in json.dumps(told(client))


def test_parts_of_a_page_are_told_only_where_something_was_held(at_home: Any) -> None:
    client = at_home(lambda visit, request: answer("image/gif", b"GIF", *cookies_of(request)))
    picture = {"sec-fetch-dest": "image"}

    client.get("/plain.gif", headers=picture)
    client.get("/pixel.gif", headers=picture)

    assert [story["route"] for story in told(client)] == ["/pixel.gif"]


def cookies_of(request: AppRequest) -> list[tuple[str, str]]:
    return [("Set-Cookie", "hl_ad=1")] if request.path == "/pixel.gif" else []


def test_it_does_not_tell_of_itself_nor_of_what_stands_in_a_page(at_home: Any) -> None:
    client = at_home()

    client.get(INSPECTOR)
    client.get(f"{INSPECTOR}.css")
    for each in ("notice.css", "notice.js", "pages.css"):
        client.get(f"/cookiesafe/{each}", cookies="gone=1")
    client.post("/cookiesafe/reports", body=b"[]")
    client.get("/cookiesafe/embed?url=https://ads.gullwing.example/film")

    assert told(client) == []


def test_in_observe_it_says_what_enforce_would_do_and_changes_nothing(at_home: Any) -> None:
    client = at_home(setting("hl_ad=1", body=FRAME), mode="observe")

    response = client.get("/", cookies="gone=1")
    (story,) = told(client)

    assert response.text.startswith(FRAME)
    assert MARK in response.text
    assert BANNER not in response.text
    assert rows(story, "Cookies the app set") == {"hl_ad": "sent"}
    assert rows(story, "Cookies received") == {"gone": "passed to the app"}
    assert story["held"] == 0
    assert "enforce would hold it back" in story["rows"]["Cookies the app set"][0]["why"]


def test_a_template_gets_no_banner_where_it_gets_none_without_it(at_home: Any) -> None:
    def asking(visit: Visit, request: AppRequest) -> AppResponse:
        return html(f"<!doctype html><body>{visit.cookie_banner()}<p>Hello")

    shown = [at_home(asking, mode="observe", inspector=on).get("/").text for on in (False, True)]

    assert [BANNER in each for each in shown] == [False, False]


# --- where it stands ------------------------------------------------------------------------------


def test_it_stands_last_and_the_page_is_otherwise_what_it_was(
    at_home: Any, make_client: MakeClient
) -> None:
    handler = setting("hl_ad=1", body=FRAME)
    plain = make_client(handler, base=HERE, origin=HERE).get("/")

    response = at_home(handler).get("/")

    shown = response.text
    start = shown.index("<aside")
    assert shown[:start] == plain.text
    assert MARK in shown[start:]
    assert shown.isascii()
    assert policies(response) == policies(plain)
    assert response.header("content-length") is None


def test_the_last_five_are_shown_this_one_first(at_home: Any) -> None:
    client = at_home()
    for each in ("one", "two", "three", "four", "five", "six"):
        shown = client.get(f"/{each}").text

    at = [shown.find(f"GET /{each}<") for each in ("six", "five", "four", "three", "two")]
    assert -1 not in at
    assert at == sorted(at)
    assert "GET /one<" not in shown


def test_pages_of_ours_have_it_too(at_home: Any) -> None:
    response = at_home().get("/cookiesafe/choices")

    assert MARK in response.text
    assert int(str(response.header("content-length"))) == len(response.body)


@pytest.mark.parametrize(
    "handler",
    [
        lambda visit, request: answer("application/json", b"{}"),
        lambda visit, request: html(PAGE, ("Content-Encoding", "br")),
        lambda visit, request: html("\ufeff<p>Hello".encode("utf-16")),
        lambda visit, request: AppResponse(304),
        lambda visit, request: answer("text/html", b"", ("Location", "/"), status=302),
    ],
)
def test_what_is_no_page_to_add_to_stays_as_it_is(at_home: Any, handler: Handler) -> None:
    response = at_home(handler).get("/")

    assert MARK.encode() not in response.body


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-dest": "iframe"}, {"sec-fetch-dest": "empty"}, {"hx-request": "true", "sec-fetch-dest": None}],
)  # fmt: skip
def test_frames_and_what_scripts_fetch_have_none(at_home: Any, headers: dict[str, str]) -> None:
    assert MARK not in at_home().get("/", headers=headers).text


def test_head_is_answered_without_a_body(at_home: Any) -> None:
    client = at_home()

    assert client.head("/").body == b""
    assert client.head("/cookiesafe/choices").body == b""


def test_a_page_in_pieces_has_it_after_the_last(at_home: Any) -> None:
    client = at_home(lambda visit, request: html([b"<p>one", b"<p>two"]))
    pieces: list[bytes] = []
    client.on_chunk = pieces.append

    client.get("/")

    assert any(b"<p>one" in each and MARK.encode() not in each for each in pieces)
    assert MARK.encode() in pieces[-1]


def test_below_a_prefix_its_addresses_are_too(at_home: Any) -> None:
    response = at_home(root="/portal").get("/")

    assert 'href="/portal/cookiesafe/inspector"' in response.text
    assert 'href="/portal/cookiesafe/inspector.css?v=' in response.text


# --- what clients send ----------------------------------------------------------------------------

HOSTILE = "<script>alert(1)</script>"


def test_nothing_that_is_sent_gets_into_it_as_markup(at_home: Any) -> None:
    client = at_home(setting(f"{HOSTILE}=1", f"ok{HOSTILE}=1"))

    client.get(
        f"/{HOSTILE}%E2%80%AE",
        cookies=f"{HOSTILE}=1; \x1b[31m=2; \u202e=3".encode().decode("latin-1"),
    )
    shown = client.get("/").text + client.get(INSPECTOR).text

    assert HOSTILE not in shown
    assert "&lt;script&gt;" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_what_is_kept_is_bounded(at_home: Any) -> None:
    many = "; ".join(f"{'n' * 500}{each}=1" for each in range(400))
    client = at_home(
        lambda visit, request: html(PAGE, *[("Set-Cookie", f"c{n}=1") for n in range(200)])
    )
    for _ in range(MOST_KEPT + 5):
        client.get("/" + "x" * 3000, cookies="a=1")
    client.get("/", cookies=many)

    stories = told(client)

    assert len(stories) == MOST_KEPT
    newest = stories[0]
    for title in ("Cookies received", "Cookies the app set"):
        assert len(newest["rows"][title]) == MOST_ROWS
        assert all(len(row["name"]) <= LONGEST_NAME + 1 for row in newest["rows"][title])
    assert newest["left_out"] == 400 + 200 - 2 * MOST_ROWS
    assert len(stories[1]["route"]) <= LONGEST_NAME + 1


@given(
    cookie=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=200),
    path=st.text(st.characters(codec="utf-8", exclude_characters="?#"), max_size=50),
    sent=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=100),
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@ONLY_ASGI
def test_whatever_is_sent_is_told_and_harms_nothing(
    at_home: Any, edge: EdgeName, cookie: str, path: str, sent: str
) -> None:
    client = at_home(setting(sent))

    response = client.get("/" + quote(path), cookies=cookie)

    assert response.status == 200
    assert response.text.count("<aside") == 1
    assert told(client)[0]["status"] == 200


def test_a_fault_of_the_telling_harms_no_request(
    at_home: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Inspector, "keep", fail)
    monkeypatch.setattr("cookiesafe.inspected.exchange.fragment", fail)
    client = at_home(setting("hl_ad=1"))

    response = client.get("/")

    assert response.status == 200
    assert BANNER in response.text
    told_of = [vars(record)["cookiesafe"] for record in caplog.records]
    assert [each["where"] for each in told_of if each["event"] == "fault"] == ["inspector"]
    caplog.clear()
