"""A policy that is announced: who is told, when it is in force, and what is asked then."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cookiesafe import Policy, SettingError, StoreError, UsageError, Visit
from cookiesafe.adapters.stores import MemoryStore, open_store
from cookiesafe.ledger import Entry, Record
from cookiesafe.policy import Announcement
from cookiesafe.recording import policy_record
from tests.support.edges import NO_FIELDS, AppRequest, AppResponse, Client, Fields, answer
from tests.support.harbour import (
    BANNER,
    CONSENT,
    NOW,
    POLICY,
    REVISIT,
    Asks,
    Clock,
    MakeClient,
    MakeSafe,
    lets_in,
    next_of,
)
from tests.support.portal import DownStore

CHANGE = 'data-cookiesafe="announcement"'
CHANGES = "/cookiesafe/changes"
SEABIRD = """
[vendors.seabird]
name = "Seabird <b>Adverts</b>"
hosts = ["seabird.example"]
purposes = ["advertising"]
"""
BEFORE, LATER = Policy.from_toml(POLICY), Policy.from_toml(POLICY + SEABIRD)
SUMMARY = ["We will work with Seabird.", "Nothing  else <changes>."]
NEWS = "New in &#8220;Advertising&#8221;: a new company: Seabird &lt;b&gt;Adverts&lt;/b&gt;."
TODAY = datetime.fromtimestamp(NOW, UTC).date()
JSON: Fields = {"Accept": "application/json"}


def on(days: int) -> date:
    return TODAY + timedelta(days=days)


def midnight(days: int) -> int:
    return NOW // 86_400 * 86_400 + days * 86_400


def publish(client: Client, days: int = 10, policy: Policy = LATER, **said: Any) -> Announcement:
    assert client.safe is not None
    return client.safe.publish(policy, **{"summary": SUMMARY, "in_force": on(days), **said})


def told(client: Client, path: str = "/", **sent: Any) -> bool:
    return CHANGE in client.get(path, **sent).text


def answered(
    client: Client, choice: str = "keep", headers: Fields = NO_FIELDS, **fields: str
) -> Any:
    form = {"choice": choice, "policy": LATER.fingerprint, **fields}
    return client.post(CHANGES, form=form, headers=headers)


def restarted(client: Client, make_client: MakeClient, policy: Policy, **settings: Any) -> Client:
    """The same browser when the site has started with a policy, with the same store."""
    assert client.safe is not None
    other = make_client(Asks(), policy=policy, **{"store": client.safe.store, **settings})
    other.jar = client.jar
    return other


@pytest.fixture
def client(make_client: MakeClient) -> Client:
    """A visitor who has accepted everything before a policy was announced."""
    client = make_client(Asks(), store=DownStore())
    client.choose("accept")
    publish(client)
    return client


def store_of(client: Client) -> DownStore:
    assert client.safe is not None
    assert isinstance(client.safe.store, DownStore)
    return client.safe.store


# --- who is told ----------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["accept", "reject"])
def test_who_has_chosen_is_told_first_thing_on_each_page(
    make_client: MakeClient, choice: str
) -> None:
    client = make_client()
    client.choose(choice)
    assert not told(client)
    publish(client)

    for _ in range(2):
        text = client.get("/bills?page=2").text
        assert text.index(CHANGE) < text.index("<h1>")
        assert text.count(CHANGE) == 1
        assert REVISIT not in text
    assert f"From {on(10)}: We will work with Seabird. Nothing else &lt;changes&gt;." in text
    assert "Nothing new is used before you agree to it." in text
    assert next_of(client.get("/bills?page=2")) == "/bills?page=2"


def test_who_has_not_chosen_and_who_is_a_child_is_not(client: Client) -> None:
    new, child = client.another(), client.another()
    child.choose("accept")
    child.jar["__Host-cookiesafe-age"] = "child"

    assert not told(new)
    assert not told(child)
    assert "<form" not in child.get(CHANGES).text


def test_nobody_is_told_in_a_part_of_a_page(client: Client) -> None:
    for dest in ("iframe", "image", "empty"):
        assert not told(client, headers={"Sec-Fetch-Dest": dest, "Sec-Fetch-Mode": "no-cors"})


@pytest.mark.parametrize("choice", ["keep", "change"])
def test_an_answer_ends_the_notice_and_agrees_to_nothing(client: Client, choice: str) -> None:
    before = client.jar[CONSENT]

    response = answered(client, choice, next="/bills")

    assert response.status == 303
    there = "/bills" if choice == "keep" else "/cookiesafe/choices?next=/bills"
    assert response.header("location") == there
    assert not told(client)
    plain = client.jar[CONSENT].rpartition(".")[0].replace(f"~{LATER.fingerprint}", "")
    assert plain == before.rpartition(".")[0], "all that was chosen is as it was"


@pytest.mark.parametrize("days", [0, 9])
def test_an_answer_lasts_no_longer_than_the_choice(client: Client, clock: Clock, days: int) -> None:
    clock.days(days)

    (line,) = answered(client).cookies

    assert f"Max-Age={(183 - days) * 86_400};" in f"{line};"


def test_to_keep_is_on_record(client: Client) -> None:
    answered(client)

    grant, _, kept = client.records
    assert [each.event for each in client.records] == ["grant", "announcement", "kept"]
    assert (kept.notice, kept.receipt) == ("change", grant.receipt)
    assert dict(kept.detail) == {"announced": LATER.fingerprint}
    assert dict(kept.grounds) == dict(grant.grounds)


def test_who_has_refused_everything_leaves_no_trace_of_the_answer(make_client: MakeClient) -> None:
    client = make_client()
    client.choose("reject")
    publish(client)

    answered(client)

    assert [each.event for each in client.records] == ["refusal", "announcement"]
    assert not re.search(r"\.[A-Za-z0-9_-]{22}\.", client.jar[CONSENT])
    assert not told(client)


def test_a_later_choice_does_not_bring_the_notice_back(client: Client) -> None:
    answered(client)
    client.choose("save", purpose=["statistics"])

    assert not told(client)


def test_it_is_shown_for_ninety_days_from_the_day_on(client: Client, clock: Clock) -> None:
    client.choose("reject")
    clock.now = midnight(10 + 90)
    assert told(client)

    clock.now += 1
    assert not told(client)


def test_who_chooses_once_it_is_in_force_is_not_told_of_it(client: Client, clock: Clock) -> None:
    clock.now = midnight(10)
    new = client.another()
    new.choose("accept")

    text = new.get("/").text

    assert CHANGE not in text
    assert BANNER not in text
    assert REVISIT in text


@pytest.mark.parametrize("choice", ["keep", "change"])
def test_a_script_is_answered_with_json(client: Client, choice: str) -> None:
    response = answered(client, choice, JSON)

    assert (response.status, response.json()) == (200, {"done": choice})


# --- what is no answer ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({"choice": "keep"}, id="of no policy"),
        pytest.param({"choice": "keep", "policy": BEFORE.fingerprint}, id="of another policy"),
        pytest.param({"choice": "keep", "policy": ""}, id="of an empty one"),
        pytest.param({"choice": "keep", "policy": "~" * 9_000}, id="of a long one"),
        pytest.param({"choice": "keep", "policy": [LATER.fingerprint] * 2}, id="of two"),
        pytest.param({"policy": LATER.fingerprint}, id="none"),
        pytest.param({"choice": "accept", "policy": LATER.fingerprint}, id="another one"),
        pytest.param({"choice": ["keep", "change"], "policy": LATER.fingerprint}, id="both"),
    ],
)
def test_another_form_is_not_taken(client: Client, form: dict[str, str | list[str]]) -> None:
    response = client.post(CHANGES, form=form)

    assert (response.status, response.cookies) == (400, [])
    assert told(client)


def test_nobody_answers_who_was_not_asked(client: Client, make_client: MakeClient) -> None:
    assert answered(client.another()).status == 400
    alone = make_client()
    alone.choose("accept")
    assert answered(alone).status == 400


def test_a_child_answers_nothing(client: Client) -> None:
    client.jar["__Host-cookiesafe-age"] = "child"

    response = answered(client)

    assert (response.status, response.cookies) == (403, [])


@pytest.mark.law("L-09")
def test_another_site_answers_nothing(client: Client) -> None:
    response = answered(client, headers={"Sec-Fetch-Site": "cross-site"})

    assert (response.status, response.cookies) == (403, [])
    assert told(client)


def test_without_its_record_keeping_is_not_taken(client: Client) -> None:
    store_of(client).down = True
    before = client.jar[CONSENT]

    response = answered(client)

    assert response.status == 503
    assert "nothing was changed" in response.text
    assert client.jar[CONSENT] == before
    store_of(client).down = False
    assert answered(client).status == 303


@pytest.mark.parametrize("then", ["//evil.example", "https://evil.example", "/%5cevil", "/\\evil"])
@pytest.mark.parametrize("choice", ["keep", "change"])
def test_the_way_on_leads_to_no_other_site(client: Client, choice: str, then: str) -> None:
    location = answered(client, choice, next=then).header("location")

    assert location in ("/", "/cookiesafe/choices?next=/")
    assert 'name="next" value="/"' in client.get(f"{CHANGES}?next={then}").text or not told(client)


# --- in force -------------------------------------------------------------------------------------


@pytest.mark.law("L-08")
def test_it_is_in_force_from_midnight_utc_on_that_day(client: Client, clock: Clock) -> None:
    clock.now = midnight(10) - 1
    before = client.get("/")
    assert BANNER not in before.text
    assert lets_in(before, "ads.gullwing.example")
    assert not lets_in(before, "seabird.example")

    clock.now += 1
    after = client.get("/")
    assert BANNER in after.text
    assert NEWS in after.text
    assert not lets_in(after, "ads.gullwing.example")
    assert client.safe is not None
    assert client.safe.policy is LATER

    client.choose("accept", about="advertising")
    assert lets_in(client.get("/"), "seabird.example")


@pytest.mark.law("L-08")
@pytest.mark.parametrize("purposes", [[], ["statistics"]])
def test_then_nobody_is_asked_who_had_not_agreed_to_it(
    make_client: MakeClient, clock: Clock, purposes: Sequence[str]
) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("save", purpose=purposes)
    publish(client)
    clock.now = midnight(10)

    text = client.get("/").text

    assert BANNER not in text
    assert f"Since {on(10)}: We will work" in text
    assert app.allowed == set(purposes)


def shown_with(text: str) -> dict[str, Any]:
    """The fields that the first form of a page sends by itself."""
    form = text[text.index("<form") : text.index("</form>")]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


@pytest.mark.law("L-08")
@pytest.mark.parametrize("page", ["/", "/cookiesafe/choices"])
def test_a_yes_to_the_words_of_yesterday_is_none_to_those_of_today(
    make_client: MakeClient, clock: Clock, page: str
) -> None:
    client = make_client()
    publish(client)
    fields = shown_with(client.get(page).text)
    clock.now = midnight(10)

    response = client.choose("accept", **fields)
    assert (response.status, response.cookies) == (409, [])
    assert "has changed since this was shown" in response.text
    saved = client.choose("save", purpose=["statistics"], **fields)
    assert saved.status == 409
    assert [each.event for each in client.records] == ["announcement"]

    assert client.choose("accept", **shown_with(client.get(page).text)).status == 303


@pytest.mark.law("L-08")
def test_nor_is_a_yes_to_a_company_as_it_was_yesterday(
    make_client: MakeClient, clock: Clock
) -> None:
    client = make_client()
    publish(client)
    film = "/cookiesafe/embed?url=https%3A%2F%2Fads.gullwing.example%2Ffilm"
    fields = shown_with(client.get(film).text)
    clock.now = midnight(10)

    response = client.post(film, form={"choice": "always", **fields})
    assert (response.status, response.cookies) == (409, [])
    assert "has changed since this was shown" in response.text
    assert client.post(film, form={"choice": "once", **fields}).status == 303, "nothing is kept"

    again = shown_with(client.get(film).text)
    assert client.post(film, form={"choice": "always", **again}).status == 303


@pytest.mark.law("L-06")
@pytest.mark.parametrize(
    ("purpose", "status"),
    [("", 303), ("statistics", 303), ("advertising", 409)],
    ids=["nothing ticked", "something else ticked", "ticked"],
)
def test_a_no_to_one_thing_is_taken_though_there_is_a_yes_to_another(
    make_client: MakeClient, clock: Clock, purpose: str, status: int
) -> None:
    client = make_client()
    client.choose("accept")
    publish(client)
    fields = shown_with(client.get("/cookiesafe/choices").text)
    clock.now = midnight(10)

    response = client.choose(
        "save", purpose=[purpose] if purpose else [], about="advertising", **fields
    )

    assert response.status == status
    client.get("/")
    assert client.records[-1].choices.get("advertising", True) is (status == 409)


@pytest.mark.law("L-06")
@pytest.mark.parametrize("choice", ["reject", "save"])
def test_a_no_is_one_whatever_it_was_said_to(client: Client, clock: Clock, choice: str) -> None:
    fields = shown_with(client.get("/cookiesafe/choices").text)
    clock.now = midnight(10)

    assert client.choose(choice, **fields).status == 303

    assert client.records[-1].event == "withdrawal"


@pytest.mark.parametrize("dest", ["document", "empty", "image"])
def test_a_visit_is_under_the_policy_of_its_time_whatever_comes_first(
    make_client: MakeClient, clock: Clock, dest: str
) -> None:
    """What a page is made up of comes without a look at where its visitor stands."""
    seen: list[object] = []

    def app(visit: Visit, request: AppRequest) -> AppResponse:
        seen.extend([visit.policy, visit.allows_vendor("seabird")])
        return answer("text/plain", "x")

    client = make_client(app)
    publish(client)
    clock.now = midnight(10)

    client.get("/", {"Sec-Fetch-Dest": dest, "Sec-Fetch-Mode": "no-cors"})

    assert seen == [LATER.fingerprint, False]


def test_by_a_clock_that_goes_back_it_stays_in_force(client: Client, clock: Clock) -> None:
    clock.now = midnight(10)
    client.get("/")
    clock.now -= 86_400

    assert BANNER in client.get("/").text


def test_one_that_follows_another_comes_into_force_too(
    make_client: MakeClient, clock: Clock
) -> None:
    app = Asks()
    client = make_client(app)
    client.choose("accept")
    publish(client, 1)
    clock.now = midnight(1)
    client.get("/")
    last = Policy.from_toml(POLICY.replace("count visits", "count"))
    publish(client, 2, last)

    clock.now = midnight(2)
    client.get("/")

    assert app.visit is not None
    assert app.visit.policy == last.fingerprint


# --- published again, and elsewhere ---------------------------------------------------------------


def test_two_processes_record_it_once(tmp_path: Path, make_safe: MakeSafe, clock: Clock) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    for _ in range(2):
        with closing(make_safe(store=url)) as safe:
            safe.publish(LATER, summary=SUMMARY, in_force=on(10))
        clock.now += 5

    with closing(open_store(url)) as store:
        records = list(store.records())
    ids = sorted(each.id for each in records)
    assert ids[0].startswith(f"announcement.{LATER.fingerprint}.")
    assert ids[1:] == sorted(f"policy.{each.fingerprint}" for each in (BEFORE, LATER))
    announcement = next(each for each in records if each.event == "announcement")
    assert dict(announcement.detail) == {
        "before": BEFORE.fingerprint,
        "summary": ["We will work with Seabird.", "Nothing else <changes>."],
        "in_force": on(10).isoformat(),
    }


@pytest.mark.parametrize(
    "other", [{"in_force": on(3)}, {"summary": ["We will work with a bird."]}], ids=["day", "words"]
)
def test_what_visitors_are_told_is_on_record_when_it_is_announced_anew(
    client: Client, make_client: MakeClient, other: dict[str, Any]
) -> None:
    for said in (other, {}, other):
        shown = publish(client, **said)

    announced = [each for each in client.records if each.event == "announcement"]
    last = {"in_force": shown.in_force.isoformat(), "summary": list(shown.summary)}
    assert len(announced) == 2
    assert announced[-1].policy == LATER.fingerprint
    assert dict(announced[-1].detail) == {"before": BEFORE.fingerprint, **last}
    again = publish(restarted(client, make_client, LATER), **other)
    assert (again.before.fingerprint, again.summary) == (BEFORE.fingerprint, shown.summary)


def test_who_starts_with_the_later_policy_goes_on_telling(
    client: Client, make_client: MakeClient, clock: Clock
) -> None:
    clock.now = midnight(11)
    client.choose("reject", about="advertising")
    after = restarted(client, make_client, LATER)

    announcement = publish(after)

    assert announcement.before.fingerprint == BEFORE.fingerprint
    assert [each.subject for each in announcement.differences] == ["Seabird <b>Adverts</b>"]
    assert told(after)


@pytest.mark.law("L-08")
def test_who_starts_with_it_knows_what_is_new_at_once(
    client: Client, make_client: MakeClient, clock: Clock
) -> None:
    clock.now = midnight(11)
    after = restarted(client, make_client, LATER)
    publish(after)
    store_of(client).down = True

    assert NEWS in after.get("/").text


def test_what_is_in_force_and_was_never_announced_is_no_news(make_client: MakeClient) -> None:
    client = make_client()

    with pytest.raises(UsageError, match="never announced"):
        publish(client, policy=Policy.from_toml(POLICY))
    assert client.records == []


@pytest.mark.parametrize("summary", [[], [""], ["x", "  "], "We now work with Seabird."])
def test_an_announcement_says_something(make_client: MakeClient, summary: object) -> None:
    client = make_client()

    with pytest.raises(SettingError, match="summary"):
        publish(client, summary=summary)
    assert client.records == []


def test_what_the_store_does_not_keep_is_not_announced(make_client: MakeClient) -> None:
    store = DownStore()
    client = make_client(store=store)
    client.choose("accept")
    store.down = True

    with pytest.raises(StoreError):
        publish(client)
    store.down = False

    assert not told(client)


# --- the page of changes --------------------------------------------------------------------------


def test_it_lists_all_that_differs_and_no_markup_of_a_policy(client: Client) -> None:
    text = client.get(CHANGES).text

    assert f'changes on <time datetime="{on(10)}">' in text
    assert "Vendor “Seabird &lt;b&gt;Adverts&lt;/b&gt;” (added)" in text
    assert "<li>Nothing else &lt;changes&gt;.</li>" in text
    assert "<b>Adverts" not in text
    assert text.count("?version=") == 2
    assert f"?version={BEFORE.fingerprint}" in text.partition("(in force now)")[0]
    assert f"?version={LATER.fingerprint}" in text.partition(f"(from {on(10)})")[0]


@pytest.mark.parametrize("policy", [BEFORE, LATER], ids=["before", "later"])
def test_each_version_can_be_read(client: Client, policy: Policy) -> None:
    response = client.get(f"{CHANGES}?version={policy.fingerprint}")

    assert response.status == 200
    assert "Gullwing Adverts" in response.text
    assert ("Seabird &lt;b&gt;" in response.text) is (policy is LATER)


@pytest.mark.parametrize(
    "query",
    [
        "version=0123456789ab",
        "version=",
        "version",
        "version=%3Cscript%3E",
        "version=" + "a" * 8_000,
        f"version={LATER.fingerprint}&version={LATER.fingerprint}",
        f"version=policy.{LATER.fingerprint}",
        "version=%00%FF",
    ],
)
def test_a_version_there_is_not_is_not_found(client: Client, query: str) -> None:
    response = client.get(f"{CHANGES}?{query}")

    assert response.status == 404
    assert "<script>" not in response.text


@pytest.mark.parametrize(
    ("change", "time"),
    [
        (('"purposes":["advertising"]', '"purposes":["nobody"]'), NOW * 1000),
        (('Adverts"', 'Adverts","privacy":"javascript:alert(1)"'), NOW * 1000),
        (("Gullwing Adverts", "\\ud800"), NOW * 1000),
        (("", ""), 10**18),
    ],
    ids=["an unknown purpose", "an address that runs", "half a character", "a huge time"],
)
def test_a_version_that_nobody_can_have_declared_is_not_shown(
    client: Client, caplog: pytest.LogCaptureFixture, change: tuple[str, str], time: int
) -> None:
    text = BEFORE.to_json()
    assert change[0] in text
    detail = {"policy": text.replace(*change)}
    planted = Record(id="policy.planted", time=time, event="policy", detail=detail)
    assert client.safe is not None
    client.safe.store.append([planted])

    assert client.get(CHANGES).status == 200
    assert client.get(f"{CHANGES}?version=planted").status == 404
    assert "CS900" not in caplog.text


def test_while_the_store_is_down_the_page_says_what_differs(client: Client) -> None:
    store_of(client).down = True

    response = client.get(CHANGES)

    assert response.status == 200
    assert "Seabird" in response.text
    assert "?version=" not in response.text


def test_where_nothing_is_announced_the_page_says_so(make_client: MakeClient) -> None:
    assert "No change is announced." in make_client().get(CHANGES).text


# --- earlier policies, from the ledger ------------------------------------------------------------


class Counting(MemoryStore):
    """Counts how often policies are looked for; fails while it is ``lost``."""

    looked, lost = 0, False

    def find_entries(self, event: str, before: int | None, limit: int) -> list[Entry]:
        self.looked += event == "policy"
        if self.lost:
            raise StoreError("lost")
        return super().find_entries(event, before, limit)

    def damage_policies(self) -> None:
        """Make what was recorded of policies unreadable."""
        self._entries = {
            key: replace(entry, body="{") if entry.event == "policy" else entry
            for key, entry in self._entries.items()
        }


@pytest.fixture
def counted(make_client: MakeClient) -> tuple[Client, Counting]:
    """Who has accepted everything under the earlier policy, at a site that starts with the later one."""
    store = Counting()
    client = make_client(store=store)
    client.choose("accept")
    return restarted(client, make_client, LATER), store


@pytest.mark.law("L-08")
def test_what_is_new_is_named_after_a_restart_too(counted: tuple[Client, Counting]) -> None:
    client, store = counted

    for _ in range(3):
        assert NEWS in client.get("/").text
    assert store.looked == 1


def test_the_ledger_is_asked_once_a_minute_at_most(
    counted: tuple[Client, Counting], clock: Clock
) -> None:
    client, store = counted
    store.lost = True
    for second in range(60):
        text = client.get("/").text
        clock.now = NOW + second
    assert BANNER in text
    assert "New in" not in text
    assert "ask you again about: Advertising." in text
    assert store.looked == 1

    store.lost = False
    clock.now = NOW + 60
    assert NEWS in client.get("/").text
    assert store.looked == 2


def of_unknown_words(client: Client, make_client: MakeClient, text: str = "Other words.") -> Client:
    """Somebody whose yes is to words that this site has never had on record."""
    stranger = make_client(policy=POLICY.replace("Lets us count visits.", text))
    stranger.choose("accept")
    return restarted_with(client, stranger)


def restarted_with(client: Client, other: Client) -> Client:
    """The site of one browser, as another one's cookies come to it."""
    there = client.another()
    there.jar = dict(other.jar)
    return there


