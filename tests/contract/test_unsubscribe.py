"""The link in a mail: one click stops it, signed in or not; looking changes nothing; the page undoes it; nothing else does."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe import CookieSafe, Policy, UnknownName, UsageError
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.contact import Answer
from tests.support.contacts import CONTACTS, SITE, Contested, Failing, app, save, signed_in
from tests.support.edges import FORM, Client, Fields, Response, client_at
from tests.support.harbour import KEY, OTHER_KEY, Clock, MakeClient, MakeSafe, cache_rules

ONE_CLICK = b"List-Unsubscribe=One-Click"
PARTS = b'--cut\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--cut--\r\n'
BARE: Fields = {
    "Cookie": None,
    "Origin": None,
    "Sec-Fetch-Site": None,
    "Sec-Fetch-Mode": None,
    "Sec-Fetch-Dest": None,
    "Accept": None,
    "User-Agent": "mail",
}
"""A mail provider's server is no browser."""


@pytest.fixture
def client(make_client: MakeClient) -> Client:
    client = make_client(app, policy=CONTACTS)
    assert client.safe is not None
    client.safe.choose_contact("ann", {"newsletter": True})
    return client


def link(client: Client | CookieSafe, user: str = "ann", purpose: str = "newsletter") -> str:
    """Path and query."""
    safe = client if isinstance(client, CookieSafe) else client.safe
    assert safe is not None
    field = safe.unsubscribe_headers(user, purpose, SITE)["List-Unsubscribe"]
    return field.removeprefix(f"<{SITE}").removesuffix(">")


def click(client: Client, path: str, headers: Fields = BARE, body: bytes = ONE_CLICK) -> Response:
    return client.post(path, body=body, headers=headers)


def may(client: Client) -> bool:
    assert client.safe is not None
    return client.safe.may_contact("ann", "newsletter")


def events(client: Client) -> list[str]:
    return [each.event for each in client.records]


def button(page: Response) -> str | None:
    found = re.search(r'<button name="choice" value="(\w+)"', page.text)
    return found[1] if found else None


def press(client: Client, page: Response, headers: Fields | None = None) -> Response:
    """The page's own button."""
    action = re.search(r'<form method="post" action="([^"]*)"', page.text)
    choice = button(page)
    assert action, "there is no form"
    assert choice, "there is no button"
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    return client.post(
        html.unescape(action[1]), form={**fields, "choice": choice}, headers=headers or {}
    )


def press_of(page: Response) -> str:
    found = re.search(r'name="press" value="([\w-]{22})"', page.text)
    assert found, "the page has no press"
    return found[1]


def undo(client: Client, path: str, press: str) -> Response:
    return client.post(path, form={"choice": "undo", "press": press})


def stop(client: Client, path: str, press: str) -> Response:
    return client.post(path, form={"choice": "stop", "press": press})


def by_one_click(client: Client) -> None:
    assert click(client, link(client)).status == 200


def by_the_page(client: Client) -> None:
    assert press(client, client.get(link(client))).status == 200


def while_signed_in(client: Client) -> None:
    assert save(signed_in(client.another())).status == 303


def by_an_old_form(client: Client) -> None:
    assert save(signed_in(client.another()), policy="another").status == 303


def in_the_app(client: Client) -> None:
    assert client.safe is not None
    client.safe.choose_contact("ann", {"newsletter": False})


OTHER_WAYS = [by_one_click, while_signed_in, by_an_old_form, in_the_app]
WAYS = [by_the_page, *OTHER_WAYS]


