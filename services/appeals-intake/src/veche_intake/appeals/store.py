"""Appeals in MongoDB, written once and never changed, and the numbers that they get.

Numbers are reserved in blocks, so that numbering costs a request nothing. A block that a process had reserved and did
not use up is lost when it stops. So a block is no larger than what the last moments asked for: in a quiet town one
number at a time, in a flood hundreds.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pymongo import ASCENDING, IndexModel, ReturnDocument

from veche_intake.appeals.model import AppealReceipt, NewAppeal
from veche_intake.appeals.rules import next_block_size
from veche_shared.idempotency.model import Stored
from veche_shared.storage.mongo import Document, Mongo

COLLECTION: Final = "appeals"
COUNTERS: Final = "counters"
INDEXES: Final = {
    # Sparse: an appeal that nobody will repeat has no keys, and two such appeals are no clash.
    COLLECTION: [IndexModel([("keys", ASCENDING)], unique=True, sparse=True, name="once")],
    COUNTERS: [],
}

_RECEIPT: Final = {"appeal_id": 1, "registered_at": 1, "keys": 1, "digest": 1}


def appeal_document(
    appeal: NewAppeal,
    receipt: AppealReceipt,
    *,
    keys: Sequence[str],
    digest: bytes,
    channel: str,
    regime: str,
    pseudonym: str | None,
) -> Document:
    """The appeal as received. Contact data are not in it: ``pseudonym`` names them in the vault."""
    document: Document = {
        "_id": receipt.number,
        "appeal_id": receipt.appeal_id,
        "channel": channel,
        "regime": regime,
        "text": appeal.text,
        "language": appeal.language,
        "received_at": appeal.received_at or receipt.registered_at,
        "registered_at": receipt.registered_at,
        "digest": digest,
    }
    if keys:
        document["keys"] = list(keys)
    if appeal.external_id is not None:
        document["external_id"] = appeal.external_id
    if appeal.place is not None:
        document["place"] = appeal.place.model_dump(exclude_none=True)
    if appeal.topic_hint is not None:
        document["topic_hint"] = appeal.topic_hint
    if pseudonym is not None:
        document["author"] = pseudonym
    return document


@dataclass(frozen=True, slots=True)
class AppealStore:
    """Finds appeals."""

    mongo: Mongo

    async def under_keys(self, keys: Sequence[str]) -> list[Stored[AppealReceipt]]:
        """The appeals that any of ``keys`` names."""
        if not keys:
            return []
        cursor = self.mongo[COLLECTION].find({"keys": {"$in": list(keys)}}, _RECEIPT)
        return [
            Stored(_receipt(document), tuple(document["keys"]), bytes(document["digest"])) async for document in cursor
        ]

    async def by_number(self, number: str) -> AppealReceipt | None:
        """The receipt of the appeal with ``number``."""
        document = await self.mongo[COLLECTION].find_one({"_id": number}, _RECEIPT)
        return None if document is None else _receipt(document)


@dataclass(slots=True)
class AppealNumbers:
    """Gives out the numbers of one process, each once; across processes they ascend only roughly."""

    mongo: Mongo
    monotonic: Callable[[], float]
    _free: dict[int, deque[int]] = field(init=False, default_factory=dict)
    _size: int = field(init=False, default=1)
    _reserved_at: float = field(init=False, default=float("-inf"))
    _refilling: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)

    async def take(self, year: int) -> int:
        """The next number of ``year``; touches the database only when the block is used up."""
        free = self._free.get(year)
        return free.popleft() if free else (await self.take_many(year, 1))[0]

    async def take_many(self, year: int, count: int) -> list[int]:
        """So many numbers of ``year``, in ascending order but for those that were given back."""
        free = self._free.setdefault(year, deque())
        if len(free) < count:
            async with self._refilling:
                while len(free) < count:
                    await self._refill(year, free, count - len(free))
        return [free.popleft() for _ in range(count)]

    def give_back(self, year: int, number: int) -> None:
        """Return a number that is certainly not stored, so that a repeat leaves no gap."""
        self._free.setdefault(year, deque()).appendleft(number)

    async def _refill(self, year: int, free: deque[int], wanted: int) -> None:
        now = self.monotonic()
        self._size = next_block_size(self._size, now - self._reserved_at)
        self._reserved_at = now
        free.extend(await self._reserve(year, max(self._size, wanted)))

    async def _reserve(self, year: int, size: int) -> range:
        """Reserve the next ``size`` numbers of ``year``, durably: nobody else is ever given one of them."""
        counter = await self.mongo[COUNTERS].find_one_and_update(
            {"_id": f"appeals-{year}"}, {"$inc": {"last": size}}, upsert=True, return_document=ReturnDocument.AFTER
        )
        if counter is None:
            raise RuntimeError("an upsert that returns the document after it has returned none")
        last = int(counter["last"])
        return range(last - size + 1, last + 1)


def _receipt(document: Document) -> AppealReceipt:
    registered_at: datetime = document["registered_at"]
    return AppealReceipt(document["appeal_id"], document["_id"], registered_at)
