"""The composition of a local installation: which parts run, on which ports, with which settings."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from veche_local.demo.program import DemoProgram
from veche_local.home import Home
from veche_local.keys import InstallationKeys, installation_keys
from veche_local.machine.rules import choose_ports
from veche_local.mail.program import MailProgram
from veche_local.servers import KafkaProgram, MongodProgram, free_port, is_port_free
from veche_local.servers.caddy import CaddyProgram
from veche_local.servers.ports import LOOPBACK
from veche_local.servers.service import NAVIGATION, ServiceProgram, find_navigation
from veche_local.settings import DEMO_PASSWORD, KAFKA, MONGO, LocalSettings
from veche_local.supervision.supervisor import Part

LOCAL_CHANNELS = (
    "import", "web", "vk", "ok", "telegram", "max", "pos", "incident", "email", "phone", "reception", "visit", "tos",
    "precinct",
)  # fmt: skip
"""Channels that this machine may send for; codes of the city's channels (intake, channels/channels.json)."""

SERVICES = ("intake", "routing", "notifications", "surveys")


@dataclass(frozen=True, slots=True)
class Installation:
    """What the supervisor is to run, and the address that a browser opens."""

    parts: tuple[Part, ...]
    address: str


def port_names(settings: LocalSettings) -> tuple[str, ...]:
    """Which ports an installation needs, by name."""
    own = [
        *(() if settings.kafka else ("kafka", "kafka_controller")),
        *(() if settings.mongo else ("mongod",)),
        *(() if settings.smtp else ("mail",)),
    ]
    return ("gateway", *own, *SERVICES)


def service_settings(
    settings: LocalSettings, keys: InstallationKeys, ports: Mapping[str, int], kafka: str, mongo: str
) -> dict[str, str]:
    """The environment that all services get; what the operator set in the environment already is to win over it."""
    mail = (
        {}
        if settings.smtp
        else {"VECHE_NOTIFICATIONS__SMTP__HOST": LOOPBACK, "VECHE_NOTIFICATIONS__SMTP__PORT": str(ports["mail"])}
    )
    demo = {"VECHE_ROUTING__DEMO_STAFF": "true", DEMO_PASSWORD: keys.demo_password} if settings.demo else {}
    return {
        KAFKA: kafka,
        MONGO: mongo,
        **keys.environment(),
        **mail,
        **demo,
        "VECHE_INTAKE__BOOTSTRAP_KEYS": json.dumps(channel_keys(keys)),
        "VECHE_HTTP__PUBLIC_URL": public_address(settings, ports).rstrip("/"),
        NAVIGATION: str(find_navigation()),
        # plain HTTP on one's own machine: a browser would not send back a cookie that is for HTTPS only
        "VECHE_SECURITY__SECURE_COOKIES": "false",
        "VECHE_NOTIFICATIONS__INTAKE_URL": f"http://{LOOPBACK}:{ports['intake']}",
    }


def channel_key(keys: InstallationKeys, channel: str) -> str:
    """The API key of one channel in this installation, derived from its secret: the same at every start."""
    secret = hmac.new(keys.channel.encode(), channel.encode(), "sha256").hexdigest()
    return f"veche_local{channel}_{secret}"


def channel_keys(keys: InstallationKeys) -> list[dict[str, object]]:
    """What intake is to put in place at its start, so that the demo and `veche replay` can send what citizens would."""
    return [
        {
            "key": channel_key(keys, channel),
            "channel": channel,
            "name": f"this machine, {channel}",
            "scopes": ["appeals:write", "votes:write", "imports:write"],
        }
        for channel in LOCAL_CHANNELS
    ]


def public_address(settings: LocalSettings, ports: Mapping[str, int]) -> str:
    """What a browser on this machine opens; a gateway that listens on all addresses is shown by the loopback."""
    host = LOOPBACK if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound
    return f"http://{host}:{ports['gateway']}/"


def assemble(home: Home, environ: Mapping[str, str]) -> Installation:
    """Chooses and remembers the ports, makes the keys if need be, and lists the parts. Raises MachineError."""
    settings = LocalSettings.of(environ)
    ports = choose_ports(
        port_names(settings),
        settings.ports,
        home.read_ports(),
        lambda port: is_port_free(port, settings.host),
        free_port,
    )
    home.write_ports(ports)
    servers: list[Part] = []
    kafka, mongo = settings.kafka, settings.mongo
    if mongo is None:
        mongod = MongodProgram(home.data_of("mongod"), ports["mongod"])
        servers.append(Part(mongod))
        mongo = mongod.address
    before_mongod = ("mongod",) if settings.mongo is None else ()
    if kafka is None:
        program = KafkaProgram(home.data_of("kafka"), ports["kafka"], ports["kafka_controller"])
        servers.append(Part(program, outlived_by=before_mongod))
        kafka = program.address
    if settings.smtp is None:
        servers.append(Part(MailProgram(home.mail, ports["mail"]), outlived_by=before_mongod))
    shared = service_settings(settings, installation_keys(home), ports, kafka, mongo)
    own = {name: value for name, value in shared.items() if not environ.get(name)}
    needs = tuple(part.name for part in servers)
    services = [Part(ServiceProgram(name, ports[name], own), needs) for name in SERVICES]
    upstreams = {name: f"{LOOPBACK}:{ports[name]}" for name in SERVICES}
    gateway = Part(
        CaddyProgram(home.data_of("gateway"), ports["gateway"], upstreams, settings.host), outlived_by=SERVICES
    )
    address = public_address(settings, ports)
    demo = (Part(DemoProgram(address, home.folder), ("gateway",)),) if settings.demo else ()
    return Installation((*servers, *services, gateway, *demo), address)
