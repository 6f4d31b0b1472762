"""What the page gate looks for, as regular expressions: tags as the tokenizer reads them, and how to get past the rest.

HTML Standard, section 13.2.5. All are possessive, so each is done in one pass over what it is given.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

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

SPACE = rb"\t\n\f\r\x20"
DELIMITED = rb"(?=[" + SPACE + rb"/>])"


def maybe(what: bytes) -> bytes:
    return b"(?:" + what + b"|)"


# Before 3.11.5, a last try that failed moved the place to go on from: there it needs a way to succeed with nothing.
_WAY_OUT = b"" if sys.version_info >= (3, 11, 5) else b"|"


def many(what: bytes) -> bytes:
    """Any number of ``what``, never given back."""
    return b"(?:" + what + _WAY_OUT + b")*+"


_COMMON_FIRST = (
    b"tlseipmnbofxcd"  # as tag names begin in pages, of those that are told apart by more than that
)
_NAME = rb"(?:=[^~/>=]*+|[^~/>=]++)"
_VALUE = rb"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^~>"'][^~>]*+)"""
_WHOLE_VALUE = rb"""(?:"[^"]*+"|'[^']*+'|[^~>"'][^~>]*+(?=[~>]))"""
_ATTRIBUTES = many(rb"[~/]++|" + _NAME + maybe(rb"[~]*+=[~]*+" + maybe(_VALUE)))
_USUAL_ATTRIBUTE = rb"""[~]++[^~/>=]++(?:="[^"]*+"|=[^~>"'][^~>]*+|='[^']*+'|)"""
_USUAL_ATTRIBUTES = many(_USUAL_ATTRIBUTE) + rb"[~]*+/?+"
_PLAIN_ATTRIBUTES = many(_USUAL_ATTRIBUTE) + rb"[~]*+"
_TAG_BEGIN = rb"<(?P<end>/?)(?P<name>[a-zA-Z][^~/>]*+)"
_TO_TAG_END = rb"(?:>|" + _USUAL_ATTRIBUTES + b">|" + _ATTRIBUTES + b">)"


def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    """``~`` stands for ASCII whitespace."""
    return re.compile(pattern.replace(b"~", SPACE))


def any_case(word: bytes) -> bytes:
    """A pattern for ``word`` in any mixture of ASCII cases; faster than the flag, which folds all there is."""
    both = (b"[%c%c]" % (c, c & ~32) if c & 64 else re.escape(bytes([c])) for c in word.lower())
    return b"".join(both)


def _one_of(words: Iterable[bytes]) -> bytes:
    return b"(?:" + b"|".join(map(any_case, words)) + b")"


def _names_but(words: Iterable[bytes]) -> list[bytes]:
    """Tag names that are none of ``words``: told apart by the first letter, else by the second, else by all."""
    tails: dict[bytes, list[bytes]] = {}
    for word in sorted(set(words), key=lambda word: _COMMON_FIRST.find(word[:1])):
        tails.setdefault(word[:1], []).append(word[1:])
    others = bytes(c for c in range(ord("a"), ord("z") + 1) if bytes([c]) not in tails)
    seconds = b"".join({rest[:1] for rests in tails.values() for rest in rests})
    by_all = (
        any_case(first) + b"(?!" + _one_of(rests) + DELIMITED + b")"
        for first, rests in tails.items()
    )
    return [
        _any_of(others) + rb"[^~/>]*+",
        _any_of(b"".join(tails)) + b"(?!" + _any_of(seconds) + rb")[^~/>]*+",
        b"(?:" + b"|".join(by_all) + rb")[^~/>]*+",
    ]


def _any_of(letters: bytes) -> bytes:
    return b"[" + letters + letters.upper() + b"]"


COMMENT = (
    rb"!--(?:-?>|(?![>!-])" + many(rb"[^-]++|-(?!-!?>)") + rb"--!?>)"
    rb"|(?:\?|!(?!--|\[CDATA\[)|/[^a-zA-Z>])[^>]*+>|/>"
)
"""What begins with an angle and shows nothing, as far as it is easily told: comments, doctypes, ``</>``."""


def _usual(starts: Iterable[bytes]) -> list[bytes]:
    """Whole tags of no interest, written as most are."""
    ends, names = _names_but(_ENDS), _names_but(starts)
    return [
        b"/" + ends[0] + b">",
        *(name + _USUAL_ATTRIBUTES + b">" for name in names),
        *(b"/" + name + b">" for name in ends[1:]),
    ]


