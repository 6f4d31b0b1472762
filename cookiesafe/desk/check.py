"""Whether the browser keeps cookies: found out when the visitor has done something that needs one, and never before.

A choice or a login whose request brought no cookie at all leads on through here. Whoever comes with a cookie goes on at
once. Whoever comes without is told, and may go on to a page whose address says so. Nothing is kept of it, and no cookie
is set to find out.
"""

from __future__ import annotations

from posixpath import normpath
from typing import Literal
from urllib.parse import quote, unquote

from ..blocked import unblocked
from ..ports import Reply
from ..sayings import say
from ..settings import Settings
from .asked import LANGUAGE, MAX_NEXT, Asked, as_json, html, local_path, one, query_of, see_other

CHECK = "check"
"""Where this page is, below the others of ours."""

After = Literal["choice", "login", "age"]
"""What the visitor has done."""


def onward(asked: Asked, then: str, after: After = "choice") -> str:
    """Where to lead a visitor on to ``then``, a local path."""
    request = asked.request
    if request.cookie or request.destination != "document":
        return then
    named = asked.named_notice
    return through_check(
        asked.settings, request.root, then, after, None if named is None else named.language.tag
    )


def kept(asked: Asked) -> str:
    """Where to lead a script on to what it is told of a choice."""
    named = asked.named_notice
    language = None if named is None else named.language.tag
    then = f"{quote(asked.request.root)}{asked.settings.own_paths}choices"
    then += f"?{LANGUAGE}={language}" if language else ""
    return through_check(asked.settings, asked.request.root, then, "choice", language)


def through_check(
    settings: Settings, root: str, then: str, after: After, language: str | None = None
) -> str:
    """The address of this page that leads on to ``then``; that itself, if it is too long to be passed on.

    It speaks the ``language`` of that tag, if one is told.
    """
    did = "" if after == "choice" else f"after={after}&"
    did += f"{LANGUAGE}={language}&" if language else ""
    address = f"{quote(root)}{settings.own_paths}{CHECK}?{did}next={quote(then, safe='/')}"
    return address if len(address) <= MAX_NEXT else then


def show_check(asked: Asked) -> Reply:
    """On to where the visitor was going, or what it means that the browser has sent no cookie."""
    query = query_of(asked)
    then = unblocked(local_path(one(query, "next"), asked.home))
    if _leads_here(asked, then):
        then = asked.home
    if asked.request.cookie:
        return see_other(then)
    notice = asked.notice
    if asked.wants_json:
        title = notice.language.plain(say("Your browser is blocking cookies"))
        return as_json(403, {"error": title, "detail": title, "native": True})
    page = notice.blocked.page(
        asked.request.root,
        then,
        one(query, "after") or "choice",
        on=notice.by_default(asked.standing.circumstances),
    )
    return html(200, page)


def _leads_here(asked: Asked, then: str) -> bool:
    """Whether a way on, as browsers and servers read it, is this very page: that would be one redirect after another."""
    path = normpath(unquote(then.partition("#")[0].partition("?")[0]))
    return path == f"{asked.request.root}{asked.settings.own_paths}{CHECK}"
