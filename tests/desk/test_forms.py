"""The forms of our own pages: each that changes something can be given a token."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

TEMPLATES = sorted(
    each.name
    for each in files("cookiesafe.notice").joinpath("templates").iterdir()
    if re.search("<form", each.read_text("utf-8"), re.IGNORECASE)
)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_form_that_is_posted_begins_as_a_token_is_put_in(name: str) -> None:
    text = files("cookiesafe.notice").joinpath("templates", name).read_text("utf-8")
    posted = re.findall(r"method\s*=\s*[\"']?\s*post", text, re.IGNORECASE)

    assert text.count('<form method="post"') == len(posted)