class TestTheFields:
    def test_they_are_those_of_the_two_standards(self, client: Client) -> None:
        assert client.safe is not None
        fields = client.safe.unsubscribe_headers("ann", "newsletter", SITE)

        assert fields["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert re.fullmatch(
            r"<https://www\.example/cookiesafe/unsubscribe\?[A-Za-z0-9_-]{60,90}>",
            fields["List-Unsubscribe"],
        )

    def test_nobody_reads_in_them_whom_and_what_they_are_about(self, client: Client) -> None:
        one, another = link(client, "ann"), link(client, "ann")

        assert one != another
        assert "ann" not in one.partition("?")[2]

    def test_the_site_may_be_known_by_its_origin(self, make_safe: MakeSafe) -> None:
        safe = make_safe(CONTACTS, origin="https://harbour.example")

        field = safe.unsubscribe_headers("ann", "newsletter")["List-Unsubscribe"]

        assert field.startswith("<https://harbour.example/cookiesafe/unsubscribe?")

    def test_an_app_may_be_mounted_below_a_path(self, make_safe: MakeSafe) -> None:
        safe = make_safe(CONTACTS, path="/own")

        field = safe.unsubscribe_headers("ann", "newsletter", "https://www.example/app/")

        assert field["List-Unsubscribe"].startswith("<https://www.example/app/own/unsubscribe?")

    @pytest.mark.parametrize(
        "url",
        [
            None,
            "",
            "http://www.example",
            "www.example",
            "https://www.example>\r\nBcc: <all@x.example",
            "https://www.example\n",
            "https://www.example/?a=b",
            "https://user@www.example",
            "https://www.example,<https://evil.example",
        ],
    )
    def test_only_an_address_with_https_makes_a_link(
        self, make_safe: MakeSafe, url: str | None
    ) -> None:
        with pytest.raises(UsageError, match="https"):
            make_safe(CONTACTS).unsubscribe_headers("ann", "newsletter", url)

    def test_only_mails_have_them(self, client: Client) -> None:
        assert client.safe is not None
        with pytest.raises(UsageError, match="no mail"):
            client.safe.unsubscribe_headers("ann", "calls", SITE)
        with pytest.raises(UsageError, match="always on"):
            client.safe.unsubscribe_headers("ann", "service", SITE)
        with pytest.raises(UnknownName):
            client.safe.unsubscribe_headers("ann", "offers", SITE)

    def test_a_link_that_would_be_cut_is_not_made(self, client: Client) -> None:
        with pytest.raises(UsageError, match="does not fit"):
            link(client, "a" * 700)

    @pytest.mark.parametrize("policy", [SMTP, default])
    def test_pythons_own_mails_carry_them_whole(self, client: Client, policy: type) -> None:
        assert client.safe is not None
        fields = client.safe.unsubscribe_headers("ann", "newsletter", SITE)
        mail = EmailMessage(policy=policy.clone(max_line_length=998))  # type: ignore[attr-defined]
        for name, value in fields.items():
            mail[name] = value

        assert fields["List-Unsubscribe"].encode() in bytes(mail)
        assert (
            BytesParser(policy=default).parsebytes(bytes(mail))["List-Unsubscribe"]
            == fields["List-Unsubscribe"]
        )


