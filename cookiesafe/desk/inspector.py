"""What the gate did on the last requests, for who develops the site. For everybody else, no such page."""

from __future__ import annotations

from ..inspector import page, style, style_version
from ..ports import Reply
from .asked import PLAIN, Asked, as_json, html, versioned
from .dead_end import missing


def show_inspector(asked: Asked) -> Reply:
    """A page, or JSON for a script; 401 for who has not given the token."""
    inspector, request = asked.settings.inspector, asked.request
    if inspector is None or not (inspector.by_token or inspector.lets_in(request)):
        return missing(asked)
    if not inspector.lets_in(request):
        challenge = ("WWW-Authenticate", 'Basic realm="CookieSafe inspector", charset="UTF-8"')
        fields = [PLAIN, challenge, ("Cache-Control", "no-store")]
        return Reply(401, fields, b"The inspector asks for its token, as the password.\n")
    stories = inspector.latest()
    if asked.wants_json:
        return as_json(200, {"requests": [each.to_dict() for each in stories]})
    return html(200, page(stories, request.root, asked.settings.own_paths))


def show_inspector_style(asked: Asked) -> Reply:
    """It can be kept for good under its own version."""
    if asked.settings.inspector is None:
        return missing(asked)
    return versioned(asked, "text/css", style(), style_version())
