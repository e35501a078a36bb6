"""The generated documents say what the contracts say."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from deploy.checks.documents import SPOKEN_ON, asyncapi, differences, event_schemas
from veche_shared.contracts.topics import TOPICS


def test_every_topic_but_the_dead_letters_is_described() -> None:
    assert set(SPOKEN_ON) == {topic for topic in TOPICS if not topic.name.endswith(".dead-letters")}


def test_every_event_has_a_schema_under_its_own_type() -> None:
    schemas = cast("dict[str, Any]", event_schemas(SPOKEN_ON))
    assert {"appeal.registered.v1", "case.changed.v1", "vote.cast.v1", "ballot.rejected.v1"} <= set(schemas)
    for name, schema in schemas.items():
        assert schema["properties"]["type"]["const"] == name
        assert "subject" in schema["required"]


def test_the_asyncapi_document_leads_from_a_topic_to_the_schema_of_its_events() -> None:
    document = cast("dict[str, Any]", asyncapi(SPOKEN_ON, "1.2.3"))
    assert document["info"]["version"] == "1.2.3"
    channel = document["channels"]["surveys"]
    assert channel["bindings"]["kafka"]["partitions"] == 3
    assert set(channel["messages"]) == {"poll.changed.v1", "ballot.rejected.v1"}
    message = document["components"]["messages"]["poll.changed.v1"]
    schema = message["payload"]["$ref"].removeprefix("#/components/schemas/")
    assert schema in document["components"]["schemas"]


def test_no_reference_leads_nowhere() -> None:
    document = asyncapi(SPOKEN_ON, "1")

    def references(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [found for value in node.values() for found in references(value)]
        return [found for item in node for found in references(item)] if isinstance(node, list) else []

    for reference in references(document):
        target: object = document
        for step in reference.removeprefix("#/").split("/"):
            assert isinstance(target, dict)
            target = target[step]


def test_what_differs_and_what_is_left_over_is_told() -> None:
    wanted = {Path("a.json"): "1", Path("b.json"): "2"}
    found = {Path("a.json"): "1", Path("b.json"): "old", Path("c.json"): "3"}
    assert differences(wanted, found) == [
        "b.json is out of date: run make docs",
        "c.json is made by nothing any more: remove it",
    ]
