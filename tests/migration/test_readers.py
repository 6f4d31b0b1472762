"""Cookies of other libraries are read as those wrote them, for a while, and everything else is nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import flask
import itsdangerous
import pytest
from flask.json.tag import TaggedJSONSerializer
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from cookiesafe.errors import SettingError, WeakKey
from cookiesafe.migration import (
    DjangoSession,
    FlaskLoginRemember,
    FlaskSession,
    Reader,
    SessionReader,
    StarletteSession,
    TaggedFlaskSession,
    in_force,
)
from tests.support.written import KEY, NOW, by_django, by_flask, by_flask_login, by_starlette

UNTIL = date(2027, 3, 31)
AFTER = int(datetime(2027, 4, 1, tzinfo=UTC).timestamp())
OTHER = "o" * 32
VALUES = {"user": 7, "ü": [1, 2], "deep": {"a": [None, True, 1.5, {"b": "€"}]}}
DAY = 86_400


@dataclass(frozen=True)
class Format:
    """A session's: what reads it, what writes it, and its signer for whatever is to stand in it."""

    reader: type[SessionReader]
    write: Callable[..., str]
    signer: Callable[[str], itsdangerous.Signer]
    time: bytes
    encode: Callable[[bytes], bytes]

    def read(self, value: str, now: int = NOW, **fields: Any) -> Any:
        return self.reader(**{"secret_key": KEY, "until": UNTIL, **fields}).read(value, now)

    def signed(self, payload: bytes, time: bytes | None = None) -> str:
        """Validly signed, whatever it is."""
        signer = self.signer(KEY)
        return signer.sign(payload + signer.sep + (time or self.time)).decode("latin-1")

    def holding(self, text: str | bytes) -> str:
        return self.signed(self.encode(text.encode() if isinstance(text, str) else text))


