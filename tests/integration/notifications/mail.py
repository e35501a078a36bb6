"""A real SMTP server that can be told to be in trouble, and a stand-in for intake's vault that answers over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Literal, cast

from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, Header
from starlette.responses import JSONResponse, Response

from tests.integration.notifications.running import served
from tests.keys import KEYS

Trouble = Literal["none", "defer", "refuse", "hang up"]


@dataclass  # no slots: see LetterFolder
class MailServer:
    """Takes mail on a port of its own; ``trouble`` is how it answers the body of the next messages."""

    port: int = 0
    trouble: Trouble = "none"
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    tries: int = 0
    _server: asyncio.Server | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        del session
        self.tries += 1
        if self.trouble == "defer":
            return "451 4.3.0 come back later"
        if self.trouble == "refuse":
            return f"550 5.1.1 <{envelope.rcpt_tos[0]}>: no such mailbox"
        if self.trouble == "hang up":
            assert server.transport is not None
            server.transport.close()
            return "250 never heard"
        message = message_from_bytes(cast("bytes", envelope.content), policy=policy.default)
        self.taken.append(message)
        self.recipients += envelope.rcpt_tos
        return f"250 2.0.0 queued as {len(self.taken)}"

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="mail.example.org", loop=loop, enable_SMTPUTF8=True), "127.0.0.1", self.port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@dataclass(slots=True)
class Vault:
    """Intake's answer to «how is this person reached», for the tests' made-up people."""

    address: str = ""
    people: dict[str, dict[str, str | None]] = field(default_factory=dict)
    away: bool = False


@asynccontextmanager
async def vault() -> AsyncIterator[Vault]:
    kept = Vault()
    app = FastAPI()

    @app.get("/internal/v1/contacts/{pseudonym}")
    async def contact(pseudonym: str, authorization: str = Header()) -> Response:
        if authorization != f"Bearer {KEYS.notifications}":
            return Response(status_code=401)
        if kept.away:
            return Response(status_code=503)
        person = kept.people.get(pseudonym)
        return Response(status_code=404) if person is None else JSONResponse(person)

    async with served(app) as address:
        kept.address = address
        yield kept
