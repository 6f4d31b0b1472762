"""What a visitor goes without, and the answers to the notice that says so.

The notice stands in a form of the app's, so that an answer comes with what was typed there, and the app shows it again.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from .age import Age
from .choosing import Choice, choice_of
from .consent import DAY, choose
from .errors import TooLate
from .gate.documents import FRAMES
from .jar import Arrival, Jar, Standing
from .notice.limited import FIELD
from .policy import Feature, Policy
from .ports import Request
from .session import Session
from .settings import Settings

if TYPE_CHECKING:
    from markupsafe import Markup

KEPT_OFF = "cookiesafe.kept_off"
"""Where the session has the purposes that are not asked about again in it."""


class Said(NamedTuple):
    """An answer: whether the purpose of a ``feature`` is to be on, and by which ``words``, in which ``language``."""

    feature: Feature
    on: bool
    words: str

    @property
    def language(self) -> str:
        """Its tag, as it was sent."""
        return self.words.rpartition(".")[2]


def said_in(policy: Policy, form: Mapping[str, Any]) -> Said | None:
    """The answer in a form: a mapping to one value, to a list of them, or of a framework's own, which has ``getlist``."""
    several = getattr(form, "getlist", None)
    match several(FIELD) if callable(several) else form[FIELD]:
        case str(value) | [str(value)]:
            does, _, rest = value.partition(":")
            id, _, words = rest.partition(":")
        case _:
            return None
    feature = policy.features.get(id)
    if feature is None or does not in ("on", "off"):
        return None
    return Said(feature, does == "on", words)


def may_be_on(settings: Settings, standing: Standing, feature: Feature) -> bool:
    """Whether a yes would turn a feature on: where it would not, nothing is asked and no answer is taken."""
    circumstances, purpose = standing.circumstances, settings.policy.purpose(feature.purpose)
    return settings.enforce and not circumstances.child and not circumstances.silence(purpose)


def choice_by(
    said: Said, settings: Settings, standing: Standing, root: str, now: float
) -> Choice | None:
    """The choice that an answer is, about its purpose alone; none where it is so already.

    To leave off what is off is no choice: a single no of who has not chosen would be one to everything. A yes is only
    taken to the words of today.
    """
    feature, notices = said.feature, settings.notices
    notice = (notices.named(said.language) or notices.usual).limited
    by_these = said.words == notice.words(root, feature)
    if said.on == (feature.purpose in standing.allowed.purposes) or (said.on and not by_these):
        return None
    consent = choose(
        settings.policy,
        [feature.purpose] if said.on else [],
        day=int(now) // DAY,
        about=[feature.purpose],
        before=standing.consent,
    )
    shown = notice.shown(root, feature) if by_these else None
    about = {feature.purpose: said.on}
    return choice_of(settings, standing, consent, now, said=about, layer="feature", shown=shown)


class Limits(Request):
    """A visit, as far as features may be off in it."""

    departed = False
    _settings: Settings
    _jar: Jar
    _now: float
    _arrival: Arrival | None = None
    _news: Age | tuple[Choice, Arrival] | None
    """What the app has found out: the visitor's age, or a choice, and where the visitor stood before it."""
    _narrowed = False
    """Whether less is allowed than when the request came."""
    _blocked = False
    """Whether the page's address says that the browser blocks cookies, and none came with the request."""
    _noticed: frozenset[str] = frozenset()
    """The features that the page has a notice of."""

    @property
    @abstractmethod
    def session(self) -> Session: ...

    @abstractmethod
    def can(self, feature: str) -> bool: ...

    @abstractmethod
    def _ask(self) -> Arrival: ...

    def limited_notice(self, feature: str, language: str | None = None) -> Markup:
        """HTML for the top of a form that is posted: what the visitor goes without, and *Keep off* and *Turn on*.

        Give each such form to ``take_answer``. After *Keep off*, and where the browser blocks cookies, there is a link to
        the choices instead of the buttons. It speaks the ``language`` of that tag, that of the page, if the site offers it,
        and else that of the policy's texts. Empty where the feature has its purpose or cannot get it, and after the first
        time in a page. Raises ``UnknownName``.
        """
        from markupsafe import Markup

        can, standing, settings = self.can(feature), self._ask().standing, self._settings
        declared, notices = settings.policy.feature(feature), settings.notices
        notice = (notices.named(language) or notices.usual).limited
        if can or feature in self._noticed or not may_be_on(settings, standing, declared):
            return Markup()
        self._noticed |= {feature}
        if self._blocked or self._is_framed_elsewhere or declared.purpose in self._kept_off:
            html = notice.telling(self.root, declared, self.address())
        else:
            html = notice.asking(self.root, declared)
        return Markup(html)  # noqa: S704 (its template escapes)

    def take_answer(self, form: Mapping[str, Any]) -> bool:
        """Whether a ``limited_notice`` was answered with this form: then show the form again as it came, and do nothing else.

        *Turn on* is a choice, for that purpose alone: it counts at once, and is recorded as the response leaves. Do what
        cannot be undone by it with the next request: then it is recorded. After *Keep off* nobody is asked again in this
        session. What the site's own page has not posted changes nothing. Raises ``TooLate`` after the response's headers
        have left.
        """
        if self.departed:
            raise TooLate(
                "an answer was looked for after the response's headers had left",
                fix="Call take_answer before the response begins.",
            )
        if FIELD not in form:
            return False
        arrival = self._ask()
        try:
            said = said_in(self._settings.policy, form)
            if said is not None and self._news is None and self._is_own_post(arrival):
                self._take(said, arrival)
        except Exception:
            self._settings.telling.report_fault("answer")
        return True

    def _take(self, said: Said, before: Arrival) -> None:
        settings, standing = self._settings, before.standing
        if self._blocked or not may_be_on(settings, standing, said.feature):
            return
        choice = choice_by(said, settings, standing, self.root, self._now)
        if choice is not None:
            self._turn(before, self._jar.with_consent(before, choice.consent))
            self._news = choice, before
        if not said.on:
            self.session[KEPT_OFF] = sorted(self._kept_off | {said.feature.purpose})

    @property
    def _is_framed_elsewhere(self) -> bool:
        """Whether another site shows this page in a frame, and may have it clicked on (clickjacking)."""
        framed = self.destination in FRAMES
        return framed and self.header("sec-fetch-site") not in (None, "none", "same-origin")

    @property
    def _kept_off(self) -> frozenset[str]:
        return frozenset(self.session.get(KEPT_OFF, ()))

    def _is_own_post(self, arrival: Arrival) -> bool:
        """Whether a page of the site itself has posted this."""
        ruling = self._settings.judge(self, has_cookies=bool(arrival.header))
        return self.method == "POST" and ruling.verdict == "allowed"

    def _turn(self, before: Arrival, now: Arrival) -> None:
        """From here on the visitor stands elsewhere than before."""
        self._arrival = now
        self._narrowed = before.standing.allowed.exceeds(now.standing.allowed)

    def _take_back(self) -> None:
        """A choice that this response was to keep is none."""
        if isinstance(self._news, tuple):
            (_, self._arrival), self._news, self._narrowed = self._news, None, False
