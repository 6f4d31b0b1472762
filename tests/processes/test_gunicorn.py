"""A site that gunicorn serves, by each of its kinds of workers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.servers import ask, gunicorn

SITE = "tests.support.counter:wsgi_site()"


@pytest.mark.parametrize("worker", ["sync", "gthread"])
def test_gunicorn_serves_pages_and_takes_choices(worker: str, tmp_path: Path) -> None:
    with gunicorn(SITE, tmp_path, "--worker-class", worker, COUNTER_KEYS="k" * 40) as site:
        page = ask(site.url, "/")
        cookies = dict(page.set)
        chosen = ask(site.url, "/cookiesafe/choices", form={"choice": "accept"}, cookies=cookies)
        cookies |= chosen.set
        after = ask(site.url, "/", cookies=cookies)

        assert (page.status, page.body.count('data-cookiesafe="banner"')) == (200, 1)
        assert "<p id=count>1, not agreed</p>" in page.body
        assert chosen.status == 303
        assert (after.status, after.body.count('data-cookiesafe="banner"')) == (200, 0)
        assert "<p id=count>2, agreed</p>" in after.body
    assert "Traceback" not in site.errors.read_text(encoding="utf-8")