def _others(starts: Iterable[bytes]) -> list[bytes]:
    """The same, written in any way; angles that are none, and comments."""
    ends, names = _names_but(_ENDS), _names_but(starts)
    return [
        names[0] + _ATTRIBUTES + b">",
        names[-1] + _ATTRIBUTES + b">",
        b"/" + ends[0] + _ATTRIBUTES + b">",
        b"/" + ends[-1] + _ATTRIBUTES + b">",
        rb"(?=[^a-zA-Z/!?])",
        COMMENT,
    ]


def _past(ways: Iterable[bytes]) -> bytes:
    return many(rb"[^<]*+<(?:" + b"|".join(ways) + rb")") + rb"[^<]*+"


def _whole(name: bytes, content: bytes, attributes: bytes = _PLAIN_ATTRIBUTES) -> bytes:
    return any_case(name) + attributes + b">" + content + b"</" + any_case(name) + b">"


def _attributes_but(name: bytes, value: bytes) -> bytes:
    """Usual attributes; one of this name may only have such a value."""
    this, other = any_case(name), rb"(?!%b[~/>=])[^~/>=]++" % any_case(name)
    return many(rb'[~]++(?:%b="%b"|%b%b)' % (this, value, other, maybe(rb'="[^"]*+"'))) + rb"[~]*+"


_LEAVES = [_whole(each, rb"[^<]*+", _USUAL_ATTRIBUTES) for each in INTEGRATING]
_QUIET_ATTRIBUTES = many(rb"[~]++[^~/><=]++" + maybe(rb'="[^"<]*+"')) + rb"[~]*+/?+>"
_QUIET_TAG = b"(?:" + b"|".join(_names_but(STARTS)) + b")" + _QUIET_ATTRIBUTES
_QUIET = [
    # What leaves foreign content as it entered it.
    _whole(b"svg", _past([*_usual(FOREIGN_STARTS), *_LEAVES[:2]])),
    # A script that is no speculation rules and hides no end tag.
    _whole(
        b"script",
        many(rb"[^<]*+<(?![!/](?:--|" + any_case(b"script") + rb"))") + rb"[^<]*+",
        _attributes_but(b"type", rb"(?![~]*+[sS][pP])[^\"&]*+"),
    ),
    *(_whole(each, rb"[^<]*+") for each in (b"style", b"title", b"textarea")),
    # What is the same whether scripts run or not.
    _whole(b"noscript", many(rb"[^<]++|<" + _QUIET_TAG + rb"|</[a-mo-zA-MO-Z][a-z]*+>")),
    any_case(b"link")
    + _attributes_but(b"rel", rb"(?:stylesheet|(?:shortcut )?icon|canonical|alternate|manifest)")
    + rb"/?+>",
    any_case(b"meta") + _attributes_but(b"http-equiv", rb"(?!)") + rb"/?+>",
]
SKIP = _compiled(_past([*_usual(STARTS), *_QUIET, *_others(STARTS)]))
"""Past text, comments, whole tags of no interest, and whole elements in which all readings see nothing."""

SKIP_DOUBTFUL = _compiled(_past([*_usual(STARTS), *_others(STARTS)]))
"""The same where readings may differ: nothing is taken as a whole."""

SKIP_FOREIGN = _compiled(_past([*_usual(FOREIGN_STARTS), *_LEAVES, *_others(FOREIGN_STARTS)]))
"""The same in ``svg`` and ``math``, where more is of interest."""

TAG_NAME = _compiled(_TAG_BEGIN)
"""How a tag begins. Its name may go on if nothing follows."""

TAG = _compiled(_TAG_BEGIN + _TO_TAG_END)
"""A whole tag."""

ATTRIBUTE = _compiled(
    rb"(?P<name>" + _NAME + b")"
    rb"""(?:[~]*+=[~]*+(?:"([^"]*+)(?:"|\Z)|'([^']*+)(?:'|\Z)|([^~>"'][^~>]*+)|)|)"""
)
"""One attribute of a tag, also of one that is cut off."""

SUSPECT = re.compile(rb"<(?P<name>%b)" % _one_of(JUDGED) + DELIMITED)
"""What would be a tag that may be held, wherever it stands."""

UNFINISHED_SUSPECT = re.compile(rb"<[a-zA-Z]{0,6}\Z")

WHOLE_ATTRIBUTES = many(
    rb"[~/]++|" + _NAME + rb"(?:[~]*+=[~]*+" + _WHOLE_VALUE + rb"|(?=[/>])|[~]++(?=[^~=]))"
).replace(b"~", SPACE)
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