class TestOneClick:
    @pytest.mark.parametrize(
        ("kind", "body"),
        [
            (FORM, ONE_CLICK),
            (f"{FORM}; charset=utf-8", ONE_CLICK),
            ("multipart/form-data; boundary=cut", PARTS),
            ('Multipart/Form-Data; charset=utf-8; boundary="cut"', PARTS),
        ],
    )
    def test_it_stops_the_mails_without_a_cookie_or_an_origin(
        self, client: Client, kind: str, body: bytes
    ) -> None:
        answer = click(client.another(), link(client), {**BARE, "Content-Type": kind}, body)

        assert answer.status == 200
        assert answer.header("location") is None
        assert not may(client)
        assert events(client) == ["grant", "withdrawal"]

    def test_it_may_come_from_anywhere(self, client: Client) -> None:
        mail = {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}

        assert click(client, link(client), mail).status == 200
        assert not may(client)

    def test_the_record_is_of_the_link_and_names_nobody(self, client: Client) -> None:
        click(client.another(), link(client))

        grant, withdrawal = client.records
        assert withdrawal.notice == "unsubscribe"
        assert withdrawal.choices == {"newsletter": False}
        assert withdrawal.receipt == grant.receipt
        assert withdrawal.regime == ""

    def test_the_store_keeps_the_no_and_nothing_of_the_yes(self, client: Client) -> None:
        click(client, link(client))

        assert client.safe is not None
        contact = client.safe.store.load_contact("ann")
        assert contact is not None
        assert contact.answers == {"newsletter": Answer(yes=False)}

    def test_again_it_is_the_same_and_no_record(self, client: Client) -> None:
        path = link(client)

        assert [click(client, path).status for _ in range(3)] == [200] * 3
        assert events(client) == ["grant", "withdrawal"]

    def test_it_stops_nothing_else_and_nobody_elses(self, client: Client) -> None:
        assert client.safe is not None
        client.safe.choose_contact("ann", {"calls": True})
        client.safe.choose_contact("bob", {"newsletter": True})

        click(client, link(client))

        assert client.safe.may_contact("ann", "calls")
        assert client.safe.may_contact("bob", "newsletter")

    def test_of_who_never_chose_or_is_forgotten_nothing_is_kept(self, client: Client) -> None:
        assert client.safe is not None
        client.safe.forget_contact("ann")

        assert click(client, link(client)).status == 200
        assert client.safe.store.load_contact("ann") is None
        assert events(client) == ["grant"]

    def test_a_link_outlasts_years_and_a_change_of_keys(
        self, make_client: MakeClient, clock: Clock
    ) -> None:
        store = MemoryStore()
        old = make_client(app, policy=CONTACTS, store=store)
        assert old.safe is not None
        old.safe.choose_contact("ann", {"newsletter": True})
        path = link(old)
        clock.days(5 * 365)
        new = make_client(
            app, policy=CONTACTS, store=store, secret_key=OTHER_KEY, fallback_keys=[KEY]
        )

        assert click(new, path).status == 200
        assert not may(new)

    def test_what_mail_tools_put_behind_it_does_no_harm(self, client: Client) -> None:
        assert click(client, f"{link(client)}=&utm_source=mail").status == 200
        assert not may(client)

    def test_below_a_mount(self, make_client: MakeClient) -> None:
        client = make_client(app, policy=CONTACTS, root="/app")
        assert client.safe is not None
        client.safe.choose_contact("ann", {"newsletter": True})

        page = client.get(link(client))

        assert 'action="/app/cookiesafe/unsubscribe?' in page.text

    def test_while_the_store_is_down_it_may_come_again(self, make_client: MakeClient) -> None:
        store = Failing()
        client = make_client(app, policy=CONTACTS, store=store)
        assert client.safe is not None
        client.safe.choose_contact("ann", {"newsletter": True})
        path = link(client)
        store.broken = {"save_contact"}
        assert click(client, path).status == 503
        assert client.get(path).status == 200
        store.broken = {"load_contact"}
        assert click(client, path).status == 503
        assert button(client.get(path)) == "stop"

        store.broken = set()
        assert click(client, path).status == 200
        assert not may(client)

    def test_it_counts_though_it_cannot_be_recorded(self, make_client: MakeClient) -> None:
        store = Failing()
        client = make_client(app, policy=CONTACTS, store=store)
        assert client.safe is not None
        client.safe.choose_contact("ann", {"newsletter": True})
        store.broken = {"append"}

        assert click(client, link(client)).status == 200
        assert not may(client)


class TestLooking:
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_it_changes_nothing_however_often(self, client: Client, method: str) -> None:
        path = link(client)

        assert [client.request(method, path, headers=BARE).status for _ in range(3)] == [200] * 3
        assert may(client)
        assert events(client) == ["grant"]

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
    def test_other_methods_are_refused(self, client: Client, method: str) -> None:
        assert client.request(method, link(client)).status == 405
        assert may(client)

    def test_it_shows_one_button_and_what_it_is_about(self, client: Client) -> None:
        page = client.get(link(client))

        assert page.text.count("<button") == 1
        assert button(page) == "stop"
        assert "Offers by e-mail" in page.text
        assert "Service messages" in page.text

    def test_its_address_is_not_told_to_others_and_not_kept(self, client: Client) -> None:
        page = client.get(link(client))

        assert page.header("referrer-policy") == "same-origin"
        assert "no-store" in cache_rules(page)

    def test_where_it_is_stopped_already_it_says_so(self, client: Client) -> None:
        path = link(client)
        click(client, path)

        page = client.get(path)

        assert button(page) is None
        assert "nothing to stop" in page.text


