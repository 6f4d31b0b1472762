"""Sealing: what opens, that nothing else does, and that nobody can read it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import string

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cookiesafe.errors import BadToken
from cookiesafe.keys import KeyRing
from cookiesafe.sealing import NONCE_BYTES, Sealer

OLDEST = "oldest-key-" + "o" * 21
OLD = "old-key-" + "m" * 24
NEW = "new-key-" + "n" * 24
NONCE = bytes(range(12))
DATA = b'{"user": 4711, "name": "Ada"}'
BASE64URL = string.ascii_letters + string.digits + "-_"


def a_sealer(secret: str = NEW, use: str = "session", cookie: str = "s") -> Sealer:
    return KeyRing(secret).sealer(use, cookie)


SEALER = a_sealer()
TOKEN = SEALER.seal(DATA, NONCE)


def opens(sealer: Sealer, token: str) -> bool:
    try:
        sealer.open(token)
    except BadToken:
        return False
    return True


def decoded(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


# --- what comes back --------------------------------------------------------------------------


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=300), st.binary(min_size=NONCE_BYTES, max_size=NONCE_BYTES))
def test_whatever_is_sealed_comes_back(data: bytes, nonce: bytes) -> None:
    token = SEALER.seal(data, nonce)

    assert SEALER.open(token) == data
    assert set(token) <= set(BASE64URL)


def test_the_form_of_a_token_stays_as_browsers_have_it() -> None:
    salt = b"cookiesafe.seal.v1:7:session:1:s"
    extracted = hmac.digest(bytes(32), NEW.encode(), "sha256")
    key = hmac.digest(extracted, salt + b"\x01", "sha256")
    key_id = hashlib.sha256(key).digest()[:4]

    assert decoded(TOKEN) == key_id + NONCE + AESGCM(key).encrypt(NONCE, DATA, salt)


def test_what_is_sealed_cannot_be_read() -> None:
    assert b"Ada" not in decoded(TOKEN)
    assert SEALER.seal(DATA, bytes(12)) != TOKEN


def test_sealing_and_signing_share_no_key() -> None:
    signing = hmac.digest(NEW.encode(), b"cookiesafe.v1:7:session:1:s", "sha256")
    cipher, raw = AESGCM(signing), decoded(TOKEN)

    assert hashlib.sha256(signing).digest()[:4] != raw[:4]
    for salt in (b"cookiesafe.seal.v1:7:session:1:s", b"cookiesafe.v1:7:session:1:s"):
        with pytest.raises(Exception, match=r"^$"):
            cipher.decrypt(raw[4:16], raw[16:], salt)


@pytest.mark.parametrize("size", [0, 8, 11, 13, 16])
def test_a_nonce_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="12 bytes"):
        SEALER.seal(DATA, bytes(size))


# --- one key for each use and each name -------------------------------------------------------

PARTS = st.text("ab:12", max_size=5)


@settings(deadline=None, max_examples=200)
@given(PARTS, PARTS, PARTS, PARTS)
def test_no_other_use_and_no_other_name_opens_a_token(
    use: str, cookie: str, other_use: str, other_cookie: str
) -> None:
    assume((use, cookie) != (other_use, other_cookie))
    ring = KeyRing(NEW)

    token = ring.sealer(use, cookie).seal(DATA, NONCE)

    assert opens(ring.sealer(use, cookie), token)
    assert not opens(ring.sealer(other_use, other_cookie), token)


# --- what it is bound to -----------------------------------------------------------------------

BOUND = st.lists(PARTS, max_size=3)


@settings(deadline=None, max_examples=200)
@given(BOUND, BOUND)
def test_what_is_bound_opens_for_the_same_parts_and_no_others(
    bound: list[str], others: list[str]
) -> None:
    token = SEALER.seal(DATA, NONCE, *bound)

    assert SEALER.open(token, *bound) == DATA
    if others != bound:
        with pytest.raises(BadToken):
            SEALER.open(token, *others)


def test_text_moved_from_one_part_to_the_next_is_another() -> None:
    token = SEALER.seal(DATA, NONCE, "order", "https://a")

    for parts in (("orderhttps://a",), ("orde", "rhttps://a"), ("order:9:https://a",), ("order",)):
        with pytest.raises(BadToken):
            SEALER.open(token, *parts)


def test_what_it_is_bound_to_is_not_in_it() -> None:
    assert len(SEALER.seal(DATA, NONCE, "order", "https://a" * 99)) == len(TOKEN)


# --- rotation ---------------------------------------------------------------------------------

RINGS = {
    "before": (KeyRing(OLDEST), OLDEST),
    "rotated once": (KeyRing(OLD, [OLDEST]), OLD),
    "rotated twice": (KeyRing(NEW, [OLD, OLDEST]), NEW),
    "the fallbacks the other way round": (KeyRing(NEW, [OLDEST, OLD]), NEW),
}


@pytest.mark.parametrize("name", RINGS)
def test_every_key_of_a_ring_opens_and_only_the_newest_seals(name: str) -> None:
    ring, newest = RINGS[name]
    token = ring.sealer("session", "s").seal(DATA, NONCE)

    assert opens(RINGS["rotated twice"][0].sealer("session", "s"), token)
    assert token == a_sealer(newest).seal(DATA, NONCE)
    for key in {OLDEST, OLD, NEW} - {newest}:
        assert not opens(a_sealer(key), token)


def test_a_key_that_left_the_ring_opens_no_more() -> None:
    token = a_sealer(OLDEST).seal(DATA, NONCE)

    assert not opens(KeyRing(NEW, [OLD]).sealer("session", "s"), token)


def test_only_the_key_that_sealed_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[bytes] = []

    class Watched:
        def __init__(self, key: bytes) -> None:
            self._key, self._cipher = key, AESGCM(key)

        def decrypt(self, nonce: bytes, data: bytes, salt: bytes) -> bytes:
            tried.append(self._key)
            return self._cipher.decrypt(nonce, data, salt)

    token = a_sealer(OLD).seal(DATA, NONCE)
    monkeypatch.setattr("cookiesafe.sealing.AESGCM", Watched)
    many = KeyRing(NEW, [OLDEST, OLD, *(f"{n:032}" for n in range(20))]).sealer("session", "s")

    assert many.open(token) == DATA
    assert not opens(many, "A" * 80)
    assert len(tried) == 1


# --- what is not ours -------------------------------------------------------------------------


def test_a_token_with_any_one_byte_changed_is_not_ours() -> None:
    others = BASE64URL + "+/=. \n%\x00é"
    changed = (
        TOKEN[:at] + other + TOKEN[at + 1 :]
        for at in range(len(TOKEN))
        for other in others
        if other != TOKEN[at]
    )

    assert [each for each in changed if opens(SEALER, each)] == []


def test_a_token_cut_short_anywhere_is_not_ours() -> None:
    assert [cut for cut in range(len(TOKEN)) if opens(SEALER, TOKEN[:cut])] == []
    assert [cut for cut in range(1, len(TOKEN)) if opens(SEALER, TOKEN[cut:])] == []


@pytest.mark.parametrize("size", [27, 28, 29])
def test_a_token_has_one_spelling(size: int) -> None:
    token = SEALER.seal(b"x" * size, NONCE)
    spellings = {f"{token[:-1]}{last}" for last in BASE64URL}
    spellings |= {f"{token}=", f"{token}==", f" {token}", f"{token}\n", f"{token[:5]}\n{token[5:]}"}
    spellings |= {base64.b64encode(decoded(token)).decode(), decoded(token).hex(), f"{token}A"}
    spellings |= {token.replace("-", "+").replace("_", "/")} - {token}

    assert {each for each in spellings if opens(SEALER, each)} == {token}


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="nothing"),
        pytest.param(TOKEN[:6], id="a key id"),
        pytest.param(TOKEN[:22], id="a key id and a nonce"),
        pytest.param(TOKEN[:40], id="less than a tag"),
        pytest.param("é" * 60, id="Latin letters"),
        pytest.param("€" * 60, id="letters beyond Latin-1"),
        pytest.param("\ud800" * 60, id="lone surrogates"),
        pytest.param("\x00" * 60, id="control characters"),
        pytest.param("=" * 60, id="padding"),
        pytest.param("A" * 1_000_000, id="a very long one"),
        pytest.param(TOKEN + "A" * 1_000_000, id="a very long tail"),
        pytest.param(KeyRing(NEW).signer("session", "s").sign("payload"), id="a signed one"),
    ],
)
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(BadToken):
        SEALER.open(token)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=120) | st.text(BASE64URL, min_size=40, max_size=120))
def test_garbage_is_refused(token: str) -> None:
    assert not opens(SEALER, token)
    assert not opens(SEALER, TOKEN[:6] + token)


def test_neither_keys_nor_what_was_sealed_are_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sealer = KeyRing(NEW, [OLD]).sealer("session", "s")
    with pytest.raises(BadToken) as refused:
        sealer.open(TOKEN[:-1])
    shown = " ".join([repr(sealer), str(sealer), repr(refused.value), caplog.text])

    assert NEW not in shown
    assert OLD not in shown
    assert TOKEN[:8] not in shown
    assert refused.value.__cause__ is None
    assert refused.value.__context__ is None
