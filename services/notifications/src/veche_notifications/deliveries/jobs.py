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

COUNT_SECONDS: Final = 5.0
TRY_SECONDS: Final = 90.0
"""How long one delivery may take; one that is cut off is tried again when its lease has ended."""


def delivery_jobs(
    deliver: Callable[[str, Carrier], Awaitable[bool]],
    carriers: Mapping[str, Sequence[Carrier]],
) -> list[Job]:
    """One delivering job for each carrier of each medium."""

    def delivering(medium: str, carrier: Carrier) -> Callable[[], Awaitable[None]]:
        async def step() -> None:
            async with asyncio.timeout(TRY_SECONDS):
                delivered = await deliver(medium, carrier)
            if not delivered:
                await carrier.rest()
                await asyncio.sleep(LOOK_SECONDS)

        return step

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
    ]


def counting(store: DeliveryStore, clock: Clock, media: Sequence[str]) -> Job:
    """Measures what waits; ``media`` are those that have a carrier, so that nothing of theirs should be overdue."""

    async def count() -> None:
        now = clock()
        waiting, since = await store.waiting()
        metrics.DELIVERIES_WAITING.set(waiting)
        metrics.DELIVERIES_OLDEST.set(0.0 if since is None else max(0.0, (now - since).total_seconds()))
        due = await store.due_longest(media)
        metrics.DELIVERIES_OVERDUE.set(0.0 if due is None else max(0.0, (now - due).total_seconds()))

    return Job(name="count-deliveries", step=count, interval=COUNT_SECONDS)
