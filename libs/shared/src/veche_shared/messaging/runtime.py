"""All of a service's messaging in one object, started and stopped by the service's one lifespan."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import structlog
from pymongo import IndexModel
from pymongo.errors import PyMongoError

from veche_shared.clock import Clock
from veche_shared.contracts.envelope import Contract, Event
from veche_shared.contracts.topics import TOPICS, Topic
from veche_shared.ids import Ids
from veche_shared.messaging.backoff import Backoff
from veche_shared.messaging.consumer import MAX_RECORDS, Consumers, Subscription
from veche_shared.messaging.processing import Handle, Processing
from veche_shared.messaging.reading import Reader
from veche_shared.messaging.relay import Relay
from veche_shared.messaging.topics import create_topics
from veche_shared.observability import metrics
from veche_shared.settings import KafkaSettings
from veche_shared.storage import dead_letters, inbox, outbox
from veche_shared.storage.lease import COLLECTION as LEASES
from veche_shared.storage.lease import Lease
from veche_shared.storage.mongo import Mongo

E = TypeVar("E", bound=Event[Contract])

WATCH_SECONDS = 15.0

INDEXES: dict[str, list[IndexModel]] = {**outbox.INDEXES, **inbox.INDEXES, **dead_letters.INDEXES, LEASES: []}
"""What every service that sends or receives events declares beside its own indexes."""


@dataclass(slots=True)
class Messaging:
    """The relay, the consumers and the topics of one service.

    Kafka may be away at ``start``: the service then serves HTTP and keeps its events in the outbox, and joins in when
    Kafka is back. ``instance`` tells this process from the service's other replicas and stays the same across its
    restarts. ``pace`` is the relay's.
    """

    service: str
    instance: str
    mongo: Mongo
    settings: KafkaSettings
    clock: Clock
    ids: Ids
    backoff: Backoff = field(default_factory=lambda: Backoff(jitter=random.random))
    pace: float = 0.0
    relay: Relay = field(init=False)
    _subscriptions: list[Subscription] = field(init=False, default_factory=list)
    _consumers: Consumers | None = field(init=False, default=None)
    _joining: asyncio.Task[None] | None = field(init=False, default=None)
    _watching: asyncio.Task[None] | None = field(init=False, default=None)
    _trouble: str | None = field(init=False, default="not started")

    def __post_init__(self) -> None:
        lease = Lease(self.mongo, "relay", self.instance)
        self.relay = Relay(self.service, self.mongo, self.settings, lease, self.clock, self.backoff, pace=self.pace)

    def subscribe(
        self,
        topic: Topic,
        union: object,
        types: Sequence[str],
        handle: Handle[E],
        *,
        max_records: int = MAX_RECORDS,
        rest: float = 0.0,
    ) -> None:
        """Have ``handle`` called with the fresh events of ``topic``; call before ``start``.

        ``union`` and ``types`` are as in ``Reader``, ``max_records`` and ``rest`` as in ``Subscription``. One service
        reads a topic once: the group is named after both.
        """
        processing: Processing[E] = Processing(
            service=self.service,
            mongo=self.mongo,
            reader=Reader(union, types),
            handle=handle,
            clock=self.clock,
            ids=self.ids,
            backoff=self.backoff,
            after_commit=self.relay.wake,
        )
        group = f"{self.service}.{topic.name}"
        self._subscriptions.append(Subscription(topic, group, processing, max_records, rest))

    def wake(self) -> None:
        """Tell the relay that the outbox has something; call after a commit."""
        self.relay.wake()

    async def start(self) -> None:
        """Start publishing and begin to join the topics; returns without waiting for Kafka."""
        self.relay.start()
        self._joining = asyncio.create_task(self._join(), name="join-kafka")
        self._watching = asyncio.create_task(self._count_dead_letters(), name="count-dead-letters")

    async def stop(self) -> None:
        """Leave the consumer groups after the batches in hand, then stop the relay."""
        for task in (self._joining, self._watching):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        if self._consumers is not None:
            await self._consumers.stop()
        await self.relay.stop()

    async def check(self) -> None:
        """Readiness: raises RuntimeError that names what is held up."""
        troubles = [self._trouble, None if self.relay.trouble is None else f"relay: {self.relay.trouble}"]
        if self._consumers is not None:
            troubles += [f"{topic}: {trouble}" for topic, trouble in self._consumers.trouble.items()]
        told = [trouble for trouble in troubles if trouble]
        if told:
            raise RuntimeError("; ".join(told))

    async def _join(self) -> None:
        attempt = 0
        while True:
            attempt += 1
            self._consumers = consumers = Consumers(self.service, self.settings, self._subscriptions)
            try:
                await create_topics(self.settings, TOPICS)
                if self._subscriptions:
                    await consumers.start()
            except Exception as error:  # noqa: BLE001 - whatever it is: a service that never joins must say so and go on
                self._trouble = f"Kafka: {type(error).__name__}"
                structlog.get_logger().warning("kafka_away", service=self.service, error=type(error).__name__)
                await consumers.stop()
                await asyncio.sleep(self.backoff.delay(attempt))
                continue
            self._trouble = None
            return

    async def _count_dead_letters(self) -> None:
        while True:
            try:
                metrics.DEAD_LETTERS.labels(self.service).set(await dead_letters.waiting_count(self.mongo))
            except PyMongoError as error:  # readiness tells of it; the gauge keeps its last value
                structlog.get_logger().debug("dead_letters_not_counted", error=type(error).__name__)
            await asyncio.sleep(WATCH_SECONDS)
