"""The inbox: which events a service has handled, so that a second delivery does nothing.

The row is written in the transaction that handles the event; MongoDB's unique ``_id`` makes two consumers that hold
the same event conflict, and the loser's retry then finds it handled.
"""

from __future__ import annotations

from collections.abc import Collection as AbstractCollection
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from veche_shared.contracts.topics import INBOX_MEMORY
from veche_shared.storage.mongo import Mongo, Session

COLLECTION = "inbox"
INDEXES = {
    COLLECTION: [IndexModel([("at", ASCENDING)], expireAfterSeconds=int(INBOX_MEMORY.total_seconds()), name="memory")]
}


async def remember_new(
    mongo: Mongo, session: Session, event_ids: AbstractCollection[str], now: datetime
) -> frozenset[str]:
    """Record the events that were never handled and return their ids; call inside the handling transaction."""
    wanted = list(dict.fromkeys(event_ids))
    known = {
        document["_id"]
        async for document in mongo[COLLECTION].find({"_id": {"$in": wanted}}, {"_id": 1}, session=session)
    }
    fresh = [event_id for event_id in wanted if event_id not in known]
    if fresh:
        await mongo[COLLECTION].insert_many(
            [{"_id": event_id, "at": now} for event_id in fresh], session=session, ordered=True
        )
    return frozenset(fresh)
