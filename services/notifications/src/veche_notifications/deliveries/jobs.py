"""The jobs that deliver what is due, one message at a time each, for as long as the service runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from veche_notifications import metrics
from veche_notifications.carriers.protocol import Carrier
from veche_notifications.deliveries.store import DeliveryStore
from veche_shared.clock import Clock
from veche_shared.service.module import Job

LOOK_SECONDS: Final = 0.5
"""How often a job looks for something due."""

COUNT_SECONDS: Final = 15.0
TRY_SECONDS: Final = 90.0
"""How long one delivery may take; one that is cut off is tried again when its lease has ended."""


def delivery_jobs(
    deliver: Callable[[str, Carrier], Awaitable[bool]],
    carriers: Mapping[str, Sequence[Carrier]],
    store: DeliveryStore,
    clock: Clock,
) -> list[Job]:
    """One delivering job for each carrier of each medium, and one that counts what waits."""

    def delivering(medium: str, carrier: Carrier) -> Callable[[], Awaitable[None]]:
        async def step() -> None:
            async with asyncio.timeout(TRY_SECONDS):
                delivered = await deliver(medium, carrier)
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
                name=f"deliver-{medium}-{number}",
                step=delivering(medium, carrier),
                interval=0.0,
                after_failure=carrier.rest,
                stop=carrier.rest,
            )
            for medium, several in carriers.items()
            for number, carrier in enumerate(several)
        ),
        Job(name="count-deliveries", step=count, interval=COUNT_SECONDS),
    ]
