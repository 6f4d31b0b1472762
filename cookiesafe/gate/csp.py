"""The visitor's Content-Security-Policy: which hosts the browser may call (CSP Level 3).

It is a header of its own beside the app's. A browser enforces every policy it is given, so ours only ever
narrows: it allows the site itself, whatever is inline, and the hosts this visitor has agreed to.

Violations are reported with ``report-uri``, which every browser follows where there is no ``report-to``. The latter
needs a field that is the app's too, and one mistake in that would silence both (RFC 9651, section 4.2).
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

from ..consent import Allowed
from ..policy import NECESSARY_ID, Policy

MAX_LENGTH = 7 * 1024
"""In bytes, of the policy without its report address. Servers and proxies refuse fields beyond 8 KB."""

_SITE_ITSELF = (
    "'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' data: blob: filesystem: mediastream:"
)
_BEGIN = f"default-src {_SITE_ITSELF}"
_REPORT = "; report-uri "


def content_security_policy(policy: Policy, allowed: Allowed) -> str:
    """The header's value. ``default-src`` alone: every fetch directive falls back to it (CSP3, section 6.1)."""
    return " ".join([_BEGIN, *_fitting(policy, allowed)[0]])


def left_out(policy: Policy, allowed: Allowed) -> frozenset[str]:
    """The allowed hosts that the header has no room for: they stay held."""
    return frozenset(_fitting(policy, allowed)[1])


def everything(policy: Policy) -> Allowed:
    """What is allowed to who agrees to all: then the header is longest."""
    return Allowed(frozenset(policy.purposes), frozenset(policy.vendors))


def reporting(csp: str, path: str) -> str:
    """A policy that also has its violations reported to ``path``."""
    return f"{csp}{_REPORT}{path}"


@lru_cache(64)
def reporting_below(root: str, csp: str) -> str:
    """A policy made by ``reporting``, for an app that is mounted under ``root``, a decoded path."""
    begin, report, path = csp.rpartition(_REPORT)
    return f"{begin}{report}{quote(root)}{path}"


def is_ours(csp: str, path: str) -> bool:
    """Whether a violated policy, as a browser tells it, is one of ours that reports to ``path``."""
    return csp.startswith("default-src ") and csp.rpartition(_REPORT)[2].strip().endswith(path)


def _fitting(policy: Policy, allowed: Allowed) -> tuple[list[str], list[str]]:
    """The hosts that fit, and those that do not. The site's and necessary ones come first."""
    necessary, others = list(policy.site.hosts), list[str]()
    for vendor in policy.vendors.values():
        if vendor.id in allowed.vendors:
            hosts = necessary if NECESSARY_ID in vendor.purposes else others
            hosts += vendor.hosts
    fitting: list[str] = []
    too_many: list[str] = []
    room = MAX_LENGTH - len(_BEGIN)
    for host in dict.fromkeys([*necessary, *others]):
        if len(host) < room:
            fitting.append(host)
            room -= len(host) + 1
        else:
            too_many.append(host)
    return fitting, too_many
