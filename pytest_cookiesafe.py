"""What pytest finds in a project that has CookieSafe: fixtures and an audit, see docs/testing.md.

pytest imports this in every project of an environment that CookieSafe is installed in. So it stands outside of the package,
and imports that only where a test asks for something.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

if TYPE_CHECKING:
    from cookiesafe import CookieSafe
    from cookiesafe.testing import CookieAudit, Visitor

    Consenting: TypeAlias = Callable[..., Visitor]
    Undecided: TypeAlias = Callable[[], Visitor]

_AUDIT = pytest.StashKey["CookieAudit"]()
_OPTION, _FIXTURE, _INI = "cookie_audit", "cookie_audit", "cookiesafe_app"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("cookiesafe").addoption(
        "--cookie-audit",
        action="store_true",
        dest=_OPTION,
        help="fail each test in which a cookie is set that nobody declared, or that the visitor has not agreed to",
    )
    parser.addini(_INI, 'the app with CookieSafe, such as "shop.web:app"', default="")


# --- the app and its visitors ---------------------------------------------------------------------


@pytest.fixture
def cookiesafe_app(pytestconfig: pytest.Config) -> Any:
    """The app with CookieSafe: that of the ini option, or Django's. Override it in conftest.py where it is made anew."""
    from cookiesafe.testing.finding import app_at

    return app_at(pytestconfig.getini(_INI), pytestconfig.rootpath)


@pytest.fixture
def cookiesafe(cookiesafe_app: Any) -> CookieSafe:
    """The ``CookieSafe`` of ``cookiesafe_app``. Override it in conftest.py where it cannot be found from the app."""
    from cookiesafe.testing.finding import safe_of

    return safe_of(cookiesafe_app)


@pytest.fixture
def consenting(cookiesafe: CookieSafe, request: pytest.FixtureRequest) -> Consenting:
    """``consenting("advertising")``: who says yes to that and no to all else; without a name, yes to everything."""
    from cookiesafe.testing import Visitor

    def consenting(*purposes: str, vendors: Iterable[str] = ()) -> Visitor:
        return Visitor.consenting(cookiesafe, purposes, vendors, app=_app_of(request))

    return consenting


@pytest.fixture
def rejecting(cookiesafe: CookieSafe, request: pytest.FixtureRequest) -> Undecided:
    """``rejecting()``: who says no to everything."""
    from cookiesafe.testing import Visitor

    return lambda: Visitor.rejecting(cookiesafe, app=_app_of(request))


@pytest.fixture
def undecided(cookiesafe: CookieSafe, request: pytest.FixtureRequest) -> Undecided:
    """``undecided()``: who has not chosen yet."""
    from cookiesafe.testing import Visitor

    return lambda: Visitor.undecided(cookiesafe, app=_app_of(request))


def _app_of(request: pytest.FixtureRequest) -> Callable[[], Any]:
    """Asked for only where a client is made: who overrides ``cookiesafe`` may do without."""
    return lambda: request.getfixturevalue("cookiesafe_app")


# --- the audit ------------------------------------------------------------------------------------


@pytest.fixture
def cookie_audit(request: pytest.FixtureRequest) -> CookieAudit:
    """Fails the test if a cookie is set in it that nobody declared, or that the visitor has not agreed to."""
    audit = _audit_of(request.node)
    audit.demanded = True
    return audit


def _audit_of(item: pytest.Item) -> CookieAudit:
    from cookiesafe.testing import CookieAudit

    audit = item.stash.get(_AUDIT, None)
    if audit is None:
        audit = item.stash[_AUDIT] = CookieAudit(item.config.rootpath)
        audit.begin()
    return audit


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """It begins before all fixtures, whichever of them sends requests."""
    if item.config.getoption(_OPTION) or _FIXTURE in getattr(item, "fixturenames", ()):
        _audit_of(item)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Here, and not where fixtures end, so that the test fails, and is no error."""
    result = yield
    audit = item.stash.get(_AUDIT, None)
    if audit is not None and (said := audit.end()):
        pytest.fail(said, pytrace=False)
    return result


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    audit = item.stash.get(_AUDIT, None)
    if audit is not None:
        audit.end()
        del item.stash[_AUDIT]
    return (yield)
