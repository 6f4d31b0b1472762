"""One tag and what its attributes say, as the tokenizer reads them (HTML Standard, sections 13.2.5.32 to 13.2.5.40)."""

from __future__ import annotations

import re
from collections.abc import Container
from html import entities

from .patterns import ATTRIBUTE

NAMED = entities.html5
_REFERENCE = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?|([a-zA-Z][a-zA-Z0-9]{0,31});?)")
_LONGEST_NUMBER = 7


class TagText:
    """A start tag, whole or cut off. Of attributes with the same name the first counts; the others are none."""

    __slots__ = ("_values", "name", "name_end", "raw")

    def __init__(self, raw: bytes, name: bytes) -> None:
        self.raw = raw
        self.name = name
        """In small letters."""
        self.name_end = len(b"<") + len(name)
        found = ATTRIBUTE.findall(raw, self.name_end)
        found.reverse()
        self._values = {key.lower(): one or two or bare for key, one, two, bare in found}

    def __contains__(self, attribute: bytes) -> bool:
        return attribute in self._values

    def __getitem__(self, attribute: bytes) -> str:
        """The attribute's value; an attribute that is not there has an empty one."""
        return unescape(self._values.get(attribute, b""))

    def places(self, names: Container[bytes]) -> list[int]:
        """Where attributes of these names stand, those that do not count, too."""
        found = ATTRIBUTE.finditer(self.raw.lower(), self.name_end)
        return [each.start() for each in found if each[1] in names]

    def known(self) -> set[bytes]:
        """The names of the attributes that are there as a whole, where the tag is cut off."""
        names = [each["name"].lower() for each in ATTRIBUTE.finditer(self.raw, self.name_end)]
        return set(names[:-1] if self._is_cut() else names)

    def cut(self) -> bytes | None:
        """The name of the attribute a tag is cut off in, if it is the first of that name."""
        names = [each["name"].lower() for each in ATTRIBUTE.finditer(self.raw, self.name_end)]
        return names[-1] if self._is_cut() and names[-1] not in names[:-1] else None

    def _is_cut(self) -> bool:
        end = 0
        for each in ATTRIBUTE.finditer(self.raw, self.name_end):
            end = each.end()
        return end > 0 and not self.raw[end:].strip(b"\t\n\f\r ")

    @property
    def is_rules(self) -> bool:
        """Whether it begins a script of speculation rules."""
        if self.name != b"script" or b"type" not in self:
            return False
        return self[b"type"].strip("\t\n\f\r ").lower() == "speculationrules"


def closes_itself(raw: bytes) -> bool:
    """Whether a whole tag ends with a slash that is no part of a value."""
    if not raw.endswith(b"/>"):
        return False
    end = 0
    for each in ATTRIBUTE.finditer(raw):
        end = each.end()
    return end < len(raw) - 1


def unescape(value: bytes) -> str:
    """What an attribute's value comes to: character references resolved, ``NUL`` and what is no UTF-8 replaced."""
    text = value.decode("utf-8", "replace")
    if "\0" in text or "\r" in text:
        text = text.replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")
    return _REFERENCE.sub(_referred, text) if "&" in text else text


def _referred(match: re.Match[str]) -> str:
    """As section 13.2.5.72 and on; a name without its semicolon is none before ``=`` or an alphanumeric."""
    hexadecimal, decimal, name = match.groups()
    if name is None:
        return _numbered(hexadecimal or decimal, 16 if hexadecimal else 10)
    if match.group().endswith(";") and name + ";" in NAMED:
        return NAMED[name + ";"]
    if name not in NAMED or match.string[match.end() : match.end() + 1] == "=":
        return match.group()
    return NAMED[name] + match.group()[1 + len(name) :]


def _numbered(digits: str, base: int) -> str:
    digits = digits.lstrip("0")
    code = int(digits, base) if 0 < len(digits) <= _LONGEST_NUMBER else 0
    if code == 0 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return "\ufffd"
    if 0x80 <= code < 0xA0:
        return bytes([code]).decode("cp1252", "ignore") or chr(code)
    return chr(code)
