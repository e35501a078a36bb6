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
        me = {"$literal": self.holder}
        # The update itself asks whether the lease is free, since a server takes no $expr in the query of an upsert.
        # A missing date sorts before every date: a lease that nobody has held is free.
        free = {"$or": [{"$eq": ["$holder", me]}, {"$lt": ["$until", "$$NOW"]}]}
        ends = {"$add": ["$$NOW", int(self.seconds * 1000)]}
        try:
            document = await self.mongo[COLLECTION].find_one_and_update(
                {"_id": self.name},
                [{"$set": {"holder": {"$cond": [free, me, "$holder"]}, "until": {"$cond": [free, ends, "$until"]}}}],
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:  # another took it in the same moment
            return False
        return document is not None and bool(document["holder"] == self.holder)

    async def release(self) -> None:
        await self.mongo[COLLECTION].delete_one({"_id": self.name, "holder": self.holder})
