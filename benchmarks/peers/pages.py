"""The page all notices stand on, what is put into it for each, and the servers that serve it."""

from __future__ import annotations

import gzip
import json
import mimetypes
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from cookiesafe import CookieSafe, Policy
from cookiesafe.adapters.stores.memory import MemoryStore
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from tests.support.serving import serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"
NONCE = "bm9uY2Ugb2YgdGhpcyBydW4"
POLICIES = {
    "strict": f"default-src 'self'; script-src 'self' 'nonce-{NONCE}'; style-src 'self' 'nonce-{NONCE}'; img-src 'self' data:",
    "types": "require-trusted-types-for 'script'",
}
"""What the page can be asked to be served with, by ``?csp=``."""
_MARK = "<!-- end of body -->\n"


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A notice: its package, and by which selectors its parts are found."""

    name: str
    setup: str
    banner: str
    accept: str
    reject: str
    package: str = ""
    ours: bool = False

    @property
    def version(self) -> str:
        """As it is installed; ours has none of its own."""
        if self.ours:
            return ""
        told = json.loads((PACKAGES / self.package / "package.json").read_text("utf-8"))
        return str(told["version"])

    @property
    def parts(self) -> dict[str, str]:
        return {"banner": self.banner, "accept": self.accept, "reject": self.reject}


PEERS = (
    Peer(
        name="vanilla-cookieconsent",
        package="vanilla-cookieconsent",
        setup="vanilla-cookieconsent.html",
        banner="#cc-main .cm",
        accept="#cc-main .cm [data-role=all]",
        reject="#cc-main .cm [data-role=necessary]",
    ),
    Peer(
        name="klaro",
        package="klaro",
        setup="klaro.html",
        banner="#klaro .cookie-notice",
        accept="#klaro .cookie-notice .cm-btn-success",
        reject="#klaro .cookie-notice .cm-btn-danger",
    ),
    Peer(
        name="tarteaucitron",
        package="tarteaucitronjs",
        setup="tarteaucitronjs.html",
        banner="#tarteaucitronAlertBig",
        accept="#tarteaucitronPersonalize2",
        reject="#tarteaucitronAllDenied2",
    ),
    Peer(
        name="orejime",
        package="orejime",
        setup="orejime.html",
        banner=".orejime-Banner",
        accept=".orejime-Banner-saveButton",
        reject=".orejime-Banner-declineButton",
    ),
    Peer(
        name="cookieconsent (Osano)",
        package="cookieconsent",
        setup="cookieconsent.html",
        banner=".cc-window",
        accept=".cc-window .cc-allow",
        reject=".cc-window .cc-deny",
    ),
    Peer(
        name="c15t",
        package="@c15t/react",
        setup="c15t.html",
        banner="[data-testid=consent-banner-root]",
        accept="[data-testid=consent-banner-accept-button]",
        reject="[data-testid=consent-banner-reject-button]",
    ),
    Peer(
        name="CookieSafe",
        setup="ours.toml",
        banner="section#cookiesafe",
        accept="[data-cookiesafe=accept]",
        reject="[data-cookiesafe=reject]",
        ours=True,
    ),
)


def page(setup: str = "", *, language: str = "en", nonce: str = "") -> str:
    """The page with a setup in it. Before its mark that stands in the head, what is behind it at the end of the body."""
    head, _, last = setup.partition(_MARK)
    text = (HERE / "page.html").read_text("utf-8")
    text = text.replace("<!-- head -->\n", head).replace(_MARK, last)
    if language == "ar":
        text = text.replace('lang="en" dir="ltr"', 'lang="ar" dir="rtl"')
    if nonce:
        text = text.replace("<script", f'<script nonce="{nonce}"')
        text = text.replace('<link rel="stylesheet"', f'<link nonce="{nonce}" rel="stylesheet"')
    return text


def site(peer: Peer, built: Path) -> WSGIApplication:
    """The site with one notice. ``built`` has what was bundled."""
    setup = "" if peer.ours else (HERE / "setups" / peer.setup).read_text("utf-8")
    folders = {"/npm/": PACKAGES, "/built/": built}

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path, asked = environ["PATH_INFO"], parse_qs(environ.get("QUERY_STRING", ""))
        if path == "/":
            csp = asked.get("csp", [""])[0]
            headers = [("Content-Type", "text/html; charset=utf-8")]
            headers += [("Content-Security-Policy", POLICIES[csp])] if csp else []
            nonce = NONCE if csp == "strict" else ""
            body = page(setup, language=asked.get("lang", ["en"])[0], nonce=nonce).encode()
            start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
            return [body]
        root = next((each for prefix, each in folders.items() if path.startswith(prefix)), HERE)
        file = root / path.removeprefix("/npm").removeprefix("/built").lstrip("/")
        if ".." in path or not file.is_file():
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"There is nothing here."]
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        start_response("200 OK", [("Content-Type", kind)])
        return [file.read_bytes()]

    if peer.ours:
        policy = Policy.from_file(HERE / "setups" / peer.setup)
        return CookieSafeMiddleware(
            app, CookieSafe(policy, secret_key="peers " * 8, store=MemoryStore())
        )
    return app


def zipped(app: WSGIApplication) -> WSGIApplication:
    """The same, compressed as strongly as gzip does: all peers are served so, ours too."""

    def run(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        told: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            told[:] = [status, headers]
            return lambda _: None

        body = b"".join(app(environ, start))
        status, headers = told
        if dict(headers).get("Content-Type", "").partition("/")[0] in ("text", "application"):
            body = pressed(body)
            headers = [each for each in headers if each[0].lower() != "content-length"]
            headers += [("Content-Encoding", "gzip"), ("Content-Length", str(len(body)))]
        start_response(status, headers)
        return [body]

    return run


@cache
def pressed(body: bytes) -> bytes:
    """As ``gzip -9`` does, without a time."""
    return gzip.compress(body, 9, mtime=0)


def bundle(into: Path) -> None:
    """Make one file of c15t and React, as a site does. Raises where Node.js or the packages are not there."""
    command: list[str | Path] = [PACKAGES / ".bin" / "esbuild", HERE / "setups" / "c15t.jsx"]
    options = [
        "--bundle",
        "--minify",
        "--jsx=automatic",
        '--define:process.env.NODE_ENV="production"',
    ]
    subprocess.run([*command, *options, f"--outdir={into}", "--log-level=error"], check=True)


@contextmanager
def served(peer: Peer, built: Path) -> Iterator[str]:
    """The origin at which that site is served."""
    with serving(zipped(site(peer, built))) as port:
        yield f"http://127.0.0.1:{port}"
