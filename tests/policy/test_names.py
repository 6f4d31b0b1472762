"""Which declared cookie a name falls under."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.policy import NECESSARY, Cookie, Policy, Purpose, Site
from cookiesafe.policy.names import CookieNames, contains


def policy(*names: str) -> Policy:
    return Policy(
        site=Site(name="Site"),
        purposes=[Purpose(id="ads", title="Ads")],
        cookies=[Cookie(name=name, purpose="ads") for name in names],
    )


@pytest.mark.parametrize(
    ("names", "asked", "found"),
    [
        (["ad"], "ad", "ad"),
        (["ad"], "ads", None),
        (["ad"], "AD", None),
        (["ad*"], "ad", "ad*"),
        (["ad*"], "a", None),
        (["ad*", "adx"], "adx", "adx"),
        (["a*", "ad*"], "ads", "ad*"),
        (["a*zz", "ad*"], "adzz", "ad*"),
        (["a*z", "a*yz"], "a-yz", "a*yz"),
        (["a*z", "a*yz"], "a-xz", "a*z"),
        (["aba*aba"], "ababa", None),
        (["*"], "", "*"),
        (["*_id", "*"], "x_id", "*_id"),
        (["mp_*_mixpanel"], "mp_1_mixpanel", "mp_*_mixpanel"),
        ([], "sessionid", "sessionid"),
        ([], "__Host-sessionid", "__Host-sessionid"),
        ([], "sessionid2", None),
    ],
)
def test_the_closest_declared_name_is_found(
    names: list[str], asked: str, found: str | None
) -> None:
    cookie = policy(*names).cookie_for(asked)

    assert (cookie.name if cookie else None) == found


@pytest.mark.parametrize("declared", ["sessionid", "session*", "*"])
def test_what_a_site_declares_beats_what_is_well_known(declared: str) -> None:
    cookie = policy(declared).cookie_for("sessionid")

    assert cookie is not None
    assert (cookie.name, cookie.purpose) == (declared, "ads")


NAMES = st.text("ab*", min_size=1, max_size=6).filter(lambda name: name.count("*") <= 1)


def reference(cookies: list[Cookie], name: str) -> Cookie | None:
    def rank(cookie: Cookie) -> tuple[bool, int, int]:
        before, star, after = cookie.name.partition("*")
        return not star, len(before), len(after)

    fitting = [cookie for cookie in cookies if fnmatchcase(name, cookie.name)]
    return max(fitting, key=rank, default=None)


@given(
    st.sets(NAMES),
    st.sets(st.text("ab", min_size=1, max_size=4)),
    st.text("ab", max_size=8),
)
def test_finding_agrees_with_trying_one_after_the_other(
    own: set[str], known: set[str], name: str
) -> None:
    cookies = [Cookie(name=each, purpose="ads") for each in own]
    well_known = [Cookie(name=each, purpose="necessary") for each in known]

    expected = reference(cookies, name) or reference(well_known, name)
    assert CookieNames(cookies, well_known)[name] == expected


@given(NAMES, NAMES, st.text("ab", max_size=8))
def test_a_pattern_contains_another_only_if_it_has_all_its_names(
    wide: str, narrow: str, name: str
) -> None:
    if contains(wide, narrow) and fnmatchcase(name, narrow):
        assert fnmatchcase(name, wide)


class Counted(str):
    """A name that counts how often it is cut into."""

    __slots__ = ("cuts",)
    cuts: int

    def __getitem__(self, key: object) -> str:
        self.cuts = getattr(self, "cuts", 0) + 1
        return super().__getitem__(key)  # type: ignore[index]


def test_asking_costs_the_same_however_many_cookies_are_declared() -> None:
    def cuts(count: int) -> int:
        names = CookieNames(
            [
                Cookie(name=f"{number:05}{star}", purpose="ads")
                for number in range(count)
                for star in ("", "*")
            ],
            NECESSARY,
        )
        name = Counted("nobody declared this")
        assert names[name] is None
        return name.cuts

    counts = [cuts(count) for count in (10, 100, 1_000)]

    assert all(before == after for before, after in pairwise(counts))
    assert counts[0] == 1
