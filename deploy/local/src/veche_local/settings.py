"""Settings of `veche up`, read from the environment; without pydantic, so that the supervisor stays small."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from veche_local.errors import CommandError

KAFKA = "VECHE_KAFKA__BOOTSTRAP_SERVERS"
MONGO = "VECHE_MONGO__URI"
DEMO_PASSWORD = "VECHE_ROUTING__DEMO_PASSWORD"  # noqa: S105 - the name of a variable
SMTP = "VECHE_NOTIFICATIONS__SMTP__HOST"

CONFIGURABLE_PORTS = {
    "gateway": "VECHE_LOCAL__GATEWAY_PORT",
    "kafka": "VECHE_LOCAL__KAFKA_PORT",
    "mongod": "VECHE_LOCAL__MONGO_PORT",
    "mail": "VECHE_LOCAL__MAIL_PORT",
}
STOP_WITH = "VECHE_LOCAL__STOP_WITH"
_HIGHEST_PORT = 65535
_FALSE = {"0", "false", "no", "off"}


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """How this installation differs from the default one."""

    kafka: str | None
    """Bootstrap servers of an external Kafka; None: start an embedded one."""
    mongo: str | None
    """URI of an external MongoDB; None: start an embedded one."""
    smtp: str | None
    """Host of a mail server; None: store e-mails in a folder instead of sending them."""
    host: str
    """Address that the gateway listens on (VECHE_LOCAL__GATEWAY_HOST); the loopback interface by default."""
    ports: Mapping[str, int]
    """Ports that the environment sets, by part; one that is in use is an error."""
    demo: bool
    """Whether to create demo accounts and to send made-up appeals and votes (DEMO=0: no)."""
    stop_with: int | None = None
    """Id of a process: the installation stops, in order, when that process ends. None: it stops on request only."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> LocalSettings:
        """Reads the environment; raises CommandError for a value that is no port or no process id."""
        return cls(
            kafka=environ.get(KAFKA) or None,
            mongo=environ.get(MONGO) or None,
            smtp=environ.get(SMTP) or None,
            host=environ.get("VECHE_LOCAL__GATEWAY_HOST") or "127.0.0.1",
            ports={
                name: _port(variable, environ[variable])
                for name, variable in CONFIGURABLE_PORTS.items()
                if environ.get(variable)
            },
            stop_with=_pid(environ[STOP_WITH]) if environ.get(STOP_WITH) else None,
            demo=environ.get("DEMO", "1").strip().lower() not in _FALSE,
        )


def _port(variable: str, value: str) -> int:
    if value.isascii() and value.isdigit() and 0 < int(value) <= _HIGHEST_PORT:
        return int(value)
    raise CommandError(f"{variable} is {value!r}, which is not a port.", f"Give a number from 1 to {_HIGHEST_PORT}.")


def _pid(value: str) -> int:
    if value.isascii() and value.isdigit() and int(value) > 0:
        return int(value)
    raise CommandError(f"{STOP_WITH} is {value!r}, which is not a process id.", "Give the id of a running process.")
