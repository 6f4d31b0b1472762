"""For Django: ``SESSION_ENGINE = "cookiesafe.adapters.django.sessions"``, and in ``INSTALLED_APPS`` its template tags,
``"cookiesafe.adapters.django"``.
"""
