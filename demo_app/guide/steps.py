"""What to try, in order: where, what to do there, and what there is to see."""

from __future__ import annotations

from dataclasses import dataclass

from ..portal.seed import EMAIL, KEEPER_EMAIL, KEEPER_PASSWORD, PASSWORD


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    path: str
    do: str
    see: str
    action: str = ""
    """What only the guide can do here: a button of its own."""


STEPS = (
    Step(
        "Just look",
        "/",
        "Open the portal, and choose nothing.",
        "The banner is the first thing in the page, and blocks nothing. The advert is the portal’s own: nobody else was called, and no cookie was set.",
    ),
    Step(
        "Sign in all the same",
        "/sign-in",
        f"Leave the banner alone, and sign in as {EMAIL} with {PASSWORD}.",
        "It works, with one cookie that signing in needs. Close the browser, and you are signed out.",
    ),
    Step(
        "Say no",
        "/",
        "Press “Reject all”, which is as large as the button beside it.",
        "The banner is gone. One small cookie says no, and holds nothing that tells you from others.",
    ),
    Step(
        "Pay a bill",
        "/bills",
        "Pay one, and begin with a second.",
        "A note above the form says what is off. You type your details both times; your browser may still help you.",
    ),
    Step(
        "Have your details kept",
        "/bills",
        "Type half of the form, and press “Turn on” in the note.",
        "Only that was turned on, and what you had typed is still there. Your next bill is filled in.",
    ),
    Step(
        "Count me",
        "/usage",
        "Read about heating. Then go back to “All”, and turn on usage statistics by the link in the note.",
        "From now on tips are picked by what you read. Adverts are as they were.",
    ),
    Step(
        "Adverts, please",
        "/cookiesafe/choices?next=/usage?topic=heating",
        "Turn on advertising, and save.",
        "Gullwing’s adverts come, and go with what you read: a heat pump. Its own page tells what it knows.",
    ),
    Step(
        "No, thank you",
        "/cookiesafe/choices?next=/usage?topic=heating",
        "Turn advertising off again, and save.",
        "The portal’s own advert is back, its advertising cookies are deleted, and Gullwing hears no more. The cookie Gullwing itself has set is in its hands: its policy is linked in the list of companies.",
    ),
    Step(
        "Watch a film",
        "/outages",
        "Press “Load once”, look at the page again, and press “Always load”.",
        "In the place of the film is an offer of its size. Once means once; always means this company alone.",
    ),
    Step(
        "Let the browser say it",
        "/",
        "Have the signal sent, and try to turn on advertising.",
        "Advertising is off for as long as your browser says so, whatever you choose.",
        "signal",
    ),
    Step(
        "Be a child",
        "/young",
        "Begin the quiz, and say that you were born ten years ago. Then go back, and make yourself older.",
        "No banner, no adverts, no films, no forms that ask for a name; and once a child, always one. “Start again” ends it.",
    ),
    Step(
        "Stop the newsletter",
        "/demo/mail",
        "Look into Ada’s mail box, and press the link at the end of the newsletter.",
        "Looking changes nothing. One press stops it, signed in or not, and another takes that back. A mail program may do it by itself.",
    ),
    Step(
        "Meet a new policy",
        "/",
        "Choose something first, so that there is a choice to keep. Then publish version 3 here, and look at a page.",
        "A notice says what is new from which day on, with all that differs. Keeping your choices agrees to nothing new. On the day, what is new is off.",
        "policy",
    ),
    Step(
        "Keep the receipt",
        "/tamper",
        "Look at what is recorded of your choices. Then change one letter of it on “Tamper with a receipt”, at the foot of the page, and have it checked.",
        "Each record proves itself by its place in a sealed log, under the policy of its day. One letter shows.",
    ),
    Step(
        "Look at the dashboard",
        "/sign-in?next=/cookiesafe/dashboard",
        f"Sign in as {KEEPER_EMAIL} with “{KEEPER_PASSWORD}”, who works there, and look at 90 days.",
        "What was counted, of everybody together: how many accept and reject, which cookies were held back, a light that says whether no is as easy as yes, and that the log holds. The days before today are made up; what you have done is in today’s. For anybody else there is no such page.",
    ),
    Step(
        "Block all cookies",
        "/",
        "Delete what is stored, have your browser block all cookies (in Chromium: Settings, Privacy, Third-party cookies, “Block all”; or the site’s own settings), and press either button of the banner.",
        "One page says that no choice can be remembered, and leads on. The next page asks nothing; others may, since nobody can remember. Bills can be paid.",
    ),
)
