"""How often somebody may try: a sliding window of attempts for each key, shared by all replicas through MongoDB.

An attempt is reserved *before* the work that it is for: of sixty wrong passwords that arrive together only as many as
the limit allows are verified, whichever replicas they reach. An attempt that turns out to be harmless is given back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Final

from pymongo import ASCENDING, IndexModel, ReturnDocument, WriteConcern
from pymongo.errors import DuplicateKeyError

from veche_shared.clock import Clock
from veche_shared.storage.mongo import Collection, Document, Mongo

COLLECTION: Final = "attempts"
INDEXES: Final = {COLLECTION: [IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)]}

GRANTED: Final = 0
"""What :meth:`RateLimiter.reserve` returns where there is nothing to wait for."""

_ACKNOWLEDGED: Final = WriteConcern(w=1)
"""Every replica asks the primary, so its acknowledgement is enough; a failover may forget the last attempts."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many attempts within a window."""

    attempts: int
    window: timedelta

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.window <= timedelta(0):
            raise ValueError("a limit needs at least one attempt and a window longer than nothing")


@dataclass(frozen=True, slots=True)
class RateLimiter:
    """Counts attempts by key. ``name`` says what for: the same key under another name is counted apart.

    A key may be personal (a login, an address): only its SHA-256 is stored, and no longer than the window.
    Every method raises PyMongoError.
    """

    mongo: Mongo
    name: str
    limit: Limit
    clock: Clock

    async def reserve(self, key: str) -> int:
        """Count an attempt that is about to be made: ``GRANTED``, or the whole seconds to wait, and nothing counted."""
        now = self.clock()
        attempts = {"$ifNull": ["$attempts", []]}
        recent = {"$filter": {"input": attempts, "cond": {"$gt": ["$$this", now - self.limit.window]}}}
        with_this = {"$concatArrays": ["$attempts", [now]]}
        document = await self._update(
            key,
            [
                {"$set": {"attempts": recent}},
                {"$set": {"granted": {"$lt": [{"$size": "$attempts"}, self.limit.attempts]}}},
                {"$set": {"attempts": {"$cond": ["$granted", with_this, "$attempts"]}}},
                {"$set": {"expires_at": {"$add": [{"$max": "$attempts"}, self._milliseconds]}}},
            ],
        )
        return GRANTED if document["granted"] else self._wait(document["attempts"], now)

    async def release(self, key: str) -> None:
        """Give the latest attempt back: it was not what the limit is against."""
        await self._collection.update_one({"_id": self._id(key)}, {"$pop": {"attempts": 1}})

    async def forgive(self, key: str) -> None:
        """Forget every attempt: whoever knows the secret has only mistyped before."""
        await self._collection.delete_one({"_id": self._id(key)})

    async def _update(self, key: str, pipeline: list[Document]) -> Document:
        document: Document | None = None
        while document is None:
            try:
                document = await self._collection.find_one_and_update(
                    {"_id": self._id(key)}, pipeline, upsert=True, return_document=ReturnDocument.AFTER
                )
            except DuplicateKeyError:  # inserted by another replica in the same moment: the next update finds it
                continue
        return document

    def _wait(self, attempts: list[datetime], now: datetime) -> int:
        # Attempts of replicas whose clocks differ may stand out of order.
        free_at = sorted(attempts)[-self.limit.attempts] + self.limit.window
        return max(1, ceil((free_at - now).total_seconds()))

    def _id(self, key: str) -> str:
        return f"{self.name}:{sha256(key.encode(errors='surrogatepass')).hexdigest()}"

    @property
    def _collection(self) -> Collection:
        return self.mongo[COLLECTION].with_options(write_concern=_ACKNOWLEDGED)

    @property
    def _milliseconds(self) -> int:
        return self.limit.window // timedelta(milliseconds=1)


async def reserve_all(*wanted: tuple[RateLimiter, str]) -> int:
    """Reserve one attempt at each limiter for its key, or none at all: ``GRANTED``, or the whole seconds to wait.

    They are asked one after the other, the narrowest limit first: attempts that it refuses must not use up the places
    of other people in a wider one, even for a moment.
    """
    for number, (limiter, key) in enumerate(wanted):
        if wait := await limiter.reserve(key):
            for granted, granted_key in wanted[:number]:
                await granted.release(granted_key)
            return wait
    return GRANTED


__all__ = ["COLLECTION", "GRANTED", "INDEXES", "Limit", "RateLimiter", "reserve_all"]
