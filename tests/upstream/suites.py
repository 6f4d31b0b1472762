"""Whose tests are run, which of them, and what of ours takes the place of what of theirs. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """One thing of theirs, as ``module:name.name``, and what of ours is put in its place, ``()`` meaning an instance.

    ``defect`` names what is planted in ``put_in.DEFECTS``.
    """

    theirs: str
    ours: str
    defect: str


@dataclass(frozen=True, slots=True)
class Suite:
    """Some tests of one source distribution.

    ``sha256`` is that of its archive, ``files`` what is taken from it, ``folder`` where pytest runs with ``arguments``.
    ``passes`` is how many tests there are, and all pass.
    """

    project: str
    version: str
    sha256: str
    files: tuple[str, ...]
    folder: str
    arguments: tuple[str, ...]
    passes: int
    places: tuple[Place, ...]

    @property
    def requirement(self) -> str:
        return f"{self.project}=={self.version} --hash=sha256:{self.sha256}"


_FLASK_SESSION = Place(
    "flask:Flask.session_interface",
    "cookiesafe.adapters.flask:SessionInterface()",
    "saves no session",
)

SUITES = {
    "starlette": Suite(
        "starlette",
        "1.10.0",
        "b8399098d4c1e3522734f7235dc79b1fc967f96cf139c81e0fa30479e0685f9b",
        ("pyproject.toml", "tests/"),
        ".",
        ("tests/middleware/test_session.py",),
        29,
        (
            Place(
                "starlette.middleware.sessions:SessionMiddleware",
                "cookiesafe.adapters.starlette:SessionMiddleware",
                "sets no cookie",
            ),
            Place(
                "starlette.middleware.sessions:Session",
                "cookiesafe.adapters.starlette:Session",
                "never modified",
            ),
        ),
    ),
    "flask": Suite(
        "flask",
        "3.1.3",
        "0ef0e52b8a9cd932855379197dd8f94047b359ca0a78695144304cb45f87c9eb",
        ("pyproject.toml", "tests/"),
        ".",
        ("tests", "-k", "session or cookie or permanent or flash"),
        27,
        (_FLASK_SESSION,),
    ),
    "flask-login": Suite(
        "flask-login",
        "0.6.3",
        "5e23d14a607ef12806c699590b89d0f0e0d67baeec599d75947bf9c147330333",
        ("setup.cfg", "tests/"),
        ".",
        ("tests",),
        114,
        (
            _FLASK_SESSION,
            Place(
                "flask_login:LoginManager",
                "cookiesafe.adapters.flask.login:LoginManager",
                "remembers nobody",
            ),
            Place(
                "flask_login:login_remembered",
                "cookiesafe.adapters.flask.login:login_remembered",
                "always false",
            ),
        ),
    ),
    "django": Suite(
        "django",
        "5.2.19",
        "ad03d8abc51dbff95ebf34b27123cf0c26a3b62db7ba0cd520783686362533d1",
        ("tests/sessions_tests/",),
        "tests",
        ("{here}/django_sessions.py", "-c", "{here}/django.ini", "--rootdir", "."),
        65,
        (
            Place(
                "django.contrib.sessions.backends.cache:SessionStore",
                "cookiesafe.adapters.django.sessions:SessionStore",
                "saves no row",
            ),
        ),
    ),
}
