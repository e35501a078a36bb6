"""The documents that are generated: OpenAPI of each service, AsyncAPI of the topics, JSON Schemas of events, who reads.

They are committed under docs/api, so that a change of a contract is seen in review. `python -m deploy.checks.documents`
writes them; `make lint` compares, and names those that differ from the code.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias, cast, get_args

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from deploy.checks.settings_names import groups_of, settings_of
from veche_local.keys import new_keys
from veche_local.parts import SERVICES
from veche_shared.contracts import appeals, cases, deliveries, sessions, surveys, votes
from veche_shared.contracts.envelope import CONTENT_TYPE, Contract, Event
from veche_shared.contracts.topics import APPEALS, CASES, DELIVERIES, SESSIONS, SURVEYS, VOTES, Topic
from veche_shared.service.assembly import ASSEMBLY, Assembly
from veche_shared.settings import KafkaSettings, ServiceSettings

FOLDER = Path("docs/api")
JsonObject: TypeAlias = dict[str, object]
EventType: TypeAlias = type[Event[Contract]]

EVENTS_ON: Mapping[Topic, tuple[object, str | None]] = {
    APPEALS: (appeals.AppealEvent, appeals.__doc__),
    VOTES: (votes.VoteEvent, votes.__doc__),
    CASES: (cases.CaseEvent, cases.__doc__),
    SURVEYS: (surveys.SurveyEvent, surveys.__doc__),
    SESSIONS: (sessions.SessionEvent, sessions.__doc__),
    DELIVERIES: (deliveries.DeliveryEvent, deliveries.__doc__),
}
"""Topic → the union of its events, and what the contract says of it."""


def event_types(union: object) -> tuple[EventType, ...]:
    """The event models of a topic: the one that it is, or those that are joined under a discriminator."""
    if isinstance(union, type) and issubclass(union, Event):
        return (union,)
    joined, *_ = get_args(union)
    return get_args(joined)


def type_name(event: EventType) -> str:
    """What CloudEvents calls ``type``: ``appeal.registered.v1``."""
    return str(event.model_fields["type"].default)


def event_schemas(events_on: Mapping[Topic, tuple[object, str | None]]) -> dict[str, JsonObject]:
    """Event type → the JSON Schema (2020-12) of its envelope and data."""
    events = [event for union, _ in events_on.values() for event in event_types(union)]
    return {
        type_name(event): {"$schema": "https://json-schema.org/draft/2020-12/schema", **event.model_json_schema()}
        for event in events
    }


@dataclass(frozen=True, slots=True)
class Reader:
    """A consumer group of a service, and which events of a topic it reads."""

    service: str
    group: str
    topic: Topic
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Traffic:
    """Which service owns each topic, and who reads it: as the modules of the services declare."""

    owners: Mapping[str, str]
    readers: Sequence[Reader]


def traffic_of(assemblies: Mapping[str, Assembly]) -> Traffic:
    """What ``assemblies``, by service, declare. Raises ValueError for a topic that has not exactly one owner."""
    owners: dict[str, str] = {}
    readers: list[Reader] = []
    for service, assembly in assemblies.items():
        for topic in (topic for module in assembly.modules for topic in module.topics):
            if owners.setdefault(topic.name, service) != service:
                raise ValueError(f"{topic.name} is owned by {owners[topic.name]} and by {service}")
        readers += [
            Reader(service, subscription.group, subscription.topic, subscription.event_types)
            for module in assembly.modules
            for subscription in module.subscriptions
        ]
    orphans = {reader.topic.name for reader in readers} - owners.keys()
    if orphans:
        raise ValueError(f"read and owned by nobody: {', '.join(sorted(orphans))}")
    return Traffic(owners, readers)


def topics_page(traffic: Traffic) -> str:
    """The table of topics, their owners and their readers, as Markdown."""
    lines = [
        "# Topics, their owners and their readers",
        "",
        "Generated from the modules of the services by `make docs`. Each consumer group has its own offsets, inbox,",
        "dead letters, breaker and metrics.",
        "",
        "| topic | owner | consumer group | events that it reads |",
        "|---|---|---|---|",
    ]
    for topic, owner in sorted(traffic.owners.items()):
        readers = [reader for reader in traffic.readers if reader.topic.name == topic]
        rows = [
            (f"`{reader.service}.{reader.group}`", ", ".join(f"`{event}`" for event in reader.events))
            for reader in readers
        ]
        lines += [f"| `{topic}` | {owner} | {group} | {events} |" for group, events in rows or [("none yet", "")]]
    return "\n".join([*lines, ""])


def asyncapi(events_on: Mapping[Topic, tuple[object, str | None]], traffic: Traffic, version: str) -> JsonObject:
    """An AsyncAPI 3.0 document of the topics, their events and who sends and receives them (Kafka bindings 0.5)."""
    events = [event for union, _ in events_on.values() for event in event_types(union)]
    _, definitions = models_json_schema(
        [(event, "validation") for event in events], ref_template="#/components/schemas/{model}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Veche: events",
            "version": version,
            "description": "CloudEvents 1.0 in structured JSON mode; at least once, in order for one key.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic.name: _channel(topic, union, words) for topic, (union, words) in events_on.items()},
        "operations": {**_sending(traffic), **_receiving(traffic)},
        "components": {
            "messages": {type_name(event): _message(event) for event in events},
            "schemas": definitions["$defs"],
        },
    }


def _sending(traffic: Traffic) -> JsonObject:
    return {
        f"{owner}-sends-{topic}": {
            "action": "send",
            "channel": {"$ref": f"#/channels/{topic}"},
            "summary": f"Only {owner} writes here, and only through its outbox.",
        }
        for topic, owner in traffic.owners.items()
    }


def _receiving(traffic: Traffic) -> JsonObject:
    prefix = KafkaSettings().topic_prefix
    return {
        f"{reader.service}-{reader.group}-receives-{reader.topic.name}": {
            "action": "receive",
            "channel": {"$ref": f"#/channels/{reader.topic.name}"},
            "summary": f"Consumer group {reader.group} of {reader.service}.",
            "messages": [{"$ref": f"#/channels/{reader.topic.name}/messages/{event}"} for event in reader.events],
            "bindings": {
                "kafka": {
                    "groupId": {
                        "type": "string",
                        "const": f"{prefix}{reader.service}.{reader.group}",
                    },
                    "bindingVersion": "0.5.0",
                }
            },
        }
        for reader in traffic.readers
    }


def _channel(topic: Topic, union: object, words: str | None) -> JsonObject:
    names = [type_name(event) for event in event_types(union)]
    return {
        "address": f"{{prefix}}{topic.name}",
        "description": inspect.cleandoc(words or ""),
        "parameters": {
            "prefix": {
                "description": "VECHE_KAFKA__TOPIC_PREFIX: keeps installations apart on one cluster",
                "default": KafkaSettings().topic_prefix,
            }
        },
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {
            "kafka": {
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": ["delete"],
                    "retention.ms": int(topic.retention.total_seconds() * 1000),
                },
                "bindingVersion": "0.5.0",
            }
        },
    }


def _message(event: EventType) -> JsonObject:
    data = event.model_fields["data"].annotation
    return {
        "name": type_name(event),
        "contentType": CONTENT_TYPE,
        "description": inspect.getdoc(data) or "",
        "payload": {"$ref": f"#/components/schemas/{event.__name__}"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": "the event's subject: the id of the aggregate"},
                "bindingVersion": "0.5.0",
            }
        },
    }


def application(service: str) -> FastAPI:
    """A service, built as it starts but connected to nothing."""
    return build(service, settings_for(service))


def settings_for(service: str, **given: object) -> ServiceSettings:
    """Settings with which a service can be built: ``given`` ones, placeholder keys, and the defaults."""
    return settings_of(service).model_validate({**groups_of(new_keys().environment(service)), **given})


def build(service: str, settings: ServiceSettings) -> FastAPI:
    """The application of a service."""
    app: FastAPI = importlib.import_module(f"veche_{service}.bootstrap").build(settings)
    return app


@cache
def applications() -> Mapping[str, FastAPI]:
    """All services, by name."""
    return {service: application(service) for service in SERVICES}


def declared_traffic() -> Traffic:
    """What the services of this checkout declare."""
    return traffic_of({service: assembly_of(app) for service, app in applications().items()})


def assembly_of(app: FastAPI) -> Assembly:
    """What an application was assembled of."""
    return cast("Assembly", getattr(app.state, ASSEMBLY))


def documents(version: str) -> dict[Path, str]:
    """Path under docs/api → its content."""
    apps, traffic = applications(), declared_traffic()
    generated: dict[Path, JsonObject] = {Path("asyncapi.json"): asyncapi(EVENTS_ON, traffic, version)}
    generated |= {Path(f"events/{name}.json"): schema for name, schema in event_schemas(EVENTS_ON).items()}
    generated |= {Path(f"openapi/{service}.json"): app.openapi() for service, app in apps.items()}
    texts = {path: json.dumps(document, ensure_ascii=False, indent=2) + "\n" for path, document in generated.items()}
    return {**texts, Path("topics.md"): topics_page(traffic)}


def differences(wanted: Mapping[Path, str], found: Mapping[Path, str]) -> list[str]:
    """What must be generated again, and what nothing generates any more."""
    findings = [f"{path} is out of date: run make docs" for path, text in wanted.items() if found.get(path) != text]
    findings += [f"{path} is generated by nothing any more: remove it" for path in found if path not in wanted]
    return sorted(findings)


def _generated(folder: Path) -> list[Path]:
    return [*folder.rglob("*.json"), *folder.glob("*.md")]


def check(root: Path) -> list[str]:
    folder = root / FOLDER
    found = {path.relative_to(folder): path.read_text(encoding="utf-8") for path in _generated(folder)}
    return differences(documents(_version(root)), found)


def write(root: Path) -> None:
    """Make docs/api equal to the code."""
    folder = root / FOLDER
    wanted = documents(_version(root))
    for path in _generated(folder):
        if path.relative_to(folder) not in wanted:
            path.unlink()
    for path, text in wanted.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{FOLDER / path}\n")


def _version(root: Path) -> str:
    return str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


if __name__ == "__main__":
    write(Path.cwd())
