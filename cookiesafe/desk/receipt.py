"""The receipt: what is recorded of one visitor's choices, with its proof; taken back, and forgotten.

Its number is in no address and no log: who has it can ask what is recorded under it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..consent import choose
from ..errors import BadToken, DamagedLog, StoreError
from ..ledger import Entry, Proven, Record, make_receipt
from ..ports import Reply
from ..sayings import say
from ..traffic import Done
from ..upkeep import Evidence
from ..upkeep.erasing import forget
from .asked import (
    Asked,
    Flow,
    as_json,
    html,
    incomplete,
    local_path,
    one,
    problem,
    query_of,
    see_other,
)
from .checking import check, listed, summary
from .choices import choice_of, put_in_force, put_out_of_force, record
from .forms import FORM, read_form
from .multipart import TYPE as MULTIPART
from .recorded import MOST_SHOWN, UNFIT, evidence_of, happenings, unshown

DOWNLOAD_SECONDS = 900
FILE = "consent-receipt.json"

_NOTHING = Evidence((), None, ())


def show_receipt(asked: Asked) -> Flow:
    """What is recorded under the visitor's number: as a page, as a file, or as the document itself."""
    query, receipt = query_of(asked), asked.standing.consent.receipt
    as_file = one(query, "download") == "1"
    if as_file or asked.wants_json:
        return (yield from _give(asked, receipt, as_file=as_file))
    try:
        evidence = _NOTHING if receipt is None else (yield from evidence_of(receipt, MOST_SHOWN))
        page = asked.notice.receipts.shown(
            asked.request.root,
            local_path(one(query, "next"), asked.home),
            receipt,
            happenings(asked.settings, evidence, asked.notice.language),
            earlier=unshown(evidence),
            sealed=_is_sealed(asked, evidence),
        )
    except (StoreError, *UNFIT) as error:
        return _not_read(asked, error)
    return html(200, page)


def take_receipt(asked: Asked) -> Flow:
    """Withdraw everything, forget what is recorded, check a receipt, or download one that was just withdrawn."""
    fields = yield from read_form(asked, (FORM, MULTIPART))
    if isinstance(fields, Reply):
        return fields
    take = _WAYS.get(one(fields, "do") or "")
    return incomplete(asked) if take is None else (yield from take(asked, fields))


# --- what is recorded ----------------------------------------------------------------------------


def _is_sealed(asked: Asked, evidence: Evidence) -> bool:
    return asked.settings.sealed or evidence.checkpoint is not None


def _document(asked: Asked, receipt: str, evidence: Evidence) -> dict[str, Any]:
    return make_receipt(asked.settings.policy.site.name, receipt, *evidence)


def _give(asked: Asked, receipt: str | None, *, as_file: bool) -> Flow:
    """The document."""
    if receipt is None:
        why = say("Who has refused, or not chosen yet, has no number, so there is nothing to show.")
        return problem(asked, 404, say("No receipt"), why)
    try:
        evidence = yield from evidence_of(receipt)
        reply = as_json(200, _document(asked, receipt, evidence))
    except (StoreError, *UNFIT) as error:
        return _not_read(asked, error)
    if not evidence.records:
        why = say("It was forgotten, or kept for as long as it was needed.")
        return problem(asked, 404, say("Nothing is recorded any more"), why)
    if as_file:
        reply.headers.append(("Content-Disposition", f'attachment; filename="{FILE}"'))
        asked.settings.count(Done(asked.now, "receipts", "downloaded"))
    return reply


def _not_read(asked: Asked, error: Exception) -> Reply:
    """Withdrawing needs none of it, so the way there is said."""
    asked.settings.telling.report_store("a receipt was not shown", error)
    if isinstance(error, (DamagedLog, *UNFIT)):
        why = say(
            "What is recorded of your choices is not what was kept, so it is not shown as if it were. The site was told of it. You can still withdraw everything, on the page of choices."
        )
        return problem(asked, 503, say("Not proved"), why)
    why = say(
        "We cannot read now what is recorded of your choices. Nothing is lost. Please try again."
    )
    return problem(asked, 503, say("Not now"), why)


def _no_number(asked: Asked) -> Reply:
    why = say(
        "This browser has no receipt, so nothing was changed. One that was withdrawn is shown only once."
    )
    return problem(asked, 409, say("No receipt"), why)


# --- withdrawn -----------------------------------------------------------------------------------


def _withdraw(asked: Asked, fields: Mapping[str, list[str]]) -> Flow:
    """As a no to everything, but for the answer, which shows the receipt. That is read first: what fails, fails early.

    Nobody is kept from withdrawing by a ledger that cannot be read, or by what is in it.
    """
    receipt = asked.standing.consent.receipt
    if receipt is None:
        return _no_number(asked)
    no = choose(asked.settings.policy, (), day=asked.today)
    choice = choice_of(asked, no, no.choices, "receipt")
    then = local_path(one(fields, "next"), asked.home)
    try:
        evidence = _with((yield from evidence_of(receipt)), choice.records[-1])
        reply = _shown_once(asked, receipt, evidence, then)
    except (StoreError, *UNFIT) as error:
        asked.settings.telling.report_store("a receipt was not shown", error)
        reply = _shown_once(asked, receipt, None, then)
    put_in_force(asked, choice.consent, reply)
    return (yield from record(asked, choice, reply, "reject"))


