"""Keys of the ledger: what is taken as one, what is shown of it, and its public half."""

from __future__ import annotations

import base64
import secrets

import pytest

from cookiesafe.errors import BadNote, WeakKey
from cookiesafe.ledger.key import LedgerKey, PublicKey, check_name

RAW = bytes(range(200, 232))
NAME = "shop.example/consents"
VKEY = str(LedgerKey(RAW).named(NAME))


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(RAW, id="bytes"),
        pytest.param(base64.b64encode(RAW).decode(), id="base64"),
        pytest.param(base64.b64encode(RAW).decode().rstrip("="), id="base64 without padding"),
        pytest.param(base64.urlsafe_b64encode(RAW).decode(), id="base64url"),
        pytest.param(base64.urlsafe_b64encode(RAW).decode()[:-1], id="base64url without padding"),
    ],
)
def test_a_key_is_32_bytes_however_they_are_written(key: str | bytes) -> None:
    assert str(LedgerKey(key).named(NAME)) == VKEY


def test_what_the_remedy_makes_is_a_key() -> None:
    assert len(LedgerKey(secrets.token_urlsafe(32)).public) == 32


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("", id="nothing"),
        pytest.param(b"", id="no bytes"),
        pytest.param(RAW[:-1], id="31 bytes"),
        pytest.param(RAW + b"x", id="33 bytes"),
        pytest.param(secrets.token_urlsafe(31), id="31 bytes as text"),
        pytest.param(secrets.token_urlsafe(33), id="33 bytes as text"),
        pytest.param("k" * 32, id="32 letters"),
        pytest.param(RAW.hex(), id="hex"),
        pytest.param(secrets.token_urlsafe(32) + "\n", id="a line break behind"),
        pytest.param(" " + secrets.token_urlsafe(32), id="a space in front"),
        pytest.param(secrets.token_urlsafe(32) + "==", id="too much padding"),
        pytest.param("ä" * 43, id="no ASCII"),
        pytest.param(None, id="None"),
        pytest.param(5, id="a number"),
        pytest.param(bytearray(RAW), id="a bytearray"),
    ],
)
def test_anything_else_is_refused_with_the_remedy(key: object) -> None:
    with pytest.raises(WeakKey, match="token_urlsafe") as caught:
        LedgerKey(key)  # type: ignore[arg-type]

    assert caught.value.code == "CS501"
    if isinstance(key, str) and key:
        assert key not in str(caught.value)


def test_a_key_is_not_shown() -> None:
    key = LedgerKey(RAW)
    key.sign(b"text")

    assert repr(key) == str(key) == "<LedgerKey>"


def test_a_signature_is_by_its_key_and_of_its_text() -> None:
    signature = LedgerKey(RAW).sign(b"text")
    public = PublicKey.parse(VKEY)

    assert public.has_signed(signature, b"text")
    assert not public.has_signed(signature, b"test")
    assert not public.has_signed(signature[:-1], b"text")
    assert not public.has_signed(b"", b"text")
    assert not LedgerKey(b"x" * 32).named(NAME).has_signed(signature, b"text")


def test_a_public_key_is_written_as_others_write_it() -> None:
    # The example of C2SP signed-note.
    vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"

    key = PublicKey.parse(vkey)

    assert key.name == "example.com/foo"
    assert key.id.hex() == "530d903a"
    assert str(key) == vkey
    assert PublicKey.parse(VKEY) == LedgerKey(RAW).named(NAME)


def test_the_id_depends_on_the_name() -> None:
    assert LedgerKey(RAW).named("a").id != LedgerKey(RAW).named("b").id


@pytest.mark.parametrize(
    "vkey",
    [
        pytest.param("", id="nothing"),
        pytest.param(None, id="None"),
        pytest.param(VKEY.replace("+", " "), id="no plus"),
        pytest.param(VKEY[:-1], id="cut off"),
        pytest.param(VKEY + "=", id="padded"),
        pytest.param(VKEY + "\n", id="a line break behind"),
        pytest.param("other" + VKEY, id="another name"),
        pytest.param(VKEY.partition("+")[2], id="no name"),
        pytest.param(NAME + "+00000000+" + VKEY[len(NAME) + 10 :], id="another id"),
        pytest.param(VKEY.replace("+", "+0", 1), id="an id too long"),
        pytest.param(NAME + "+" + VKEY[len(NAME) + 1 :].swapcase(), id="another spelling"),
        pytest.param(
            f"{NAME}+00000000+{base64.b64encode(bytes([2]) + RAW).decode()}", id="another kind"
        ),
        pytest.param(
            f"{NAME}+00000000+{base64.b64encode(bytes([1]) + RAW[1:]).decode()}", id="31 bytes"
        ),
    ],
)
def test_what_is_no_public_key_is_refused(vkey: object) -> None:
    with pytest.raises(BadNote):
        PublicKey.parse(vkey)


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\x00", "\ud800", "x" * 256]
)
def test_what_cannot_be_seen_or_is_a_mark_names_no_log(name: str) -> None:
    with pytest.raises(BadNote, match="cannot be the name"):
        check_name(name)
