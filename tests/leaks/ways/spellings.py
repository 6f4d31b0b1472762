"""The same few elements, written so that whoever reads markup with less care than a browser does not see them."""

from __future__ import annotations

from tests.leaks.way import HTML, By, File, Reach, Way, html, markup

NONE = Reach.NONE


def raw(
    title: str, page: str | bytes, type_: str = HTML, script: bool | None = None, by: By = "csp"
) -> Way:
    """A page of these characters and no other."""
    return Way(title=title, page=File(page, type_), script=script, by=by)


SPELLINGS: tuple[Way, ...] = (
    raw("no document type", "<img src=$t/a.gif>"),
    raw("no html, head or body", "<!doctype html><title>A</title><p>A<img src=$t/a.gif>"),
    markup("a tag that does not end", "<p>A<img src=$t/a.gif x"),
    raw("a frame that does not end", "<!doctype html><p>A<iframe src=$t/a.html>", by="page gate"),
    raw("after the end of the body", "<!doctype html><body>A</body></html><img src=$t/a.gif>"),
    raw("before the document type", "<img src=$t/a.gif><!doctype html><body>A"),
    Way(title="in UTF-16", page=File("<!doctype html><img src=$t/a.gif>", encoding="utf-16")),
    raw("in UTF-7 by a meta", "<meta charset=utf-7><img src=$t/a.gif>"),
    raw(
        "in ISO-2022-JP",
        "<!doctype html><p>\x1b(J<img src=$t/a.gif>",
        "text/html; charset=iso-2022-jp",
    ),
    raw("without a type, sniffed", "<!doctype html><img src=$t/a.gif>", ""),
    raw("an odd type, sniffed", "<!doctype html><img src=$t/a.gif>", "unknown/unknown"),
    raw("a type in capitals", "<!doctype html><img src=$t/a.gif>", "TEXT/HTML"),
    markup("upper case", "<IMG SRC=$t/a.gif>"),
    markup("mixed case", "<iMg sRc=$t/a.gif>"),
    markup("single quotes", "<img src='$t/a.gif'>"),
    markup("double quotes", '<img src="$t/a.gif">'),
    markup("blanks around the equals sign", "<img src \n = \t $t/a.gif>"),
    markup("slashes instead of blanks", "<img/alt=''/src=$t/a.gif>"),
    markup("form feeds instead of blanks", "<img\x0calt=a\x0csrc=$t/a.gif>"),
    markup("no blank between attributes", '<img alt="a"src="$t/a.gif">'),
    markup("a quote in an attribute name", "<img a'b=1 src=$t/a.gif>"),
    markup("an angle in an attribute value", "<img alt='>' src=$t/a.gif>"),
    markup("the first of two attributes", "<img src=$t/a.gif src=data:,>"),
    markup("a tag inside a tag", "<img alt=<p src=$t/a.gif>"),
    markup("a self-closed script", "<script src=$t/a.js />", script=True),
    markup("entities in the address", "<img src=&#x68;&#116;tp&colon;//$h/a.gif>", only="http"),
    markup("entities without semicolons", "<img src=&#104ttp&#58//$h/a.gif>", only="http"),
    markup("newline in the address", "<img src='ht\ntp:/\n/$h/a.gif'>", only="http"),
    markup("tab in the address", "<img src='ht\ttp:\t//$h/a.gif'>", only="http"),
    markup("blanks around the address", "<img src=' \x01 $t/a.gif \n '>"),
    markup(
        "NUL in the tag",
        "<img\0 src=$t/a.gif><im\0g src=$t/b.gif><img src\0=$t/c.gif src=$t/d.gif>",
    ),
    markup("NUL in the address", "<img src='\0$t/a.gif'>", bare=NONE),
    markup("protocol-relative", "<img src=//$h/a.gif>"),
    markup("backslashes", "<img src='\\\\$h\\a.gif'>"),
    markup("a slash and a backslash", "<img src='/\\$h/a.gif'>"),
    markup("three slashes", "<img src=///$h/a.gif>"),
    markup("a scheme without slashes", "<img src=https:$h/a.gif>", only="http"),
    markup("a scheme with one slash", "<img src=https:/$h/a.gif>", only="http"),
    markup("scheme in capitals", "<img src=HTTPS://$h/a.gif>"),
    markup("user and password", "<img src=//www.example:a@$h/a.gif>", bare=NONE),
    markup("an escape in the host", "<img src=//$e/a.gif>"),
    markup("a full-width letter in the host", "<img src=//$f/a.gif>"),
    markup("ideographic full stops in the host", "<img src=//$d/a.gif>"),
    markup("base href", "<img src=a.gif>", head="<base href=$t/>"),
    markup("base in the body", "<base href=$t/><img src=a.gif>"),
    markup("a second base", "<img src=a.gif>", head="<base target=_self><base href=$t/>"),
    markup(
        "base for a style", "<p class=a style='background:url(a.gif)'>A", head="<base href=$t/>"
    ),
    markup("a comment that ends early", "<!--><img src=$t/a.gif>-->"),
    markup(
        "a comment that ends with a dash and an exclamation mark", "<!-- --!><img src=$t/a.gif>"
    ),
    markup("a bogus comment", "<?php echo '?><img src=$t/a.gif>"),
    markup("a bogus end tag", "</ ><img src=$t/a.gif>"),
    markup("CDATA in html", "<![CDATA[><img src=$t/a.gif>]]>"),
    markup("CDATA in svg, then out", "<svg><![CDATA[<p>]]></svg><img src=$t/a.gif>"),
    markup("out of svg by a p", "<svg><style><p><img src=$t/a.gif></style></svg>"),
    markup("in a title of svg", "<svg><title><img src=$t/a.gif></title></svg>"),
    markup("after a text area", "<textarea><img></textarea ><img src=$t/a.gif>"),
    markup("after a title that seems open", "<img src=$t/a.gif>", head="<title><!--</title>"),
    markup(
        "after a script that seems open",
        "<script>'<!--<script'</script><p>--></script><img src=$t/a.gif>",
    ),
    markup("in a noscript", "<noscript><img src=$t/a.gif></noscript>", script=False),
    markup(
        "in a noscript of the head",
        head="<noscript><link rel=stylesheet href=$t/a.css></noscript>",
        script=False,
    ),
    markup("in a noembed, then out", "<noembed></noembed><img src=$t/a.gif>"),
    markup("in a select", "<select><option>A<img src=$t/a.gif></select>"),
    markup("in a table, fostered", "<table><tr><img src=$t/a.gif></table>"),
    markup("in a closed details", "<details><summary>A</summary><img src=$t/a.gif></details>"),
    markup("in a hidden element", "<div hidden><img src=$t/a.gif></div>"),
    markup(
        "in a shadow root in markup",
        "<div><template shadowrootmode=open><img src=$t/a.gif></template></div>",
    ),
    markup(
        "in a closed shadow root in markup",
        "<div><template shadowrootmode=closed><link rel=stylesheet href=$t/a.css></template></div>",
    ),
    markup("in a template", "<template><img src=$t/a.gif></template>", bare=NONE),
    markup("in a comment", "<!-- <img src=$t/a.gif> -->", bare=NONE),
    markup("in plaintext", "<plaintext><img src=$t/a.gif>", bare=NONE),
    markup("in an xmp", "<xmp><img src=$t/a.gif></xmp>", bare=NONE),
    markup("a conditional comment", "<!--[if IE]><img src=$t/a.gif><![endif]-->", bare=NONE),
    markup("a revealed conditional comment", "<![if !IE]><img src=$t/a.gif><![endif]>"),
    Way(title="a long page before it", page=File(html("<p>A</p>" * 20_000 + "<img src=$t/a.gif>"))),
)
