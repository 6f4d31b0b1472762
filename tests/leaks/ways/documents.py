"""Documents that are not HTML: XHTML, XML with its style sheets and entities, SVG, and what a page makes of them."""

from __future__ import annotations

from tests.leaks.way import CSS, HTML, JS, SVG, TEXT, XHTML, XML, By, File, Limits, Reach, Way, html

NONE = Reach.NONE
_XHTML = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>A</title></head><body>'
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
_XSL = '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
_STYLED = '<?xml-stylesheet type="text/xsl" href="a.xsl"?><a/>'


def alone(
    title: str,
    text: str,
    type_: str,
    script: bool | None = None,
    bare: Reach = Reach.REQUEST,
    by: By = "csp",
) -> Way:
    """A document opened by itself."""
    return Way(title=title, page=File(text, type_), script=script, bare=bare, by=by)


def transformed(title: str, sheet: str, bare: Reach = Reach.REQUEST, by: By = "csp") -> Way:
    """An XML document with an XSLT sheet of the site's own."""
    files = {"a.xsl": File(f"{_XSL}{sheet}</xsl:stylesheet>", XML)}
    return Way(title=title, page=File(_STYLED, XML), files=files, bare=bare, by=by)


DOCUMENTS: tuple[Way, ...] = (
    alone("xhtml img", f'{_XHTML}<img src="$t/a.gif"/></body></html>', XHTML),
    alone(
        "xhtml script", f'{_XHTML}<script src="$t/a.js"></script></body></html>', XHTML, script=True
    ),
    alone(
        "xhtml with a prefix",
        '<h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:body><h:img src="$t/a.gif"/></h:body></h:html>',
        XHTML,
    ),
    alone(
        "xhtml with an entity of its own",
        f'<!DOCTYPE html [<!ENTITY e "$t/a.gif">]>{_XHTML}<img src="&e;"/></body></html>',
        XHTML,
    ),
    alone(
        "xhtml with an entity of markup",
        f"<!DOCTYPE html [<!ENTITY e \"<img xmlns='http://www.w3.org/1999/xhtml' src='$t/a.gif'/>\">]>{_XHTML}&e;</body></html>",
        XHTML,
    ),
    alone(
        "xhtml with an attribute by default",
        f'<!DOCTYPE html [<!ATTLIST img src CDATA "$t/a.gif">]>{_XHTML}<img/></body></html>',
        XHTML,
    ),
    alone(
        "xhtml preconnect",
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>A</title><link rel="preconnect" href="$t"/></head><body/></html>',
        XHTML,
        bare=Reach.CONNECTION,
        by="page gate",
    ),
    alone(
        "xhtml meta refresh",
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>A</title><meta http-equiv="refresh" content="0;url=$t/a.html"/></head><body/></html>',
        XHTML,
        by="page gate",
    ),
    alone(
        "xhtml preconnect in an entity",
        '<!DOCTYPE html [<!ENTITY e "$t">]><html xmlns="http://www.w3.org/1999/xhtml"><head><title>A</title><link rel="preconnect" href="&e;"/></head><body/></html>',
        XHTML,
        bare=Reach.CONNECTION,
        by="page gate",
    ),
    alone(
        "xhtml preconnect in an entity of markup",
        "<!DOCTYPE html [<!ENTITY e \"<link xmlns='http://www.w3.org/1999/xhtml' rel='preconnect' href='$t'/>\">]><html xmlns='http://www.w3.org/1999/xhtml'><head><title>A</title></head><body>&e;</body></html>",
        XHTML,
        bare=Reach.CONNECTION,
        by="page gate",
    ),
    alone(
        "xhtml preconnect in an entity of markup, in references",
        "<!DOCTYPE html [<!ENTITY e \"&#60;link xmlns='http://www.w3.org/1999/xhtml' rel='preconnect' href='$t'/>\">]><html xmlns='http://www.w3.org/1999/xhtml'><head><title>A</title></head><body>&e;</body></html>",
        XHTML,
        bare=Reach.CONNECTION,
        by="page gate",
    ),
    alone(
        "xhtml preconnect by default",
        '<!DOCTYPE html [<!ATTLIST link rel CDATA "preconnect">]><html xmlns="http://www.w3.org/1999/xhtml"><head><title>A</title><link href="$t"/></head><body/></html>',
        XHTML,
        bare=Reach.CONNECTION,
        by="page gate",
    ),
    alone(
        "xhtml preconnect in a srcdoc frame",
        '<html xmlns="http://www.w3.org/1999/xhtml"><body><iframe srcdoc="&lt;link rel=preconnect href=$t>"/></body></html>',
        XHTML,
        bare=Reach.CONNECTION,
        by="page gate",
    ),
    alone(
        "xml with xhtml in it",
        '<a><img xmlns="http://www.w3.org/1999/xhtml" src="$t/a.gif"/></a>',
        XML,
    ),
    alone(
        "xml with a script in it",
        '<a><script xmlns="http://www.w3.org/1999/xhtml" src="$t/a.js"/></a>',
        XML,
        script=True,
    ),
    alone(
        "xml of another type",
        '<a><img xmlns="http://www.w3.org/1999/xhtml" src="$t/a.gif"/></a>',
        "application/vnd.site+xml",
        bare=NONE,
    ),
    alone(
        "xml feed",
        '<rss version="2.0"><channel><image><url>$t/a.gif</url></image><img xmlns="http://www.w3.org/1999/xhtml" src="$t/b.gif"/></channel></rss>',
        "application/rss+xml",
        bare=NONE,
    ),
    alone("xml style sheet", '<?xml-stylesheet type="text/css" href="$t/a.css"?><a>A</a>', XML),
    alone(
        "xml style sheet, xsl",
        '<?xml-stylesheet type="text/xsl" href="$t/a.xsl"?><a/>',
        XML,
        bare=NONE,
    ),
    alone(
        "xml style sheet with xhtml",
        f'<?xml-stylesheet href="$t/a.css"?>{_XHTML}A</body></html>',
        XHTML,
    ),
    alone("xml external DTD", '<!DOCTYPE a SYSTEM "$t/a.dtd"><a/>', XML, bare=NONE),
    alone(
        "xml external entity",
        '<!DOCTYPE a [<!ENTITY e SYSTEM "$t/a.xml">]><a>&e;</a>',
        XML,
        bare=NONE,
    ),
    alone(
        "xml parameter entity",
        '<!DOCTYPE a [<!ENTITY % e SYSTEM "$t/a.xml">%e;]><a/>',
        XML,
        bare=NONE,
    ),
    alone(
        "xml inclusion",
        '<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="$t/a.xml"/></a>',
        XML,
        bare=NONE,
    ),
    alone(
        "xml schema location",
        '<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a $t/a.xml"/>',
        XML,
        bare=NONE,
    ),
    transformed(
        "xslt to an img",
        '<xsl:template match="/"><html><body><img src="$t/a.gif"/></body></html></xsl:template>',
    ),
    transformed(
        "xslt to a preconnect",
        '<xsl:template match="/"><html><head><link rel="preconnect" href="$t"/></head><body>A</body></html></xsl:template>',
        bare=Reach.CONNECTION,
        by="page gate",
    ),
    transformed("xslt include", '<xsl:include href="$t/a.xsl"/>', bare=NONE),
    transformed("xslt import", '<xsl:import href="$t/a.xsl"/>', bare=NONE),
    transformed(
        "xslt document()",
        '<xsl:template match="/"><html><body><xsl:copy-of select="document(\'$t/a.xml\')"/></body></html></xsl:template>',
        bare=NONE,
    ),
    alone("svg alone, image", f'{_SVG}<image href="$t/a.gif" width="9" height="9"/></svg>', SVG),
    alone("svg alone, script", f'{_SVG}<script href="$t/a.js"/></svg>', SVG, script=True),
    alone("svg alone, use", f'{_SVG}<use xlink:href="$t/a.svg#c"/></svg>', SVG, bare=NONE),
    alone("svg alone, style", f"{_SVG}<style>@import '$t/a.css';</style></svg>", SVG),
    alone("svg alone, style sheet", f'<?xml-stylesheet href="$t/a.css"?>{_SVG}</svg>', SVG),
    alone(
        "svg alone, foreignObject",
        f'{_SVG}<foreignObject width="9" height="9"><iframe xmlns="http://www.w3.org/1999/xhtml" src="$t/a.html"/></foreignObject></svg>',
        SVG,
        by="page gate",
    ),
    alone(
        "svg alone, preconnect",
        f'{_SVG}<link xmlns="http://www.w3.org/1999/xhtml" rel="preconnect" href="$t"/></svg>',
        SVG,
        bare=Reach.CONNECTION,
        by="page gate",
    ),
    alone("text that seems html", "<img src=$t/a.gif>", TEXT, bare=NONE),
    alone(
        "multipart",
        "--b\r\nContent-Type: text/html\r\n\r\n<img src=$t/a.gif>\r\n--b--",
        "multipart/x-mixed-replace; boundary=b",
        bare=NONE,
    ),
    Way(title="an error page", page=File("<img src=$t/a.gif>", HTML, status=404)),
    Way(title="a fault's page", page=File("<img src=$t/a.gif>", HTML, status=500)),
    Way(
        title="a redirect with a page",
        page=File("", headers=(("Location", "a.html"),), status=302),
        files={"a.html": File("<img src=$t/a.gif>")},
    ),
)