def test_what_the_ledger_lacks_is_looked_for_once(make_client: MakeClient, clock: Clock) -> None:
    store = Counting()
    client = make_client(store=store)
    strangers = [of_unknown_words(client, make_client, text) for text in ("One.", "Two.")]

    for looked, stranger in enumerate(strangers, 1):
        for _ in range(3):
            assert BANNER in stranger.get("/").text
            clock.now += 61
        assert store.looked == looked


def test_what_was_looked_for_while_the_ledger_did_not_answer_is_looked_for_again(
    make_client: MakeClient, clock: Clock
) -> None:
    store = Counting()
    client = make_client(store=store)
    stranger = of_unknown_words(client, make_client)
    store.lost = True
    stranger.get("/")
    store.lost = False
    clock.now += 61
    stranger.get("/")
    clock.now += 61
    stranger.get("/")

    assert store.looked == 2


def test_a_recall_forgets_nothing_that_was_known(make_client: MakeClient, clock: Clock) -> None:
    store = Counting()
    client = make_client(policy=LATER, store=store)
    client.choose("accept")
    publish(client, 0, BEFORE)
    assert BANNER not in client.get("/").text
    store.damage_policies()
    store.append([policy_record(Policy.from_toml(POLICY + "[purposes.new]\ntitle='New'"), NOW)])
    of_unknown_words(client, make_client).get("/")
    assert store.looked == 1

    assert BANNER not in client.get("/").text


