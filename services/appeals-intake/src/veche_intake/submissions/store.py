"""Storing what was prepared, once: one by one in shared transactions, or many in a transaction of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic

from pymongo.errors import PyMongoError

from veche_intake.settings import Settings
from veche_intake.submissions.model import NotStored, Prepared
from veche_intake.submissions.rules import answer_to_repeat
from veche_shared.idempotency.model import Accepted, ReceiptT, Stored
from veche_shared.observability import metrics
from veche_shared.rejection import Rejected
from veche_shared.service.context import ServiceContext
from veche_shared.storage.group_commit import (
    AlreadyStoredError,
    CommitObserved,
    GroupCommit,
    QueueFullError,
    store_together,
)
from veche_shared.storage.mongo import Mongo, is_duplicate

CHUNK: Final = 500
"""Writes in one transaction of a batch: enough that the commit costs little, few enough to hold no lock long."""

COMMIT_INTERVAL: Final = 0.02
"""Seconds between two transactions that requests share; one that comes after a pause is stored at once."""

PUBLISH_INTERVAL: Final = 0.015
"""Seconds between two rounds of the relay; the first goes at once. All services behind work in batches of that size,
which at a hundred appeals a second saves them a third of their work (ADR 11)."""

UnderKeys = Callable[[Sequence[str]], Awaitable[list[Stored[ReceiptT]]]]
"""Finds what is stored under any of the given keys."""


@dataclass(slots=True)
class StoreOnce(Generic[ReceiptT]):
    """Stores documents of one collection, whose array ``keys`` has a unique index: each key is stored once."""

    mongo: Mongo
    commits: GroupCommit
    under_keys: UnderKeys[ReceiptT]

    @classmethod
    def of(
        cls, context: ServiceContext[Settings], collection: str, under_keys: UnderKeys[ReceiptT]
    ) -> StoreOnce[ReceiptT]:
        """Storing into ``collection``; the module that owns it hands ``commits`` in as one of its writers."""
        intake = context.settings.intake

        def observe(commit: CommitObserved) -> None:
            metrics.GROUP_COMMIT_WRITES.labels(context.name).observe(commit.size)
            metrics.GROUP_COMMIT_SECONDS.labels(context.name).observe(commit.seconds)

        commits = GroupCommit(
            context.mongo,
            collection,
            writers=intake.writers,
            max_batch=intake.shared_writes,
            min_interval=COMMIT_INTERVAL,
            observe=observe,
            after_commit=context.wakeup.set,
        )
        return cls(context.mongo, commits, under_keys)

    async def one(self, prepared: Prepared[ReceiptT]) -> Accepted[ReceiptT] | Rejected:
        """Store durably, or answer from what is stored under the keys.

        Raises QueueFullError under overload and PyMongoError where the database cannot confirm that it is stored; the
        caller may repeat either with the same keys.
        """
        try:
            await self.commits.submit(prepared.write)
        except AlreadyStoredError:
            keys = prepared.write.keys
            answer = answer_to_repeat(keys, prepared.digest, await self.under_keys(keys))
            if answer is None:  # what held the key has released it between two looks
                raise QueueFullError from None
            return answer
        return Accepted(prepared.receipt)

    async def many(self, batch: Sequence[Prepared[ReceiptT]]) -> list[Accepted[ReceiptT] | Rejected | NotStored]:
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

    async def _among_stored(
        self, batch: Sequence[Prepared[ReceiptT]]
    ) -> list[Accepted[ReceiptT] | Rejected | NotStored]:
        """Some keys are taken: answer those from what is stored, and store the others."""
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
    ) -> Accepted[ReceiptT] | Rejected | NotStored:
        if failure is None:
            return Accepted(one.receipt)
        if isinstance(failure, AlreadyStoredError):
            keys = one.write.keys
            return answer_to_repeat(keys, one.digest, await self.under_keys(keys)) or NotStored()
        if isinstance(failure, QueueFullError | PyMongoError):
            return NotStored()
        raise failure
