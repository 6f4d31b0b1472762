"""What templates may call: ``environment.globals.update(HELPERS)`` gives it to Jinja's, those of Flask and Starlette too.

In Flask that is ``app.jinja_env``, in Starlette ``templates.env``. Django's tags are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from cookiesafe.visit import current_visit


def limited_notice(feature: str) -> Markup:
    """What the visitor goes without, for the top of a form: see ``Visit.limited_notice``."""
    return current_visit().limited_notice(feature)


def choices_link(text: str = "Cookie choices") -> Markup:
    """A link to the choices, from which the way leads back to this page."""
    return Markup('<a href="{}">{}</a>').format(current_visit().choices_address, text)


def can(feature: str) -> bool:
    """Whether a feature has the purpose it needs."""
    return current_visit().can(feature)


def allows(purpose: str) -> bool:
    """Whether the visitor agrees to a purpose."""
    return current_visit().allows(purpose)


HELPERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {each.__name__: each for each in (limited_notice, choices_link, can, allows)}
)
