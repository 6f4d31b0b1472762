"""The little script in the visit's page: asked for by the app's template, or placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .features import Limits
from .jar import Standing
from .notice import Notice
from .state import beginning

if TYPE_CHECKING:
    from markupsafe import Markup


class Scripts(Limits):
    """A visit, as far as scripts of its page are concerned."""

    posted = False
    """Whether the page answers a form, so that to load it again would send that again."""
    scripted = False
    """Whether the page has the script already."""

    def script(self, nonce: str = "", language: str | None = None) -> Markup:
        """HTML of the script by which scripts of the page learn what the visitor allows, as ``window.cookieSafe``.

        For the head, before what asks it and before any tag of Google's. ``nonce`` is that of the page's own
        Content-Security-Policy; what it leads to speaks the ``language`` of that tag, if the site offers it.
        """
        from markupsafe import Markup

        notices, standing = self._settings.notices, self._ask().standing
        notice = notices.named(language) or notices.usual
        self.scripted = True
        return Markup(self._script(standing, notice, nonce=nonce))  # noqa: S704 (escaped there)

    def _script(
        self,
        standing: Standing,
        notice: Notice,
        *,
        nonce: str = "",
        deferred: bool = False,
        native: bool = False,
    ) -> str:
        """Its tag. A page that answers a form is not to be loaded again: that would send the form again."""
        return notice.script.tag(
            self.root,
            notice.choices_address(self.root, self.address()),
            beginning(self._settings.policy, standing),
            nonce=nonce,
            deferred=deferred,
            native=native or self.posted,
        )