def test_a_recall_that_finds_nothing_new_has_nothing_worked_out_again(
    make_client: MakeClient, clock: Clock
) -> None:
    client = make_client(store=Counting())
    stranger = of_unknown_words(client, make_client)
    assert client.safe is not None
    jar = client.safe.settings.secure_jar
    stranger.get("/")
    undecided = jar.undecided
    clock.now += 61
    of_unknown_words(client, make_client, "Three.").get("/")

    assert jar.undecided is undecided


def test_more_versions_than_are_read_at_once_are_all_read(
    make_client: MakeClient, clock: Clock
) -> None:
    store = Counting()
    client = make_client(store=store)
    client.choose("accept")
    for number in range(45):
        each = Policy.from_toml(POLICY.replace("Lets us show", f"{number} lets us show"))
        store.append([policy_record(each, NOW + number)])
    later = restarted(client, make_client, LATER)
    for looked in (1, 2):
        assert "New in" not in later.get("/").text
        assert store.looked == looked
        clock.now += 61

    assert NEWS in later.get("/").text
    clock.now += 61
    assert NEWS in later.get("/").text
    assert store.looked == 3


def test_a_clock_that_goes_back_keeps_nobody_from_being_told(
    counted: tuple[Client, Counting], clock: Clock
) -> None:
    client, store = counted
    store.lost = True
    client.get("/")
    store.lost = False
    clock.now -= 7_200

    assert NEWS in client.get("/").text


