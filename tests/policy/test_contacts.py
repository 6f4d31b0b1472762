"""Purposes that are no cookies but ways to be contacted."""

from __future__ import annotations

from cookiesafe.policy import Policy, Purpose, Site, Vendor

SITE = Site(name="Site")
ADS = Purpose(id="ads", title="Ads")
NEWS = Purpose(id="news", title="News", channel="email")
OUTAGES = Purpose(id="outages", title="Outages", channel="sms", always=True, why="you must know")


def test_a_way_to_be_contacted_is_a_purpose_and_no_optional_one_of_browsers() -> None:
    policy = Policy(site=SITE, purposes=[NEWS, ADS, OUTAGES])

    assert list(policy.purposes) == ["necessary", "news", "ads", "outages"]
    assert policy.optional == (ADS,)
    assert policy.contacts == (NEWS, OUTAGES)
    assert policy.purpose("outages").always


def test_a_policy_without_any_has_no_contacts() -> None:
    assert Policy(site=SITE, purposes=[ADS]).contacts == ()


def test_a_way_to_be_contacted_has_grounds_and_so_has_a_vendor_without_hosts() -> None:
    fleet = Vendor(id="fleet", name="Postfleet", hosts=(), purposes=("news",))
    alone = Policy(site=SITE, purposes=[NEWS])
    served = Policy(site=SITE, purposes=[NEWS], vendors=[fleet])

    assert alone.grounds["news"] != served.grounds["news"]
    assert "@fleet" in served.grounds


def test_another_channel_is_other_grounds() -> None:
    by_phone = Purpose(id="news", title="News", channel="phone")

    assert (
        Policy(site=SITE, purposes=[NEWS]).grounds["news"]
        != Policy(site=SITE, purposes=[by_phone]).grounds["news"]
    )
