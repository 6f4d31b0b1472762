"""The age screen: asks when somebody was born, and keeps no more of it than whether that is a child.

It asks everybody the same, and says nothing about what follows from an answer. Going back does not change a child's
(FTC, COPPA FAQ, section D).
"""

from __future__ import annotations

from datetime import UTC, datetime

from ..gate.caches import CLEAR_CACHE
from ..ports import Append, Reply
from .asked import (
    Asked,
    Flow,
    as_json,
    html,
    incomplete,
    local_path,
    one,
    query_of,
    see_other,
)
from .check import onward
from .evidence import evidence
from .forms import read_form

OLDEST = 130
"""In years; who says to be older has not understood the question."""


def show_age(asked: Asked) -> Reply:
    """The question, or, where it was answered, that it was."""
    then = local_path(one(query_of(asked), "next"), asked.home)
    answered = asked.jar.age.read(asked.request.cookie) is not None
    this_year = datetime.fromtimestamp(asked.now, UTC).year
    years = range(this_year, this_year - OLDEST, -1)
    page = asked.notice.age(asked.request.root, then, years, answered=answered)
    return html(200, page)


def take_age(asked: Asked) -> Flow:
    """Keep whether it is a child. Once it is one, another answer changes nothing."""
    fields = yield from read_form(asked)
    if isinstance(fields, Reply):
        return fields
    age = _age(one(fields, "year"), one(fields, "month"), asked.now)
    if age is None:
        return incomplete(asked)
    was_child = asked.jar.age.read(asked.request.cookie) == "child"
    child = was_child or age < asked.settings.policy.site.adult_from
    if child and not was_child:
        records = evidence(asked, "child", layer="age")
        (failure,) = yield (Append(records),)
        if failure is not None:
            asked.settings.telling.report_store(
                "that a visitor is a child was not recorded", failure
            )
    then = local_path(one(fields, "next"), asked.home)
    if asked.wants_json:
        reply = as_json(200, {"child": child})
    else:
        reply = see_other(onward(asked, then, "age"))
    reply.cookies.append(asked.jar.age.write("child" if child else "adult"))
    if child and asked.settings.enforce:
        standing = asked.standing
        now = asked.jar.stand(standing.consent, standing.circumstances.of_a_child)
        if standing.allowed.exceeds(now.allowed):
            reply.headers.append(CLEAR_CACHE)
    return reply


def _age(year: str | None, month: str | None, now: float) -> int | None:
    """In whole years, the younger where the month leaves it open; ``None`` where that is no month of anybody's birth."""
    today = datetime.fromtimestamp(now, UTC)
    if not (_is_number(year) and _is_number(month)) or year is None or month is None:
        return None
    if not 1 <= int(month) <= 12:
        return None
    months = (today.year - int(year)) * 12 + today.month - int(month)
    if not 0 <= months <= OLDEST * 12:
        return None
    # In the month of the birthday, it may still be to come.
    return max(0, months - 1) // 12


def _is_number(text: str | None) -> bool:
    return text is not None and text.isascii() and text.isdecimal() and len(text) <= 4
