"""Dead letters: messages that a consumer group could not decode or handle, kept until an operator decides.

A dead letter is written in the transaction that moves past it, and published on the service's dead-letter topic, so
that nothing leaves a partition without a trace. An operator replays it (it is published again, unchanged, on the topic
it came from) or drops it; who did so, when and why stays in the record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bson import Binary
from pymongo import ASCENDING, DESCENDING, IndexModel

from veche_shared.storage import outbox
from veche_shared.storage.documents import Message
from veche_shared.storage.mongo import Document, Mongo, Session

COLLECTION = "dead_letters"
INDEXES = {COLLECTION: [IndexModel([("state", ASCENDING), ("at", DESCENDING)])]}

State = Literal["waiting", "replayed", "dropped"]
EXPLANATION_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message as it was received, and why it is here.

    ``group`` is the consumer group that could not take it, ``<service>.<group>``; the relay's own are of
    ``<service>.relay``. ``reason`` is a stable code (``undecodable``, ``unhandled``, ``unpublishable``);
    ``explanation`` is for people and holds no value of the message, since that may be personal data. ``id`` is made
    of the group and of where the message was, so that one message is one dead letter for each group that could not
    take it.
    """

    id: str
    group: str
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    reason: str
    explanation: str
    at: datetime
    state: State = "waiting"
    decided_by: str | None = None
    decided_at: datetime | None = None
    note: str | None = None


class DeadLetterNotFoundError(LookupError):
    """No dead letter of that id waits for a decision."""


def dead_letter_id(group: str, topic: str, partition: int, offset: int, value: bytes | None) -> str:
    """A name that an operator can type; the value's digest keeps it unique after a topic was created anew."""
    digest = hashlib.sha256(value or b"").hexdigest()[:8]
    return f"{group}-{topic}-{partition}-{offset}-{digest}"


def to_document(letter: DeadLetter) -> Document:
    return {
        "_id": letter.id,
        "group": letter.group,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "key": None if letter.key is None else Binary(letter.key),
        "value": None if letter.value is None else Binary(letter.value),
        "reason": letter.reason,
        "explanation": letter.explanation[:EXPLANATION_LIMIT],
        "at": letter.at,
        "state": letter.state,
        "decided_by": letter.decided_by,
        "decided_at": letter.decided_at,
        "note": letter.note,
    }


def from_document(document: Document) -> DeadLetter:
    return DeadLetter(
        id=document["_id"],
        group=document["group"],
        topic=document["topic"],
        partition=document["partition"],
        offset=document["offset"],
        key=None if document["key"] is None else bytes(document["key"]),
        value=None if document["value"] is None else bytes(document["value"]),
        reason=document["reason"],
        explanation=document["explanation"],
        at=document["at"],
        state=document["state"],
        decided_by=document["decided_by"],
        decided_at=document["decided_at"],
        note=document["note"],
    )


async def keep(mongo: Mongo, session: Session, letters: Sequence[DeadLetter]) -> None:
    """Keep ``letters``, inside the transaction that moves past them; one that is kept already stays as it is."""
    for letter in letters:
        document = to_document(letter)
        await mongo[COLLECTION].update_one(
            {"_id": document.pop("_id")}, {"$setOnInsert": document}, upsert=True, session=session
        )


async def waiting_counts(mongo: Mongo) -> dict[str, int]:
    """How many wait for a decision, by consumer group."""
    groups = await mongo[COLLECTION].aggregate([{"$match": {"state": "waiting"}}, {"$sortByCount": "$group"}])
    return {document["_id"]: document["count"] async for document in groups}


async def listed(mongo: Mongo, *, state: State | None = "waiting", limit: int = 100) -> list[DeadLetter]:
    """The newest dead letters, newest first."""
    cursor = mongo[COLLECTION].find({} if state is None else {"state": state}).sort("at", DESCENDING).limit(limit)
    return [from_document(document) async for document in cursor]


async def shown(mongo: Mongo, letter_id: str) -> DeadLetter:
    """One dead letter. Raises DeadLetterNotFoundError."""
    document = await mongo[COLLECTION].find_one({"_id": letter_id})
    if document is None:
        raise DeadLetterNotFoundError(letter_id)
    return from_document(document)


async def replay(
    mongo: Mongo, letter_id: str, *, message_id: str, operator: str, note: str | None, now: datetime
) -> None:
    """Publish a waiting dead letter again on its topic, byte for byte, and record who asked for it.

    Every consumer of that topic receives it; those that handled it before know it by its event id.
    Raises DeadLetterNotFoundError where none waits under this id.
    """

    async def work(session: Session) -> None:
        letter = from_document(await _decide(mongo, session, letter_id, "replayed", operator, note, now))
        again = Message(message_id, letter.topic, letter.key or b"", letter.value or b"", now)
        await outbox.append(mongo, session, [again])

    await mongo.transaction(work)


async def drop(mongo: Mongo, letter_id: str, *, operator: str, note: str | None, now: datetime) -> None:
    """Give a waiting dead letter up; the record stays. Raises DeadLetterNotFoundError where none waits."""

    async def work(session: Session) -> None:
        await _decide(mongo, session, letter_id, "dropped", operator, note, now)

    await mongo.transaction(work)


async def _decide(
    mongo: Mongo, session: Session, letter_id: str, state: State, operator: str, note: str | None, now: datetime
) -> Document:
    document = await mongo[COLLECTION].find_one_and_update(
        {"_id": letter_id, "state": "waiting"},
        {"$set": {"state": state, "decided_by": operator, "decided_at": now, "note": note}},
        session=session,
    )
    if document is None:
        raise DeadLetterNotFoundError(letter_id)
    return document
