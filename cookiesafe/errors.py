"""Every error CookieSafe raises, drawn as a tree.

CookieSafeError
├── SettingError            the operator's: something given to CookieSafe(...) cannot work
│   ├── PolicyError         the policy has problems; all of them, each with its place and its mend
│   ├── ThemeError          so has the theme: what cannot be, or cannot be read by everybody
│   ├── WeakKey             a key is too short to sign with
│   ├── OpenInspector       the inspector would be open to everybody
│   ├── NewerTables         a database has tables of a later version
│   ├── NoApp               what was named as an app is none, or none that has a CookieSafe
│   └── NoBrowser           there is no browser to audit a site with
├── UsageError              the app's: the visit was asked something it cannot do
│   ├── UnknownName         a purpose, vendor or feature that the policy does not declare (a LookupError)
│   ├── TooLate             a cookie was to change after the headers had left
│   ├── NotStorable         a session or a form was given something that JSON does not hold (a TypeError)
│   ├── SessionTooLarge     the session does not fit into a cookie
│   └── CarryTooLarge       a form does not fit into the field that carries it
├── NotFresh                the visitor's turn: the password is to be given, again or at all
├── StoreError              the store did not do what it was asked
│   └── DamagedLog          the sealed ledger is not what it was when it was sealed
├── LogError                an access log was not minimised, and is what it was
├── BadProof                what is shown as a proof proves nothing
│   └── BadNote             a signed note is none, or no key that is trusted has signed it
└── BadToken                the client's: a token that is not ours, not whole or too old; it stays inside the package
    └── BadCarry            so is what carries a form: the app is told, and begins again

What a client sends raises none of these out of the middleware.
"""

from __future__ import annotations

import copyreg
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, ClassVar, Final, Literal

Why = Literal["absent", "unreadable", "expired", "version", "step"]
"""What can be wrong with a carried form: nothing was sent, it is not ours, too old, of another version, of another step."""


class CookieSafeError(Exception):
    """Root of the tree. ``what`` went wrong, ``where``, and how to ``fix`` it; ``code`` is its page in the docs."""

    code: ClassVar[str] = "CS000"

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what = what
        self.where = where
        self.fix = fix
        super().__init__(sentence(self.code, what, where, fix))

    def __reduce__(self) -> tuple[Any, ...]:
        """As it is: Python would give the whole message to ``__init__``, in the process that it is raised to."""
        return copyreg.__newobj__, (type(self), *self.args), vars(self)  # type: ignore[attr-defined]


def sentence(code: str, what: str, where: str = "", fix: str = "") -> str:
    """One line that says where, what, how to mend it, and under which code to read more."""
    place = f"{where}: " if where else ""
    mend = f" {fix}" if fix else ""
    return f"{place}{what}.{mend} [{code}]"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``Did you mean "x"?`` for the closest known name, else a list of what is known."""
    known = sorted(known)
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f'Did you mean "{close[0]}"?'
    return f"Known: {', '.join(known)}." if known else "None are declared."


class SettingError(CookieSafeError):
    """Something given to ``CookieSafe(...)`` cannot work. Raised when it is put together, never per request."""

    code = "CS500"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a policy or a theme: ``path`` is where in it, such as ``("vendors", "gullwing", "hosts")``."""

    code: str
    path: tuple[str, ...]
    what: str
    fix: str
    line: int | None = None

    def sentence(self, source: str) -> str:
        place = f"{source}:{self.line}" if self.line else f"{source} {'.'.join(self.path)}".strip()
        return sentence(self.code, self.what, place, self.fix)


class PolicyError(SettingError):
    """A policy with ``problems``: all that were found, in the order of the file, one line each in the message."""

    code = "CS100"

    def __init__(self, problems: Sequence[Problem], source: str = "policy") -> None:
        self.problems = tuple(problems)
        self.source = source
        self.what, self.fix, message = _all_of(self.problems, source)
        self.where = source
        Exception.__init__(self, message)


