"""The clerk who closes polls at their end. Whether a ballot counts does not depend on when the clerk comes round."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import structlog
from pymongo.errors import PyMongoError

from veche_shared.storage.lease import Lease
from veche_surveys.polls.commands import PollCommands


@dataclass(slots=True)
class ClosingClerk:
    """Closes due polls every ``interval`` seconds, while this replica holds the lease."""

    commands: PollCommands
    lease: Lease
    interval: float
    _task: asyncio.Task[None] | None = field(init=False, default=None)

    def start(self) -> None:
        """Begin the rounds."""
        self._task = asyncio.create_task(self._run(), name="closing-clerk")

    async def stop(self) -> None:
        """Stop after the poll in hand."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None
        try:
            await self.lease.release()
        except PyMongoError:
            structlog.get_logger().info("lease_left_to_expire", lease=self.lease.name)

    async def _run(self) -> None:
        while True:
            try:
                if await self.lease.acquire():
                    closed = await self.commands.close_due()
                    if closed:
                        structlog.get_logger().info("polls_closed", count=closed)
            except Exception as error:  # noqa: BLE001 - a clerk who went home for ever would leave polls open
                structlog.get_logger().warning("closing_waits", error=type(error).__name__)
            await asyncio.sleep(self.interval)
