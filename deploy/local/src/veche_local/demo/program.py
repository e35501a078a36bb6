"""The demo as a part of the installation: a process that the supervisor keeps running."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoProgram:
    """`python -m veche_local.demo` against the gateway of the installation in ``home``."""

    gateway: str
    home: Path
    name: str = "demo"
    stop_seconds: float = 3.0

    @property
    def address(self) -> str:
        """The gateway: it listens on no port of its own."""
        return self.gateway

    def prepare(self) -> None:
        """Nothing to do: it stores nothing on disk."""

    def command(self) -> list[str]:
        """The same Python."""
        return [sys.executable, "-m", "veche_local.demo"]

    def environment(self) -> Mapping[str, str]:
        """The gateway, and the installation whose keys to use."""
        return {"VECHE_DEMO_GATEWAY": self.gateway, "VECHE_HOME": str(self.home), "MALLOC_ARENA_MAX": "2"}

    def is_ready(self) -> bool:
        """At once: no part waits for it."""
        return True
