"""The devices page: who is signed in sees where else, and ends it; nobody else sees or ends anything."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cookiesafe import SessionTerms, Visit
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.errors import StoreError
from cookiesafe.migration import FlaskLoginRemember
from cookiesafe.remember import Series
from tests.support.edges import AppRequest, AppResponse, Client, Response, answer
from tests.support.harbour import SESSION, Clock, MakeClient, cache_rules

DEVICES = "/cookiesafe/devices"
CHOICES = "/cookiesafe/choices"
REMEMBER = "__Host-cookiesafe-remember"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Mobile/15E148 Safari/604.1"
JSON = {"Accept": "application/json"}
KEPT = pytest.mark.parametrize("kept", ["cookie", "store"])


def app(visit: Visit, request: AppRequest) -> AppResponse:
    """``/in/USER`` signs in, ``/stay/USER`` for longer, and ``/out`` out; each page says who is signed in."""
    _, what, *user = request.path.split("/")
    if what in ("in", "stay"):
        visit.login(user[0], remember=what == "stay")
    elif what == "out":
        visit.logout()
    said = "stolen" if visit.stolen else "fresh" if visit.fresh else "remembered"
    return answer("text/plain", f"{visit.user_id} {said}")


def who(client: Client) -> str:
    return client.get("/who").text


def stay(client: Client, user: str = "ann", agent: str = FIREFOX) -> Client:
    client.get(f"/stay/{user}", {"User-Agent": agent})
    return client


def restart(client: Client) -> None:
    """What a browser forgets as it is closed."""
    client.jar.pop(SESSION)


def buttons(page: str) -> list[str]:
    """The devices that can be signed out, in their order."""
    return re.findall(r'name="device" value="([^"]*)"', page)


def headings(page: str) -> list[str]:
    return [found.strip() for found in re.findall(r"<h2[^>]*>(.*?)</h2>", page)]


def ended(page: str) -> list[str]:
    found = re.findall(r"<li>(.*?)</li>", page, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", "", each).split()) for each in found]


def rows(client: Client, user: str = "ann") -> Sequence[Series]:
    assert client.safe is not None
    return client.safe.store.list_series(user)


def events(client: Client) -> list[str]:
    return [record.event for record in client.records]


class TestTheList:
    def test_it_has_each_remembered_browser_this_one_first(self, make_client: MakeClient) -> None:
        here = stay(make_client(app))
        stay(here.another(), agent=IPHONE)
        stay(here.another(), agent="curl/8")
        stay(here.another(), "bob")

        page = here.get(DEVICES)

        assert page.status == 200
        assert headings(page.text)[0] == "Firefox, Linux (this browser)"
        assert sorted(headings(page.text)[1:3]) == ["A browser", "Safari, iPhone"]
        assert len(buttons(page.text)) == 3
        assert page.text.count("2027-01-15 08:00 UTC") == 6
        assert page.text.count("2027-02-14</time>, if not used before then") == 3

    def test_it_is_kept_by_nobody_and_shows_no_key(self, make_client: MakeClient) -> None:
        client = stay(make_client(app))
        (row,) = rows(client)

        page = client.get(DEVICES)

        assert "no-store" in cache_rules(page)
        assert "public" not in cache_rules(page)
        for secret in (row.key, row.mac_key.hex(), row.record, client.jar[REMEMBER][:22]):
            assert secret not in page.text
        assert "frame-ancestors 'none'" in " ".join(page.headers_of("content-security-policy"))

    def test_who_is_signed_in_for_a_visit_sees_the_browsers_that_stay(
        self, make_client: MakeClient
    ) -> None:
        other = stay(make_client(app))
        here = other.another()
        here.get("/in/ann")

        page = here.get(DEVICES).text

        assert "for this visit only" in page
        assert headings(page)[0] == "Firefox, Linux"
        assert 'name="forget"' not in page

    def test_nobody_signed_in_sees_nothing(self, make_client: MakeClient) -> None:
        client = stay(make_client(app)).another()

        page = client.get(DEVICES)

        assert page.status == 200
        assert "Nobody is signed in" in page.text
        assert "Firefox" not in page.text
        assert "<button" not in page.text

    def test_it_says_which_ended_and_why(self, make_client: MakeClient) -> None:
        here = stay(make_client(app))
        left, out = stay(here.another(), agent=IPHONE), stay(here.another(), agent="curl/8")
        left.get("/out")
        device = next(row.device for row in rows(here) if row.label == "")
        here.post(DEVICES, form={"device": device})

        page = here.get(DEVICES).text

        assert len(buttons(page)) == 1
        assert sorted(ended(page)) == [
            "A browser, signed in 2027-01-15 08:00 UTC: you signed it out on this page (2027-01-15 08:00 UTC).",
            "Safari, iPhone, signed in 2027-01-15 08:00 UTC: you signed out there, or signed in anew (2027-01-15 08:00 UTC).",
        ]
        restart(out)
        assert who(out) == "None remembered"

    def test_a_theft_is_said_plainly_there_and_where_it_showed(
        self, make_client: MakeClient, clock: Any
    ) -> None:
        here = stay(make_client(app))
        copied = here.jar[REMEMBER]
        for _ in range(2):
            clock.now += 120
            restart(here)
            assert who(here) == "ann remembered"
        thief = here.another()
        thief.jar[REMEMBER] = copied

        shown = thief.get(DEVICES)
        here.get("/in/ann")
        listed = here.get(DEVICES).text

        assert "used from two places" in shown.text
        assert shown.status == 200
        assert "used from two places" in ended(listed)[0]
        assert "change your password" in ended(listed)[0]

    def test_one_not_used_for_long_has_ended_and_is_left_out_later(
        self, make_client: MakeClient, clock: Any
    ) -> None:
        left = stay(make_client(app))
        here = left.another()
        clock.days(31)
        here.get("/in/ann")
        assert "it was not used for too long" in ended(here.get(DEVICES).text)[0]

        clock.days(30)
        here.get("/in/ann")

        assert ended(here.get(DEVICES).text) == []

    @pytest.mark.parametrize("user", ["ann", "bob"])
    def test_a_browser_in_which_the_box_is_ticked_again_is_not_there_twice(
        self, make_client: MakeClient, user: str
    ) -> None:
        here = stay(make_client(app))

        stay(here, user)

        assert [row.revoked_at is None for row in rows(here)].count(True) == (user == "ann")
        assert len(buttons(here.get(DEVICES).text)) == 1

    def test_many_are_not_all_listed(self, make_client: MakeClient) -> None:
        here = stay(make_client(app))
        for _ in range(60):
            stay(here.another())

        page = here.get(DEVICES).text

        assert len(buttons(page)) == 50
        assert "And 11 more" in page

    def test_it_leads_back_to_a_page_of_this_site_only(self, make_client: MakeClient) -> None:
        client = stay(make_client(app))

        assert '<a href="/account">' in client.get(f"{DEVICES}?next=/account").text
        assert "evil.example" not in client.get(f"{DEVICES}?next=//evil.example").text

    def test_head_is_answered_as_get_without_a_body(self, make_client: MakeClient) -> None:
        client = stay(make_client(app))

        assert client.head(DEVICES).status == 200

    def test_a_browser_that_comes_back_is_let_in_by_it(
        self, make_client: MakeClient, clock: Any
    ) -> None:
        client = stay(make_client(app))
        restart(client)
        clock.now += 120

        page = client.get(DEVICES)

        assert "(this browser)" in page.text
        assert set(page.cookie_names) == {SESSION, REMEMBER}
        assert who(client) == "ann remembered"


@KEPT
class TestSigningOut:
    def test_another_browser_is_out_at_its_next_request(
        self, make_client: MakeClient, kept: Any
    ) -> None:
        here = stay(make_client(app, session=SessionTerms(kept=kept)))
        other = stay(here.another(), agent=IPHONE)
        device = buttons(here.get(DEVICES).text)[1]

        answered = here.post(DEVICES, form={"device": device})

        assert (answered.status, answered.header("location")) == (303, DEVICES)
        assert who(other) == "None remembered"
        assert REMEMBER not in other.jar
        assert who(here) == "ann fresh"
        assert events(here) == ["remember", "remember", "forget"]

    def test_this_browser_is_out_at_once(self, make_client: MakeClient, kept: Any) -> None:
        here = stay(make_client(app, session=SessionTerms(kept=kept)))
        other = stay(here.another(), agent=IPHONE)
        before = dict(here.jar)
        (device, _) = buttons(here.get(DEVICES).text)

        here.post(DEVICES, form={"device": device})

        assert not {SESSION, REMEMBER} & here.jar.keys()
        assert who(here) == "None remembered"
        assert who(other) == "ann fresh"
        copied = here.another()
        copied.jar = before
        assert who(copied) == "None remembered"
        assert events(here) == ["remember", "remember", "forget"]

    def test_everywhere_is_everywhere(self, make_client: MakeClient, kept: Any) -> None:
        here = stay(make_client(app, session=SessionTerms(kept=kept)))
        others = [stay(here.another()), here.another(), stay(here.another(), "bob")]
        others[1].get("/in/ann")
        restart(others[0])

        answered = here.post(DEVICES, form={"everywhere": "1"})

        assert answered.status == 303
        assert not {SESSION, REMEMBER} & here.jar.keys()
        assert [who(each) for each in (here, *others)] == [
            "None remembered",
            "None remembered",
            "None remembered",
            "bob fresh",
        ]
        here.get("/in/ann")
        assert "all browsers were signed out at once" in " ".join(ended(here.get(DEVICES).text))

    def test_a_browser_signed_in_for_a_visit_can_do_all_of_it(
        self, make_client: MakeClient, kept: Any
    ) -> None:
        other = stay(make_client(app, session=SessionTerms(kept=kept)))
        here = other.another()
        here.get("/in/ann")

        here.post(DEVICES, form={"device": buttons(here.get(DEVICES).text)[0]})
        assert (who(here), who(other)) == ("ann fresh", "None remembered")

        here.post(DEVICES, form={"everywhere": "1"})
        assert who(here) == "None remembered"

    def test_being_forgotten_leaves_the_visit(
        self, make_client: MakeClient, kept: Any, clock: Any
    ) -> None:
        here = stay(make_client(app, session=SessionTerms(kept=kept)))
        copied = here.another()
        copied.jar = dict(here.jar)

        answered = here.post(DEVICES, form={"forget": "1", "next": CHOICES})

        assert answered.header("location") == CHOICES
        assert REMEMBER not in here.jar
        assert who(here) == "ann fresh"
        assert "for this visit only" in here.get(DEVICES).text
        assert "you asked not to be kept signed in there" in ended(here.get(DEVICES).text)[0]
        assert events(here) == ["remember", "forget"]
        assert here.records[-1].notice == "devices"
        assert here.records[-1].choices == {"stay_signed_in": False}
        assert who(copied) == "None remembered"
        restart(here)
        assert who(here) == "None remembered"

    def test_being_forgotten_makes_nobody_fresher(
        self, make_client: MakeClient, kept: Any, clock: Any
    ) -> None:
        here = stay(make_client(app, session=SessionTerms(kept=kept)))
        restart(here)
        clock.now += 120

        here.post(DEVICES, form={"forget": "1"})

        assert REMEMBER not in here.jar
        assert who(here) == "ann remembered"


class TestWhatChangesNothing:
    @pytest.mark.parametrize(
        "device",
        ["", "x", "A" * 22, "A" * 21 + "\0", "A" * 5000, "%ff", "\ud83d", "'; DROP TABLE x; --"],
        ids=range(8),
    )
    def test_a_device_that_is_not_there_looks_like_one_that_was(
        self, make_client: MakeClient, device: str
    ) -> None:
        here = stay(make_client(app))
        before = rows(here)

        body = b"device=" + device.encode("utf-8", "surrogatepass").replace(b"%", b"%25")
        answered = here.post(DEVICES, body=body)

        assert (answered.status, answered.header("location")) == (303, DEVICES)
        assert rows(here) == before
        assert events(here) == ["remember"]

    def test_a_device_of_another_user(self, make_client: MakeClient) -> None:
        here = stay(make_client(app))
        bob = stay(here.another(), "bob")
        (device,) = buttons(bob.get(DEVICES).text)

        answered = here.post(DEVICES, form={"device": device})
        there = here.post(DEVICES, form={"device": device}, headers=JSON)

        assert (answered.status, there.json()) == (303, {"done": "device"})
        assert who(bob) == "bob fresh"

    @pytest.mark.parametrize(
        "form",
        [
            {},
            {"device": ["a", "b"]},
            {"device": "a", "everywhere": "1"},
            {"everywhere": "yes"},
            {"everywhere": ["1", "1"]},
            {"forget": ""},
            {"forget": "1", "everywhere": "1"},
            {"unknown": "1"},
        ],
        ids=str,
    )
    def test_a_form_that_is_not_whole(self, make_client: MakeClient, form: Any) -> None:
        here = stay(make_client(app))

        assert here.post(DEVICES, form=form).status == 400
        assert who(here) == "ann fresh"
        assert len(buttons(here.get(DEVICES).text)) == 1

    @pytest.mark.parametrize("form", [{"everywhere": "1"}, {"forget": "1"}, {"device": "A" * 22}])
    @pytest.mark.parametrize(
        "fields",
        [
            {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": None, "Origin": None},
            {"Sec-Fetch-Site": None, "Origin": "null"},
        ],
    )
    def test_another_sites_form(
        self, make_client: MakeClient, form: dict[str, str], fields: Any
    ) -> None:
        here = stay(make_client(app))

        assert here.post(DEVICES, form=form, headers=fields).status == 403
        assert who(here) == "ann fresh"
        restart(here)
        assert who(here) == "ann remembered"

    @pytest.mark.parametrize("form", [{"everywhere": "1"}, {"forget": "1"}, {"device": "A" * 22}])
    def test_who_is_not_signed_in(self, make_client: MakeClient, form: dict[str, str]) -> None:
        ann = stay(make_client(app))
        nobody = ann.another()

        refused = nobody.post(DEVICES, form=form)
        told = nobody.post(DEVICES, form=form, headers=JSON)

        assert (refused.status, told.status) == (403, 403)
        assert "nothing was changed" in refused.text
        assert told.json()["error"] == "Not signed in"
        assert who(ann) == "ann fresh"

    def test_a_link(self, make_client: MakeClient) -> None:
        here = stay(make_client(app))

        here.get(f"{DEVICES}?everywhere=1&forget=1&device={rows(here)[0].device}")

        assert who(here) == "ann fresh"
        assert REMEMBER in here.jar

    def test_other_bodies(self, make_client: MakeClient) -> None:
        here = stay(make_client(app))

        typed = here.post(DEVICES, body=b"{}", headers={"Content-Type": "application/json"})
        large = here.post(DEVICES, body=b"everywhere=1&x=" + b"x" * 70_000)

        assert (typed.status, large.status) == (415, 413)
        assert who(here) == "ann fresh"

    def test_the_way_on_stays_on_this_site(self, make_client: MakeClient) -> None:
        here = stay(make_client(app))

        answered = here.post(DEVICES, form={"forget": "1", "next": "//evil.example/"})

        assert answered.header("location") == DEVICES

    def test_other_methods(self, make_client: MakeClient) -> None:
        client = make_client(app)

        assert client.request("DELETE", DEVICES).status == 405


class Failing(MemoryStore):
    """A store of which one method fails, once that is said."""

    fails = ""

    def __getattribute__(self, name: str) -> Any:
        if name == object.__getattribute__(self, "fails"):
            return self._fail
        return super().__getattribute__(name)

    def _fail(self, *args: object) -> Any:
        raise StoreError("the disk is full")


class TestAStoreThatFails:
    @pytest.mark.parametrize("method", ["list_series", "load_series"])
    def test_the_list_is_not_shown(self, make_client: MakeClient, method: str) -> None:
        store = Failing()
        here = stay(make_client(app, store=store))
        jar = dict(here.jar)
        store.fails = method

        page = here.get(DEVICES)

        assert page.status == 503
        assert page.cookies == []
        store.fails = ""
        assert here.jar == jar
        assert who(here) == "ann fresh"

    @pytest.mark.parametrize(
        ("method", "form"),
        [
            ("revoke_device", {}),
            ("advance_epoch", {"everywhere": "1"}),
            ("revoke_series", {"forget": "1"}),
            ("load_series", {"everywhere": "1"}),
        ],
    )
    def test_nothing_is_changed(
        self, make_client: MakeClient, method: str, form: dict[str, str]
    ) -> None:
        store = Failing()
        here = stay(make_client(app, store=store))
        form = form or {"device": rows(here)[0].device}
        store.fails = method

        refused = here.post(DEVICES, form=form)
        told = here.post(DEVICES, form=form, headers=JSON)

        assert (refused.status, told.status) == (503, 503)
        assert "Nothing was changed" in refused.text
        assert refused.cookies == told.cookies == []
        store.fails = ""
        assert who(here) == "ann fresh"
        assert events(here) == ["remember"]

    @pytest.mark.parametrize("form", [{}, {"forget": "1"}])
    def test_what_was_ended_is_ended_though_it_is_not_recorded(
        self, make_client: MakeClient, form: dict[str, str]
    ) -> None:
        store = Failing()
        here = stay(make_client(app, store=store))
        other = stay(here.another())
        form = form or {"device": buttons(here.get(DEVICES).text)[1]}
        store.fails = "append"

        assert here.post(DEVICES, form=form).status == 303

        assert len(buttons(here.get(DEVICES).text)) == 1
        restart(other)
        assert who(other) == ("ann remembered" if "forget" in form else "None remembered")

    def test_everywhere_holds_though_sessions_are_still_there(
        self, make_client: MakeClient
    ) -> None:
        store = Failing()
        here = stay(make_client(app, store=store, session=SessionTerms(kept="store")))
        other = here.another()
        other.get("/in/ann")
        store.fails = "delete_sessions"

        assert here.post(DEVICES, form={"everywhere": "1"}).status == 303

        store.fails = ""
        assert (who(here), who(other)) == ("None remembered", "None remembered")

    def test_the_choices_are_shown_and_taken_without_it(self, make_client: MakeClient) -> None:
        store = Failing()
        here = stay(make_client(app, store=store))
        store.fails = "load_series"

        assert here.get(CHOICES).status == 200
        assert here.choose("reject").status == 303


@pytest.mark.filterwarnings("ignore")
class TestWithoutAStore:
    @pytest.fixture
    def here(self, make_client: MakeClient) -> Client:
        return stay(make_client(app, store=None))

    def test_it_says_what_cannot_be_listed_and_why(self, here: Client) -> None:
        page = here.get(DEVICES).text

        assert "this site keeps no list of them" in page
        assert "This browser keeps you signed in" in page
        assert 'name="everywhere"' not in page
        assert 'name="forget"' in page

    @pytest.mark.parametrize("form", [{"everywhere": "1"}, {"device": "A" * 22}])
    def test_no_other_can_be_signed_out(self, here: Client, form: dict[str, str]) -> None:
        assert here.post(DEVICES, form=form).status == 409
        assert who(here) == "ann fresh"

    def test_this_one_can_be_forgotten(self, here: Client) -> None:
        here.post(DEVICES, form={"forget": "1"})

        assert REMEMBER not in here.jar
        assert who(here) == "ann fresh"
        assert events(here) == ["remember", "forget"]
        restart(here)
        assert who(here) == "None remembered"


class TestTheChoices:
    def section(self, response: Response) -> str:
        found = re.search(r'aria-labelledby="staying".*?</section>', response.text, re.DOTALL)
        return found[0] if found else ""

    def test_who_is_not_signed_in_is_told_nothing_of_it(self, make_client: MakeClient) -> None:
        assert self.section(make_client(app).get(CHOICES)) == ""

    def test_who_is_signed_in_for_a_visit_is_told_so(self, make_client: MakeClient) -> None:
        client = make_client(app)
        client.get("/in/ann")

        section = self.section(client.get(CHOICES))

        assert "for this visit" in section
        assert DEVICES in section
        assert "forget" not in section

    def test_who_is_remembered_can_end_that(self, make_client: MakeClient) -> None:
        client = stay(make_client(app))

        section = self.section(client.get(f"{CHOICES}?next=/bills"))

        assert f'action="{DEVICES}"' in section
        assert f'name="next" value="{CHOICES}?next=/bills"' in section
        assert 'name="forget" value="1"' in section
        answered = client.post(DEVICES, form={"forget": "1", "next": f"{CHOICES}?next=/bills"})
        assert answered.header("location") == f"{CHOICES}?next=/bills"
        assert "forget" not in self.section(client.get(CHOICES))

    @pytest.mark.parametrize("choice", ["accept", "reject", "save"])
    def test_a_choice_neither_begins_nor_ends_it(
        self, make_client: MakeClient, choice: str
    ) -> None:
        stays = stay(make_client(app))
        visits = stays.another()
        visits.get("/in/ann")

        for client in (stays, visits):
            client.choose(choice)
            restart(client)

        assert who(stays) == "ann remembered"
        assert who(visits) == "None remembered"
        assert REMEMBER not in visits.jar

    def test_the_list_of_cookies_has_every_cookie_of_ours(self, make_client: MakeClient) -> None:
        client = stay(make_client(app))
        page = client.get("/cookiesafe/cookies").text
        client.get("/out")
        listed = set(re.findall(r'<th scope="row"><code>([^<]*)', page))

        assert {name.removeprefix("__Host-") for name in client.jar} <= listed
        assert {"cookiesafe-remember", "cookiesafe-out"} <= listed
        assert "30 days after you were last here, 180 days in all" in page


def test_below_a_mount_and_another_path_the_forms_still_lead_there(
    make_client: MakeClient,
) -> None:
    client = stay(make_client(app, root="/shop", path="/privacy"))

    page = client.get("/privacy/choices").text
    answered = client.post("/privacy/devices", form={"forget": "1"})

    assert 'action="/shop/privacy/devices"' in page
    assert answered.header("location") == "/shop/privacy/devices"


def test_who_comes_from_another_library_is_out_with_the_very_request_that_says_so(
    make_client: MakeClient, clock: Clock
) -> None:
    """That request would otherwise begin a remembered login of ours."""
    key = "the key of the library before"
    until = datetime.fromtimestamp(clock(), UTC).date() + timedelta(days=30)
    signature = hmac.digest(key.encode(), b"ann", "sha512").hex()
    for form in ({"everywhere": "1"}, {"forget": "1"}):
        reader = FlaskLoginRemember(secret_key=key, until=until)
        client = make_client(app, migrate=[reader])
        client.jar["remember_token"] = f"ann|{signature}"

        assert client.post(DEVICES, form=form).status == 303

        assert REMEMBER not in client.jar
        assert who(client) == ("None remembered" if "everywhere" in form else "ann remembered")
        assert "remember_token" not in client.jar
        assert [row for row in rows(client) if row.revoked_at is None] == []
