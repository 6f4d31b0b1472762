"""Frames without an address of their own: they inherit the policy of who made them."""

from __future__ import annotations

from tests.leaks.way import CONNECTS, File, Reach, Way, html, markup, scripted

NONE = Reach.NONE
_NEW = "const frame = document.createElement('iframe'); document.body.append(frame);"
_HTML = "'<img src=$t/a.gif>'"
_BLOB = f"URL.createObjectURL(new Blob([{_HTML}], {{type: 'text/html'}}))"
_CALL = "fetch('$t/a.json', {mode: 'no-cors'})"

FRAMES: tuple[Way, ...] = (
    markup("srcdoc frame", "<iframe srcdoc='<img src=$t/a.gif>'></iframe>"),
    markup("srcdoc frame, escaped", "<iframe srcdoc='&lt;img src=$t/a.gif&gt;'></iframe>"),
    markup("srcdoc frame, sandboxed", "<iframe sandbox srcdoc='<img src=$t/a.gif>'></iframe>"),
    markup(
        "srcdoc frame, sandboxed with scripts",
        "<iframe sandbox=allow-scripts srcdoc=\"<script src='$t/a.js'></script>\"></iframe>",
        script=True,
    ),
    markup(
        "srcdoc frame in a srcdoc frame",
        "<iframe srcdoc=\"<iframe srcdoc='<img src=$t/a.gif>'></iframe>\"></iframe>",
    ),
    markup("data frame", "<iframe src='data:text/html,<img src=$t/a.gif>'></iframe>"),
    markup(
        "data frame, base64 by script",
        "<iframe src=\"data:text/html,<script>document.write('<img src=$t/a.gif>')</script>\"></iframe>",
        script=True,
    ),
    markup(
        "data frame of svg",
        "<iframe src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='$t/a.gif' width='9' height='9'/></svg>\"></iframe>",
    ),
    markup(
        "data frame that leaves",
        "<iframe src=\"data:text/html,<script>location='$t/a.html'</script>\"></iframe>",
        script=True,
        **CONNECTS,
    ),
    markup(
        "data frame with a refresh",
        "<iframe src='data:text/html,<meta http-equiv=refresh content=0;url=$t/a.html>'></iframe>",
        by="page gate",
    ),
    markup("data object", "<object data='data:text/html,<img src=$t/a.gif>'></object>"),
    markup("data embed", "<embed src='data:text/html,<img src=$t/a.gif>'>"),
    markup(
        "javascript frame", "<iframe src=\"javascript:'<img src=$t/a.gif>'\"></iframe>", script=True
    ),
    markup(
        "javascript frame that leaves",
        "<iframe src=\"javascript:location='$t/a.html'\"></iframe>",
        script=True,
        **CONNECTS,
    ),
    markup(
        "about:blank#, then a link into it",
        "<iframe name=f src=about:blank#a></iframe><form id=g target=f action=$t/a.html></form><script>g.submit()</script>",
        script=True,
        **CONNECTS,
    ),
    scripted("blob frame", f"{_NEW}frame.src = {_BLOB}"),
    scripted("blob frame, sandboxed", f"{_NEW}frame.sandbox = ''; frame.src = {_BLOB}"),
    scripted("blank frame, written", f"{_NEW}frame.contentDocument.write({_HTML})"),
    scripted("blank frame, its fetch", f"{_NEW}frame.contentWindow.{_CALL}"),
    scripted("blank frame, its Image", f"{_NEW}new frame.contentWindow.Image().src = '$t/a.gif'"),
    scripted(
        "blank frame, its script",
        f'{_NEW}frame.contentWindow.eval("{_CALL.replace(chr(39), "`")}")',
    ),
    scripted(
        "blank frame, its location", f"{_NEW}frame.contentWindow.location = '$t/a.html'", **CONNECTS
    ),
    scripted(
        "blank frame, opened by name",
        "const frame = document.createElement('iframe'); frame.name = 'f'; document.body.append(frame); window.open('$t/a.html', 'f')",
        **CONNECTS,
    ),
    scripted(
        "frame of the site, replaced",
        "const frame = document.querySelector('iframe'); frame.onload = () => { frame.onload = null; frame.contentWindow.location.replace('$t/a.html') }",
        body="<iframe src=a.html></iframe>",
        files={"a.html": File(html("A"))},
        **CONNECTS,
    ),
    scripted(
        "frame of the site, its own link",
        "",
        body="<iframe src=a.html></iframe>",
        files={
            "a.html": File(
                html("<a href=$t/a.html>A</a><script>document.querySelector('a').click()</script>")
            )
        },
        **CONNECTS,
    ),
    scripted(
        "frame of a page that calls",
        "",
        body="<iframe src=a.html></iframe>",
        files={"a.html": File(html("<img src=$t/a.gif>"))},
    ),
    scripted(
        "frame with a policy of its own",
        "",
        body="<iframe csp=\"img-src $t\" srcdoc='<img src=$t/a.gif>'></iframe>",
    ),
    scripted(
        "XMLDocument of XSLT, placed",
        "const processor = new XSLTProcessor(); processor.importStylesheet(new DOMParser().parseFromString(`<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'><xsl:template match='/'><img xmlns='http://www.w3.org/1999/xhtml' src='$t/a.gif'/></xsl:template></xsl:stylesheet>`, 'text/xml')); document.body.append(processor.transformToFragment(new DOMParser().parseFromString('<a/>', 'text/xml'), document))",
    ),
    scripted(
        "popup, written", f"const popup = window.open('about:blank'); popup.document.write({_HTML})"
    ),
    scripted("popup, its fetch", f"const popup = window.open(''); popup.{_CALL}"),
    scripted("popup of a blob", f"window.open({_BLOB})"),
    scripted(
        "popup of the site's json, its fetch",
        f"const popup = window.open('a.json'); popup.onload = () => popup.{_CALL}",
        files={"a.json": File("{}", "application/json")},
    ),
    markup(
        "popup of a document in a picture",
        "<button id=act onclick=\"documentPictureInPicture.requestWindow().then(w => w.document.body.innerHTML = '<img src=$t/a.gif>')\">A</button>",
        script=True,
        act="click",
    ),
    Way(
        title="frame of the site that the site redirects",
        page=File(html("<iframe src=a.html></iframe>")),
        files={"a.html": File(status=302, headers=(("Location", "$t/a.html"),))},
    ),
)
