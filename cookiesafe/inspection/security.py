"""Rules about keys, cookies and the store: what must hold before visitors come."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from ..adapters.stores import MemoryStore
from ..addresses import is_loopback
from .finding import Finding, Place
from .sources import Sources
from .subject import Subject

_KEYS: Final = frozenset(
    {"secret_key", "fallback_keys", "ledger_key", "ledger_fallback_keys", "secret_key_fallbacks"}
)
_SHORTEST: Final = 8
_PASSWORD: Final = re.compile(r"[a-z][a-z0-9+]*://[^/\s:@]*:[^/\s@{}<]+@[\w.-]+")
_TOLD: Final = {
    "CS505": "Have a longer key made, and give this one as a fallback for a while.",
    "CS506": "Take the reader out, or give it a later day.",
    "CS509": 'Give the ledger a database: ledger_store="postgresql://…".',
    "CS510": "Set maxmemory-policy to noeviction or volatile-ttl.",
}
_MAKE_ONE: Final = '"cookiesafe keys new FILE" makes one: then secret_key=keys_from_file("FILE").'


def keys_in_sources(subject: Subject) -> Iterator[Finding]:
    for name, place in _literal_keys(subject.sources):
        yield Finding(
            "CS721",
            f"{name} stands in the source, where whoever reads the code can sign any session",
            f"Change the key, and keep it out of the repository. {_MAKE_ONE}",
            place=place,
            about=name.lower(),
        )


def guessable_keys(subject: Subject) -> Iterator[Finding]:
    if subject.guessable:
        yield Finding(
            "CS722",
            "a key looks as if somebody had thought it up",
            f"Have one made, and give this one as a fallback for a while. {_MAKE_ONE}",
            place=subject.made,
            about="secret_key",
        )


def memory(subject: Subject) -> Iterator[Finding]:
    if isinstance(subject.store, MemoryStore):
        yield Finding(
            "CS503",
            "choices and logins are kept in the memory of each process, and gone when it ends",
            'Say where they are kept: store="sqlite:///cookiesafe.db", or a database\'s URL.',
            place=subject.made,
            about="store",
        )


def passwords_in_sources(subject: Subject) -> Iterator[Finding]:
    for path, tree in subject.sources.trees.items():
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(node, ast.Constant) and isinstance(text, str) and _PASSWORD.match(text):
                yield Finding(
                    "CS726",
                    "a URL in the source has a password in it",
                    "Change the password, and read the URL from the environment.",
                    place=Place(path, node.lineno),
                    about="url",
                )


def secure(subject: Subject) -> Iterator[Finding]:
    if subject.settings.plain_on_https:
        yield Finding(
            "CS723",
            "our cookies are set without Secure, and without the prefix that keeps others from setting them",
            'Leave out secure=False. Behind a proxy that does https, give origin="https://…".',
            place=subject.made,
            about="secure",
        )


def origins(subject: Subject) -> Iterator[Finding]:
    own = [subject.settings.origin] if subject.settings.origin is not None else []
    for origin in (*own, *sorted(subject.settings.trusted_origins)):
        scheme, _, host = origin.partition("://")
        if scheme == "http" and not is_loopback(host):
            yield Finding(
                "CS724",
                f"{origin} is plain http: anybody on the way can read and change what is sent there",
                f'Serve it over https, and write "https://{host}".',
                place=subject.sources.quoted(origin) or subject.made,
                about=origin,
            )


def observing(subject: Subject) -> Iterator[Finding]:
    if not subject.settings.enforce:
        yield Finding(
            "CS725",
            'nothing is held: mode is "observe"',
            "Leave out mode when the log names nothing any more that visitors need.",
            place=subject.sources.quoted("observe") or subject.made,
            about="mode",
        )


def _literal_keys(sources: Sources) -> Iterator[tuple[str, Place]]:
    """Where a key is written down, by the name that it is given to."""
    for path, tree in sources.trees.items():
        constants = _constants(tree)
        for node in ast.walk(tree):
            for name, value in _given(node):
                if name.lower() in _KEYS:
                    for literal in _literals(value, constants):
                        yield name, Place(path, literal.lineno)


def _given(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Names, and what they are given: by an argument, a statement, or an entry of a dict."""
    match node:
        case ast.keyword(arg=str(name), value=value):
            yield name, value
        case ast.Assign(targets=targets, value=value):
            yield from ((_name(each), value) for each in targets)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield _name(target), value
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, value


def _name(target: ast.expr) -> str:
    match target:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
        case _:
            return ""


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """What the names of a module stand for, where a statement at its top says so."""
    found: dict[str, ast.expr] = {}
    for statement in tree.body:
        for name, value in _given(statement):
            found[name] = value
    return found


def _literals(node: ast.expr, constants: dict[str, ast.expr], depth: int = 0) -> Iterator[ast.expr]:
    """What of an expression is written down as it is, and long enough to be a key."""
    if depth > 5:
        return
    match node:
        case ast.Constant(value=str(text) | bytes(text)):
            if len(text) >= _SHORTEST:
                yield node
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.BoolOp(values=parts):
            for each in parts:
                yield from _literals(each, constants, depth + 1)
        case ast.IfExp(body=one, orelse=other):
            for each in (one, other):
                yield from _literals(each, constants, depth + 1)
        case ast.BinOp(left=ast.Constant(value=str() | bytes()), right=ast.Constant()):
            yield node
        case ast.Call(args=[_, fallback], func=ast.Attribute(attr="get" | "getenv")):
            # What is taken where the environment has none.
            yield from _literals(fallback, constants, depth + 1)
        case ast.Name(id=name) if name in constants and name.lower() not in _KEYS:
            yield from _literals(constants[name], constants, depth + 1)


def told(subject: Subject) -> Iterator[Finding]:
    """What CookieSafe itself has said of its settings, as the app was loaded."""
    for said in subject.said:
        if said.code in _TOLD:
            yield Finding(
                said.code,
                said.text.rstrip("."),
                _TOLD[said.code],
                place=subject.made,
                about=str(said.data.get("about", "")),
            )


RULES: Final = (
    keys_in_sources,
    guessable_keys,
    memory,
    passwords_in_sources,
    secure,
    origins,
    observing,
    told,
)
