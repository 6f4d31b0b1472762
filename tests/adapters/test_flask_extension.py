"""The Flask extension: from config or from parts, ``visit``, templates, and views that need consent."""

from __future__ import annotations

import asyncio
from pathlib import Path
from threading import Thread
from typing import Any

import flask
import pytest
from flask import Blueprint, Flask, render_template_string

from cookiesafe import CookieSafe, SettingError, UnknownName, UsageError, WeakKey
from cookiesafe.adapters.flask import CookieSafeExtension, SessionInterface, requires, visit
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.testing import WSGIClient
from cookiesafe.testing.site import BANNER, KEY, POLICY, SESSION, policy

SCRIPT = {"Accept": "application/json"}
CONFIG = {"SECRET_KEY": KEY, "COOKIESAFE_POLICY": policy()}


def configured(**config: Any) -> Flask:
    app = Flask(__name__)
    app.config.from_mapping({**CONFIG, **config})
    return app


def site(app: Flask | None = None, safe: CookieSafe | None = None) -> Flask:
    """An app with a page, a blueprint's page, and an error handler."""
    app = app or configured()
    CookieSafeExtension().init_app(app, safe)
    films = Blueprint("films", __name__, url_prefix="/films")

    @films.get("/")
    @requires("advertising")
    def shown() -> str:
        return "shown"

    @app.get("/")
    def home() -> str:
        visit.session["seen"] = True
        return "<p>home"

    @app.errorhandler(404)
    def missing(error: Exception) -> tuple[str, int]:
        return f"<p>nothing, and {visit.allows('statistics')}", 404

    app.register_blueprint(films)
    return app


# --- from config ---------------------------------------------------------------------------------


def test_the_config_alone_will_do() -> None:
    client = WSGIClient(site())
    page = client.get("/")

    assert BANNER in page.text
    assert page.cookie_names == [SESSION]


def test_a_policys_file_is_found_beside_the_app(tmp_path: Path) -> None:
    (tmp_path / "cookiesafe.toml").write_text(POLICY, encoding="utf-8")
    app = Flask("elsewhere", root_path=str(tmp_path))
    app.config.from_mapping(CONFIG | {"COOKIESAFE_POLICY": "cookiesafe.toml"})
    CookieSafeExtension(app)

    assert app.extensions["cookiesafe"].policy.site.name == "Harbour Light & Water"


def test_every_setting_has_a_key() -> None:
    store = MemoryStore()
    app = configured(
        COOKIESAFE_STORE=store,
        COOKIESAFE_MODE="observe",
        COOKIESAFE_PATH="/privacy",
        COOKIESAFE_ORIGIN="https://www.example",
        SECRET_KEY_FALLBACKS=["an older key that has more than 32 bytes"],
    )
    extension = CookieSafeExtension(app)
    with app.app_context():
        safe = extension.safe

    assert safe.store is store
    assert not safe.settings.enforce
    assert safe.settings.path == "/privacy"
    assert safe.settings.origin == "https://www.example"


def test_an_older_key_of_flasks_still_verifies() -> None:
    old, new = "the old key has more than 32 bytes", "the new key has more than 32 bytes"
    before = WSGIClient(site(configured(SECRET_KEY=old)))
    before.choose("accept")
    after = WSGIClient(site(configured(SECRET_KEY=new, SECRET_KEY_FALLBACKS=[old])))
    after.jar = before.jar

    assert after.get("/films/").text.startswith("shown")


