"""The catcher of letters as a part of the installation. Apart from the catcher, so that the supervisor stays small."""

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
        """Where notifications delivers."""
        return f"{LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        """Nothing: the folder is made when it serves."""

    def command(self) -> list[str]:
        """This same Python."""
        return [sys.executable, "-m", "veche_local.mail", str(self.port), str(self.folder)]

    def environment(self) -> Mapping[str, str]:
        """Nothing."""
        return {}

    def is_ready(self) -> bool:
        """Whether it listens."""
        return answers(self.port)
