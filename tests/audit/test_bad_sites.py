"""Sites that do not behave: the audit ends, says what it could not look at, and has looked at all else."""

from __future__ import annotations

from dataclasses import replace

from cookiesafe.audit import Walk

from .conftest import QUICK, Audit
from .sites import Sites


def test_what_one_page_does_to_its_visitor_keeps_no_other_from_being_looked_at(
    audit: Audit, sites: Sites
) -> None:
    limits = replace(QUICK, pages=8, page=1)

    audited = audit(sites.url("bad"), limits=limits)

    said = {each.page.rpartition("/")[2]: each for each in audited.seen.troubles}
    assert said.keys() >= {"never", "loop", "binary", "closed"}
    assert "did not load within 1 seconds" in said["never"].what
    assert "ERR_TOO_MANY_REDIRECTS" in said["loop"].what
    assert "ERR_EMPTY_RESPONSE" in said["closed"].what
    assert not said["binary"].counts, "what is downloaded is no page"
    assert ("CS801", "last_id") in audited.found, "of the last page"
    unseen = {about.rpartition("/")[2] for code, about in audited.found if code == "CS808"}
    assert unseen >= {"never", "loop", "closed", "busy"}
    assert "binary" not in unseen


def test_a_site_that_cannot_be_opened_is_a_finding_and_not_asked_for_again(
    audit: Audit, sites: Sites
) -> None:
    audited = audit(sites.url("bad", "/closed"))

    assert audited.found == {("CS808", sites.url("bad", "/closed"))}
    assert [each.walk for each in audited.seen.walks] == [Walk.NONE]


def test_nobody_answers_on_a_site_that_was_not_named_where_a_script_leads_there(
    audit: Audit, sites: Sites
) -> None:
    audited = audit(sites.url("bad", "/leaves"))

    assert ["leads to clean.localhost" in each.what for each in audited.seen.troubles] == [True]
    assert [each.pressed for each in audited.seen.walks] == [""]
    assert "consent" not in {each.name for each in audited.evidence.things}


def test_a_page_that_changes_what_our_scripts_are_made_of_is_looked_at_all_the_same(
    audit: Audit, sites: Sites
) -> None:
    audited = audit(sites.url("bad", "/tampers"))

    assert ("CS801", "last_id") in audited.found


def test_an_audit_ends_when_its_time_is_over(audit: Audit, sites: Sites) -> None:
    audited = audit(sites.url("bad", "/never"), limits=replace(QUICK, total=0.5))

    assert "not done within 0.5 seconds" in audited.seen.troubles[0].what
    assert {code for code, _ in audited.found} == {"CS808"}
