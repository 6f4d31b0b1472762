"""The visitor's Content-Security-Policy: which hosts the browser may call (CSP Level 3).

It is a header of its own beside the app's. A browser enforces every policy it is given, so ours only ever
narrows: it allows the site itself, whatever is inline, and the hosts this visitor has agreed to.
"""

from __future__ import annotations

from ..consent import Allowed
from ..policy import Policy

_SITE_ITSELF = (
    "'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' data: blob: filesystem: mediastream:"
)


def content_security_policy(policy: Policy, allowed: Allowed) -> str:
    """The header's value. ``default-src`` alone: every fetch directive falls back to it (CSP3, section 6.1)."""
    hosts = list(policy.site.hosts)
    for vendor in policy.vendors.values():
        if vendor.id in allowed.vendors:
            hosts += vendor.hosts
    return " ".join(["default-src", _SITE_ITSELF, *dict.fromkeys(map(str, hosts))])
