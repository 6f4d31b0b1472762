"""The setting COOKIESAFE: what it takes, whence it has the rest, and that it is read once, and anew where a test overrides it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.django_settings import configure

configure()

from django.test import override_settings

from cookiesafe import CookieSafe, Policy, WeakKey
from cookiesafe.adapters.django import setting
from cookiesafe.adapters.stores import MemoryStore
from cookiesafe.errors import PolicyError, SettingError
from cookiesafe.testing.site import KEY, POLICY

OTHER_KEY = "another key that has more than 32 bytes"
MINIMAL = '[site]\nname = "Harbour"\n'
own = CookieSafe(Policy.from_toml(POLICY), secret_key=KEY, store=MemoryStore())


def given(**keys: Any) -> Any:
    return override_settings(COOKIESAFE={"POLICY": MINIMAL, "STORE": MemoryStore(), **keys})


def test_every_keyword_of_cookiesafe_is_a_key() -> None:
    keywords = set(inspect.signature(CookieSafe).parameters)

    assert {each.lower() for each in setting.KEYS} == keywords | {"safe", "auth"}


@pytest.mark.parametrize("as_what", [str, Path, lambda path: Path(path).name])
def test_a_policy_is_a_file_which_may_lie_below_base_dir(
    tmp_path: Path, as_what: Callable[[Path], Any]
) -> None:
    file = tmp_path / "cookiesafe.toml"
    file.write_text(MINIMAL)

    with given(POLICY=as_what(file)), override_settings(BASE_DIR=tmp_path):
        assert setting.site().safe.policy.site.name == "Harbour"


def test_a_policy_is_a_text_or_a_policy() -> None:
    with given(POLICY=MINIMAL):
        assert setting.site().safe.policy.site.name == "Harbour"
    with given(POLICY=own.policy):
        assert setting.site().safe.policy is own.policy


def test_keys_and_trusted_origins_are_djangos_unless_something_else_is_said() -> None:
    origins = ["https://other.example", "https://*.example"]
    django = {
        "SECRET_KEY": OTHER_KEY,
        "SECRET_KEY_FALLBACKS": [KEY],
        "CSRF_TRUSTED_ORIGINS": origins,
    }
    with given(), override_settings(**django):
        by_django = setting.site().safe.settings
        assert by_django.trusted_origins == {"https://other.example"}
        signed = by_django.form_tokens
    with given(SECRET_KEY=KEY, FALLBACK_KEYS=[], TRUSTED_ORIGINS=[]), override_settings(**django):
        by_itself = setting.site().safe.settings
        assert by_itself.trusted_origins == frozenset()

    from cookiesafe.form_token import Whom

    whom = Whom("ada", None)
    assert signed.holds(by_itself.form_tokens.write(whom, 0.0), whom, 0.0)
    assert not by_itself.form_tokens.holds(signed.write(whom, 0.0), whom, 0.0)


def test_it_is_made_once_however_many_ask_at_once() -> None:
    with given(), ThreadPoolExecutor(8) as threads:
        sites = set(threads.map(lambda _: setting.site(), range(32)))

    assert len(sites) == 1


def test_what_a_test_overrides_counts_and_then_no_longer() -> None:
    with given(PATH="/first"):
        with given(PATH="/second"):
            assert setting.site().safe.settings.path == "/second"
        assert setting.site().safe.settings.path == "/first"


def test_a_store_that_was_opened_for_it_is_closed_and_one_of_the_sites_own_is_not(
    tmp_path: Path,
) -> None:
    class Told(MemoryStore):
        closed = False

        def close(self) -> None:
            self.closed = True

    mine = Told()
    with given(STORE=mine):
        setting.site()
    with given(STORE=f"sqlite:///{tmp_path}/site.db"):
        opened = setting.site().safe.store
        opened.append([])

    assert not mine.closed
    from cookiesafe.errors import StoreError

    with pytest.raises(StoreError):
        opened.epoch("ada")


@pytest.mark.parametrize("safe", [own, f"{__name__}.own"])
def test_a_site_may_make_its_cookiesafe_itself(
    safe: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, __name__, sys.modules[__name__])
    with override_settings(COOKIESAFE={"SAFE": safe}):
        assert setting.site().safe is own
        assert setting.store() is own.store


def test_sessions_are_kept_where_all_else_is() -> None:
    with given():
        assert setting.store() is setting.site().safe.store


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "no policy is set"),
        ({}, "no policy is set"),
        ({"STORE": MemoryStore()}, "no policy is set"),
        (["POLICY"], "a list, not a dict"),
        ({"POLICY": MINIMAL, "STOER": "x"}, 'no key "STOER".*Did you mean "STORE"'),
        ({"POLICY": MINIMAL, "store": "x"}, 'no key "store".*Did you mean "STORE"'),
        ({"POLICY": 7}, "POLICY=7"),
        ({"POLICY": "nowhere.toml"}, "nowhere.toml"),
        ({"POLICY": MINIMAL, "MODE": "on"}, 'mode="on"'),
        ({"SAFE": own, "STORE": "x"}, "SAFE beside STORE"),
        ({"POLICY": MINIMAL, "AUTH": True}, "AUTH without a store"),
        ({"SAFE": "nowhere.safe"}, "SAFE: "),
        ({"SAFE": 7}, "SAFE is 7"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(value: object, says: str) -> None:
    with override_settings(COOKIESAFE=value), pytest.raises(SettingError, match=says) as raised:
        setting.site()

    assert raised.value.fix


def test_a_short_key_and_a_wrong_policy_are_refused() -> None:
    with given(), override_settings(SECRET_KEY="short"), pytest.raises(WeakKey):
        setting.site()
    with given(POLICY="[site]\nnom = 1\n"), pytest.raises(PolicyError, match=r'\["POLICY"\]:2'):
        setting.site()
