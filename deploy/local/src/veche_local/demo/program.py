"""The demonstration as a part of the installation: a process of its own that the supervisor keeps alive."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoProgram:
    """Plays the day at the gateway of the installation in ``home``."""

    gateway: str
    home: Path
    name: str = "demo"
    stop_seconds: float = 3.0

    @property
    def address(self) -> str:
        """It listens nowhere: the address is where it plays."""
        return self.gateway

    def prepare(self) -> None:
        """Nothing: the demonstration keeps nothing on disk."""

    def command(self) -> list[str]:
        """This same Python with the player."""
        return [sys.executable, "-m", "veche_local.demo"]

    def environment(self) -> Mapping[str, str]:
        """Where the door is, and whose keys to use."""
        return {"VECHE_DEMO_GATEWAY": self.gateway, "VECHE_HOME": str(self.home), "MALLOC_ARENA_MAX": "2"}

    def is_ready(self) -> bool:
        """At once: nobody waits for it."""
        return True
