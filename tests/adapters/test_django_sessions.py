"""Django's sessions in a store of ours: nothing is lost, brought back, or taken from a client."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path

from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.errors import SettingError, StoreError
from cookiesafe.ports import Store
from cookiesafe.session.cookie import key_of
from tests.support.django_settings import configure

configure()

# Django reads its settings when these are imported.
from cookiesafe.adapters.django import sessions
from cookiesafe.adapters.django.sessions import SessionStore
from cookiesafe.adapters.django.setting import store as store_in_use


class Watched(MemoryStore):
    """Tells which of its methods were called, and does something before it saves, once."""

    def __init__(self) -> None:
        super().__init__()
        self.called: list[str] = []
        self.meanwhile: Callable[[], None] | None = None

    @property
    def rows(self) -> int:
        return len(self._sessions)

    def load_session(self, key: str, now: int) -> tuple[bytes, int] | None:
        self.called.append("load")
        return super().load_session(key, now)

    def update_session(self, key: str, data: bytes, until: int, version: int, now: int) -> Any:
        self.called.append("update")
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super().update_session(key, data, until, version, now)


@pytest.fixture
def store() -> Iterator[Watched]:
    store = Watched()
    with override_settings(COOKIESAFE={"STORE": store}):
        yield store


def kept(**values: Any) -> str:
    """The key of a session with these values."""
    session = SessionStore()
    session.update(values)
    session.save()
    key: str = session.session_key
    return key


def put(**values: Any) -> Callable[[Any], object]:
    return lambda session: session.update(values)


def holds(key: str | None) -> dict[str, Any]:
    return dict(SessionStore(key).items())


# --- a site ---------------------------------------------------------------------------------------


class Page:
    """One page, which does what the test says."""

    view: Callable[[Any], object]
    urlpatterns: tuple[Any, ...]

    def __init__(self) -> None:
        self.view = lambda session: None
        self.urlpatterns = (path("", self._answer),)
        self.browser = Client()

    def ask(self, view: Callable[[Any], object] = lambda session: None) -> HttpResponse:
        self.view = view
        answer: HttpResponse = self.browser.get("/")
        return answer

    def _answer(self, request: Any) -> HttpResponse:
        self.view(request.session)
        return HttpResponse("page")


@pytest.fixture
def page(store: Watched) -> Iterator[Page]:
    page = Page()
    with override_settings(ROOT_URLCONF=page):
        yield page


def test_what_was_put_in_is_there_in_the_next_request(page: Page) -> None:
    found: dict[str, Any] = {}
    page.ask(put(user=7, basket=["gas", {"ü": None}]))
    page.ask(lambda session: found.update(session.items()))

    assert found == {"user": 7, "basket": ["gas", {"ü": None}]}


def test_the_store_knows_the_sha_256_of_the_key_alone(page: Page, store: Watched) -> None:
    answer = page.ask(put(user=7))
    key = answer.cookies["sessionid"].value

    assert re.fullmatch("[a-z0-9]{32}", key)
    assert store.load_session(key, 0) is None
    assert store.load_session(key_of(key), 0) == (b'{"user":7}', 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda session: session["basket"].append("water"),
        lambda session: session["nested"]["a"].update(b=2),
        lambda session: session.get("basket").append("water"),
    ],
)
def test_a_change_inside_of_a_value_is_kept(page: Page, change: Callable[[Any], object]) -> None:
    found: list[dict[str, Any]] = []
    page.ask(put(basket=["gas"], nested={"a": {}}))
    page.ask(change)
    page.ask(lambda session: found.append(dict(session.items())))

    assert found[0] in (
        {"basket": ["gas", "water"], "nested": {"a": {}}},
        {"basket": ["gas"], "nested": {"a": {"b": 2}}},
    )


def test_who_only_looks_saves_nothing(page: Page, store: Watched) -> None:
    page.ask(put(basket=["gas"]))
    store.called.clear()
    answer = page.ask(lambda session: session["basket"][0])

    assert not answer.cookies
    assert store.called == ["load"]


def test_a_page_that_does_not_touch_the_session_does_not_ask_the_store(
    page: Page, store: Watched
) -> None:
    page.ask(put(user=7))
    store.called.clear()
    page.ask()

    assert store.called == []


@pytest.mark.parametrize(
    "key", ["a" * 32, "junk-junk", "A" * 32, "ü" * 32, "a" * 5000, "' OR 1=1 --"]
)
def test_a_key_that_a_client_made_up_is_never_used(page: Page, store: Watched, key: str) -> None:
    page.browser.cookies["sessionid"] = key
    page.ask(lambda session: session.get("user"))
    rows_after_a_look = store.rows
    answer = page.ask(put(user=7))

    assert rows_after_a_look == 0
    assert store.rows == 1
    assert answer.status_code == 200
    assert answer.cookies["sessionid"].value != key


def test_what_cannot_be_a_key_is_not_looked_for(store: Watched) -> None:
    assert holds("not-a-key-of-ours") == {}
    assert not SessionStore().exists("not-a-key-of-ours")
    SessionStore().delete("not-a-key-of-ours")
    assert store.called == []


# --- never made anew, never overwritten -----------------------------------------------------------


def test_creating_does_not_overwrite(store: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    key = kept(user=7)
    keys = iter([key, "b" * 32])
    monkeypatch.setattr(sessions, "get_random_string", lambda *_: next(keys))
    other = SessionStore()
    other["user"] = 8
    other.save()

    assert other.session_key == "b" * 32
    assert holds(key) == {"user": 7}
    with pytest.raises(CreateError):
        SessionStore(key).save(must_create=True)


@pytest.mark.parametrize("looks", [True, False])
def test_saving_does_not_bring_back_what_was_deleted(store: Watched, looks: bool) -> None:
    key = kept(user=7)
    session = SessionStore(key)
    if looks:
        session["user"] = 8
    else:
        session.clear()
    SessionStore(key).delete()

    with pytest.raises(UpdateError):
        session.save()
    assert store.rows == 0


def test_one_that_is_deleted_at_the_same_moment_is_not_brought_back_either(store: Watched) -> None:
    key = kept(user=7)
    session = SessionStore(key)
    session["user"] = 8
    store.meanwhile = SessionStore(key).delete

    with pytest.raises(UpdateError):
        session.save()
    assert store.rows == 0


def test_signing_in_moves_the_session_to_another_key(store: Watched) -> None:
    key = kept(basket=["gas"])
    session = SessionStore(key)
    session.cycle_key()

    assert session.session_key != key
    assert holds(key) == {}
    assert holds(session.session_key) == {"basket": ["gas"]}
    assert store.rows == 1


# --- changes at the same time ---------------------------------------------------------------------


def meanwhile(key: str, **values: Any) -> Callable[[], None]:
    def change() -> None:
        session = SessionStore(key)
        session.update(values)
        session.save()

    return change


def test_changes_of_different_keys_all_survive(store: Watched) -> None:
    key = kept(basket=["gas"], theme="dark", old=1)
    session = SessionStore(key)
    session["basket"].append("water")
    del session["old"]
    meanwhile(key, theme="light", old=2, more=3)()
    session.save()

    assert holds(key) == {"basket": ["gas", "water"], "theme": "light", "more": 3}
    assert dict(session.items()) == holds(key)


def test_of_one_key_the_last_change_holds(store: Watched) -> None:
    key = kept(theme="dark")
    session = SessionStore(key)
    session["theme"] = "last"
    store.meanwhile = meanwhile(key, theme="first")
    session.save()

    assert holds(key) == {"theme": "last"}


def test_a_change_of_type_alone_is_a_change(store: Watched) -> None:
    key = kept(n=1)
    session = SessionStore(key)
    session["n"] = True
    store.meanwhile = meanwhile(key, other=1)
    session.save()

    assert holds(key)["n"] is True


def test_what_was_emptied_without_a_look_is_empty(store: Watched) -> None:
    key = kept(user=7)
    session = SessionStore(key)
    session.clear()
    session["new"] = 1
    store.meanwhile = meanwhile(key, more=2)
    session.save()

    assert holds(key) == {"new": 1, "more": 2}


def test_saving_twice_keeps_both_changes(store: Watched) -> None:
    key = kept(a=1)
    session = SessionStore(key)
    session["b"] = 2
    session.save()
    session["c"] = 3
    session.save()

    assert store.called.count("update") == 2
    assert holds(key) == {"a": 1, "b": 2, "c": 3}


def test_where_others_are_faster_each_time_it_says_so(
    store: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = kept(a=1)
    session = SessionStore(key)
    session["b"] = 2
    monkeypatch.setattr(store, "update_session", lambda *_: "conflict")

    with pytest.raises(StoreError, match="faster"):
        session.save()


def test_many_threads_lose_nothing(tmp_path: Path) -> None:
    with override_settings(COOKIESAFE={"STORE": f"sqlite:///{tmp_path}/sessions.db"}):
        key = kept()
        ready = threading.Barrier(4)

        def work(n: int) -> None:
            session = SessionStore(key)
            session[f"key {n}"] = n
            ready.wait(10)
            session.save()

        threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

        assert holds(key) == {f"key {n}": n for n in range(4)}
        store_in_use().close()


# --- how long -------------------------------------------------------------------------------------


def test_a_session_lasts_as_django_says(store: Watched) -> None:
    default, own = kept(user=7), SessionStore()
    own.set_expiry(timedelta(hours=1))
    own.save()
    now = 4_000_000_000
    untils = {key: each.until for key, each in store._sessions.items()}

    assert untils[key_of(default)] - untils[key_of(own.session_key)] in range(
        settings.SESSION_COOKIE_AGE - 3602, settings.SESSION_COOKIE_AGE - 3598
    )
    assert store.load_session(key_of(default), now) is None


def test_what_has_expired_is_cleared(store: Watched) -> None:
    over = SessionStore()
    over.set_expiry(-10)
    over.save()
    key = kept(user=7)
    SessionStore.clear_expired()

    assert store.rows == 1
    assert holds(key) == {"user": 7}


# --- modified -------------------------------------------------------------------------------------


def test_modified_can_be_told(store: Watched) -> None:
    session = SessionStore(kept(basket=["gas"]))
    said = [session.modified]
    session["basket"].append("water")
    said.append(session.modified)
    session.modified = False
    said.append(session.modified)
    session["basket"].append("power")
    said.append(session.modified)

    assert said == [False, True, False, True]


# --- the store ------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"\xff", b"[1]", b"null", b"", b"{" * 9000])
def test_what_the_serializer_cannot_read_is_no_session(store: Watched, data: bytes) -> None:
    key = "a" * 32
    store.create_session(key_of(key), None, data, 4_000_000_000)

    assert holds(key) == {}
    assert kept(user=7) != key


def test_without_a_store_it_says_what_to_set() -> None:
    with pytest.raises(SettingError, match="COOKIESAFE ="):
        kept(user=7)


@pytest.mark.parametrize("given", ["nowhere", 7])
def test_a_store_that_cannot_be_is_refused(given: object) -> None:
    with override_settings(COOKIESAFE={"STORE": given}), pytest.raises(SettingError):
        kept(user=7)


def test_a_store_of_ones_own_and_a_url_are_opened_once(store: Store, tmp_path: Path) -> None:
    assert store_in_use() is store
    with override_settings(COOKIESAFE={"STORE": f"sqlite:///{tmp_path}/sessions.db"}):
        assert store_in_use() is store_in_use()
        store_in_use().close()


def test_while_the_store_is_called_the_loop_goes_on(
    store: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, goes_on = kept(user=7), threading.Event()
    load = store.load_session

    def waiting(*asked: Any) -> Any:
        assert goes_on.wait(10), "the loop stood still"
        return load(*asked)

    monkeypatch.setattr(store, "load_session", waiting)

    async def page() -> object:
        asyncio.get_running_loop().call_soon(goes_on.set)
        session = SessionStore(key)
        await session.aset("more", 1)
        await session.asave()
        return await session.aget("user")

    assert asyncio.run(page()) == 7
    assert holds(key) == {"user": 7, "more": 1}


def test_the_settings_on_the_page_are_all_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (Path(__file__).parents[2] / "docs" / "sessions.md").read_text("utf-8")
    (block,) = re.findall(r"^```python\n# settings\.py\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    said: dict[str, Any] = {}
    exec(block, said)  # noqa: S102
    monkeypatch.chdir(tmp_path)
    with override_settings(**{name: value for name, value in said.items() if name.isupper()}):
        page = Page()
        with override_settings(ROOT_URLCONF=page):
            answer = page.ask(put(user=7))

        assert holds(answer.cookies["sessionid"].value) == {"user": 7}
        store_in_use().close()
