"""Every page and notice that visitors are shown, in each of its states: to see that all of it is said in one language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from cookiesafe.consent import DAY, UNDECIDED, Circumstances, Question, choose
from cookiesafe.gate.cookies import Held
from cookiesafe.notice import (
    Checked,
    Device,
    Happening,
    Lasting,
    Looked,
    Notice,
    Reached,
    Version,
)
from cookiesafe.policy import (
    Announcement,
    Cookie,
    Feature,
    Policy,
    Purpose,
    Regime,
    Site,
    Vendor,
)

NOW = 1_800_000_000
LASTING = Lasting(idle=30 * DAY, absolute=180 * DAY, marker=600)
ENDED = ("logout", "device", "withdrawal", "outdated", "expired", "theft", "other")
OUTCOMES = ("holds", "partly", "nothing", "changed", "elsewhere", "unreadable")
STATES = (
    "proved",
    "forgotten",
    "altered",
    "pending",
    "since",
    "unknown",
    "changed",
    "unproved",
    "foreign",
)
EVENTS = ("grant", "change", "withdrawal", "refusal", "kept", "signal")
LAYERS = ("banner", "choices", "embed", "feature", "change", "receipt", "age", "unsubscribe")

OWN = Policy(
    # In letters that no text of ours has.
    site=Site(name="Ηαρβουρ", contact="Λιγητ", language="el"),
    purposes=[
        Purpose(id="remember", title="Ρεμεμβερ", text="Κεεπς θου.", category="preferences"),
        Purpose(id="ads", title="Αδς", text="Σηοως αδς.", signal="gpc", category="advertising"),
        Purpose(id="news", title="Νεως", text="Ονςε α μοντη.", channel="email"),
        Purpose(id="sms", title="Σμς", channel="sms", always=True, why="θου ηαβε το κνοω"),
    ],
    vendors=[
        Vendor(
            id="gull",
            name="Γυλλ",
            hosts=("gull.example",),
            purposes=("ads",),
            privacy="https://gull.example/",
        ),
        Vendor(id="tern", name="Τερν", hosts=("tern.example",), purposes=("ads", "remember")),
        Vendor(id="pay", name="Παθ", hosts=("pay.example",), purposes=("necessary",), why="ςαρδ"),
    ],
    cookies=[
        Cookie(name="cart", purpose="necessary", why="βιλλ"),
        Cookie(name="hl_ad*", purpose="ads", vendor="gull", lifetime=90 * DAY),
    ],
    features=[
        Feature(id="saved", purpose="remember", without="θου τθπε ιτ"),
        Feature(id="tips", purpose="ads", without="θου σεε τηε σαμε"),
    ],
)


def saying(text: str) -> Policy:
    """The same site, with this text wherever it says something."""
    entries: dict[str, Any] = {
        "purposes": [*OWN.optional, *OWN.contacts],
        "vendors": OWN.vendors.values(),
        "cookies": OWN.cookies,
        "features": OWN.features.values(),
    }
    said = {name: [_saying(text, each) for each in section] for name, section in entries.items()}
    return Policy(site=replace(OWN.site, name=text, contact=text), **said)


def _saying(text: str, entry: Any) -> Any:
    keys = [each for each in ("title", "text", "why", "without") if getattr(entry, each, "")]
    named = ["name"] if isinstance(entry, Vendor) else []
    return replace(entry, **dict.fromkeys([*keys, *named], text))


BEFORE = Policy(
    site=Site(name="Ηαρβουρ", contact="Λιγητ", language="el"),
    purposes=[
        Purpose(id="remember", title="Ρεμεμβερ"),
        Purpose(id="ads", title="Αδσ", text="Σηοως.", category="advertising"),
        Purpose(id="old", title="Ολδ", text="Ωασ."),
    ],
    vendors=[Vendor(id="gull", name="Γυλλ", hosts=("ads.gull.example",), purposes=("ads",))],
    cookies=[Cookie(name="hl_ad*", purpose="ads", lifetime=3600)],
)
SUMMARY = ("Νεω αδς.",)
ALL = tuple(each.id for each in OWN.optional)
_STRICT = OWN.regime("")
_LOOSE = Regime(id="loose", places=("US-CA",), opt_out=("ads",), notice=("preferences",))
PLACES = {
    "asked": Circumstances(frozenset(), _STRICT),
    "with a signal": Circumstances(frozenset({"gpc"}), _STRICT),
    "opting out": Circumstances(frozenset(), _LOOSE),
    "a child": Circumstances(frozenset(), _STRICT, child=True),
}


def announced(policy: Policy = OWN) -> Announcement:
    return Announcement(policy=policy, before=BEFORE, summary=SUMMARY, in_force=date(2027, 2, 1))


def notices(notice: Notice) -> Iterator[tuple[str, str]]:
    """What is put into pages and forms of the site, by name."""
    news = OWN.substances["ads"].news(BEFORE.substances["ads"])
    questions = {
        "first": Question(ALL),
        "about one": Question(("ads",), keeps=True, again=True),
        "again": Question(ALL, True, True, ("ads",), (("ads", news),), ("remember",)),
    }
    for place in ("asked", "with a signal", "opting out"):
        for name, question in questions.items():
            yield f"banner {place} {name}", notice.banner("", "/", question, PLACES[place]).decode()
        yield f"revisit {place}", notice.revisit("", PLACES[place]).decode()
    yield "change", notice.policies.announced("", "/", announced()).decode()
    yield "blocked line", notice.blocked.banner("").decode()
    for feature in OWN.features.values():
        yield f"limited {feature.id}", notice.limited.asking("", feature)
        yield f"limited told {feature.id}", notice.limited.telling("", feature, "/")


def pages(notice: Notice) -> Iterator[tuple[str, str]]:
    """Our own pages, by name."""
    yield from _choices(notice)
    yield "cookies", notice.policies.cookies("").decode()
    yield "cookies then", notice.policies.version("", BEFORE, NOW).decode()
    for answered in (False, True):
        yield f"age {answered}", notice.age("", "/", (2000, 2001), answered=answered).decode()
    for to_answer in (False, True):
        versions = [Version(OWN.fingerprint, NOW), Version("0" * 12, NOW)]
        page = notice.policies.changes("", "/", announced(), versions, to_answer=to_answer)
        yield f"changes {to_answer}", page.decode()
    yield "changes none", notice.policies.changes("", "/", None, [], to_answer=False).decode()
    for after in ("login", "age", "choice"):
        for place in ("asked", "opting out"):
            on = notice.by_default(PLACES[place])
            yield f"blocked {after} {place}", notice.blocked.page("", "/", after, on=on).decode()
    yield from _devices(notice)
    yield from _embeds(notice)
    yield from _receipts(notice)
    for state in ("on", "unknown", "off", "stopped", "restored"):
        page = notice.contact.unsubscribe("", "token", OWN.purposes["news"], state, "press")
        yield f"unsubscribe {state}", page.decode()


def _choices(notice: Notice) -> Iterator[tuple[str, str]]:
    consents = {
        "nothing": UNDECIDED,
        "all": choose(OWN, ALL, day=20_000),
        "one": choose(OWN, ["ads"], day=20_000),
        "none": choose(OWN, [], day=20_000),
        "a company": choose(OWN, [], ["gull"], day=20_000),
    }
    news = OWN.substances["ads"].news(BEFORE.substances["ads"])
    reached = {
        "nobody": Reached("nobody"),
        "known": Reached("known", frozenset({"news"}), {"news": news}),
        "known without news": Reached("known", frozenset(), {"news": ()}),
        "untold": Reached("untold"),
        "unkept": Reached("unkept"),
    }
    for name, consent in consents.items():
        for place, circumstances in PLACES.items():
            page = notice.choices.page("", "/", consent, circumstances)
            yield f"choices {name} {place}", page.decode()
    for name, each in reached.items():
        page = notice.choices.page("", "/", UNDECIDED, PLACES["asked"], reached=each)
        yield f"choices reached {name}", page.decode()
    held = [Held("hl_ad_1", "ads", "not granted"), Held("x", None, "undeclared")]
    page = notice.choices.page(
        "",
        "/",
        consents["none"],
        PLACES["asked"],
        ["hl_ad_1"],
        held,
        signed_in=True,
        remembered=True,
    )
    yield "choices of one who is signed in", page.decode()
    for remembered in (False, True):
        page = notice.choices.page(
            "",
            "/",
            consents["none"],
            PLACES["asked"],
            ["hl_ad_1", "", *(f"x{n}" for n in range(60))],
            held,
            signed_in=True,
            remembered=remembered,
        )
        yield f"choices with all, {remembered}", page.decode()
    page = notice.choices.page("", "/", consents["all"], PLACES["asked"], observing=True)
    yield "choices observing", page.decode()


def _devices(notice: Notice) -> Iterator[tuple[str, str]]:
    times: dict[str, Any] = {"first": NOW, "last": NOW, "until": NOW + DAY}
    live = [Device(id="a", label="", here=True, **times), Device(id="b", label="", **times)]
    ended = [Device(id=why, label="", ended=why, ended_at=NOW, **times) for why in ENDED]
    many = [*live * 40, *ended]
    few = notice.devices("", "/", [*live, *ended], stolen=True, remembered=True)
    yield "devices of one who has two", few.decode()
    yield "devices", notice.devices("", "/", many, stolen=True, remembered=True).decode()
    yield "devices for now", notice.devices("", "/", []).decode()
    yield "devices not listed", notice.devices("", "/", [], listed=False, remembered=True).decode()
    yield "devices of nobody", notice.devices("", "/", [], signed_in=False).decode()


def _embeds(notice: Notice) -> Iterator[tuple[str, str]]:
    url, vendor = "https://gull.example/film", OWN.vendors["gull"]
    yield "embed", notice.embed("", url, vendor, "").decode()
    for whose in (vendor, None):
        for silenced in (False, True):
            page = notice.placeholder("", url, whose, silenced=silenced)
            yield f"placeholder {whose and whose.id} {silenced}", page.decode()


def _receipts(notice: Notice) -> Iterator[tuple[str, str]]:
    happenings = [
        Happening(
            when=NOW,
            event=event,
            layer=layer,
            language="el",
            policy=OWN.fingerprint,
            granted=("Αδς",),
            refused=("Ρεμεμβερ",),
            index=index,
        )
        for event, layer in zip(EVENTS + EVENTS[:2], LAYERS, strict=True)
        for index in (None, 7)
    ]
    receipts = notice.receipts
    for earlier in (0, 1, 12):
        for sealed in (False, True):
            named = f"{earlier} {sealed}"
            more: dict[str, Any] = {"earlier": earlier, "sealed": sealed}
            yield f"receipt {named}", receipts.shown("", "/", "0", happenings, **more).decode()
            page = receipts.withdrawn("", "/", "0", happenings, document="{}", token="0", **more)
            yield f"withdrawn {named}", page.decode()
    none: dict[str, Any] = {"earlier": 0, "sealed": True}
    yield "receipt of nobody", receipts.shown("", "/", None, [], **none).decode()
    yield "receipt forgotten", receipts.shown("", "/", "0", [], **none).decode()
    page = receipts.withdrawn("", "/", "0", [], document="", token="0", **none)
    yield "withdrawn unread", page.decode()
    for on in ([], ["Αδς"]):
        yield f"forget {on}", receipts.forget("", "/", on=on).decode()
        yield f"forgotten {on}", receipts.forgotten("", "/", on=on).decode()
    for outcome in OUTCOMES:
        for sealed in (False, True):
            looked = [
                Looked(number=number, state=state, index=number - 1 or None, fields=fields)
                for number, state in enumerate(STATES, 1)
                for fields in ((), ("λ",))
            ]
            checked = Checked(
                outcome=outcome,
                origin="λ",
                size=7,
                records=tuple(looked),
                more=2,
                problems=("λ",),
                shorter=True,
            )
            yield (
                f"checked {outcome} {sealed}",
                receipts.checked("", "/", checked, sealed=sealed).decode(),
            )


def all_of(notice: Notice) -> Iterator[tuple[str, str]]:
    yield from notices(notice)
    yield from pages(notice)
