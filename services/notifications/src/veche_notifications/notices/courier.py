"""The couriers: tasks that deliver what is due, one message at a time each, for as long as the service runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from pymongo.errors import PyMongoError

from veche_notifications import metrics
from veche_notifications.notices.carrier import SmtpCarrier
from veche_notifications.notices.store import DeliveryStore
from veche_shared.clock import Clock
from veche_shared.messaging.backoff import Backoff

LOOK_SECONDS = 0.5
COUNT_SECONDS = 15.0


@dataclass(slots=True)
class Couriers:
    """Runs ``deliver`` with one carrier for each courier; between deliveries each looks every half a second.

    ``try_seconds`` bounds one delivery; a try that is cut off is tried again when its lease has ended. ``after_step``
    is called when a delivery was brought on, so that the relay looks into the outbox.
    """

    deliver: Callable[[SmtpCarrier], Awaitable[bool]]
    carriers: tuple[SmtpCarrier, ...]
    store: DeliveryStore
    clock: Clock
    backoff: Backoff
    try_seconds: float
    after_step: Callable[[], None]
    _tasks: list[asyncio.Task[None]] = field(init=False, default_factory=list)

    def start(self) -> None:
        names = {f"courier-{number}": carrier for number, carrier in enumerate(self.carriers)}
        self._tasks = [asyncio.create_task(self._run(carrier), name=name) for name, carrier in names.items()]
        self._tasks.append(asyncio.create_task(self._count(), name="count-deliveries"))
        if not self.carriers:
            structlog.get_logger().warning("no_mail_server", advice="set VECHE_NOTIFICATIONS__SMTP__HOST")

    async def stop(self) -> None:
        """Stop at once; a message in hand is tried again when its lease has ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await asyncio.gather(*(carrier.rest() for carrier in self.carriers))

    async def _run(self, carrier: SmtpCarrier) -> None:
        failures = 0
        while True:
            try:
                async with asyncio.timeout(self.try_seconds):
                    busy = await self.deliver(carrier)
            except (PyMongoError, TimeoutError) as error:
                failures += 1
                structlog.get_logger().warning("courier_waits", error=type(error).__name__, failures=failures)
                await carrier.rest()
                await asyncio.sleep(self.backoff.delay(failures))
                continue
            failures = 0
            if busy:
                self.after_step()
            else:
                await carrier.rest()
                await asyncio.sleep(LOOK_SECONDS)

    async def _count(self) -> None:
        while True:
            try:
                waiting, since = await self.store.waiting()
            except PyMongoError as error:  # readiness tells of it; the gauges keep their last values
                structlog.get_logger().debug("deliveries_not_counted", error=type(error).__name__)
            else:
                metrics.DELIVERIES_WAITING.set(waiting)
                age = 0.0 if since is None else (self.clock() - since).total_seconds()
                metrics.DELIVERIES_OLDEST.set(max(0.0, age))
            await asyncio.sleep(COUNT_SECONDS)
