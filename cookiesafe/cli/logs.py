"""``cookiesafe logs``: access logs that a web server has written."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Annotated, Final, cast

import typer

from cookiesafe.errors import LogError
from cookiesafe.logs import Lines, LogTerms, Minimiser

BLOCK: Final = 1 << 20
STDIN: Final = Path("-")
_GZIP: Final = b"\x1f\x8b"
_QUIET_SECONDS: Final = 1.0
Tell = Callable[[int], object]

app = typer.Typer(help="Access logs of a web server.", no_args_is_help=True)


@app.callback()
def options() -> None:
    """Access logs of a web server."""


@app.command()
def minimise(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…",
            help="What to read, plain or compressed by gzip; - for the standard input.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Where to write it, all in one file; - for the standard output. If its name ends in .gz, it is compressed.",
        ),
    ] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", "-i", help="Put each file's minimised self in its place.")
    ] = False,
    ipv4_bits: Annotated[
        int,
        typer.Option(help="How much of an IPv4 address stays: 8, 16 or 24 bits. Of IPv6, 48 do."),
    ] = 16,
    drop_address: Annotated[bool, typer.Option(help="Leave addresses out.")] = False,
    device: Annotated[
        bool, typer.Option(help="Write a class of devices for what a browser says of itself.")
    ] = False,
    keep_unread: Annotated[
        bool, typer.Option(help="Pass on, as they are, lines that are none of a log.")
    ] = False,
) -> None:
    """Take out of access logs what tells who it was: of addresses the end, user names, queries, and ids in paths.

    The common and the combined format are read. Other lines are left out, and counted. Without --output or --in-place it is
    written to the standard output. A file is written wholly or not at all.
    """
    terms = LogTerms(
        ipv4_bits=ipv4_bits, drop_address=drop_address, device=device, keep_unread=keep_unread
    )
    if in_place and (output is not None or STDIN in files):
        raise typer.BadParameter("--in-place takes files, and no --output")
    # As with Ctrl-C, nothing half-written is left.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if in_place:
        for file in files:
            _report(minimise_files([file], file, terms), str(file))
    else:
        _report(minimise_files(files, output, terms), "in all" if len(files) > 1 else str(files[0]))


def minimise_files(files: Sequence[Path], output: Path | None, terms: LogTerms) -> Lines:
    """Write to ``output``, or the standard output, what comes of the files. Raises ``LogError``."""
    minimiser = Minimiser(terms)
    with ExitStack() as stack:
        write = stack.enter_context(_written(output, files[0]))
        tell = stack.enter_context(_progress(files))
        for file in files:
            for block in _blocks(file, tell):
                write.write(minimiser.feed(block))
            write.write(minimiser.close())
        if output is not None and minimiser.lines.unread and not minimiser.lines.written:
            raise LogError(
                "no line of it is one of an access log",
                where=", ".join(map(str, files)),
                fix="The common and the combined format are read. Nothing was written.",
            )
    return minimiser.lines


def _report(lines: Lines, what: str) -> None:
    unread = f", {lines.unread:,} left out, which are none of a log" if lines.unread else ""
    typer.echo(f"{what}: {lines.written:,} lines{unread}", err=True)


# --- read ------------------------------------------------------------------------------------------


def _blocks(file: Path, tell: Tell) -> Iterator[bytes]:
    """The file, a block at a time; ``tell`` hears how much of it was read. Raises ``LogError``."""
    try:
        if file == STDIN:
            yield from _unpacked(cast(BufferedReader, sys.stdin.buffer))
            return
        with file.open("rb") as raw:
            if not raw.seekable():
                # A pipe, as "<(zcat …)" is one.
                yield from _unpacked(raw)
                return
            before, at = os.fstat(raw.fileno()), 0
            for block in _unpacked(raw):
                yield block
                tell(raw.tell() - at)
                at = raw.tell()
                # At once: it may grow for as long as it is read.
                if _stamp(before) != _stamp(os.fstat(raw.fileno())):
                    raise LogError(
                        "somebody has written to it meanwhile",
                        where=str(file),
                        fix="Rotate it first, and minimise what is not written to any more.",
                    )
    except (OSError, EOFError, zlib.error) as error:
        raise LogError("it cannot be read", where=str(file), fix="Nothing was written.") from error


def _unpacked(raw: BufferedReader) -> Iterator[bytes]:
    whole: BufferedReader | gzip.GzipFile = raw
    if raw.peek(2)[:2] == _GZIP:
        whole = gzip.GzipFile(fileobj=raw, mode="rb")
    # What has come so far, so that Ctrl-C is heeded between any two reads of a pipe.
    while block := whole.read1(BLOCK):
        yield block


def _stamp(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns


# --- written ---------------------------------------------------------------------------------------


@contextmanager
def _written(output: Path | None, like: Path) -> Iterator[IO[bytes]]:
    """What is written here is at ``output`` once it is whole, and before that nowhere; in a pipe or a device, as it comes.
    Raises ``LogError``."""
    if output is None or output == STDIN:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    # What a symbolic link leads to is what nobody is to stand in any more.
    output = Path(os.path.realpath(output))
    try:
        if output.exists() and not output.is_file():
            with output.open("wb") as stream:
                yield stream
        else:
            with _replaced(output, like) as file:
                yield file
    except OSError as error:
        raise LogError("it cannot be written", where=str(output)) from error


@contextmanager
def _replaced(output: Path, like: Path) -> Iterator[IO[bytes]]:
    """It may be read by whoever may read what it takes the place of, or else what it is made of."""
    like = output if output.exists() else like
    beside = NamedTemporaryFile(  # noqa: SIM115 - it is closed below, before it is renamed
        dir=output.parent, prefix=f".{output.name}.", delete=False
    )
    try:
        with beside:
            if output.suffix == ".gz":
                with gzip.GzipFile("", "wb", fileobj=beside, mtime=0) as packed:
                    yield cast(IO[bytes], packed)
            else:
                yield beside
            beside.flush()
            os.fsync(beside.fileno())
        if like != STDIN and like.is_file():
            _take_after(Path(beside.name), like)
        os.replace(beside.name, output)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(beside.name)


def _take_after(file: Path, like: Path) -> None:
    """Mode and owner, as far as that is ours to say."""
    shutil.copymode(like, file)
    with suppress(OSError, AttributeError):
        status = like.stat()
        os.chown(file, status.st_uid, status.st_gid)


# --- told ------------------------------------------------------------------------------------------


@contextmanager
def _progress(files: Sequence[Path]) -> Iterator[Tell]:
    """A bar, where somebody looks and it takes longer than a second."""
    if STDIN in files or not sys.stderr.isatty():
        yield lambda size: None
        return
    length = sum(file.stat().st_size for file in files if file.is_file())
    with ExitStack() as stack:
        bar = _Bar(length, stack)
        yield bar.tell


class _Bar:
    def __init__(self, length: int, stack: ExitStack) -> None:
        self._length, self._stack = length, stack
        self._began = time.monotonic()
        self._waiting = 0
        self._shown: Tell | None = None

    def tell(self, size: int) -> None:
        self._waiting += size
        if self._shown is None and time.monotonic() - self._began >= _QUIET_SECONDS:
            bar = typer.progressbar(length=self._length, file=sys.stderr)
            self._shown = self._stack.enter_context(bar).update
        if self._shown is not None:
            self._shown(self._waiting)
            self._waiting = 0
