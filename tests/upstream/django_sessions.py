"""Django's ``SessionTestsMixin`` on the ``SessionStore`` that stands in its cache backend: its own, or ours."""

import django
from django.conf import settings
from django.test import SimpleTestCase

settings.configure(
    SECRET_KEY="a key of Django's tests, 32 bytes or more",
    COOKIESAFE={"STORE": "sqlite://"},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.sessions", "sessions_tests"],
)
django.setup()

# A mixin of tests is no test: pytest is to collect what is made of it.
from django.contrib.sessions.backends.cache import SessionStore
from sessions_tests import tests as theirs


class TestSessions(theirs.SessionTestsMixin, SimpleTestCase):  # type: ignore[misc]
    backend = SessionStore
