"""What asks a browser to prepare something: connections, look-ups, downloads, whole pages; and what makes it leave."""

from __future__ import annotations

from tests.leaks.way import CONNECTS, File, Reach, Way, html, markup, scripted, sent

NONE, NAME, CONNECTION = Reach.NONE, Reach.NAME, Reach.CONNECTION
_RULES = '{"prefetch":[{"source":"list","urls":["$t/a.html"]}]}'
_PRERENDER = '{"prerender":[{"source":"list","urls":["$t/a.html"]}]}'
_GIF = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
_DOCUMENT = '{"prefetch":[{"source":"document","eagerness":"immediate"}]}'
MADE = "A script of the page makes the rules; what they fetch is not held to a CSP, and no server sees them."
_WITH_HEADER = "<script type=speculationrules>"


HINTS: tuple[Way, ...] = (
    markup("preconnect", head="<link rel=preconnect href=$t>", bare=CONNECTION, by="page gate"),
    markup(
        "preconnect crossorigin",
        head="<link rel=preconnect crossorigin href=$t>",
        bare=CONNECTION,
        by="page gate",
    ),
    markup(
        "preconnect in the body",
        "<p>A</p><link rel=preconnect href=$t>",
        bare=CONNECTION,
        by="page gate",
    ),
    markup(
        "preconnect in capitals",
        head="<LINK REL=PreConnect HREF=$t>",
        bare=CONNECTION,
        by="page gate",
    ),
    markup(
        "preconnect among others",
        head="<link rel='x\tpreconnect\ny' href=//$h>",
        bare=CONNECTION,
        by="page gate",
    ),
    markup(
        "preconnect with entities",
        head="<link rel=pre&#99;onnect href=&#47;/$h>",
        bare=CONNECTION,
        by="page gate",
    ),
    markup(
        "preconnect with a base",
        head="<base href=$t><link rel=preconnect href=/>",
        bare=CONNECTION,
        by="page gate",
    ),
    markup(
        "preconnect in svg",
        "<svg><foreignObject><link rel=preconnect href=$t></foreignObject></svg>",
        bare=CONNECTION,
        by="page gate",
    ),
    markup(
        "preconnect in a noscript",
        head="<noscript><link rel=preconnect href=$t></noscript>",
        script=False,
        bare=CONNECTION,
        by="page gate",
    ),
    markup(
        "preconnect in a shadow root in markup",
        "<div><template shadowrootmode=open><link rel=preconnect href=$t></template></div>",
        bare=CONNECTION,
        by="page gate",
    ),
    markup(
        "preconnect in a srcdoc frame",
        "<iframe srcdoc='<link rel=preconnect href=$t>'></iframe>",
        bare=CONNECTION,
        by="page gate",
    ),
    markup(
        "preconnect in a srcdoc frame, escaped",
        "<iframe srcdoc='&lt;link rel=pre&amp;#99;onnect href=$t>'></iframe>",
        bare=CONNECTION,
        by="page gate",
    ),
    markup(
        "preconnect in a data frame",
        "<iframe src='data:text/html,<link rel=preconnect href=$t>'></iframe>",
        bare=CONNECTION,
        by="page gate",
    ),
    markup(
        "preconnect in a data embed of xhtml",
        "<embed src=\"data:application/xhtml+xml,<html xmlns='http://www.w3.org/1999/xhtml'><link rel='preconnect' href='$t'/></html>\">",
        bare=CONNECTION,
        by="page gate",
    ),
    markup(
        "preconnect in a data object of svg, percent-encoded",
        "<object data=\"data:image/svg+xml;utf8,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Clink xmlns='http://www.w3.org/1999/xhtml' rel='preconnect' href='$t'/%3E%3C/svg%3E\"></object>",
        bare=CONNECTION,
        by="page gate",
    ),
    markup(
        "preconnect in a data frame in a srcdoc frame",
        "<iframe srcdoc=\"<iframe src='data:text/html,<link rel=preconnect href=$t>'></iframe>\"></iframe>",
        bare=CONNECTION,
        by="page gate",
    ),
    markup("dns-prefetch", head="<link rel=dns-prefetch href=$t>", bare=NAME, by="page gate"),
    markup(
        "dns-prefetch, protocol-relative",
        head="<link rel=dns-prefetch href=//$h>",
        bare=NAME,
        by="page gate",
    ),
    markup(
        "dns-prefetch of links",
        "<a href=$t/a.html>A</a>",
        head="<meta http-equiv=x-dns-prefetch-control content=on>",
        bare=NONE,
        by="page gate",
    ),
    sent(
        "dns-prefetch of links by header",
        ("X-DNS-Prefetch-Control", "on"),
        body="<a href=$t/a.html>A</a>",
        bare=NONE,
        by="header gate",
    ),
    markup("prefetch", head="<link rel=prefetch href=$t/a.html>"),
    markup("prefetch as a document", head="<link rel=prefetch as=document href=$t/a.html>"),
    markup("prerender", head="<link rel=prerender href=$t/a.html>", bare=NONE),
    markup("subresource", head="<link rel=subresource href=$t/a.js>", bare=NONE),
    markup("modulepreload", head="<link rel=modulepreload href=$t/a.js>", script=True),
    markup("preload as a picture", head="<link rel=preload as=image href=$t/a.gif>"),
    markup("preload with a srcset", head="<link rel=preload as=image imagesrcset='$t/a.gif 1x'>"),
    markup("preload as a script", head="<link rel=preload as=script href=$t/a.js>"),
    markup("preload as a style", head="<link rel=preload as=style href=$t/a.css>"),
    markup("preload as a font", head="<link rel=preload as=font crossorigin href=$t/a.woff2>"),
    markup("preload as fetch", head="<link rel=preload as=fetch crossorigin href=$t/a.json>"),
    markup("preload as json", head="<link rel=preload as=json href=$t/a.json>", bare=NONE),
    markup("preload as a track", head="<link rel=preload as=track crossorigin href=$t/a.vtt>"),
    markup("preload as a video", head="<link rel=preload as=video href=$t/a.mp4>", bare=NONE),
    markup(
        "speculation rules, prefetch",
        f"{_WITH_HEADER}{_RULES}</script>",
        script=True,
        by="page gate",
    ),
    markup(
        "speculation rules, prerender",
        f"{_WITH_HEADER}{_PRERENDER}</script>",
        script=True,
        by="page gate",
    ),
    markup(
        "speculation rules for links",
        f"<a href=$t/a.html>A</a>{_WITH_HEADER}{_DOCUMENT}</script>",
        script=True,
        by="page gate",
    ),
    markup(
        "speculation rules in capitals",
        f"<SCRIPT TYPE=SpeculationRules>{_RULES}</SCRIPT>",
        script=True,
        by="page gate",
    ),
    Way(
        title="speculation rules by header",
        page=File(html("A"), headers=(("Speculation-Rules", '"rules.json"'),)),
        files={"rules.json": File(_RULES, "application/speculationrules+json")},
        script=True,
        by="header gate",
    ),
    Way(
        title="speculation rules by header, for links",
        page=File(
            html("<a href=$t/a.html>A</a>"), headers=(("Speculation-Rules", '"rules.json"'),)
        ),
        files={"rules.json": File(_DOCUMENT, "application/speculationrules+json")},
        script=True,
        by="header gate",
    ),
    sent(
        "speculation rules of the tracker",
        ("Speculation-Rules", '"$t/rules.json"'),
        body="A",
        by="header gate",
    ),
    scripted(
        "speculation rules by script",
        f"const rules = document.createElement('script'); rules.type = 'speculationrules'; rules.textContent = `{_RULES}`; document.head.append(rules)",
        by="nothing",
        why=MADE,
        browsers="Chromium",
    ),
    scripted(
        "speculation rules by script, prerender",
        f"const rules = document.createElement('script'); rules.type = 'speculationrules'; rules.textContent = `{_PRERENDER}`; document.head.append(rules)",
        by="nothing",
        why=MADE,
        browsers="Chromium",
    ),
    # leaving the page without the visitor
    markup(
        "meta refresh", head="<meta http-equiv=refresh content='0;url=$t/a.html'>", by="page gate"
    ),
    markup(
        "meta refresh without url",
        head="<meta http-equiv=refresh content='0; $t/a.html'>",
        by="page gate",
    ),
    markup(
        "meta refresh in capitals, quoted",
        "<META CONTENT='0,URL=\"$t/a.html\"' HTTP-EQUIV=REFRESH>",
        by="page gate",
    ),
    markup(
        "meta refresh with entities",
        head="<meta http-equiv=&#114;efresh content='0;u&#114;l=//$h/a.html'>",
        by="page gate",
    ),
    markup(
        "meta refresh with a base",
        head="<base href=$t/><meta http-equiv=refresh content=0;url=a.html>",
        by="page gate",
    ),
    markup(
        "meta refresh in a noscript",
        head="<noscript><meta http-equiv=refresh content=0;url=$t/a.html></noscript>",
        script=False,
        by="page gate",
    ),
    markup(
        "meta refresh in a srcdoc frame",
        "<iframe srcdoc=\"<meta http-equiv=refresh content='0;url=$t/a.html'>\"></iframe>",
        by="page gate",
    ),
    sent("refresh by header", ("Refresh", "0;url=$t/a.html"), by="header gate"),
    sent("refresh by header, protocol-relative", ("Refresh", "0, //$h/a.html"), by="header gate"),
    Way(
        title="refresh by header in a frame",
        page=File(html("<iframe src=frame.html></iframe>")),
        files={"frame.html": File(html("A"), headers=(("Refresh", "0;url=$t/a.html"),))},
        by="header gate",
    ),
    # what the visitor sets off
    markup("ping of a link", "<a id=act href=#a ping=$t/a.html>A</a>", act="click"),
    markup(
        "ping of a map's area",
        f"<img id=act src='{_GIF}' usemap=#m width=40 height=40><map name=m><area shape=rect coords=0,0,40,40 href=#a ping=$t/a.html></map>",
        act="click",
    ),
    markup(
        "a link into a frame",
        "<a id=act href=$t/a.html target=f>A</a><iframe name=f></iframe>",
        act="click",
        **CONNECTS,
    ),
    markup(
        "a form into a frame",
        "<form action=$t/a.html target=f><button id=act>A</button></form><iframe name=f></iframe>",
        act="click",
        **CONNECTS,
    ),
    markup(
        "a form posted into a frame",
        "<form method=post action=$t/a.html target=f><button id=act>A</button></form><iframe name=f></iframe>",
        act="click",
        **CONNECTS,
    ),
    markup(
        "a button's formaction into a frame",
        "<form target=f><button id=act formaction=$t/a.html>A</button></form><iframe name=f></iframe>",
        act="click",
        **CONNECTS,
    ),
    markup(
        "a link in svg into a frame",
        "<svg><a id=act href=$t/a.html target=f><text y=20>A</text></a></svg><iframe name=f></iframe>",
        act="click",
        **CONNECTS,
    ),
    markup(
        "attributionsrc of a link",
        "<a id=act href=#a attributionsrc=$s/a.json target=_self>A</a>",
        act="click",
        bare=NONE,
    ),
    markup("attributionsrc of a picture", "<img src=data:, attributionsrc=$s/a.json>", bare=NONE),
    markup(
        "attributionsrc of a script",
        "<script src=data:, attributionsrc=$s/a.json></script>",
        bare=NONE,
    ),
    markup(
        "browsingtopics of a frame",
        "<iframe browsingtopics src=$s/a.html></iframe>",
        by="page gate",
    ),
    markup("sharedstoragewritable of a picture", "<img sharedstoragewritable src=$s/a.gif>"),
    markup(
        "private token of a frame",
        '<iframe privateToken=\'{"version":1,"operation":"send-redemption-record","issuers":["$s"]}\' src=$s/a.html></iframe>',
        by="page gate",
    ),
)