class TestThePage:
    def test_its_button_stops_and_offers_to_undo(self, client: Client) -> None:
        page = press(client, client.get(link(client)))

        assert page.status == 200
        assert button(page) == "undo"
        assert not may(client)

    def test_undo_restores_what_was_before_with_a_grant(self, client: Client) -> None:
        page = press(client, press(client, client.get(link(client))))

        assert page.status == 200
        assert "is on again" in page.text
        assert may(client)
        assert events(client) == ["grant", "withdrawal", "grant"]

    def test_signed_out_and_signed_in_alike(self, client: Client) -> None:
        stranger = signed_in(client.another(), "bob")

        press(stranger, press(stranger, stranger.get(link(client))))

        assert may(client)
        assert client.safe is not None
        assert not client.safe.may_contact("bob", "newsletter")

    def test_stopping_twice_still_offers_to_undo(self, client: Client) -> None:
        asked = client.get(link(client))
        press(client, asked)
        page = press(client, asked)

        assert button(page) == "undo"
        assert events(client) == ["grant", "withdrawal"]
        press(client, page)
        assert may(client)

    def test_undoing_twice_is_the_same_and_no_record(self, client: Client) -> None:
        stopped = press(client, client.get(link(client)))

        assert [press(client, stopped).status for _ in range(2)] == [200, 200]
        assert events(client) == ["grant", "withdrawal", "grant"]

    def test_after_an_hour_there_is_no_undoing(self, client: Client, clock: Clock) -> None:
        stopped = press(client, client.get(link(client)))
        clock.now += 3600

        assert press(client, stopped).status == 409
        assert not may(client)

    def test_pressing_again_gives_no_second_hour(self, client: Client, clock: Clock) -> None:
        asked = client.get(link(client))
        stopped = press(client, asked)
        clock.now += 3599
        assert button(press(client, asked)) == "undo"
        clock.now += 1

        assert button(press(client, asked)) is None
        assert press(client, stopped).status == 409

    def test_a_page_that_was_left_open_for_a_day_has_its_hour_too(
        self, client: Client, clock: Clock
    ) -> None:
        asked = client.get(link(client))
        clock.days(1)
        press(client, asked)

        press(client, press(client, asked))

        assert may(client)

    def test_what_was_said_of_something_else_is_not_in_the_way(self, client: Client) -> None:
        assert client.safe is not None
        stopped = press(client, client.get(link(client)))
        client.safe.choose_contact("ann", {"calls": True})

        assert press(client, stopped).status == 200
        assert may(client)

    def test_what_asks_for_more_by_now_is_not_turned_on_again(
        self, client: Client, make_client: MakeClient
    ) -> None:
        assert client.safe is not None
        stopped = press(client, client.get(link(client)))
        wider = CONTACTS.replace("Once a month", "Every day")
        later = make_client(app, policy=wider, store=client.safe.store)

        assert press(later, stopped).status == 409
        assert not may(later)

    def test_a_yes_to_less_is_ended_for_good(self, client: Client, make_client: MakeClient) -> None:
        assert client.safe is not None
        wider = CONTACTS.replace("Once a month", "Every day")
        later = make_client(app, policy=wider, store=client.safe.store)

        stopped = press(later, later.get(link(later)))

        assert button(stopped) is None
        assert events(later) == ["grant", "withdrawal"]
        assert not may(client)

    def test_after_another_choice_there_is_no_undoing(self, client: Client) -> None:
        stopped = press(client, client.get(link(client)))
        press(client, stopped)
        click(client, link(client))

        assert press(client, stopped).status == 409
        assert not may(client)

    def test_another_site_cannot_undo(self, client: Client) -> None:
        stopped = press(client, client.get(link(client)))
        foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}

        assert press(client, stopped, foreign).status == 403
        assert not may(client)

    def test_what_was_off_before_cannot_be_turned_on(self, client: Client) -> None:
        path = link(client)
        click(client, path)

        stopped = client.post(path, form={"choice": "stop"})
        assert button(stopped) is None
        for sent in ({}, {"press": ""}, {"press": "x" * 22}, {"press": "x" * 60_000}):
            assert client.post(path, form={"choice": "undo", **sent}).status == 409
        assert not may(client)

    def test_the_undo_of_one_link_is_none_of_another(self, client: Client) -> None:
        assert client.safe is not None
        client.safe.choose_contact("bob", {"newsletter": True})
        stopped = press(client, client.get(link(client, "bob")))
        path = link(client)
        click(client, path)

        assert undo(client, path, press_of(stopped)).status == 409
        assert not may(client)

    def test_the_undo_of_one_purpose_is_none_of_another(self, make_client: MakeClient) -> None:
        policy = f'{CONTACTS}\n[purposes.tips]\ntitle = "Tips"\nchannel = "email"\n'
        client = make_client(app, policy=policy)
        assert client.safe is not None
        client.safe.choose_contact("ann", {"newsletter": True, "tips": False})
        stopped = press(client, client.get(link(client)))

        path = link(client, purpose="tips")
        assert undo(client, path, press_of(stopped)).status == 409
        assert not client.safe.may_contact("ann", "tips")

    def test_an_undo_that_would_not_work_is_not_offered(self, client: Client) -> None:
        path = link(client)
        click(client, path)

        for sent in ("x", "x" * 22, "é" * 22, path.partition("?")[2]):
            assert button(client.post(path, form={"choice": "stop", "press": sent})) is None

    def test_a_yes_that_is_not_recorded_does_not_count(self, make_client: MakeClient) -> None:
        store = Failing()
        client = make_client(app, policy=CONTACTS, store=store)
        assert client.safe is not None
        client.safe.choose_contact("ann", {"newsletter": True})
        stopped = press(client, client.get(link(client)))
        store.broken = {"append"}

        assert press(client, stopped).status == 503
        assert not may(client)


