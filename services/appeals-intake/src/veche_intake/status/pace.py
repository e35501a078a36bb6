"""How fast the city answers, remembered for a while: the form shows it to everybody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from pymongo.errors import PyMongoError

from veche_intake.status import store
from veche_intake.status.model import Pace
from veche_shared.clock import Clock
from veche_shared.storage.mongo import Mongo

DAYS: Final = 30


@dataclass(slots=True)
class PaceBoard:
    """Counts at most every ``seconds``."""

    mongo: Mongo
    clock: Clock
    monotonic: Callable[[], float]
    seconds: float = 60.0
    _read_at: float = field(init=False, default=float("-inf"))
    _pace: Pace | None = field(init=False, default=None)

    async def read(self) -> Pace | None:
        """The pace of the last 30 days; None where nothing was answered, or it cannot be counted now."""
        now = self.monotonic()
        if now - self._read_at >= self.seconds:
            self._read_at = now
            try:
                self._pace = await store.pace(self.mongo, self.clock(), DAYS)
            except PyMongoError:  # the form must not fail because a figure beside it does
                self._pace = None
        return self._pace if self._pace is not None and self._pace.answered > 0 else None
