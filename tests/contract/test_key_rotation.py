"""Keys that change while the site runs: on two nodes, and nobody is signed out, and no consent lost."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cookiesafe import CookieSafe, Policy, SettingError, UsageError, WeakKey, keys_from_file
from cookiesafe.adapters.stores import MemoryStore
from tests.support.edges import Client, EdgeName, client_at
from tests.support.harbour import (
    BANNER,
    CONSENT,
    KEY,
    NOW,
    OTHER_KEY,
    POLICY,
    SESSION,
    Clock,
    MakeClient,
    MakeSafe,
    lets_in,
    setting,
)
from tests.support.nodes import Keys
from tests.support.portal import REMEMBER, Portal, restart, user

NEWEST = "the newest key has more than 32 bytes too"
LATER = Policy.from_toml(
    POLICY
    + '[vendors.seabird]\nname = "Seabird"\nhosts = ["seabird.example"]\npurposes = ["advertising"]\n'
)


class Node:
    """One of several, all with the same store."""

    def __init__(self, keys: Keys, client: Client) -> None:
        self.keys = keys
        self.client = client

    @property
    def safe(self) -> CookieSafe:
        assert self.client.safe is not None
        return self.client.safe

    def serves(self, jar: dict[str, str]) -> Client:
        """A visitor's browser, led here by the balancer."""
        client = self.client.another()
        client.jar = jar
        return client


MakeNode = Callable[..., Node]


@pytest.fixture
def make_node(make_safe: MakeSafe, edge: EdgeName, tmp_path: Path) -> MakeNode:
    store = MemoryStore()
    made: list[Node] = []

    def make(**settings: Any) -> Node:
        keys = Keys(tmp_path / f"keys of {len(made)}", KEY)
        safe = make_safe(**{"store": store, "secret_key": keys_from_file(keys.path), **settings})
        made.append(Node(keys, client_at(edge, safe, Portal())))
        return made[-1]

    return make


@pytest.fixture
def nodes(make_node: MakeNode) -> tuple[Node, Node]:
    return make_node(), make_node()


def agrees(client: Client) -> bool:
    return lets_in(client.get("/me"), "ads.gullwing.example")


def test_a_rotation_in_two_steps_over_two_nodes_signs_nobody_out(nodes: tuple[Node, Node]) -> None:
    """At each moment each visitor may come to either node, with what the other has signed last."""
    jar: dict[str, str] = {}
    nodes[0].serves(jar).choose("accept")
    nodes[0].serves(jar).post("/stay?user=ann")
    accepted, signed = jar[CONSENT], {jar[SESSION]}
    steps: list[list[str]] = [[KEY], [KEY, NEWEST], [NEWEST, KEY]]
    for keys in steps:
        for rotated in nodes:
            rotated.keys.are(*keys)
            for node in (*nodes, *nodes):
                client = node.serves(jar)
                assert user(client) == "ann"
                assert agrees(client)
                client.post("/put?a=1")
                signed.add(jar[SESSION])
                client.post("/empty")
    # Whoever chose long ago has what the old key has signed, and chooses anew once.
    nodes[1].serves(jar).choose("accept")
    assert jar[CONSENT] != accepted
    for node in nodes:
        node.keys.are(NEWEST)
    for node in (*nodes, *nodes):
        assert user(node.serves(jar)) == "ann"
        assert agrees(node.serves(jar))
    assert len(signed) > 2


def test_a_remembered_login_outlives_the_key_that_signed_it(
    nodes: tuple[Node, Node], clock: Clock
) -> None:
    jar: dict[str, str] = {}
    nodes[0].serves(jar).post("/stay?user=ann")
    for node in nodes:
        node.keys.are(NEWEST, KEY)
    clock.days(1)
    restart(client := nodes[1].serves(jar))
    assert user(client) == "ann"
    for node in nodes:
        node.keys.are(NEWEST)
    clock.days(1)
    restart(client := nodes[0].serves(jar))

    assert user(client) == "ann"
    assert client.get("/me").json()["stolen"] is False