class TestAStrangerWithTheLink:
    """Whom a mail was forwarded to may stop what it is about, and never undoes what somebody else has stopped."""

    @pytest.mark.parametrize("way", WAYS)
    def test_who_had_the_page_open_cannot_undo_a_stop(
        self, client: Client, way: Callable[[Client], None]
    ) -> None:
        stranger, path = client.another(), link(client)
        seen = press_of(stranger.get(path))

        way(client)

        assert undo(stranger, path, seen).status == 409
        assert button(stop(stranger, path, seen)) is None
        assert undo(stranger, path, seen).status == 409
        assert not may(client)
        assert events(client) == ["grant", "withdrawal"]

    @pytest.mark.parametrize("way", OTHER_WAYS)
    def test_who_was_the_first_to_stop_it_cannot_undo_it_once_another_has_stopped_it_too(
        self, client: Client, way: Callable[[Client], None]
    ) -> None:
        stranger = client.another()
        stopped = press(stranger, stranger.get(link(client)))

        way(client)

        assert press(stranger, stopped).status == 409
        assert not may(client)
        way(client)
        assert len([each for each in events(client) if each == "withdrawal"]) == 1

    def test_nor_once_another_has_pressed_the_button_as_well(self, client: Client) -> None:
        stranger, path = client.another(), link(client)
        page = client.get(path)
        stopped = press(stranger, stranger.get(path))

        assert button(press(client, page)) is None

        assert press(stranger, stopped).status == 409
        assert not may(client)

    def test_each_look_has_a_press_of_its_own(self, client: Client) -> None:
        path = link(client)

        assert len({press_of(client.get(path)) for _ in range(5)}) == 5

    def test_a_form_that_names_no_press_is_given_one(self, client: Client) -> None:
        stopped = client.post(link(client), form={"choice": "stop"})

        assert press(client, stopped).status == 200
        assert may(client)


class TestAtOnce:
    @pytest.fixture
    def store(self) -> Contested:
        return Contested()

    @pytest.fixture
    def client(self, make_client: MakeClient, store: Contested) -> Client:
        client = make_client(app, policy=CONTACTS, store=store)
        assert client.safe is not None
        client.safe.choose_contact("ann", {"newsletter": True})
        return client

    def test_a_stop_by_the_page_leaves_one_by_the_mail_program_for_good(
        self, client: Client, store: Contested
    ) -> None:
        asked, path = client.get(link(client)), link(client)
        store.others = [lambda: by_one_click(client)]

        stopped = press(client, asked)

        assert button(stopped) is None
        assert undo(client, path, press_of(asked)).status == 409
        assert not may(client)

    def test_a_stop_by_the_mail_program_goes_before_one_by_the_page(
        self, client: Client, store: Contested
    ) -> None:
        stopped: list[Response] = []
        asked = client.get(link(client))
        store.others = [lambda: stopped.append(press(client, asked))]

        by_one_click(client)

        assert press(client, stopped[0]).status == 409
        assert not may(client)

    @pytest.mark.parametrize("way", WAYS)
    def test_a_stop_goes_before_an_undo(
        self, client: Client, store: Contested, way: Callable[[Client], None]
    ) -> None:
        asked, path = client.get(link(client)), link(client)
        stopped = press(client, asked)
        store.others = [lambda: stop(client, path, "x" * 22) if way is by_the_page else way(client)]

        page = press(client, stopped)

        assert "is off for you" in page.text
        assert not may(client)

    def test_two_presses_of_one_button_are_one(self, client: Client, store: Contested) -> None:
        asked = client.get(link(client))
        store.others = [lambda: press(client, asked)]

        stopped = press(client, asked)

        assert button(stopped) == "undo"
        press(client, stopped)
        assert may(client)