@pytest.mark.law("L-08")
def test_a_policy_that_is_taken_back_asks_nobody_who_had_agreed_to_more(
    make_client: MakeClient,
) -> None:
    client = make_client(policy=LATER)
    client.choose("accept")
    app = Asks()
    assert client.safe is not None
    after = make_client(app, store=client.safe.store)
    after.jar = client.jar

    assert BANNER not in after.get("/").text
    assert app.allowed == {"statistics", "advertising"}


def test_a_yes_to_words_nobody_kept_is_none(make_client: MakeClient) -> None:
    client = make_client(policy=LATER)
    client.choose("accept")
    app = Asks()
    after = make_client(app)
    after.jar = client.jar

    assert "ask you again about: Advertising." in after.get("/").text
    assert app.allowed == {"statistics"}


def test_the_page_of_choices_says_what_waits(counted: tuple[Client, Counting]) -> None:
    client, _ = counted

    text = client.get("/cookiesafe/choices").text

    assert "you agreed to: Statistics." in text
    assert "has changed since, so we ask you again about it: Advertising." in text


def test_the_page_of_choices_does_not_call_what_waits_a_no(make_client: MakeClient) -> None:
    client = make_client()
    client.choose("save", purpose=["advertising"])
    after = restarted(client, make_client, LATER)

    text = after.get("/cookiesafe/choices").text

    assert "you rejected everything" not in text
    assert "has changed since, so we ask you again about it: Advertising." in text
