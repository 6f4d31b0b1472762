"""What the page gate looks for, as regular expressions: tags as the tokenizer reads them, and how to get past the rest.

HTML Standard, section 13.2.5. All are possessive, so each is done in one pass over what it is given.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import cache

JUDGED = (b"iframe", b"frame", b"embed", b"object", b"link", b"meta", b"base", b"script")
"""Elements whose address may be held."""

RAW_TEXT = (b"style", b"textarea", b"title", b"xmp", b"noembed", b"noframes")
"""Elements whose content is text up to their end tag, beside ``iframe``, ``script`` and, with scripting, ``noscript``."""

INTEGRATING = (b"title", b"desc", b"mi", b"mo", b"mn", b"ms", b"mtext")
"""Foreign elements that may have HTML in them, but seldom do (section 13.2.6.1, integration points)."""

FOREIGN = (b"svg", b"math")
_ENDS = (*FOREIGN, b"select", b"template")
STARTS = frozenset({*JUDGED, *RAW_TEXT, *_ENDS, b"frameset", b"noscript", b"plaintext", b"col"})
"""Start tags of interest in HTML."""

FOREIGN_STARTS = STARTS | {*INTEGRATING, b"foreignobject", b"annotation-xml"}
"""Start tags of interest in ``svg`` and ``math``."""

LONGEST_NAME = len(b"annotation-xml")

HINTS = ("preconnect", "dns-prefetch", "prefetch", "prerender", "search")
"""Link types that make a browser call a host and that no CSP, or not every browser's, covers."""

SPACE = rb"\t\n\f\r\x20"
DELIMITED = rb"(?=[" + SPACE + rb"/>])"


def maybe(what: bytes) -> bytes:
    return b"(?:" + what + b"|)"


# Before 3.11.5, a last try that failed moved the place to go on from: there it needs a way to succeed with nothing.
_WAY_OUT = b"" if sys.version_info >= (3, 11, 5) else b"|"


def many(what: bytes) -> bytes:
    """Any number of ``what``, never given back."""
    return b"(?:" + what + _WAY_OUT + b")*+"


_NAME = rb"[^~/>][^~/>=]*+"
_VALUE = rb"""(?:"[^"]*+"?+|'[^']*+'?+|[^~>"'][^~>]*+)"""
_WHOLE_VALUE = rb"""(?:"[^"]*+"|'[^']*+'|[^~>"'][^~>]*+(?=[~>]))"""
_ATTRIBUTES = many(rb"[~/]++|" + _NAME + maybe(rb"[~]*+=[~]*+" + maybe(_VALUE)))
_USUAL_VALUE = rb"""(?:="[^"]*+"|=[^~>"'][^~>]*+|='[^']*+'|)"""
_USUAL_ATTRIBUTE = rb"[~]++[^~/>=]++" + _USUAL_VALUE
_QUOTED_ATTRIBUTE = rb'\x20[^~/>=]++="[^"]*+"'
_MORE = many(_USUAL_ATTRIBUTE) + rb"[~]*+/?+>"
_USUAL_REST = b"(?:>|" + _MORE + b")"
_SWIFT_REST = b"(?:>|%b(?:>|%b(?:>|/>|%b))|%b)" % (
    _QUOTED_ATTRIBUTE,
    many(_QUOTED_ATTRIBUTE),
    _MORE,
    _MORE,
)
_PLAIN_ATTRIBUTES = many(_USUAL_ATTRIBUTE) + rb"[~]*+"
_TAG_BEGIN = rb"<(?P<end>/?)(?P<name>[a-zA-Z][^~/>]*+)"
_TO_TAG_END = b"(?:" + _USUAL_REST + b"|" + _ATTRIBUTES + b">)"

_NEGATED = re.compile(rb"\[\^[^\]]{2,}\]")


def compiled(pattern: bytes) -> re.Pattern[bytes]:
    """``~`` stands for ASCII whitespace. A set of all bytes but some is looked up faster if it says which ones it has."""
    whole = pattern.replace(b"~", SPACE)
    return re.compile(_NEGATED.sub(lambda negated: _told(negated.group()), whole))


@cache
def _told(negated: bytes) -> bytes:
    runs = re.finditer(negated + b"+", bytes(range(256)))
    return b"[" + b"".join(rb"\x%02x-\x%02x" % (run.start(), run.end() - 1) for run in runs) + b"]"


def any_case(word: bytes) -> bytes:
    """A pattern for ``word`` in any mixture of ASCII cases; faster than the flag, which folds all there is."""
    both = (b"[%c%c]" % (c, c & ~32) if c & 64 else re.escape(bytes([c])) for c in word.lower())
    return b"".join(both)


