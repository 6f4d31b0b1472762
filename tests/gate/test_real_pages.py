"""Pages as they are found: what the gate does to those it has nothing to do with, and to those it has."""

from __future__ import annotations

import importlib
import pydoc
import sysconfig
from pathlib import Path

import pytest

from cookiesafe.gate.page import PageGate
from tests.support.swaps import HeldHost

MODULES = (
    "abc argparse array ast base64 bisect calendar cmath cmd codecs collections colorsys configparser "
    "contextlib copy csv dataclasses datetime decimal difflib dis doctest email.message enum errno "
    "fnmatch fractions functools gettext glob graphlib gzip hashlib heapq hmac html.parser http.client "
    "inspect io ipaddress itertools json keyword linecache logging lzma math mimetypes numbers operator "
    "optparse os pathlib pickle pprint queue random re sched secrets selectors shlex shutil socket "
    "statistics string struct tarfile tempfile textwrap threading tokenize typing unittest uuid zipfile"
)
"""Whose documentation is written as pages, by ``pydoc``."""

BANNER = b"<section id='cookiesafe'>ours!</section>"
HINT = b'<link rel="preconnect" href="https://held.example">'
FRAME = b'<iframe width="560" src="https://held.example/v?a=1&amp;b" allowfullscreen></iframe>'
NO_HINT = b'<link data-held-rel="preconnect" href="https://held.example">'
OUR_FRAME = (
    b'<iframe src=/embed width="560" data-held-src="https://held.example/v?a=1&amp;b"'
    b" allowfullscreen></iframe>"
)


def installed() -> dict[str, bytes]:
    """Pages that come with packages that are installed, and with Python."""
    folders = {Path(sysconfig.get_path(name)) for name in ("purelib", "platlib", "stdlib")}
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for folder in sorted(folders)
        for path in folder.rglob("*.html")
        if "site-packages" not in path.relative_to(folder).parts
    }


def documentation(module: str) -> bytes:
    writer = pydoc.HTMLDoc()
    return writer.page(module, writer.document(importlib.import_module(module))).encode()


@pytest.fixture(scope="module")
def pages() -> dict[str, bytes]:
    return installed() | {module: documentation(module) for module in MODULES.split()}


def through(page: bytes, chunk: int, placed: bytes | None = None) -> bytes:
    gate = PageGate(placed, swaps=HeldHost())
    passed = [gate.feed(page[at : at + chunk]) for at in range(0, len(page), chunk)]
    return b"".join(passed) + gate.close()


def test_there_are_enough_of_them(pages: dict[str, bytes]) -> None:
    assert len(pages) >= 75
    assert sum(map(len, pages.values())) > 2_000_000


@pytest.mark.parametrize("chunk", [1 << 20, 1000])
def test_real_pages_with_nothing_to_hold_leave_as_they_came(
    pages: dict[str, bytes], chunk: int
) -> None:
    for name, page in pages.items():
        assert through(page, chunk) == page, name


def test_real_pages_get_the_banner_once_and_nothing_else(pages: dict[str, bytes]) -> None:
    for name, page in pages.items():
        out = through(page, 16 * 1024, BANNER)

        assert out.count(BANNER) == 1, name
        assert out.replace(BANNER, b"") == page, name


@pytest.mark.parametrize("chunk", [1 << 20, 1000])
def test_of_real_pages_that_mention_a_vendor_only_its_tags_differ(
    pages: dict[str, bytes], chunk: int
) -> None:
    mentioning = 0
    for name, page in pages.items():
        head, found, rest = page.partition(b"</head>")
        body, also, end = rest.rpartition(b"</body>")
        if not (found and also):
            continue
        mentioning += 1

        out = through(head + HINT + found + body + FRAME + also + end, chunk)

        assert out == head + NO_HINT + found + body + OUR_FRAME + also + end, name
    assert mentioning >= 50
