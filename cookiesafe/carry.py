"""Carry: a form that goes from step to step in a hidden field, for visitors without cookies.

What is sealed is ``VERSION STEP SEALED FLOW DATA``: the form's version and step, when that was (unix seconds), and its data
as a session has it. The form's name and the site's origin are not in it: both ends have to know them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from .errors import (
    BadCarry,
    BadToken,
    CarryTooLarge,
    NotStorable,
    SettingError,
    TooLate,
    UsageError,
)
from .fields import Header
from .ids import new_id
from .keys import KeyRing
from .session.text import read, write

LEEWAY: Final = 30
"""How far ahead of ours the clock of another server may be, in seconds."""
_NONCE_BYTES: Final = 12
_LONGEST_NAME: Final = 64
_MOST: Final = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryTerms:
    """How forms are carried: ``lifetime`` is for how many seconds a step can be gone on with, ``max_bytes`` what the field
    may have. Raises ``SettingError`` for what cannot be.
    """

    lifetime: int = 7200
    max_bytes: int = 16 * 1024

    def __post_init__(self) -> None:
        if self.lifetime < 1 or self.max_bytes < 1:
            raise SettingError(
                f"a form cannot be carried for {self.lifetime} s in {self.max_bytes} bytes",
                fix="Both are whole numbers, 1 or more.",
            )


TERMS: Final = CarryTerms()


class Carried(NamedTuple):
    """What a form has come to: its ``data`` up to a ``step``, in one ``flow``.

    ``flow`` is random, and the same in all steps: store it UNIQUE with what the form does, in the same transaction, and
    that is done once.
    """

    data: dict[str, Any]
    step: int
    flow: str

    def __repr__(self) -> str:
        return f"<Carried step={self.step}>"


class Carries:
    """Seals and opens tokens, for all visitors."""

    def __init__(self, keys: KeyRing, terms: CarryTerms, entropy: Callable[[int], bytes]) -> None:
        self._sealer = keys.sealer("carry", "form")
        self._terms = terms
        self.entropy = entropy

    def write(self, carried: Carried, form: str, origin: str, version: int, now: int) -> str:
        """The token. Raises ``NotStorable`` and ``CarryTooLarge``."""
        data, step, flow = carried
        text = f"{version} {step} {now} {flow} {write(data)}"
        token = self._sealer.seal(text.encode(), self.entropy(_NONCE_BYTES), form, origin)
        if len(token) > self._terms.max_bytes:
            raise CarryTooLarge(
                f"the form {form!r} takes {len(token)} bytes, and {self._terms.max_bytes} are allowed",
                fix="Carry what was typed in, and no files; or allow more: CarryTerms(max_bytes=…).",
            )
        return token

    def read(self, token: object, form: str, origin: str, version: int, now: int) -> Carried:
        """What was sealed. Raises ``BadCarry``."""
        if not token:
            raise BadCarry("absent")
        if not isinstance(token, str) or len(token) > self._terms.max_bytes:
            raise BadCarry("unreadable")
        try:
            opened = self._sealer.open(token, form, origin)
        except BadToken:
            raise BadCarry("unreadable") from None
        sealed_version, step, sealed, flow, text = opened.decode().split(" ", 4)
        if not -LEEWAY <= now - int(sealed) < self._terms.lifetime:
            raise BadCarry("expired")
        if int(sealed_version) != version:
            raise BadCarry("version")
        return Carried(read(text), int(step), flow)


class Carry:
    """The forms of one visit. A response in which it had a part is kept by no cache."""

    def __init__(self, carries: Carries, origin: str, now: int, *, closed: bool) -> None:
        self._carries = carries
        self._origin = origin
        self._now = now
        self._opened: dict[str, Carried] = {}
        self._tokens: list[str] = []
        self.closed = closed
        """Whether the response's headers have left."""

    def seal(self, form: str, data: dict[str, Any], step: int = 0, version: int = 1) -> str:
        """The value for a hidden field, by which ``open`` knows ``data`` and ``step`` again: letters, digits, ``-``, ``_``.

        ``form`` names the form and ``version`` its fields: neither another form nor another version opens it. If the form
        was opened in this visit, its flow goes on, at any earlier step or one step further; otherwise one begins.

        Raises ``CarryTooLarge``, ``NotStorable``, ``TooLate`` after the response's headers have left, and ``UsageError``
        for a step that is left out and for what is no name, step or version.
        """
        _check(form, step, version)
        if self.closed:
            raise TooLate(
                "a form was sealed after the response's headers had left",
                fix="Call seal before the response begins.",
            )
        before = self._opened.get(form)
        if before is not None and step > before.step + 1:
            raise UsageError(
                f"the form {form!r} came from step {before.step}, and was sealed for step {step}",
                fix=f"Seal it for step {before.step + 1} at most.",
            )
        _check_data(data)
        flow = new_id(self._carries.entropy) if before is None else before.flow
        carried = Carried(data, step, flow)
        token = self._carries.write(carried, form, self._origin, version, self._now)
        self._tokens.append(token)
        return token

    def open(
        self, form: str, token: object, version: int = 1, *, step: int | None = None
    ) -> Carried:
        """What was sealed in ``token``, whatever was sent as that; with ``step``, at that step and no other.

        It may come twice, and from any earlier step: only what is stored under its ``flow`` is done once. Raises
        ``BadCarry`` for what cannot be gone on with, and ``UsageError`` as ``seal`` does.
        """
        _check(form, 0 if step is None else step, version)
        carried = self._carries.read(token, form, self._origin, version, self._now)
        if step is not None and carried.step != step:
            raise BadCarry("step")
        self._opened[form] = carried
        self._tokens.append(str(token))
        return carried

    def leave(self, fields: Iterable[Header]) -> None:
        """The headers leave. Raises ``UsageError`` where a token is in one: most of all in the URL of a ``Location``."""
        for name, value in fields:
            for token in self._tokens:
                if token in value:
                    raise UsageError(
                        f"a carried form stands in the field {name}, and URLs are logged, kept and passed on",
                        fix="Put it into a hidden field of a form that is posted.",
                    )
        self.closed = True

    def __repr__(self) -> str:
        return "<Carry>"


def _check(form: object, step: int, version: int) -> None:
    if not isinstance(form, str) or not 0 < len(form) <= _LONGEST_NAME or not form.isprintable():
        raise UsageError(
            f"a form called {form!r}", fix=f"Give a text of up to {_LONGEST_NAME} characters."
        )
    if not (type(step) is type(version) is int and 0 <= step < _MOST and 0 <= version < _MOST):
        raise UsageError(
            f"step {step!r} and version {version!r} of the form {form!r}",
            fix="Give whole numbers, 0 or more.",
        )


def _check_data(data: object) -> None:
    if not isinstance(data, dict) or set(map(type, data)) - {str}:
        raise NotStorable(
            "what a form carries is no dict, or has keys that are no text",
            fix="Give a dict of what was typed in, such as dict(form).",
        )
