"""The outbox: events wait here, in the database that caused them, until Kafka has acknowledged them.

Obligation: a row is written in the same transaction as the state that it tells of. Only the relay takes rows out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import IndexModel

from veche_shared.contracts.envelope import Contract, Event
from veche_shared.contracts.topics import Topic
from veche_shared.storage.mongo import Document, Mongo, Session

COLLECTION = "outbox"
INDEXES: dict[str, list[IndexModel]] = {COLLECTION: []}  # the relay reads in the order of _id


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message to be published: ``id`` is the event's UUIDv7, whose order is the order of publication."""

    id: str
    topic: str
    key: bytes
    value: bytes
    at: datetime
    traceparent: str | None = None


def outbox_document(topic: Topic, event: Event[Contract]) -> Document:
    """The row that announces ``event`` on ``topic``; insert it in the transaction of the state change."""
    value = event.__pydantic_serializer__.to_json(event)  # model_dump_json would decode it, to be encoded again
    return raw_outbox_document(event.id, topic.name, event.subject.encode(), value, event.time, event.traceparent)


def raw_outbox_document(
    row_id: str, topic: str, key: bytes | None, value: bytes, at: datetime, traceparent: str | None = None
) -> Document:
    """A row from bytes: an event that is written already, or a dead letter that an operator sends on its way again.

    ``traceparent`` is the event's own, kept beside it so that the relay goes on with the trace.
    """
    document: Document = {"_id": row_id, "topic": topic, "key": key or b"", "value": value, "at": at}
    if traceparent is not None:
        document["traceparent"] = traceparent
    return document


async def append(mongo: Mongo, session: Session, documents: Sequence[Document]) -> None:
    """Put rows into the outbox inside the caller's transaction."""
    if documents:
        await mongo[COLLECTION].insert_many(documents, session=session, ordered=True)


def row_from_document(document: Document) -> OutboxRow:
    return OutboxRow(
        id=document["_id"],
        topic=document["topic"],
        key=document["key"],
        value=document["value"],
        at=document["at"],
        traceparent=document.get("traceparent"),
    )
