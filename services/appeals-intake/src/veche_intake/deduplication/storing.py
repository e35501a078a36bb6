"""Storing what was prepared, once: one by one in shared transactions, or many in a transaction of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic

from pymongo.errors import PyMongoError

from veche_intake.deduplication.model import Accepted, Clash, NotStored, Prepared, ReceiptT, Stored
from veche_intake.deduplication.rules import answer_to_repeat
from veche_shared.storage.group_commit import (
    AlreadyStoredError,
    GroupCommit,
    QueueFullError,
    store_together,
)
from veche_shared.storage.mongo import Mongo, is_duplicate

CHUNK = 500
"""Writes in one transaction of a batch: enough that the commit costs little, few enough to hold no lock long."""


@dataclass(slots=True)
class StoreOnce(Generic[ReceiptT]):
    """Stores what one collection guards. ``under_keys`` finds what stands there under any of the given keys."""

    mongo: Mongo
    commits: GroupCommit
    under_keys: Callable[[Sequence[str]], Awaitable[list[Stored[ReceiptT]]]]

    async def one(self, prepared: Prepared[ReceiptT]) -> Accepted[ReceiptT] | Clash:
        """Store durably, or say what stands under the keys.

        Raises QueueFullError under overload and PyMongoError where the database cannot say that it is stored; the
        caller may repeat either with the same keys.
        """
        try:
            await self.commits.submit(prepared.write)
        except AlreadyStoredError:
            keys = prepared.write.keys
            answer = answer_to_repeat(keys, prepared.digest, await self.under_keys(keys))
            if answer is None:  # what held the key has let go of it between two looks
                raise QueueFullError from None
            return answer
        return Accepted(prepared.receipt)

    async def many(self, batch: Sequence[Prepared[ReceiptT]]) -> list[Accepted[ReceiptT] | Clash | NotStored]:
        """Store at most ``CHUNK`` that share no key; the answer to each, in order. Raises no PyMongoError."""
        try:
            await store_together(self.mongo, [one.write for one in batch])
        except PyMongoError as error:
            if not is_duplicate(error):
                return [NotStored() for _ in batch]
        else:
            self.commits.after_commit()
            return [Accepted(one.receipt) for one in batch]
        try:
            return await self._among_stored(batch)
        except PyMongoError:
            return [NotStored() for _ in batch]

    async def _among_stored(self, batch: Sequence[Prepared[ReceiptT]]) -> list[Accepted[ReceiptT] | Clash | NotStored]:
        """Some keys are taken: answer those from what stands there, and store the others."""
        holders: dict[str, list[Stored[ReceiptT]]] = {}
        for earlier in await self.under_keys([key for one in batch for key in one.write.keys]):
            for key in earlier.keys:
                holders.setdefault(key, []).append(earlier)
        answers = [
            answer_to_repeat(
                one.write.keys, one.digest, [earlier for key in one.write.keys for earlier in holders.get(key, ())]
            )
            for one in batch
        ]
        # Through the group commit: it copes with a key that another request takes at this moment.
        fresh = [one for one, answer in zip(batch, answers, strict=True) if answer is None]
        failures = iter(await self.commits.submit_many([one.write for one in fresh]))
        return [
            answer if answer is not None else await self._answer(one, next(failures))
            for one, answer in zip(batch, answers, strict=True)
        ]

    async def _answer(
        self, one: Prepared[ReceiptT], failure: BaseException | None
    ) -> Accepted[ReceiptT] | Clash | NotStored:
        if failure is None:
            return Accepted(one.receipt)
        if isinstance(failure, AlreadyStoredError):
            keys = one.write.keys
            return answer_to_repeat(keys, one.digest, await self.under_keys(keys)) or NotStored()
        if isinstance(failure, QueueFullError | PyMongoError):
            return NotStored()
        raise failure
