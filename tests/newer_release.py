"""A release that does not exist yet, as this one meets it: what it has stored, and what it publishes."""

from __future__ import annotations

import json
from typing import cast

from tests.contract.snapshot import EXAMPLES
from veche_shared.storage.documents import Document
from veche_shared.storage.mongo import Collection

ADDED = "added_by_a_newer_release"


def newer_event(event_type: str, event_id: str, subject: str, **data: object) -> bytes:
    """An event with unknown fields and an unknown value in every code, and otherwise with ``data``."""
    event = json.loads((EXAMPLES / event_type / "newer.json").read_bytes())
    return json.dumps({**event, "id": event_id, "subject": subject, "data": {**event["data"], **data}}).encode()


async def stored_by_a_newer_release(collection: Collection, wanted: Document, **changed: object) -> None:
    """Have a newer release write the document that ``wanted`` finds: it adds a field everywhere and changes some."""
    document = await collection.find_one(wanted)
    assert document is not None
    newer = cast("Document", with_additions({**document, **changed}))
    await collection.replace_one({"_id": document["_id"]}, newer)


async def additions(collection: Collection, wanted: Document) -> set[str]:
    """Where the document still has the field that the newer release had added, as dotted paths; "" is the top."""
    document = await collection.find_one(wanted)
    assert document is not None
    return set(_places(document, ""))


def with_additions(value: object) -> object:
    """The same, with a field that only a newer release knows in every document, at every depth."""
    if isinstance(value, dict):
        return {**{key: with_additions(inner) for key, inner in value.items()}, ADDED: {"kept": [1]}}
    if isinstance(value, list):
        return [with_additions(inner) for inner in value]
    return value


def without_additions(value: object) -> object:
    """What this release sees of a stored value."""
    if isinstance(value, dict):
        return {key: without_additions(inner) for key, inner in value.items() if key != ADDED}
    if isinstance(value, list):
        return [without_additions(inner) for inner in value]
    return value


def _places(value: object, path: str) -> list[str]:
    if isinstance(value, list):
        return [place for index, inner in enumerate(value) for place in _places(inner, f"{path}.{index}")]
    if not isinstance(value, dict):
        return []
    here = [path.removeprefix(".")] if ADDED in value else []
    return here + [place for key, inner in value.items() if key != ADDED for place in _places(inner, f"{path}.{key}")]
