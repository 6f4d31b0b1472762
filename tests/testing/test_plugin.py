"""What pytest finds in a project: visitors in every framework's own client, and the audit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeAlias

import pytest

# Imported here, so that projects that run in this process do not each import them anew.
import cookiesafe.adapters.stores.sql
import cookiesafe.testing  # noqa: F401
from tests.testing.shops import KINDS, line_in, module_of, shop_in

pytest_plugins = ("pytester",)

Run: TypeAlias = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the tests of a project: in this process where that is left as it was, and else in one of their own."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(
        kind: str, tests: str, *options: str, app: str | None = None, **files: str
    ) -> pytest.RunResult:
        pytester.makepyfile(shop=shop_in(kind), test_shop=module_of(kind, tests), **files)
        where = ("" if kind == "django" else "shop:app") if app is None else app
        pytester.makeini(
            f"[pytest]\npythonpath = .\nfilterwarnings = error\ncookiesafe_app = {where}\n"
        )
        command = ("-p", "pytest_cookiesafe", "-p", "no:cacheprovider", *options)
        if kind == "wsgi":
            return pytester.runpytest_inprocess(*command)
        return pytester.runpytest_subprocess(*command)

    return run


VISITORS = """
@pytest.mark.parametrize("does, state", [
    (lambda visitors: visitors["consenting"](), "statistics advertising"),
    (lambda visitors: visitors["consenting"]("advertising"), "advertising"),
    (lambda visitors: visitors["rejecting"](), "none"),
    (lambda visitors: visitors["undecided"](), "none"),
])
def test_the_app_sees_the_choice(consenting, rejecting, undecided, does, state):
    visitor = does({"consenting": consenting, "rejecting": rejecting, "undecided": undecided})
    assert text_of(visitor.on(new_client()).get("/asks")) == state
    assert text_of(visitor.client().get("/asks")) == state

def test_the_banner_is_for_who_has_not_chosen(consenting, rejecting, undecided):
    shown = ['data-cookiesafe="banner"' in visitor.client().get("/").text
             for visitor in (consenting(), rejecting(), undecided())]
    assert shown == [False, False, True]

def test_another_choice_takes_the_place_of_the_first(consenting, rejecting, undecided):
    client = new_client()
    said = [text_of(each.on(client).get("/asks")) for each in (consenting(), rejecting(), undecided())]
    assert said == ["statistics advertising", "none", "none"]

def test_a_yes_is_recorded_and_a_name_is_checked(cookiesafe, consenting):
    consenting("advertising").client()
    assert [dict(each.choices)["advertising"] for each in cookiesafe.store.records() if each.event == "grant"][-1:] == [True]
    with pytest.raises(LookupError, match="Did you mean"):
        consenting("advertisng")

def test_a_clean_page_passes_the_audit(cookie_audit, consenting):
    for visitor in (consenting(), consenting("statistics")):
        visitor.on(new_client()).get("/asks")
    new_client().get("/")
    assert cookie_audit.findings == []
"""


FAULTS = """
def test_early(cookie_audit):
    new_client().get("/early")

def test_undeclared(cookie_audit):
    new_client().get("/undeclared")

def test_both_by_who_consents(cookie_audit, consenting):
    client = consenting().on(new_client())
    client.get("/early")
    client.get("/undeclared")

def test_known(cookie_audit):
    cookie_audit.ignore("hl_*")
    new_client().get("/early")
"""


@pytest.mark.parametrize("kind", KINDS)
def test_visitors_have_chosen_and_the_audit_names_route_and_line(kind: str, run: Run) -> None:
    result = run(kind, VISITORS + FAULTS)

    result.assert_outcomes(passed=8 + 1, failed=3)
    early, undeclared = line_in(kind, "early"), line_in(kind, "undeclared")
    verb = "sent from" if kind in ("asgi", "wsgi") else "set in"
    result.stdout.fnmatch_lines(
        [
            f'*GET /early sets "hl_ad", which the visitor has not agreed to, {verb} shop.py:{early} ?CS202?',
            '*It passes once the visitor agrees to "advertising".',
            f'*GET /undeclared sets "stray", which nobody declared, {verb} shop.py:{undeclared} ?CS201?',
            '*Declare it in the policy, under ?cookies?: "stray" = *',
        ]
    )


def test_an_option_audits_all_tests_and_what_fixtures_send(run: Run) -> None:
    tests = """
@pytest.fixture
def page():
    return new_client().get("/early")

def test_by_a_fixture(page):
    pass

def test_clean():
    new_client().get("/")

def test_without_a_request():
    pass
