"""The policy as an object, built in Python."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from cookiesafe.errors import PolicyError
from cookiesafe.policy import Cookie, Feature, Policy, Purpose, Site, Vendor

SITE = Site(name="Site")
ADS = Purpose(id="ads", title="Ads")
TIPS = Purpose(id="tips", title="Tips")
A_TEXT: Any = "1 day"
A_LIST: Any = ["ads"]
NOTHING: Any = None


def codes_of(**declared: Any) -> list[tuple[str, tuple[str, ...]]]:
    with pytest.raises(PolicyError) as caught:
        Policy(**{"site": SITE, **declared})
    return [(problem.code, problem.path) for problem in caught.value.problems]


def test_a_policy_of_a_name_alone_has_the_necessary_purpose() -> None:
    policy = Policy(site=SITE)

    assert list(policy.purposes) == ["necessary"]
    assert policy.purposes["necessary"].text
    assert policy.optional == ()
    assert (policy.vendors, policy.cookies, policy.features) == ({}, (), {})
    assert list(policy.grounds) == ["necessary"]


def test_everything_is_found_by_its_id_in_the_order_it_was_declared() -> None:
    gull = Vendor(id="gull", name="Gull", hosts=("*.Gull.example",), purposes=("ads",))
    cookie = Cookie(name="ad", purpose="ads", vendor="gull", lifetime=60)
    feature = Feature(id="saved", purpose="tips", without="type again")

    policy = Policy(
        site=Site(name="Site", hosts=("Static.example",)),
        purposes=[TIPS, ADS],
        vendors=[gull],
        cookies=iter([cookie]),
        features=(feature,),
    )

    assert list(policy.purposes) == ["necessary", "tips", "ads"]
    assert list(policy.grounds) == ["necessary", "tips", "ads", "@gull"]
    assert policy.optional == (TIPS, ADS)
    assert policy.vendors["gull"].hosts == ("*.gull.example",)
    assert policy.site.hosts == ("static.example",)
    assert policy.cookies == (cookie,)
    assert policy.features == {"saved": feature}
    assert policy.cookie_for("ad") is cookie


def test_python_and_toml_give_the_same_policy() -> None:
    text = '[site]\nname = "Site"\n[purposes.ads]\ntitle = "Ads"\n'
    text += '[cookies.a]\npurpose = "ads"\nlifetime = "1 day"\n'
    built = Policy(
        site=SITE, purposes=[ADS], cookies=[Cookie(name="a", purpose="ads", lifetime=86_400)]
    )

    assert Policy.from_toml(text).fingerprint == built.fingerprint


def test_a_policy_cannot_be_changed() -> None:
    policy = Policy(site=SITE, purposes=[ADS])

    with pytest.raises(FrozenInstanceError):
        policy.site = SITE  # type: ignore[misc]
    with pytest.raises(TypeError):
        policy.purposes["other"] = ADS  # type: ignore[index]
    with pytest.raises(TypeError):
        policy.grounds["ads"] = ""  # type: ignore[index]


def test_a_policy_shows_its_name_and_fingerprint() -> None:
    policy = Policy(site=SITE)

    assert repr(policy) == f"Policy(site='Site', fingerprint='{policy.fingerprint}')"


@pytest.mark.parametrize(
    ("declared", "code", "path"),
    [
        ({"purposes": [ADS, ADS]}, "CS113", ("purposes", "ads")),
        ({"purposes": [Purpose(id="necessary", title="N")]}, "CS113", ("purposes", "necessary")),
        (
            {"purposes": [ADS], "cookies": [Cookie(name="a", purpose="ads", lifetime=-1)]},
            "CS111",
            ("cookies", "a", "lifetime"),
        ),
        (
            {"purposes": [ADS], "cookies": [Cookie(name="a", purpose="ads")] * 2},
            "CS113",
            ("cookies", "a"),
        ),
        ({"site": Site(name="Site", hosts=("a b",))}, "CS106", ("site", "hosts", "0")),
        ({"site": "Site"}, "CS103", ("site",)),
        ({"site": Site(name=NOTHING)}, "CS103", ("site", "name")),
        ({"purposes": ["ads"]}, "CS103", ("purposes", "0")),
        ({"purposes": "a"}, "CS103", ("purposes", "0")),
        ({"site": Site(name="Site", hosts=A_TEXT)}, "CS103", ("site", "hosts")),
        ({"purposes": [Purpose(id=A_LIST, title="A")]}, "CS103", ("purposes", "0", "id")),
        (
            {"cookies": [Cookie(name="a", purpose="ads", lifetime=A_TEXT)]},
            "CS103",
            ("cookies", "a", "lifetime"),
        ),
    ],
)
def test_a_problem_of_a_policy_built_in_python_names_its_path(
    declared: dict[str, Any], code: str, path: tuple[str, ...]
) -> None:
    assert codes_of(**declared) == [(code, path)]


def test_all_problems_are_collected() -> None:
    cookies = [Cookie(name="a;b", purpose="ads"), Cookie(name="ok", purpose="necessary")]

    assert codes_of(site=Site(name=""), cookies=cookies) == [
        ("CS103", ("site", "name")),
        ("CS107", ("cookies", "a;b")),
        ("CS104", ("cookies", "a;b", "purpose")),
        ("CS109", ("cookies", "ok", "why")),
    ]


def test_a_message_without_a_file_names_the_path() -> None:
    with pytest.raises(PolicyError) as caught:
        Policy(site=SITE, cookies=[Cookie(name="a", purpose="necesary")])

    assert str(caught.value) == (
        'policy cookies.a.purpose: no purpose "necesary" is declared. '
        'Did you mean "necessary"? [CS104]'
    )
