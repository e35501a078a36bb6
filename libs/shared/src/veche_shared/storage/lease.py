"""A lease: of all replicas of a service, one at a time does what must keep an order.

Kept by MongoDB's own clock, so replicas need not agree on the time. A holder that is frozen for longer than the lease
may overlap with the next one for a moment: what is done under a lease must bear being done twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from veche_shared.storage.mongo import Mongo

COLLECTION = "leases"


@dataclass(frozen=True, slots=True)
class Lease:
    """``name`` is what is leased, ``holder`` who asks; the same holder may take its own lease again at once.

    ``seconds`` is how long the lease outlives a holder that died without giving it back.
    """

    mongo: Mongo
    name: str
    holder: str
    seconds: float = 6.0

    async def acquire(self) -> bool:
        """Take or prolong the lease; False while another holds it."""
        ends = {"$add": ["$$NOW", int(self.seconds * 1000)]}
        free = {"$or": [{"holder": self.holder}, {"$expr": {"$lt": ["$until", "$$NOW"]}}]}
        try:
            document = await self.mongo[COLLECTION].find_one_and_update(
                {"_id": self.name, **free},
                [{"$set": {"holder": self.holder, "until": ends}}],
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:  # it exists, and is not free
            return False
        return document is not None and bool(document["holder"] == self.holder)

    async def release(self) -> None:
        await self.mongo[COLLECTION].delete_one({"_id": self.name, "holder": self.holder})
