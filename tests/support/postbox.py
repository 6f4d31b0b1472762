"""A mail server of aiosmtpd's on a port of its own, which keeps what it gets, and refuses or hangs up when told to."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

USER, PASSWORD = "harbour", "a pass word of this test"


class Postbox:
    """``mails`` in the order they came, each with the one address it was for.

    ``refused`` has answers to addresses, and ``at_data`` to whole messages; those in ``closing`` are told once to come back. ``hang_ups`` counts how often it still
    hangs up at an address of ``dropped`` rather than answer.
    """

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.raw: list[bytes] = []
        self.refused: dict[str, str] = {}
        self.at_data: dict[str, str] = {}
        self.closing: set[str] = set()
        self.dropped: set[str] = set()
        self.hang_ups = 0
        self.connections = 0
        self.encrypted: list[bool] = []
        self.authenticated: list[bool] = []
        self.port = 0

    @property
    def addresses(self) -> list[str]:
        return [address for (address,), _ in self.mails]

    async def handle_EHLO(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        self.connections += session.ssl is None
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.dropped and self.hang_ups:
            self.hang_ups -= 1
            assert server.transport is not None
            server.transport.close()
            return "250 never heard"
        if address in self.closing:
            self.closing.remove(address)
            return "421 closing"
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        (address,) = envelope.rcpt_tos
        if address in self.at_data:
            return self.at_data[address]
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.raw.append(envelope.content)
        self.mails.append((list(envelope.rcpt_tos), mail))
        self.encrypted.append(session.ssl is not None)
        self.authenticated.append(bool(session.authenticated))
        return "250 kept"


@contextmanager
def postbox(**options: Any) -> Iterator[Postbox]:
    """A running one. ``options`` are aiosmtpd's."""
    box = Postbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def knows_the_password(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
) -> AuthResult:
    right = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=given == right, handled=False)


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context for ``localhost``, and the file by which a client trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    chain = folder / "localhost.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain.write_bytes(made.public_bytes(Encoding.PEM) + private)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(chain)
    return context, chain
