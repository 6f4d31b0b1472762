"""Style sheets: every kind of property that takes an address, and every way a sheet brings in another."""

from __future__ import annotations

from tests.leaks.way import CSS, SVG, File, Reach, Way, html, markup, scripted, styled

NONE = Reach.NONE
_SHEET = "const sheet = new CSSStyleSheet();"
_ADOPT = "document.adoptedStyleSheets = [sheet];"


def linked(title: str, css: str, *, encoding: str = "utf-8", type_: str = CSS) -> Way:
    """A page with a style sheet of the site's own."""
    page = File(html("<p class=a>A", head="<link rel=stylesheet href=a.css>"))
    return Way(title=title, page=page, files={"a.css": File(css, type_, encoding=encoding)})


STYLES: tuple[Way, ...] = (
    styled("css import", "@import '$t/a.css';"),
    styled("css import of a url", "@import url($t/a.css);"),
    styled("css import into a layer", "@import '$t/a.css' layer(a);"),
    styled("css import if supported", "@import url('$t/a.css') supports(display: grid);"),
    styled("css import by media", "@import '$t/a.css' screen and (min-width: 1px);"),
    styled("css import in capitals, escaped", "@\\69MPORT URL('$t/a.css');"),
    styled("css import after a comment", "/**/@charset 'utf-8';/**/@import/**/'$t/a.css'"),
    styled("css import after a layer", "@layer a;@import '$t/a.css';"),
    styled("css import too late", "p{color:red}@import '$t/a.css';", bare=NONE),
    styled("css background", ".a{background:url($t/a.gif)}"),
    styled("css background in quotes", ".a{background:url('$t/a.gif')}"),
    styled("css background, protocol-relative", ".a{background:url(//$h/a.gif)}"),
    styled(
        "css background-image of many",
        ".a{background-image:linear-gradient(red,red),url($t/a.gif)}",
    ),
    styled(
        "css url with escapes", ".a{background:u\\72 l(\\68 ttp\\3a\\2f/$h/a.gif)}", only="http"
    ),
    styled("css url in capitals", ".a{BACKGROUND:URL($t/a.gif)}"),
    styled("css url that does not end", ".a{background:url($t/a.gif"),
    styled("css string with a line broken", ".a{background:url('$t/\\\na.gif')}"),
    styled("css image-set", ".a{background:image-set('$t/a.gif' 1x)}"),
    styled("css -webkit-image-set", ".a{background:-webkit-image-set(url($t/a.gif) 1x)}"),
    styled("css cross-fade", ".a{background:-webkit-cross-fade(url($t/a.gif),url($t/b.gif),50%)}"),
    styled("css image()", ".a{background:image('$t/a.gif')}", bare=NONE),
    styled("css src()", ".a{background:src('$t/a.gif')}", bare=NONE),
    styled("css variable", ":root{--a:url($t/a.gif)}.a{background:var(--a)}"),
    styled("css variable not used", ":root{--a:url($t/a.gif)}", bare=NONE),
    styled(
        "css property at-rule",
        "@property --a{syntax:'<image>';inherits:true;initial-value:url($t/a.gif)}.a{background:var(--a)}",
    ),
    styled(
        "css registered url",
        "@property --a{syntax:'<url>';inherits:true;initial-value:none}.a{--a:url($t/a.gif);background:var(--a)}",
    ),
    styled("css cursor", ".a{cursor:url($t/a.gif),auto}", act=None),
    styled("css content", ".a::before{content:url($t/a.gif)}"),
    styled("css list-style", ".a{display:list-item;list-style:url($t/a.gif)}"),
    styled("css border-image", ".a{border:9px solid;border-image:url($t/a.gif) 1}"),
    styled("css mask", ".a{mask:url($t/a.gif)}"),
    styled("css -webkit-mask-box-image", ".a{-webkit-mask-box-image:url($t/a.gif)}"),
    styled("css filter", ".a{filter:url($t/a.svg#a)}", bare=NONE),
    styled("css backdrop-filter", ".a{backdrop-filter:url($t/a.svg#a)}", bare=NONE),
    styled("css clip-path", ".a{clip-path:url($t/a.svg#b)}"),
    styled("css shape-outside", ".a{float:left;shape-outside:url($t/a.gif)}"),
    styled("css offset-path", ".a{offset-path:url($t/a.svg#c)}", bare=NONE),
    styled("css -webkit-box-reflect", ".a{-webkit-box-reflect:below 1px url($t/a.gif)}"),
    styled(
        "css counter-style",
        "@counter-style a{system:cyclic;symbols:url($t/a.gif)}.a{display:list-item;list-style:a}",
        bare=NONE,
    ),
    styled("css font", "@font-face{font-family:a;src:url($t/a.woff2)}.a{font-family:a}"),
    styled(
        "css font with a format",
        "@font-face{font-family:a;src:local(no),url($t/a.woff2) format(woff2)}.a{font:9px a}",
    ),
    styled("css font not used", "@font-face{font-family:a;src:url($t/a.woff2)}", bare=NONE),
    styled(
        "css font for one character",
        "@font-face{font-family:a;src:url($t/a.woff2);unicode-range:U+41}.a{font:9px a}",
    ),
    styled("css font palette", "@font-palette-values --a{base-palette:url($t/a)}", bare=NONE),
    styled("css namespace", "@namespace url($t/a);", bare=NONE),
    styled("css document at-rule", "@document url($t/a){p{color:red}}", bare=NONE),
    styled(
        "css binding and behaviour",
        ".a{-moz-binding:url($t/a.xml#b);behavior:url($t/a.htc)}",
        bare=NONE,
    ),
    styled("css for print only", "@media print{.a{background:url($t/a.gif)}}", bare=NONE),
    styled(
        "css by container",
        "div{container:a/inline-size}@container a (min-width:1px){.a{background:url($t/a.gif)}}",
        "<div><p class=a>A</div>",
    ),
    styled("css if supported", "@supports (display:grid){.a{background:url($t/a.gif)}}"),
    styled("css nested", "body{& .a{background:url($t/a.gif)}}"),
    styled("css in a scope", "@scope (body){.a{background:url($t/a.gif)}}"),
    styled(
        "css animation",
        "@keyframes k{from{background:url($t/a.gif)}to{background:url($t/b.gif)}}.a{animation:k 1s}",
    ),
    styled(
        "css transition",
        ".a{background:none;transition:all 1s}@starting-style{.a{background:url($t/a.gif)}}",
    ),
    styled(
        "css by an attribute's value",
        "input[value^=s]{background:url($t/a.gif)}",
        "<input value=secret>",
    ),
    styled("css of the first line", ".a::first-letter{background:url($t/a.gif)}"),
    styled("css of the marker", ".a{display:list-item}.a::marker{content:url($t/a.gif)}"),
    styled(
        "css of the backdrop",
        "dialog::backdrop{background:url($t/a.gif)}",
        "<button id=act popovertarget=d>A</button><p popover id=d>A",
        bare=NONE,
    ),
    styled("css on hover", "#act:hover{background:url($t/a.gif)}", "<p id=act>A</p>", act="hover"),
    styled("css on focus", "#act:focus{background:url($t/a.gif)}", "<input id=act>", act="focus"),
    styled(
        "css of the scroll bar",
        "::-webkit-scrollbar{width:9px}::-webkit-scrollbar-thumb{background:url($t/a.gif)}",
        "<div style=height:9000px>A</div>",
    ),
    styled(
        "css view transition",
        "@view-transition{navigation:auto}::view-transition{background:url($t/a.gif)}",
        bare=NONE,
    ),
    markup("style attribute", "<p style='background:url($t/a.gif)'>A"),
    markup(
        "style attribute with entities", "<p style='background:u&#114;l(&quot;$t/a.gif&quot;)'>A"
    ),
    markup("style with a media attribute", head="<style media=screen>@import '$t/a.css'</style>"),
    markup("style in the body", "<p class=a>A</p><style>.a{background:url($t/a.gif)}</style>"),
    linked("css of a file, import", "@import '$t/a.css';"),
    linked("css of a file, background", ".a{background:url($t/a.gif)}"),
    linked("css of a file, font", "@font-face{font-family:a;src:url($t/a.woff2)}.a{font-family:a}"),
    linked("css of a file in UTF-16", ".a{background:url($t/a.gif)}", encoding="utf-16"),
    Way(
        title="css of a file of a file",
        page=File(html("<p class=a>A", head="<link rel=stylesheet href=a.css>")),
        files={"a.css": File("@import 'b.css';", CSS), "b.css": File("@import '$t/c.css';", CSS)},
    ),
    markup(
        "css of a data address",
        head="<link rel=stylesheet href=\"data:text/css,@import '$t/a.css'\">",
    ),
    Way(
        title="svg picture with a picture in it",
        page=File(html("<img src=a.svg>")),
        files={
            "a.svg": File(
                '<svg xmlns="http://www.w3.org/2000/svg"><image href="$t/a.gif" width="9" height="9"/></svg>',
                SVG,
            )
        },
        bare=NONE,
    ),
    scripted(
        "css by a style element",
        "const style = document.createElement('style'); style.textContent = \"@import '$t/a.css'\"; document.head.append(style)",
    ),
    scripted("css by the style property", "document.body.style.backgroundImage = 'url($t/a.gif)'"),
    scripted("css by cssText", "document.body.style.cssText = 'background:url($t/a.gif)'"),
    scripted(
        "css by insertRule",
        "document.styleSheets[0].insertRule('body{background:url($t/a.gif)}')",
        body="<style></style>",
    ),
    scripted(
        "css constructed, replaceSync",
        f"{_SHEET}sheet.replaceSync('body{{background:url($t/a.gif)}}');{_ADOPT}",
    ),
    scripted(
        "css constructed, replace",
        f"{_SHEET}await sheet.replace('body{{background:url($t/a.gif)}}');{_ADOPT}",
    ),
    scripted(
        "css constructed in a shadow root",
        f"{_SHEET}sheet.replaceSync(':host{{background:url($t/a.gif)}}');const root = document.querySelector('p').attachShadow({{mode:'open'}});root.adoptedStyleSheets = [sheet]",
        body="<p>A</p>",
    ),
    scripted(
        "css by an animation",
        "document.body.animate({backgroundImage:['url($t/a.gif)','url($t/b.gif)']},1000)",
    ),
    scripted(
        "css typed",
        "document.body.attributeStyleMap.set('background-image', CSSStyleValue.parse('background-image','url($t/a.gif)'))",
    ),
    scripted(
        "css by a link element",
        "const link = document.createElement('link'); link.rel = 'stylesheet'; link.href = '$t/a.css'; document.head.append(link)",
    ),
    scripted(
        "css by new FontFace",
        "const font = new FontFace('a', 'url($t/a.woff2)'); document.fonts.add(font); font.load()",
    ),
    scripted(
        "css computed of a detached frame",
        "const frame = document.createElement('iframe'); document.body.append(frame); const p = frame.contentDocument.createElement('p'); p.style.content = 'url($t/a.gif)'; frame.contentDocument.body.append(p)",
    ),
    scripted(
        "css painted on a canvas",
        "const canvas = document.createElement('canvas').getContext('2d'); canvas.filter = 'url($t/a.svg#a)'; canvas.fillRect(0,0,9,9)",
        bare=NONE,
    ),
    scripted(
        "css module",
        "const {default: sheet} = await import('./a.css', {with:{type:'css'}}); document.adoptedStyleSheets = [sheet]",
        files={"a.css": File("body{background:url($t/a.gif)}", CSS)},
    ),
)
