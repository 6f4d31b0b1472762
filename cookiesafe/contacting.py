"""Takes a user's yes or no to being written to, called or visited.

A yes is in the ledger before it counts. A no counts first, and is recorded as soon as that can be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from typing import Final

from .asking import told
from .contact import Answer, Contact
from .errors import StoreError, UnknownName, UsageError
from .ids import new_receipt_id
from .ledger import Event
from .notice import Shown
from .policy import Purpose
from .ports import Append, Flow, Store
from .recalling import recall
from .recording import record_of, words_of
from .settings import Settings

UNDO_SECONDS: Final = 3600
_MOST_TRIES = 10
_NO: Final = Answer(yes=False)
_LAYER = re.compile(r"[a-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said, by purpose id, at ``now`` (unix seconds): ``layer`` is where, ``shown`` what was seen there.

    ``press`` is the id of the press of a button by which it was said, if that may take it back.
    """

    choices: Mapping[str, bool]
    now: float
    layer: str
    shown: Shown | None = field(default=None, repr=False)
    press: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Chosen:
    """How it is now. ``event`` is ``None`` where nothing has changed by it."""

    contact: Contact
    event: Event | None


def may_contact(settings: Settings, user: str, id: str) -> Flow[bool]:
    """Whether a user may be contacted for a purpose. Raises ``UnknownName``, ``UsageError`` and ``StoreError``."""
    if _reaching(settings, id).always:
        return True
    contact = yield from load(settings, user)
    return id in (yield from agreed(settings, contact))


def load(settings: Settings, user: str) -> Flow[Contact]:
    """A user's choices, or a new one's, who has made none. Raises ``StoreError``."""
    found = yield from told(Store.load_contact, user)
    return found or Contact(user=user, receipt=new_receipt_id(settings.clock(), settings.entropy))


def agreed(settings: Settings, contact: Contact) -> Flow[frozenset[str]]:
    """To which purposes a yes was said that covers all they ask for today."""
    known = {each.id for each in settings.policy.contacts}
    yeses = {id: each.ground for id, each in contact.answers.items() if each.yes and id in known}
    return (yield from _covered(settings, yeses))


def may_take_back(
    settings: Settings, contact: Contact, id: str, press: str, now: float
) -> Flow[bool]:
    """Whether a no was said by this very ``press``, not long ago and of a yes that would hold, and not again since."""
    answer = contact.answers.get(id, _NO)
    if not (press and answer.press == press and now < answer.until):
        return False
    return id in (yield from _covered(settings, {id: answer.ground}))


def choose(settings: Settings, contact: Contact, said: Said) -> Flow[Chosen]:
    """Take what was said by who had ``contact``. Raises ``StoreError`` where a yes was not taken, or a no not kept."""
    held = yield from agreed(settings, contact)
    noes, yeses = _news(settings, contact, held, said)
    if not yeses and all(contact.choices.get(id) is False for id in noes):
        return Chosen((yield from _keep(contact, noes)) if noes else contact, None)
    event = _event(contact, said)
    if noes or not contact.version:
        # Even without a no: the receipt is this user's only once the store has it.
        contact = yield from _keep(contact, noes)
        if not contact.version:
            return Chosen(contact, None)
    failure = yield from _record(settings, contact, said, event)
    if failure is not None:
        if yeses:
            raise failure
        settings.telling.report_store(
            "a no to being contacted counts, and was not recorded", failure
        )
    if yeses:
        contact = yield from _keep(contact, yeses)
    return Chosen(contact, event)


def choose_in_app(settings: Settings, user: str, said: Said) -> Flow[Chosen]:
    """The same, of what an app was told in a form of its own. Raises ``UnknownName`` and ``UsageError`` as well."""
    for id, yes in said.choices.items():
        _check_refusable(settings, id)
        if not isinstance(yes, bool):
            raise UsageError(
                f'"{id}" was answered by {yes!r}',
                fix="Give True for a box that was ticked, False for one that was not.",
            )
    if not _LAYER.fullmatch(said.layer):
        raise UsageError(
            f"where={said.layer!r}", fix='Name the form in a word: "registration", "details".'
        )
    contact = yield from load(settings, user)
    return (yield from choose(settings, contact, said))


def check_mailed(settings: Settings, id: str) -> None:
    """Raises ``UnknownName``, and ``UsageError`` for what is not sent by e-mail, or cannot be refused."""
    if _check_refusable(settings, id).channel != "email":
        raise UsageError(
            f'purpose "{id}" is no mail, and a link in a mail stops mails only',
            fix='Give it channel = "email", or another purpose.',
        )


