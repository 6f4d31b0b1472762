"""The key ring: what signs, what verifies, and that nothing else does."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import string
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cookiesafe.errors import BadToken, SettingError, WeakKey
from cookiesafe.keys import KeyRing, Signer

OLDEST = "oldest-key-" + "o" * 21
OLD = "old-key-" + "m" * 24
NEW = "new-key-" + "n" * 24
ASCII = st.text(st.characters(max_codepoint=0x7F), max_size=60)
BASE64URL = string.ascii_letters + string.digits + "-_"
NOT_A_KEY: Any = None


def a_signer(secret: str = NEW, use: str = "consent", cookie: str = "c") -> Signer:
    return KeyRing(secret).signer(use, cookie)


def is_ours(signer: Signer, token: str) -> bool:
    try:
        signer.verify(token)
    except BadToken:
        return False
    return True


# --- keys --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("k" * 31, id="31 letters"),
        pytest.param(b"k" * 31, id="31 bytes"),
        pytest.param("é" * 15, id="15 letters of two bytes"),
        pytest.param("", id="nothing"),
        pytest.param(b"", id="no bytes"),
    ],
)
@pytest.mark.parametrize("fallback", [False, True], ids=["as the key", "as a fallback"])
def test_a_key_of_fewer_than_32_bytes_is_refused_with_the_remedy(
    key: str | bytes, fallback: bool
) -> None:
    with pytest.raises(WeakKey, match=r"secrets\.token_urlsafe\(32\)") as caught:
        KeyRing(NEW, [OLD, key]) if fallback else KeyRing(key)

    assert isinstance(caught.value, SettingError)
    assert "32" in caught.value.what


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("k" * 32, id="32 letters"),
        pytest.param(b"\x00" * 32, id="32 bytes"),
        pytest.param("é" * 16, id="16 letters of two bytes"),
        pytest.param(b"\xff\x00.:" * 16, id="64 bytes of any kind"),
    ],
)
def test_a_key_of_32_bytes_signs(key: str | bytes) -> None:
    signer = KeyRing(key).signer("session", "s")

    assert signer.verify(signer.sign("payload")) == "payload"


def test_the_remedy_makes_a_key_that_is_accepted() -> None:
    with pytest.raises(WeakKey) as caught:
        KeyRing("short")
    command = re.search(r"'(.*)'", caught.value.fix)

    assert command is not None
    assert command[1] == "import secrets; print(secrets.token_urlsafe(32))"
    assert len(base64.urlsafe_b64encode(bytes(32)).rstrip(b"=")) >= 32


@pytest.mark.parametrize("keys", [OLD, OLD.encode()], ids=["text", "bytes"])
def test_one_string_is_not_taken_for_a_list_of_fallback_keys(keys: Any) -> None:
    with pytest.raises(WeakKey, match="list"):
        KeyRing(NEW, keys)


def test_a_key_that_is_not_there_is_refused_with_the_remedy() -> None:
    with pytest.raises(SettingError, match="token_urlsafe"):
        KeyRing(NOT_A_KEY)


@pytest.mark.parametrize("keys", [("k" * 31, []), (NEW, ["old"]), ("k", ["old", "older"])])
def test_who_replaces_what_takes_short_keys_may_take_them_and_it_is_logged_once(
    keys: tuple[str, list[str]], caplog: pytest.LogCaptureFixture
) -> None:
    ring = KeyRing(*keys, short="log")
    for use in ("session", "consent"):
        signer = ring.signer(use, "s")
        assert signer.verify(signer.sign("payload")) == "payload"

    (record,) = caplog.records
    size = min(len(key) for key in (keys[0], *keys[1]))
    assert f"{size} bytes" in record.getMessage()
    assert record.getMessage().endswith("[CS505]")
    assert all(key not in record.getMessage() for key in ("k" * 31, "older"))


def test_keys_of_32_bytes_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    KeyRing(NEW, [OLD], short="log")

    assert caplog.records == []


@pytest.mark.parametrize("key", ["", b"", NOT_A_KEY])
def test_no_key_at_all_is_refused_everywhere(key: Any) -> None:
    with pytest.raises(WeakKey, match="token_urlsafe"):
        KeyRing(key, short="log")
    with pytest.raises(WeakKey, match="token_urlsafe"):
        KeyRing(NEW, [key], short="log")


def test_no_key_is_shown() -> None:
    ring = KeyRing(NEW, [OLD])
    signer = ring.signer("session", "s")
    with pytest.raises(BadToken) as refused:
        signer.verify("no.token")
    with pytest.raises(WeakKey) as weak:
        KeyRing("the-short-key")

    shown = " ".join(
        [repr(ring), str(ring), repr(signer), str(signer)]
        + [text for error in (refused.value, weak.value) for text in (str(error), repr(error))]
    )

    assert NEW not in shown
    assert OLD not in shown
    assert "the-short-key" not in shown


# --- one salt for each use and each name ------------------------------------------------------

PARTS = st.text("ab:12", max_size=5)


@settings(deadline=None, max_examples=200)
@given(PARTS, PARTS, PARTS, PARTS)
def test_no_other_use_and_no_other_name_accepts_a_token(
    use: str, cookie: str, other_use: str, other_cookie: str
) -> None:
    assume((use, cookie) != (other_use, other_cookie))
    ring = KeyRing(NEW)

    token = ring.signer(use, cookie).sign("payload")

    assert ring.signer(use, cookie).verify(token) == "payload"
    assert not is_ours(ring.signer(other_use, other_cookie), token)


@settings(deadline=None, max_examples=100)
@given(st.text(":1", min_size=1, max_size=9), st.data())
def test_text_moved_from_the_use_to_the_name_is_another_salt(
    text: str, data: st.DataObject
) -> None:
    cut, other = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))
    assume(cut != other)
    ring = KeyRing(NEW)

    token = ring.signer(text[:cut], text[cut:]).sign("payload")

    assert not is_ours(ring.signer(text[:other], text[other:]), token)


# --- rotation ---------------------------------------------------------------------------------

RINGS = {
    "before": KeyRing(OLDEST),
    "rotated once": KeyRing(OLD, [OLDEST]),
    "rotated twice": KeyRing(NEW, [OLD, OLDEST]),
    "the fallbacks the other way round": KeyRing(NEW, [OLDEST, OLD]),
}


@pytest.mark.parametrize("name", RINGS)
def test_every_key_of_a_ring_verifies(name: str) -> None:
    signer = RINGS["rotated twice"].signer("session", "s")

    assert signer.verify(RINGS[name].signer("session", "s").sign("payload")) == "payload"


@pytest.mark.parametrize(
    ("name", "newest"),
    [
        ("before", OLDEST),
        ("rotated once", OLD),
        ("rotated twice", NEW),
        ("the fallbacks the other way round", NEW),
    ],
)
def test_the_newest_key_signs_and_no_other(name: str, newest: str) -> None:
    token = RINGS[name].signer("session", "s").sign("payload")

    assert token == a_signer(newest, "session", "s").sign("payload")
    for key in {OLDEST, OLD, NEW} - {newest}:
        assert not is_ours(a_signer(key, "session", "s"), token)


def test_a_key_that_left_the_ring_verifies_no_more() -> None:
    token = RINGS["before"].signer("session", "s").sign("payload")

    assert not is_ours(KeyRing(NEW, [OLD]).signer("session", "s"), token)


# --- tokens -----------------------------------------------------------------------------------


def test_the_form_of_a_token_stays_as_browsers_have_it() -> None:
    key = hmac.digest(NEW.encode(), b"cookiesafe.v1:7:session:4:name", "sha256")
    mac = hmac.new(key, b"pay.load", hashlib.sha256).digest()
    signature = base64.urlsafe_b64encode(mac).rstrip(b"=").decode()

    assert a_signer(NEW, "session", "name").sign("pay.load") == f"pay.load.{signature}"


@settings(deadline=None, max_examples=100)
@given(ASCII)
def test_whatever_ascii_is_signed_comes_back(payload: str) -> None:
    signer = a_signer()
    token = signer.sign(payload)

    assert token == signer.sign(payload)
    assert token.startswith(f"{payload}.")
    assert signer.verify(token) == payload


@settings(deadline=None, max_examples=200)
@given(ASCII, st.data())
def test_a_token_with_one_byte_changed_is_not_ours(payload: str, data: st.DataObject) -> None:
    token = a_signer().sign(payload)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(max_codepoint=0xFF).filter(lambda c: c != token[at]))

    assert not is_ours(a_signer(), token[:at] + other + token[at + 1 :])


def test_a_token_cut_short_anywhere_is_not_ours() -> None:
    token = a_signer().sign("1.20779.-ads")

    assert [cut for cut in range(len(token)) if is_ours(a_signer(), token[:cut])] == []
    assert [cut for cut in range(1, len(token)) if is_ours(a_signer(), token[cut:])] == []


@settings(deadline=None, max_examples=100)
@given(ASCII.filter(bool))
def test_a_token_with_something_added_is_not_ours(added: str) -> None:
    token = a_signer().sign("1.20779.-ads")

    assert not is_ours(a_signer(), token + added)
    assert not is_ours(a_signer(), added + token)


def test_a_signature_has_one_spelling() -> None:
    token = a_signer().sign("payload")
    payload, _, signature = token.rpartition(".")
    mac = base64.urlsafe_b64decode(f"{signature}=")

    spellings = {
        f"{signature[:-1]}{last}"
        for last in BASE64URL
        if base64.urlsafe_b64decode(f"{signature[:-1]}{last}=") == mac
    }
    spellings |= {f"{signature}=", f"{signature}==", f" {signature}", f"{signature}\n", mac.hex()}
    spellings |= {base64.b64encode(mac).decode(), f"{signature[:5]}\n{signature[5:]}"}

    assert len(spellings) == 11
    assert {each for each in spellings if is_ours(a_signer(), f"{payload}.{each}")} == {signature}


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="nothing"),
        pytest.param(".", id="a dot"),
        pytest.param("payload", id="no signature"),
        pytest.param("payload.", id="an empty signature"),
        pytest.param(f".{'A' * 43}", id="no payload"),
        pytest.param("é", id="Latin letters"),
        pytest.param("payload.é", id="a Latin letter for a signature"),
        pytest.param("€.€", id="letters beyond Latin-1"),
        pytest.param("\ud800.\udfff", id="lone surrogates"),
        pytest.param("\x00.\x00", id="control characters"),
        pytest.param("a" * 100_000, id="a very long one"),
        pytest.param("." * 10_000, id="many dots"),
    ],
)
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(BadToken):
        a_signer().verify(token)


def test_a_refusal_tells_nothing_of_the_token() -> None:
    with pytest.raises(BadToken) as caught:
        a_signer().verify("some-payload.some-signature")

    assert "some-" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
