"""The documents that are made from the code: OpenAPI of each service, AsyncAPI of the topics, JSON Schemas of events.

They are committed under docs/api, so that a change of a contract is seen in review. `python -m deploy.checks.documents`
writes them; `make lint` compares, and says which one no longer tells what the code does.
"""

from __future__ import annotations

import importlib
import inspect
import json
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias, get_args

from fastapi import FastAPI
from pydantic import SecretStr
from pydantic.json_schema import models_json_schema

from deploy.checks.settings_names import settings_of
from veche_shared.contracts import appeals, cases, deliveries, surveys, votes
from veche_shared.contracts.envelope import CONTENT_TYPE, Contract, Event
from veche_shared.contracts.topics import APPEALS, CASES, DELIVERIES, SERVICES, SURVEYS, VOTES, Topic
from veche_shared.settings import KafkaSettings, SecuritySettings

FOLDER = Path("docs/api")
JsonObject: TypeAlias = dict[str, object]
EventType: TypeAlias = type[Event[Contract]]

SPOKEN_ON: Mapping[Topic, tuple[object, str | None]] = {
    APPEALS: (appeals.AppealEvent, appeals.__doc__),
    VOTES: (votes.VoteEvent, votes.__doc__),
    CASES: (cases.CaseEvent, cases.__doc__),
    SURVEYS: (surveys.SurveyEvent, surveys.__doc__),
    DELIVERIES: (deliveries.DeliveryEvent, deliveries.__doc__),
}
"""Topic → the union of what is said on it, and the words that tell who writes and who reads."""


def event_types(union: object) -> tuple[EventType, ...]:
    """The event models of a topic: the one that it is, or those that are joined under a discriminator."""
    if isinstance(union, type) and issubclass(union, Event):
        return (union,)
    joined, *_ = get_args(union)
    return get_args(joined)


def type_name(event: EventType) -> str:
    """What CloudEvents calls ``type``: ``appeal.registered.v1``."""
    return str(event.model_fields["type"].default)


def event_schemas(spoken_on: Mapping[Topic, tuple[object, str | None]]) -> dict[str, JsonObject]:
    """Event type → the JSON Schema (2020-12) of its envelope and data."""
    events = [event for union, _ in spoken_on.values() for event in event_types(union)]
    return {
        type_name(event): {"$schema": "https://json-schema.org/draft/2020-12/schema", **event.model_json_schema()}
        for event in events
    }


def asyncapi(spoken_on: Mapping[Topic, tuple[object, str | None]], version: str) -> JsonObject:
    """An AsyncAPI 3.0 document of the topics and of what is said on them (Kafka bindings 0.5)."""
    events = [event for union, _ in spoken_on.values() for event in event_types(union)]
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
        "channels": {topic.name: _channel(topic, union, words) for topic, (union, words) in spoken_on.items()},
        "operations": {
            f"{topic.writer}-tells-{topic.name}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{topic.name}"},
                "summary": f"Only {topic.writer} writes here, and only through its outbox.",
            }
            for topic in spoken_on
        },
        "components": {
            "messages": {type_name(event): _message(event) for event in events},
            "schemas": definitions["$defs"],
        },
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


def openapi(service: str) -> JsonObject:
    """The OpenAPI document of a service, built as it starts but connected to nothing."""
    settings = settings_of(service)(security=_keys_for_nothing())
    app: FastAPI = importlib.import_module(f"veche_{service}.bootstrap").build(settings)
    return app.openapi()


def _keys_for_nothing() -> SecuritySettings:
    names = [name for name, field in SecuritySettings.model_fields.items() if field.is_required()]
    return SecuritySettings.model_validate({name: SecretStr(f"{name:-<32}") for name in names})


def documents(version: str) -> dict[Path, str]:
    """Path under docs/api → what must stand there."""
    made: dict[Path, JsonObject] = {Path("asyncapi.json"): asyncapi(SPOKEN_ON, version)}
    made |= {Path(f"events/{name}.json"): schema for name, schema in event_schemas(SPOKEN_ON).items()}
    made |= {Path(f"openapi/{service}.json"): openapi(service) for service in SERVICES}
    return {path: json.dumps(document, ensure_ascii=False, indent=2) + "\n" for path, document in made.items()}


def differences(wanted: Mapping[Path, str], found: Mapping[Path, str]) -> list[str]:
    """What must be made anew, and what nothing makes any more."""
    findings = [f"{path} is out of date: run make docs" for path, text in wanted.items() if found.get(path) != text]
    findings += [f"{path} is made by nothing any more: remove it" for path in found if path not in wanted]
    return sorted(findings)


def check(root: Path) -> list[str]:
    folder = root / FOLDER
    found = {path.relative_to(folder): path.read_text(encoding="utf-8") for path in folder.rglob("*.json")}
    return differences(documents(_version(root)), found)


def write(root: Path) -> None:
    """Make docs/api equal to the code."""
    folder = root / FOLDER
    wanted = documents(_version(root))
    for path in folder.rglob("*.json"):
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