_FRAMED = {
    "json": File("{}", "application/json"),
    "text": File("A", TEXT),
    "css": File("p{}", CSS),
    "js": File("0", JS),
    "svg": File(f"{_SVG}</svg>", SVG),
    "xml": File("<a/>", XML),
    "gif": File(
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;",
        "image/gif",
    ),
    "empty": File("", ""),
    "html": File(html("A")),
    "404": File("missing", TEXT, status=404),
    "500": File("fault", TEXT, status=500),
    "wav": File(b"RIFF", "audio/wav"),
    "pdf": File(b"%PDF-1.4\n", "application/pdf"),
    "vtt": File("WEBVTT", "text/vtt"),
    "csv": File("a,b", "text/csv"),
}
_INTO = """
const frame = document.querySelector('iframe');
frame.onload = () => {
  const inside = frame.contentDocument;
  const script = inside.createElementNS('http://www.w3.org/1999/xhtml', 'script');
  script.textContent = "fetch('$t/a.json', {mode: 'no-cors'})";
  (inside.body || inside.documentElement).append(script);
};
"""
_HELD: Limits = {"still": NONE, "why": "", "browsers": ""}
_VIEWER: Limits = {
    "still": Reach.REQUEST,
    "why": "The browser shows a PDF in a document of its own making, which has no policy of ours.",
    "browsers": "Chromium",
}
FRAMED: tuple[Way, ...] = tuple(
    Way(
        title=f"a script put into a frame of {kind}",
        page=File(html(f"<iframe src=a.{kind}></iframe><script>{_INTO}</script>")),
        files={f"a.{kind}": file},
        script=True,
        bare=Reach.NONE if kind == "csv" else Reach.REQUEST,
        **(_VIEWER if kind == "pdf" else _HELD),
    )
    for kind, file in _FRAMED.items()
)
