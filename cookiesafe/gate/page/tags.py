"""One tag and what its attributes say, as the tokenizer reads them (HTML Standard, sections 13.2.5.32 to 13.2.5.40)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import entities

from .patterns import ATTRIBUTE, TAG_NAME

_NAMED = entities.html5
_REFERENCE = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?|([a-zA-Z][a-zA-Z0-9]{0,31});?)")
_LONGEST_NUMBER = 7


@dataclass(slots=True)
class TagText:
    """A start tag, whole or cut off. ``attributes`` has each name once: the first counts, others are none."""

    raw: bytes
    name: bytes = b""
    attributes: dict[bytes, str] = field(default_factory=dict)
    places: list[tuple[int, bytes]] = field(default_factory=list)
    """Where the name of each attribute stands, also of those that do not count."""
    name_end: int = 0
    end: int = 0
    """Where the last attribute ends."""

    def __post_init__(self) -> None:
        name = TAG_NAME.match(self.raw)
        if name is None:
            return
        self.name = name["name"].lower()
        self.name_end = self.end = name.end()
        for attribute in ATTRIBUTE.finditer(self.raw, name.end()):
            key = attribute["name"].lower()
            self.end = attribute.end()
            self.places.append((attribute.start(), key))
            if key not in self.attributes:
                value = attribute[2] or attribute[3] or attribute[4] or b""
                self.attributes[key] = unescape(value)

    @property
    def cut(self) -> bytes | None:
        """The name of the attribute a tag is cut off in, if it is the first of that name."""
        if not self.places or self.raw[self.end :].strip(b"\t\n\f\r "):
            return None
        name = self.places[-1][1]
        return name if [each for _, each in self.places].count(name) == 1 else None

    @property
    def is_rules(self) -> bool:
        """Whether it begins a script of speculation rules."""
        kind = self.attributes.get(b"type", "") if self.name == b"script" else ""
        return kind.strip("\t\n\f\r ").lower() == "speculationrules"

    @property
    def closes_itself(self) -> bool:
        return self.raw.endswith(b"/>") and self.end <= len(self.raw) - 2


def unescape(value: bytes) -> str:
    """What an attribute's value comes to: character references resolved, ``NUL`` and what is no UTF-8 replaced."""
    text = value.decode("utf-8", "replace").replace("\0", "\ufffd")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _REFERENCE.sub(_referred, text) if "&" in text else text


def _referred(match: re.Match[str]) -> str:
    """As section 13.2.5.72 and on; a name without its semicolon is none before ``=`` or an alphanumeric."""
    hexadecimal, decimal, name = match.groups()
    if name is None:
        return _numbered(hexadecimal or decimal, 16 if hexadecimal else 10)
    if match.group().endswith(";") and name + ";" in _NAMED:
        return _NAMED[name + ";"]
    if name not in _NAMED or match.string[match.end() : match.end() + 1] == "=":
        return match.group()
    return _NAMED[name] + match.group()[1 + len(name) :]


def _numbered(digits: str, base: int) -> str:
    digits = digits.lstrip("0")
    code = int(digits, base) if 0 < len(digits) <= _LONGEST_NUMBER else 0
    if code == 0 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return "\ufffd"
    if 0x80 <= code < 0xA0:
        return bytes([code]).decode("cp1252", "ignore") or chr(code)
    return chr(code)