def test_a_key_that_has_leaked_is_of_no_use_from_the_next_request_on(
    nodes: tuple[Node, Node],
) -> None:
    jar: dict[str, str] = {}
    nodes[0].serves(jar).choose("accept")
    nodes[0].serves(jar).post("/stay?user=ann")
    stolen = dict(jar)
    for node in nodes:
        node.keys.are(NEWEST)

    for node in nodes:
        thief = node.serves(dict(stolen))
        assert user(thief) is None
        assert not agrees(thief)
    anew = nodes[0].serves({})
    anew.post("/in?user=ann")
    assert user(nodes[1].serves(anew.jar)) == "ann"


def test_without_its_old_key_a_remember_cookie_is_forgotten_and_nobody_is_called_a_thief(
    nodes: tuple[Node, Node], caplog: pytest.LogCaptureFixture
) -> None:
    jar: dict[str, str] = {}
    nodes[0].serves(jar).post("/stay?user=ann")
    nodes[0].keys.are(NEWEST)
    client = nodes[0].serves(jar)

    assert client.get("/me").json()["stolen"] is False
    assert REMEMBER not in jar
    assert "CS601" not in caplog.text


# --- what cannot be a rotation ---------------------------------------------------------------------


BAD: dict[str, Callable[[Path], object]] = {
    "a file that is gone": Path.unlink,
    "an empty file": lambda path: path.write_text(""),
    "half of a key": lambda path: path.write_text(NEWEST[:35]),
    "a short key": lambda path: path.write_text(f"{NEWEST}\nshort\n"),
    "comments alone": lambda path: path.write_text("# nothing\n"),
    "too many keys": lambda path: path.write_text("".join(f"{n:040}\n" for n in range(99))),
}


