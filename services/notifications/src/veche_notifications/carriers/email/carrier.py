"""Hands letters to one SMTP server, over one connection at a time (RFC 5321, RFC 3207, RFC 4954)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Final

import aiosmtplib
import structlog

from veche_notifications.carriers.email.letters import LetterWriter, letter_writer
from veche_notifications.carriers.email.rules import attempt_of_reply
from veche_notifications.carriers.model import Attempt, Contact, Deferred, NoAddress, Outgoing, Refused, Sent
from veche_notifications.carriers.protocol import CarrierContext, Medium
from veche_notifications.settings import SmtpSettings
from veche_shared.values.email_address import smtp_form

ACCEPTED = 250


@dataclass(slots=True)
class SmtpCarrier:
    """Sends notices as letters of ``letters`` by the SMTP server of ``settings``; used by one job.

    The connection is opened by the first message and kept until ``rest``.
    """

    settings: SmtpSettings
    letters: LetterWriter
    _smtp: aiosmtplib.SMTP | None = field(init=False, default=None)

    async def send(self, outgoing: Outgoing, contact: Contact) -> Attempt:
        """Write and hand over one letter. Never raises for what a mail server, a network or an address does."""
        if contact.email is None:
            return NoAddress()
        try:
            recipient = smtp_form(contact.email)
        except ValueError:  # what the vault has is no address
            structlog.get_logger().warning("contact_not_an_address", reference=outgoing.reference)
            return NoAddress()
        return await self._hand_over(self.letters.write(outgoing, replace(contact, email=recipient)), recipient)

    async def rest(self) -> None:
        """Close the connection in good order; the next message opens a new one."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None and smtp.is_connected:
            with suppress(aiosmtplib.SMTPException, OSError):
                await smtp.quit(timeout=5)
            smtp.close()

    async def _hand_over(self, message: EmailMessage, recipient: str) -> Sent | Refused | Deferred:
        try:
            smtp = await self._connected()
        except (aiosmtplib.SMTPException, OSError) as error:
            # Whatever is wrong before a person is named (password, TLS, greeting) is no fault of the person's address.
            await self._drop()
            return _not_reached(error)
        try:
            _, reply = await smtp.send_message(message, sender=self._envelope_sender, recipients=[recipient])
        except aiosmtplib.SMTPRecipientsRefused as error:
            first = error.recipients[0]
            await self._reset(smtp)
            return attempt_of_reply(first.code, first.message)
        except aiosmtplib.SMTPSenderRefused as error:
            await self._reset(smtp)
            return Deferred(error.code, error.message)  # the sender is ours to configure
        except aiosmtplib.SMTPResponseException as error:
            await self._reset(smtp)
            return attempt_of_reply(error.code, error.message)
        except aiosmtplib.SMTPNotSupported as error:
            await self._reset(smtp)
            return Refused(None, error.message)  # an address in letters that this server does not know
        except (aiosmtplib.SMTPException, OSError) as error:
            await self._drop()
            return _not_reached(error)
        return Sent(ACCEPTED, reply)

    @property
    def _envelope_sender(self) -> str:
        return parseaddr(self.settings.sender)[1]

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._smtp is not None and self._smtp.is_connected:
            return self._smtp
        password = self.settings.password
        smtp = aiosmtplib.SMTP(
            hostname=self.settings.host,
            port=self.settings.port,
            username=self.settings.username,
            password=None if password is None else password.get_secret_value(),
            use_tls=self.settings.tls,
            start_tls=self.settings.starttls,
            timeout=self.settings.timeout_seconds,
        )
        self._smtp = smtp
        await smtp.connect()
        return smtp

    async def _reset(self, smtp: aiosmtplib.SMTP) -> None:
        try:
            await smtp.rset()
        except (aiosmtplib.SMTPException, OSError):
            await self._drop()

    async def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _not_reached(error: Exception) -> Deferred:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return Deferred(error.code, error.message)
    return Deferred(None, type(error).__name__)


def open_smtp_carriers(context: CarrierContext) -> Sequence[SmtpCarrier]:
    """As many connections as letters are sent at the same time; none without a mail server."""
    smtp = context.service.settings.notifications.smtp
    if not smtp.host:
        structlog.get_logger().warning("no_mail_server", advice="set VECHE_NOTIFICATIONS__SMTP__HOST")
        return ()
    letters = letter_writer(context.service)
    return tuple(SmtpCarrier(smtp, letters) for _ in range(smtp.connections))


MEDIUM: Final = Medium("email", open_smtp_carriers)
