"""Before a choice no way reaches another host, in a real browser; after a yes, each does that does so without us."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.leaks.campaign import (
    ON_WSGI,
    OVER_HTTPS,
    WITHOUT_SCRIPTS,
    Configuration,
    behind,
    reached,
)
from tests.leaks.corpus import WAYS
from tests.leaks.runner import Choice, Setting
from tests.leaks.way import Reach, Way

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the tracker needs all of 127.0.0.0/8, which Linux has"
)
BEYOND = {way.name: way.before for way in WAYS if way.before}
MATRIX = pytest.mark.parametrize(
    ("configuration", "ways"),
    [
        pytest.param(Configuration(), WAYS, id="all"),
        pytest.param(
            Configuration(setting=Setting(scripts=False)), WITHOUT_SCRIPTS, id="no scripts"
        ),
        pytest.param(Configuration(scheme="https"), OVER_HTTPS, id="https"),
        pytest.param(Configuration(edge="wsgi"), ON_WSGI, id="wsgi"),
    ],
)


@pytest.mark.law("L-01", "N-UK2")
@MATRIX
def test_before_a_choice_no_way_reaches_another_host(
    configuration: Configuration, ways: Sequence[Way]
) -> None:
    found = reached(configuration, ways)

    too_far = {name for name, reach in found.items() if reach > BEYOND.get(name, Reach.NONE)}
    assert too_far == set()


@MATRIX
def test_after_a_yes_each_reaches_it_that_does_so_without_us(
    configuration: Configuration, ways: Sequence[Way]
) -> None:
    """Every third one: what a yes opens is no way's own."""
    assert behind(_after(configuration, "accept"), ways[::3]) == {}


@pytest.mark.law("L-02")
def test_after_a_no_the_ways_stay_shut() -> None:
    some = [way for way in WAYS if not way.before][::12]

    assert reached(_after(Configuration(), "reject"), some) == {}


def test_the_bare_site_calls() -> None:
    """So that the first test can fail."""
    some = [way for way in WAYS if way.bare][::24]

    assert behind(Configuration(bare=True), some) == {}


def test_every_way_has_a_host_name_of_its_own() -> None:
    names = [way.name for way in WAYS]

    assert len(set(names)) == len(names)
    assert all(0 < len(name) < 64 for name in names)


def test_what_is_beyond_us_says_why_and_where() -> None:
    for way in WAYS:
        assert bool(way.why) == bool(way.browsers) >= bool(way.before), way.title
    assert any(way.bare is Reach.NONE for way in WAYS)


def _after(configuration: Configuration, choice: Choice) -> Configuration:
    return replace(configuration, setting=replace(configuration.setting, choice=choice))
