"""The app for ``INSTALLED_APPS``: it has template tags, and no models."""

from __future__ import annotations

from django.apps import AppConfig


class CookieSafeConfig(AppConfig):  # type: ignore[misc]
    """``INSTALLED_APPS = [..., "cookiesafe.adapters.django"]``."""

    name = "cookiesafe.adapters.django"
    label = "cookiesafe"
    verbose_name = "CookieSafe"