def _one_of(words: Iterable[bytes]) -> bytes:
    """A pattern for any of ``words``, which looks at each letter once."""
    tails: dict[bytes, list[bytes]] = {}
    for word in sorted(words, reverse=True):
        tails.setdefault(word[:1], []).append(word[1:])
    ways = (any_case(first) + _one_of(rest) if first else b"" for first, rest in tails.items())
    return b"(?:" + b"|".join(ways) + b")"


# First letters of names that are told apart by the second letter, mostly, and some that are so by all that follows.
_COMMON, _ALIKE = (b"st", b"bip"), b"elm"


def _names_but(words: Iterable[bytes]) -> list[bytes]:
    """Most tag names that are none of ``words``: told apart by the first letter, by the second, or by all but the first."""
    groups: dict[bytes, list[bytes]] = {}
    for word in sorted(words):
        alike = next((each for each in (*_COMMON, _ALIKE) if word[0] in each), b"")
        groups.setdefault(alike, []).append(word)
    common = [groups[alike] for alike in _COMMON if alike in groups]
    by_first = _any_of(set(range(ord("a"), ord("z") + 1)) - {word[0] for word in words})
    by_second = [_begin(each) + b"(?!%b)" % _any_of(word[1] for word in each) for each in common]
    by_rest = [
        _begin(each) + b"(?!%b%b)" % (_one_of(word[1:] for word in each), DELIMITED)
        for _, each in sorted(groups.items(), key=lambda group: group[0] in _COMMON)
    ]
    names = [by_first, *by_second, b"(?:" + b"|".join(by_rest) + b")"]
    return [name + rb"[^~/>]*+" for name in names]


def _begin(words: Iterable[bytes]) -> bytes:
    return _any_of(word[0] for word in words)


def _any_of(letters: Iterable[int]) -> bytes:
    one = bytes(sorted(set(letters)))
    return b"[" + one + one.upper() + b"]"


COMMENT = (
    rb"!--(?:-?>|(?![>!-])" + many(rb"[^-]++|-(?!-!?>)") + rb"--!?>)"
    rb"|(?:\?|!(?!--|\[CDATA\[)|/[^a-zA-Z>])[^>]*+>|/>"
)
"""What begins with an angle and shows nothing, as far as it is easily told: comments, doctypes, ``</>``."""


def _usual(starts: Iterable[bytes], rest: bytes = _USUAL_REST) -> list[bytes]:
    """Whole tags of no interest, written as most are."""
    ends, names = _names_but(_ENDS), _names_but(starts)
    return [
        b"/" + ends[0] + b">",
        names[0] + rest,
        b"/" + ends[1] + b">",
        *(name + rest for name in names[1:-1]),
        rb"!--[^>!-][^-]*+-->",
        names[-1] + rest,
        b"/" + ends[-1] + b">",
    ]


def _others(starts: Iterable[bytes]) -> list[bytes]:
    """The same, written in any way; angles that are none, and comments."""
    ends, names = _names_but(_ENDS), _names_but(starts)
    return [
        b"(?:%b|/(?:%b))%b>" % (b"|".join(names), b"|".join(ends), _ATTRIBUTES),
        rb"(?=[^a-zA-Z/!?])",
        COMMENT,
    ]


def _past(ways: Iterable[bytes]) -> bytes:
    return rb"[^<]*+" + many(rb"<(?:" + b"|".join(ways) + rb")[^<]*+")


def _whole(name: bytes, content: bytes, attributes: bytes = _PLAIN_ATTRIBUTES) -> bytes:
    """An element in small letters, as most write it."""
    return name + attributes + b">" + content + b"</" + name + b">"


def _attributes_but(name: bytes, value: bytes) -> bytes:
    """Usual attributes; one of this name may only have such a value."""
    other = rb"[^~/>=%b][^~/>=]*+" % (name[:1] + name[:1].upper())
    alike = rb"(?!%b[~/>=])[^~/>=]++" % any_case(name)
    ways = (other + _USUAL_VALUE, rb'%b="%b"' % (name, value), alike + _USUAL_VALUE)
    return many(rb"[~]++(?:" + b"|".join(ways) + b")") + rb"[~]*+"


