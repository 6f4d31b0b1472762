"""What there is to tell of a request: where its visitor stands, which cookies came, and what left instead of what the app sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from ..consent import DAY
from ..cookies import parse_cookie, parse_set_cookie, set_cookie_name
from ..fields import Header
from ..gate import Held
from ..gate.cookies import Rule
from ..gate.headers import POLICIES
from ..gate.roles import role_of
from ..inspector import Row, Title
from ..inspector.story import masked
from ..jar import Arrival, Jar, Standing
from ..ledger import Record
from ..policy import Policy, Purpose

_SECRET: Final = frozenset({"location", "refresh", "link", "content-location"})
"""Fields whose values may have what nobody else is to know in their addresses."""
_RULES: Final[dict[Rule, str]] = {
    "undeclared": "nobody declared it",
    "not granted": "the visitor has not agreed to that",
    "reserved": "the name is CookieSafe’s own",
    "malformed": "it is malformed",
}


def decision(policy: Policy, standing: Standing, *, blocked: bool) -> Iterator[Row]:
    """Where the visitor stands, what that comes from, and each purpose."""
    consent, circumstances = standing.consent, standing.circumstances
    if circumstances.child:
        yield Row("Source", "child", "nothing optional is used, whatever was chosen")
    elif blocked:
        yield Row("Source", "cookies blocked", "the browser keeps no choice")
    elif consent.changed is None:
        yield Row("Source", "none", "nothing was chosen yet")
    else:
        day = datetime.fromtimestamp(consent.changed * DAY, UTC)
        yield Row("Source", "choices", f"last made on {day:%Y-%m-%d}")
    if circumstances.signals:
        said = ", ".join(sorted(circumstances.signals)).upper()
        yield Row("Signals", said, "the browser sends it with each request")
    if consent.receipt is not None:
        yield Row("Receipt", masked(consent.receipt), "the whole number is the visitor’s own")
    for purpose in policy.optional:
        on = purpose.id in standing.allowed.purposes
        why = _why(purpose, standing)
        yield Row(purpose.id, "on" if on else "off", why, "passed" if on else "changed")
    for name, yes in consent.choices.items():
        if name.startswith("@"):
            did = "agreed by name" if yes else "refused by name"
            yield Row(name[1:], did, state="passed" if yes else "changed")


def _why(purpose: Purpose, standing: Standing) -> str:
    if standing.circumstances.child:
        return "a child uses this"
    if standing.circumstances.silence(purpose):
        return "by GPC, whatever was chosen"
    state = standing.consent.state(purpose.id)
    on = purpose.id in standing.allowed.purposes
    if state == "undecided":
        return "by default, as the law there lets it" if on else "not answered"
    return state


def recorded(record: Record, *, kept: bool) -> Row:
    """A record that the ledger was to keep."""
    said = [f"{name}: {'yes' if yes else 'no'}" for name, yes in record.choices.items()]
    source = f"source: {record.notice}" if record.notice else ""
    receipt = f"receipt {masked(record.receipt)}" if record.receipt else ""
    why = "; ".join(filter(None, [source, ", ".join(said), receipt]))
    if not kept:
        return Row(record.event, "not kept: the store failed", why, "held")
    return Row(record.event, "kept", why)


def received(policy: Policy, jar: Jar, arrival: Arrival, *, enforce: bool) -> Iterator[Row]:
    """The cookies that came, and whether the app gets them."""
    gate = arrival.standing.gate
    for name in dict.fromkeys(name for name, _ in parse_cookie(arrival.header)):
        if name in jar.own_names:
            yield Row(name, "passed to the app", "CookieSafe’s own")
            continue
        held = gate.why_hidden(name)
        if held is None:
            yield Row(name, "passed to the app", _declared(policy, name))
        elif enforce:
            yield Row(name, "hidden from the app", _rule(held), "held")
        else:
            yield Row(name, "passed to the app", f"enforce would hide it: {_rule(held)}", "changed")


def cookies(
    policy: Policy, jar: Jar, standing: Standing, tried: list[str], left: list[str], now: float
) -> Iterator[tuple[Title, Row]]:
    """The ``Set-Cookie`` lines that the app tried, and those of ours that left beside them."""
    rest = Counter(left)
    for line in tried:
        name, passed = set_cookie_name(line), standing.gate.outgoing(line, now)
        held = passed if isinstance(passed, Held) else None
        sent = next((each for each in (passed, line) if isinstance(each, str) and rest[each]), None)
        if sent is not None:
            rest[sent] -= 1
        yield _of_app(policy, name, line, sent, held, now)
    swept: Counter[str] = Counter()
    for line in rest.elements():
        name = set_cookie_name(line)
        if _deletes(line, now):
            swept[name] += 1
        elif name in jar.own_names:
            yield "Cookies CookieSafe set", Row(name, "sent", "CookieSafe’s own, and necessary")
    for name, times in swept.items():
        why = "CookieSafe’s own" if name in jar.own_names else _declared(policy, name)
        ways = f", for {times} domains and paths" if times > 1 else ""
        yield "Cookies deleted", Row(name, "deleted", f"{why}{ways}", "changed")


def _of_app(
    policy: Policy, name: str, line: str, sent: str | None, held: Held | None, now: float
) -> tuple[Title, Row]:
    if sent is None:
        why = "a fault of CookieSafe’s own: see the log" if held is None else _rule(held)
        return "Cookies the app set", Row(name, "held back", why, "held")
    if held is not None:
        why = f"enforce would hold it back: {_rule(held)}"
        return "Cookies the app set", Row(name, "sent", why, "changed")
    why = _declared(policy, name)
    if _deletes(line, now):
        return "Cookies deleted", Row(name, "deleted by the app", why)
    if sent != line:
        return "Cookies the app set", Row(name, "sent, its life cut", why, "changed")
    return "Cookies the app set", Row(name, "sent", why)


def hosts(policy: Policy, standing: Standing, *, enforce: bool) -> Iterator[Row]:
    """Whom of the vendors the browser may call under the policy that it is told."""
    for vendor in policy.vendors.values():
        may = vendor.id in standing.allowed.vendors
        did = "may be called" if may else "may not be called" if enforce else "is reported"
        purposes = " and ".join(vendor.purposes)
        for host in vendor.hosts:
            why = f"{vendor.name}, for {purposes}"
            yield Row(host, did, why, "passed" if may else "changed")


def fields(tried: list[Header], left: list[Header]) -> Iterator[tuple[Title, Row]]:
    """What became of the other fields that the app sent, and which came to them."""
    names = dict.fromkeys(name.lower() for name, _ in [*tried, *left])
    for name in names:
        if name == "set-cookie":
            continue
        before = [value for each, value in tried if each.lower() == name]
        after = [value for each, value in left if each.lower() == name]
        if before == after:
            continue
        kept = Counter(before) & Counter(after)
        new = list((Counter(after) - kept).elements())
        did = "taken out" if not after else "changed" if set(before) - set(after) else "added"
        value = "" if name in _SECRET else ", ".join(new)
        yield _title(name), Row(name, did, state="changed", value=value)


def _title(name: str) -> Title:
    if name in POLICIES:
        return "Policy for the browser"
    caching = role_of(name) in ("vary", "caches") or name == "clear-site-data"
    return "Caching" if caching else "Other header fields"


def _declared(policy: Policy, name: str) -> str:
    declared = policy.cookie_for(name)
    if declared is None:
        return "nobody declared it"
    vendor = f", of {declared.vendor}" if declared.vendor else ""
    return f"for {declared.purpose}{vendor}"


def _rule(held: Held) -> str:
    purpose = f"for {held.purpose}, " if held.purpose else ""
    return f"{purpose}{_RULES[held.rule]}. {held.remedy}"


def _deletes(line: str, now: float) -> bool:
    cookie = parse_set_cookie(line)
    return cookie is not None and cookie.is_deletion(int(now))


def lines_in(headers: Iterable[Header]) -> list[str]:
    """The ``Set-Cookie`` lines among them."""
    return [value for name, value in headers if role_of(name) == "cookie"]
