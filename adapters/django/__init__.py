"""For Django: ``CookieSafeMiddleware``, in ``MIDDLEWARE`` in front of all others but ``SecurityMiddleware``, and ``requires``
for views.

``INSTALLED_APPS = [..., "cookiesafe.adapters.django"]`` brings checks, template tags, commands and a page in the admin;
``SESSION_ENGINE = "cookiesafe.adapters.django.sessions"`` keeps Django's sessions in a store of ours.
"""

from __future__ import annotations

from cookiesafe.adapters.django.middleware import CookieSafeMiddleware
from cookiesafe.adapters.django.requires import requires

__all__ = ["CookieSafeMiddleware", "requires"]
