"""E-mails that the local installation stores instead of sending."""

from __future__ import annotations

import asyncio
import smtplib
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from tests.backend.ports import free_port
from veche_local.mail.catcher import serve


async def test_each_e_mail_is_stored_unchanged_in_a_file_of_its_own(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "veche@localhost", "ivan@example.ru", "Ответ на обращение"
    message.set_content("Яма засыпана.")
    port = free_port()

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            client.send_message(message)

    async with serve(port, tmp_path / "mail"):
        await asyncio.to_thread(send)
        await asyncio.to_thread(send)

    files = sorted((tmp_path / "mail").iterdir())
    assert [file.suffix for file in files] == [".eml", ".eml"]
    stored = BytesParser(policy=default).parsebytes(files[0].read_bytes())
    assert stored["Subject"] == "Ответ на обращение"
    assert stored.get_content().strip() == "Яма засыпана."


async def test_an_e_mail_that_cannot_be_stored_is_refused_for_now_and_not_lost(tmp_path: Path) -> None:
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
