"""What stands on the buttons of a notice: ours in all languages that we speak, and what others write."""

from __future__ import annotations

from functools import cache
from typing import Final

from ..languages import catalogues
from ..notice.language import Language

OURS: Final = {
    "reject": "[data-cookiesafe=reject]",
    "accept": "[data-cookiesafe=accept]",
}
_TEXTS: Final = {"reject": ("Reject all", "Reject"), "accept": ("Accept all", "Accept")}
_OTHERS: Final = {
    "reject": (
        "Decline", "Decline all", "Deny", "Deny all", "Refuse", "Refuse all", "No thanks", "Reject all cookies",
        "Reject cookies", "Only necessary", "Necessary only", "Necessary cookies only", "Only essential", "Essential only",
        "Use necessary cookies only", "Continue without accepting", "Disagree", "I disagree",
        "Nur notwendige", "Nur notwendige Cookies", "Nur erforderliche", "Nur essenzielle", "Ablehnen", "Alle verweigern",
        "Refuser", "Tout refuser", "Continuer sans accepter", "Rechazar", "Rechazar todo", "Rechazar todas", "Rifiuta", "Rifiuta tutti",
        "Weigeren", "Alles weigeren", "Alleen noodzakelijk", "Odrzuć", "Recusar",
    ),
    "accept": (
        "Accept cookies", "Accept all cookies", "Allow", "Allow all", "Allow cookies", "Allow all cookies", "Agree", "I agree",
        "I accept", "Agree to all", "OK", "Got it", "Yes",
        "Akzeptieren", "Alle zulassen", "Zustimmen", "Einverstanden", "Alles akzeptieren", "Accepter", "J'accepte", "Aceptar",
        "Accetta", "Accetto", "Accepteren", "Akkoord", "Zgadzam się", "Aceitar",
    ),
}  # fmt: skip
"""What notices of other makers say, beside the words of our catalogues."""
CLOSING: Final = frozenset(
    {
        "×",
        "✕",
        "✖",
        "✗",
        "x",
        "close",
        "dismiss",
        "schließen",
        "fermer",
        "cerrar",
        "chiudi",
        "sluiten",
    }
)
"""What closes a notice."""


@cache
def words(answer: str) -> frozenset[str]:
    """What a button may say that rejects or accepts everything, as ``spoken`` has it."""
    ours = (Language(tag).gettext(text) for tag in catalogues() for text in _TEXTS[answer])
    found = {spoken(each) for each in (*ours, *_OTHERS[answer])}
    return frozenset(found - {spoken(each) for each in _disputed(answer)})


def spoken(text: str) -> str:
    """A label without its case, blanks and marks."""
    return " ".join(text.casefold().split()).strip(" .!?:…→›»✓✔")


def _disputed(answer: str) -> tuple[str, ...]:
    """What may say the opposite in another language."""
    other = "accept" if answer == "reject" else "reject"
    return tuple(each for tag in catalogues() for each in map(Language(tag).gettext, _TEXTS[other]))
