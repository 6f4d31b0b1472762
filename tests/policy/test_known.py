"""The data on well-known cookies and trackers."""

from __future__ import annotations

import pytest

from cookiesafe.policy import NECESSARY, TRACKER_HOSTS, TRACKERS, parse_host
from cookiesafe.policy.names import check_name, contains


def test_the_session_and_csrf_cookies_of_the_frameworks_are_necessary() -> None:
    names = {cookie.name for cookie in NECESSARY}

    assert names >= {"sessionid", "csrftoken", "session", "_xsrf", "beaker.session.id", "PHPSESSID"}
    assert names >= {"__Host-session", "__Secure-csrftoken"}


@pytest.mark.parametrize("name", ["remember_token", "remember_me", "_ga", "IDE"])
def test_lasting_logins_and_trackers_are_not(name: str) -> None:
    assert name not in {cookie.name for cookie in NECESSARY}


@pytest.mark.law("W-01", "W-04")
def test_each_necessary_cookie_is_one_exact_name_of_one_visit_with_a_reason() -> None:
    names = [cookie.name for cookie in NECESSARY]

    assert len(names) == len(set(names))
    assert not any("*" in name for name in names)
    assert all(cookie.purpose == "necessary" and cookie.why for cookie in NECESSARY)
    assert {cookie.lifetime for cookie in NECESSARY} == {None}


@pytest.mark.law("T-I")
def test_no_necessary_cookie_is_a_tracker() -> None:
    assert not [
        (cookie.name, tracker)
        for cookie in NECESSARY
        for tracker in TRACKERS
        if contains(tracker, cookie.name)
    ]


@pytest.mark.parametrize("name", [*TRACKERS, *(cookie.name for cookie in NECESSARY)])
def test_every_known_name_could_be_declared(name: str) -> None:
    check_name(name)


@pytest.mark.parametrize("domain", TRACKER_HOSTS)
def test_every_tracker_domain_is_a_plain_host(domain: str) -> None:
    assert str(parse_host(domain)) == domain
