"""Notes and checkpoints: written as C2SP has them, and everything else refused."""

from __future__ import annotations

import base64
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cookiesafe.errors import BadNote
from cookiesafe.ledger.key import LedgerKey, PublicKey
from cookiesafe.ledger.note import Head, Note, read_checkpoint, sign_checkpoint

OLD, NEW = LedgerKey(b"o" * 32), LedgerKey(b"n" * 32)
HEAD = Head("shop.example/consents", 5, sha256(b"root").digest())
ROOT = base64.b64encode(HEAD.root).decode()
OLDS, NEWS = (each.named(HEAD.origin) for each in (OLD, NEW))
NOTE = sign_checkpoint(HEAD, [OLD])
LINE = NOTE.splitlines(keepends=True)[-1]
SIGNATURE = LINE.split()[-1]


@pytest.mark.law("P-03")
def test_a_checkpoint_is_three_lines_and_its_signatures() -> None:
    lines = sign_checkpoint(HEAD, [OLD, NEW]).split("\n")

    assert lines[:4] == ["shop.example/consents", "5", ROOT, ""]
    assert [line.rsplit(" ", 1)[0] for line in lines[4:6]] == ["— shop.example/consents"] * 2
    assert base64.b64decode(lines[4].rsplit(" ", 1)[1])[:4] == OLDS.id
    assert lines[6:] == [""]


def test_a_checkpoint_says_what_was_signed_and_by_whom() -> None:
    head, note = read_checkpoint(sign_checkpoint(HEAD, [OLD, NEW]))

    assert head == HEAD
    assert note.signers([OLDS, NEWS]) == [OLDS, NEWS]
    assert note.signers([NEWS]) == [NEWS]


@pytest.mark.law("P-03")
def test_the_example_of_the_specification_is_verified() -> None:
    note = (
        "This is an example message.\n\n— example.com/foo "
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    )
    key = PublicKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")

    assert Note.parse(note).signers([key]) == [key]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**62), st.binary(min_size=32, max_size=32))
def test_every_checkpoint_comes_back(size: int, root: bytes) -> None:
    head = Head(HEAD.origin, size, root)

    assert read_checkpoint(sign_checkpoint(head, [NEW]))[0] == head


@pytest.mark.law("P-03")
def test_signatures_of_others_are_ignored() -> None:
    stranger = "— another.example AAAAAAAAAA==\n"
    same_name = f"— {HEAD.origin} {base64.b64encode(bytes(68)).decode()}\n"

    for note in (NOTE + stranger, NOTE.replace(LINE, same_name + LINE)):
        assert read_checkpoint(note)[1].signers([OLDS]) == [OLDS]


def test_sixteen_signatures_are_read() -> None:
    assert len(Note.parse(NOTE + LINE * 15).signatures) == 16


def test_a_note_that_nobody_known_has_signed_is_refused() -> None:
    note = read_checkpoint(NOTE)[1]

    with pytest.raises(BadNote, match="no key that is known"):
        note.signers([NEWS])
    with pytest.raises(BadNote, match="no key that is known"):
        note.signers([])


def test_a_key_of_another_name_is_another_key() -> None:
    with pytest.raises(BadNote, match="no key that is known"):
        read_checkpoint(NOTE)[1].signers([OLD.named("other.example")])


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(NOTE.replace("\n5\n", "\n6\n"), id="another size"),
        pytest.param(NOTE.replace("shop", "shot", 1), id="another origin"),
        pytest.param(NOTE.replace("\n\n", "\nmore\n\n"), id="a line more"),
        pytest.param(
            NOTE.replace(SIGNATURE, base64.b64encode(OLDS.id + bytes(64)).decode()), id="a zero"
        ),
        pytest.param(
            NOTE.replace(SIGNATURE, base64.b64encode(OLDS.id + b"short").decode()), id="too short"
        ),
        pytest.param(
            NOTE + LINE.replace(SIGNATURE, SIGNATURE[:-8] + "AAAAAAA="), id="a bad second"
        ),
    ],
)
def test_a_signature_that_a_known_key_did_not_make_spoils_the_note(changed: str) -> None:
    _, note = read_checkpoint(changed)

    with pytest.raises(BadNote, match="not by the key it names"):
        note.signers([OLDS])


