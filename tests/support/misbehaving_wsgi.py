"""Apps that break the rules of WSGI (PEP 3333), each in one way of its own, or use what few do."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from threading import Thread
from typing import Any
from wsgiref.util import FileWrapper

from tests.support.torture import HELD, KEPT, PAGE, TheApps

Environ = dict[str, Any]
Start = Callable[..., Callable[[Any], object]]
App = Callable[[Environ, Start], Any]

OK = "200 OK"
TYPE = ("Content-Type", "text/html; charset=utf-8")
TEXT = [("Content-Type", "text/plain")]
FIELDS = [TYPE, ("Set-Cookie", HELD), ("X-App", "1"), ("Set-Cookie", KEPT)]
SHARED_FIELDS, SHARED_BODY = list(FIELDS), [PAGE]
HALF, REST = PAGE[:21], PAGE[21:]
MOST, LAST = PAGE[:-17], PAGE[-17:]

ERROR, CLOSED = "torture.error", "torture.closed"
"""What of the environ an app is to raise, and where it counts how often its body was closed."""


@dataclass(frozen=True)
class Case:
    """``goes_after`` is how many chunks a client stays for, ``stops_after`` how many the server asks for.

    The server asks for them ``elsewhere``, in another thread, or gives an environ ``without`` some keys. ``differs`` says
    why the outcome is another with us, on purpose, and ``but`` what of it.
    """

    app: App
    goes_after: int | None = None
    stops_after: int | None = None
    elsewhere: bool = False
    without: tuple[str, ...] = ()
    error: Callable[[], BaseException] = TheApps
    differs: str = ""
    but: frozenset[str] = frozenset()


def answering(status: Any = OK, headers: Any = FIELDS, content: Any = None) -> App:
    def app(environ: Environ, start_response: Start) -> Any:
        start_response(status, headers)
        return [PAGE] if content is None else content

    return app


def fields(*added: Any, plain: bool = False) -> App:
    """A whole response with these fields."""
    return answering(headers=[*([] if plain else FIELDS), *added])


def giving(make: Callable[[Environ], Any], headers: Any = FIELDS) -> App:
    """A body that is made anew for each request."""

    def app(environ: Environ, start_response: Start) -> Any:
        start_response(OK, headers)
        return make(environ)

    return app


class Body:
    """Counts how often it is closed; ``breaks`` says where it raises."""

    def __init__(self, environ: Environ, *chunks: Any, breaks: str = "") -> None:
        self.environ, self.closings = environ, environ[CLOSED]
        self.chunks, self.breaks = chunks, breaks

    def __iter__(self) -> Iterator[Any]:
        if self.breaks == "iter":
            raise self.environ[ERROR]
        return self._each()

    def _each(self) -> Iterator[Any]:
        if self.breaks == "first":
            raise self.environ[ERROR]
        yield from self.chunks
        if self.breaks == "last":
            raise self.environ[ERROR]

    def close(self) -> None:
        self.closings.append(True)
        if self.breaks == "close":
            raise self.environ[ERROR]


class Next:
    """An iterator that is no generator."""

    def __init__(self, *chunks: Any) -> None:
        self.chunks = list(chunks)

    def __iter__(self) -> Next:
        return self

    def __next__(self) -> Any:
        if not self.chunks:
            raise StopIteration
        return self.chunks.pop(0)


class NextAlone:
    """An iterator that does not say it is one."""

    def __next__(self) -> Any:
        raise StopIteration


class ByNumber:
    """Gone through by its numbers, as before there were iterators."""

    def __getitem__(self, at: int) -> bytes:
        return (HALF, REST)[at]


class Lying(list[bytes]):
    """Is longer than it says."""

    def __len__(self) -> int:
        return 1


class Closed(list[bytes]):
    """A list that is to be closed."""

    closings: list[bool]

    def close(self) -> None:
        self.closings.append(True)


class LateList(list[bytes]):
    """A list that begins its response when it is gone through."""

    start: Callable[[], object]

    def __iter__(self) -> Iterator[bytes]:
        self.start()
        return super().__iter__()


class BrokenFile(io.BytesIO):
    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError(5, "the disk is broken")


# --- when it starts ------------------------------------------------------------------------------


def never_starts(environ: Environ, start_response: Start) -> Any:
    return [PAGE]


def never_starts_and_streams(environ: Environ, start_response: Start) -> Iterator[bytes]:
    yield HALF
    yield REST


def starts_at_the_first_chunk(environ: Environ, start_response: Start) -> Iterator[bytes]:
    start_response(OK, FIELDS)
    yield HALF
    yield REST


def starts_after_a_chunk(environ: Environ, start_response: Start) -> Iterator[bytes]:
    yield HALF
    start_response(OK, FIELDS)
    yield REST


def starts_after_an_empty_chunk(environ: Environ, start_response: Start) -> Iterator[bytes]:
    yield b""
    start_response(OK, FIELDS)
    yield HALF
    yield REST


def starts_after_an_empty_chunk_in_a_list(environ: Environ, start_response: Start) -> Any:
    body = LateList([b"", PAGE])
    body.start = lambda: start_response(OK, FIELDS)
    return body


def starts_twice(environ: Environ, start_response: Start) -> Any:
    start_response(OK, FIELDS)
    start_response("500 No", FIELDS)
    return [PAGE]


def starts_twice_and_goes_on(environ: Environ, start_response: Start) -> Any:
    start_response(OK, FIELDS)
    with suppress(Exception):
        start_response("500 No", TEXT)
    return [PAGE]


def starts_twice_in_mid_page_and_goes_on(
    environ: Environ, start_response: Start
) -> Iterator[bytes]:
    start_response(OK, FIELDS)
    yield MOST
    with suppress(Exception):
        start_response("500 No", FIELDS)
    yield LAST


def _exc_info(environ: Environ) -> Any:
    try:
        raise environ[ERROR]
    except BaseException:  # noqa: BLE001
        return sys.exc_info()


def starts_anew(environ: Environ, start_response: Start) -> Any:
    start_response(OK, FIELDS)
    start_response("500 No", FIELDS, _exc_info(environ))
    return [PAGE]


def starts_anew_by_name(environ: Environ, start_response: Start) -> Any:
    start_response(OK, FIELDS)
    start_response("500 No", FIELDS, exc_info=_exc_info(environ))
    return [PAGE]


def starts_with_an_error(environ: Environ, start_response: Start) -> Any:
    start_response("500 No", FIELDS, _exc_info(environ))
    return [PAGE]


def starts_anew_too_late(environ: Environ, start_response: Start) -> Iterator[bytes]:
    start_response(OK, FIELDS)
    yield MOST
    start_response("500 No", FIELDS, _exc_info(environ))
    yield LAST


def starts_anew_too_late_and_goes_on(environ: Environ, start_response: Start) -> Iterator[bytes]:
    start_response(OK, FIELDS)
    yield HALF
    with suppress(TheApps):
        start_response("500 No", TEXT, _exc_info(environ))
    yield REST


def starts_with_no_error(environ: Environ, start_response: Start) -> Any:
    start_response(OK, FIELDS, None)
    return [PAGE]


def starts_in_another_thread(environ: Environ, start_response: Start) -> Any:
    thread = Thread(target=start_response, args=(OK, FIELDS))
    thread.start()
    thread.join()
    return [PAGE]


def starts_and_forgets(environ: Environ, start_response: Start) -> Any:
    """Says another thing than it has begun with."""
    headers = list(FIELDS)
    start_response(OK, headers)
    headers.clear()
    return [PAGE]


def refused_then_an_error_page(environ: Environ, start_response: Start) -> Any:
    try:
        start_response(7, FIELDS)
    except Exception:  # noqa: BLE001
        start_response("500 No", FIELDS, sys.exc_info())
    return [PAGE]


# --- what it writes ------------------------------------------------------------------------------


def writes_and_returns(environ: Environ, start_response: Start) -> Any:
    write = start_response(OK, FIELDS)
    write(HALF)
    return [REST]


def writes_and_yields(environ: Environ, start_response: Start) -> Iterator[bytes]:
    write = start_response(OK, FIELDS)
    write(HALF)
    yield b""
    write(REST[:9])
    yield REST[9:]


def writes_text(environ: Environ, start_response: Start) -> Any:
    start_response(OK, FIELDS)("<p>text")
    return [PAGE]


def writes_and_returns_nothing(environ: Environ, start_response: Start) -> Any:
    start_response(OK, FIELDS)(PAGE)
    return []


def writes_then_starts_anew(environ: Environ, start_response: Start) -> Any:
    start_response(OK, FIELDS)(HALF)
    start_response("500 No", FIELDS, _exc_info(environ))
    return [PAGE]


# --- what it does to its environ -----------------------------------------------------------------


def deletes_the_visit(environ: Environ, start_response: Start) -> Any:
    environ.pop("cookiesafe.visit", None)
    start_response(OK, FIELDS)
    return iter([HALF, REST])


def replaces_the_cookie(environ: Environ, start_response: Start) -> Any:
    environ["HTTP_COOKIE"] = "no=1"
    start_response(OK, FIELDS)
    return [PAGE]


def clears_its_environ(environ: Environ, start_response: Start) -> Any:
    environ.clear()
    start_response(OK, FIELDS)
    return [PAGE]


def writes_nonsense_into_its_environ(environ: Environ, start_response: Start) -> Any:
    for key in [key for key in environ if not key.startswith("torture.")]:
        environ[key] = None
    start_response(OK, FIELDS)
    return iter([HALF, REST])


# --- raising -------------------------------------------------------------------------------------


def raises_before_it_starts(environ: Environ, start_response: Start) -> Any:
    raise environ[ERROR]


def raises_after_it_started(environ: Environ, start_response: Start) -> Any:
    start_response(OK, FIELDS)
    raise environ[ERROR]


def raises_after_it_wrote(environ: Environ, start_response: Start) -> Any:
    start_response(OK, FIELDS)(HALF)
    raise environ[ERROR]


RAISED: dict[str, Callable[[], BaseException]] = {
    "an error": TheApps,
    "KeyboardInterrupt": KeyboardInterrupt,
    "SystemExit": lambda: SystemExit(3),
    "GeneratorExit": GeneratorExit,
    "StopIteration": StopIteration,
    "a group": lambda: BaseExceptionGroup("both", [TheApps(), KeyboardInterrupt()]),
}
POINTS: dict[str, App] = {
    "before it starts": raises_before_it_starts,
    "after it started": raises_after_it_started,
    "after it wrote": raises_after_it_wrote,
    "as its body is begun": giving(lambda environ: Body(environ, breaks="iter")),
    "before the first chunk": giving(lambda environ: Body(environ, breaks="first")),
    "in mid-body": giving(lambda environ: Body(environ, HALF, breaks="last")),
    "as it is closed": giving(lambda environ: Body(environ, HALF, REST, breaks="close")),
}

_ALL = frozenset({"calls", "error", "kinds", "status", "more", "fields", "body"})
_LENGTH = "a page in which something is swapped leaves without its length, true or not"
_TEXT = "what is no text is made text, as some servers do"
_EMPTY = "an empty page shows the banner too"
_BYTES = "a page is bytes when it has been looked at, whatever it was"
_DROPPED = "what is held is not there any more for the server to refuse"

START: dict[str, Case] = {
    "never": Case(never_starts),
    "never, and streams": Case(never_starts_and_streams),
    "at the first chunk": Case(starts_at_the_first_chunk),
    "after a chunk": Case(starts_after_a_chunk),
    "after an empty chunk": Case(starts_after_an_empty_chunk),
    "after an empty chunk, in a list": Case(starts_after_an_empty_chunk_in_a_list),
    "twice": Case(starts_twice),
    "twice, going on": Case(starts_twice_and_goes_on),
    "twice in mid-page, going on": Case(starts_twice_in_mid_page_and_goes_on),
    "anew": Case(starts_anew),
    "anew, by name": Case(starts_anew_by_name),
    "with an error": Case(starts_with_an_error),
    "with no error": Case(starts_with_no_error),
    "anew too late": Case(starts_anew_too_late),
    "anew too late, going on": Case(starts_anew_too_late_and_goes_on),
    "in another thread": Case(starts_in_another_thread),
    "and forgets": Case(starts_and_forgets),
    "refused, then an error page": Case(refused_then_an_error_page),
}

HEADERS: dict[str, Case] = {
    "a tuple": Case(answering(headers=tuple(FIELDS))),
    "a tuple, of no page": Case(answering(headers=tuple(TEXT))),
    "a generator, of no page": Case(lambda e, start: (start(OK, iter(TEXT)), [PAGE])[1]),
    "lists in a tuple": Case(answering(headers=tuple(list(each) for each in FIELDS))),
    "lists in a list": Case(answering(headers=[list(each) for each in FIELDS])),
    "a generator": Case(lambda e, start: (start(OK, (each for each in FIELDS)), [PAGE])[1]),
    "a view of a dict": Case(answering(headers=dict(FIELDS).items())),
    "a dict": Case(answering(headers=dict(FIELDS))),
    "bytes": Case(answering(headers=[(n.encode(), v.encode()) for n, v in FIELDS])),
    "bytes among text": Case(fields((b"Set-Cookie", HELD.encode())), differs=_DROPPED, but=_ALL),
    "upper-case names": Case(answering(headers=[(n.upper(), v) for n, v in FIELDS])),
    "lower-case names": Case(answering(headers=[(n.lower(), v) for n, v in FIELDS])),
    "None": Case(lambda e, start: (start(OK, None), [PAGE])[1]),
    "a number": Case(answering(headers=7)),
    "missing": Case(lambda e, start: (start(OK), [PAGE])[1]),
    "fields of three": Case(fields(("a", "b", "c"))),
    "fields of one": Case(fields(("a",))),
    "a field that is None": Case(fields(None)),
    "a value that is a number": Case(fields(("X-Number", 7))),
    "a value that is None": Case(fields(("X-None", None))),
    "a length that is a number": Case(
        fields(("Content-Length", len(PAGE))), differs=_LENGTH, but=_ALL
    ),
    "a type that is None": Case(fields(("Content-Type", None), plain=True)),
    "a name that is None": Case(fields((None, "1")), differs=_TEXT, but=_ALL),
    "a line break in a value": Case(fields(("X-Two", f"1\r\nSet-Cookie: {HELD}"))),
    "a line break in a name": Case(fields((f"X\r\nSet-Cookie: {HELD}\r\nY", "1"))),
    "blanks around a name": Case(fields((" Set-Cookie ", HELD)), differs=_DROPPED, but=_ALL),
    "an empty name": Case(fields(("", ""))),
    "beyond Latin-1": Case(fields(("X-Euro", "\u20ac"))),
    "beyond Latin-1, in a cookie": Case(fields(("Set-Cookie", "cart=\u20ac"))),
    "beyond Latin-1, in a link": Case(fields(("Link", "</\u20ac>; rel=preload"))),
    "two types": Case(fields(("Content-Type", "text/plain"))),
    "no type": Case(fields(("X-App", "1"), plain=True)),
    "hop-by-hop": Case(fields(("Connection", "close"), ("Transfer-Encoding", "chunked"))),
    "a status among them": Case(fields(("Status", "404 No"))),
    "a length": Case(fields(("Content-Length", str(len(PAGE))))),
    "a length too short": Case(fields(("Content-Length", "9")), differs=_LENGTH, but=_ALL),
    "a length too long": Case(fields(("Content-Length", "9999")), differs=_LENGTH, but=_ALL),
    "a length that is none": Case(fields(("Content-Length", "nine")), differs=_LENGTH, but=_ALL),
    "two lengths": Case(fields(("Content-Length", "9"), ("Content-Length", str(len(PAGE))))),
    "hundreds": Case(fields(*((f"X-{n}", "v" * 50) for n in range(600)))),
    "a list that all requests share": Case(answering(headers=SHARED_FIELDS, content=SHARED_BODY)),
}

STATUSES: dict[str, Case] = {
    "no reason": Case(answering("200")),
    "a blank for a reason": Case(answering("200 ")),
    "a number": Case(answering(200)),
    "bytes": Case(answering(b"200 OK")),
    "None": Case(answering(None)),
    "an HTTPStatus": Case(answering(HTTPStatus.OK)),
    "no number": Case(answering("OK")),
    "empty": Case(answering("")),
    "below all": Case(answering("99 Low")),
    "above all": Case(answering("2000 High")),
    "a line break": Case(answering(f"200 OK\r\nSet-Cookie: {HELD}")),
    "no content, with content": Case(answering("204 No Content")),
    "not modified, with content": Case(answering("304 Not Modified")),
    "digits of another script": Case(answering("\u0662\u0660\u0660 OK")),
}

BODIES: dict[str, Case] = {
    "None": Case(lambda e, start: (start(OK, FIELDS), None)[1]),
    "text": Case(answering(content=PAGE.decode())),
    "bytes": Case(answering(content=PAGE)),
    "a number": Case(answering(content=7)),
    "empty": Case(answering(content=[]), differs=_EMPTY, but=_ALL - {"calls", "error"}),
    "an empty tuple": Case(answering(content=()), differs=_EMPTY, but=_ALL - {"calls", "error"}),
    "an empty iterator": Case(
        giving(lambda e: iter([])), differs=_EMPTY, but=_ALL - {"calls", "error"}
    ),
    "an iterator": Case(giving(lambda e: iter([HALF, REST]))),
    "an iterator that is no generator": Case(giving(lambda e: Next(HALF, REST))),
    "an iterator that does not say so": Case(giving(lambda e: NextAlone())),
    "gone through by numbers": Case(giving(lambda e: ByNumber())),
    "a tuple": Case(answering(content=(HALF, REST))),
    "a dict": Case(answering(content={HALF: 1, REST: 2})),
    "a bytearray": Case(giving(lambda e: [bytearray(PAGE)]), differs=_BYTES, but=_ALL),
    "a memoryview": Case(
        giving(lambda e: [memoryview(HALF), memoryview(REST)]), differs=_BYTES, but=_ALL
    ),
    "text in a list": Case(answering(content=[PAGE.decode()])),
    "text in a generator": Case(giving(lambda e: (each for each in (PAGE.decode(),)))),
    "None in a list": Case(answering(content=[HALF, None, REST])),
    "None in a generator": Case(giving(lambda e: (each for each in (HALF, None, REST)))),
    "a number in a generator": Case(giving(lambda e: (each for each in (HALF, 7, REST)))),
    "nothing, many times": Case(giving(lambda e: iter([b""] * 50 + [PAGE] + [b""] * 50))),
    "a byte at a time": Case(giving(lambda e: (PAGE[at : at + 1] for at in range(len(PAGE))))),
    "a list that lies about its length": Case(giving(lambda e: Lying([HALF, REST]))),
    "closed once": Case(giving(lambda e: Body(e, HALF, REST))),
    "closed once, of no page": Case(giving(lambda e: Body(e, HALF, REST), TEXT)),
    "never asked for": Case(giving(lambda e: Body(e, HALF, REST)), stops_after=0),
    "not asked for to its end": Case(giving(lambda e: Body(e, HALF, REST)), stops_after=1),
    "a generator not asked for to its end": Case(starts_at_the_first_chunk, stops_after=1),
    "a client that leaves": Case(giving(lambda e: Body(e, HALF, REST)), goes_after=1),
    "a client that leaves at once": Case(giving(lambda e: Body(e, HALF, REST)), goes_after=0),
    "asked for in another thread": Case(giving(lambda e: Body(e, HALF, REST)), elsewhere=True),
    "a generator in another thread": Case(starts_at_the_first_chunk, elsewhere=True),
    "a wrapped file": Case(giving(lambda e: e["wsgi.file_wrapper"](io.BytesIO(PAGE), 16))),
    "a wrapped file that is broken": Case(giving(lambda e: e["wsgi.file_wrapper"](BrokenFile()))),
    "a wrapped file of text": Case(giving(lambda e: e["wsgi.file_wrapper"](io.StringIO("<p>x")))),
    "a wrapper of their own": Case(giving(lambda e: FileWrapper(io.BytesIO(PAGE), 9))),
}

ELSE: dict[str, Case] = {
    "writes and returns": Case(writes_and_returns),
    "writes and yields": Case(writes_and_yields),
    "writes text": Case(writes_text),
    "writes and returns nothing": Case(writes_and_returns_nothing),
    "writes, then starts anew": Case(writes_then_starts_anew),
    "deletes the visit": Case(deletes_the_visit),
    "replaces the cookie": Case(replaces_the_cookie),
    "clears its environ": Case(clears_its_environ),
    "writes nonsense into its environ": Case(writes_nonsense_into_its_environ),
    "has an environ without options": Case(
        answering(), without=("QUERY_STRING", "SCRIPT_NAME", "wsgi.file_wrapper", "REMOTE_ADDR")
    ),
    "has an environ without a path": Case(answering(), without=("PATH_INFO", "HTTP_HOST")),
    "has an environ without an input": Case(answering(), without=("wsgi.input", "wsgi.errors")),
}

FAILING: dict[str, Case] = {
    f"{what} {point}": Case(app, error=error)
    for what, error in RAISED.items()
    for point, app in POINTS.items()
}

CASES: dict[str, Case] = {
    f"{group}: {name}": case
    for group, cases in {
        "starts": START,
        "headers": HEADERS,
        "status": STATUSES,
        "body": BODIES,
        "app": ELSE,
        "raises": FAILING,
    }.items()
    for name, case in cases.items()
}


def same_as_before() -> bool:
    """Whether what all requests share is what it was."""
    return SHARED_FIELDS == FIELDS and SHARED_BODY == [PAGE]
