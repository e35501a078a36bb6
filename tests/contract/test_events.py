"""What the services have promised one another, and that they keep to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import cast

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from deploy.checks.documents import event_types
from tests.contract.compatibility import JsonSchema
from tests.contract.snapshot import (
    EXAMPLES,
    broken_promises,
    committed_schemas,
    current_schemas,
    event_models,
)
from veche_shared.contracts.appeals import AppealEvent
from veche_shared.contracts.cases import CaseEvent
from veche_shared.contracts.codes import KNOWN_VALUES
from veche_shared.contracts.deliveries import DeliveryEvent
from veche_shared.contracts.sessions import SessionEvent
from veche_shared.contracts.surveys import SurveyEvent
from veche_shared.contracts.topics import APPEALS, CASES, DELIVERIES, SESSIONS, SURVEYS, VOTES, Topic
from veche_shared.contracts.votes import VoteEvent
from veche_shared.messaging.decoding import Decoded, Decoder, Record, Undecodable
from veche_shared.storage.outbox import message_of

TOPIC_OF: dict[str, tuple[Topic, object]] = {
    "appeal.registered.v1": (APPEALS, AppealEvent),
    "vote.cast.v1": (VOTES, VoteEvent),
    "case.changed.v1": (CASES, CaseEvent),
    "poll.changed.v1": (SURVEYS, SurveyEvent),
    "ballot.rejected.v1": (SURVEYS, SurveyEvent),
    "delivery.completed.v1": (DELIVERIES, DeliveryEvent),
    "session.ended.v1": (SESSIONS, SessionEvent),
}
KINDS = ("minimal", "full", "newer")
EXAMPLE_IDS = [(event_type, kind) for event_type in TOPIC_OF for kind in KINDS]


def example(event_type: str, kind: str) -> bytes:
    return (EXAMPLES / event_type / f"{kind}.json").read_bytes()


def read(event_type: str, value: bytes) -> object:
    """What the consumer of the type's topic makes of a message."""
    topic, union = TOPIC_OF[event_type]
    return Decoder(event_types(union)).decode(Record(topic.name, 0, 0, b"key", value))


def complaints(schema: JsonSchema, value: bytes) -> list[str]:
    validator = Draft202012Validator(cast("dict[str, object]", schema), format_checker=FormatChecker())
    return [error.message for error in validator.iter_errors(json.loads(value))]


def parts(schema: object, place: str = "") -> Iterator[tuple[str, JsonSchema]]:
    """Every JSON object inside a schema, with its place."""
    if isinstance(schema, dict):
        yield place, schema
        for key, value in schema.items():
            yield from parts(value, f"{place}/{key}".removeprefix("/"))
    elif isinstance(schema, list):
        for value in schema:
            yield from parts(value, place)


def test_no_contract_breaks_a_promise() -> None:
    assert broken_promises(committed_schemas(), current_schemas()) == []


def test_the_committed_schemas_are_todays() -> None:
    """Where this fails alone, a contract has grown: renew the schemas with ``python -m tests.contract.snapshot``."""
    assert committed_schemas() == json.loads(json.dumps(current_schemas()))


def test_every_event_type_has_its_topic_and_its_examples() -> None:
    assert event_models().keys() == TOPIC_OF.keys()
    assert {path.name for path in EXAMPLES.iterdir()} == TOPIC_OF.keys()


@pytest.mark.parametrize(("event_type", "kind"), EXAMPLE_IDS)
def test_todays_readers_understand_every_example(event_type: str, kind: str) -> None:
    found = read(event_type, example(event_type, kind))
    assert isinstance(found, Decoded)
    assert found.event.type == event_type


@pytest.mark.parametrize(("event_type", "kind"), EXAMPLE_IDS)
def test_every_example_keeps_to_the_committed_schema(event_type: str, kind: str) -> None:
    assert complaints(committed_schemas()[event_type], example(event_type, kind)) == []


@pytest.mark.parametrize("event_type", TOPIC_OF)
def test_no_list_of_values_is_closed(event_type: str) -> None:
    """A reader that refuses a value that it does not know would make a dead letter of every new state."""
    closed = {place for place, schema in parts(current_schemas()[event_type]) if schema.keys() & {"enum", "const"}}
    assert closed == {"properties/specversion", "properties/type", "properties/datacontenttype"}


@pytest.mark.parametrize("event_type", TOPIC_OF)
def test_the_newer_example_has_a_new_value_in_every_code(event_type: str) -> None:
    newer = json.loads(example(event_type, "newer"))["data"]
    known = {
        place.split("/")[3]: set(cast("Sequence[str]", schema[KNOWN_VALUES]))
        for place, schema in parts(current_schemas()[event_type])
        if KNOWN_VALUES in schema
    }
    for field, values in known.items():
        assert set(newer[field] if isinstance(newer[field], list) else [newer[field]]) - values, field


@pytest.mark.parametrize("event_type", TOPIC_OF)
def test_the_minimal_example_is_minimal(event_type: str) -> None:
    whole = json.loads(example(event_type, "minimal"))
    for field in whole["data"]:
        shorter = deepcopy(whole)
        del shorter["data"][field]
        assert isinstance(read(event_type, json.dumps(shorter).encode()), Undecodable), field


@pytest.mark.parametrize("event_type", TOPIC_OF)
def test_the_full_example_holds_every_field(event_type: str) -> None:
    given = json.loads(example(event_type, "full"))
    model = event_models()[event_type]
    data_model = model.model_fields["data"].annotation
    assert data_model is not None
    assert given.keys() == model.model_fields.keys()
    assert given["data"].keys() == data_model.model_fields.keys()


@pytest.mark.parametrize("event_type", TOPIC_OF)
def test_fields_that_a_newer_writer_added_are_passed_over(event_type: str) -> None:
    newer = json.loads(example(event_type, "newer"))
    known = event_models()[event_type].model_validate(newer).model_dump(mode="json")
    assert newer["data"].keys() - known["data"].keys()


@pytest.mark.parametrize(("event_type", "kind"), EXAMPLE_IDS)
def test_what_a_writer_puts_into_the_outbox_keeps_to_the_committed_schema(event_type: str, kind: str) -> None:
    topic, _ = TOPIC_OF[event_type]
    event = event_models()[event_type].model_validate_json(example(event_type, kind))
    message = message_of(topic, event)
    assert complaints(committed_schemas()[event_type], message.value) == []
    assert isinstance(read(event_type, message.value), Decoded)
    assert message.key == event.subject.encode()


@pytest.mark.parametrize("event_type", TOPIC_OF)
def test_a_message_that_breaks_the_contract_is_refused_by_schema_and_reader_alike(event_type: str) -> None:
    broken = json.loads(example(event_type, "full"))
    broken["data"] = {name: {} for name in broken["data"]}
    value = json.dumps(broken).encode()
    assert complaints(committed_schemas()[event_type], value)
    assert isinstance(read(event_type, value), Undecodable)
