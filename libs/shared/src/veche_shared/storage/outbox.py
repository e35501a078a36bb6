"""The outbox: messages wait here, in the database whose change they tell of, until Kafka has acknowledged them.

Obligation: a message is written here in the transaction of the change that it announces. Only the relay deletes rows.

What one transaction publishes on one topic shares a row, since MongoDB's work goes by the document: an event in a row
of its own would cost as much as the document whose change it announces.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from veche_shared.contracts.envelope import Contract, Event
from veche_shared.contracts.topics import Topic
from veche_shared.storage.documents import Message
from veche_shared.storage.mongo import Document, Mongo, Session

COLLECTION = "outbox"
BY_TOPIC = "by_topic"
INDEXES: dict[str, list[IndexModel]] = {
    # The relay reads in the order of _id. The index lets it step over the rows of a topic that cannot be written.
    COLLECTION: [IndexModel([("topic", ASCENDING), ("_id", ASCENDING)], name=BY_TOPIC)]
}

ROW_MESSAGES = 50
ROW_BYTES = 4 * 2**20
"""How much one row holds: most messages by far are smaller, and MongoDB takes no document above 16 MiB."""


@dataclass(frozen=True, slots=True)
class Row:
    """Messages of one topic and one transaction, in order. ``id`` is the id of the first, ``at`` its time."""

    id: str
    topic: str
    at: datetime
    messages: Sequence[Message]


def message_of(topic: Topic, event: Event[Contract]) -> Message:
    """What announces ``event`` on ``topic``."""
    value = event.__pydantic_serializer__.to_json(event)  # model_dump_json would decode it, to be encoded again
    return Message(event.id, topic.name, event.subject.encode(), value, event.time, event.traceparent)


async def append(mongo: Mongo, session: Session, messages: Sequence[Message]) -> None:
    """Put messages into the outbox inside the caller's transaction."""
    if messages:
        await mongo[COLLECTION].insert_many(row_documents(messages), session=session, ordered=True)


def row_documents(messages: Iterable[Message]) -> list[Document]:
    """The rows to be stored: topic by topic, each topic's messages in the order in which they are given."""
    documents: list[Document] = []
    filling: dict[str, tuple[list[Document], int]] = {}
    for message in messages:
        held, size = filling.get(message.topic, ([], 0))
        size += len(message.value)
        if not held or len(held) == ROW_MESSAGES or size > ROW_BYTES:
            held, size = [], len(message.value)
            documents.append({"_id": message.id, "topic": message.topic, "at": message.at, "messages": held})
        held.append(_message_document(message))
        filling[message.topic] = held, size
    return documents


def row_from_document(document: Document) -> Row:
    """A row as it was stored."""
    topic, at = document["topic"], document["at"]
    return Row(
        document["_id"],
        topic,
        at,
        [
            Message(held["id"], topic, held["key"], held["value"], at, held.get("traceparent"))
            for held in document["messages"]
        ],
    )


def _message_document(message: Message) -> Document:
    document: Document = {"id": message.id, "key": message.key, "value": message.value}
    if message.traceparent is not None:
        document["traceparent"] = message.traceparent
    return document