"""
    run("wsgi", tests).assert_outcomes(passed=3)
    run("wsgi", tests, "--cookie-audit").assert_outcomes(passed=2, failed=1)


def test_an_audit_that_saw_nothing_says_so(run: Run) -> None:
    result = run("wsgi", "def test_nothing(cookie_audit): pass")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["cookie_audit saw no response*"])


def test_the_audit_hides_no_other_failure_and_ends_with_its_test(run: Run) -> None:
    tests = """
def test_wrong(cookie_audit):
    new_client().get("/early")
    assert "the test's own" == ""

def test_after():
    new_client().get("/early")
"""
    result = run("wsgi", tests)

    result.assert_outcomes(passed=1, failed=1)
    assert "the test's own" in result.stdout.str()
    assert "that may not be" not in result.stdout.str()


def test_of_a_cookie_that_a_library_sets_the_line_of_that_is_named(run: Run) -> None:
    app = """
from flask import session

app.secret_key = "key"
app.config["SESSION_COOKIE_NAME"] = "stray"

@app.route("/kept")
def kept():
    session["kept"] = 1
    return ""
"""
    tests = f"exec('''{app}''', vars(shop))\ndef test_kept(cookie_audit): new_client().get('/kept')"
    result = run("flask", tests)

    result.stdout.fnmatch_lines(
        ['*GET /kept sets "stray"*set in flask/sessions.py:*, a library ?*']
    )


def test_where_the_line_is_not_known_the_route_alone_is_named(run: Run) -> None:
    tests = """
from starlette.responses import Response

async def raw(request):
    response = Response("")
    response.raw_headers.append((b"set-cookie", b"stray=1"))
    return response

shop.app.add_route("/raw", raw)

def test_raw(cookie_audit):
    new_client().get("/raw")
"""
    result = run("starlette", tests)

    result.stdout.fnmatch_lines(['*GET /raw sets "stray", which nobody declared ?CS201?'])


def test_djangos_client_that_awaits(run: Run) -> None:
    tests = """
import asyncio
from django.test import AsyncClient

def test_it(consenting):
    answer = asyncio.run(consenting("advertising").on(AsyncClient()).get("/asks"))
    assert answer.content == b"advertising"
"""
    run("django", tests).assert_outcomes(passed=1)


def test_the_app_and_its_cookiesafe_may_be_a_conftests(run: Run) -> None:
    conftest = """
import pytest, shop

@pytest.fixture
def cookiesafe_app():
    return shop.shop

@pytest.fixture
def cookiesafe():
    return shop.safe
"""
    tests = "def test_it(rejecting): assert text_of(rejecting().on(new_client()).get('/asks')) == 'none'"
    run("wsgi", tests, app="none:none", conftest=conftest).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("app", "says"),
    [
        ("shop:appp", '*"shop" has no "appp". Did you mean "app"? ?CS512?*'),
        ("shpo:app", '*there is no module "shpo"*'),
        ("shop:POLICY", '*"shop:POLICY" is Policy, no app*'),
        ("", "*nobody has said which app it is*cookiesafe_app = *CS300*"),
    ],
)
def test_what_cannot_be_found_is_told_with_what_to_do(
    app: str, says: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "django.conf", raising=False)

    result = run("wsgi", "def test_it(rejecting): pass", app=app)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([says])


def test_an_unknown_client_is_told_apart(run: Run) -> None:
    tests = """
def test_it(rejecting):
    with pytest.raises(cookiesafe.errors.UsageError, match="the cookie jar of builtins.object is not known"):
        rejecting().on(object())
"""
    run("wsgi", f"import cookiesafe.errors\n{tests}").assert_outcomes(passed=1)


def test_a_site_on_plain_http_of_this_machine_and_one_behind_a_proxy_have_their_cookies(
    run: Run,
) -> None:
    tests = """
from cookiesafe import CookieSafe
from cookiesafe.testing import Visitor

def test_names(consenting):
    assert [*consenting().cookies("http://localhost:5000")] == ["cookiesafe"]
    assert [*consenting().cookies("https://www.shop.example")] == ["__Host-cookiesafe"]
    proxied = CookieSafe(shop.POLICY, secret_key="k" * 32, origin="https://www.shop.example", path="/privacy")
    assert [*Visitor.rejecting(proxied).cookies("http://10.0.0.1")] == ["__Host-cookiesafe"]
"""
    run("wsgi", tests).assert_outcomes(passed=1)


def test_a_client_goes_on_by_the_choice_that_it_makes_itself(run: Run) -> None:
    tests = """
def test_it(consenting):
    client = consenting().on(TestClient(shop.app, base_url="https://testserver"))
    client.post("/cookiesafe/choices", data={"choice": "reject"}, headers={"Origin": "https://testserver"})
    assert client.get("/asks").text == "none"
    assert [each.name for each in client.cookies.jar if "cookiesafe" in each.name] == ["__Host-cookiesafe"]
"""
    run("starlette", tests).assert_outcomes(passed=1)
