"""A local installation: which parts run, on which ports, with which settings."""

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
"""Codes of the channels for which the demo and `veche replay` have keys (intake: channels/channels.json)."""

SERVICES = ("intake", "routing", "notifications", "surveys")
SESSION_READERS = ("notifications", "surveys")
"""Services that ask routing which sessions of staff were ended."""


@dataclass(frozen=True, slots=True)
class Installation:
    """What the supervisor runs, the address to open in a browser, and the settings of each service."""

    parts: tuple[Part, ...]
    address: str
    environments: Mapping[str, Mapping[str, str]]


def port_names(settings: LocalSettings) -> tuple[str, ...]:
    """Names of the ports that an installation needs."""
    own = [
        *(() if settings.kafka else ("kafka", "kafka_controller")),
        *(() if settings.mongo else ("mongod",)),
        *(() if settings.smtp else ("mail",)),
    ]
    return ("gateway", *own, *SERVICES)


def service_settings(
    service: str, settings: LocalSettings, keys: InstallationKeys, ports: Mapping[str, int], kafka: str, mongo: str
) -> dict[str, str]:
    """The environment of one service; variables that the operator has set take precedence over it."""
    own: dict[str, str] = {}
    if service in SESSION_READERS:
        own["VECHE_SESSIONS__ROUTING_URL"] = f"http://{LOOPBACK}:{ports['routing']}"
    if service == "intake":
        own["VECHE_INTAKE__BOOTSTRAP_KEYS"] = json.dumps(channel_keys(keys))
    elif service == "routing" and settings.demo:
        own |= {"VECHE_ROUTING__DEMO_STAFF": "true", DEMO_PASSWORD: keys.demo_password}
    elif service == "notifications":
        own["VECHE_NOTIFICATIONS__INTAKE_URL"] = f"http://{LOOPBACK}:{ports['intake']}"
        if settings.smtp is None:
            own |= {"VECHE_NOTIFICATIONS__SMTP__HOST": LOOPBACK, "VECHE_NOTIFICATIONS__SMTP__PORT": str(ports["mail"])}
    return {
        KAFKA: kafka,
        MONGO: mongo,
        **keys.environment(service),
        **own,
        "VECHE_HTTP__PUBLIC_URL": public_address(settings, ports).rstrip("/"),
        NAVIGATION: str(find_navigation()),
        # over plain HTTP a browser would not send a cookie back that is for HTTPS only
        "VECHE_HTTP__SECURE_COOKIES": "false",
    }


def channel_key(keys: InstallationKeys, channel: str) -> str:
    """The API key of a channel in this installation, derived from its secret: the same at every start."""
    secret = hmac.new(keys.channel.encode(), channel.encode(), "sha256").hexdigest()
    return f"veche_local{channel}_{secret}"


def channel_keys(keys: InstallationKeys) -> list[dict[str, object]]:
    """The API keys that intake installs at its start, for the demo and for `veche replay`."""
    return [
        {
            "key": channel_key(keys, channel),
            "channel": channel,
            "name": "demo and veche replay",
            "scopes": ["appeals:write", "votes:write", "imports:write"],
        }
        for channel in LOCAL_CHANNELS
    ]


def public_address(settings: LocalSettings, ports: Mapping[str, int]) -> str:
    """The address for a browser on this machine; where the gateway listens on all interfaces, that of the loopback."""
    host = LOOPBACK if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound
    return f"http://{host}:{ports['gateway']}/"


def assemble(home: Home, environ: Mapping[str, str]) -> Installation:
    """Chooses and stores the ports, generates missing keys, and lists the parts. Raises CommandError."""
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
        servers.append(Part(program, stops_before=before_mongod))
        kafka = program.address
    if settings.smtp is None:
        servers.append(Part(MailProgram(home.mail, ports["mail"]), stops_before=before_mongod))
    needs, keys = tuple(part.name for part in servers), installation_keys(home)
    wanted = {name: service_settings(name, settings, keys, ports, kafka, mongo) for name in SERVICES}
    own = {
        name: {variable: value for variable, value in variables.items() if not environ.get(variable)}
        for name, variables in wanted.items()
    }
    services = [Part(ServiceProgram(name, ports[name], own[name]), needs) for name in SERVICES]
    upstreams = {name: f"{LOOPBACK}:{ports[name]}" for name in SERVICES}
    gateway = Part(
        CaddyProgram(home.data_of("gateway"), ports["gateway"], upstreams, settings.host), stops_before=SERVICES
    )
    address = public_address(settings, ports)
    demo = (Part(DemoProgram(address, home.folder), ("gateway",)),) if settings.demo else ()
    set_by_operator = {name: value for name, value in environ.items() if name.startswith("VECHE_") and value}
    environments = {name: {**own[name], **set_by_operator} for name in SERVICES}
    return Installation((*servers, *services, gateway, *demo), address, environments)