class TestBadInput:
    @pytest.mark.parametrize(
        "query",
        ["", "x", "=", "&", "%00", "%F0%9F%92%A7", "a" * 8000, "a.b", "../../etc", "-" * 43],
    )
    def test_what_is_no_link_of_ours_changes_nothing_and_says_whom_to_ask(
        self, client: Client, query: str
    ) -> None:
        path = f"/cookiesafe/unsubscribe?{query}"

        for answer in (client.get(path), click(client, path)):
            assert answer.status == 404
            assert "write to us" in client.get(path).text
        assert may(client)

    def test_a_link_with_any_letter_changed_or_missing_is_none(self, client: Client) -> None:
        path, _, token = link(client).partition("?")
        for at in range(len(token)):
            other = "A" if token[at] != "A" else "B"
            assert click(client, f"{path}?{token[:at]}{other}{token[at + 1 :]}").status == 404
            assert click(client, f"{path}?{token[:at]}").status == 404
        assert may(client)

    def test_a_link_of_another_site_is_none(self, client: Client) -> None:
        other = CookieSafe(Policy.from_toml(CONTACTS), secret_key=OTHER_KEY, store=MemoryStore())

        assert click(client, link(other)).status == 404
        assert may(client)

    def test_a_purpose_that_was_renamed_changes_nothing(
        self, client: Client, make_client: MakeClient
    ) -> None:
        assert client.safe is not None
        renamed = CONTACTS.replace("purposes.newsletter", "purposes.offers")
        later = make_client(app, policy=renamed, store=client.safe.store)

        for answer in (later.get(link(client)), click(later, link(client))):
            assert answer.status == 404
        assert may(client)

    def test_the_page_says_how_to_reach_the_site(self, make_client: MakeClient) -> None:
        policy = CONTACTS.replace("hosts =", 'contact = "privacy@harbour.example"\nhosts =', 1)

        page = make_client(app, policy=policy).get("/cookiesafe/unsubscribe?x")

        assert "privacy@harbour.example" in page.text

    @pytest.mark.parametrize(
        ("kind", "body", "status"),
        [
            (FORM, b"", 400),
            (FORM, b"List-Unsubscribe=Two-Clicks", 400),
            (FORM, ONE_CLICK + b"&" + ONE_CLICK, 400),
            (FORM, ONE_CLICK + b"&choice=undo", 400),
            (FORM, b"choice=go", 400),
            (FORM, b"&a" * 2000, 400),
            (FORM, b"\xff\xfe%%%", 400),
            (FORM, ONE_CLICK + b"&x=" + b"a" * 65_536, 413),
            ("multipart/form-data; boundary=cut", PARTS + b"a" * 65_536, 413),
            ("multipart/form-data; boundary=cut", PARTS.removesuffix(b"--cut--\r\n"), 400),
            ("multipart/form-data; boundary=other", PARTS, 400),
            ("multipart/form-data", PARTS, 400),
            ("multipart/form-data; boundary=cut", b"", 400),
            ("multipart/form-data; boundary=cut", b"--cut\r\n\r\n\r\n--cut--", 400),
            ("multipart/form-data; boundary=cut", b"--cut\r\n" * 2000 + b"--cut--", 400),
            ("text/plain", ONE_CLICK, 415),
            ("application/json", b"{}", 415),
            ("", ONE_CLICK, 415),
        ],
    )
    def test_what_is_not_the_one_form_changes_nothing(
        self, client: Client, kind: str, body: bytes, status: int
    ) -> None:
        answer = click(client, link(client), {**BARE, "Content-Type": kind}, body)

        assert answer.status == status
        assert may(client)

    def test_a_flood_of_bad_links_fills_no_log(
        self, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        for number in range(50):
            click(client, f"/cookiesafe/unsubscribe?{number}")

        assert caplog.text == ""


@given(kind=st.text(max_size=80), body=st.binary(max_size=300), query=st.text(max_size=80))
def test_whatever_comes_is_answered_and_changes_nothing(kind: str, body: bytes, query: str) -> None:
    safe = CookieSafe(Policy.from_toml(CONTACTS), secret_key=KEY, store=MemoryStore())
    safe.choose_contact("ann", {"newsletter": True})
    client = client_at("wsgi", safe, app)
    visible = "".join(each for each in kind if each.isprintable() and ord(each) < 256)
    multipart = f"multipart/form-data; boundary={visible}"
    query = "".join(each for each in query if "!" <= each <= "~" and each not in "#")

    for headers in ({**BARE, "Content-Type": multipart}, {**BARE, "Content-Type": visible}):
        assert click(client, link(safe), headers, body).status in (400, 415)
    assert click(client, f"/cookiesafe/unsubscribe?{query}").status == 404
    assert safe.may_contact("ann", "newsletter")
