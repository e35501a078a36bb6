"""All of a process's messaging in one object: the topics it owns, the relay, the consumer groups."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from pymongo import IndexModel

from veche_shared.backoff import Backoff
from veche_shared.clock import Clock
from veche_shared.contracts.envelope import Contract, Event
from veche_shared.contracts.topics import Topic
from veche_shared.contracts.topics import dead_letters as dead_letter_topic
from veche_shared.ids import Ids
from veche_shared.messaging.consumer import ConsumerGroup
from veche_shared.messaging.processor import BatchProcessor
from veche_shared.messaging.relay import Relay
from veche_shared.messaging.subscriptions import Subscription
from veche_shared.messaging.topics import create_topics, full_name, missing_topics, verify_topics
from veche_shared.messaging.watch import CONSUMERS_TASK, OUTBOX_TASK, WATCH_SECONDS, ConsumerWatch, measure_outbox
from veche_shared.observability import metrics
from veche_shared.settings import KafkaSettings
from veche_shared.storage import dead_letters, inbox, outbox
from veche_shared.storage.lease import COLLECTION as LEASES
from veche_shared.storage.lease import Lease
from veche_shared.storage.unit_of_work import Transactions
from veche_shared.supervision.supervisor import Supervisor

COUNT_SECONDS = 15.0

INDEXES: dict[str, list[IndexModel]] = {**outbox.INDEXES, **inbox.INDEXES, **dead_letters.INDEXES, LEASES: []}
"""What every service that sends or receives events declares beside its own indexes."""


class TopicMissingError(Exception):
    """A topic that is read does not exist yet: the service that owns it creates it when it starts."""


@dataclass(slots=True)
class Messaging:
    """The relay and the consumer groups of one process.

    Kafka may be away at the start: the service then serves HTTP and keeps its events in the outbox, and joins when
    Kafka is back. ``instance`` tells this process from the service's other replicas and stays the same across its
    restarts. ``topics`` are those that the service owns, and so creates. ``min_interval`` is the relay's.
    """

    service: str
    instance: str
    settings: KafkaSettings
    transactions: Transactions
    wakeup: asyncio.Event
    supervisor: Supervisor
    clock: Clock
    ids: Ids
    topics: Sequence[Topic]
    subscriptions: Sequence[Subscription]
    min_interval: float = 0.0
    relay: Relay = field(init=False)
    groups: list[ConsumerGroup] = field(init=False, default_factory=list)
    _watch: ConsumerWatch = field(init=False)
    _joined: set[str] = field(init=False, default_factory=set)
    _created: bool = field(init=False, default=False)
    _publishes: bool = field(init=False, default=False)
    _expected: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        names = [subscription.group for subscription in self.subscriptions]
        if len(set(names)) < len(names):
            raise ValueError(f"two subscriptions of {self.service} share a group: {sorted(names)}")
        mongo = self.transactions.mongo
        lease = Lease(mongo, "relay", self.instance)
        self.relay = Relay(
            self.service, mongo, self.settings, lease, self.clock, self.wakeup, min_interval=self.min_interval
        )
        self._watch = ConsumerWatch(self.service, self.settings, self.subscriptions)
        self.groups = [self._group(subscription) for subscription in self.subscriptions]

    def start_watch(self) -> None:
        """Measure from now on how far behind the relay and the groups are, in whichever process they run."""

        async def outbox_age() -> None:
            await measure_outbox(self.service, self.transactions.mongo, self.clock)

        self.supervisor.start(OUTBOX_TASK, outbox_age, interval=WATCH_SECONDS)
        if self.subscriptions:
            self.supervisor.start(CONSUMERS_TASK, self._watch.look, interval=WATCH_SECONDS)

    def start_relay(self) -> None:
        """Begin to publish as soon as the topics are there and keep what they are given; does not wait for Kafka."""
        self._publishes = True
        self._create_topics()

    def start_consumers(self) -> None:
        """Begin to join the groups; returns without waiting for Kafka."""
        self._create_topics()
        self.supervisor.start("count-dead-letters", self._count_dead_letters, interval=COUNT_SECONDS)
        for group in self.groups:
            self._join_soon(group)

    async def stop(self) -> None:
        """Leave the groups after the batches in hand, then stop the relay and what watches both."""
        await asyncio.gather(*(self.supervisor.cancel(name) for name in self._expected))
        await asyncio.gather(*(group.stop() for group in self.groups))
        await self.relay.stop()
        await self.supervisor.cancel(CONSUMERS_TASK)
        await self._watch.close()

    async def check(self) -> None:
        """Readiness: raises RuntimeError that names what has not joined Kafka, fails, or is held by its breaker."""
        states = [self.supervisor.state(name) for name in sorted(self.task_names)]
        troubles = [f"{state.name}: {state.error}" for state in states if state.failing]
        troubles += [f"{name}: not yet" for name in sorted(self._expected) if not self.supervisor.state(name).failing]
        held = [group.name for group in self.groups if group.held]
        troubles += [f"consume-{group}: breaker open, nearly every message was invalid" for group in held]
        if troubles:
            raise RuntimeError("; ".join(troubles))

    @property
    def task_names(self) -> frozenset[str]:
        """The supervised tasks that talk to Kafka."""
        kinds = ("join", "consume", "commit-offsets")
        return frozenset(
            {
                *self.relay.task_names,
                "create-topics",
                *(f"{kind}-{group.name}" for kind in kinds for group in self.groups),
            }
        )

    def _group(self, subscription: Subscription) -> ConsumerGroup:
        processor: BatchProcessor[Event[Contract]] = BatchProcessor.of(
            self.service,
            subscription,
            self.transactions,
            clock=self.clock,
            ids=self.ids,
            backoff=Backoff(jitter=self.supervisor.jitter),
        )
        return ConsumerGroup(self.service, subscription, processor, self.settings, self.supervisor)

    def _create_topics(self) -> None:
        if self._created or "create-topics" in self._expected:
            return
        owned = [*self.topics, dead_letter_topic(self.service)]

        async def create() -> None:
            created = await create_topics(self.settings, owned)
            if self._publishes:  # what is published leaves the outbox: it must be as safe in Kafka
                found = [topic for topic in owned if full_name(self.settings, topic.name) not in created]
                await verify_topics(self.settings, found)
                self.relay.start(self.supervisor)
            self._created = True
            self._expected.discard("create-topics")

        self._expected.add("create-topics")
        self.supervisor.start("create-topics", create, until=lambda: self._created)

    def _join_soon(self, group: ConsumerGroup) -> None:
        name = f"join-{group.name}"

        async def join() -> None:
            missing = await missing_topics(self.settings, [group.subscription.topic])
            if missing:
                raise TopicMissingError(", ".join(missing))
            try:
                await group.start()
            except BaseException:
                await group.stop()
                raise
            self._joined.add(group.name)
            self._expected.discard(name)

        self._expected.add(name)
        self.supervisor.start(name, join, until=lambda: group.name in self._joined)

    async def _count_dead_letters(self) -> None:
        counts = await dead_letters.waiting_counts(self.transactions.mongo)
        for group in {*counts, *(f"{self.service}.{group.name}" for group in self.groups)}:
            metrics.DEAD_LETTERS.labels(self.service, group).set(counts.get(group, 0))


__all__ = ["INDEXES", "Messaging", "TopicMissingError"]
