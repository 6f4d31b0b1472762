"""Tells users of a policy by e-mail: to each a message of their own, over SMTP (RFC 5321)."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import getaddresses, make_msgid
from typing import Final, Literal

from cookiesafe.addresses import is_loopback
from cookiesafe.errors import SettingError
from cookiesafe.notice import Letter, announcement_text
from cookiesafe.policy import Announcement

__all__ = ["Letter", "announcement_text", "send_announcement"]

StartTLS = Literal["auto"] | bool | ssl.SSLContext

_CLOSING: Final = 421
_MOST_LOST: Final = 2
_LONGEST_REASON: Final = 200
_LONGEST_ADDRESS: Final = 254  # characters (RFC 5321, section 4.5.3.1.3)
_LOCAL_PART: Final = re.compile(r"[^\s\x00-\x1f\x7f\"(),:;<>@\[\\\]]{1,64}")
_DOMAIN: Final = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*")


def send_announcement(
    announcement: Announcement,
    addresses: Iterable[str],
    *,
    sender: str,
    site_url: str,
    path: str = "/cookiesafe",
    language: str = "",
    host: str = "localhost",
    port: int = 25,
    starttls: StartTLS = "auto",
    username: str | None = None,
    password: str | None = None,
    timeout: float = 10,
) -> dict[str, str]:
    """Write to each address about a policy, once. What was not taken, by address, each with why; empty if all was.

    The text is that of ``announcement_text``, in that ``language``. ``sender`` is an address, perhaps with a name: ``Harbour <hello@harbour.example>``.
    ``starttls`` is ``"auto"`` (this very machine: no; any other: yes), ``True``, ``False``, or the ``SSLContext`` to do it
    with. ``timeout`` is in seconds, for each answer. It waits for the server: call it in a job.

    A connection that is lost is made again once for each message. Whose answer was lost may get the message twice, with
    the same Message-ID. Raises ``SettingError`` for what cannot work, and nothing for what the network or the server does.
    """
    letter = announcement_text(announcement, site_url, path, language)
    by = _sender(sender)
    line = _Line(_server(host, port, starttls, username, password, timeout), by.addr_spec)
    if isinstance(addresses, str):
        raise SettingError("addresses is one text", fix="Give a list of addresses.")
    not_taken: dict[str, str] = {}
    try:
        for address in dict.fromkeys(addresses):
            to = _address(address)
            if to is None:
                not_taken[address] = "this is no address"
                continue
            why = line.send(_message(letter, by, to), to.addr_spec)
            if why is not None:
                not_taken[address] = why
    finally:
        line.close()
    return not_taken


def _message(letter: Letter, by: Address, to: Address) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = by
    message["To"] = to
    message["Subject"] = letter.subject
    message["Date"] = datetime.now(UTC)
    message["Message-ID"] = make_msgid(domain=by.domain)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834, section 5
    message.set_content(letter.text, cte="quoted-printable")
    return message


# --- addresses -----------------------------------------------------------------------------------


def _sender(text: str) -> Address:
    found = getaddresses([text]) if text.isprintable() else []
    name, spec = found[0] if len(found) == 1 else ("", "")
    address = _address(spec)
    if address is None:
        raise SettingError(
            f"sender={text!r}", fix='Give one address: "Harbour <hello@harbour.example>".'
        )
    return Address(name, address.username, address.domain)


def _address(text: object) -> Address | None:
    """The address, with its domain as the DNS has it (RFC 3490); ``None`` for what is none."""
    if not isinstance(text, str) or len(text) > _LONGEST_ADDRESS:
        return None
    local, _, domain = text.rpartition("@")
    try:
        local.encode()
        domain = domain.encode("idna").decode("ascii")
        if _LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(domain):
            return Address("", local, domain)
    except (UnicodeError, ValueError):
        pass
    return None


# --- the connection ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Server:
    host: str
    port: int
    tls: ssl.SSLContext | None
    login: tuple[str, str] | None = field(repr=False)
    timeout: float

    def connect(self) -> smtplib.SMTP:
        """Raises ``OSError``, of which all of smtplib's are."""
        smtp = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.tls is not None:
                smtp.starttls(context=self.tls)
            if self.login is not None:
                smtp.login(*self.login)
        except BaseException:
            smtp.close()
            raise
        return smtp


def _server(
    host: str,
    port: int,
    starttls: StartTLS,
    username: str | None,
    password: str | None,
    timeout: float,
) -> _Server:
    login = None if username is None or password is None else (username, password)
    if login is None and (username or password):
        raise SettingError("of username and password one is missing", fix="Give both, or neither.")
    near = is_loopback(f"[{host}]" if ":" in host else host)
    tls: ssl.SSLContext | None
    if isinstance(starttls, ssl.SSLContext):
        tls = starttls
    elif starttls == "auto":
        tls = None if near else ssl.create_default_context()
    elif isinstance(starttls, bool):
        tls = ssl.create_default_context() if starttls else None
    else:
        raise SettingError(
            f"starttls={starttls!r}", fix='It is "auto", True, False or an SSLContext.'
        )
    if login is not None and tls is None and not near:
        raise SettingError("a password would cross the network in plain", fix="Set starttls=True.")
    return _Server(host, port, tls, login, timeout)


class _Line:
    """A connection to the server, made where it is needed, and given up where it cannot be had."""

    def __init__(self, server: _Server, sender: str) -> None:
        self._server = server
        self._sender = sender
        self._smtp: smtplib.SMTP | None = None
        self._lost = 0
        self._broken: str | None = None

    def send(self, message: EmailMessage, to: str) -> str | None:
        """Why it was not taken, or ``None``."""
        why = self._broken
        for _ in range(2):
            if self._broken is not None:
                break
            try:
                why = self._try(message, to)
            except _LostError as lost:
                why = f"the connection was lost: {lost}"
                continue
            self._lost = 0
            return why
        self._lost += 1
        if self._broken is None and self._lost >= _MOST_LOST:
            self._broken = why
        return why

    def close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with suppress(OSError):
                smtp.quit()
            smtp.close()

    def _try(self, message: EmailMessage, to: str) -> str | None:
        if self._smtp is None:
            try:
                self._smtp = self._server.connect()
            except OSError as error:
                self._broken = f"there is no connection: {_reason(error)}"
                return self._broken
        try:
            self._smtp.send_message(message, self._sender, [to])
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            if _code(error) != _CLOSING:
                return _reason(error)
            self._drop()
            raise _LostError(_reason(error)) from error
        except smtplib.SMTPNotSupportedError as error:
            return _reason(error)
        except OSError as error:
            self._drop()
            raise _LostError(_reason(error)) from error
        return None

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None


class _LostError(Exception):
    """The server is there no more."""


def _code(error: smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused) -> int:
    return _answer(error)[0]


def _answer(
    error: smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused,
) -> tuple[int, bytes | str]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        (answer,) = error.recipients.values()
        return answer
    return error.smtp_code, error.smtp_error


def _reason(error: OSError) -> str:
    """In one line, what the server said or the system."""
    said: object = error
    if isinstance(error, (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)):
        code, text = _answer(error)
        said = f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
    line = " ".join(str(said).split()) or type(error).__name__
    return line[:_LONGEST_REASON]
