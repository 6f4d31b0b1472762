"""docs/leaks.md, made from the corpus."""

from __future__ import annotations

from pathlib import Path

from tests.leaks.corpus import CHAPTERS, WAYS
from tests.leaks.rivals import RIVALS
from tests.leaks.way import Reach, Way

PAGE = Path(__file__).parents[2] / "docs" / "leaks.md"
_REACHES = {
    Reach.NONE: "–",
    Reach.NAME: "looks it up",
    Reach.CONNECTION: "connects",
    Reach.REQUEST: "calls",
}
_HOLDS = {
    "csp": "CSP",
    "page gate": "page gate",
    "header gate": "header gate",
    "nothing": "nothing",
}
_START = """# Ways out of a page

<!-- Made by `python -m tests.leaks --write-docs`, from the corpus in tests/leaks/ways: change it there. -->

{count} ways in which a page can make a browser call another host, tried in Chromium: in markup of every
spelling, style sheets, documents that are not HTML, frames, scripts, workers and headers.

| | ways that reach the other host |
|---|---|
| the site without CookieSafe | {bare} |
| before a choice | {before}, which [no server can hold](#what-is-beyond-us) |
| after a yes to its purpose | {bare} |

The other {idle} do nothing in Chromium today. They are kept, since browsers change, and other
browsers do some of them.

## How it is measured

Each way is a page of its own on an ordinary site, and calls a host name of its own. That host notes
connections and requests. Name look-ups are read from the browser's log of its network. The policy of the
site knows the host as a vendor for advertising. CI tries all ways before a choice, and every third after
a yes, over http, with scripts, on ASGI; and on WSGI, over https and without scripts, what differs there
and a sample of the rest.

Not in it: look-ups and connections that other browsers make, and UDP of WebRTC, which does not leave a
browser on the machine it is tried on; the same call over TCP does.

```console
$ .venv/bin/python -m tests.leaks
```

tries them all on the bare site, before a choice and after a yes. It takes about ten minutes.
"""
_RIVALS = """
## Next to other consent scripts

The same site, unmodified, with another project's script added in its default settings and nothing chosen.
Such scripts ask that each tag of the site is rewritten by hand, so that they can start it later; here none
was. Measured once, by the same runner.

| script | version | day | ways that reach the other host | without any script |
|---|---|---|---|---|
"""
_BEYOND = """
## What is beyond us

| why | browsers | ways |
|---|---|---|
"""
_TABLES = """
## All ways

What a way needs: *scripts* on or off, *https*, or what the visitor does. **Bare** is how far it comes on
the site without CookieSafe, **before** before a choice, **after** after a yes.
"""


def made() -> str:
    """The whole page."""
    bare = sum(way.bare > Reach.NONE for way in WAYS)
    beyond = sum(way.before > Reach.NONE for way in WAYS)
    counts = {"count": len(WAYS), "bare": bare, "before": beyond, "idle": len(WAYS) - bare}
    rivals = [
        f"| {each.name} | {each.version} | {each.day} | {each.reached} | {each.bare} |\n"
        for each in RIVALS
    ]
    reasons = dict.fromkeys((way.why, way.browsers) for way in WAYS if way.why)
    out = [_reason(why, browsers) for why, browsers in reasons]
    tables = [_table(title, ways) for title, ways in CHAPTERS.items()]
    return "".join([_START.format(**counts), _RIVALS, *rivals, _BEYOND, *out, _TABLES, *tables])


def _reason(why: str, browsers: str) -> str:
    titles = "; ".join(way.title for way in WAYS if way.why == why)
    return f"| {why} | {browsers} | {titles} |\n"


def _table(title: str, ways: tuple[Way, ...]) -> str:
    head = f"\n### {title}\n\n| way | needs | bare | before | after | held by |\n|---|---|---|---|---|---|\n"
    return head + "".join(map(_row, ways))


def _row(way: Way) -> str:
    bare = _REACHES[way.bare]
    before = _REACHES[way.before]
    holds = _HOLDS[way.by] if way.bare else ""
    return f"| {way.title} | {_needs(way)} | {bare} | {before} | {bare} | {holds} |\n"


def _needs(way: Way) -> str:
    scripts = {None: "", True: "scripts", False: "no scripts"}[way.script]
    act = "leaving" if way.act == "leave" else way.act
    return ", ".join(filter(None, (scripts, way.only, act)))
