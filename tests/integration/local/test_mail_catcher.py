"""Letters that the local installation catches instead of sending."""

from __future__ import annotations

import asyncio
import smtplib
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from tests.backend.ports import free_port
from veche_local.mail.catcher import serve


async def test_a_letter_is_kept_as_it_came_in_a_file_of_its_own(tmp_path: Path) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "veche@localhost", "ivan@example.ru", "Ответ на обращение"
    letter.set_content("Яма засыпана.")
    port = free_port()

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            client.send_message(letter)

    async with serve(port, tmp_path / "mail"):
        await asyncio.to_thread(send)
        await asyncio.to_thread(send)

    files = sorted((tmp_path / "mail").iterdir())
    assert [file.suffix for file in files] == [".eml", ".eml"]
    kept = BytesParser(policy=default).parsebytes(files[0].read_bytes())
    assert kept["Subject"] == "Ответ на обращение"
    assert kept.get_content().strip() == "Яма засыпана."


async def test_a_letter_that_cannot_be_stored_is_refused_for_now_and_not_lost(tmp_path: Path) -> None:
    port = free_port()

    def send() -> int:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            client.ehlo()
            client.mail("veche@localhost")
            client.rcpt("ivan@example.ru")
            return client.data(b"Subject: x\r\n\r\nx")[0]

    async with serve(port, tmp_path / "mail"):
        await asyncio.to_thread((tmp_path / "mail").rmdir)
        assert await asyncio.to_thread(send) == 452
