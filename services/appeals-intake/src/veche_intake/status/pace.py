"""How fast the city answers, remembered for a while: the form shows it to everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pymongo.errors import PyMongoError

from veche_intake.status import store
from veche_intake.status.model import Pace
from veche_shared.clock import Clock
from veche_shared.storage.mongo import Mongo
from veche_shared.timed_cache import TimedCache

DAYS: Final = 30


class PaceBoard:
    """Counts at most every ``seconds``."""

    def __init__(self, mongo: Mongo, clock: Clock, monotonic: Callable[[], float], seconds: float = 60.0) -> None:
        self._mongo = mongo
        self._clock = clock
        self._paces = TimedCache(self._count, seconds=seconds, monotonic=monotonic, remember_missing=True)

    async def read(self) -> Pace | None:
        """The pace of the last 30 days; None where nothing was answered, or it cannot be counted now."""
        return await self._paces.get(DAYS)

    async def _count(self, days: int) -> Pace | None:
        try:
            pace = await store.pace(self._mongo, self._clock(), days)
        except PyMongoError:  # the form must not fail because a figure beside it does
            return None
        return pace if pace.answered > 0 else None
