"""What the page gate looks for, as regular expressions: tags as the tokenizer reads them, and how to get past the rest.

HTML Standard, section 13.2.5. All are possessive, so each is done in one pass over what it is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

JUDGED = (b"iframe", b"frame", b"embed", b"object", b"link", b"meta", b"base", b"script")
"""Elements whose address may be held."""

RAW_TEXT = (b"style", b"textarea", b"title", b"xmp", b"noembed", b"noframes")
"""Elements whose content is text up to their end tag, beside ``iframe``, ``script`` and, with scripting, ``noscript``."""

INTEGRATING = (b"desc", b"title", b"mi", b"mo", b"mn", b"ms", b"mtext")
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


def many(what: bytes) -> bytes:
    """Any number of ``what``, never given back.

    The empty way out is for Python before 3.11.5: there, a last try that failed moved the place to go on from.
    """
    return b"(?:" + what + b"|)*+"


_NAME = rb"(?:=[^~/>=]*+|[^~/>=]++)"
_VALUE = rb"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^~>"'][^~>]*+)"""
_WHOLE_VALUE = rb"""(?:"[^"]*+"|'[^']*+'|[^~>"'][^~>]*+(?=[~>]))"""
_ATTRIBUTES = many(rb"[~/]++|" + _NAME + maybe(rb"[~]*+=[~]*+" + maybe(_VALUE)))
_USUAL_ATTRIBUTES = many(rb"[~]++[^~/>=]++" + maybe(rb'="[^"]*+"')) + rb"[~]*+/?+"
_PLAIN_ATTRIBUTES = many(rb"[~]++[^~/>=]++" + maybe(rb'="[^"]*+"')) + rb"[~]*+"
_TAG_BEGIN = rb"<(?P<end>/?)(?P<name>[a-zA-Z][^~/>]*+)"
_TO_TAG_END = rb"(?:" + _USUAL_ATTRIBUTES + b">|" + _ATTRIBUTES + b">)"


def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    """``~`` stands for ASCII whitespace."""
    return re.compile(pattern.replace(b"~", SPACE))


def any_case(word: bytes) -> bytes:
    """A pattern for ``word`` in any mixture of ASCII cases; faster than the flag, which folds all there is."""
    both = (b"[%c%c]" % (c, c & ~32) if c & 64 else re.escape(bytes([c])) for c in word.lower())
    return b"".join(both)


def _one_of(words: Iterable[bytes]) -> bytes:
    return b"(?:" + b"|".join(map(any_case, words)) + b")"


def _name_of_none(words: Iterable[bytes]) -> bytes:
    """A tag name that is none of ``words``, told apart by the first letter first."""
    tails: dict[bytes, list[bytes]] = {}
    for word in sorted(set(words)):
        tails.setdefault(word[:1], []).append(word[1:])
    letters = bytes(c for c in range(ord("a"), ord("z") + 1) if bytes([c]) not in tails)
    ways = [b"[" + letters + letters.upper() + b"]"]
    for first, rests in tails.items():
        ways.append(any_case(first) + b"(?!" + _one_of(rests) + DELIMITED + b")")
    return b"(?:" + b"|".join(ways) + b")" + rb"[^~/>]*+"


COMMENT = (
    rb"!--(?:-?>|(?![>!-])" + many(rb"[^-]++|-(?!-!?>)") + rb"--!?>)"
    rb"|(?:\?|!(?!--|\[CDATA\[)|/[^a-zA-Z>])[^>]*+>|/>"
)
"""What begins with an angle and shows nothing, as far as it is easily told: comments, doctypes, ``</>``."""


def _uninteresting(starts: Iterable[bytes]) -> list[bytes]:
    return [
        rb"/" + _name_of_none(_ENDS) + rb"(?:>|" + _ATTRIBUTES + rb">)",
        _name_of_none(starts) + _TO_TAG_END,
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
_QUIET_TAG = (
    _name_of_none(STARTS) + many(rb"[~]++[^~/><=]++" + maybe(rb'="[^"<]*+"')) + rb"[~]*+/?+>"
)
_QUIET = [
    # A script that is no speculation rules and hides no end tag.
    _whole(
        b"script",
        many(rb"[^<]++|<(?!!--|/" + any_case(b"script") + DELIMITED + b")"),
        _attributes_but(b"type", rb"(?![~]*+[sS][pP])[^\"&]*+"),
    ),
    *(_whole(each, rb"[^<]*+") for each in (b"style", b"title", b"textarea")),
    # What is the same whether scripts run or not.
    _whole(b"noscript", many(rb"[^<]++|<" + _QUIET_TAG + rb"|</[a-mo-zA-MO-Z][a-z]*+>")),
    # What leaves foreign content as it entered it.
    _whole(b"svg", _past([*_LEAVES, *_uninteresting(FOREIGN_STARTS)])),
    any_case(b"link")
    + _attributes_but(b"rel", rb"(?:stylesheet|(?:shortcut )?icon|canonical|alternate|manifest)")
    + rb"/?+>",
    any_case(b"meta") + _attributes_but(b"http-equiv", rb"(?!)") + rb"/?+>",
]
_DOUBTFUL = _uninteresting(STARTS)

SKIP = _compiled(_past([*_DOUBTFUL, *_QUIET]))
"""Past text, comments, whole tags of no interest, and whole elements in which all readings see nothing."""

SKIP_DOUBTFUL = _compiled(_past(_DOUBTFUL))
"""The same where readings may differ: nothing is taken as a whole."""

SKIP_FOREIGN = _compiled(_past([*_LEAVES, *_uninteresting(FOREIGN_STARTS)]))
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

VEILS = {
    name: re.compile(rb"</" + any_case(name) + DELIMITED)
    for name in (*RAW_TEXT, b"iframe", b"noscript")
} | {
    b"script": re.compile(rb"</?" + any_case(b"script") + DELIMITED),
    b"<![CDATA[": re.compile(rb"[\x80-\xff]?\]\]>"),
    b"\x1b": re.compile(rb"\x1b"),
}
"""Where a text is over that is markup in another reading: an element's, a section of character data.

A script may go on behind ``<script``, and a section behind a byte that makes one character of ``]`` (GBK, Shift_JIS):
there, as at an escape (ISO-2022-JP, where ASCII may be no ASCII), nothing can be said any more.
"""

VEIL_MAY_END = re.compile(rb"(?:<(?:/?[a-zA-Z]*+)?|[\x80-\xff]?\]{0,2})\Z")
