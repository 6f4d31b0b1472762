"""Elements that load something, each in the kinds that exist."""

from __future__ import annotations

from tests.leaks.way import Reach, Way, markup

NONE = Reach.NONE

_SVG = '<svg xmlns="http://www.w3.org/2000/svg" width=40 height=40>'

ELEMENTS: tuple[Way, ...] = (
    # pictures
    markup("img", "<img src=$t/a.gif>"),
    markup("img srcset", "<img srcset='$t/a.gif 1x, $t/b.gif 2x'>"),
    markup("img srcset by width", "<img sizes=100vw srcset='$t/a.gif 100w, $t/b.gif 900w'>"),
    markup("img lazy", "<img loading=lazy src=$t/a.gif>"),
    markup("img crossorigin", "<img crossorigin src=$t/a.gif>"),
    markup("image, the old name of img", "<image src=$t/a.gif>"),
    markup("picture source", "<picture><source srcset=$t/a.gif><img></picture>"),
    markup(
        "picture source by media",
        "<picture><source media='(min-width:1px)' srcset=$t/a.gif><img alt=a></picture>",
    ),
    markup("input type image", "<input type=image src=$t/a.gif>"),
    markup("body background", "", head="</head><body background=$t/a.gif>"),
    markup("table background", "<table background=$t/a.gif><tr><td>A</table>"),
    markup("td background", "<table><tr><td background=$t/a.gif>A</table>"),
    markup("th background", "<table><tr><th background=$t/a.gif>A</table>"),
    markup("tr background", "<table><tr background=$t/a.gif><td>A</table>"),
    markup("tbody background", "<table><tbody background=$t/a.gif><tr><td>A</table>"),
    markup("img lowsrc", "<img lowsrc=$t/a.gif>", bare=NONE),
    markup("img dynsrc", "<img dynsrc=$t/a.gif>", bare=NONE),
    markup("img longdesc", "<img longdesc=$t/a.html src=data:,>", bare=NONE),
    # sound and film
    markup("video", "<video preload=auto src=$t/a.mp4></video>"),
    markup("video poster", "<video poster=$t/a.gif></video>"),
    markup("video source", "<video preload=auto><source src=$t/a.mp4></video>"),
    markup(
        "video preload none, autoplay", "<video preload=none autoplay muted src=$t/a.mp4></video>"
    ),
    markup("audio", "<audio preload=auto src=$t/a.mp3></audio>"),
    markup("audio source", "<audio preload=auto><source src=$t/a.mp3></audio>"),
    markup(
        "track",
        "<video crossorigin src=data:video/mp4,><track default kind=captions src=$t/a.vtt></video>",
    ),
    markup("bgsound", "<bgsound src=$t/a.mp3>", bare=NONE),
    # frames and plug-ins
    markup("iframe", "<iframe src=$t/a.html></iframe>", by="page gate"),
    markup("iframe lazy", "<iframe loading=lazy src=$t/a.html></iframe>", by="page gate"),
    markup("iframe sandboxed", "<iframe sandbox src=$t/a.html></iframe>", by="page gate"),
    markup(
        "iframe credentialless", "<iframe credentialless src=$t/a.html></iframe>", by="page gate"
    ),
    markup(
        "frame", "", head="</head><frameset cols=*><frame src=$t/a.html></frameset>", by="page gate"
    ),
    markup("embed", "<embed src=$t/a.html>"),
    markup("embed of a picture", "<embed type=image/gif src=$t/a.gif>"),
    markup("embed of a PDF", "<embed type=application/pdf src=$t/a.pdf>"),
    markup("object", "<object data=$t/a.html></object>"),
    markup("object with a type", "<object type=image/svg+xml data=$t/a.svg></object>"),
    markup(
        "object param src",
        "<object type=text/html><param name=src value=$t/a.html></object>",
        bare=NONE,
    ),
    markup("object param movie", "<object><param name=movie value=$t/a.swf></object>", bare=NONE),
    markup("object codebase", "<object codebase=$t/ data=a.html></object>", bare=NONE),
    markup("object classid", "<object classid=$t/a.class></object>", bare=NONE),
    markup("applet", "<applet code=a.class codebase=$t/></applet>", bare=NONE),
    markup("fencedframe", "<fencedframe src=$t/a.html></fencedframe>", bare=NONE),
    markup("portal", "<portal src=$t/a.html></portal>", bare=NONE),
    markup("xml data island", "<xml src=$t/a.xml></xml>", bare=NONE),
    markup(
        "ilayer and layer",
        "<ilayer src=$t/a.html></ilayer><layer src=$t/b.html></layer>",
        bare=NONE,
    ),
    # scripts
    markup("script", "<script src=$t/a.js></script>", script=True),
    markup("script async", "<script async src=$t/a.js></script>", script=True),
    markup("script defer", "<script defer src=$t/a.js></script>", script=True),
    markup("script module", "<script type=module src=$t/a.js></script>", script=True),
    markup("script nomodule", "<script nomodule src=$t/a.js></script>", script=True, bare=NONE),
    markup(
        "script with integrity", "<script integrity=sha256-AAAA src=$t/a.js></script>", script=True
    ),
    markup(
        "script for and event", "<script for=window event=onload src=$t/a.js></script>", script=True
    ),
    markup("script language", "<script language=JavaScript1.2 src=$t/a.js></script>", script=True),
    markup(
        "script blocking render",
        "",
        head="<script blocking=render async src=$t/a.js></script>",
        script=True,
    ),
    # links
    markup("link stylesheet", head="<link rel=stylesheet href=$t/a.css>"),
    markup("link stylesheet in the body", "<link rel=stylesheet href=$t/a.css>"),
    markup("link stylesheet for print", head="<link rel=stylesheet media=print href=$t/a.css>"),
    markup(
        "link stylesheet, alternate", head="<link rel='alternate stylesheet' title=a href=$t/a.css>"
    ),
    markup(
        "link stylesheet, disabled", head="<link rel=stylesheet disabled href=$t/a.css>", bare=NONE
    ),
    markup("link icon", head="<link rel=icon href=$t/a.gif>"),
    markup("link apple-touch-icon", head="<link rel=apple-touch-icon href=$t/a.gif>", bare=NONE),
    markup("link manifest", head="<link rel=manifest href=$t/a.json>"),
    markup(
        "link search",
        head="<link rel=search type=application/opensearchdescription+xml href=$t/a.xml>",
        bare=NONE,
    ),
    markup("link import", head="<link rel=import href=$t/a.html>", bare=NONE),
    markup("link expect, dictionary", head="<link rel=compression-dictionary href=$t/a.dict>"),
    markup(
        "link canonical and others",
        head="<link rel='canonical author license next help' href=$t/a.html>",
        bare=NONE,
    ),
    markup(
        "link pingback and webmention",
        head="<link rel='pingback webmention' href=$t/a.xml>",
        bare=NONE,
    ),
    markup(
        "link payment manifest", head="<link rel=payment-method-manifest href=$t/a.json>", bare=NONE
    ),
    markup("link monetization", head="<link rel=monetization href=$t/a.json>", bare=NONE),
    markup("html manifest", "", head="</head></html><html manifest=$t/a.appcache>", bare=NONE),
    # graphics and formulas in the page
    markup("svg image", f"{_SVG}<image href=$t/a.gif width=9 height=9 /></svg>"),
    markup("svg image xlink", f"{_SVG}<image xlink:href=$t/a.gif width=9 height=9 /></svg>"),
    markup("svg use", f"{_SVG}<use href=$t/a.svg#c /></svg>", bare=NONE),
    markup(
        "svg feImage",
        f"{_SVG}<filter id=f><feImage href=$t/a.gif /></filter><rect width=9 height=9 filter=url(#f) /></svg>",
    ),
    markup(
        "svg filter attribute",
        f"{_SVG}<rect width=9 height=9 filter=url($t/a.svg#a) /></svg>",
        bare=NONE,
    ),
    markup("svg mask attribute", f"{_SVG}<rect width=9 height=9 mask=url($t/a.svg#b) /></svg>"),
    markup(
        "svg clip-path attribute",
        f"{_SVG}<rect width=9 height=9 clip-path=url($t/a.svg#b) /></svg>",
    ),
    markup("svg fill attribute", f"{_SVG}<rect width=9 height=9 fill='url($t/a.svg#a)' /></svg>"),
    markup(
        "svg marker attribute", f"{_SVG}<path d='M0 0L9 9' marker-end='url($t/a.svg#a)' /></svg>"
    ),
    markup(
        "svg cursor attribute", f"{_SVG}<rect width=9 height=9 cursor='url($t/a.gif),auto' /></svg>"
    ),
    markup("svg script", f"{_SVG}<script href=$t/a.js></script></svg>", script=True),
    markup("svg script xlink", f"{_SVG}<script xlink:href=$t/a.js></script></svg>", script=True),
    markup(
        "svg foreignObject",
        f"{_SVG}<foreignObject width=9 height=9><img src=$t/a.gif></foreignObject></svg>",
    ),
    markup(
        "svg style",
        f"{_SVG}<style>rect{{fill:red;mask:url($t/a.svg#b)}}</style><rect width=9 height=9 /></svg>",
    ),
    markup(
        "svg animate href",
        f"{_SVG}<image width=9 height=9><set attributeName=href to=$t/a.gif /></image></svg>",
    ),
    markup(
        "svg animate values",
        f"{_SVG}<image width=9 height=9><animate attributeName=href values='$t/a.gif;$t/b.gif' dur=1s /></image></svg>",
    ),
    markup(
        "svg tref and altGlyph",
        f"{_SVG}<text><tref xlink:href=$t/a.svg#c /></text></svg>",
        bare=NONE,
    ),
    markup(
        "svg linearGradient href",
        f"{_SVG}<linearGradient id=g href=$t/a.svg#a /><rect fill=url(#g) width=9 height=9 /></svg>",
        bare=NONE,
    ),
    markup(
        "svg textPath",
        f"{_SVG}<text><textPath href=$t/a.svg#c>A</textPath></text></svg>",
        bare=NONE,
    ),
    markup(
        "math annotation",
        "<math><annotation-xml encoding=text/html><img src=$t/a.gif></annotation-xml></math>",
    ),
    markup("math glyph", "<math><mglyph src=$t/a.gif /></math>", bare=NONE),
    markup("math with a link", "<math><mi href=$t/a.html>x</mi></math>", bare=NONE),
)
