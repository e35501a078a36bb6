"""Figures that are kept as they change instead of being counted when somebody asks.

Whoever writes what is counted writes the difference into the collection of the figures in the same transaction, so the
figures are exact from the first count on. That one is made here, by a job; until then a reader must count by itself
(``are_kept``). It is repeated once a day, since a process of a release without figures may have written beside this one
while an update was in progress.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from veche_shared.clock import Clock
from veche_shared.service.module import Job
from veche_shared.storage.mongo import Mongo, Session

MARK: Final = "counted"
"""The id of the document that says when the figures were counted; no figure may have it."""

COUNTED_AGAIN_AFTER: Final = timedelta(days=1)
LOOK_SECONDS: Final = 30.0
COUNT_SECONDS: Final = 50.0
"""How long one count may take; MongoDB ends a transaction after a minute."""


@dataclass(frozen=True, slots=True)
class KeptFigures:
    """The figures in ``collection``.

    ``count`` counts everything anew and writes what it finds in the place of every figure that it sees; in one
    transaction, so that a figure which somebody else writes meanwhile makes one of the two start anew.
    """

    mongo: Mongo
    collection: str
    count: Callable[[Session], Awaitable[None]]
    clock: Clock

    async def are_kept(self) -> bool:
        """Whether they have been counted once, and are exact since then."""
        return await self.mongo[self.collection].find_one({"_id": MARK}) is not None

    async def count_if_due(self) -> bool:
        """Count where that was never done or is a day ago; returns whether it was counted."""
        now = self.clock()
        mark = await self.mongo[self.collection].find_one({"_id": MARK})
        if mark is not None and now - mark["at"] < COUNTED_AGAIN_AFTER:
            return False

        async def work(session: Session) -> None:
            await self.mongo[self.collection].update_one(
                {"_id": MARK}, {"$set": {"at": now}}, upsert=True, session=session
            )
            await self.count(session)

        await self.mongo.transaction(work, within=COUNT_SECONDS)
        return True

    def job(self, name: str) -> Job:
        """The job that counts, in one process of all."""
        return Job(name=name, step=self.count_if_due, interval=LOOK_SECONDS, one_replica=True)


__all__ = ["COUNTED_AGAIN_AFTER", "KeptFigures"]
