"""That who rejects everything gets the same pages: what counts as a difference, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cookiesafe import CookieSafe, Policy, Visit, current_visit
from cookiesafe.adapters.asgi import CookieSafeMiddleware as ASGIMiddleware
from cookiesafe.adapters.wsgi import CookieSafeMiddleware as WSGIMiddleware
from cookiesafe.testing import assert_same_for_rejecters
from cookiesafe.testing.site import KEY, POLICY

PATHS = ["/"]
Page = Callable[[Visit], tuple[int, str]]


def wsgi(page: Page) -> Any:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        status, body = page(current_visit())
        start_response(f"{status} Said", [("Content-Type", "text/html; charset=utf-8")])
        return [body.encode()]

    return WSGIMiddleware(app, safe())


def asgi(page: Page) -> Any:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        status, body = page(current_visit())
        fields = [(b"content-type", b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": status, "headers": fields})
        await send({"type": "http.response.body", "body": body.encode()})

    return ASGIMiddleware(app, safe())


def safe() -> CookieSafe:
    return CookieSafe(Policy.from_toml(POLICY), secret_key=KEY, store="sqlite://")


edges = pytest.mark.parametrize("at", [wsgi, asgi])


@edges
def test_pages_that_are_the_same_pass_with_our_banner_and_embeds(at: Any) -> None:
    frame = '<iframe src="https://ads.gullwing.example/film"></iframe>'

    assert_same_for_rejecters(at(lambda visit: (200, f"<title>A</title><p>Films {frame}")), PATHS)


@edges
def test_a_wall_is_told_by_its_status_and_a_diff(at: Any) -> None:
    def wall(visit: Visit) -> tuple[int, str]:
        allowed = visit.allows("advertising")
        return (200, "<title>A</title><p>Films") if allowed else (403, "<title>A</title><p>Agree!")

    with pytest.raises(AssertionError) as raised:
        assert_same_for_rejecters(at(wall), PATHS)

    said = str(raised.value)
    for line in ("--- / for who accepts", "+++ / for who rejects", "-status: 200", "+status: 403"):
        assert f"{line}\n" in said
    assert "-<p>Films" in said
    assert "+<p>Agree!" in said
    assert "undecided" not in said


def test_who_has_not_chosen_gets_the_same_too() -> None:
    def page(visit: Visit) -> tuple[int, str]:
        return 200, "no" if visit.consent.refuses_all else "yes"

    with pytest.raises(AssertionError, match="for who accepts"):
        assert_same_for_rejecters(wsgi(page), PATHS)

    def punishing(visit: Visit) -> tuple[int, str]:
        return 200, "yes" if visit.consent.decided else "later"

    with pytest.raises(AssertionError, match="for who is undecided"):
        assert_same_for_rejecters(wsgi(punishing), PATHS)


@edges
def test_what_the_policy_declares_as_a_feature_makes_no_difference_and_is_as_before(
    at: Any,
) -> None:
    def page(visit: Visit) -> tuple[int, str]:
        refusal = visit.refusal(feature="tips")
        tips = "your own tips" if visit.can("tips") else "everybody's tips"
        return (200 if refusal is None else 403), f"{visit.limited_notice('tips')}{tips}"

    before = Visit.can, Visit.refusal
    assert_same_for_rejecters(at(page), PATHS)

    assert (Visit.can, Visit.refusal) == before


def test_beside_a_feature_a_difference_is_found_all_the_same() -> None:
    def page(visit: Visit) -> tuple[int, str]:
        return 200, f"{visit.can('tips')} {visit.allows('statistics')}"

    with pytest.raises(AssertionError, match=r"-True True\n\+True False"):
        assert_same_for_rejecters(wsgi(page), PATHS)


def test_tokens_and_what_is_to_be_ignored_make_no_difference() -> None:
    counted = iter(range(10))

    def page(visit: Visit) -> tuple[int, str]:
        advert = "<aside>Advert</aside>" if visit.allows("advertising") else ""
        number = next(counted)
        form = f'<input type="hidden" name="token" value="{number}">'
        return 200, f'<script nonce="{number}"></script>{form}{advert}'

    assert_same_for_rejecters(wsgi(page), PATHS, ignore=["<aside>.*?</aside>"])
    with pytest.raises(AssertionError, match="-<aside>Advert"):
        assert_same_for_rejecters(wsgi(page), PATHS)


def test_nothing_to_compare_is_no_success() -> None:
    with pytest.raises(AssertionError, match="no path was given"):
        assert_same_for_rejecters(wsgi(lambda visit: (200, "")), [])
    with pytest.raises(AssertionError, match="there is nothing at /"):
        assert_same_for_rejecters(wsgi(lambda visit: (404, "")), PATHS)


def test_a_long_difference_is_cut() -> None:
    def page(visit: Visit) -> tuple[int, str]:
        return 200, "\n".join(f"{visit.allows('statistics')} {n}" for n in range(100))

    with pytest.raises(AssertionError, match=r"… and \d+ lines more"):
        assert_same_for_rejecters(wsgi(page), PATHS)
