"""Ways to be contacted: chosen among the choices or in the app's own form, asked before a mail is sent, recorded nameless."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from cookiesafe import CookieSafe, StoreError, UnknownName, UsageError
from cookiesafe.adapters.stores import MemoryStore
from tests.support.contacts import (
    CHOICES,
    CONTACT,
    CONTACTS,
    Contested,
    Failing,
    app,
    save,
    section,
    signed_in,
    text_of,
    ticked,
)
from tests.support.edges import Client
from tests.support.harbour import KEY, POLICY, Clock, MakeClient, MakeSafe

JSON = {"Accept": "application/json"}


@pytest.fixture
def client(make_client: MakeClient) -> Client:
    return make_client(app, policy=CONTACTS)


def may(client: Client, purpose: str = "newsletter", user: str | int = "ann") -> bool:
    assert client.safe is not None
    return client.safe.may_contact(user, purpose)


class TestThePage:
    def test_who_is_signed_in_sees_a_box_for_each_that_can_be_refused(self, client: Client) -> None:
        page = section(signed_in(client))

        assert re.findall(r'name="purpose" value="(\w+)"', page) == ["newsletter", "calls"]
        assert ticked(client) == []

    def test_one_that_is_always_on_has_no_box_and_says_why(self, client: Client) -> None:
        page = section(signed_in(client))

        assert "Service messages" in page
        assert "<strong>Always on</strong>: you need them as a customer" in page
        assert 'value="service"' not in page

    def test_boxes_show_what_was_chosen(self, client: Client) -> None:
        save(signed_in(client), "newsletter")

        assert ticked(client) == ["newsletter"]

    def test_who_is_signed_out_is_told_to_sign_in_or_use_the_mail(self, client: Client) -> None:
        page = section(client)

        assert "Sign in to see and change" in page
        assert "the link in the mail" in page
        assert "<form" not in page

    def test_one_does_not_see_what_another_chose(self, client: Client) -> None:
        save(signed_in(client), "newsletter")

        assert ticked(signed_in(client.another(), "bob")) == []

    def test_while_the_store_is_down_the_page_still_shows(self, make_client: MakeClient) -> None:
        store = Failing()
        client = signed_in(make_client(app, policy=CONTACTS, store=store))
        store.broken = {"load_contact"}

        page = client.get(CHOICES)

        assert page.status == 200
        assert "cannot be told now" in section(client)
        assert "<form" not in section(client)
        assert "Statistics" in page.text

    def test_without_a_store_it_says_that_nothing_is_kept(self, make_client: MakeClient) -> None:
        client = signed_in(make_client(app, policy=CONTACTS, store=None))

        assert "keeps no choices about this" in section(client)
        assert save(client, "newsletter").status == 409

    def test_a_policy_without_any_has_no_section(self, make_client: MakeClient) -> None:
        assert "How we may reach you" not in signed_in(make_client(app)).get(CHOICES).text

    def test_they_are_no_question_of_the_banner_and_no_choice_about_cookies(
        self, client: Client
    ) -> None:
        signed_in(client)
        client.choose("accept")

        assert "Offers by e-mail" not in client.get("/").text
        assert not may(client)


class TestTheForm:
    def test_a_yes_counts_and_leads_on(self, client: Client) -> None:
        answer = save(signed_in(client), "newsletter", next="/bills")

        assert (answer.status, answer.header("location")) == (303, "/bills")
        assert may(client)
        assert not may(client, "calls")

    def test_a_no_counts(self, client: Client) -> None:
        save(signed_in(client), "newsletter", "calls")
        save(client, "calls")

        assert not may(client)
        assert may(client, "calls")

    def test_json_tells_what_is_kept(self, client: Client) -> None:
        signed_in(client)

        answer = client.post(CONTACT, form={"purpose": "calls"}, headers=JSON).json()

        assert answer["choices"] == {"newsletter": False, "calls": True}
        assert answer["event"] == "grant"
        assert answer["receipt"] == client.records[0].receipt

    @pytest.mark.parametrize(
        ("before", "after", "event"),
        [
            ([], ["newsletter"], "grant"),
            (["newsletter"], ["newsletter", "calls"], "change"),
            (["newsletter", "calls"], ["calls"], "change"),
            (["newsletter"], [], "withdrawal"),
            ([], [], "refusal"),
        ],
    )
    def test_each_is_recorded_as_what_it_is(
        self, client: Client, before: list[str], after: list[str], event: str
    ) -> None:
        signed_in(client)
        if before:
            save(client, *before)
        save(client, *after)

        assert client.records[-1].event == event

    def test_the_same_again_is_no_record(self, client: Client) -> None:
        save(signed_in(client), "newsletter")
        save(client, "newsletter")

        assert [each.event for each in client.records] == ["grant"]

    def test_the_record_holds_grounds_and_words_and_nothing_of_the_user(
        self, client: Client, clock: Clock
    ) -> None:
        signed_in(client, "ann@harbour.example")
        text = text_of(client)
        save(client, "newsletter", text=text)
        assert client.safe is not None
        policy = client.safe.policy

        (record,) = client.records

        assert record.choices == {"newsletter": True, "calls": False}
        assert record.grounds == {"newsletter": policy.grounds["newsletter"]}
        assert (record.notice, record.text, record.time) == ("choices", text, int(clock.now * 1000))
        assert record.receipt
        kept = list(client.safe.store.records())
        assert "ann@harbour" not in "".join(each.to_json() for each in kept)
        shown = next(each for each in kept if each.id == f"notice.{text}")
        assert "How we may reach you" in shown.detail["html"]

    def test_what_is_not_ours_is_not_taken_as_shown(self, client: Client) -> None:
        save(signed_in(client), "newsletter", text="0" * 32)

        assert client.records[0].text == ""

    def test_all_records_of_a_user_have_one_receipt_and_no_two_users_share_one(
        self, client: Client
    ) -> None:
        save(signed_in(client), "newsletter")
        save(client)
        save(signed_in(client.another(), "bob"), "newsletter")

        ann, again, bob = (each.receipt for each in client.records)

        assert ann == again
        assert ann != bob

    def test_nobody_signed_in_changes_nothing(self, client: Client) -> None:
        assert save(client, "newsletter").status == 403
        assert client.records == []

    def test_another_site_changes_nothing(self, client: Client) -> None:
        signed_in(client)
        foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}

        assert client.post(CONTACT, form={"purpose": "newsletter"}, headers=foreign).status == 403
        assert not may(client)

    @pytest.mark.parametrize("purpose", ["service", "statistics", "necessary", "nothing", "", "ü"])
    def test_what_has_no_box_is_not_taken(self, client: Client, purpose: str) -> None:
        signed_in(client)

        assert save(client, "newsletter", purpose).status == 400
        assert not may(client)

    def test_a_body_that_is_too_large_is_refused(self, client: Client) -> None:
        signed_in(client)
        body = b"purpose=newsletter&x=" + b"a" * 65_536

        assert client.post(CONTACT, body=body).status == 413
        assert not may(client)

    def test_a_child_cannot_agree_and_can_refuse(self, client: Client) -> None:
        save(signed_in(client), "newsletter")
        client.post("/cookiesafe/age", form={"year": "2020", "month": "1"})

        assert save(client, "newsletter", "calls").status == 403
        assert may(client)
        assert save(client).status == 303
        assert not may(client)


class TestTheOrder:
    @pytest.fixture
    def store(self) -> Failing:
        return Failing()

    @pytest.fixture
    def client(self, make_client: MakeClient, store: Failing) -> Client:
        return signed_in(make_client(app, policy=CONTACTS, store=store))

    def test_a_yes_that_is_not_recorded_does_not_count(
        self, client: Client, store: Failing
    ) -> None:
        store.broken = {"append"}

        assert save(client, "newsletter").status == 503
        assert not may(client)

    def test_a_no_counts_though_it_cannot_be_recorded_and_that_is_logged(
        self, client: Client, store: Failing, caplog: pytest.LogCaptureFixture
    ) -> None:
        save(client, "newsletter")
        store.broken = {"append"}

        assert save(client).status == 303
        assert not may(client)
        assert "[CS602]" in caplog.text

    def test_a_no_counts_though_what_was_agreed_to_before_is_ticked_and_it_cannot_be_recorded(
        self, client: Client, store: Failing
    ) -> None:
        save(client, "newsletter", "calls")
        store.broken = {"append"}

        assert save(client, "calls").status == 303
        assert not may(client)
        assert may(client, "calls")

    def test_of_both_at_once_the_no_counts_and_the_yes_does_not(
        self, client: Client, store: Failing
    ) -> None:
        save(client, "newsletter")
        store.broken = {"append"}

        assert save(client, "calls").status == 503
        assert not may(client)
        assert not may(client, "calls")

    def test_a_no_that_is_not_kept_is_not_answered_as_if_it_were(
        self, client: Client, store: Failing
    ) -> None:
        save(client, "newsletter")
        store.broken = {"save_contact"}

        assert save(client).status == 503

    def test_what_was_chosen_for_other_purposes_meanwhile_stays(self, make_safe: MakeSafe) -> None:
        store = Contested()
        safe = make_safe(CONTACTS, store=store)
        safe.choose_contact("ann", {"newsletter": False})
        store.others = [store.puts("ann", calls=True)]

        safe.choose_contact("ann", {"newsletter": True})

        assert safe.may_contact("ann", "newsletter")
        assert safe.may_contact("ann", "calls")

    def test_a_no_said_meanwhile_beats_a_yes(self, make_safe: MakeSafe) -> None:
        store = Contested()
        safe = make_safe(CONTACTS, store=store)
        safe.choose_contact("ann", {"calls": True})
        store.others = [store.puts("ann", newsletter=False)]

        safe.choose_contact("ann", {"newsletter": True})

        assert not safe.may_contact("ann", "newsletter")

    def test_a_yes_said_meanwhile_does_not_beat_a_no(self, make_safe: MakeSafe) -> None:
        store = Contested()
        safe = make_safe(CONTACTS, store=store)
        safe.choose_contact("ann", {"calls": True})
        store.others = [store.puts("ann", newsletter=True)]

        safe.choose_contact("ann", {"newsletter": False})

        assert not safe.may_contact("ann", "newsletter")

    def test_two_first_choices_at_once_end_under_one_receipt(self, make_safe: MakeSafe) -> None:
        store = Contested()
        safe = make_safe(CONTACTS, store=store)
        store.others = [store.puts("ann", calls=True)]

        safe.choose_contact("ann", {"newsletter": True})

        (record,) = [each for each in store.records() if each.event == "grant"]
        assert record.receipt == "another"

    def test_a_user_who_is_forgotten_meanwhile_stays_forgotten(self, make_safe: MakeSafe) -> None:
        store = Contested()
        safe = make_safe(CONTACTS, store=store)
        safe.choose_contact("ann", {"newsletter": True})
        store.others = [lambda: safe.forget_contact("ann")]

        safe.choose_contact("ann", {"newsletter": False, "calls": True})

        assert store.load_contact("ann") is None

    @pytest.mark.parametrize("kept", ["memory", "sqlite"])
    def test_of_many_at_once_none_is_lost(
        self, make_safe: MakeSafe, tmp_path: Path, kept: str
    ) -> None:
        names = [f"way{number}" for number in range(8)]
        ways = "".join(f'[purposes.{each}]\ntitle = "W"\nchannel = "post"\n' for each in names)
        store = MemoryStore() if kept == "memory" else f"sqlite:///{tmp_path}/cookiesafe.db"
        safe = make_safe(POLICY + ways, store=store)
        together = Barrier(len(names))

        def choose(name: str) -> None:
            together.wait(30)
            safe.choose_contact("ann", {name: True})

        with ThreadPoolExecutor(len(names)) as threads:
            list(threads.map(choose, names))

        assert [each for each in names if not safe.may_contact("ann", each)] == []
        records = [each for each in safe.store.records() if each.choices]
        assert len(records) == len(names)
        assert len({each.receipt for each in records}) == 1
        safe.close()

    def test_it_is_not_tried_for_ever(self, make_safe: MakeSafe) -> None:
        store = Contested()
        safe = make_safe(CONTACTS, store=store)
        safe.choose_contact("ann", {"newsletter": True})
        store.others = [store.puts("ann", calls=bool(number % 2)) for number in range(100)]

        with pytest.raises(StoreError, match="at once"):
            safe.choose_contact("ann", {"newsletter": False})

        assert len(store.others) >= 90


class TestTheApp:
    @pytest.fixture
    def safe(self, make_safe: MakeSafe) -> CookieSafe:
        return make_safe(CONTACTS)

    def test_nobody_is_contacted_who_never_chose(self, safe: CookieSafe) -> None:
        assert not safe.may_contact("ann", "newsletter")

    def test_what_is_always_on_is(self, safe: CookieSafe) -> None:
        assert safe.may_contact("ann", "service")

    def test_a_number_and_its_text_are_one_user(self, safe: CookieSafe) -> None:
        safe.choose_contact(7, {"newsletter": True})

        assert safe.may_contact("7", "newsletter")

    def test_its_form_is_named_in_the_record(self, safe: CookieSafe) -> None:
        safe.choose_contact("ann", {"newsletter": True, "calls": False}, where="sign-up")

        (record,) = [each for each in safe.store.records() if each.event != "policy"]
        assert (record.event, record.notice) == ("grant", "sign-up")
        assert record.choices == {"newsletter": True, "calls": False}

    def test_the_policys_words_are_in_the_ledger_before_a_yes(self, safe: CookieSafe) -> None:
        safe.choose_contact("ann", {"newsletter": True})

        assert [each.event for each in safe.store.records()] == ["policy", "grant"]

    def test_who_is_forgotten_is_not_contacted_and_the_records_stay(self, safe: CookieSafe) -> None:
        safe.choose_contact("ann", {"newsletter": True})
        safe.forget_contact("ann")
        safe.forget_contact("ann")

        assert not safe.may_contact("ann", "newsletter")
        assert "grant" in [each.event for each in safe.store.records()]

    @pytest.mark.parametrize("answer", ["on", "", 1, 0, None, "false"])
    def test_only_true_and_false_are_answers(self, safe: CookieSafe, answer: Any) -> None:
        with pytest.raises(UsageError, match="answered"):
            safe.choose_contact("ann", {"newsletter": answer})
        assert not safe.may_contact("ann", "newsletter")

    def test_an_unknown_purpose_is_told_with_what_was_meant(self, safe: CookieSafe) -> None:
        with pytest.raises(UnknownName, match='Did you mean "newsletter"'):
            safe.may_contact("ann", "newsleter")
        with pytest.raises(UnknownName):
            safe.choose_contact("ann", {"newsletter": True, "newsleter": True})
        assert not safe.may_contact("ann", "newsletter")

    @pytest.mark.parametrize("purpose", ["statistics", "necessary"])
    def test_a_purpose_without_a_channel_is_no_question_here(
        self, safe: CookieSafe, purpose: str
    ) -> None:
        for ask in (
            lambda: safe.may_contact("ann", purpose),
            lambda: safe.choose_contact("ann", {purpose: True}),
            lambda: safe.unsubscribe_headers("ann", purpose, "https://www.example"),
        ):
            with pytest.raises(UsageError, match="channel"):
                ask()

    def test_what_is_always_on_cannot_be_chosen(self, safe: CookieSafe) -> None:
        with pytest.raises(UsageError, match="always on"):
            safe.choose_contact("ann", {"service": False})

    @pytest.mark.parametrize("user", ["", None, True, 1.5])
    def test_what_is_no_id_is_told(self, safe: CookieSafe, user: Any) -> None:
        with pytest.raises(UsageError, match="id"):
            safe.may_contact(user, "newsletter")

    @pytest.mark.parametrize("where", ["", "Sign up", "a" * 65, "a\nb"])
    def test_a_form_has_a_plain_name(self, safe: CookieSafe, where: str) -> None:
        with pytest.raises(UsageError, match="where"):
            safe.choose_contact("ann", {"newsletter": True}, where=where)

    def test_without_a_store_all_of_it_is_told(self, make_safe: MakeSafe) -> None:
        safe = make_safe(CONTACTS, store=None)

        for ask in (
            lambda: safe.may_contact("ann", "newsletter"),
            lambda: safe.choose_contact("ann", {"newsletter": True}),
            lambda: safe.forget_contact("ann"),
            lambda: safe.unsubscribe_headers("ann", "newsletter", "https://www.example"),
        ):
            with pytest.raises(UsageError, match="store"):
                ask()

    def test_a_store_that_is_down_is_told_and_never_a_yes(self, make_safe: MakeSafe) -> None:
        store = Failing()
        safe = make_safe(CONTACTS, store=store)
        safe.choose_contact("ann", {"newsletter": True})
        store.broken = {"load_contact"}

        with pytest.raises(StoreError):
            safe.may_contact("ann", "newsletter")

    def test_it_is_kept_across_processes(self, tmp_path: Any, make_safe: MakeSafe) -> None:
        url = f"sqlite:///{tmp_path}/cookiesafe.db"
        first = make_safe(CONTACTS, store=url)
        first.choose_contact("ann", {"newsletter": True})
        first.close()
        second = make_safe(CONTACTS, store=url, secret_key=KEY)

        assert second.may_contact("ann", "newsletter")
        second.close()


def test_the_store_has_the_choices_by_user_and_nothing_else(make_safe: MakeSafe) -> None:
    store = MemoryStore()
    make_safe(CONTACTS, store=store).choose_contact("ann", {"newsletter": True})

    contact = store.load_contact("ann")

    assert contact is not None
    assert contact.choices == {"newsletter": True}
    assert len(contact.receipt) == 22
