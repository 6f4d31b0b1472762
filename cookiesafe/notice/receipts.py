"""The pages about a receipt: what is recorded of a visitor's choices, what proves it, and how it is ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..languages import ENGLISH
from ..sayings import Foreign
from .language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """A record of a receipt, as its visitor reads it: ``when`` in unix seconds, ``event`` and ``layer`` as recorded.

    ``granted`` and ``refused`` are titles, ``policy`` is a fingerprint. ``index`` is the place in the sealed log, ``None``
    while it is pending.
    """

    when: int
    event: str
    layer: str
    language: str
    policy: str
    granted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    index: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found of one record of a receipt, the first being ``number`` 1: its ``state``.

    - ``proved``: it is in the log, and the site still has it; ``forgotten``: it is in the log, and the site has it no
      longer; ``altered``: it is in the log, and the site has made something else of it;
    - ``pending``: it is what the site has, not sealed yet; ``since``: sealed since the receipt was made; ``unknown``: it
      says that it is pending, and the site has no such record;
    - ``changed``: it says something else than what the site has; ``unproved``: it says the same, and is not proved;
      ``foreign``: it is not proved, and the site has no such record.

    ``index`` is the place in the log, if it is known, ``fields`` are those in which it differs.
    """

    number: int
    state: str
    index: int | None = None
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of checking a receipt, its ``outcome``: ``holds``, ``partly`` (there is more in it that nothing
    proves), ``nothing`` (all is pending), ``changed``, ``elsewhere`` (of the log of another site, ``origin``) or
    ``unreadable``.

    ``more`` are records that were looked at, and are not listed. ``problems`` are sentences for who knows the form of a receipt, in English. ``size`` is that of the log as it was signed; ``shorter``: the site's log is by now.
    """

    outcome: str
    origin: str = ""
    size: int = 0
    records: tuple[Looked, ...] = ()
    more: int = 0
    problems: tuple[str, ...] = ()
    shorter: bool = False


class ReceiptNotice:
    """``render`` gives the page of a template, of what the app is mounted under, and of its context.

    ``sealed`` is, for all pages, whether the site's ledger is.
    """

    def __init__(self, render: Callable[..., bytes], language: Language) -> None:
        self._render = render
        self._language = language

    def shown(
        self,
        root: str,
        next_path: str,
        receipt: str | None,
        happenings: Sequence[Happening],
        *,
        earlier: int,
        sealed: bool,
    ) -> bytes:
        """What is recorded under a receipt, and how many ``earlier`` records are not shown; without one, why there is none."""
        return self._render(
            "receipt.html",
            root,
            next=next_path,
            number=receipt,
            happenings=happenings,
            earlier=earlier,
            sealed=sealed,
        )

    def withdrawn(
        self,
        root: str,
        next_path: str,
        receipt: str,
        happenings: Sequence[Happening],
        *,
        earlier: int,
        document: str,
        token: str,
        sealed: bool,
    ) -> bytes:
        """That all was withdrawn, and the receipt for the last time; ``token`` lets it be downloaded for some minutes.

        Without a ``document``, it could not be read just now.
        """
        return self._render(
            "withdrawn.html",
            root,
            next=next_path,
            number=receipt,
            happenings=happenings,
            earlier=earlier,
            document=document,
            token=token,
            sealed=sealed,
        )

    def forget(self, root: str, next_path: str, *, on: Sequence[str]) -> bytes:
        """What forgetting does, to be confirmed. ``on`` is what begins without a yes for who has not chosen."""
        return self._render("forget.html", root, next=next_path, done=False, on=on)

    def forgotten(self, root: str, next_path: str, *, on: Sequence[str]) -> bytes:
        """That it was done, and what is left."""
        return self._render("forget.html", root, next=next_path, done=True, on=on)

    def checked(self, root: str, next_path: str, checked: Checked, *, sealed: bool) -> bytes:
        """What came of checking a receipt."""
        problems: Sequence[str] = checked.problems
        if self._language.tag != ENGLISH:
            problems = [Foreign(each, ENGLISH) for each in problems]
        return self._render(
            "checked.html", root, next=next_path, checked=checked, problems=problems, sealed=sealed
        )
