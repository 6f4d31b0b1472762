"""A site for the little script: each path is under a Content-Security-Policy of its own, and holds something back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from cookiesafe import CookieSafe, Policy, Visit
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.adapters.templates import cookiesafe_script
from cookiesafe.adapters.wsgi import CookieSafeMiddleware
from tests.support.edges import AppRequest, AppResponse, answer, html, wsgi_app
from tests.support.serving import serving

NONCE: Final = "bm9uY2Ugb2YgdGhlIHBhZ2U"
POLICIES: Final = {
    "/strict": "default-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
    "/nonce": f"script-src 'nonce-{NONCE}' 'strict-dynamic'; style-src 'self'; base-uri 'none'; "
    "require-trusted-types-for 'script'",
    "/shut": "script-src 'none'",
    "/quiet": "connect-src 'none'",
    "/hashed": "script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
}
"""What the app says of its pages, by their path."""

POLICY: Final = """
[site]
name = "Harbour Light & Water"

[purposes.remember]
title = "Remember me"

[purposes.statistics]
title = "Statistics"
{statistics}

[purposes.advertising]
title = "Advertising"
signal = "gpc"
{advertising}

[vendors.google]
name = "Google"
hosts = ["google.localhost:*"]
purposes = ["advertising", "statistics"]
"""
GOOGLE: Final = {
    "statistics": 'google_consent = ["analytics_storage"]',
    "advertising": 'google_consent = ["ad_storage", "ad_user_data", "ad_personalization"]',
}

LISTENING: Final = """
window.heard = [];
document.addEventListener("cookiesafe:change", (event) =>
  heard.push([event.detail.decided, event.detail.allows("statistics"), event.bubbles]));
"""
GOOGLES: Final = """
window.dataLayer = window.dataLayer || [];
window.gtag = function () { dataLayer.push(arguments); };
gtag("js", 0);
gtag("config", "G-1");
"""
TAG: Final = """
window.came = Array.from(dataLayer, (each) => Object.prototype.toString.call(each) + each[0] + (each[1] || ""));
"""
SCRIPTS: Final = {"/listening.js": LISTENING, "/googles.js": GOOGLES}


def app(visit: Visit, request: AppRequest) -> AppResponse:
    """A page with a form, and what listens; ``/asks`` asks for the script itself."""
    if request.path in SCRIPTS:
        return answer("text/javascript", SCRIPTS[request.path])
    head = cookiesafe_script(NONCE) if request.path == "/asks" else ""
    google = request.query.partition("google=")[2]
    tags = (
        f'<script src="http://google.localhost:{google}/tag.js" async></script>' if google else ""
    )
    page = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{request.method}</title>{head}
<script nonce="{NONCE}" src="/googles.js"></script>{tags}
<script nonce="{NONCE}" src="/listening.js"></script></head>
<body><main><h1>Bills</h1><form method="post" id="bill"><label>Note <input id="note" name="note"></label>
<button>Send</button></form><p>What comes after it.</p><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><br><p id="end">The end.</p></main>"""
    policy = POLICIES.get(request.path)
    return html(page, *([("Content-Security-Policy", policy)] if policy else []))


@contextmanager
def scripted_site(*, google: bool = False) -> Iterator[str]:
    """Where it is; with ``google``, its policy turns Consent Mode on."""
    texts = GOOGLE if google else dict.fromkeys(GOOGLE, "")
    safe = CookieSafe(
        Policy.from_toml(POLICY.format_map(texts)),
        secret_key="scripted " * 8,
        store=MemoryStore(),
        clock=time.time,
    )
    with serving(CookieSafeMiddleware(wsgi_app(app), safe)) as port:
        yield f"http://harbour.localhost:{port}"
