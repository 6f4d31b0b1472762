"""Response headers that make a browser call: links, reports, redirects, and policies with a place to report to."""

from __future__ import annotations

from typing import Unpack

from tests.leaks.way import CSS, JS, Few, File, Reach, Way, html, scripted, sent

NONE, NAME, CONNECTION = Reach.NONE, Reach.NAME, Reach.CONNECTION
_GROUP = '{"group":"default","max_age":99,"endpoints":[{"url":"$s/report"}]}'
_ENDPOINT = 'default="$s/report"'
_FAULT = "<script>document.write('<script src=//refused.invalid/a.js><\\/script>')</script>"
_STRICT = "default-src 'self' 'unsafe-inline'"


def redirected(title: str, tag: str, status: int = 302, script: bool | None = None) -> Way:
    """A page with a resource of the site's own that is elsewhere."""
    moved = File(status=status, headers=(("Location", "$t/a.gif"),))
    return Way(title=title, page=File(html(tag)), files={"moved": moved}, script=script)


def beside(
    title: str, tag: str, file: File, script: bool | None = None, **more: Unpack[Few]
) -> Way:
    """A page with a resource of the site's own that has a header."""
    return Way(title=title, page=File(html(tag)), files={"own": file}, script=script, **more)


HEADERS: tuple[Way, ...] = (
    sent(
        "header Link, preconnect",
        ("Link", "<$t>; rel=preconnect"),
        bare=CONNECTION,
        by="header gate",
    ),
    sent(
        "header Link, preconnect, crossorigin",
        ("Link", "<$t>; rel=preconnect; crossorigin"),
        bare=CONNECTION,
        by="header gate",
    ),
    sent(
        "header Link, preconnect, quoted",
        ("Link", '</>; rel="next", <//$h>; foo="a,b"; rel="x PreConnect"'),
        bare=CONNECTION,
        by="header gate",
    ),
    sent(
        "header Link, preconnect among other links",
        ("Link", "</a.css>;rel=preload;as=style"),
        ("Link", "<$t>;rel=preconnect"),
        bare=CONNECTION,
        by="header gate",
    ),
    sent(
        "header Link, dns-prefetch", ("Link", "<$t>; rel=dns-prefetch"), bare=NAME, by="header gate"
    ),
    sent("header Link, preload", ("Link", "<$t/a.gif>; rel=preload; as=image")),
    sent(
        "header Link, preload of a font",
        ("Link", "<$t/a.woff2>; rel=preload; as=font; crossorigin"),
    ),
    sent(
        "header Link, preload with imagesrcset",
        ("Link", '<$t/a.gif>; rel=preload; as=image; imagesrcset="$t/b.gif 1x"'),
    ),
    sent("header Link, modulepreload", ("Link", "<$t/a.js>; rel=modulepreload"), script=True),
    sent("header Link, prefetch", ("Link", "<$t/a.html>; rel=prefetch")),
    sent("header Link, stylesheet", ("Link", "<$t/a.css>; rel=stylesheet"), bare=NONE),
    sent("header Link, icon", ("Link", "<$t/a.gif>; rel=icon"), bare=NONE),
    sent(
        "header Link, compression-dictionary", ("Link", "<$t/a.dict>; rel=compression-dictionary")
    ),
    beside(
        "header Link, preconnect of a style sheet",
        "<link rel=stylesheet href=own>",
        File("p{}", CSS, (("Link", "<$t>; rel=preconnect"),)),
        bare=CONNECTION,
        by="header gate",
    ),
    beside(
        "header Link, preload of a style sheet",
        "<link rel=stylesheet href=own>",
        File("p{}", CSS, (("Link", "<$t/a.gif>; rel=preload; as=image"),)),
        bare=NONE,
        by="header gate",
    ),
    beside(
        "header Link, preconnect of a picture",
        "<img src=own>",
        File("", "image/gif", (("Link", "<$t>; rel=preconnect"),)),
        bare=CONNECTION,
        by="header gate",
    ),
    beside(
        "header Link, preconnect of a script",
        "<script src=own></script>",
        File("0", JS, (("Link", "<$t>; rel=preconnect"),)),
        script=True,
        bare=CONNECTION,
        by="header gate",
    ),
    beside(
        "header Link, preconnect of a fetch",
        "<script>fetch('own')</script>",
        File("0", JS, (("Link", "<$t>; rel=preconnect"),)),
        script=True,
        bare=CONNECTION,
        by="header gate",
    ),
    beside(
        "header Link, preconnect of a frame",
        "<iframe src=own></iframe>",
        File("A", headers=(("Link", "<$t>; rel=preconnect"),)),
        bare=CONNECTION,
        by="header gate",
    ),
    beside(
        "header Link, preconnect of a redirect",
        "<img src=own>",
        File("", headers=(("Link", "<$t>; rel=preconnect"), ("Location", "/")), status=302),
        bare=NONE,
        by="header gate",
    ),
    sent(
        "Content-Security-Policy report-uri",
        ("Content-Security-Policy", f"{_STRICT}; report-uri $t/report"),
        body="<img src=//refused.invalid/a.gif>",
        by="header gate",
    ),
    sent(
        "Content-Security-Policy report-to",
        ("Reporting-Endpoints", 'a="$s/report"'),
        ("Content-Security-Policy", f"{_STRICT}; report-to a"),
        body="<img src=//refused.invalid/a.gif>",
        only="https",
        by="header gate",
    ),
    sent(
        "Content-Security-Policy-Report-Only",
        ("Content-Security-Policy-Report-Only", "default-src 'none'; report-uri $t/report"),
        body="<img src=a.gif>",
        by="header gate",
    ),
    sent(
        "Content-Security-Policy of two in one",
        ("Content-Security-Policy", f"{_STRICT}, img-src 'none'; report-uri //$h/report"),
        body="<img src=//refused.invalid/a.gif>",
        by="header gate",
    ),
    sent(
        "Reporting-Endpoints, a deprecation",
        ("Reporting-Endpoints", _ENDPOINT),
        body="<script>const call = new XMLHttpRequest(); call.open('GET', '/', false); call.send(); document.execCommand('copy'); addEventListener('unload', () => 0)</script>",
        script=True,
        only="https",
        by="header gate",
    ),
    sent(
        "Reporting-Endpoints, an intervention",
        ("Reporting-Endpoints", _ENDPOINT),
        ("Permissions-Policy", "geolocation=()"),
        body="<script>navigator.geolocation.getCurrentPosition(() => 0)</script>",
        script=True,
        only="https",
        by="header gate",
    ),
    sent(
        "Reporting-Endpoints, Document-Policy",
        ("Reporting-Endpoints", 'a="$s/report"'),
        ("Document-Policy", "document-write=?0;report-to=a"),
        body="<script>document.write('A')</script>",
        script=True,
        bare=NONE,
        by="header gate",
    ),
    sent(
        "Report-To",
        ("Report-To", _GROUP),
        ("Content-Security-Policy", f"{_STRICT}; report-to default"),
        body="<img src=//refused.invalid/a.gif>",
        bare=NONE,
        by="header gate",
    ),
    sent(
        "NEL",
        ("Report-To", _GROUP),
        (
            "NEL",
            '{"report_to":"default","max_age":99,"success_fraction":1.0,"failure_fraction":1.0}',
        ),
        body="<img src=a.gif><iframe src=/></iframe>",
        bare=NONE,
        by="header gate",
    ),
    sent(
        "Permissions-Policy with a report",
        ("Reporting-Endpoints", 'a="$s/report"'),
        ("Permissions-Policy", "geolocation=();report-to=a"),
        body="<script>navigator.geolocation.getCurrentPosition(() => 0)</script>",
        script=True,
        only="https",
        by="header gate",
    ),
    sent(
        "Cross-Origin-Opener-Policy with a report",
        ("Reporting-Endpoints", 'a="$s/report"'),
        ("Cross-Origin-Opener-Policy", 'same-origin; report-to="a"'),
        body="<script>window.open('/')</script>",
        script=True,
        only="https",
        by="header gate",
    ),
    sent(
        "Cross-Origin-Embedder-Policy with a report",
        ("Reporting-Endpoints", 'a="$s/report"'),
        ("Cross-Origin-Embedder-Policy", 'require-corp; report-to="a"'),
        body="<img src=http://www.localhost:1/a.gif><iframe src=/></iframe>",
        only="https",
        by="header gate",
    ),
    sent(
        "Integrity-Policy with a report",
        ("Reporting-Endpoints", 'a="$s/report"'),
        ("Integrity-Policy", "blocked-destinations=(script), endpoints=(a)"),
        body="<script src=/a.js></script>",
        script=True,
        only="https",
        by="header gate",
    ),
    sent(
        "Expect-CT and Public-Key-Pins",
        ("Expect-CT", 'max-age=9, report-uri="$s/report"'),
        ("Public-Key-Pins-Report-Only", 'pin-sha256="AAAA"; max-age=9; report-uri="$s/report"'),
        bare=NONE,
        by="header gate",
    ),
    sent(
        "X-XSS-Protection with a report",
        ("X-XSS-Protection", "1; report=$t/report"),
        bare=NONE,
        by="header gate",
    ),
    sent("SourceMap", ("SourceMap", "$t/a.map"), bare=NONE, by="header gate"),
    sent(
        "Attribution-Reporting headers",
        ("Attribution-Reporting-Register-Source", '{"destination":"$s"}'),
        bare=NONE,
        by="header gate",
    ),
    sent(
        "Alt-Svc",
        ("Alt-Svc", 'h3="$h"; ma=99, h2="$h"; ma=99'),
        body="<img src=a.gif>",
        bare=NONE,
        by="header gate",
    ),
    sent(
        "Content-Location and Location",
        ("Content-Location", "$t/a.html"),
        ("Location", "$t/b.html"),
        body="<img src=b.gif>",
        bare=NONE,
    ),
    sent(
        "Critical-CH, Accept-CH",
        ("Accept-CH", "Sec-CH-UA"),
        ("Critical-CH", "Sec-CH-UA"),
        bare=NONE,
    ),
    sent("No-Vary-Search, Use-As-Dictionary", ("Use-As-Dictionary", 'match="/*"'), bare=NONE),
    redirected("a picture that is elsewhere", "<img src=moved>"),
    redirected("a picture that is elsewhere, 307", "<img src=moved>", 307),
    redirected("a picture that is elsewhere, 301", "<img src=moved>", 301),
    redirected("a script that is elsewhere", "<script src=moved></script>", script=True),
    redirected("a style sheet that is elsewhere", "<link rel=stylesheet href=moved>"),
    redirected("a frame that is elsewhere", "<iframe src=moved></iframe>"),
    redirected("an object that is elsewhere", "<object data=moved></object>"),
    redirected("a film that is elsewhere", "<video preload=auto src=moved></video>"),
    redirected(
        "a font that is elsewhere",
        "<style>@font-face{font-family:a;src:url(moved)}p{font-family:a}</style><p>A",
    ),
    redirected(
        "a beacon that is elsewhere",
        "<script>navigator.sendBeacon('moved')</script>",
        307,
        script=True,
    ),
    redirected(
        "an EventSource that is elsewhere", "<script>new EventSource('moved')</script>", script=True
    ),
    redirected("a module that is elsewhere", "<script>import('./moved')</script>", script=True),
    redirected("a prefetch that is elsewhere", "<link rel=prefetch href=moved>"),
    Way(
        title="a picture that is elsewhere by a way round",
        page=File(html("<img src=one>")),
        files={
            "one": File(status=302, headers=(("Location", "two"),)),
            "two": File(status=302, headers=(("Location", "$t/a.gif"),)),
        },
    ),
    scripted(
        "a header of a worker",
        "new Worker('w.js')",
        files={"w.js": File("0", JS, (("Link", "<$t>; rel=preconnect"),))},
        bare=NONE,
    ),
)
