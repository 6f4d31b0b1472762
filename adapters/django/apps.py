"""The app for ``INSTALLED_APPS``: checks, template tags, commands, and a page in the admin."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register


class CookieSafeConfig(AppConfig):  # type: ignore[misc]
    """``INSTALLED_APPS = [..., "cookiesafe.adapters.django"]``."""

    name = "cookiesafe.adapters.django"
    label = "cookiesafe"
    verbose_name = "CookieSafe"

    def ready(self) -> None:
        from cookiesafe.adapters.django.auth import connect
        from cookiesafe.adapters.django.checks import CHECKS, check_deployment

        connect()
        for check in CHECKS:
            register(check, self.label)
        register(check_deployment, self.label, deploy=True)
