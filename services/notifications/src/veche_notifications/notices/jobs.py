"""The jobs that deliver what is due, one message at a time each, for as long as the service runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from veche_notifications import metrics
from veche_notifications.notices.carrier import SmtpCarrier
from veche_notifications.notices.store import DeliveryStore
from veche_shared.clock import Clock
from veche_shared.service.module import Job

LOOK_SECONDS = 0.5
COUNT_SECONDS = 15.0


def delivery_jobs(
    deliver: Callable[[SmtpCarrier], Awaitable[bool]],
    carriers: Sequence[SmtpCarrier],
    store: DeliveryStore,
    clock: Clock,
    try_seconds: float,
) -> list[Job]:
    """One delivering job for each carrier, which looks every half a second between deliveries, and one that counts.

    ``try_seconds`` bounds one delivery; a try that is cut off is tried again when its lease has ended.
    """

    def delivering(carrier: SmtpCarrier) -> Callable[[], Awaitable[None]]:
        async def step() -> None:
            async with asyncio.timeout(try_seconds):
                delivered = await deliver(carrier)
            if not delivered:
                await carrier.rest()
                await asyncio.sleep(LOOK_SECONDS)

        return step

    async def count() -> None:
        waiting, since = await store.waiting()
        metrics.DELIVERIES_WAITING.set(waiting)
        age = 0.0 if since is None else (clock() - since).total_seconds()
        metrics.DELIVERIES_OLDEST.set(max(0.0, age))

    return [
        *(
            Job(
                name=f"deliver-{number}",
                step=delivering(carrier),
                interval=0.0,
                after_failure=carrier.rest,
                stop=carrier.rest,
            )
            for number, carrier in enumerate(carriers)
        ),
        Job(name="count-deliveries", step=count, interval=COUNT_SECONDS),
    ]
