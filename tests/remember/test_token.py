"""The payload of the remember cookie: only what we have made is read, and nobody else can make it."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.errors import BadToken
from cookiesafe.keys import KeyRing
from cookiesafe.remember import Presented, parse, present
from tests.support.logins import NOW, a_login, entropy_of, shown

PAYLOAD = a_login()[1]
SERIES, GEN, TOKEN = PAYLOAD.split(".")


def test_a_payload_is_read_back() -> None:
    row, payload = a_login()

    presented = shown(payload)

    assert presented.key == row.key == hashlib.sha256(presented.series).hexdigest()
    assert presented.gen == 0
    assert len(presented.series) == len(presented.tok) == 16


def test_the_token_is_half_an_hmac_over_series_and_generation() -> None:
    row, payload = a_login()
    presented = shown(payload)

    mac = hmac.new(row.mac_key, presented.series + bytes(8), hashlib.sha256).digest()

    assert presented.tok == mac[:16]


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "..",
        f"{SERIES}.{GEN}",
        f"{SERIES}.{GEN}.{TOKEN}.",
        f"{SERIES}.{GEN}.{TOKEN}\n",
        f"{SERIES}=.{GEN}.{TOKEN}",
        f"{SERIES[:-1]}.{GEN}.{TOKEN}",
        f"{SERIES[:-1]}B.{GEN}.{TOKEN}",
        f"{SERIES}.{GEN}.{TOKEN[:-1]}B",
        f"{SERIES}.-1.{TOKEN}",
        f"{SERIES}.+1.{TOKEN}",
        f"{SERIES}.00.{TOKEN}",
        f"{SERIES}.٣.{TOKEN}",
        f"{SERIES}.{'9' * 16}.{TOKEN}",
        f"{SERIES}.{'9' * 5000}.{TOKEN}",
        f"{SERIES[:-1]}é.{GEN}.{TOKEN}",
    ],
)
def test_what_is_no_payload_is_nothing(payload: str) -> None:
    assert parse(payload) is None


@given(st.text(max_size=80) | st.from_regex(r"[\w.-]{40,60}", fullmatch=True))
def test_any_text_is_read_without_an_error(text: str) -> None:
    presented = parse(text)

    assert presented is None or isinstance(presented, Presented)


@given(st.integers(0, len(PAYLOAD) - 1), st.characters(codec="ascii"))
def test_a_payload_with_one_character_changed_is_never_accepted(at: int, other: str) -> None:
    row, _ = a_login()
    changed = PAYLOAD[:at] + other + PAYLOAD[at + 1 :]
    presented = parse(changed)

    if changed != PAYLOAD and presented is not None:
        found = row if presented.key == row.key else None
        assert present(presented, found, 0, NOW).outcome == "refused"


def test_who_reads_the_database_cannot_make_a_cookie() -> None:
    """The rows hold no series id, and the signing key is elsewhere."""
    row, payload = a_login()
    signer = KeyRing("k" * 32).signer("remember", "remember")

    assert payload.split(".")[0].encode() not in repr(row).encode() + row.mac_key
    with pytest.raises(BadToken):
        signer.verify(f"{payload}.{TOKEN}")


def test_who_has_the_signing_key_cannot_make_a_token() -> None:
    row, payload = a_login()
    presented = shown(payload)
    guessed = Presented(
        presented.series, 1, hmac.digest(b"k" * 32, presented.series, "sha256")[:16]
    )

    verdict = present(guessed, row, 0, NOW)

    assert (verdict.outcome, verdict.event) == ("refused", "remember_key_compromise")


def test_no_secret_is_shown() -> None:
    row, payload = a_login()
    presented = shown(payload)
    verdict = present(presented, row, 0, NOW + 60)

    shown_of_all = repr((row, presented, verdict))

    assert verdict.payload
    for secret in (*payload.split(".")[::2], verdict.payload, repr(row.mac_key)[2:-1]):
        assert secret not in shown_of_all
    assert repr(presented.series) not in shown_of_all


def test_no_two_logins_share_a_secret() -> None:
    (one, first), (other, second) = a_login("a"), a_login("b")

    assert len({one.key, other.key, one.device, other.device}) == 4
    assert one.mac_key != other.mac_key
    assert set(first.split(".")[::2]).isdisjoint(second.split("."))
    assert entropy_of("a")(16) == shown(first).series
