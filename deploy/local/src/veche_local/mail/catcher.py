"""SMTP (RFC 5321) into a folder of .eml files, one a letter, the newest last by name."""

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

LARGEST_LETTER = 10 << 20


@dataclass(frozen=True)  # no slots: aiosmtpd asks for every attribute, and before Python 3.11.3 one of theirs cannot be
class LetterFolder:
    """aiosmtpd's handler: acknowledges a letter when its file is complete."""

    folder: Path

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Stores the letter under the moment of its arrival; 452 asks the sender to try later when the disk is full."""
        del server, session
        content = envelope.content or b""
        letter = content.encode() if isinstance(content, str) else content
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{uuid.uuid4().hex[:8]}.eml"
        draft = self.folder / f"{name}.new"
        try:
            await asyncio.to_thread(draft.write_bytes, letter)
            draft.rename(self.folder / name)
        except OSError as error:
            return f"452 the letter cannot be stored: {error.strerror}"
        return f"250 stored as {name}"


@asynccontextmanager
async def serve(port: int, folder: Path) -> AsyncIterator[None]:
    """An SMTP server on the loopback at `port` that stores into `folder`, for as long as the context lasts."""
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    handler = LetterFolder(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, data_size_limit=LARGEST_LETTER, enable_SMTPUTF8=True, hostname="localhost"),
        LOOPBACK,
        port,
    )
    async with server:
        yield
