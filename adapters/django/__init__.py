"""For Django: ``SESSION_ENGINE = "cookiesafe.adapters.django.sessions"``."""
