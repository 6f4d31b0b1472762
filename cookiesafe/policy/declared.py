"""What a site declares, as plain values.

They check nothing: the policy does, and names every problem at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NECESSARY_ID: Final = "necessary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The site. ``hosts`` are its own, beside the one it is served from, as CSP host-sources."""

    name: str
    contact: str = ""
    language: str = "en"
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Why something is stored. While the browser sends the opt-out ``signal``, it is off."""

    id: str
    title: str
    text: str = ""
    signal: str | None = None


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
    lifetime: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """What a visitor who refuses ``purpose`` has to do ``without`` it."""

    id: str
    purpose: str
    without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """All of it together, before anything is checked."""

    site: Site
    purposes: tuple[Purpose, ...] = ()
    vendors: tuple[Vendor, ...] = ()
    cookies: tuple[Cookie, ...] = ()
    features: tuple[Feature, ...] = ()


NECESSARY_PURPOSE: Final = Purpose(
    id=NECESSARY_ID,
    title="Necessary",
    text="Keeps the site working and secure, such as signing in and sending forms.",
)
