"""What comes of a letter, whatever the mail server says at each step of the conversation (RFC 5321)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.unit.notifications.test_letters import ANNA, WRITER, outgoing
from veche_notifications.carriers.email.carrier import SmtpCarrier
from veche_notifications.carriers.model import Contact, Deferred, NoAddress, Refused, Sent
from veche_notifications.settings import SmtpSettings


@dataclass  # no slots: aiosmtpd asks for hooks by name
class Server:
    """A mail server that answers the steps in ``replies`` as they say, and takes everything else."""

    replies: dict[str, str] = field(default_factory=dict)
    knows_unicode: bool = True
    port: int = 0
    taken: int = 0
    recipients: list[str] = field(default_factory=list)
    connections: int = 0

    async def handle_MAIL(self, _: SMTP, __: Session, envelope: Envelope, sender: str, ___: list[str]) -> str:  # noqa: N802
        envelope.mail_from = sender
        return self.replies.get("MAIL", "250 OK")

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, to: str, ___: list[str]) -> str:  # noqa: N802
        if "RCPT" not in self.replies:
            envelope.rcpt_tos.append(to)
            self.recipients.append(to)
        return self.replies.get("RCPT", "250 OK")

    async def handle_RSET(self, *_: object) -> str:  # noqa: N802
        return self.replies.get("RSET", "250 OK")

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802
        if "DATA" in self.replies:
            return self.replies["DATA"]
        self.taken += 1
        return "250 2.0.0 queued"

    def connected(self) -> SMTP:
        self.connections += 1
        return SMTP(
            self, hostname="mail.example.org", loop=asyncio.get_running_loop(), enable_SMTPUTF8=self.knows_unicode
        )


@asynccontextmanager
async def letters_to(server: Server, **settings: object) -> AsyncIterator[SmtpCarrier]:
    """A carrier of letters to ``server``, which listens meanwhile."""
    listening = await asyncio.get_running_loop().create_server(server.connected, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    smtp = SmtpSettings.model_validate({"host": "127.0.0.1", "port": server.port, "sender": WRITER.sender, **settings})
    carrier = SmtpCarrier(smtp, WRITER)
    try:
        yield carrier
    finally:
        await carrier.rest()
        listening.close()


async def test_letters_share_a_connection_until_the_carrier_rests() -> None:
    server = Server()
    async with letters_to(server) as carrier:
        for _ in range(3):
            assert await carrier.send(outgoing(), ANNA) == Sent(250, "2.0.0 queued")
        assert (server.taken, server.connections) == (3, 1)
        await carrier.rest()
        await carrier.rest()
        assert isinstance(await carrier.send(outgoing(), ANNA), Sent)
    assert (server.taken, server.connections) == (4, 2)


@pytest.mark.parametrize(
    ("step", "reply", "attempt"),
    [
        ("RCPT", "550 5.1.1 no such mailbox", Refused(550, "5.1.1 no such mailbox")),
        ("RCPT", "450 4.2.1 try later", Deferred(450, "4.2.1 try later")),
        ("DATA", "552 5.3.4 too big", Refused(552, "5.3.4 too big")),
        ("DATA", "452 4.3.1 disk full", Deferred(452, "4.3.1 disk full")),
        ("MAIL", "451 4.7.1 greylisted", Deferred(451, "4.7.1 greylisted")),
    ],
)
async def test_a_server_that_says_no_says_whether_for_good(step: str, reply: str, attempt: Refused | Deferred) -> None:
    server = Server({step: reply})
    async with letters_to(server) as carrier:
        assert await carrier.send(outgoing(), ANNA) == attempt
        server.replies.clear()
        assert isinstance(await carrier.send(outgoing(), ANNA), Sent), "the next letter is not harmed"
    assert (server.taken, server.connections) == (1, 1)


async def test_a_sender_that_is_refused_for_good_is_ours_to_mend_and_not_the_persons_fault() -> None:
    async with letters_to(Server({"MAIL": "553 5.1.8 unknown sender"})) as carrier:
        assert await carrier.send(outgoing(), ANNA) == Deferred(553, "5.1.8 unknown sender")


async def test_a_server_that_wants_no_more_after_a_refusal_is_left_and_called_anew() -> None:
    server = Server({"RCPT": "550 5.1.1 no such mailbox", "RSET": "421 4.3.2 closing"})
    async with letters_to(server) as carrier:
        assert await carrier.send(outgoing(), ANNA) == Refused(550, "5.1.1 no such mailbox")
        server.replies.clear()
        assert isinstance(await carrier.send(outgoing(), ANNA), Sent)
    assert server.connections == 2


async def test_a_password_that_the_server_does_not_take_is_no_fault_of_the_address() -> None:
    async with letters_to(Server(), username="veche", password="wrong") as carrier:
        attempt = await carrier.send(outgoing(), ANNA)
    assert isinstance(attempt, Deferred)


@pytest.mark.parametrize("encrypted", [{"tls": True, "timeout_seconds": 1}, {"starttls": True}])
async def test_a_server_without_the_encryption_that_is_insisted_on_gets_no_letter(
    encrypted: dict[str, object],
) -> None:
    server = Server()
    async with letters_to(server, **encrypted) as carrier:
        assert isinstance(await carrier.send(outgoing(), ANNA), Deferred)
    assert server.taken == 0


async def test_while_no_server_listens_a_letter_is_deferred() -> None:
    server = Server()
    async with letters_to(server):
        pass
    carrier = SmtpCarrier(SmtpSettings(host="127.0.0.1", port=server.port, sender=WRITER.sender), WRITER)
    assert await carrier.send(outgoing(), ANNA) == Deferred(None, "SMTPConnectError")


async def test_an_address_in_letters_that_the_server_does_not_know_cannot_be_written_to() -> None:
    server = Server(knows_unicode=False)
    async with letters_to(server) as carrier:
        attempt = await carrier.send(outgoing(), Contact("анна@example.org", None))
        assert isinstance(attempt, Refused)
        assert isinstance(await carrier.send(outgoing(), ANNA), Sent)
    assert server.taken == 1


@pytest.mark.parametrize(
    "email",
    [
        "",
        "@",
        "anna",
        "a b@example.org",
        "a\u00a0b@example.org",
        "a@[b.ru",
        "a@b.ru>",
        "anna@example.org\nBcc: all@example.org",
    ],
)
async def test_what_is_no_address_is_never_shown_to_a_server(email: str) -> None:
    server = Server()
    async with letters_to(server) as carrier:
        assert await carrier.send(outgoing(), Contact(email, None)) == NoAddress()
    assert server.connections == 0


async def test_a_domain_in_other_letters_is_written_as_every_server_knows_it() -> None:
    server = Server(knows_unicode=False)
    async with letters_to(server) as carrier:
        assert isinstance(await carrier.send(outgoing(), Contact("anna@Почта.рф", None)), Sent)
    assert server.recipients == ["anna@xn--80a1acny.xn--p1ai"]