def forget(user: str) -> Flow[None]:
    """Remove a user's choices. Raises ``StoreError``."""
    yield from told(Store.delete_contact, user)


def _check_refusable(settings: Settings, id: str) -> Purpose:
    purpose = _reaching(settings, id)
    if purpose.always:
        raise UsageError(
            f'purpose "{id}" is always on, so nobody can choose it',
            fix="Ask only about purposes that can be refused.",
        )
    return purpose


def _reaching(settings: Settings, id: str) -> Purpose:
    purpose = next((each for each in settings.policy.contacts if each.id == id), None)
    if purpose is not None:
        return purpose
    if id in settings.policy.purposes:
        raise UsageError(
            f'purpose "{id}" is about browsers, and nobody is contacted for it',
            fix='Give it a channel in the policy, such as channel = "email", or ask visit.allows.',
        )
    raise UnknownName("purpose", id, (each.id for each in settings.policy.contacts))


def _covered(settings: Settings, grounds: Mapping[str, str]) -> Flow[frozenset[str]]:
    """Which of these purposes ask for no more today than their grounds.

    What a ground stood for is looked up in the ledger where that is not known; as long as it is not, it covers nothing.
    """
    history = settings.history
    unknown = {
        id: ground
        for id, ground in grounds.items()
        if not (history.holds(id, ground) or history.knows(id, ground))
    }
    if unknown and settings.versions.may_recall(unknown, settings.clock()):
        yield from recall(settings, unknown)
    return frozenset(id for id, ground in grounds.items() if settings.history.holds(id, ground))


def _news(
    settings: Settings, contact: Contact, held: AbstractSet[str], said: Said
) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """The noes and the yeses that differ from what was said before."""
    noes, yeses = {}, {}
    for id, yes in said.choices.items():
        if yes and id not in held:
            yeses[id] = Answer(yes=True, ground=settings.policy.grounds[id])
        elif not yes:
            noes[id] = _no(contact.answers.get(id), id in held, said)
    return {id: no for id, no in noes.items() if no != contact.answers.get(id)}, yeses


def _no(before: Answer | None, held: bool, said: Said) -> Answer:
    """Only a press that ends a yes can take that back, and only until anybody says no once more."""
    if before is None or not said.press:
        return _NO
    if held:
        until = int(said.now) + UNDO_SECONDS
        return Answer(yes=False, ground=before.ground, press=said.press, until=until)
    return before if before.press == said.press else _NO


def _event(contact: Contact, said: Said) -> Event:
    """Named as for cookies, by what was said of; of what nothing was said, nothing changes."""
    before = any(contact.choices.get(id) for id in said.choices)
    if any(said.choices.values()):
        return "change" if before else "grant"
    return "withdrawal" if before else "refusal"


def _record(
    settings: Settings, contact: Contact, said: Said, event: Event
) -> Flow[StoreError | None]:
    record = record_of(
        settings,
        event,
        said.now,
        layer=said.layer,
        shown=said.shown,
        choices=said.choices,
        receipt=contact.receipt,
    )
    words = words_of(settings, said.now, said.shown)
    (failure,) = yield (Append((*words, record)),)
    if isinstance(failure, StoreError):
        return failure
    settings.versions.kept.update(each.id for each in words)
    return None


def _keep(contact: Contact, news: Mapping[str, Answer]) -> Flow[Contact]:
    """Have the store change these answers, and no others, whatever became of them since ``contact`` was loaded.

    A yes does not undo a no that was said meanwhile, nor bring back a user who was forgotten.
    """
    for _ in range(_MOST_TRIES):
        if contact.version and news.items() <= contact.answers.items():
            return contact
        wanted = replace(contact, answers={**contact.answers, **news})
        if (yield from told(Store.save_contact, wanted)):
            return replace(wanted, version=contact.version + 1)
        found = yield from told(Store.load_contact, contact.user)
        if found is None:
            return replace(contact, answers={}, version=0)
        merged = {
            id: _merged(each, found.answers.get(id), contact.answers.get(id))
            for id, each in news.items()
        }
        news = {id: each for id, each in merged.items() if each is not None}
        contact = found
    raise StoreError(f"a user's choices were changed by others {_MOST_TRIES} times at once")


def _merged(new: Answer, now: Answer | None, before: Answer | None) -> Answer | None:
    """What is left to say where somebody has meanwhile said what is there ``now``: a no stays, and for good."""
    if now is None or now.yes or now == before:
        return new
    return None if new.yes or new.press == now.press else _NO