def _with(evidence: Evidence, record: Record) -> Evidence:
    """The same, with what is about to be recorded."""
    entry = Entry(record.id, record.time, record.event, record.receipt, record.to_json(), None)
    return evidence._replace(records=(*evidence.records, Proven(entry, None)))


def _shown_once(asked: Asked, receipt: str, evidence: Evidence | None, then: str) -> Reply:
    document = None if evidence is None else _document(asked, receipt, evidence)
    if asked.wants_json:
        why = say("What is recorded cannot be read now. The withdrawal is.")
        return as_json(
            200, document or {"receipt": receipt, "detail": asked.notice.language.plain(why)}
        )
    until = int(asked.now) + DOWNLOAD_SECONDS
    page = asked.notice.receipts.withdrawn(
        asked.request.root,
        then,
        receipt,
        happenings(asked.settings, evidence or _NOTHING, asked.notice.language),
        earlier=unshown(evidence or _NOTHING),
        document="" if document is None else json.dumps(document, indent=1),
        token=asked.settings.receipt_signer.sign(f"{until}.{receipt}"),
        sealed=_is_sealed(asked, evidence or _NOTHING),
    )
    return html(200, page)


def _download(asked: Asked, fields: Mapping[str, list[str]]) -> Flow:
    """The document of a receipt that this page was shown for, as long as its token holds."""
    try:
        signed = asked.settings.receipt_signer.verify(one(fields, "token") or "")
    except BadToken:
        return incomplete(asked)
    until, _, receipt = signed.partition(".")
    if asked.now > int(until):
        why = say("The receipt could be downloaded for 15 minutes after everything was withdrawn.")
        return problem(asked, 403, say("Too late"), why)
    return (yield from _give(asked, receipt, as_file=True))


# --- forgotten -----------------------------------------------------------------------------------


def _forget(asked: Asked, fields: Mapping[str, list[str]]) -> Flow:
    """Ask once more, and then erase: the records first, so that what fails can be tried again with the cookie."""
    receipt = asked.standing.consent.receipt
    if receipt is None:
        return _no_number(asked)
    then = local_path(one(fields, "next"), asked.home)
    pages, root = asked.notice.receipts, asked.request.root
    on = [each.title for each in asked.notice.by_default(asked.standing.circumstances)]
    if one(fields, "sure") != "1":
        if asked.wants_json:
            return incomplete(asked)
        return html(200, pages.forget(root, then, on=on))
    reply = as_json(200, {"done": "forget"})
    if not asked.wants_json:
        reply = html(200, pages.forgotten(root, then, on=on))
    put_out_of_force(asked, reply)
    try:
        yield from forget(receipt, int(asked.now * 1000), asked.settings.entropy)
    except StoreError as error:
        asked.settings.telling.report_store("what a visitor wanted forgotten was not erased", error)
        why = say("We could not erase all of it now. Your choice stays in force. Please try again.")
        return problem(asked, 503, say("Not erased"), why)
    asked.settings.count(Done(asked.now, "receipts", "forgotten"))
    return reply


def _keep(asked: Asked, fields: Mapping[str, list[str]]) -> Flow:
    """Thought better of."""
    yield from ()
    return see_other(asked.request.address().partition("?")[0])


# --- checked -------------------------------------------------------------------------------------


def _check(asked: Asked, fields: Mapping[str, list[str]]) -> Flow:
    text = next((each for each in _texts(fields) if each.strip()), None)
    if text is None:
        why = say("There was no receipt in the form: choose a file, or paste what is in it.")
        return problem(asked, 400, say("Nothing to check"), why)
    try:
        checked = yield from check(text.lstrip("\ufeff"))
    except StoreError as error:
        asked.settings.telling.report_store("a receipt was not checked", error)
        why = say("We cannot check it now, since our ledger does not answer. Please try again.")
        return problem(asked, 503, say("Not now"), why)
    if checked.shorter:
        asked.settings.telling.report_store(
            "a receipt is of a longer log than there is", "was it cut?"
        )
    asked.settings.count(Done(asked.now, "receipts", "checked"))
    short = listed(checked)
    if asked.wants_json:
        return as_json(200, summary(short))
    page = asked.notice.receipts.checked(
        asked.request.root,
        local_path(one(fields, "next"), asked.home),
        short,
        sealed=asked.settings.sealed or bool(checked.size),
    )
    return html(200, page)


def _texts(fields: Mapping[str, list[str]]) -> Sequence[str]:
    return [*fields.get("file", ()), *fields.get("receipt", ())]


_WAYS: dict[str, Callable[[Asked, Mapping[str, list[str]]], Flow]] = {
    "withdraw": _withdraw,
    "download": _download,
    "forget": _forget,
    "keep": _keep,
    "check": _check,
}