_LEAVES = [_whole(each, rb"[^<]*+", _PLAIN_ATTRIBUTES + rb"/?+") for each in INTEGRATING]
_QUIET_ATTRIBUTES = many(rb"[~]++[^~/><=]++" + maybe(rb'="[^"<]*+"')) + rb"[~]*+/?+>"
_QUIET_TAG = b"(?:" + b"|".join(_names_but(STARTS)) + b")" + _QUIET_ATTRIBUTES
_NO_HINTS = b"stylesheet|shortcut|shortlink|preload|pingback|profile|prev"
_HARMLESS_TYPES = many(
    rb"[~]*+(?:(?!%b)[^~\"&]++|%b)(?=[~\"])" % (_any_of(ord(hint[0]) for hint in HINTS), _NO_HINTS)
)
_PLAIN_CODE = rb"[^<]*+" + many(rb"<[^!/<][^<]*+")
_PLAIN_SCRIPT = _PLAIN_CODE + many(rb"<(?![!/](?:--|%b))" % any_case(b"script") + _PLAIN_CODE)
_QUIET = [
    # A script that is no speculation rules and hides no end tag.
    _whole(b"script", _PLAIN_SCRIPT, _attributes_but(b"type", rb"(?![~]*+[sS][pP])[^\"&]*+")),
    # What leaves foreign content as it entered it.
    _whole(b"svg", _past([b"path" + _SWIFT_REST, *_LEAVES[:2], *_usual(FOREIGN_STARTS)])),
    *(_whole(each, rb"[^<]*+") for each in (b"style", b"title", b"textarea")),
    # What is the same whether scripts run or not.
    _whole(b"noscript", many(rb"[^<]++|<" + _QUIET_TAG + rb"|</[a-mo-zA-MO-Z][a-z]*+>")),
    b"link" + _attributes_but(b"rel", _HARMLESS_TYPES + rb"[~]*+") + rb"/?+>",
    b"meta" + _attributes_but(b"http-equiv", rb"(?!)") + rb"/?+>",
]
_FREQUENT = [b"p" + _SWIFT_REST, b"li" + _SWIFT_REST]
SKIP = compiled(_past([*_FREQUENT, *_usual(STARTS, _SWIFT_REST), *_QUIET, *_others(STARTS)]))
"""Past text, comments, whole tags of no interest, and whole elements in which all readings see nothing."""

SKIP_DOUBTFUL = compiled(_past([*_usual(STARTS), *_others(STARTS)]))
"""The same where readings may differ: nothing is taken as a whole."""

SKIP_FOREIGN = compiled(_past([*_usual(FOREIGN_STARTS), *_LEAVES, *_others(FOREIGN_STARTS)]))
"""The same in ``svg`` and ``math``, where more is of interest."""

TAG_NAME = compiled(_TAG_BEGIN)
"""How a tag begins. Its name may go on if nothing follows."""

TAG = compiled(_TAG_BEGIN + _TO_TAG_END)
"""A whole tag."""

ATTRIBUTE = compiled(
    rb"(?P<name>" + _NAME + b")"
    rb"""(?:[~]*+=[~]*+(?:"([^"]*+)"?+|'([^']*+)'?+|([^~>"'][^~>]*+)|)|)"""
)
"""One attribute of a tag, also of one that is cut off."""

SUSPECT = re.compile(rb"<(?P<name>%b)" % _one_of(JUDGED) + DELIMITED)
"""What would be a tag that may be held, wherever it stands."""

UNFINISHED_SUSPECT = re.compile(rb"<[a-zA-Z]{0,6}\Z")

WHOLE_ATTRIBUTES = many(
    rb"[~/]++|" + _NAME + rb"(?:[~]*+=[~]*+" + _WHOLE_VALUE + rb"|(?=[/>])|[~]++(?=[^~=]))"
)
"""Attributes that are surely over; what follows them may be an unfinished one."""

CDATA, ESCAPE = b"<![CDATA[", b"\x1b"
VEILS = {
    name: re.compile(rb"</" + any_case(name) + DELIMITED)
    for name in (*RAW_TEXT, b"iframe", b"noscript")
} | {
    b"script": re.compile(rb"</?" + any_case(b"script") + DELIMITED),
    CDATA: re.compile(rb"[\x80-\xff]?\]\]>"),
    ESCAPE: re.compile(ESCAPE),
}
"""Where a text is over that is markup in another reading: an element's, a section of character data.

A script may go on behind ``<script``, and a section behind a byte that makes one character of ``]`` (GBK, Shift_JIS):
there, as at an escape (ISO-2022-JP, where ASCII may be no ASCII), nothing can be said any more.
"""

LONGEST_VEIL_END = len(b"</noscript>")
VEIL_MAY_END = re.compile(rb"(?:<(?:/?[a-zA-Z]*+)?|[\x80-\xff]?\]{0,2})\Z")
