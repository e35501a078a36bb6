"""The relay: takes messages from the outbox to Kafka. The only publisher there is.

It reads the outbox in the order of the rows' ids, publishes with an idempotent producer, and deletes the rows once the
broker has acknowledged all their messages with all in-sync replicas; the deletions of a moment are one. Killed at any
moment it has either not deleted (and publishes again: consumers know the event by its id) or is done; nothing is
skipped, since a row that exists is a row unsent. A lease keeps one relay a service at work, which keeps each key's
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
from veche_shared.messaging.backoff import Backoff
from veche_shared.messaging.packing import Packet, partition_of, send_packed
from veche_shared.messaging.topics import connection, full_name
from veche_shared.observability import metrics
from veche_shared.settings import KafkaSettings
from veche_shared.storage import dead_letters, outbox
from veche_shared.storage.dead_letters import DeadLetter
from veche_shared.storage.documents import Message
from veche_shared.storage.lease import Lease
from veche_shared.storage.mongo import Document, Mongo, Session
from veche_shared.storage.outbox import Row

HEADERS = [("content-type", CONTENT_TYPE.encode())]
DELIVERY_TIMEOUT_MS = 15_000

ROWS = 40
"""Rows in one round: with full ones two thousand messages, and never so many that HTTP would have to wait for them."""

SWEEP_SECONDS = 0.1
"""How long a published row may wait for the deletion that it shares with others."""


@dataclass(slots=True)
class Relay:
    """Publishes one service's outbox until stopped.

    ``wake`` after each commit makes it look at once; without a wake it looks every ``idle`` seconds, which is how rows
    of another replica, or of a process that died, are found. Rounds that find something begin at least ``pace``
    seconds apart, unless they are full: who publishes much, a little at a time, thereby sets the size of everybody's
    batches behind it.
    """

    service: str
    mongo: Mongo
    settings: KafkaSettings
    lease: Lease
    clock: Clock
    backoff: Backoff
    idle: float = 0.1
    pace: float = 0.0
    monotonic: Callable[[], float] = time.monotonic
    published: int = 0
    _producer: AIOKafkaProducer | None = field(init=False, default=None)
    _awake: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = field(init=False, default=None)
    _leased_until: float = field(init=False, default=0.0)
    _trouble: str | None = field(init=False, default=None)
    _partly: dict[str, set[str]] = field(init=False, default_factory=dict)
    """Of rows of which some messages could not be sent: the ids of those that could."""
    _spent: list[str] = field(init=False, default_factory=list)
    """Rows that are published and not yet deleted."""
    _sweep_at: float = field(init=False, default=0.0)

    def wake(self) -> None:
        self._awake.set()

    @property
    def trouble(self) -> str | None:
        """Why nothing can be published at the moment; None while all is well."""
        return self._trouble

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="relay")

    async def stop(self) -> None:
        """Stop after the batch in hand; what is left stays in the outbox for the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self._drop_producer()
        for last_act in (self._sweep, self.lease.release):
            try:
                await last_act()
            except PyMongoError as error:  # then rows are published twice, and the lease ends by itself
                structlog.get_logger().info("relay_cut_short", service=self.service, error=type(error).__name__)

    async def _run(self) -> None:
        failures = 0
        while True:
            self._awake.clear()
            started, published = self.monotonic(), self.published
            try:
                more = await self._round()
            except Exception as error:  # noqa: BLE001 - a relay that ended would leave the outbox unseen for ever
                failures += 1
                self._trouble = type(error).__name__
                structlog.get_logger().warning(
                    "relay_waits", service=self.service, error=self._trouble, failures=failures
                )
                if not isinstance(error, PyMongoError):
                    await self._drop_producer()
                await asyncio.sleep(self.backoff.delay(failures))
                continue
            failures, self._trouble = 0, None
            if not more:
                await self._rest()
                if self.published > published:
                    await asyncio.sleep(started + self.pace - self.monotonic())

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self.idle):
                await self._awake.wait()
        except TimeoutError:
            return

    async def _round(self) -> bool:
        """Publish what waits; tells whether more may wait than one round takes."""
        if not await self._holds_lease():  # the replica that holds it tells how much waits
            self._gauge([])
            return False
        if self._spent and (self.monotonic() >= self._sweep_at or len(self._spent) >= ROWS):
            await self._sweep()  # first, since the publishing may fail for ever
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
        query: Document = {"_id": {"$nin": self._spent}} if self._spent else {}
        cursor = self.mongo[outbox.COLLECTION].find(query, sort=[("_id", ASCENDING)], limit=ROWS, batch_size=ROWS)
        return [outbox.row_from_document(document) async for document in cursor]

    async def _publish(self, rows: Sequence[Row]) -> None:
        producer = await self._connected()
        packets: list[Packet] = []
        failures: dict[str, BaseException] = {}
        for topic, messages in self._by_topic(rows).items():
            try:
                packets += await send_packed(producer, full_name(self.settings, topic), messages, HEADERS)
            except KafkaError as error:  # one topic that is gone must not hold up the others
                failures |= {message.id: error for message in messages}
        results = await asyncio.gather(*(packet.acknowledged for packet in packets), return_exceptions=True)
        for packet, result in zip(packets, results, strict=True):
            if isinstance(result, BaseException):
                failures |= dict.fromkeys(packet.message_ids, result)
            else:
                self._count(len(packet.message_ids))
        self._settle(rows, failures.keys())
        too_large = {name for name, failure in failures.items() if isinstance(failure, MessageSizeTooLargeError)}
        if too_large:
            await self._part(rows, too_large)
        for name, failure in failures.items():
            if name not in too_large:
                raise failure

    def _by_topic(self, rows: Sequence[Row]) -> dict[str, list[Message]]:
        """What is still to be sent, in order."""
        groups: dict[str, list[Message]] = {}
        for row in rows:
            sent: AbstractSet[str] = self._partly.get(row.id, frozenset())
            groups.setdefault(row.topic, []).extend(message for message in row.messages if message.id not in sent)
        return groups

    def _settle(self, rows: Sequence[Row], failed: AbstractSet[str]) -> None:
        """Take note of what the broker has acknowledged; the slowest row of a round stands for it in the metric."""
        spent: list[Row] = []
        if not self._spent:
            self._sweep_at = self.monotonic() + SWEEP_SECONDS
        for row in rows:
            sent = {message.id for message in row.messages if message.id not in failed}
            if len(sent) < len(row.messages):
                self._partly[row.id] = sent
            else:
                self._partly.pop(row.id, None)
                self._spent.append(row.id)
                spent.append(row)
        if spent:
            lag = (self.clock() - spent[0].at).total_seconds()
            metrics.RELAY_LAG.labels(self.service).observe(max(0.0, lag))

    async def _part(self, rows: Sequence[Row], refused: AbstractSet[str]) -> None:
        """Publish one by one what the broker refused together: one of these is too large for its topic, and buried.

        A producer that was refused has a gap in its sequence, which the broker will not pass over: it is replaced. The
        rows are settled when they are seen the next time.
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
                    await self._bury(message)
                else:
                    self._count(1)
                self._partly[row.id].add(message.id)

    def _count(self, published: int) -> None:
        self.published += published
        metrics.RELAY_PUBLISHED.labels(self.service).inc(published)

    async def _sweep(self) -> None:
        """Delete what is published. The majority must confirm it: a row less widely gone could be read again."""
        if self._spent:
            await self.mongo[outbox.COLLECTION].delete_many({"_id": {"$in": self._spent}})
            self._spent = []

    async def _bury(self, message: Message) -> None:
        """An event larger than the broker takes would block its key for ever: an operator must see it."""
        letter = DeadLetter(
            id=f"{message.topic}-outbox-{message.id}",
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
            await dead_letters.bury(self.mongo, session, [letter])

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
