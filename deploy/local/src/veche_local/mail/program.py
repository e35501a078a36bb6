"""The mail catcher as a part of the installation; without aiosmtpd, so that the supervisor stays small."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from veche_local.servers.ports import LOOPBACK, answers


@dataclass(frozen=True, slots=True)
class MailProgram:
    """`python -m veche_local.mail` at `port`, storing into `folder`."""

    folder: Path
    port: int
    name: str = "mail"
    stop_seconds: float = 5.0

    @property
    def address(self) -> str:
        """Where notifications sends its e-mails."""
        return f"{LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        """Nothing to do: the process creates its folder."""

    def command(self) -> list[str]:
        """The same Python."""
        return [sys.executable, "-m", "veche_local.mail", str(self.port), str(self.folder)]

    def environment(self) -> Mapping[str, str]:
        """Empty."""
        return {}

    def is_ready(self) -> bool:
        """Whether it accepts connections."""
        return answers(self.port)
