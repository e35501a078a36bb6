"""The relay: publishes the messages of the outbox to Kafka. Nothing else publishes.

It reads the outbox in the order of the rows' ids, publishes with an idempotent producer, and deletes the rows once the
broker has acknowledged all their messages with all in-sync replicas; the deletions of a moment are one. Killed at any
moment it has either not deleted (and publishes again: consumers deduplicate by the event's id) or is done; nothing is
skipped, since a row that exists is unpublished. A lease keeps one relay a service at work, which keeps each key's
order.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from pymongo import ASCENDING
from pymongo.errors import PyMongoError

from veche_shared.clock import Clock
from veche_shared.contracts.envelope import CONTENT_TYPE
from veche_shared.messaging.record_batches import RecordBatch, partition_of, send_in_batches
from veche_shared.messaging.topics import connection, full_name
from veche_shared.observability import metrics
from veche_shared.settings import KafkaSettings
from veche_shared.storage import dead_letters, outbox
from veche_shared.storage.dead_letters import DeadLetter
from veche_shared.storage.documents import Message
from veche_shared.storage.lease import Lease
from veche_shared.storage.mongo import Document, Mongo, Session
from veche_shared.storage.outbox import Row
from veche_shared.supervision.supervisor import SupervisedTask, Supervisor

HEADERS = [("content-type", CONTENT_TYPE.encode())]
DELIVERY_TIMEOUT_MS = 15_000

ROWS = 40
"""Rows in one round: with full ones two thousand messages, and never so many that HTTP would have to wait for them."""

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
    published: int = 0
    _producer: AIOKafkaProducer | None = field(init=False, default=None)
    _task: SupervisedTask | None = field(init=False, default=None)
    _leased_until: float = field(init=False, default=0.0)
    _partially_sent: dict[str, set[str]] = field(init=False, default_factory=dict)
    """Of rows of which some messages could not be sent: the ids of those that could."""
    _published_ids: list[str] = field(init=False, default_factory=list)
    """Rows that are published and not yet deleted."""
    _delete_at: float = field(init=False, default=0.0)

    def start(self, supervisor: Supervisor) -> None:
        self._task = supervisor.start("relay", self._step)

    async def stop(self) -> None:
        """Stop after the round in hand; what is left stays in the outbox for the next start."""
        if self._task is not None:
            await self._task.stop()
            self._task = None
        await self._drop_producer()
        for final_step in (self._delete_published, self.lease.release):
            try:
                await final_step()
            except PyMongoError as error:  # then rows are published twice, and the lease expires
                structlog.get_logger().info("relay_stop_incomplete", service=self.service, error=type(error).__name__)

    async def _step(self) -> None:
        """One round, and the wait for the next."""
        self.wakeup.clear()
        started, published = self.monotonic(), self.published
        try:
            more = await self._round()
        except Exception as error:
            if not isinstance(error, PyMongoError):  # its connection may be in any state
                await self._drop_producer()
            raise
        if not more:
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
        if not await self._holds_lease():  # the replica that holds it reports how much waits
            self._gauge([])
            return False
        if self._published_ids and (self.monotonic() >= self._delete_at or len(self._published_ids) >= ROWS):
            await self._delete_published()  # first, since the publishing may fail for ever
        rows = await self._waiting()
        self._gauge(rows)
        if rows:
            await self._publish(rows)
        return len(rows) == ROWS

    def _gauge(self, rows: Sequence[Row]) -> None:
        age = (self.clock() - rows[0].at).total_seconds() if rows else 0.0
        metrics.OUTBOX_ROWS.labels(self.service).set(sum(len(row.messages) for row in rows))
        metrics.OUTBOX_AGE.labels(self.service).set(max(0.0, age))

    async def _holds_lease(self) -> bool:
        now = self.monotonic()
        if now < self._leased_until:
            return True
        if not await self.lease.acquire():
            return False
        self._leased_until = now + self.lease.seconds / 3
        return True

    async def _waiting(self) -> list[Row]:
        query: Document = {"_id": {"$nin": self._published_ids}} if self._published_ids else {}
        cursor = self.mongo[outbox.COLLECTION].find(query, sort=[("_id", ASCENDING)], limit=ROWS, batch_size=ROWS)
        return [outbox.row_from_document(document) async for document in cursor]

    async def _publish(self, rows: Sequence[Row]) -> None:
        producer = await self._connected()
        batches: list[RecordBatch] = []
        failures: dict[str, BaseException] = {}
        for topic, messages in self._by_topic(rows).items():
            try:
                batches += await send_in_batches(producer, full_name(self.settings, topic), messages, HEADERS)
            except KafkaError as error:  # one topic that is gone must not hold up the others
                failures |= {message.id: error for message in messages}
        results = await asyncio.gather(*(batch.acknowledged for batch in batches), return_exceptions=True)
        for batch, result in zip(batches, results, strict=True):
            if isinstance(result, BaseException):
                failures |= dict.fromkeys(batch.message_ids, result)
            else:
                self._count(len(batch.message_ids))
        self._record_acknowledged(rows, failures.keys())
        too_large = {name for name, failure in failures.items() if isinstance(failure, MessageSizeTooLargeError)}
        if too_large:
            await self._publish_one_by_one(rows, too_large)
        for name, failure in failures.items():
            if name not in too_large:
                raise failure

    def _by_topic(self, rows: Sequence[Row]) -> dict[str, list[Message]]:
        """What is still to be sent, in order."""
        groups: dict[str, list[Message]] = {}
        for row in rows:
            sent: AbstractSet[str] = self._partially_sent.get(row.id, frozenset())
            groups.setdefault(row.topic, []).extend(message for message in row.messages if message.id not in sent)
        return groups

    def _record_acknowledged(self, rows: Sequence[Row], failed: AbstractSet[str]) -> None:
        """Record what the broker has acknowledged; the slowest row of a round represents it in the metric."""
        done: list[Row] = []
        if not self._published_ids:
            self._delete_at = self.monotonic() + DELETE_SECONDS
        for row in rows:
            sent = {message.id for message in row.messages if message.id not in failed}
            if len(sent) < len(row.messages):
                self._partially_sent[row.id] = sent
            else:
                self._partially_sent.pop(row.id, None)
                self._published_ids.append(row.id)
                done.append(row)
        if done:
            lag = (self.clock() - done[0].at).total_seconds()
            metrics.RELAY_LAG.labels(self.service).observe(max(0.0, lag))

    async def _publish_one_by_one(self, rows: Sequence[Row], refused: AbstractSet[str]) -> None:
        """Publish one by one what the broker refused together: one of these is too large for its topic: a dead letter.

        A producer that was refused has a gap in its sequence, which the broker does not accept: it is replaced. The
        rows are recorded as published when they are read the next time.
        """
        await self._drop_producer()
        for row in rows:
            topic = full_name(self.settings, row.topic)
            for message in row.messages:
                if message.id not in refused:
                    continue
                producer = await self._connected()
                try:
                    partition = partition_of(message.key, sorted(await producer.partitions_for(topic)))
                    await producer.send_and_wait(topic, message.value, message.key or None, partition, headers=HEADERS)
                except MessageSizeTooLargeError:
                    await self._drop_producer()
                    await self._dead_letter(message)
                else:
                    self._count(1)
                self._partially_sent[row.id].add(message.id)

    def _count(self, published: int) -> None:
        self.published += published
        metrics.RELAY_PUBLISHED.labels(self.service).inc(published)

    async def _delete_published(self) -> None:
        """Delete what is published. The majority must confirm it, or a row could be read again."""
        if self._published_ids:
            await self.mongo[outbox.COLLECTION].delete_many({"_id": {"$in": self._published_ids}})
            self._published_ids = []

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

    async def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                **connection(self.settings),
                acks="all",
                enable_idempotence=True,
                linger_ms=0,
                request_timeout_ms=DELIVERY_TIMEOUT_MS,
                max_batch_size=131_072,
            )
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            async with asyncio.timeout(3):
                await producer.stop()
        except (TimeoutError, KafkaError, OSError):
            structlog.get_logger().info("producer_abandoned", service=self.service)
