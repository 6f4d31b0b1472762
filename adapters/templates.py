"""What templates may call: ``environment.globals.update(HELPERS)`` gives it to Jinja's, those of Flask and Starlette too.

In Flask that is ``app.jinja_env``, in Starlette ``templates.env``. Django's tags are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from cookiesafe.current import current_visit
from cookiesafe.form_token import FIELD


def limited_notice(feature: str, language: str | None = None) -> Markup:
    """What the visitor goes without, for the top of a form: see ``Visit.limited_notice``."""
    return current_visit().limited_notice(feature, language)


def choices_link(text: str | None = None, language: str | None = None) -> Markup:
    """A link to the choices, from which the way leads back to this page: see ``Visit.choices_link``."""
    return current_visit().choices_link(text, language)


def cookie_banner(language: str | None = None) -> Markup:
    """The banner, where the template has it: see ``Visit.cookie_banner``."""
    return current_visit().cookie_banner(language)


def cookiesafe_script(nonce: str = "", language: str | None = None) -> Markup:
    """The script by which scripts of the page learn what the visitor allows, for the head: see ``Visit.script``."""
    return current_visit().script(nonce, language)


def can(feature: str) -> bool:
    """Whether a feature has the purpose it needs."""
    return current_visit().can(feature)


def allows(purpose: str) -> bool:
    """Whether the visitor agrees to a purpose."""
    return current_visit().allows(purpose)


def allows_vendor(vendor: str) -> bool:
    """Whether the visitor agrees to a vendor, by name or to all its purposes."""
    return current_visit().allows_vendor(vendor)


def form_token() -> Markup:
    """The hidden field by which a form of an old browser shows that this site has given it out: see ``Visit.form_token``."""
    return _hidden(FIELD, current_visit().form_token)


def carry_field(
    form: str,
    data: dict[str, Any] | None = None,
    step: int = 0,
    version: int = 1,
    name: str = "state",
) -> Markup:
    """The hidden field ``name`` that carries a form to its next step: see ``Carry.seal``."""
    return _hidden(name, current_visit().carry.seal(form, data or {}, step=step, version=version))


def _hidden(name: str, value: str) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(name, value)


HELPERS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        each.__name__: each
        for each in (
            limited_notice,
            choices_link,
            cookie_banner,
            cookiesafe_script,
            form_token,
            carry_field,
            can,
            allows,
            allows_vendor,
        )
    }
)
"""What templates may call: each function, by its name there."""
