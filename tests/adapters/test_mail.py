"""Mails about a policy, to a real SMTP server: each gets one alone, none is stopped by another, and what was not sent is told."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from cookiesafe import Policy, SettingError
from cookiesafe.adapters.mail import announcement_text, send_announcement
from cookiesafe.policy import Announcement
from tests.support.postbox import (
    PASSWORD,
    USER,
    Postbox,
    certificate,
    knows_the_password,
    postbox,
)

SITE = "https://www.example"
SENDER = "Harbour Light & Water <hello@harbour.example>"
BEFORE = '[site]\nname = "Harbour"\n'
AFTER = BEFORE + '[purposes.statistics]\ntitle = "Statistics"\ntext = "Lets us count visits."\n'


def an_announcement(*summary: str, name: str = "Harbour") -> Announcement:
    return Announcement(
        policy=Policy.from_toml(AFTER.replace("Harbour", name)),
        before=Policy.from_toml(BEFORE),
        summary=summary or ("We count visits.",),
        in_force=date(2027, 2, 1),
    )


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as box:
        yield box


def send(box: Postbox, *addresses: str, **options: Any) -> dict[str, str]:
    given = {
        "announcement": an_announcement(),
        "sender": SENDER,
        "site_url": SITE,
        "host": "127.0.0.1",
        "port": box.port,
        "timeout": 5,
        **options,
    }
    return send_announcement(addresses=addresses, **given)


class TestTheMessage:
    def test_it_is_the_letter_with_what_a_mail_needs(self, box: Postbox) -> None:
        assert send(box, "ann@a.example") == {}

        (mail,) = [mail for _, mail in box.mails]
        letter = announcement_text(an_announcement(), SITE)
        assert mail["Subject"] == letter.subject
        assert mail.get_content().replace("\r\n", "\n") == letter.text
        assert mail.get_content_type() == "text/plain"
        assert mail["From"].addresses[0].addr_spec == "hello@harbour.example"
        assert mail["From"].addresses[0].display_name == "Harbour Light & Water"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert re.fullmatch(r"<[^<>\s]+@harbour\.example>", mail["Message-ID"])
        assert abs(mail["Date"].datetime - datetime.now(UTC)) < timedelta(minutes=1)
        assert "List-Unsubscribe" not in mail

    def test_each_gets_one_alone_and_sees_no_other(self, box: Postbox) -> None:
        addresses = [f"user{number}@a.example" for number in range(5)]

        assert send(box, *addresses) == {}

        assert box.addresses == addresses
        for address, raw in zip(addresses, box.raw, strict=True):
            others = set(addresses) - {address}
            assert address.encode() in raw
            assert not any(other.encode() in raw for other in others)
        assert len({mail["Message-ID"] for _, mail in box.mails}) == 5
        assert box.connections == 1

    def test_an_address_that_is_there_twice_gets_one(self, box: Postbox) -> None:
        send(box, "ann@a.example", "ann@a.example")

        assert box.addresses == ["ann@a.example"]

    def test_whatever_language_it_arrives_whole(self, box: Postbox) -> None:
        announcement = an_announcement(
            "Wir zählen Besuche. 我们统计访问。 💧", name="Häfen Ωμέγα 💡"
        )

        assert (
            send(box, "ann@a.example", announcement=announcement, sender="Häfen <h@hä.example>")
            == {}
        )

        (mail,) = [mail for _, mail in box.mails]
        assert mail["Subject"].startswith("Häfen Ωμέγα 💡: ")
        assert "我们统计访问。 💧" in mail.get_content()
        assert mail["From"].addresses[0].display_name == "Häfen"
        assert mail["From"].addresses[0].domain == "xn--h-0fa.example"
        assert all(len(line) <= 998 and line.isascii() for line in box.raw[0].split(b"\r\n"))

    def test_a_line_that_is_a_dot_ends_nothing(self, box: Postbox) -> None:
        announcement = an_announcement(".", "\r\n.\r\nMAIL FROM:<evil@x.example>")

        assert send(box, "ann@a.example", "bob@a.example", announcement=announcement) == {}
        assert box.addresses == ["ann@a.example", "bob@a.example"]

    def test_long_words_and_long_summaries_fit(self, box: Postbox) -> None:
        announcement = an_announcement("a" * 5000, "word " * 2000)

        assert send(box, "ann@a.example", announcement=announcement) == {}
        assert "a" * 5000 in box.mails[0][1].get_content().replace("\r\n", "")
        assert max(map(len, box.raw[0].split(b"\r\n"))) <= 998

    def test_no_word_becomes_a_header(self, box: Postbox) -> None:
        announcement = an_announcement(
            "x\r\nBcc: all@evil.example", name="Harbour\\r\\nBcc: all@evil.example"
        )

        assert send(box, "ann@a.example", announcement=announcement) == {}

        (mail,) = [mail for _, mail in box.mails]
        assert set(mail.keys()) == {
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "Content-Type",
            "Content-Transfer-Encoding",
            "MIME-Version",
        } | ({"X-Peer", "X-MailFrom", "X-RcptTo"} & set(mail.keys()))
        assert box.addresses == ["ann@a.example"]


class TestAddresses:
    @pytest.mark.parametrize(
        "address",
        [
            "",
            "@",
            "ann",
            "ann@",
            "@a.example",
            "ann@a.example\r\nBcc: all@evil.example",
            "ann@a.example\n",
            "ann\r\n@a.example",
            "ann@a.example\0",
            "ann@a.example, bob@a.example",
            "Ann <ann@a.example>",
            "ann bob@a.example",
            "<ann@a.example>",
            "ann@a..example",
            "ann@a.example>",
            "ann@[127.0.0.1]",
            f"{'a' * 250}@a.example",
            f"ann@{'ä' * 70}.example",
            "ann@\ud800.example",
            "\ud800@a.example",
        ],
    )
    def test_what_is_none_is_told_and_stops_nobody_else(self, box: Postbox, address: str) -> None:
        refused = send(box, "ann@b.example", address, "bob@b.example")

        assert list(refused) == [address]
        assert box.addresses == ["ann@b.example", "bob@b.example"]

    def test_domains_of_any_script_are_written_to(self, box: Postbox) -> None:
        assert send(box, "ann@häfen.example") == {}
        assert box.addresses == ["ann@xn--hfen-loa.example"]

    def test_names_of_any_script_too_where_the_server_takes_them(self) -> None:
        with postbox(enable_SMTPUTF8=True) as box:
            assert send(box, "änn@a.example", "bob@a.example") == {}
            assert box.addresses == ["änn@a.example", "bob@a.example"]
        with postbox(enable_SMTPUTF8=False) as box:
            refused = send(box, "änn@a.example", "bob@a.example")
            assert list(refused) == ["änn@a.example"]
            assert "SMTPUTF8" in refused["änn@a.example"]
            assert box.addresses == ["bob@a.example"]

    @pytest.mark.parametrize(
        "sender",
        [
            "",
            "hello",
            "a@b.example, c@d.example",
            "Harbour <hello@harbour.example>\r\nBcc: x@y.example",
        ],
    )
    def test_a_sender_that_is_none_is_told_at_once(self, box: Postbox, sender: str) -> None:
        with pytest.raises(SettingError, match="sender"):
            send(box, "ann@a.example", sender=sender)
        assert box.mails == []

    def test_one_text_is_no_list(self, box: Postbox) -> None:
        with pytest.raises(SettingError, match="one text"):
            send_announcement(
                an_announcement(), "ann@a.example", sender=SENDER, site_url=SITE, port=box.port
            )


class TestTheServer:
    def test_who_is_refused_is_told_with_the_servers_words(self, box: Postbox) -> None:
        box.refused = {"bob@a.example": "550 no such user", "eve@a.example": "452 later"}
        box.at_data = {"mallory@a.example": "554 we do not like it"}

        refused = send(
            box,
            "ann@a.example",
            "bob@a.example",
            "mallory@a.example",
            "eve@a.example",
            "zoe@a.example",
        )

        assert refused == {
            "bob@a.example": "550 no such user",
            "mallory@a.example": "554 we do not like it",
            "eve@a.example": "452 later",
        }
        assert box.addresses == ["ann@a.example", "zoe@a.example"]

    def test_a_connection_that_is_lost_is_made_again(self, box: Postbox) -> None:
        box.dropped, box.hang_ups = {"bob@a.example"}, 1

        assert send(box, "ann@a.example", "bob@a.example", "zoe@a.example") == {}

        assert box.addresses == ["ann@a.example", "bob@a.example", "zoe@a.example"]
        assert box.connections == 2

    def test_a_server_that_closes_politely_is_asked_again(self, box: Postbox) -> None:
        box.closing = {"bob@a.example"}

        assert send(box, "ann@a.example", "bob@a.example") == {}
        assert box.addresses == ["ann@a.example", "bob@a.example"]

    def test_one_for_whom_it_always_closes_is_told(self, box: Postbox) -> None:
        box.refused = {"bob@a.example": "421 closing"}

        refused = send(box, "ann@a.example", "bob@a.example", "zoe@a.example")

        assert list(refused) == ["bob@a.example"]
        assert "421" in refused["bob@a.example"]
        assert box.addresses == ["ann@a.example", "zoe@a.example"]

    def test_one_that_always_loses_it_is_told_and_the_others_get_theirs(self, box: Postbox) -> None:
        box.dropped, box.hang_ups = {"bob@a.example"}, 100

        refused = send(box, "ann@a.example", "bob@a.example", "zoe@a.example")

        assert list(refused) == ["bob@a.example"]
        assert "lost" in refused["bob@a.example"]
        assert box.addresses == ["ann@a.example", "zoe@a.example"]

    def test_a_server_that_only_hangs_up_is_left_and_nobody_is_forgotten(
        self, box: Postbox
    ) -> None:
        addresses = [f"user{number}@a.example" for number in range(20)]
        box.dropped, box.hang_ups = set(addresses[3:]), 100

        refused = send(box, *addresses)

        assert list(refused) == addresses[3:]
        assert box.addresses == addresses[:3]
        assert box.connections <= 6

    def test_where_there_is_no_server_all_are_told(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            nobody = Postbox()
            nobody.port = free.getsockname()[1]

            refused = send(nobody, "ann@a.example", "bob@a.example")

        assert list(refused) == ["ann@a.example", "bob@a.example"]
        assert all("no connection" in why for why in refused.values())

    def test_a_server_that_says_nothing_is_not_waited_for_for_ever(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            mute = Postbox()
            mute.port = silent.getsockname()[1]

            refused = send(mute, "ann@a.example", "bob@a.example", timeout=0.2)

        assert list(refused) == ["ann@a.example", "bob@a.example"]

    def test_what_is_no_server_of_mail_is_told(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            web = Postbox()
            web.port = other.getsockname()[1]
            other.settimeout(5)

            def answer() -> None:
                connection, _ = other.accept()
                with connection:
                    connection.sendall(
                        b"HTTP/1.1 400 Bad Request\r\n\r\n" + b"\xff" * 5000 + b"\r\n"
                    )

            thread = Thread(target=answer)
            thread.start()
            refused = send(web, "ann@a.example")
            thread.join()

        assert list(refused) == ["ann@a.example"]
        assert len(refused["ann@a.example"]) < 300


class TestSecrecy:
    @pytest.fixture
    def chain(self, tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
        return certificate(tmp_path)

    @pytest.fixture
    def guarded(self, chain: tuple[ssl.SSLContext, Path]) -> Iterator[Postbox]:
        with postbox(
            tls_context=chain[0],
            require_starttls=True,
            authenticator=knows_the_password,
            auth_required=True,
        ) as box:
            yield box

    def test_it_signs_in_over_tls(
        self, guarded: Postbox, chain: tuple[ssl.SSLContext, Path]
    ) -> None:
        trusting = ssl.create_default_context(cafile=chain[1])

        refused = send(
            guarded,
            "ann@a.example",
            host="localhost",
            starttls=trusting,
            username=USER,
            password=PASSWORD,
        )

        assert refused == {}
        assert guarded.encrypted == [True]
        assert guarded.authenticated == [True]

    def test_a_wrong_password_is_told_once_for_all_and_not_repeated(
        self, guarded: Postbox, chain: tuple[ssl.SSLContext, Path]
    ) -> None:
        trusting = ssl.create_default_context(cafile=chain[1])

        refused = send(
            guarded,
            "ann@a.example",
            "bob@a.example",
            host="localhost",
            starttls=trusting,
            username=USER,
            password="wrong password",
        )

        assert list(refused) == ["ann@a.example", "bob@a.example"]
        assert "wrong password" not in str(refused)
        assert guarded.mails == []
        assert guarded.connections == 1

    def test_a_certificate_that_nobody_vouches_for_gets_nothing(self, guarded: Postbox) -> None:
        refused = send(
            guarded,
            "ann@a.example",
            host="localhost",
            starttls=True,
            username=USER,
            password=PASSWORD,
        )

        assert "certificate" in refused["ann@a.example"].lower()
        assert guarded.mails == []

    def test_a_server_without_tls_gets_nothing_where_tls_is_asked_for(self, box: Postbox) -> None:
        refused = send(box, "ann@a.example", starttls=True)

        assert "STARTTLS" in refused["ann@a.example"]
        assert box.mails == []

    @pytest.mark.parametrize(
        "options",
        [
            {"host": "mail.example", "starttls": False, "username": "a", "password": "b"},
            {"username": "a"},
            {"password": "b"},
            {"starttls": "yes"},
            {"starttls": None},
        ],
    )
    def test_what_cannot_work_is_told_at_once(self, box: Postbox, options: dict[str, Any]) -> None:
        with pytest.raises(SettingError):
            send(box, "ann@a.example", **options)
        assert box.connections == 0
