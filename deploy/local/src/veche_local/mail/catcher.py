"""SMTP (RFC 5321) into a folder of .eml files, one for each e-mail; sorted by name the newest is last."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from veche_local.servers.ports import LOOPBACK

MAX_BYTES = 10 << 20
"""Of one e-mail."""


@dataclass(frozen=True)  # no slots: aiosmtpd asks for every attribute, and before Python 3.11.3 one of theirs cannot be
class MailFolder:
    """aiosmtpd's handler: acknowledges an e-mail when its file is complete."""

    folder: Path

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Stores the e-mail under the time of its arrival; on a full disk 452 asks the sender to try later."""
        del server, session
        content = envelope.content or b""
        message = content.encode() if isinstance(content, str) else content
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{uuid.uuid4().hex[:8]}.eml"
        draft = self.folder / f"{name}.new"
        try:
            await asyncio.to_thread(draft.write_bytes, message)
            draft.rename(self.folder / name)
        except OSError as error:
            return f"452 the e-mail cannot be stored: {error.strerror}"
        return f"250 stored as {name}"


@asynccontextmanager
async def serve(port: int, folder: Path) -> AsyncIterator[None]:
    """An SMTP server at `port` of the loopback interface that stores into `folder`, as long as the context lasts."""
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    handler = MailFolder(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, data_size_limit=MAX_BYTES, enable_SMTPUTF8=True, hostname="localhost"),
        LOOPBACK,
        port,
    )
    async with server:
        yield