@pytest.mark.parametrize("harm", BAD.values(), ids=BAD)
def test_a_file_without_good_keys_leaves_those_before_in_force_and_is_told_of_once(
    nodes: tuple[Node, Node], harm: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    node, _ = nodes
    jar: dict[str, str] = {}
    node.serves(jar).choose("accept")
    node.serves(jar).post("/in?user=ann")
    harm(node.keys.path)

    for _ in range(3):
        client = node.serves(jar)
        assert user(client) == "ann"
        assert agrees(client)
        assert client.post("/put?a=1").status == 200
    stranger = node.serves({})
    assert not agrees(stranger)
    failed = [each for each in caplog.records if each.levelno > logging.INFO]
    assert [each.getMessage().count("[CS507]") for each in failed] == [1]

    node.keys.are(NEWEST, KEY)
    assert user(node.serves(jar)) == "ann"
    assert node.serves(jar).post("/put?a=2").cookie_names == [SESSION]


def test_a_source_without_good_keys_stops_the_start(make_safe: MakeSafe, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="nowhere"):
        make_safe(secret_key=keys_from_file(tmp_path / "nowhere"))
    with pytest.raises(WeakKey):
        make_safe(secret_key=list)
    with pytest.raises(WeakKey):
        make_safe(secret_key=lambda: ["short"])
    with pytest.raises(SettingError, match="beside"):
        make_safe(secret_key=lambda: [KEY], fallback_keys=[OTHER_KEY])


# --- what is not lost by one -----------------------------------------------------------------------


def test_what_the_process_has_met_and_told_is_not_told_again(
    make_client: MakeClient, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    keys = Keys(tmp_path / "keys", KEY)
    client = make_client(setting("unheard_of=1"), secret_key=keys_from_file(keys.path))
    assert client.safe is not None
    client.get("/")
    keys.are(NEWEST, KEY)
    caplog.clear()
    before = client.safe.settings
    client.get("/")

    assert client.safe.settings is not before
    assert [each for each in caplog.records if each.levelno > logging.INFO] == []
    assert "set 2 times" in client.safe.suggestions()


def test_an_announcement_goes_on_and_its_policy_comes_into_force_with_the_new_keys(
    make_node: MakeNode, clock: Clock
) -> None:
    node = make_node()
    jar: dict[str, str] = {}
    node.serves(jar).choose("accept")
    today = datetime.fromtimestamp(NOW, UTC).date()
    node.safe.publish(LATER, summary=["Seabird."], in_force=today + timedelta(days=10))
    announced = node.safe.settings.versions.announcement
    node.keys.are(NEWEST, KEY)

    assert agrees(node.serves(jar))
    assert node.safe.settings.versions.announcement is announced is not None
    clock.days(11)
    client = node.serves(jar)
    assert client.get("/me").status == 200
    assert node.safe.policy.fingerprint == LATER.fingerprint
    assert client.post("/put?a=1").cookie_names == [SESSION]
    node.keys.are(NEWEST)
    assert node.serves({SESSION: jar[SESSION]}).get("/me").json()["holds"] == {"a": "1"}


def test_earlier_policies_are_still_known(make_node: MakeNode, clock: Clock) -> None:
    node = make_node()
    jar: dict[str, str] = {}
    node.serves(jar).choose("accept")
    narrower = Policy.from_toml(
        POLICY.replace('hosts = ["count.tidepool.example"]\n', "hosts = []\n")
    )
    node.safe.publish(narrower, summary=["Less."], in_force=date(2027, 1, 16))
    clock.days(30)
    client = node.serves(jar)
    client.get("/me")
    assert node.safe.policy.fingerprint == narrower.fingerprint
    assert lets_in(client.get("/me"), "ads.gullwing.example")
    node.keys.are(NEWEST, KEY)

    assert lets_in(node.serves(jar).get("/me"), "ads.gullwing.example")
    assert BANNER not in node.serves(jar).get("/me").text


def test_links_in_mails_are_sealed_with_the_key_of_now(make_safe: MakeSafe, tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys", KEY)
    safe = make_safe(
        POLICY + '[purposes.tips]\ntitle = "Tips"\nchannel = "email"\n',
        secret_key=keys_from_file(keys.path),
        origin="https://www.example",
    )
    before = safe.settings.links
    keys.are(NEWEST, KEY)
    header = safe.unsubscribe_headers("ann", "tips")["List-Unsubscribe"]
    token = header.strip("<>").partition("?")[2]

    assert safe.settings.links is not before
    assert safe.settings.links.read(token).user == "ann"


def test_threads_that_find_new_keys_together_make_them_once(
    make_safe: MakeSafe, tmp_path: Path
) -> None:
    keys = Keys(tmp_path / "keys", KEY)
    safe = make_safe(secret_key=keys_from_file(keys.path))
    keys.are(NEWEST, KEY)
    old, found = safe.settings, set()
    gate = threading.Barrier(8)

    def look() -> None:
        gate.wait(20)
        found.add(old.successor(NOW))

    threads = [threading.Thread(target=look) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)

    assert found == {safe.settings}
    assert safe.settings is not old


# --- the ledger's keys ---------------------------------------------------------------------------

LEDGER = [
    "bm90IGEgc2VjcmV0OiBpdCBpcyBvbiB0aGlzIHBhZ2U",
    "YW5kIHRoaXMgb25lIGlzIG9uIGEgcGFnZSB0b28gISE",
]


def test_the_key_of_the_ledger_rotates_too(
    make_client: MakeClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keys = Keys(tmp_path / "ledger keys", LEDGER[0])
    client = make_client(Portal(), ledger_key=keys_from_file(keys.path))
    safe = client.safe
    assert safe is not None
    for current in ([LEDGER[0]], LEDGER[::-1], [LEDGER[1]]):
        keys.are(*current)
        client.choose("accept")
        assert safe.seal() > 0
    keys.path.unlink()
    client.choose("reject")

    assert safe.seal() > 0
    assert "[CS507]" in caplog.text
    assert safe.verify().holds


def test_there_is_no_sealing_without_a_key(make_safe: MakeSafe) -> None:
    with pytest.raises(UsageError):
        make_safe().seal()
    with pytest.raises(WeakKey):
        make_safe(ledger_key=lambda: ["too short"])
