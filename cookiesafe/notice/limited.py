"""What stands at the top of a form for who goes without a feature that it would have."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from ..policy import Feature, Policy
from .language import Language
from .shown import TEXT, Shown, as_ascii

FIELD = "cookiesafe-feature"
"""The name of its two buttons."""
_MOST_REMEMBERED = 64


class LimitedNotice:
    """``render`` and ``words`` are as for the ways to be contacted."""

    def __init__(
        self,
        policy: Policy,
        render: Callable[..., str],
        words: Callable[[str], str],
        language: Language,
    ) -> None:
        self._policy = policy
        self._language = language.tag
        self._render = render
        self._words = words
        self._asking = lru_cache(_MOST_REMEMBERED)(self._render_asking)

    def asking(self, root: str, feature: Feature) -> str:
        """What the visitor goes without, with two buttons for the app's own form; ASCII."""
        return self._asking(root, feature)[0]

    def shown(self, root: str, feature: Feature) -> Shown:
        """What is shown with it."""
        return self._asking(root, feature)[1]

    def words(self, root: str, feature: Feature) -> str:
        """What its buttons send along: by which words, of which policy, they were pressed."""
        return self._by(self.shown(root, feature).text)

    def telling(self, root: str, feature: Feature, next_path: str) -> str:
        """The same without buttons, with the way to the choices and back to ``next_path``; ASCII."""
        return as_ascii(self._rendered(root, feature, next=next_path, words=None)).decode()

    def _render_asking(self, root: str, feature: Feature) -> tuple[str, Shown]:
        page = self._rendered(root, feature, next="", words=self._by(TEXT))
        shown = Shown.of(self._words(page), "form", "off,on", self._language)
        return as_ascii(page.replace(TEXT, shown.text)).decode(), shown

    def _rendered(self, root: str, feature: Feature, *, next: str, words: str | None) -> str:
        declared = self._policy.feature(feature.id)
        purpose = self._policy.purpose(declared.purpose)
        return self._render(
            "limited.html",
            root,
            feature=declared,
            purpose=purpose,
            field=FIELD,
            next=next,
            words=words,
        )

    def _by(self, text: str) -> str:
        return f"{self._policy.fingerprint}.{text}.{self._language}"
