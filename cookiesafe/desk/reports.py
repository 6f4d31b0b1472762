"""What browsers report."""

from __future__ import annotations

from ..gate.reports import TYPES, refused
from ..ports import ReadBody, Reply
from ..traffic import Blocked
from .asked import PLAIN, Asked, Flow
from .forms import MAX_BODY, media_type


def take_reports(asked: Asked) -> Flow:
    """What browsers refused to call for our policy. Whatever was sent, no more follows than a count of hosts."""
    settings = asked.settings
    if media_type(asked) not in TYPES:
        return Reply(415, [PLAIN])
    if not settings.report_allowance.take(asked.now):
        settings.telling.report_dropped()
        return Reply(429, [PLAIN])
    (body,) = yield (ReadBody(MAX_BODY),)
    if body is None:
        return Reply(413, [PLAIN])
    page = asked.jar.nobody.passage.hosts.page(settings.origin_of(asked.request))
    hosts = 0
    for url in refused(body, settings.reports, enforce=settings.enforce):
        held = page.held(url)
        if held is not None:
            settings.count(Blocked(asked.now, held.host, held.vendor))
        if held is not None and held.vendor is None:
            settings.sightings.saw_host(held.host)
            hosts += 1
    settings.telling.report_hosts(hosts)
    return Reply(204)
