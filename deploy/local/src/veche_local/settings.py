"""What `veche up` can be told by the environment. Read by hand, not by pydantic: the supervisor stays small."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from veche_local.problems import MachineError

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
_NO = {"0", "false", "no", "off"}


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """How this installation differs from the default one."""

    kafka: str | None
    """Bootstrap servers of somebody else's Kafka; None: start our own."""
    mongo: str | None
    """URI of somebody else's MongoDB; None: start our own."""
    smtp: str | None
    """Host of a mail server; None: catch the letters in a folder."""
    host: str
    """Address that the gateway listens on; the loopback unless VECHE_LOCAL__GATEWAY_HOST says otherwise."""
    ports: Mapping[str, int]
    """Ports that were asked for by name; a taken one is an error."""
    demo: bool
    """Whether to play a made-up day and to open the demo accounts (DEMO=0: no)."""
    stop_with: int | None = None
    """Process id: the installation stops, in order, when that process ends; None: only when it is told to."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> LocalSettings:
        """Reads the environment; raises MachineError for a port that is none."""
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
            demo=environ.get("DEMO", "1").strip().lower() not in _NO,
        )


def _port(variable: str, value: str) -> int:
    if value.isascii() and value.isdigit() and 0 < int(value) <= _HIGHEST_PORT:
        return int(value)
    raise MachineError(f"{variable} is {value!r}, which is no port.", f"Give a number from 1 to {_HIGHEST_PORT}.")


def _pid(value: str) -> int:
    if value.isascii() and value.isdigit() and int(value) > 0:
        return int(value)
    raise MachineError(f"{STOP_WITH} is {value!r}, which is no process id.", "Give the number of a process that runs.")
