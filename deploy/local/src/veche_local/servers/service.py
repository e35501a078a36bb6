"""One of the four services as a child process: `python -m veche_<name>`."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from veche_local.servers.ports import LOOPBACK, answers

NAVIGATION = "VECHE_HTTP__NAVIGATION_FILE"


def find_navigation() -> Path:
    """The entries of the pages' header: in this package where that is installed, in deploy of a working copy."""
    packaged = Path(__file__).parents[1] / "navigation.toml"
    return packaged if packaged.exists() else Path(__file__).parents[4] / "navigation.toml"


@dataclass(frozen=True, slots=True)
class ServiceProgram:
    """A service at `port` of the loopback interface; `settings` is its environment."""

    name: str
    port: int
    settings: Mapping[str, str]
    stop_seconds: float = 15.0

    @property
    def address(self) -> str:
        """Its address for the gateway; it is not reachable from outside."""
        return f"{LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        """Nothing to do: a service stores nothing on disk."""

    def command(self) -> list[str]:
        """The same Python with the service's module."""
        return [sys.executable, "-m", f"veche_{self.name}"]

    def environment(self) -> Mapping[str, str]:
        """Its settings; few memory arenas, since the process is small, and an unbuffered log."""
        return {
            **self.settings,
            "VECHE_HTTP__HOST": LOOPBACK,
            "VECHE_HTTP__PORT": str(self.port),
            "MALLOC_ARENA_MAX": "2",
            "PYTHONUNBUFFERED": "1",
        }

    def is_ready(self) -> bool:
        """Whether /health/ready answers 200: its dependencies are reachable."""
        return answers(self.port) and readiness(self.port) == http.HTTPStatus.OK


def readiness(port: int, timeout: float = 3.0) -> int | None:
    """The HTTP status of /health/ready at `port` of this machine, None without an answer; `timeout` in seconds."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=timeout)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
