"""What pages show for other programs is taken by these programs, where they are on this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reference.test_reference import ALL, ROOT, blocks
from tests.support.servers import make_certificate

Try = Callable[[str, Path], None]


def nginx(text: str, folder: Path) -> None:
    upstream = "" if "upstream app" in text else "upstream app { server 127.0.0.1:8000; }"
    file = written(folder / "nginx.conf", f"events {{}} http {{ {upstream}\n{text} }}")
    accepts("nginx", "-t", "-p", folder, "-c", file, "-e", "stderr", "-g", f"pid {folder}/pid;")


def haproxy(text: str, folder: Path) -> None:
    """Where it warns of a line, it ignores it."""
    accepts("haproxy", "-c", "-dW", "-f", written(folder / "haproxy.cfg", text))


def vcl(text: str, folder: Path) -> None:
    """It passes on our cookies and the app's, in whatever order they come, and none that only scripts read."""
    file = folder / "shown.vtc"
    file.write_text(f"""varnishtest "what the app gets of a Cookie"
server s1 {{
    rxreq
    expect req.http.Cookie == "__Host-cookiesafe=1.2517.-ads.S; cart=3; cookiesafe-session=x"
    txresp
    rxreq
    expect req.http.Cookie == <undef>
    txresp
    rxreq
    expect req.http.Cookie == "_ga=2"
    txresp
}} -start
varnish v1 -vcl+backend {{
{text}
}} -start
client c1 {{
    txreq -hdr "Cookie: _ga=2; __Host-cookiesafe=1.2517.-ads.S; cart=3;_gid=4; cookiesafe-session=x; my-cart=5"
    rxresp
    txreq -url /other -hdr "Cookie: _ga=2"
    rxresp
    txreq -url /cookiesafe/choices -hdr "Cookie: _ga=2"
    rxresp
}} -run
""")
    accepts("varnishtest", file)


TRIED_BY: dict[str, Try] = {"haproxy": haproxy, "nginx": nginx, "vcl": vcl}
TRIED_IN = {
    "console": "tests/reference/test_reference.py",
    "html": "tests/adapters/django/test_docs.py",
    "ini": "tests/reference/test_reference.py",
    "js": "tests/browser/test_script.py",
    "json": "tests/reference/test_reference.py",
    "mermaid": "tests/remember/test_page.py",
    "python": "tests/test_docs.py",
    "sql": "tests/contract/test_upgrade.py",
    "text": "tests/test_docs.py",
    "toml": "tests/test_docs.py",
}
"""How a block is tried, by its language: here, or where else. Pages to start with are followed in tests/test_starting.py."""


def written(file: Path, text: str) -> Path:
    """A configuration whose files lie in its own folder, each there."""
    certificate, key = make_certificate(file.parent)
    for path in {Path(each) for each in re.findall(r"/(?:etc|var)/[\w./-]+\w", text)}:
        here = Path(f"{file.parent}{path}")
        here.parent.mkdir(parents=True, exist_ok=True)
        if here.suffix == ".pem":
            here.write_text(certificate.read_text() + key.read_text())
        elif here.suffix == ".key":
            here.write_text(key.read_text())
        text = text.replace(str(path), str(here))
    file.write_text(text)
    return file


def accepts(program: str, *given: str | Path) -> None:
    """Skips where the program is not here."""
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin"])
    found = shutil.which(program, path=path)
    if found is None:
        pytest.skip(f"no {program} here, which would read it")
    done = subprocess.run(
        [found, *given],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PATH": path},
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("language", "text"),
    [
        pytest.param(language, text, id=f"{page} {language}")
        for language in TRIED_BY
        for page, text in blocks(language)
    ],
)
def test_the_program_that_it_is_for_takes_it(language: str, text: str, tmp_path: Path) -> None:
    TRIED_BY[language](text, tmp_path)


@pytest.mark.parametrize("page", ALL, ids=lambda page: page.name)
def test_every_block_says_its_language(page: Path) -> None:
    """Or no test would try it."""
    fences = re.findall(r"^ *```(.*)$", page.read_text("utf-8"), re.MULTILINE)

    assert all(fences[::2])
    assert not any(fences[1::2])


def test_it_is_known_how_a_block_of_each_language_is_tried() -> None:
    texts = [page.read_text("utf-8") for page in ALL]
    there = {each for text in texts for each in re.findall(r"^ *```(\w+)$", text, re.MULTILINE)}

    assert there == TRIED_BY.keys() | TRIED_IN.keys()
    assert all((ROOT / each).exists() for each in TRIED_IN.values())
