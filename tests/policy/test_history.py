"""Which earlier consent still holds under today's policy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cookiesafe.policy import Cookie, History, Policy, Purpose, Site, Vendor


def policy(
    *,
    text: str = "Shows adverts.",
    hosts: tuple[str, ...] = ("gull.example",),
    lifetime: int | None = 60,
    editorial: tuple[str, ...] = (),
) -> Policy:
    return Policy(
        site=Site(name="Site"),
        purposes=[Purpose(id="ads", title="Ads", text=text, editorial=editorial)],
        vendors=[Vendor(id="gull", name="Gull", hosts=hosts, purposes=("ads",))],
        cookies=[Cookie(name="ad", purpose="ads", vendor="gull", lifetime=lifetime)],
    )


NOW = policy()
LESS = policy(lifetime=30)
MORE = policy(lifetime=90)
REWORDED = policy(text="Shows you adverts.")


def test_consent_to_todays_grounds_holds() -> None:
    history = History(NOW, ())

    for name, ground in NOW.grounds.items():
        assert history.holds(name, ground)
        assert history.knows(name, ground)
        assert history.news(name, ground) == ()


def test_consent_to_more_holds_and_to_less_does_not() -> None:
    history = History(NOW, [LESS, MORE])

    assert history.holds("ads", MORE.grounds["ads"])
    assert history.news("ads", MORE.grounds["ads"]) == ()
    assert not history.holds("ads", LESS.grounds["ads"])
    assert history.news("ads", LESS.grounds["ads"]) == (
        "ad is kept for 1 minute instead of 30 seconds",
    )


def test_consent_to_a_vendor_by_name_holds_in_the_same_way() -> None:
    wider = policy(hosts=("gull.example", "*.gull.example"))

    assert History(NOW, [wider]).holds("@gull", wider.grounds["@gull"])
    assert not History(wider, [NOW]).holds("@gull", NOW.grounds["@gull"])


def test_other_words_do_not_hold_unless_they_are_editorial() -> None:
    before = REWORDED.grounds["ads"]
    declared = policy(editorial=(before,))

    assert not History(NOW, [REWORDED]).holds("ads", before)
    assert History(NOW, [REWORDED]).news("ads", before) == ("the text says something else",)
    assert History(declared, [REWORDED]).holds("ads", before)
    assert History(declared, [REWORDED]).news("ads", before) == ()


def test_an_editorial_wording_nobody_kept_holds_and_is_not_known() -> None:
    history = History(policy(editorial=("0123456789ab",)), ())

    assert history.holds("ads", "0123456789ab")
    assert not history.knows("ads", "0123456789ab")
    assert not history.holds("@gull", "0123456789ab")


def test_an_editorial_line_excuses_words_and_nothing_else() -> None:
    before = policy(text="Shows you adverts.", lifetime=30)
    declared = policy(editorial=(before.grounds["ads"],))
    history = History(declared, [before])

    assert not history.holds("ads", before.grounds["ads"])
    assert history.news("ads", before.grounds["ads"]) == (
        "ad is kept for 1 minute instead of 30 seconds",
    )


def test_what_was_wider_in_editorial_words_holds_too() -> None:
    wider = policy(text="Shows you adverts.", lifetime=90)
    declared = policy(editorial=(REWORDED.grounds["ads"],))

    assert History(declared, [REWORDED, wider]).holds("ads", wider.grounds["ads"])
    assert not History(declared, [wider]).holds("ads", wider.grounds["ads"])


@pytest.mark.parametrize("name", ["ads", "@gull", "tips", "@tern", "", "necessary"])
def test_what_nobody_knows_does_not_hold(name: str) -> None:
    history = History(NOW, [LESS, MORE])

    assert not history.holds(name, "ffffffffffff")
    assert not history.knows(name, "ffffffffffff")
    assert history.news(name, "ffffffffffff") == ()


def test_the_grounds_of_one_purpose_are_none_of_another() -> None:
    history = History(NOW, [MORE])

    assert not history.holds("@gull", MORE.grounds["ads"])
    assert not history.holds("necessary", NOW.grounds["ads"])


def test_a_purpose_of_earlier_that_is_gone_does_not_hold() -> None:
    tips = Policy(site=Site(name="Site"), purposes=[Purpose(id="tips", title="Tips")])

    assert not History(NOW, [tips]).holds("tips", tips.grounds["tips"])


POLICIES = st.builds(
    policy,
    text=st.sampled_from(["Shows adverts.", "Shows you adverts."]),
    hosts=st.lists(
        st.sampled_from(["gull.example", "*.gull.example", "a.gull.example"]), unique=True
    ).map(tuple),
    lifetime=st.sampled_from([None, 0, 60, 90]),
)


@pytest.mark.law("L-08")
@given(POLICIES, st.lists(POLICIES, max_size=4), st.data())
def test_no_wider_substance_ever_holds(
    now: Policy, earlier: list[Policy], data: st.DataObject
) -> None:
    editorial = data.draw(
        st.sets(st.sampled_from([each.grounds["ads"] for each in (*earlier, now)]))
    )
    declared = policy(
        text=now.purposes["ads"].text,
        hosts=now.vendors["gull"].hosts,
        lifetime=now.cookies[0].lifetime,
        editorial=tuple(editorial),
    )
    history = History(declared, earlier)

    for each in earlier:
        for name in ("ads", "@gull"):
            news = set(declared.substances[name].news(each.substances[name]))
            if history.holds(name, each.grounds[name]):
                assert news <= {"the text says something else"}
            if not news:
                assert history.holds(name, each.grounds[name])
            assert history.holds(name, each.grounds[name]) is not bool(
                history.news(name, each.grounds[name])
            )
