"""Rules about what the app answers: cookies, hosts, and what of it failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..cookies import parse_set_cookie
from ..gate.csp import everything
from ..gate.hosts import HostGate
from .finding import Finding
from .reading import script_cookies, script_texts, urls_in
from .subject import Subject

_OF_COOKIES: Final = {
    "CS201": ("which nobody declared", "Declare it with its purpose: cookiesafe init --add {name}"),
    "CS203": ("whose name is ours", "Choose another name; to change the session, use visit.session."),
    "CS204": ("which browsers ignore", "Mend how it is written: it is empty, too long or has a control character."),
    "CS208": (
        "for longer than the policy says, or than 400 days",
        "Set it for less, or declare the longer lifetime.",
    ),
    "CS209": ("twice in one answer", "Set it once."),
}  # fmt: skip
_FAULTS: Final = {
    "CS302": "Change the session before the answer begins.",
    "CS305": "Look at the session before the answer begins.",
    "CS900": "Report it, with what --debug shows.",
}


def cookies(subject: Subject) -> Iterator[Finding]:
    for answer in subject.answers:
        for said in answer.said:
            if said.code in _OF_COOKIES and said.data.get("what", "cookie") == "cookie":
                name = str(said.data.get("name", ""))
                how, fix = _OF_COOKIES[said.code]
                yield Finding(
                    said.code,
                    f'GET {answer.route.path} sets the cookie "{name}", {how}'
                    if how.startswith("wh")
                    else f'GET {answer.route.path} sets the cookie "{name}" {how}',
                    fix.format(name=name),
                    place=subject.sources.quoted(name) or answer.route.place,
                    about=name,
                )


def faults(subject: Subject) -> Iterator[Finding]:
    for answer in subject.answers:
        for said in answer.said:
            if said.code in _FAULTS:
                yield Finding(
                    said.code,
                    f"GET {answer.route.path}: {said.text}",
                    _FAULTS[said.code],
                    place=answer.route.place,
                    about=answer.route.path,
                )


def hosts(subject: Subject) -> Iterator[Finding]:
    """Hosts that pages, style sheets and scripts of the site call, and that nobody declared."""
    gate = HostGate(subject.policy, everything(subject.policy))
    for answer in subject.answers:
        page = gate.page(f"https://inspected.invalid{answer.route.path}")
        held = (page.held(url) for url in urls_in(answer.body, answer.type))
        named = [each.host for each in held if each is not None and each.vendor is None]
        named += [
            str(said.data["name"])
            for said in answer.said
            if said.code == "CS205" and said.data.get("name")
        ]
        for host in dict.fromkeys(named):
            yield Finding(
                "CS205",
                f'GET {answer.route.path} calls the host "{host}", which nobody declared',
                f"Declare whose it is: cookiesafe init --add {host}",
                place=subject.sources.naming(host) or answer.route.place,
                about=host,
            )


def scripted(subject: Subject) -> Iterator[Finding]:
    for answer in subject.answers:
        for name in script_cookies(script_texts(answer.body, answer.type)):
            cookie = subject.policy.cookie_for(name)
            if cookie is None or cookie.purpose != "necessary":
                yield Finding(
                    "CS743",
                    f'a script on {answer.route.path} sets the cookie "{name}", which passes no gate',
                    "Set it on the server; or ask there visit.allows(…), and leave the script out.",
                    place=subject.sources.setting(name) or answer.route.place,
                    about=name,
                )


def insecure(subject: Subject) -> Iterator[Finding]:
    """Where the app is asked over plain http, as on one's own machine, there is nothing to be secure about."""
    for answer in subject.answers if subject.https else ():
        for line in answer.values("set-cookie"):
            cookie = parse_set_cookie(line)
            if cookie is not None and not cookie.secure and cookie.max_age != 0:
                yield Finding(
                    "CS742",
                    f'GET {answer.route.path} sets the cookie "{cookie.name}" without Secure: '
                    "browsers send it over plain http, too",
                    "Set it with Secure where the site is served over https.",
                    place=subject.sources.quoted(cookie.name) or answer.route.place,
                    about=cookie.name,
                )


def failed(subject: Subject) -> Iterator[Finding]:
    for answer in subject.answers:
        if answer.failed:
            yield Finding(
                "CS741",
                f"GET {answer.route.path} {answer.failed}, so nobody knows what it sets and calls",
                "Mend it, or name paths that can be asked: --path /bills/1. "
                f"To leave this one out: --skip {answer.route.path}",
                place=answer.raised_at or answer.route.place,
                about=answer.route.path,
            )


def unasked(subject: Subject) -> Iterator[Finding]:
    if subject.layers and not subject.answers:
        yield Finding(
            "CS744",
            "the app has no route that could be asked with GET",
            "Name paths that can be: --path / --path /bills/1",
            place=subject.made,
            about="app",
        )


RULES: Final = (cookies, hosts, scripted, insecure, failed, unasked, faults)