class ThemeError(SettingError):
    """A theme with ``problems``: values that are none (CS520), and colours that contrast too little (CS521)."""

    code = "CS520"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        self.what, self.fix, message = _all_of(self.problems, "theme")
        self.where = "theme"
        Exception.__init__(self, message)


def _all_of(problems: Sequence[Problem], source: str) -> tuple[str, str, str]:
    """What is wrong, how to mend it, and both in one line each."""
    what, fix = "; ".join(p.what for p in problems), " ".join(p.fix for p in problems)
    return what, fix, "\n".join(p.sentence(source) for p in problems)


class WeakKey(SettingError):
    """A signing key of fewer than 32 bytes, or a ledger key that has not exactly 32."""

    code = "CS501"


class OpenInspector(SettingError):
    """The inspector was to be on where anybody could look at it."""

    code = "CS511"


class NewerTables(SettingError):
    """The tables of a database are of a version that this CookieSafe does not know. Nothing of them is changed."""

    code = "CS404"


class NoApp(SettingError):
    """What was named as an app, ``MODULE:APP``, is none, cannot be loaded, or has no CookieSafe that could be found."""

    code = "CS512"


class NoBrowser(SettingError):
    """There is no browser to audit a site with, or it does not start."""

    code = "CS530"


class UsageError(CookieSafeError):
    """The app asked the visit something it cannot do."""

    code = "CS300"


class UnknownName(UsageError, LookupError):
    """A purpose, vendor or feature that the policy does not declare."""

    code = "CS301"

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        super().__init__(f'no {kind} "{name}" is declared', fix=did_you_mean(name, known))


class TooLate(UsageError):
    """A cookie was to change after the headers had left."""

    code = "CS302"


class NotStorable(UsageError, TypeError):
    """A session or a form was given something that JSON does not hold."""

    code = "CS303"


class SessionTooLarge(UsageError):
    """The session does not fit into a cookie: name and value may have 4,096 bytes (RFC 6265bis, section 5.6)."""

    code = "CS304"


class CarryTooLarge(UsageError):
    """A form does not fit into the field that carries it, which may have ``CarryTerms.max_bytes``."""

    code = "CS307"


class NotFresh(CookieSafeError):
    """The visitor has to give the password, again or at all: lead to where that is asked for."""

    code = "CS306"


class StoreError(CookieSafeError):
    """The store did not do what it was asked; the driver's own error is its ``__cause__``."""

    code = "CS400"


class DamagedLog(StoreError):
    """The sealed ledger in the store is not what it was when it was sealed. Nothing more is sealed, or proved, on it."""

    code = "CS401"


class LogError(CookieSafeError):
    """An access log was not minimised, and nothing was written."""

    code = "CS800"


class BadProof(CookieSafeError):
    """What is shown as a proof proves nothing."""

    code = "CS604"


class BadNote(BadProof):
    """A signed note is none, or no key that is trusted has signed it."""

    code = "CS605"


class BadToken(CookieSafeError):
    """A token that is not ours, not whole, or too old."""

    code = "CS600"


_OF_CARRIES: Final[dict[Why, tuple[str, str]]] = {
    "absent": ("no carried form was sent", "Please begin here."),
    "unreadable": (
        "a carried form is not one of ours, not whole, or of another form or site",
        "We could not read what you had entered before, so please begin again.",
    ),
    "expired": (
        "a carried form is too old",
        "It is too long ago that you began, so please begin again.",
    ),
    "version": (
        "a carried form is of another version",
        "This form has changed since you began, so please begin again.",
    ),
    "step": (
        "a carried form is of another step",
        "Something was left out, so please begin again.",
    ),
}


class BadCarry(BadToken):
    """What was sent as a carried form cannot be gone on with: show the form from its first step.

    ``why`` says what is wrong with it, ``friendly`` the same to the visitor, in one sentence.
    """

    code = "CS606"

    def __init__(self, why: Why) -> None:
        self.why = why
        what, self.friendly = _OF_CARRIES[why]
        super().__init__(
            what, fix="Show the form from its first step, with what ``friendly`` says."
        )
