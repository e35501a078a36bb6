"""Polls in MongoDB."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from veche_shared.contracts.voting import PollTerms
from veche_shared.storage.mongo import Document, Mongo, Session
from veche_shared.storage.unit_of_work import UnitOfWork
from veche_surveys.polls.model import Option, Poll, Step

POLLS = "polls"

INDEXES = {
    POLLS: [
        IndexModel([("status", ASCENDING), ("_id", DESCENDING)], name="listing"),
        IndexModel([("status", ASCENDING), ("closes_at", ASCENDING)], name="due"),
    ],
}


@dataclass(frozen=True, slots=True)
class PollStore:
    """Polls, each one document under its id."""

    mongo: Mongo

    async def get(self, poll_id: str, session: Session | None = None) -> Poll | None:
        """The poll, or None where there is none."""
        document = await self.mongo[POLLS].find_one({"_id": poll_id}, session=session)
        return None if document is None else from_document(document)

    async def terms(self, poll_ids: Collection[str], session: Session) -> dict[str, PollTerms]:
        """The terms of those of ``poll_ids`` that exist, by id."""
        cursor = self.mongo[POLLS].find({"_id": {"$in": sorted(poll_ids)}}, session=session)
        return {document["_id"]: from_document(document).terms async for document in cursor}

    async def listed(self, *, drafts: bool, before: str | None = None, limit: int = 50) -> list[Poll]:
        """Polls, newest first; ``before`` is the id of the last poll of the page before this one."""
        wanted: Document = {} if drafts else {"status": {"$ne": "draft"}}
        if before is not None:
            wanted["_id"] = {"$lt": before}
        cursor = self.mongo[POLLS].find(wanted).sort("_id", DESCENDING).limit(limit)
        return [from_document(document) async for document in cursor]

    async def due(self, now: datetime) -> list[str]:
        """Ids of the open polls whose term has ended, the longest ended first."""
        wanted = {"status": "open", "closes_at": {"$lte": now}}
        cursor = self.mongo[POLLS].find(wanted, {"_id": 1}).sort("closes_at", ASCENDING)
        return [document["_id"] async for document in cursor]

    async def insert(self, unit: UnitOfWork, poll: Poll) -> None:
        """Store a poll's first version."""
        await unit.insert(POLLS, [to_document(poll)])

    async def save(self, unit: UnitOfWork, before: Poll, after: Poll) -> None:
        """Store the next version. Raises StaleVersionError where the stored one is not ``before``."""
        await unit.save(POLLS, to_document(before), to_document(after))


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
