"""The little script: as it is served, its tag, and what it shows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import cache, lru_cache
from html import escape
from importlib.resources import files
from typing import Any, Final
from urllib.parse import quote

from .shown import as_ascii

_NEXT: Final = "\0next\0"
_MOST_REMEMBERED: Final = 64
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_TEXT: Final = re.compile(r'("[^"\n]*")')
_BLANKS: Final = re.compile(r"\s*([{}()=;,>?&|+!:<])\s*|\s+")


def squeezed(source: str) -> bytes:
    """A script of ours without its comments, and without blanks that mean nothing.

    It knows only what ours is written in: comments between ``/*`` and ``*/``, texts between double quotes, no regular
    expressions and no template literals, and a semicolon behind each statement.
    """
    parts = _TEXT.split(_COMMENT.sub("", source).strip())
    parts[::2] = [_BLANKS.sub(lambda found: found[1] or " ", part) for part in parts[::2]]
    return "".join(parts).replace(",}", "}").replace(";}", "}").encode("ascii")


@cache
def script() -> bytes:
    """All of it."""
    return squeezed(files(__package__).joinpath("script.js").read_text(encoding="ascii"))


@cache
def script_version() -> str:
    """Changes when the script does, so that it can be cached for good."""
    return hashlib.sha256(script()).hexdigest()[:12]


class ScriptNotice:
    """``path`` is where our pages live; ``render`` is as for the ways to be contacted."""

    def __init__(self, path: str, render: Callable[..., str]) -> None:
        self._path = path
        self._render = render
        self._around = lru_cache(_MOST_REMEMBERED)(self._render_answer)

    def tag(
        self,
        root: str,
        choices: str,
        state: str,
        *,
        nonce: str = "",
        deferred: bool = False,
        native: bool = False,
    ) -> str:
        """Its tag, which tells it the ``state`` (JSON) and the address of the ``choices``; ASCII.

        It is ``deferred`` where nothing in the page waits for it. ``native``: the forms are the browser's to send.
        """
        attributes = [f'src="{quote(root)}{self._path}/notice.js?v={script_version()}"']
        if nonce:
            attributes.append(f'nonce="{escape(nonce)}"')
        attributes.append(f'data-choices="{escape(choices)}"')
        told = escape(state, quote=False).replace("'", "&#39;")
        attributes.append(f"data-state='{told}'")
        attributes += ["defer"] * deferred + ['data-native="1"'] * native
        return f"<script {' '.join(attributes)}></script>"

    def answer(self, root: str, next_path: str, **revisit: Any) -> bytes:
        """What it shows after a choice, to stand behind the banner; ASCII. ``revisit`` is what the way back is made of."""
        around = self._around(root, tuple(revisit.items()))
        return as_ascii(escape(quote(next_path, safe="/"))).join(around)

    def _render_answer(self, root: str, revisit: tuple[tuple[str, Any], ...]) -> list[bytes]:
        page = self._render("script.html", root, next=_NEXT, unplaced=True, **dict(revisit))
        return as_ascii(page).split(quote(_NEXT).encode())
