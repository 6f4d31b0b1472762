"""What is made of keys that change, and that keys which cannot be leave those before in force."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import pytest

from cookiesafe.errors import SettingError, WeakKey
from cookiesafe.keys import MOST_KEYS, KeyRing
from cookiesafe.ledger import LedgerKey
from cookiesafe.rotation import Rotation
from cookiesafe.telling import Telling

OLD, NEW, NEWER = "o" * 40, "n" * 40, "x" * 40
SECRET = "this is what nobody may read in a log"


class Source:
    """Gives ``keys``, or raises them."""

    def __init__(self, *keys: Any) -> None:
        self.keys: Any = keys

    def __call__(self) -> Sequence[str]:
        if isinstance(self.keys, Exception):
            raise self.keys
        found: Sequence[str] = self.keys
        return found


def rotation_of(source: Source) -> Rotation[KeyRing]:
    return Rotation("cookies", source, KeyRing, Telling())


def signed(rotation: Rotation[KeyRing]) -> str:
    return rotation.made.signer("session", "s").sign("payload")


BAD = {
    "none": (),
    "one string": "k" * 40,
    "a short one": (NEW, SECRET[:20]),
    "an empty one": ("", OLD),
    "no text": (None, OLD),
    "too many": tuple(f"{n:040}" for n in range(MOST_KEYS + 1)),
    "what raises": OSError(f"cannot read {SECRET}"),
    "what raises an error of ours": SettingError("the file is no file of keys"),
}


def test_keys_are_made_anew_when_there_are_others_and_not_before() -> None:
    source = Source(OLD)
    rotation = rotation_of(source)
    before, token = rotation.made, signed(rotation)

    assert not rotation.renew()
    source.keys = (NEW, OLD)
    assert rotation.renew()
    assert not rotation.renew()

    assert rotation.made is not before
    assert len(rotation) == 2
    assert rotation.made.signer("session", "s").verify(token) == "payload"
    assert signed(rotation) == KeyRing(NEW).signer("session", "s").sign("payload")


def test_the_same_keys_again_are_no_others() -> None:
    source = Source(NEW, OLD)
    rotation = rotation_of(source)
    before = rotation.made
    source.keys = [NEW, OLD]

    assert not rotation.renew()
    assert rotation.made is before


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_keys_that_cannot_be_leave_those_before_and_are_told_of_once(
    bad: Any, caplog: pytest.LogCaptureFixture
) -> None:
    source = Source(OLD)
    rotation = rotation_of(source)
    before = rotation.made
    source.keys = bad

    assert [rotation.renew() for _ in range(5)] == [False] * 5
    assert rotation.made is before
    assert len(rotation) == 1
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "[CS507]" in record.getMessage()
    assert SECRET[:20] not in caplog.text


def test_what_fails_again_after_it_went_well_is_told_of_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = Source(OLD)
    rotation = rotation_of(source)
    good = source.keys

    for keys in ((), (), good, (), (OLD,), (), (NEW,), ()):
        source.keys = keys
        rotation.renew()

    failed = [each for each in caplog.records if each.levelno > logging.INFO]
    assert ["[CS507]" in each.getMessage() for each in failed] == [True] * 4
    assert len(rotation) == 1


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_at_the_start_keys_that_cannot_be_are_refused(bad: Any) -> None:
    source = Source()
    source.keys = bad
    with pytest.raises((WeakKey, SettingError, OSError)):
        rotation_of(source)


def test_no_key_is_shown_of_it() -> None:
    assert repr(rotation_of(Source(NEW, OLD))) == "<Rotation of 2>"


def test_whatever_is_made_of_keys_rotates() -> None:
    keys = [
        "bm90IGEgc2VjcmV0OiBpdCBpcyBvbiB0aGlzIHBhZ2U",
        "YW5kIHRoaXMgb25lIGlzIG9uIGEgcGFnZSB0b28gISE",
    ]
    source = Source(keys[0])
    rotation = Rotation("ledger", source, lambda newest, _: LedgerKey(newest).public, Telling())
    before = rotation.made
    source.keys = keys[::-1]

    assert rotation.renew()
    assert rotation.made != before
