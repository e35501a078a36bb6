"""The inbox: which events a consumer group has handled, so that a second delivery does nothing.

The row is written in the transaction that handles the event; MongoDB's unique ``_id`` makes two consumers of one group
that hold the same event conflict, and the loser's retry then finds it handled.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from veche_shared.contracts.topics import INBOX_MEMORY
from veche_shared.storage.mongo import Mongo, Session

COLLECTION = "inbox"
INDEXES = {
    COLLECTION: [IndexModel([("at", ASCENDING)], expireAfterSeconds=int(INBOX_MEMORY.total_seconds()), name="memory")]
}


@dataclass(frozen=True, slots=True)
class Inbox:
    """The memory of one consumer group. Several groups of a service each handle an event for themselves."""

    mongo: Mongo
    group: str

    async def remember(self, session: Session, event_ids: Sequence[str], now: datetime) -> frozenset[str]:
        """Record events, assuming that none was handled before; returns their ids.

        Where one was, MongoDB refuses (``mongo.is_duplicate``) and the transaction is lost: begin again with
        ``remember_new``.
        """
        if event_ids:
            rows = [{"_id": f"{self.group}:{event_id}", "at": now} for event_id in event_ids]
            await self.mongo[COLLECTION].insert_many(rows, session=session, ordered=True)
        return frozenset(event_ids)

    async def remember_new(self, session: Session, event_ids: Sequence[str], now: datetime) -> AbstractSet[str]:
        """Look distinct events up and record those that were never handled; returns the ids of these."""
        row_ids = {f"{self.group}:{event_id}": event_id for event_id in event_ids}
        cursor = self.mongo[COLLECTION].find({"_id": {"$in": list(row_ids)}}, {"_id": 1}, session=session)
        known = {row_ids[document["_id"]] async for document in cursor}
        return await self.remember(session, [event_id for event_id in event_ids if event_id not in known], now)
