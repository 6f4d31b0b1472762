"""The young harbour: a quiz. Before it everybody is asked for their age, and from a child nothing is collected."""

from __future__ import annotations

from ..page import PageRequest, PageResponse
from ..quiz import QUESTIONS
from ..site import Site


def corner(site: Site, request: PageRequest) -> PageResponse:
    return site.show(request, "young.html")


def quiz(site: Site, request: PageRequest) -> PageResponse:
    return site.show(request, "quiz.html", questions=QUESTIONS, given={}, marked=False, right=0)


def answers(site: Site, request: PageRequest) -> PageResponse:
    """The same page, marked: not even the answers are kept."""
    given = {each.id: each.answered(request.form) for each in QUESTIONS}
    right = sum(given[each.id] == each.right for each in QUESTIONS)
    return site.show(
        request, "quiz.html", questions=QUESTIONS, given=given, marked=True, right=right
    )


def ask_a_grown_up(site: Site, request: PageRequest) -> PageResponse:
    """In the place of each page on which people say who they are."""
    return site.show(request, "grown-up.html", 403)
