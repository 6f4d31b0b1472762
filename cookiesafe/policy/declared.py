"""What a site declares, as plain values.

They check nothing: the policy does, and names every problem at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from ..sayings import say
from .lifetimes import DAY

NECESSARY_ID: Final = "necessary"
STAYING_ID: Final = "stay_signed_in"
"""The box to stay signed in: chosen at login and nowhere else, so that no policy declares it."""
STRICTEST: Final = "strictest"
"""The id of the regime of everybody of whom nothing is known."""

CATEGORIES: Final = ("statistics", "advertising", "preferences")
CHANNELS: Final = ("email", "post", "phone", "sms")
GOOGLE_CONSENT: Final = (
    "ad_storage",
    "ad_user_data",
    "ad_personalization",
    "analytics_storage",
    "functionality_storage",
    "personalization_storage",
    "security_storage",
)
"""The consent types of Google's tags (Google, "Consent mode", version 2)."""

Seconds: TypeAlias = int
"""A time in seconds, which a policy file writes as ``"90 days"``."""

Mode: TypeAlias = Literal["opt-in", "opt-out", "notice"]
"""How a purpose begins: off until a yes, on until a no, or on with plain notice of how to say no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The site. ``hosts`` are its own, beside the one it is served from, as CSP host-sources.

    ``language`` is that of the texts that are declared, and ``languages`` those that visitors are spoken
    to in, as language tags: without any, its own and those with a translation; ``*`` is all there are.
    With ``dnt``, ``DNT: 1`` counts as the signal ``gpc``. ``gpc`` is the day (YYYY-MM-DD) since which
    the site states that it honours that signal. Whoever is younger than ``adult_from`` is a child.
    """

    name: str
    contact: str = ""
    language: str = "en"
    languages: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    dnt: bool = False
    gpc: str = ""
    adult_from: int = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Why something is stored. While the browser sends the opt-out ``signal``, it is off.

    ``category`` is what regimes know it by: statistics, advertising or preferences. With a
    ``channel`` (email, post, phone, sms) it is no cookie but a way to be contacted, and may be
    ``always`` on, if ``why`` says why. ``editorial`` are the grounds of earlier wordings that
    asked for the same: consent to them goes on. ``google_consent`` are the consent types that Google's
    tags are told are granted with it.
    """

    id: str
    title: str
    text: str = ""
    signal: str | None = None
    category: str | None = None
    channel: str = ""
    always: bool = False
    why: str = ""
    editorial: tuple[str, ...] = ()
    google_consent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A third party: its ``hosts`` as CSP host-sources, and the ids of the ``purposes`` it serves.

    ``privacy`` is the address of its privacy policy; ``why`` says what breaks without a necessary
    vendor.
    """

    id: str
    name: str
    hosts: tuple[str, ...]
    purposes: tuple[str, ...]
    privacy: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    """A cookie's ``name``, exact or with one ``*`` in it, and the id of its ``purpose``.

    ``lifetime`` is in seconds: 0 ends with the browser's session, None is not stated.
    """

    name: str
    purpose: str
    why: str = ""
    vendor: str | None = None
    lifetime: Seconds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """What a visitor who refuses ``purpose`` has to do ``without`` it."""

    id: str
    purpose: str
    without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """What the law of ``places`` (``DE``, ``US-CA``) lets a purpose begin with.

    ``opt_out`` and ``notice`` name categories or ids of purposes; all others are opt-in. A yes holds
    for ``lifetime``, and after a no nobody is asked for ``ask_again``, both in seconds.
    """

    id: str
    places: tuple[str, ...]
    opt_out: tuple[str, ...] = ()
    notice: tuple[str, ...] = ()
    lifetime: Seconds = 183 * DAY
    ask_again: Seconds = 183 * DAY

    @property
    def defaults(self) -> bool:
        """Whether anything may be on before it was chosen."""
        return bool(self.opt_out or self.notice)

    def mode(self, purpose: Purpose) -> Mode:
        """How ``purpose`` begins here.

        A purpose that no signal turns off is never opt-out: where the law has opt-out, it has the
        signal too.
        """
        if self.lists(purpose, self.opt_out) and (purpose.signal or purpose.channel):
            return "opt-out"
        return "notice" if self.lists(purpose, self.notice) else "opt-in"

    @staticmethod
    def lists(purpose: Purpose, names: tuple[str, ...]) -> bool:
        """Whether ``names`` have the category or the id of ``purpose``.

        What is called like a category is one. A way to be contacted goes by its id alone.
        """
        if purpose.category in names and not purpose.channel:
            return True
        return purpose.id in names and purpose.id not in CATEGORIES


Texts: TypeAlias = Mapping[str, Mapping[str, str]]
"""The texts of entries, by id or name, and of each by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """The site's own texts in one more ``language``; whatever is left out is shown as it is declared."""

    language: str
    site: Mapping[str, str] = field(default_factory=dict)
    purposes: Texts = field(default_factory=dict)
    vendors: Texts = field(default_factory=dict)
    cookies: Texts = field(default_factory=dict)
    features: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """All of it together, before anything is checked."""

    site: Site
    purposes: tuple[Purpose, ...] = ()
    vendors: tuple[Vendor, ...] = ()
    cookies: tuple[Cookie, ...] = ()
    features: tuple[Feature, ...] = ()
    regimes: tuple[Regime, ...] = ()
    translations: tuple[Translation, ...] = ()


NECESSARY_PURPOSE: Final = Purpose(
    id=NECESSARY_ID,
    title=say("Necessary"),
    text=say("Keeps the site working and secure, such as signing in and sending forms."),
)