@pytest.mark.parametrize(
    ("config", "error", "words"),
    [
        ({"SECRET_KEY": None}, SettingError, "SECRET_KEY"),
        ({"SECRET_KEY": "dev"}, WeakKey, "signing needs 32"),
        ({"COOKIESAFE_POLICY": None}, SettingError, "COOKIESAFE_POLICY"),
        ({"COOKIESAFE_STOR": "x"}, SettingError, 'Did you mean "COOKIESAFE_STORE"'),
        ({"COOKIESAFE_SECRET_KEY": KEY}, SettingError, "COOKIESAFE_SECRET_KEY"),
        ({"COOKIESAFE_MODE": "enforced"}, SettingError, 'Did you mean "enforce"'),
    ],
)
def test_what_cannot_work_is_told_at_once(
    config: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        CookieSafeExtension(configured(**config))


def test_an_app_is_wrapped_once() -> None:
    app = site()
    with pytest.raises(UsageError, match="already"):
        CookieSafeExtension(app)


def test_one_extension_serves_several_apps_of_a_process() -> None:
    extension = CookieSafeExtension()
    apps = [configured(COOKIESAFE_PATH="/one"), configured(COOKIESAFE_PATH="/two")]
    for app in apps:
        extension.init_app(app)
    paths = []
    for app in apps:
        with app.app_context():
            paths.append(extension.safe.settings.path)

    assert paths == ["/one", "/two"]
    with pytest.raises(UsageError, match="no app here"):
        _ = extension.safe


# --- the visit -----------------------------------------------------------------------------------


def test_error_handlers_and_blueprints_have_the_visit() -> None:
    client = WSGIClient(site())
    client.choose("save", purpose=["statistics"])

    assert client.get("/nowhere").text.startswith("<p>nothing, and True")
    assert client.get("/films/").status == 403


def test_flasks_own_test_client_has_it() -> None:
    browser = site(safe=CookieSafe(policy(), secret_key=KEY)).test_client()
    with browser:
        browser.get("/")
        ours = {"Origin": "http://localhost"}
        browser.post("/cookiesafe/choices", data={"choice": "accept"}, headers=ours)

        assert browser.get("/films/").text.startswith("shown")
        assert flask.request.environ["cookiesafe.visit"].allows("advertising")


def test_a_thread_that_is_given_the_request_has_its_visit() -> None:
    app = Flask(__name__)
    CookieSafeExtension(app, CookieSafe(policy(), secret_key=KEY))
    seen: list[object] = []

    @app.get("/")
    def page() -> str:
        look = flask.copy_current_request_context(lambda: seen.append(visit.user_id))
        visit.login("ada")
        thread = Thread(target=look)
        thread.start()
        thread.join()
        return ""

    app.test_client().get("/")

    assert seen == ["ada"]


def test_where_the_middleware_is_skipped_that_is_said() -> None:
    app = site()
    with app.test_request_context("/"), pytest.raises(UsageError, match="test_client"):
        visit.allows("statistics")
    with pytest.raises(UsageError, match="no visit here"):
        visit.allows("statistics")


def test_templates_have_the_helpers_and_the_visit() -> None:
    app = site()
    page = (
        "{{ can('tips') }} {{ allows('statistics') }} {{ visit.user_id }} {{ choices_link() }}"
        "{{ limited_notice('tips') }}"
    )
    app.add_url_rule("/page", view_func=lambda: render_template_string(page), endpoint="page")

    text = WSGIClient(app).get("/page").text

    assert "False False None" in text
    assert '<a href="/cookiesafe/choices?next=/page">Cookie choices</a>' in text
    assert 'data-cookiesafe="limited"' in text


@pytest.mark.parametrize("interface", [None, SessionInterface()])
def test_flasks_session_stays_beside_the_visits(interface: Any) -> None:
    app = site()
    if interface is not None:
        app.session_interface = interface

    @app.get("/count")
    def count() -> str:
        flask.session["count"] = visit.session["count"] = flask.session.get("count", 0) + 1
        return str(flask.session["count"])

    client = WSGIClient(app)
    first, second = client.get("/count"), client.get("/count")

    assert set(first.cookie_names) == {"session", SESSION}
    assert second.text.startswith("2") or ">2" in second.text


# --- what needs consent --------------------------------------------------------------------------


def test_a_view_is_shown_only_to_who_agrees() -> None:
    client = WSGIClient(site())
    page, script = client.get("/films/"), client.get("/films/", SCRIPT)
    client.choose("accept")

    assert (page.status, script.status) == (403, 403)
    assert "“Advertising” is off" in page.text
    assert script.json()["choices"] == "/cookiesafe/choices?next=/films/"
    assert client.get("/films/").text.startswith("shown")


def test_a_view_that_is_a_coroutine_is_too() -> None:
    app = site()

    @app.get("/later")
    @requires(feature="tips")
    async def later() -> str:
        await asyncio.sleep(0)
        return "shown"

    client = WSGIClient(app)
    refused = client.get("/later")
    client.choose("accept")

    assert (refused.status, later.__name__) == (403, "later")
    assert client.get("/later").text.startswith("shown")


def test_what_is_not_declared_is_told_with_the_first_request() -> None:
    app = site()
    app.testing = True

    @app.get("/typo")
    @requires("advertisin")
    def typo() -> str:
        raise AssertionError("it is not asked")

    _, error = WSGIClient(app).outcome("/typo")

    assert isinstance(error, UnknownName)
    assert 'Did you mean "advertising"?' in str(error)