def urlsafe(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def compressed(data: bytes) -> bytes:
    return b"." + urlsafe(zlib.compress(data))


STARLETTE = Format(StarletteSession, by_starlette, itsdangerous.Signer, b"a0nSAA", base64.b64encode)
FLASK = Format(
    FlaskSession,
    by_flask,
    lambda key: itsdangerous.Signer(key, "cookie-session", key_derivation="hmac"),
    b"a0nSAA",
    urlsafe,
)
DJANGO = Format(
    DjangoSession,
    by_django,
    lambda key: itsdangerous.Signer(
        key,
        "django.contrib.sessions.backends.signed_cookies",
        sep=":",
        digest_method=hashlib.sha256,
    ),
    b"1xocE4",
    urlsafe,
)
FORMATS = {"Starlette": STARLETTE, "Flask": FLASK, "Django": DJANGO}
each_format = pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
compressing = pytest.mark.parametrize("form", [FLASK, DJANGO], ids=["Flask", "Django"])
rotating = compressing


def a_remember_reader(**fields: Any) -> FlaskLoginRemember:
    return FlaskLoginRemember(**{"secret_key": KEY, "until": UNTIL, **fields})


# --- what the others wrote ----------------------------------------------------------------------


def test_a_session_starlette_wrote_once_is_read() -> None:
    value = "eyJ1c2VyIjogNywgIlx1MDBmYyI6IFsxLCAyXX0=.a0nSAA.Cbykp22cO1SjSo2PGwUcpPczJhI"

    assert STARLETTE.read(value) == {"user": 7, "ü": [1, 2]}


def test_a_session_flask_wrote_once_is_read() -> None:
    value = ".eJyrVkrKyU9SslJKTEoeRaOI6kipFgDy8-kK.a0nSAA.R_3dns28Abbjz7OozFaMhKr5hOM"

    assert FLASK.read(value) == {"blob": "abc" * 200}


def test_a_session_django_wrote_once_is_read() -> None:
    value = (
        "eyJfYXV0aF91c2VyX2lkIjoiNyIsIlx1MDBlOSI6MX0:1xocE4:"
        "5voUZJXxugZY1pf8tScaeHPA0jO5x8fTBFnBXhtYY2g"
    )

    assert DJANGO.read(value) == {"_auth_user_id": "7", "é": 1}


@each_format
@pytest.mark.parametrize("more", [{}, {"blob": "abc" * 300}], ids=["short", "compressible"])
def test_what_the_library_writes_is_read(form: Format, more: dict[str, str]) -> None:
    assert form.read(form.write(VALUES | more)) == VALUES | more


JSON_KEYS = st.text(max_size=5)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # Their tags escape these too.
    | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            JSON_KEYS | st.sampled_from([" t", " b", " di", " t__", " d"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
SESSIONS = st.dictionaries(JSON_KEYS, JSON, min_size=1, max_size=4)


@each_format
@settings(deadline=None, max_examples=60)
@given(SESSIONS)
def test_whatever_json_a_session_holds_is_read(form: Format, values: dict[str, Any]) -> None:
    assert form.read(form.write(values)) == values


TYPED = {
    "tuple": (1, ("a",)),
    "bytes": b"\xff\x00",
    "markup": Markup("<b>bold</b>"),
    "uuid": UUID("0123456789abcdef0123456789abcdef"),
    "when": datetime(2027, 1, 15, 8, 0, 30, tzinfo=UTC),
    "escaped": {" t": 1},
    "twice": {" di__": {" t": (1,)}},
    "list": [{"in": (b"ab",)}],
}


def test_what_json_does_not_hold_becomes_what_it_does() -> None:
    assert FLASK.read(by_flask(TYPED)) == {
        "tuple": [1, ["a"]],
        "bytes": "/wA=",
        "markup": "<b>bold</b>",
        "uuid": "01234567-89ab-cdef-0123-456789abcdef",
        "when": "2027-01-15T08:00:30+00:00",
        "escaped": {" t": 1},
        "twice": {" di__": {" t": [1]}},
        "list": [{"in": ["YWI="]}],
    }


def test_flasks_tags_can_be_left_to_flask() -> None:
    tagged = TaggedFlaskSession(secret_key=KEY, until=UNTIL).read(by_flask(TYPED), NOW)

    assert TaggedJSONSerializer().loads(json.dumps(tagged)) == TYPED


def test_messages_that_flask_flashed_are_read() -> None:
    value = by_flask({"_flashes": [("message", "Saved")], "_permanent": True})

    assert FLASK.read(value) == {"_flashes": [["message", "Saved"]], "_permanent": True}


@pytest.mark.parametrize("user_id", ["42", "a|b", "ünï€", 'with "quotes" and \\', "a,b;c d", "|"])
def test_whom_flask_login_remembers_is_read(user_id: str) -> None:
    assert a_remember_reader().read(by_flask_login(user_id), NOW) == user_id


@settings(deadline=None, max_examples=100)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_whoever_flask_login_remembers_is_read(user_id: str) -> None:
    assert a_remember_reader().read(by_flask_login(user_id), NOW) == user_id


def test_flask_login_may_have_signed_with_latin_letters_or_bytes() -> None:
    for key in ("é" * 20, b"\xff\xfe" * 10):
        value = by_flask_login("42", key)  # type: ignore[arg-type]
        assert a_remember_reader(secret_key=key).read(value, NOW) == "42"


# --- for how long -------------------------------------------------------------------------------


@each_format
@pytest.mark.parametrize(
    ("age", "read"),
    [(0, True), (-30, True), (-31, False), (3600, True), (3601, False), (-DAY, False)],
)
def test_a_session_is_read_for_its_time_and_not_from_the_future(
    form: Format, age: int, read: bool
) -> None:
    value = form.write(VALUES, NOW - age)

    assert form.read(value, max_age=3600) == (VALUES if read else None)


@pytest.mark.parametrize(
    ("form", "days"), [(STARLETTE, 14), (FLASK, 31), (DJANGO, 14)], ids=FORMATS
)
def test_a_session_lasts_as_long_as_in_its_library(form: Format, days: int) -> None:
    assert form.read(form.write(VALUES, NOW - days * DAY)) == VALUES
    assert form.read(form.write(VALUES, NOW - days * DAY - 1)) is None


def test_a_session_without_an_age_is_read_until_the_day_and_not_from_the_future() -> None:
    assert STARLETTE.read(by_starlette(VALUES, NOW - 900 * DAY), max_age=None) == VALUES
    assert STARLETTE.read(by_starlette(VALUES, NOW + 31), max_age=None) is None


@each_format
def test_a_session_is_read_on_the_last_day_and_not_after_it(form: Format) -> None:
    value = form.write(VALUES, AFTER - 1)

    assert form.read(value, AFTER - 1) == VALUES
    assert form.read(value, AFTER) is None


def test_a_remembered_user_is_read_on_the_last_day_and_not_after_it() -> None:
    value = by_flask_login("42")

    assert a_remember_reader().read(value, AFTER - 1) == "42"
    assert a_remember_reader().read(value, AFTER) is None


def test_a_reader_whose_day_has_passed_is_left_out_with_one_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    old = FlaskSession(secret_key=KEY, until=date(2026, 12, 31))
    new = StarletteSession(secret_key=KEY, until=UNTIL)

    assert in_force([old, new], NOW) == (new,)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "FlaskSession" in record.getMessage()
    assert "2026-12-31" in record.getMessage()
    assert record.getMessage().endswith("[CS506]")


# --- keys ---------------------------------------------------------------------------------------


@rotating
def test_every_key_of_a_rotation_reads_and_no_other(form: Format) -> None:
    value = form.write(VALUES, key=OTHER)

    assert form.read(value, fallback_keys=[OTHER]) == VALUES
    assert form.read(value, fallback_keys=["x", OTHER, "y"]) == VALUES
    assert form.read(value, fallback_keys=["x"]) is None
    assert form.read(form.write(VALUES), fallback_keys=["x", OTHER]) == VALUES


@each_format
def test_another_key_reads_nothing(form: Format) -> None:
    assert form.read(form.write(VALUES, key=OTHER)) is None


@each_format
def test_no_format_is_taken_for_another(form: Format) -> None:
    for other in FORMATS.values():
        if other is not form:
            assert form.read(other.write(VALUES)) is None
    assert form.read(by_flask_login("42")) is None
    assert a_remember_reader().read(form.write(VALUES), NOW) is None


@each_format
@pytest.mark.parametrize("salt", ["", "cookiesafe.v1", "itsdangerous", "django.http.cookies"])
def test_what_was_signed_for_something_else_is_not_read(form: Format, salt: str) -> None:
    signer = form.signer(KEY)
    signer.salt = salt.encode()
    payload = form.encode(b'{"user":7}') + signer.sep + form.time

    assert form.read(signer.sign(payload).decode()) is None


# --- what is not one ----------------------------------------------------------------------------


@each_format
def test_a_session_with_any_one_byte_changed_is_nothing(form: Format) -> None:
    value = form.write({"user": 7})
    changed = {
        value[:at] + other + value[at + 1 :]
        for at in range(len(value))
        for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZaz09-_+/=.: \x00é"
        if other != value[at]
    }

    assert {each for each in changed if form.read(each) is not None} == set()
    assert {form.read(value + added) for added in ("=", "==", "A", " ", "\n", "é")} == {None}


@each_format
def test_a_session_cut_short_is_nothing(form: Format) -> None:
    value = form.write({"user": 7})

    assert [cut for cut in range(len(value)) if form.read(value[:cut]) is not None] == []
    assert [cut for cut in range(1, len(value)) if form.read(value[cut:]) is not None] == []


def test_a_remembered_user_changed_or_cut_short_is_nothing() -> None:
    value, reader = by_flask_login("42"), a_remember_reader()
    changed = [
        value[:at] + other + value[at + 1 :]
        for at in range(len(value))
        for other in "0aF|é"
        if other != value[at]
    ]
    cut = [value[:at] for at in range(len(value))] + [value[at:] for at in range(1, len(value))]

    assert {reader.read(each, NOW) for each in [*changed, *cut, value.upper()]} == {None}


@each_format
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[1]", id="a list"),
        pytest.param('"text"', id="a text"),
        pytest.param("7", id="a number"),
        pytest.param("null", id="null"),
        pytest.param("", id="nothing"),
        pytest.param("{", id="half an object"),
        pytest.param('{"a":1} {', id="something after it"),
        pytest.param('{"a":NaN}', id="not a number"),
        pytest.param('{"a":-Infinity}', id="infinity"),
        pytest.param('{"a":1e999}', id="infinity, written large"),
        pytest.param('{"a":' + "[" * 64 + "]" * 64 + "}", id="65 deep"),
        pytest.param('{"a":' * 65 + "1" + "}" * 65, id="objects 65 deep"),
        pytest.param('{"a":' + "[" * 100_000 + "]" * 100_000 + "}", id="100,001 deep"),
        pytest.param('{"a":' + "9" * 5000 + "}", id="a number of 5,000 digits"),
        pytest.param(b"\x80\x04}.", id="a pickle"),
        pytest.param(b"\xff\xfe{\x00}\x00", id="UTF-16"),
    ],
)
def test_signed_but_no_object_of_json_is_nothing(form: Format, text: str | bytes) -> None:
    assert form.read(form.holding('{"a":1}')) == {"a": 1}
    assert form.read(form.holding(text)) is None


@each_format
def test_64_deep_is_read(form: Format) -> None:
    text = '{"a":' + "[" * 63 + "]" * 63 + "}"

    assert form.read(form.holding(text)) == json.loads(text)


@each_format
@pytest.mark.parametrize(
    "payload",
    [b"", b".", b"!!!", b".eJw", b"\xff\xfe", b".AAAA", b"...."],
)
def test_signed_but_not_encoded_is_nothing(form: Format, payload: bytes) -> None:
    assert form.read(form.signed(payload)) is None


@each_format
@pytest.mark.parametrize("time", [b"", b"-1", b"!", b"_" * 2000, b"zzzzzzzzzzzzzzzzzzzz", b"\xff"])
def test_signed_but_without_a_time_is_nothing(form: Format, time: bytes) -> None:
    signer = form.signer(KEY)
    value = signer.sign(form.encode(b'{"a":1}') + signer.sep + time).decode("latin-1")

    assert form.read(value) is None
    assert form.read(signer.sign(form.encode(b'{"a":1}')).decode()) is None


@compressing
def test_what_unpacks_to_more_than_256_kib_is_nothing(form: Format) -> None:
    def of_size(size: int) -> bytes:
        return b'{"a":"' + b"x" * (size - 8) + b'"}'

    assert form.read(form.signed(compressed(of_size(262_144)))) is not None
    assert form.read(form.signed(compressed(of_size(262_145)))) is None
    assert form.read(form.signed(compressed(of_size(50_000_000)))) is None
    assert form.read(form.signed(compressed(of_size(1000))[:-8])) is None


@compressing
def test_nothing_is_unpacked_before_it_was_verified(
    form: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = form.write({"blob": "abc" * 300})
    assert value.startswith(".")

    def unpack(*_: object) -> Any:
        raise AssertionError("unpacked")

    monkeypatch.setattr(SessionReader, "_time", unpack)
    monkeypatch.setattr(f"{form.reader.__module__}.unpacked", unpack)
    opened: list[str] = []
    monkeypatch.setattr(zlib, "decompressobj", opened.append)
    for forged in (value[:-4] + "AAAA", value[1:], form.write({"a": "b" * 900}, key=OTHER)):
        assert form.read(forged) is None
    assert opened == []


@pytest.mark.parametrize(
    "tagged",
    [
        {" t": 5},
        {" u": "no"},
        {" u": 7},
        {" d": "no day"},
        {" d": None},
        {" di": 5},
        {" di": {"a": 1, "b": 2}},
        {" di": []},
    ],
)
def test_a_tag_that_holds_something_else_is_nothing(tagged: Any) -> None:
    assert FLASK.read(FLASK.holding(json.dumps({"a": tagged}))) is None


GARBAGE = st.text(max_size=80) | st.text('abcAZ09-_.:|=+/"\\{}', max_size=120)
READERS: list[Reader[Any]] = [
    StarletteSession(secret_key=KEY, until=UNTIL),
    FlaskSession(secret_key=KEY, until=UNTIL, fallback_keys=[OTHER]),
    TaggedFlaskSession(secret_key=KEY, until=UNTIL),
    DjangoSession(secret_key=KEY, until=UNTIL, fallback_keys=[OTHER]),
    FlaskLoginRemember(secret_key=KEY, until=UNTIL),
]


@settings(deadline=None, max_examples=300)
@given(GARBAGE)
def test_garbage_is_nothing_to_every_reader(value: str) -> None:
    assert [reader.read(value, NOW) for reader in READERS] == [None] * len(READERS)


@each_format
@settings(deadline=None, max_examples=150)
@given(st.data())
def test_signed_garbage_is_nothing_or_an_object(form: Format, data: st.DataObject) -> None:
    raw = data.draw(
        st.binary(max_size=60) | st.builds(lambda text: text.encode(), st.text('{}[]":1a '))
    )
    encode = data.draw(st.sampled_from([form.encode, compressed, bytes]))

    assert isinstance(form.read(form.signed(encode(raw))), dict | None)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: type(reader).__name__)
@pytest.mark.parametrize(
    "value",
    ["", ".", "..", ":", "|", '"', '""', '"\\', "\ud800", "€", "\x00", "a" * 100_000, "." * 50_000],
    ids=lambda value: repr(value[:4]),
)
def test_odd_values_are_nothing(reader: Reader[Any], value: str) -> None:
    assert reader.read(value, NOW) is None


# --- how a reader is set up ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", [type(reader) for reader in READERS])
@pytest.mark.parametrize("key", ["", b"", None, 7])
def test_a_reader_needs_a_key(kind: Any, key: Any) -> None:
    with pytest.raises(WeakKey, match="token_urlsafe"):
        kind(secret_key=key, until=UNTIL)


@pytest.mark.parametrize("kind", [type(reader) for reader in READERS])
def test_a_reader_needs_a_last_day(kind: Any) -> None:
    with pytest.raises(TypeError, match="until"):
        kind(secret_key=KEY)
    for until in (None, "2027-03-31", datetime(2027, 3, 31, tzinfo=UTC), NOW):
        with pytest.raises(SettingError, match=f"{kind.__name__}: until="):
            kind(secret_key=KEY, until=until)


@pytest.mark.parametrize(
    "fields",
    [{"max_age": 0}, {"max_age": -1}, {"max_age": "7"}, {"max_age": True}, {"cookie": ""}],
    ids=repr,
)
@each_format
def test_settings_that_cannot_work_are_refused(form: Format, fields: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match=next(iter(fields))):
        form.read("", **fields)


@rotating
def test_fallback_keys_are_a_list_of_keys(form: Format) -> None:
    for fallback_keys in (OTHER, [""], [None]):
        with pytest.raises(WeakKey):
            form.read("", fallback_keys=fallback_keys)


def test_a_key_that_flask_login_cannot_have_used_is_refused_unseen() -> None:
    with pytest.raises(SettingError, match="Latin-1") as caught:
        a_remember_reader(secret_key="€" * 20)

    assert "€" not in str(caught.value)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: type(reader).__name__)
def test_no_key_is_shown_and_nothing_a_client_sent_is_logged(
    reader: Reader[Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    reader.read("some-value", NOW)

    assert KEY not in repr(reader)
    assert OTHER not in repr(reader)
    assert caplog.records == []


def test_the_names_of_cookies_are_those_of_the_libraries() -> None:
    assert [reader.cookie for reader in READERS] == [
        flask.Flask("x").config["SESSION_COOKIE_NAME"],
        flask.Flask("x").config["SESSION_COOKIE_NAME"],
        "session",
        "sessionid",
        "remember_token",
    ]
