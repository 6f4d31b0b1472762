"""A yes to being contacted is to what was asked for then: what asks for more under the same id is off, and says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest

from cookiesafe import Policy
from cookiesafe.contact import Answer, Contact
from cookiesafe.ledger import Entry
from tests.support.contacts import (
    CONTACT,
    CONTACTS,
    Failing,
    app,
    save,
    section,
    signed_in,
    text_of,
    ticked,
)
from tests.support.edges import Client, Fields
from tests.support.harbour import Clock, MakeClient, MakeSafe

BEFORE = Policy.from_toml(CONTACTS)
WORDS = 'text = "Once a month, what is new."'
WIDER = CONTACTS.replace(WORDS, 'text = "Partners write to you daily."')
PARTNER = """
[vendors.partner]
name = "Partner"
hosts = []
purposes = ["newsletter"]
"""
TIPS = '[purposes.tips]\ntitle = "Tips by e-mail"\nchannel = "email"\n'
Later = Callable[..., Client]


@pytest.fixture
def store() -> Failing:
    return Failing()


@pytest.fixture
def later(make_client: MakeClient, store: Failing) -> Later:
    """The site in another process and under another policy, after Ann has agreed to newsletters."""

    def later(policy: str, before: str = CONTACTS) -> Client:
        first = signed_in(make_client(app, policy=before, store=store))
        save(first, "newsletter")
        assert may(first)
        return signed_in(make_client(app, policy=policy, store=store))

    return later


def may(client: Client) -> bool:
    assert client.safe is not None
    return client.safe.may_contact("ann", "newsletter")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (WORDS, 'text = "Every day."', "the text says something else"),
        (f'{WORDS}\nchannel = "email"', f'{WORDS}\nchannel = "sms"', "you are sent text messages"),
        ("Offers by e-mail", "All offers", "it is called something else: All offers"),
        ("[purposes.calls]", f"{PARTNER}[purposes.calls]", "a new company: Partner"),
    ],
)
def test_what_asks_for_more_is_off_and_the_page_says_why(
    later: Later, old: str, new: str, said: str
) -> None:
    client = later(CONTACTS.replace(old, new))

    assert not may(client)
    assert ticked(client) == []
    assert f"This has changed since you agreed: {said}. It is off until you" in section(client)


def test_it_is_off_from_the_day_on_which_a_published_policy_is_in_force(
    make_safe: MakeSafe, clock: Clock
) -> None:
    safe = make_safe(CONTACTS)
    safe.choose_contact("ann", {"newsletter": True})
    day = datetime.fromtimestamp(clock.now, UTC).date() + timedelta(days=1)
    safe.publish(Policy.from_toml(WIDER), summary=["More."], in_force=day)
    assert safe.may_contact("ann", "newsletter")

    clock.days(1)

    assert not safe.may_contact("ann", "newsletter")


def test_a_yes_to_more_counts_and_is_recorded_with_what_it_was_said_to(later: Later) -> None:
    client = later(WIDER)

    save(client, "newsletter")

    assert may(client)
    record = client.records[-1]
    assert (record.event, record.choices["newsletter"]) == ("change", True)
    assert record.grounds == {"newsletter": Policy.from_toml(WIDER).grounds["newsletter"]}
    assert "has changed" not in section(client)


def test_a_yes_to_more_that_is_not_recorded_does_not_count(later: Later, store: Failing) -> None:
    client = later(WIDER)
    store.broken = {"append"}

    assert save(client, "newsletter").status == 503
    assert not may(client)


def test_what_is_left_unticked_is_a_no(later: Later) -> None:
    client = later(WIDER)

    save(client, "calls")

    assert client.records[-1].choices == {"newsletter": False, "calls": True}
    assert "has changed" not in section(client)


def test_what_asks_for_less_goes_on_without_a_new_record(later: Later) -> None:
    client = later(CONTACTS, before=CONTACTS + PARTNER)

    assert may(client)
    assert ticked(client) == ["newsletter"]
    save(client, "newsletter")
    assert [each.event for each in client.records] == ["grant"]


def test_other_words_for_the_same_go_on(later: Later) -> None:
    editorial = f'text = "What is new, monthly."\neditorial = ["{BEFORE.grounds["newsletter"]}"]'

    assert may(later(CONTACTS.replace(WORDS, editorial)))


@pytest.mark.parametrize("ground", ["", "0123456789ab", BEFORE.grounds["calls"]])
def test_a_yes_to_what_nobody_knows_covers_nothing(
    make_client: MakeClient, store: Failing, ground: str
) -> None:
    answers = {"newsletter": Answer(yes=True, ground=ground)}
    store.save_contact(Contact(user="ann", receipt="r", answers=answers))
    client = signed_in(make_client(app, policy=CONTACTS, store=store))

    assert not may(client)
    assert ticked(client) == []
    assert "This has changed since you agreed. It is off until you" in section(client)


def test_a_ground_that_the_ledger_lacks_is_looked_for_once(
    make_safe: MakeSafe, store: Failing, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"newsletter": Answer(yes=True, ground="0123456789ab")}
    store.save_contact(Contact(user="ann", receipt="r", answers=answers))
    safe = make_safe(CONTACTS, store=store)
    asked: list[str] = []

    def find_entries(event: str, before: int | None, limit: int) -> list[Entry]:
        asked.append(event)
        return []

    monkeypatch.setattr(store, "find_entries", find_entries)

    for wait in (0, 0, 59, 1, 0):
        clock.now += wait
        assert not safe.may_contact("ann", "newsletter")

    assert asked == ["policy"]


class TestAFormThatWasMadeBefore:
    """It was seen under one policy, and is sent under another."""

    def test_it_names_its_policy(self, make_client: MakeClient) -> None:
        page = section(signed_in(make_client(app, policy=CONTACTS)))

        assert f'name="policy" value="{BEFORE.fingerprint}"' in page

    @pytest.mark.parametrize("headers", [{}, {"Accept": "application/json"}])
    def test_a_new_yes_is_not_taken(self, make_client: MakeClient, headers: Fields) -> None:
        client = signed_in(make_client(app, policy=WIDER))
        form = {"purpose": "newsletter", "policy": BEFORE.fingerprint}

        answer = client.post(CONTACT, form=form, headers=headers)

        assert answer.status == 409
        assert "Our policy has changed" in answer.text
        assert not may(client)
        assert client.records == []

    def test_a_yes_to_less_is_not_taken_again(self, later: Later) -> None:
        client = later(WIDER)

        assert save(client, "newsletter", policy=BEFORE.fingerprint).status == 409
        assert not may(client)

    def test_a_no_is_taken_and_what_had_no_box_is_not_refused_by_it(self, later: Later) -> None:
        client = later(CONTACTS + TIPS)

        assert save(client, policy=BEFORE.fingerprint).status == 303
        assert not may(client)
        assert client.records[-1].choices == {"newsletter": False, "calls": False}

    def test_a_no_is_taken_though_a_yes_beside_it_is_not(self, later: Later) -> None:
        client = later(CONTACTS + TIPS)

        assert save(client, "calls", policy=BEFORE.fingerprint).status == 409
        assert not may(client)
        assert client.records[-1].choices == {"newsletter": False}

    def test_what_still_holds_goes_on(self, later: Later) -> None:
        client = later(CONTACTS + TIPS)

        assert save(client, "newsletter", policy=BEFORE.fingerprint).status == 303
        assert may(client)
        assert [each.event for each in client.records] == ["grant"]

    def test_json_tells_all_of_it(self, later: Later) -> None:
        client = later(CONTACTS + TIPS)
        form = {"purpose": "newsletter", "policy": BEFORE.fingerprint}

        answer = client.post(CONTACT, form=form, headers={"Accept": "application/json"}).json()

        assert answer["choices"] == {"newsletter": True, "calls": False, "tips": False}
        assert answer["event"] is None

    @pytest.mark.parametrize("policy", ["", "x", "0" * 5000, "é"])
    def test_a_policy_that_is_none_is_another_one(
        self, make_client: MakeClient, policy: str
    ) -> None:
        client = signed_in(make_client(app, policy=CONTACTS))

        assert save(client, "newsletter", policy=policy).status == 409
        assert not may(client)

    def test_one_of_today_is_taken(self, make_client: MakeClient) -> None:
        client = signed_in(make_client(app, policy=CONTACTS))

        assert save(client, "newsletter", policy=BEFORE.fingerprint).status == 303
        assert may(client)

    def test_words_that_did_not_change_are_recorded_as_the_same(
        self, make_client: MakeClient
    ) -> None:
        texts = []
        for policy in (CONTACTS, CONTACTS.replace("Lets us count visits.", "We count.")):
            client = signed_in(make_client(app, policy=policy))
            save(client, "newsletter", text=text_of(client))
            texts.append(client.records[0].text)

        assert texts[0] == texts[1] != ""


def test_no_yes_of_an_earlier_policy_makes_a_yes_today(make_safe: MakeSafe, store: Failing) -> None:
    """Every policy after every other one: a yes holds where what is asked is the same or less, and nowhere else."""
    policies = [CONTACTS, WIDER, CONTACTS + PARTNER, WIDER + PARTNER]
    less = {(0, 2), (1, 3)}
    for before, text in enumerate(policies):
        make_safe(text, store=store).choose_contact(before, {"newsletter": True})

    held = {
        (now, before)
        for (now, text), before in chain.from_iterable(
            ((each, before) for before in range(4)) for each in enumerate(policies)
        )
        if make_safe(text, store=store).may_contact(before, "newsletter")
    }

    assert held == less | {(each, each) for each in range(4)}
