"""The inbox: which events a service has handled, so that a second delivery does nothing.

The row is written in the transaction that handles the event; MongoDB's unique ``_id`` makes two consumers that hold
the same event conflict, and the loser's retry then finds it handled.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TypeAlias

from pymongo import ASCENDING, IndexModel

from veche_shared.contracts.topics import INBOX_MEMORY
from veche_shared.storage.mongo import Mongo, Session

COLLECTION = "inbox"
INDEXES = {
    COLLECTION: [IndexModel([("at", ASCENDING)], expireAfterSeconds=int(INBOX_MEMORY.total_seconds()), name="memory")]
}

Remember: TypeAlias = Callable[[Mongo, Session, Sequence[str], datetime], Awaitable[AbstractSet[str]]]
"""Records distinct events inside the handling transaction and returns the ids of those that were never handled."""


async def remember(mongo: Mongo, session: Session, event_ids: Sequence[str], now: datetime) -> frozenset[str]:
    """Record events of which none was handled, in all likelihood.

    Where one was, MongoDB refuses (``is_duplicate``) and the transaction is lost: begin anew with ``remember_new``.
    """
    if event_ids:
        rows = [{"_id": event_id, "at": now} for event_id in event_ids]
        await mongo[COLLECTION].insert_many(rows, session=session, ordered=True)
    return frozenset(event_ids)


async def remember_new(mongo: Mongo, session: Session, event_ids: Sequence[str], now: datetime) -> frozenset[str]:
    """Look the events up, and record those that were never handled."""
    cursor = mongo[COLLECTION].find({"_id": {"$in": list(event_ids)}}, {"_id": 1}, session=session)
    known = {document["_id"] async for document in cursor}
    return await remember(mongo, session, [event_id for event_id in event_ids if event_id not in known], now)
