"""What the page gate costs, beside what a user would write instead, and what hostile pages make of it.

``python -m benchmarks.pages [hostile] [PATH …]``. Four pages of different kinds are made from fragments as real sites have
them, always the same; each ``PATH`` is a page more. The same job is done by each: swap frames of other sites, take out
hints and refreshes that lead there. Cases take turns in one process, A B C C B A, and the median of the paired ratios is
printed. ``turbohtml`` and ``html.parser`` are given the whole page at once; the gate gets it in chunks of 16 KB. Without
``turbohtml`` (``pip install turbohtml``) it is left out.
"""

from __future__ import annotations

import re
import sys
import tracemalloc
from collections.abc import Callable
from html.parser import HTMLParser
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import thread_time_ns
from typing import Any

from cookiesafe.gate.page import PageGate

CHUNK, ROUNDS = 16 * 1024, 15
ELSEWHERE = re.compile(r"(?:https?:)?//")
OURS = "/cookiesafe/embed"
Page = bytes


class Held:
    """Every address that names a host is held."""

    def held(self, url: str, base: str | None) -> str | None:
        return url if ELSEWHERE.match(url) else None

    def placeholder(self, key: str, sandbox: str | None) -> str:
        return OURS


HEAD = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Harbour Light &amp; Water</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="preconnect" href="https://held.example"><link rel="stylesheet" href="/static/site.css?v=3">
<link rel="icon" href="/favicon.ico"><meta property="og:title" content="Harbour Light &amp; Water">
<script>window.dataLayer=window.dataLayer||[];function g(){dataLayer.push(arguments)}g('js',new Date());</script>
<style>body{margin:0;font:16px/1.5 sans-serif}a:hover>b{color:red}</style></head><body class="page home">
"""
REFERENCE = b"""<li class="toctree-l2"><a class="reference internal" href="library/%d.html#module-%d">
<code class="xref py py-mod docutils literal notranslate"><span class="pre">module%d</span></code> \xe2\x80\x94 An item</a></li>
<dt><a href="#i%d">name</a></dt><dd><p>Returns <em>true</em> if &lt;b&gt; is <a href='x.html' title="a > b">so</a>.</p></dd>
"""
SCRIPT = b"""<div data-widget="w%d" class="widget"><p>Loading</p></div><script type="text/javascript" async>
(function(w,d,s,i){var f=d.getElementsByTagName(s)[0],j=d.createElement(s);for(var n=0;n<i.length;n++){if(n>%d&&i[n]<9)
{w["cb"+n]=function(e){return"<p class='x'>"+e.data+"<\\/p>"}}}j.src="/static/app.js?id="+i;f.parentNode.insertBefore(j,f)})
(window,document,"script",[%d,2,3]);LINES</script><script src="https://cdn.example/lib.js?v=%d&amp;m=1" defer></script>
<script type="application/json">{"id":%d,"items":[LIST{"name":"two","tags":["x","y"]}]}</script>
""".replace(
    b"LINES", b"var q=a.b(c,'<i>')||{d:[1,2,3],e:function(){return this.f<2?'g':\"h\"}};\n" * 15
).replace(b"LIST", b'{"name":"one","url":"/a?b=1&c=2","text":"some words of it"},' * 15)
IMAGE = b"""<figure class="teaser"><a href="/story/%d"><picture><source srcset="/img/%d.webp 1x, /img/%d@2x.webp 2x" type="image/webp">
<img src="/img/%d.jpg" alt="A boat &quot;in&quot; the harbour" width=640 height=360 loading=lazy></picture></a>
<figcaption>Words about it, and more of them, so that there is some text to pass by between the tags of it.</figcaption></figure>
<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><title>Next</title><path d="M10 6 8.59 7.41 13.17 12l-4.58 4.59L10 18z"/></svg>
"""
FRAME = b"""<section id="v%d"><h2>Video %d</h2><p>Some words about the video that is shown here, and who made it.</p>
TEXT<iframe width="560" height="315" src="https://held.example/embed/%d?rel=0&amp;start=1" title="Video" allowfullscreen></iframe>
<iframe src="/map?at=%d" loading="lazy"></iframe><noscript><img src="https://held.example/p.gif" alt=""></noscript></section>
""".replace(
    b"TEXT",
    b'<p class="text">Words, <a href="/x/y.html" class="link">a link</a>, <b>more words</b> and so on: a sentence.</p>\n'
    * 60,
)
FRAGMENTS = {
    "tag-dense": REFERENCE,
    "script-dense": SCRIPT,
    "image-dense": IMAGE,
    "iframe-dense": FRAME,
}
SIZE = 512 * 1024


def page_of(fragment: bytes, size: int = SIZE) -> Page:
    """A page of about ``size`` bytes."""
    count = fragment.count(b"%d")
    parts = [fragment % ((n,) * count) for n in range(size // len(fragment))]
    return b"".join([HEAD, *parts, b"</body></html>\n"])


def gate(page: Page, chunk: int = CHUNK) -> bytes:
    ours = PageGate(None, swaps=Held())
    passed = [ours.feed(page[at : at + chunk]) for at in range(0, len(page), chunk)]
    return b"".join(passed) + ours.close()


def turbohtml(page: Page) -> bytes:
    """``turbohtml.rewrite`` with handlers for the same job; it does not look into ``noscript``, nor follow ``base``."""

    def swap(element: Any) -> None:
        name = "data" if element.tag == "object" else "src"
        if ELSEWHERE.match(element.get(name) or ""):
            element.set_attribute(name, OURS)
            element.remove_attribute("sandbox")

    def unhint(element: Any) -> None:
        hints = {"preconnect", "dns-prefetch", "prefetch", "prerender"}
        elsewhere = ELSEWHERE.match(element.get("href") or "")
        if elsewhere and hints & set((element.get("rel") or "").split()):
            element.remove()

    def unrefresh(element: Any) -> None:
        if ELSEWHERE.search(element.get("content") or ""):
            element.remove()

    handlers = [
        ("iframe, frame, embed, object", swap),
        ("link", unhint),
        ("meta[http-equiv=refresh]", unrefresh),
    ]
    rewritten: str = import_module("turbohtml.rewrite").rewrite(
        page.decode(errors="replace"), elements=handlers
    )
    return rewritten.encode()


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text = self.get_starttag_text() or ""
        if tag in ("iframe", "frame", "embed", "object"):
            if ELSEWHERE.match(dict(attrs).get("data" if tag == "object" else "src") or ""):
                text = f'<{tag} src="{OURS}">'
        elif tag == "link" and ELSEWHERE.match(dict(attrs).get("href") or ""):
            text = "" if "preconnect" in (dict(attrs).get("rel") or "") else text
        self.out.append(text)

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag: str) -> None:
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.out.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.out.append(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.out.append(f"<!{decl}>")


def html_parser(page: Page) -> bytes:
    parser = _Parser()
    parser.feed(page.decode(errors="replace"))
    parser.close()
    return "".join(parser.out).encode()


def spent(run: Callable[[Page], object], page: Page) -> int:
    begun = thread_time_ns()
    run(page)
    return thread_time_ns() - begun


def compare(page: Page, others: list[Callable[[Page], bytes]]) -> tuple[float, list[float]]:
    """Our milliseconds, and the median of our time over that of each other."""
    ratios: list[list[float]] = [[] for _ in others]
    times = []
    for _ in range(ROUNDS):
        turns = [gate, *others, *reversed(others), gate]
        each = [spent(run, page) for run in turns]
        ours = each[0] + each[-1]
        times.append(ours / 2e6)
        for n in range(len(others)):
            ratios[n].append(ours / (each[1 + n] + each[-2 - n]))
    return median(times), [median(ratio) for ratio in ratios]


def extra_memory(page: Page, chunk: int) -> int:
    """The most it has at a time beside the chunk it is given and the piece it gives back, in bytes."""
    ours = PageGate(None, swaps=Held())
    ours.feed(page[:chunk])
    most = 0
    for at in range(chunk, len(page), chunk):
        piece = page[at : at + chunk]
        tracemalloc.start()
        passed = ours.feed(piece)
        most = max(most, tracemalloc.get_traced_memory()[1] - len(passed))
        tracemalloc.stop()
    return most


HOSTILE = {
    "tags in a tag": b"<a ",
    "an endless attribute": b'<iframe title="' + b"x" * (1 << 21),
    "attributes without end": b"<iframe " + b"a=b " * (1 << 19),
    "angles": b"<",
    "open comments": b"<!--",
    "closed comments": b"<!-->",
    "open end tags": b"</",
    "open declarations": b"<!",
    "end tags of nothing": b"</>",
    "references in an address": b"<iframe src='" + b"&amp" * (1 << 19),
    "zeros": b"\0",
    "quotes": b"\"'",
    "held frames": b"<iframe src=//held.example>x</iframe>",
    "held hints": b"<link rel=preconnect href=//held.example>",
    "bases": b"<base href=//held.example>",
    "scripts that hide scripts": b"<script><!--<script>",
    "sections in svg": b"<svg><![CDATA[",
    "titles in svg": b"<svg><title></svg>",
    "styles in svg": b"<svg><style></style>",
    "scripts": b"<script></script>",
    "noscript in noscript": b"<noscript>",
    "styles in noscript in svg": b"<svg><noscript><style>",
    "mathematics": b"<math><mi>",
    "frames in quotes behind an escape": b"\x1b<iframe a='",
    "frames in frames in a frameset": b"<frameset><iframe src='<iframe ",
    "templates in select": b"<select><template><style></select>",
    "attributes that touch": b"<section a=\"b\"c='d'e>",
    "attributes in one tag": b'<p a="b"' + b' c="d" e' * (1 << 18),
    "pictures in pictures": b'<svg><g a="b">',
    "links with references": b"<link rel='icon' title=\"&amp;\" href=/x>",
    "rules": b"<script type=speculationrules>{}</script>",
}
"""What is repeated, or cut off, to make a page of a megabyte."""


def hostile(unit: bytes, size: int) -> float:
    """Seconds for ``size`` bytes of ``unit``, in chunks of 4 KB."""
    page = (unit * (size // len(unit) + 1))[:size]
    return min(spent(lambda page: gate(page, 4096), page) for _ in range(3)) / 1e9


def main() -> None:
    bytearray(
        24 << 20
    )  # once freed, room like it stays with the process: theirs need it for whole pages
    paths = [Path(name) for name in sys.argv[1:] if name != "hostile"]
    pages = {kind: page_of(fragment) for kind, fragment in FRAGMENTS.items()}
    pages |= {"/".join(path.parts[-2:]): path.read_bytes() for path in paths}
    theirs = [turbohtml] if find_spec("turbohtml") else []
    names = " ".join(f"{run.__name__:>12}" for run in (*theirs, html_parser))
    print(f"{'ours over':32}{'KB':>6}{'ms':>8} {names}")
    for name, page in pages.items():
        if gate(page, 1000) != gate(page, len(page)):
            raise RuntimeError(f"{name}: what comes out depends on the chunks")
        ours, ratios = compare(page, [*theirs, html_parser])
        row = " ".join(f"{ratio:12.3f}" for ratio in ratios)
        print(f"{name[-32:]:32}{len(page) // 1024:6}{ours:8.2f} {row}")
    large = [*(page_of(f, 4 * SIZE) for f in FRAGMENTS.values()), *list(pages.values())[4:]]
    for chunk in (16, 64):
        most = max(extra_memory(page, chunk * 1024) for page in large)
        print(f"extra memory in chunks of {chunk} KB: {most / 1024:.0f} KB")
    if "hostile" in sys.argv[1:]:
        for name, unit in HOSTILE.items():
            once, twice = hostile(unit, 1 << 20), hostile(unit, 1 << 21)
            print(f"{name:36}{once:7.3f} s{twice / once:6.2f} x for twice as much")


if __name__ == "__main__":
    main()
