"""The relay: publishes the messages of the outbox to Kafka. Nothing else publishes.

It reads the outbox in the order of the rows' ids, has each topic's rows published by a publisher of that topic with an
idempotent producer, and deletes the rows once the broker has acknowledged all their messages with all in-sync replicas;
the deletions of a moment are one. Killed at any moment it has either not deleted (and publishes again: consumers
deduplicate by the event's id) or is done; nothing is skipped, since a row that exists is unpublished. A lease keeps one
relay a service at work, and a topic's later rows wait for its earlier ones, which keeps each key's order. A topic that
cannot be written keeps no other waiting.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from pymongo import ASCENDING
from pymongo.errors import PyMongoError

from veche_shared.clock import Clock
from veche_shared.messaging.topic_publisher import TopicPublisher, task_name
from veche_shared.observability import metrics
from veche_shared.settings import KafkaSettings
from veche_shared.storage import dead_letters, outbox
from veche_shared.storage.dead_letters import DeadLetter
from veche_shared.storage.documents import Message
from veche_shared.storage.lease import Lease
from veche_shared.storage.mongo import Document, Mongo, Session
from veche_shared.storage.outbox import Row
from veche_shared.supervision.supervisor import SupervisedTask, Supervisor

ROWS = 40
"""Rows in one round: with full ones two thousand messages, and never so many that HTTP would have to wait for them."""

ROUND_SECONDS = 0.5
"""How long a round waits for its topics. One that has not answered then goes on beside the next rounds."""

DELETE_SECONDS = 0.1
"""How long a published row may wait for the deletion that it shares with others."""


@dataclass(slots=True)
class Relay:
    """Publishes one service's outbox until stopped.

    Setting ``wakeup`` after a commit makes it look at once; otherwise it looks every ``idle`` seconds, which is how
    rows of another process are found. Rounds that find something begin at least ``min_interval`` seconds apart, unless
    they are full: a service that publishes much, a little at a time, thereby sets the batch size of all consumers
    behind it.
    """

    service: str
    mongo: Mongo
    settings: KafkaSettings
    lease: Lease
    clock: Clock
    wakeup: asyncio.Event
    idle: float = 0.1
    min_interval: float = 0.0
    monotonic: Callable[[], float] = time.monotonic
    _publishers: dict[str, TopicPublisher] = field(init=False, default_factory=dict)
    _supervisor: Supervisor | None = field(init=False, default=None)
    _task: SupervisedTask | None = field(init=False, default=None)
    _leased_until: float = field(init=False, default=0.0)
    _published_ids: list[str] = field(init=False, default_factory=list)
    """Rows that are published and not yet deleted."""
    _delete_at: float = field(init=False, default=0.0)

    def start(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._task = supervisor.start("relay", self._step)

    async def stop(self) -> None:
        """Stop after the round in hand; what is left stays in the outbox for the next start."""
        if self._task is not None:
            await self._task.stop()
            self._task = None
        await asyncio.gather(*(publisher.stop() for publisher in self._publishers.values()))
        for final_step in (self._delete_published, self.lease.release):
            try:
                await final_step()
            except PyMongoError as error:  # then rows are published twice, and the lease expires
                structlog.get_logger().info("relay_stop_incomplete", service=self.service, error=type(error).__name__)

    @property
    def published(self) -> int:
        """How many messages the broker has acknowledged."""
        return sum(publisher.published for publisher in self._publishers.values())

    @property
    def task_names(self) -> frozenset[str]:
        """The supervised tasks that publish: of each topic that had something to publish so far."""
        return frozenset({"relay", *map(task_name, self._publishers)})

    async def _step(self) -> None:
        """One round, and the wait for the next."""
        self.wakeup.clear()
        started, published = self.monotonic(), self.published
        if not await self._round():
            await self._wait()
            if self.published > published:
                await asyncio.sleep(started + self.min_interval - self.monotonic())

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self.idle):
                await self.wakeup.wait()
        except TimeoutError:
            return

    async def _round(self) -> bool:
        """Publish what waits; tells whether more may wait than one round takes."""
        if not await self._holds_lease():
            for publisher in self._publishers.values():
                publisher.withdraw()
            metrics.OUTBOX_ROWS.labels(self.service).set(0)  # the replica that holds it reports how much waits
            return False
        if self._published_ids and (self.monotonic() >= self._delete_at or len(self._published_ids) >= ROWS):
            await self._delete_published()  # first, since the publishing may fail for ever
        rows = await self._waiting()
        metrics.OUTBOX_ROWS.labels(self.service).set(sum(len(row.messages) for row in rows))
        if rows:
            await self._publish(rows)
        return len(rows) == ROWS

    async def _holds_lease(self) -> bool:
        now = self.monotonic()
        if now < self._leased_until:
            return True
        if not await self.lease.acquire():
            return False
        self._leased_until = now + self.lease.seconds / 3
        return True

    async def _waiting(self) -> list[Row]:
        """The oldest rows that are not published yet, without those of topics that still have some to publish."""
        busy = [topic for topic, publisher in self._publishers.items() if publisher.busy]
        query: Document = {"_id": {"$nin": self._published_ids}} if self._published_ids else {}
        hint = None
        if busy:  # their rows may be very many: they are stepped over by the index
            query["topic"], hint = {"$nin": busy}, outbox.BY_TOPIC
        cursor = self.mongo[outbox.COLLECTION].find(
            query, sort=[("_id", ASCENDING)], limit=ROWS, batch_size=ROWS, hint=hint
        )
        return [outbox.row_from_document(document) async for document in cursor]

    async def _publish(self, rows: Sequence[Row]) -> None:
        """Hand the rows to their topics' publishers, and wait until all have tried, or one takes too long."""
        by_topic: dict[str, list[Row]] = {}
        for row in rows:
            by_topic.setdefault(row.topic, []).append(row)
        given = [self._publisher(topic) for topic in by_topic]
        for publisher in given:
            publisher.publish(by_topic[publisher.topic])
        try:
            async with asyncio.timeout(ROUND_SECONDS):
                for publisher in given:
                    await publisher.tried()
        except TimeoutError:
            return

    def _publisher(self, topic: str) -> TopicPublisher:
        known = self._publishers.get(topic)
        if known is None:
            known = self._publishers[topic] = TopicPublisher(
                self.service, topic, self.settings, self._record_published, self._dead_letter
            )
            if self._supervisor is not None:
                known.start(self._supervisor)
        return known

    def _record_published(self, rows: Sequence[Row]) -> None:
        """Have rows deleted soon; the slowest row of a round represents it in the metric."""
        if not rows:
            return
        if not self._published_ids:
            self._delete_at = self.monotonic() + DELETE_SECONDS
        self._published_ids += [row.id for row in rows]
        lag = (self.clock() - rows[0].at).total_seconds()
        metrics.RELAY_LAG.labels(self.service).observe(max(0.0, lag))

    async def _delete_published(self) -> None:
        """Delete what is published. The majority must confirm it, or a row could be read again."""
        deleted = list(self._published_ids)  # others may be published meanwhile
        if deleted:
            await self.mongo[outbox.COLLECTION].delete_many({"_id": {"$in": deleted}})
            self._published_ids = self._published_ids[len(deleted) :]

    async def _dead_letter(self, message: Message) -> None:
        """An event larger than the broker takes would block its key for ever: an operator must see it."""
        letter = DeadLetter(
            id=f"{self.service}.relay-{message.topic}-{message.id}",
            group=f"{self.service}.relay",
            topic=message.topic,
            partition=-1,
            offset=-1,
            key=message.key,
            value=message.value,
            reason="unpublishable",
            explanation=f"larger than Kafka takes: {len(message.value)} bytes",
            at=self.clock(),
        )

        async def work(session: Session) -> None:
            await dead_letters.keep(self.mongo, session, [letter])

        await self.mongo.transaction(work)
