"""Numbers of appeals: reserved in blocks, so that numbering costs a request nothing.

A block that a process had reserved and did not use up is lost when it stops. So a block is no larger than what the
last moments asked for: in a quiet town one number at a time, in a flood hundreds.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from pymongo import ReturnDocument

from veche_shared.storage.mongo import Mongo

COLLECTION = "counters"
MAX_BLOCK = 1_024
BUSY_SECONDS = 1.0
QUIET_SECONDS = 10.0


def next_block_size(size: int, lasted: float) -> int:
    """How many numbers to reserve next, given that the last ``size`` were used up in ``lasted`` seconds."""
    if lasted < BUSY_SECONDS:
        return min(MAX_BLOCK, size * 2)
    return 1 if lasted > QUIET_SECONDS else size


async def reserve(mongo: Mongo, year: int, size: int) -> range:
    """Reserve the next ``size`` numbers of ``year``, durably: nobody else is ever given one of them."""
    counter = await mongo[COLLECTION].find_one_and_update(
        {"_id": f"appeals-{year}"}, {"$inc": {"last": size}}, upsert=True, return_document=ReturnDocument.AFTER
    )
    if counter is None:
        raise RuntimeError("an upsert that returns the document after it has returned none")
    last = int(counter["last"])
    return range(last - size + 1, last + 1)


@dataclass(slots=True)
class Numbers:
    """Hands out the numbers of one process, each once; across processes they ascend only roughly."""

    mongo: Mongo
    monotonic: Callable[[], float] = time.monotonic
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
        free.extend(await reserve(self.mongo, year, max(self._size, wanted)))
