"""The carrier of notices: one SMTP server, spoken to over one connection at a time (RFC 5321, RFC 3207, RFC 4954)."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr

import aiosmtplib

from veche_notifications.notices.model import Deferred, Refused, Sent
from veche_notifications.notices.rules import judged
from veche_notifications.settings import SmtpSettings

ACCEPTED = 250


@dataclass(slots=True)
class SmtpCarrier:
    """Hands messages to the SMTP server of ``settings``; used by one courier, one message at a time.

    The connection is opened by the first message and kept until ``rest``.
    """

    settings: SmtpSettings
    _smtp: aiosmtplib.SMTP | None = field(init=False, default=None)

    async def send(self, message: EmailMessage, recipient: str) -> Sent | Refused | Deferred:
        """Hand over one message. Never raises for what a mail server or a network does."""
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
            return judged(first.code, first.message)
        except aiosmtplib.SMTPSenderRefused as error:
            await self._reset(smtp)
            return Deferred(error.code, error.message)  # the sender is ours to configure
        except aiosmtplib.SMTPResponseException as error:
            await self._reset(smtp)
            return judged(error.code, error.message)
        except aiosmtplib.SMTPNotSupported as error:
            await self._reset(smtp)
            return Refused(None, error.message)  # an address in letters that this server does not know
        except (aiosmtplib.SMTPException, OSError) as error:
            await self._drop()
            return _not_reached(error)
        return Sent(ACCEPTED, reply)

    async def rest(self) -> None:
        """Say goodbye to the server; the next message opens a new connection."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None and smtp.is_connected:
            with suppress(aiosmtplib.SMTPException, OSError):
                await smtp.quit(timeout=5)
            smtp.close()

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
