"""The app's own errors: what comes of them is what came of them without us, and the gate is closed."""

from __future__ import annotations

from typing import ClassVar

from ..reading import lets_in, policies
from ..site import ADVERTISER, SESSION, AppError
from .opening import Opening


class Faults(Opening):
    """A page that is not there, a method that is not taken, a view that fails."""

    answers_errors: ClassVar = True
    """Whether the framework answers 500 where a view has raised."""
    raises_errors: ClassVar = False
    """Whether it raises what the view has raised, to the server."""

    def test_a_page_that_is_not_there_is_gated(self) -> None:
        response = self.browser().get("/nothing-here")

        assert response.status == 404
        assert not lets_in(response, ADVERTISER)

    def test_a_method_that_is_not_taken_is_refused_by_the_framework(self) -> None:
        response = self.browser().request("DELETE", "/told")

        assert response.status in (404, 405)
        assert policies(response)

    def test_an_error_of_the_app_stays_the_apps_and_opens_nothing(self) -> None:
        browser = self.browser()
        response, error = browser.outcome("/fail")

        assert (response is not None, error is not None) == (
            self.answers_errors,
            self.raises_errors,
        )
        assert error is None or isinstance(error, AppError)
        if response is not None:
            assert response.status == 500
            assert not lets_in(response, ADVERTISER)
            assert SESSION not in response.cookie_names

    def test_after_an_error_the_site_works_as_before(self) -> None:
        browser = self.browser()
        browser.post("/keep", form={"cart": "7"})
        browser.outcome("/fail")

        assert browser.get("/told").json()["session"] == {"cart": "7"}
