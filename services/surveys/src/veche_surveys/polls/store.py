"""Polls in MongoDB, and the memory of the commands that changed them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel

from veche_shared.storage.mongo import Document, Mongo, Session
from veche_shared.storage.unit_of_work import UnitOfWork
from veche_surveys.polls.model import Option, Poll, Step

POLLS = "polls"
COMMANDS = "poll_commands"
COMMAND_MEMORY = timedelta(days=30)

INDEXES = {
    POLLS: [
        IndexModel([("status", ASCENDING), ("_id", DESCENDING)], name="listing"),
        IndexModel([("status", ASCENDING), ("closes_at", ASCENDING)], name="due"),
    ],
    COMMANDS: [
        IndexModel([("at", ASCENDING)], expireAfterSeconds=int(COMMAND_MEMORY.total_seconds()), name="memory"),
    ],
}


@dataclass(frozen=True, slots=True)
class Remembered:
    """A command that was done: ``fingerprint`` tells whether a repeat asks for the same."""

    poll_id: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class PollStore:
    """Polls, each stored whole under its id."""

    mongo: Mongo

    async def get(self, poll_id: str, session: Session | None = None) -> Poll | None:
        """The poll, or None where there is none."""
        document = await self.mongo[POLLS].find_one({"_id": poll_id}, session=session)
        return None if document is None else from_document(document)

    async def get_many(self, poll_ids: Collection[str], session: Session) -> dict[str, Poll]:
        """The polls that exist among ``poll_ids``, by id."""
        cursor = self.mongo[POLLS].find({"_id": {"$in": sorted(poll_ids)}}, session=session)
        return {document["_id"]: from_document(document) async for document in cursor}

    async def listed(self, *, drafts: bool, before: str | None = None, limit: int = 50) -> list[Poll]:
        """Polls, newest first; ``before`` is the id of the last poll of the page before this one."""
        wanted: Document = {} if drafts else {"status": {"$ne": "draft"}}
        if before is not None:
            wanted["_id"] = {"$lt": before}
        cursor = self.mongo[POLLS].find(wanted).sort("_id", DESCENDING).limit(limit)
        return [from_document(document) async for document in cursor]

    async def due(self, now: datetime, limit: int = 100) -> list[str]:
        """Ids of the open polls whose term has ended."""
        cursor = self.mongo[POLLS].find({"status": "open", "closes_at": {"$lte": now}}, {"_id": 1}).limit(limit)
        return [document["_id"] async for document in cursor]

    async def insert(self, poll: Poll, session: Session) -> None:
        """Store a poll's first version."""
        await self.mongo[POLLS].insert_one(to_document(poll), session=session)

    async def save(self, unit: UnitOfWork, before: Poll, after: Poll) -> None:
        """Store the next version. Raises StaleVersionError where the stored one is not ``before``."""
        await unit.save(POLLS, to_document(before), to_document(after))

    async def recall(self, command_id: str, session: Session) -> Remembered | None:
        """What the command did, if it was done in the last ``COMMAND_MEMORY``."""
        document = await self.mongo[COMMANDS].find_one({"_id": command_id}, session=session)
        return None if document is None else Remembered(document["poll_id"], document["fingerprint"])

    async def remember(self, command_id: str, done: Remembered, at: datetime, session: Session) -> None:
        """Remember a command that was done; in its own transaction, so that it is never done twice."""
        await self.mongo[COMMANDS].insert_one(
            {"_id": command_id, "poll_id": done.poll_id, "fingerprint": done.fingerprint, "at": at}, session=session
        )


def to_document(poll: Poll) -> Document:
    """A poll as it is stored."""
    return {
        "_id": poll.id,
        "version": poll.version,
        "status": poll.status,
        "kind": poll.kind,
        "question": poll.question,
        "question_en": poll.question_en,
        "options": [{"code": option.code, "text": option.text, "text_en": option.text_en} for option in poll.options],
        "max_choices": poll.max_choices,
        "opens_at": poll.opens_at,
        "closes_at": poll.closes_at,
        "results_shown": poll.results_shown,
        "history": [{"action": step.action, "actor": step.actor, "at": step.at} for step in poll.history],
    }


def from_document(document: Document) -> Poll:
    """The poll that a stored document holds."""
    options: Sequence[Document] = document["options"]
    history: Sequence[Document] = document["history"]
    return Poll(
        id=document["_id"],
        version=document["version"],
        status=document["status"],
        kind=document["kind"],
        question=document["question"],
        question_en=document["question_en"],
        options=tuple(Option(option["code"], option["text"], option["text_en"]) for option in options),
        max_choices=document["max_choices"],
        opens_at=document["opens_at"],
        closes_at=document["closes_at"],
        results_shown=document["results_shown"],
        history=tuple(Step(step["action"], step["actor"], step["at"]) for step in history),
    )
