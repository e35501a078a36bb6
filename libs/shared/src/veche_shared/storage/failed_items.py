"""Items on which a job fails again and again: set aside, so that the others go on, and visible until somebody looks.

A job that takes one item after the other (a due delivery, a poll to close) reports a failure here and leaves out what
is set aside. An item is set aside after ``FAILURES_BEFORE_SET_ASIDE`` failures that are not the trouble of a server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument

from veche_shared.clock import Clock
from veche_shared.messaging.dead_lettering import describe
from veche_shared.storage.mongo import Document, Mongo

COLLECTION: Final = "failed_items"
INDEXES: Final = {COLLECTION: [IndexModel([("task", ASCENDING), ("set_aside_at", DESCENDING)], name="by_task")]}

FAILURES_BEFORE_SET_ASIDE: Final = 5


@dataclass(frozen=True, slots=True)
class FailedItem:
    """An item: how often a job failed on it, and why the last time (without values). ``set_aside_at`` None: not yet."""

    task: str
    item: str
    failures: int
    explanation: str
    first_at: datetime
    last_at: datetime
    set_aside_at: datetime | None


@dataclass(frozen=True, slots=True)
class FailedItems:
    """The failed items of one service."""

    mongo: Mongo
    clock: Clock

    async def record(self, task: str, item: str, error: Exception) -> bool:
        """Count a failure; whether the item is set aside from now on."""
        now = self.clock()
        document: Document = await self.mongo[COLLECTION].find_one_and_update(  # type: ignore[assignment] # an upsert
            {"_id": f"{task}/{item}"},
            {
                "$inc": {"failures": 1},
                "$set": {"explanation": describe(error), "last_at": now},
                "$setOnInsert": {"task": task, "item": item, "first_at": now, "set_aside_at": None},
            },
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        if document["failures"] < FAILURES_BEFORE_SET_ASIDE:
            return False
        if document["set_aside_at"] is None:
            await self.mongo[COLLECTION].update_one({"_id": document["_id"]}, {"$set": {"set_aside_at": now}})
        return True

    async def succeeded(self, task: str, item: str) -> None:
        """Forget the failures of an item that was processed after all."""
        await self.mongo[COLLECTION].delete_one({"_id": f"{task}/{item}"})

    async def set_aside(self, task: str) -> frozenset[str]:
        """The items that a job leaves out."""
        cursor = self.mongo[COLLECTION].find({"task": task, "set_aside_at": {"$ne": None}}, {"item": 1})
        return frozenset([document["item"] async for document in cursor])

    async def listed(self, limit: int = 100) -> Sequence[FailedItem]:
        """The items with failures, those set aside first, then the latest."""
        cursor = self.mongo[COLLECTION].find().sort([("set_aside_at", DESCENDING), ("last_at", DESCENDING)])
        return [_from_document(document) async for document in cursor.limit(limit)]

    async def counts(self) -> dict[str, int]:
        """How many items are set aside, by task."""
        groups = await self.mongo[COLLECTION].aggregate(
            [{"$match": {"set_aside_at": {"$ne": None}}}, {"$sortByCount": "$task"}]
        )
        return {document["_id"]: document["count"] async for document in groups}

    async def retry(self, task: str, item: str) -> bool:
        """Have the job try an item again; False where it has no failures."""
        result = await self.mongo[COLLECTION].delete_one({"_id": f"{task}/{item}"})
        return result.deleted_count == 1


def _from_document(document: Document) -> FailedItem:
    return FailedItem(
        task=document["task"],
        item=document["item"],
        failures=document["failures"],
        explanation=document["explanation"],
        first_at=document["first_at"],
        last_at=document["last_at"],
        set_aside_at=document["set_aside_at"],
    )


__all__ = ["COLLECTION", "FAILURES_BEFORE_SET_ASIDE", "INDEXES", "FailedItem", "FailedItems"]
