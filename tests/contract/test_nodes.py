"""Two nodes that share a store and keys: what is done on one is in force on the other at its next request."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from cookiesafe import CookieSafe, LedgerTerms, Policy
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from tests.support.edges import Client, EdgeName, client_at
from tests.support.harbour import BANNER, KEY, NOW, POLICY, SESSION, Clock, MakeSafe, lets_in
from tests.support.nodes import Site, shared_fixture  # noqa: F401
from tests.support.portal import restart, user

LEDGER_KEY = "bm90IGEgc2VjcmV0OiBpdCBpcyBvbiB0aGlzIHBhZ2U"
LATER = Policy.from_toml(
    POLICY
    + '[vendors.seabird]\nname = "Seabird"\nhosts = ["seabird.example"]\npurposes = ["advertising"]\n'
)
AD = "https://ads.gullwing.example/frame"
OLD_BROWSER = dict.fromkeys(("origin", "sec-fetch-site", "sec-fetch-dest", "sec-fetch-mode"))


class Node(NamedTuple):
    """``client`` is one of many browsers."""

    safe: CookieSafe
    client: Client

    def serves(self, browser: dict[str, str]) -> Client:
        """Whom the balancer has led here, with the cookies of before."""
        client = self.client.another()
        client.jar = browser
        return client


Nodes = tuple[Node, Node]


@pytest.fixture(params=["asgi", "wsgi"])
def edge(request: pytest.FixtureRequest) -> EdgeName:
    edge: EdgeName = request.param
    return edge


@pytest.fixture
def nodes(shared: dict[str, Any], make_safe: MakeSafe, edge: EdgeName) -> Iterator[Nodes]:
    """The one that something is done on, and the other, which is an ASGI app where that is a WSGI app."""
    terms: dict[str, Any] = {
        "secret_key": KEY,
        "ledger_key": LEDGER_KEY,
        "ledger": LedgerTerms(seal_after=0),
    }
    with ExitStack() as stack:
        safes = [stack.enter_context(closing(make_safe(**terms, **shared))) for _ in range(2)]
        edges: list[EdgeName] = ["asgi", "wsgi"] if edge == "asgi" else ["wsgi", "asgi"]
        one, other = (Node(s, client_at(e, s, Site())) for s, e in zip(safes, edges, strict=True))
        for each in (one, other):
            _be_patient(each.client)
        yield one, other


def _be_patient(client: Client) -> None:
    """A machine that others use too may take longer to ask a database than any request would wait."""
    if isinstance(client.app, ASGIMiddleware):
        client.app._pool._deadline = 20.0


def allows(client: Client, purpose: str = "advertising") -> bool:
    told: bool = client.get("/allows").json()[purpose]
    return told


# --- choices -------------------------------------------------------------------------------------


def test_a_choice_is_in_force_on_the_other_node_and_so_is_its_end(nodes: Nodes) -> None:
    one, other = nodes
    jar: dict[str, str] = {}
    assert not allows(other.serves(jar))
    one.serves(jar).choose("accept")
    assert allows(other.serves(jar))
    assert lets_in(other.serves(jar).get("/me"), "ads.gullwing.example")

    other.serves(jar).choose("reject")

    assert not allows(one.serves(jar))
    assert [each.event for each in one.safe.store.records() if each.choices] == [
        "grant",
        "withdrawal",
    ]


def test_a_receipt_is_shown_and_proved_by_the_other_node(nodes: Nodes) -> None:
    one, other = nodes
    jar: dict[str, str] = {}
    one.serves(jar).choose("accept")
    json = {"Accept": "application/json"}
    pending = other.serves(jar).get("/cookiesafe/receipt", json).json()
    one.safe.seal()
    sealed = other.serves(jar).get("/cookiesafe/receipt", json).json()

    assert len(pending["records"]) == len(sealed["records"]) == 1
    assert sealed != pending
    shown = other.serves(jar).post("/cookiesafe/receipt", {"do": "withdraw"}).text
    token = re.findall(r'name="token" value="([^"]+)"', shown)[0]
    again = one.serves(jar).post("/cookiesafe/receipt", {"do": "download", "token": token})
    assert again.status == 200
    assert again.header("content-disposition")


def test_an_embed_that_is_loaded_once_may_come_from_the_other_node(nodes: Nodes) -> None:
    one, other = nodes
    path = f"/cookiesafe/embed?url={AD}"
    pressed = one.serves({}).post(path, {"choice": "once"}, headers={"sec-fetch-dest": "iframe"})
    where = pressed.header("location")
    assert where is not None
    loaded = other.serves({}).get(
        where, {"sec-fetch-dest": "iframe", "sec-fetch-site": "same-origin"}
    )

    assert AD in (loaded.header("location") or "") + loaded.text
    assert lets_in(loaded, "ads.gullwing.example")


def test_a_child_is_one_on_the_other_node(nodes: Nodes) -> None:
    one, other = nodes
    jar: dict[str, str] = {}
    one.serves(jar).choose("accept")
    one.serves(jar).post("/child")

    assert other.serves(jar).get("/allows").json() == {
        "statistics": False,
        "advertising": False,
        "child": True,
    }


def test_who_blocks_cookies_is_told_by_the_other_node(nodes: Nodes) -> None:
    one, other = nodes
    blocking = one.serves({})
    blocking.keeps_cookies = False
    chosen = blocking.choose("accept", next="/me?a=1").header("location") or ""
    told = other.serves({}).get(chosen)
    assert told.status == 200
    assert "cookiesafe=blocked" in told.text
    keeping: dict[str, str] = {}
    chosen = one.serves(keeping).choose("accept", next="/me?a=1").header("location") or ""

    assert other.serves(keeping).get(chosen).header("location") == "/me?a=1"


# --- policies --------------------------------------------------------------------------------------


def test_what_is_announced_on_both_is_recorded_once_and_answered_on_one(
    nodes: Nodes, clock: Clock
) -> None:
    jar: dict[str, str] = {}
    one, other = nodes
    one.serves(jar).choose("accept")
    day = datetime.fromtimestamp(NOW, UTC).date() + timedelta(days=10)
    for node in nodes:
        node.safe.publish(LATER, summary=["Seabird."], in_force=day)
    notice = 'data-cookiesafe="announcement"'
    sent = {"choice": "keep", "policy": LATER.fingerprint}

    assert [each.event for each in one.safe.store.records()].count("announcement") == 1
    one.serves(jar).post("/cookiesafe/changes", sent)
    assert notice not in other.serves(jar).get("/me", {"accept": "text/html"}).text
    clock.days(11)
    assert [node.serves(jar).get("/me").status for node in nodes] == [200, 200]
    assert {node.safe.policy.fingerprint for node in nodes} == {LATER.fingerprint}


def test_while_a_policy_is_rolled_out_a_yes_to_the_new_one_holds_on_a_node_with_the_old(
    nodes: Nodes, shared: dict[str, Any], make_safe: MakeSafe, edge: EdgeName
) -> None:
    old, _ = nodes
    with closing(make_safe(LATER, **shared)) as safe:
        new = Node(safe, client_at(edge, safe, Site()))
        _be_patient(new.client)
        jar: dict[str, str] = {}
        new.serves(jar).choose("accept")
        assert allows(new.serves(jar))

        assert allows(old.serves(jar))
        assert BANNER not in old.serves(jar).get("/me").text
        assert allows(new.serves(jar))
        # What the old node was said yes to covers less than the new one asks for.
        jar = {}
        old.serves(jar).choose("accept")
        assert not allows(new.serves(jar))
        assert allows(old.serves(jar))


# --- logins ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["/in?user=ann", "/stay?user=ann"])
def test_who_signs_in_on_one_node_is_signed_in_on_the_other_and_out_everywhere(
    nodes: Nodes, how: str
) -> None:
    one, other = nodes
    jar: dict[str, str] = {}
    phone: dict[str, str] = {}
    one.serves(jar).post(how)
    other.serves(phone).post(how)
    assert user(other.serves(jar)) == user(one.serves(phone)) == "ann"
    copied = dict(phone)

    one.serves(jar).post("/everywhere")

    for browser in (jar, phone, copied):
        assert user(other.serves(browser)) is None


def test_who_is_remembered_comes_back_to_any_node(nodes: Nodes, clock: Clock) -> None:
    jar: dict[str, str] = {}
    nodes[0].serves(jar).post("/stay?user=ann")
    for day in range(4):
        clock.days(1)
        restart(client := nodes[day % 2].serves(jar))
        assert client.get("/me").json()["user"] == "ann"
    thief = dict(jar)
    restart(client := nodes[0].serves(jar))
    clock.days(1)
    user(client)
    for _ in range(2):
        clock.days(1)
        restart(client)
        user(client)
    thief.pop(SESSION)

    assert nodes[1].serves(thief).get("/me").json()["stolen"] is True
    assert user(nodes[0].serves(jar)) is None


def test_a_browser_is_signed_out_by_the_list_on_the_other_node(nodes: Nodes) -> None:
    one, other = nodes
    jar: dict[str, str] = {}
    phone: dict[str, str] = {}
    one.serves(jar).post("/stay?user=ann")
    other.serves(phone).post("/stay?user=ann")
    listed = other.serves(jar).get("/cookiesafe/devices").text
    ids = re.findall(r'name="device" value="([^"]+)"', listed)
    assert len(ids) == 2
    other.serves(jar).post("/cookiesafe/devices", {"device": ids[1]})

    assert user(one.serves(phone)) is None
    assert user(one.serves(jar)) == "ann"


def test_a_sign_out_by_the_site_itself_holds_everywhere(nodes: Nodes) -> None:
    one, other = nodes
    jar: dict[str, str] = {}
    one.serves(jar).post("/stay?user=ann")
    one.safe.sign_out_everywhere("ann")

    assert user(other.serves(jar)) is None


# --- forms -----------------------------------------------------------------------------------------


def test_a_form_without_cookies_goes_on_on_the_other_node(nodes: Nodes) -> None:
    one, other = nodes
    token = one.serves({}).get("/form").text

    assert other.serves({}).get(f"/next?{token}").json() == {"name": "Ada"}


def test_a_token_of_a_form_holds_on_the_other_node(nodes: Nodes) -> None:
    one, other = nodes
    jar: dict[str, str] = {}
    one.serves(jar).choose("accept")
    token = one.serves(jar).get("/token").text
    form = {"choice": "reject", "cookiesafe-token": token}
    posted = other.serves(jar).post("/cookiesafe/choices", form, headers=OLD_BROWSER)

    assert posted.status == 303
    assert not allows(one.serves(jar))


# --- sealing ---------------------------------------------------------------------------------------


def test_nodes_that_seal_at_once_seal_each_record_once(nodes: Nodes) -> None:
    sealed: list[int] = []

    def work(node: Node, start: threading.Barrier) -> None:
        start.wait(20)
        for _ in range(5):
            node.serves({}).choose("accept")
            sealed.append(node.safe.seal())

    start = threading.Barrier(4)
    threads = [threading.Thread(target=work, args=(node, start)) for node in (*nodes, *nodes)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    sealed.append(nodes[0].safe.seal())

    assert len(sealed) == 21
    store = nodes[1].safe.store
    entries = store.entries(0, 999)
    assert [each.index for each in entries] == list(range(len(entries)))
    assert len(entries) == sum(sealed) == len(list(store.records()))
    assert [each.event for each in entries].count("grant") == 20
    verdict = nodes[1].safe.verify()
    assert verdict.holds
    assert verdict.size == len(entries)
