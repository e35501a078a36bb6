"""The relay: takes events from the outbox to Kafka. The only publisher there is.

It reads the outbox in the order of the rows' ids, publishes with an idempotent producer, and deletes a row once the
broker has acknowledged it with all in-sync replicas. Killed at any moment it has either not deleted (and publishes
again: consumers know the event by its id) or is done; nothing is skipped, since a row that exists is a row unsent. A
lease keeps one relay a service at work, which keeps each key's order.
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
from pymongo.write_concern import WriteConcern

from veche_shared.clock import Clock
from veche_shared.contracts.envelope import CONTENT_TYPE
from veche_shared.messaging.backoff import Backoff
from veche_shared.messaging.packing import Packet, partition_of, send_packed
from veche_shared.messaging.topics import connection, full_name
from veche_shared.observability import metrics
from veche_shared.settings import KafkaSettings
from veche_shared.storage import dead_letters, outbox
from veche_shared.storage.dead_letters import DeadLetter
from veche_shared.storage.lease import Lease
from veche_shared.storage.mongo import Mongo, Session
from veche_shared.storage.outbox import OutboxRow

HEADERS = [("content-type", CONTENT_TYPE.encode())]
BATCH = 1_000
DELIVERY_TIMEOUT_MS = 15_000


@dataclass(slots=True)
class Relay:
    """Publishes one service's outbox until stopped.

    ``wake`` after each commit makes it look at once; without a wake it looks every ``idle`` seconds, which is how rows
    of another replica, or of a process that died, are found.
    """

    service: str
    mongo: Mongo
    settings: KafkaSettings
    lease: Lease
    clock: Clock
    backoff: Backoff
    idle: float = 0.1
    monotonic: Callable[[], float] = time.monotonic
    published: int = 0
    _producer: AIOKafkaProducer | None = field(init=False, default=None)
    _awake: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = field(init=False, default=None)
    _leased_until: float = field(init=False, default=0.0)
    _trouble: str | None = field(init=False, default=None)
    _sent: set[str] = field(init=False, default_factory=set)

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
        try:
            await self.lease.release()
        except PyMongoError:
            structlog.get_logger().info("lease_left_to_expire", service=self.service)

    async def _run(self) -> None:
        failures = 0
        while True:
            self._awake.clear()
            try:
                moved = await self._round()
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
            if moved < BATCH:
                await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self.idle):
                await self._awake.wait()
        except TimeoutError:
            return

    async def _round(self) -> int:
        if not await self._holds_lease():  # the replica that holds it tells how much waits
            metrics.OUTBOX_ROWS.labels(self.service).set(0)
            metrics.OUTBOX_AGE.labels(self.service).set(0)
            return 0
        seen = await self._waiting()
        # A majority read may still show what was published and deleted a moment ago.
        self._sent &= {row.id for row in seen}
        rows = [row for row in seen if row.id not in self._sent]
        metrics.OUTBOX_ROWS.labels(self.service).set(len(rows))
        metrics.OUTBOX_AGE.labels(self.service).set(
            max(0.0, (self.clock() - rows[0].at).total_seconds()) if rows else 0.0
        )
        if self._sent:  # their deletion may also have been lost
            await self._forget(sorted(self._sent))
        if rows:
            await self._publish(rows)
        return len(seen)

    async def _holds_lease(self) -> bool:
        now = self.monotonic()
        if now < self._leased_until:
            return True
        if not await self.lease.acquire():
            return False
        self._leased_until = now + self.lease.seconds / 3
        return True

    async def _waiting(self) -> list[OutboxRow]:
        cursor = self.mongo[outbox.COLLECTION].find({}, sort=[("_id", ASCENDING)], limit=BATCH, batch_size=BATCH)
        return [outbox.row_from_document(document) async for document in cursor]

    async def _publish(self, rows: Sequence[OutboxRow]) -> None:
        producer = await self._connected()
        packets: list[Packet] = []
        failures: dict[str, BaseException] = {}
        for topic, group in _by_topic(rows).items():
            try:
                packets += await send_packed(producer, full_name(self.settings, topic), group, HEADERS)
            except KafkaError as error:  # one topic that is gone must not hold up the others
                failures |= {row.id: error for row in group}
        results = await asyncio.gather(*(packet.acknowledged for packet in packets), return_exceptions=True)
        published: list[str] = []
        for packet, result in zip(packets, results, strict=True):
            if isinstance(result, BaseException):
                failures |= dict.fromkeys(packet.row_ids, result)
            else:
                published += packet.row_ids
        await self._done(rows, published)
        too_large = [row for row in rows if isinstance(failures.get(row.id), MessageSizeTooLargeError)]
        if too_large:
            await self._part(too_large)
        for failure in failures.values():
            if not isinstance(failure, MessageSizeTooLargeError):
                raise failure

    async def _done(self, rows: Sequence[OutboxRow], row_ids: Sequence[str]) -> None:
        if not row_ids:
            return
        self._sent.update(row_ids)
        await self._forget(row_ids)
        self.published += len(row_ids)
        self._measure(rows, set(row_ids))
        metrics.RELAY_PUBLISHED.labels(self.service).inc(len(row_ids))

    def _measure(self, rows: Sequence[OutboxRow], done: AbstractSet[str]) -> None:
        now, lag = self.clock(), metrics.RELAY_LAG.labels(self.service)
        first = next((row for row in rows if row.id in done), None)
        if first is not None:  # the slowest of the batch stands for it: one observation, not a thousand
            lag.observe(max(0.0, (now - first.at).total_seconds()))

    async def _part(self, rows: Sequence[OutboxRow]) -> None:
        """Publish one by one what the broker refused together: one of these is too large for its topic.

        A producer that was refused has a gap in its sequence, which the broker will not pass over: it is replaced.
        """
        await self._drop_producer()
        for row in rows:
            producer = await self._connected()
            topic = full_name(self.settings, row.topic)
            try:
                partition = partition_of(row.key, sorted(await producer.partitions_for(topic)))
                await producer.send_and_wait(topic, row.value, row.key or None, partition, headers=HEADERS)
            except MessageSizeTooLargeError:
                await self._drop_producer()
                await self._bury(row)
            else:
                await self._done([row], [row.id])

    async def _forget(self, row_ids: Sequence[str]) -> None:
        # A deletion that is lost in a failover only means that the row is published again.
        quick = self.mongo[outbox.COLLECTION].with_options(write_concern=WriteConcern(w=1))
        await quick.delete_many({"_id": {"$in": list(row_ids)}})

    async def _bury(self, row: OutboxRow) -> None:
        """An event larger than the broker takes would block its key for ever: an operator must see it."""
        letter = DeadLetter(
            id=f"{row.topic}-outbox-{row.id}",
            topic=row.topic,
            partition=-1,
            offset=-1,
            key=row.key,
            value=row.value,
            reason="unpublishable",
            explanation=f"larger than Kafka takes: {len(row.value)} bytes",
            at=self.clock(),
        )

        async def work(session: Session) -> None:
            await dead_letters.bury(self.mongo, session, [letter])
            await self.mongo[outbox.COLLECTION].delete_one({"_id": row.id}, session=session)

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


def _by_topic(rows: Sequence[OutboxRow]) -> dict[str, list[OutboxRow]]:
    groups: dict[str, list[OutboxRow]] = {}
    for row in rows:
        groups.setdefault(row.topic, []).append(row)
    return groups