@pytest.mark.law("P-03")
@pytest.mark.parametrize(
    ("note", "why"),
    [
        pytest.param(None, "not text", id="None"),
        pytest.param(b"bytes", "not text", id="bytes"),
        pytest.param("", "no signatures", id="nothing"),
        pytest.param("\n\n", "no signatures", id="empty lines"),
        pytest.param("\n\n" + LINE, "no signatures", id="no text"),
        pytest.param(HEAD.text, "no signatures", id="no signature"),
        pytest.param(HEAD.text + "\n", "no signatures", id="no line of signatures"),
        pytest.param(NOTE[:-1], "its end is missing", id="cut off by one"),
        pytest.param(NOTE + "\n", "no signatures|none", id="an empty line behind"),
        pytest.param(NOTE + "more\n", "a line of signatures is none", id="text behind"),
        pytest.param(NOTE.replace("\n", "\r\n"), "control", id="CRLF"),
        pytest.param(NOTE.replace("5", "5\t"), "control", id="a tab"),
        pytest.param(NOTE.replace("5", "5\0"), "control", id="NUL"),
        pytest.param(NOTE.replace("shop", "\ud800"), "UTF-8", id="half a character"),
        pytest.param(NOTE.replace("— ", "- "), "none", id="another dash"),
        pytest.param(NOTE.replace("— ", "—  "), "name", id="two spaces"),
        pytest.param(NOTE.replace("— shop", "— sh+op"), "name", id="a plus in the name"),
        pytest.param(NOTE.replace("— shop", "— sh\u2003op"), "name", id="a space in the name"),
        pytest.param(NOTE.replace(SIGNATURE, "!!!!"), "base64", id="a signature of no letters"),
        pytest.param(NOTE.replace(SIGNATURE, SIGNATURE + "="), "base64", id="padded too much"),
        pytest.param(NOTE.replace(SIGNATURE, SIGNATURE.rstrip("=")), "base64", id="not padded"),
        pytest.param(NOTE.replace(SIGNATURE, "ä" * 8), "base64", id="a signature of no ASCII"),
        pytest.param(NOTE.replace(SIGNATURE, "AAAA"), "too short", id="no id"),
        pytest.param(NOTE.replace(SIGNATURE, "AAAAAA=="), "too short", id="an id alone"),
        pytest.param(NOTE + LINE * 100, "more than 100", id="101 signatures"),
        pytest.param("x" * 200_000 + NOTE, "more than 131072", id="too long"),
        pytest.param(NOTE.replace("\n5\n", "\n05\n"), "size", id="a zero in front"),
        pytest.param(NOTE.replace("\n5\n", "\n-5\n"), "size", id="a size below 0"),
        pytest.param(NOTE.replace("\n5\n", "\n+5\n"), "size", id="a size with a sign"),
        pytest.param(NOTE.replace("\n5\n", "\n5 \n"), "size", id="a size with a space"),
        pytest.param(NOTE.replace("\n5\n", "\n٥\n"), "size", id="digits of another script"),
        pytest.param(NOTE.replace("\n5\n", f"\n{'9' * 5000}\n"), "size", id="5,000 digits"),
        pytest.param(NOTE.replace("\n5\n", "\n"), "three lines|size", id="no size"),
        pytest.param(NOTE.replace("\n5\n", "\n\n"), "three lines", id="an empty line"),
        pytest.param(NOTE.replace(HEAD.origin, "", 1), "three lines", id="no origin"),
        pytest.param(NOTE.replace(ROOT, ROOT[:-4]), "base64|bytes", id="a root cut off"),
        pytest.param(NOTE.replace(ROOT, ROOT.rstrip("=")), "base64", id="a root not padded"),
        pytest.param(NOTE.replace(ROOT, "AAAA"), "32 bytes", id="a root too short"),
    ],
)
def test_what_is_no_checkpoint_is_refused_with_a_reason(note: object, why: str) -> None:
    with pytest.raises(BadNote, match=why):
        read_checkpoint(note)


@settings(deadline=None, max_examples=200)
@given(st.integers(0, len(NOTE) - 1), st.characters())
def test_no_other_letter_anywhere_says_another_thing(at: int, letter: str) -> None:
    changed = NOTE[:at] + letter + NOTE[at + 1 :]
    try:
        head, note = read_checkpoint(changed)
        note.signers([OLDS])
    except BadNote:
        return
    assert (changed, head) == (NOTE, HEAD)


def test_an_origin_that_cannot_be_a_name_is_not_signed() -> None:
    with pytest.raises(BadNote, match="cannot be the name"):
        sign_checkpoint(HEAD._replace(origin="two words"), [OLD])
